"""A session whose program was killed: the next start of the app says so and offers what can be done."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from entrain.app import prepare as setup
from entrain.app.archive import StoreArchive, preset_of
from entrain.app.prepare import Choices
from entrain.headless.run import Form, run_headless
from entrain.storage.log import stored
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome
from entrain.storage.log.write_lock import forget
from entrain.tui.screens.home import HomeScreen
from entrain.tui.screens.past import PastScreen
from tests.support.sessions import CONFIG, RECORDS
from tests.tui.test_history import house

RUN = ("run", "--heart", "sim:7", "--preset", "desk", "--person", "P01", "--headless", "--audio", "none")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which a real session was cut off by SIGKILL."""
    folder = tmp_path_factory.mktemp("killed")
    environment = {**os.environ, "ENTRAIN_HOME": str(folder)}
    child = subprocess.Popen(
        [sys.executable, "-m", "entrain", *RUN],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    store = Store(folder / "sessions.db")
    try:
        give_up_s = time.monotonic() + 60.0
        while not (store.path.exists() and any(row.minutes > 0.03 for row in store.sessions())):
            assert child.poll() is None
            assert time.monotonic() < give_up_s
            time.sleep(0.1)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    return store.path


@pytest.fixture
def store(killed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """As it is some seconds later, in a copy that no program writes."""
    monkeypatch.setattr(stored, "ALIVE_S", 0.0)
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    Store(killed).backup(tmp_path / "sessions.db")
    return Store(tmp_path / "sessions.db")


async def test_it_is_said_in_a_sentence_and_can_be_kept(store: Store) -> None:
    (before,) = store.unfinished()
    assert before.state is SessionOutcome.INTERRUPTED
    async with house(store) as h:
        text = await h.shows("was interrupted after")
        began = before.started.astimezone()
        assert f"P01’s session of {began:%H:%M} was interrupted after" in text
        assert "everything up to then is kept." in " ".join(text.split())
        for key in ("k keep it", "g go on", "o open it"):
            assert key in text
        await h.press("k")
        await h.shows("was interrupted", gone=True)
    (after,) = store.sessions()
    assert (after.state, after.end_reason) == (SessionOutcome.INTERRUPTED, "interrupted")
    assert after.n_events == before.n_events
    assert store.unfinished() == ()
    assert store.load(1).meta.summary is None
    async with house(store) as h:
        await h.pilot.pause(0.3)
        assert "interrupted" not in h.text


async def test_it_can_be_opened(store: Store) -> None:
    async with house(store) as h:
        await h.shows("was interrupted after")
        await h.press("o")
        text = await h.comes(PastScreen)
        assert "Ten minutes at the desk" in text
        assert "P01" in text
        assert "Interrupted." in text
        await h.press("q")
        await h.comes(HomeScreen)
        await h.shows("was interrupted after")  # looking at it settles nothing


async def test_its_rest_is_a_session_of_the_minutes_left_with_the_same_choices(store: Store) -> None:
    async with house(store) as h:
        await h.shows("was interrupted after")
        await h.press("g")
        await h.pilot.pause(0.2)
        (choice,) = h.opened
        assert h.chosen == []  # the rest of another session is no new choice
    preset = store.load(1).config.preset
    assert (choice.preset, choice.person, choice.goes_on) == (preset, "P01", 1)
    assert choice.minutes == pytest.approx(10.0 - store.sessions()[0].minutes)
    assert store.unfinished() == ()


def test_both_halves_tell_of_each_other(store: Store) -> None:
    before = store.load(1)
    choices = Choices(("sim:7",), preset_of(before), audio="none", speed=100000.0, minutes=3.0, goes_on=1)
    prepared = setup.prepare(choices)
    summary, *_ = asyncio.run(run_headless(prepared.session, io.StringIO(), Form.JSON))
    setup.close_log(prepared, summary)
    assert store.load(1).meta.row.note == "Gone on in session 2."
    after = store.load(2)
    assert after.meta.row.note == "The rest of session 1, which was cut off."
    assert after.meta.preset_text == before.meta.preset_text
    assert after.meta.preset_sha256 == before.meta.preset_sha256


def test_a_session_that_still_runs_is_none_that_was_cut_off(tmp_path: Path) -> None:
    store = Store(tmp_path / "sessions.db")
    log = store.begin(CONFIG, preset_text="", hearts=["sim:7"])
    log.append(*RECORDS[0])
    log.flush()
    archive = StoreArchive(store)
    assert archive.interrupted() is None
    store.close_interrupted(1)
    assert store.sessions()[0].state is SessionOutcome.RUNNING
    log.close()
    assert archive.interrupted() is None  # ended without a summary, but not without a word


def test_of_several_the_newest_is_told_and_all_are_closed(store: Store) -> None:
    for hearts in (["sim:7"], ["ble:H10", "sim:2"]):
        log = store.begin(CONFIG, preset_text="", hearts=hearts)
        log.append(*RECORDS[0])
        log.flush()
        forget(store.path, log.uuid)  # as if its program were gone
    archive = StoreArchive(store)
    found = archive.interrupted()
    assert found is not None
    assert (found.session_id, found.n_older) == (3, 2)
    assert found.choice is None  # two hearts: the app cannot offer that again
    archive.close_interrupted(found.session_id)
    assert archive.interrupted() is None
    assert {row.end_reason for row in store.sessions()} == {"interrupted"}
