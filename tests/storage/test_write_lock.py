"""Who writes a session is told by a lock: real programs, killed, fast, and waiting."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from entrain.errors import StoreError
from entrain.storage.log import stored
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome
from entrain.storage.log.write_lock import Sign, is_up

SESSION = ("run", "--heart", "sim:7", "--audio", "none", "--headless", "--minutes", "30")


@contextmanager
def running(store: Store, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A real session in a program of its own, from its first record on."""
    child = subprocess.Popen(
        [sys.executable, "-m", "entrain", *SESSION, *words],
        env={**os.environ, "ENTRAIN_HOME": str(store.path.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        give_up_s = time.monotonic() + 60.0
        while not any(row.n_events > 3 for row in store.sessions()):
            assert child.poll() is None
            assert time.monotonic() < give_up_s
            time.sleep(0.05)
        yield child
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_session_runs_until_its_program_ends_however_quickly_its_time_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    monkeypatch.setattr(stored, "ALIVE_S", 1e9)  # by the clock it would run on
    store = Store(tmp_path / "sessions.db")
    with running(store, "--speed", "4") as child:
        assert [row.state for row in store.sessions()] == [SessionOutcome.RUNNING]
        with pytest.raises(StoreError, match="is running"):
            store.delete(1)
        store.close_interrupted(1)
        assert store.unfinished() == ()
        child.send_signal(how)
        child.wait(20)
        killed = how is signal.SIGKILL
        assert [row.id for row in store.unfinished()] == ([1] if killed else [])
        wanted = SessionOutcome.INTERRUPTED if killed else SessionOutcome.STOPPED
        assert store.sessions()[0].state is wanted
    store.close_interrupted(1)
    assert [path.name for path in tmp_path.glob("running-*")] == []
    store.delete(1)


def test_a_sign_is_seen_by_its_own_program_too_and_leaves_nothing(tmp_path: Path) -> None:
    store = tmp_path / "sessions.db"
    assert is_up(store, "u") is None
    sign = Sign(store, "u")
    assert is_up(store, "u") is True
    assert is_up(store, "v") is None
    sign.take_down()
    sign.take_down()
    assert is_up(store, "u") is None
    assert list(tmp_path.iterdir()) == []


def test_where_there_can_be_no_sign_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Sign(tmp_path / "no such folder" / "sessions.db", "u").take_down()

    def no_locks(_file: int, *, shared: bool = False) -> None:
        raise OSError(f"no locks here, shared or not ({shared})")

    monkeypatch.setattr("entrain.storage.log.write_lock.lock", no_locks)
    Sign(tmp_path / "sessions.db", "u")
    assert is_up(tmp_path / "sessions.db", "u") is None
    assert list(tmp_path.iterdir()) == []
