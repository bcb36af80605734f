"""The store: what goes in comes out, for the right eyes only, and goes away when it is told to."""

import hashlib
import os
import sqlite3
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrain.control.events import CommandGiven, Effect, Event, Mark, Tick
from entrain.control.protocol import RULES, SessionConfig
from entrain.control.view import Summary
from entrain.errors import StoreError, UsageError
from entrain.storage.log.database import SCHEMA_VERSION, UnusableStore
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome
from entrain.storage.places import home, sessions_path
from tests.support import messages
from tests.support.sessions import CONFIG, RECORDS, SUMMARY

Record = tuple[Event, tuple[Effect, ...]]


def recorded(store: Store, records: tuple[Record, ...] = RECORDS, summary: Summary | None = SUMMARY) -> int:
    log = store.begin(CONFIG, preset_text="minutes = 10\n", hearts=["sim:7"], audio="none", voice="soft")
    for event, effects in records:
        log.append(event, effects)
    log.close(summary)
    assert log.session_id is not None
    return log.session_id


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(config=messages.configs, records=st.lists(messages.records, max_size=8), summary=messages.summaries)
def test_what_was_said_comes_back(
    store: Store, config: SessionConfig, records: list[Record], summary: Summary
) -> None:
    with store.begin(config, preset_text="x") as log:
        for event, effects in records:
            log.append(event, effects)
        log.close(summary)
    assert log.session_id is not None
    stored = store.load(log.session_id)
    assert repr(list(stored.records)) == repr(records)
    assert repr(list(stored.records)) == repr(records)  # and a second time
    assert repr(stored.config) == repr(replace(config, rules=RULES))
    assert repr(stored.meta.summary) == repr(summary)


def test_a_session_is_described(store: Store) -> None:
    session_id = recorded(store)
    stored = store.load(session_id)
    meta, row = stored.meta, stored.meta.row
    assert stored.config == replace(CONFIG, rules=RULES)
    assert (row.preset, row.n_events, row.minutes) == ("desk", len(RECORDS), 10.0)
    assert (row.state, row.end_reason, row.note) == (SessionOutcome.COMPLETED, "The time is over.", "")
    assert abs(row.started.timestamp() - time.time()) < 60
    assert meta.preset_text == "minutes = 10\n"
    assert meta.preset_sha256 == hashlib.sha256(b"minutes = 10\n").hexdigest()
    assert (meta.hearts, meta.audio, meta.voice) == (("sim:7",), "none", "soft")
    assert meta.summary == SUMMARY
    assert all((meta.entrain_version, meta.python_version, meta.platform))
    assert store.sessions() == (row,)


def test_the_origin_is_the_moment_at_which_the_session_s_clock_was_zero(store: Store) -> None:
    zero_s = time.monotonic() - 5.0
    with store.begin(CONFIG, preset_text="", origin_monotonic_s=zero_s) as log:
        log.flush()
    assert log.session_id is not None
    meta = store.load(log.session_id).meta
    assert meta.origin_monotonic_s == zero_s
    assert meta.origin_epoch_s == pytest.approx(time.time() - 5.0, abs=1.0)


def test_states(store: Store) -> None:
    recorded(store)
    recorded(store, summary=replace(SUMMARY, completed=False))
    recorded(store, summary=None)
    running = store.begin(CONFIG, preset_text="")
    running.append(Tick(0.5), ())
    assert running.flush()
    assert [row.state for row in store.sessions()] == [
        SessionOutcome.COMPLETED,
        SessionOutcome.STOPPED,
        SessionOutcome.INTERRUPTED,
        SessionOutcome.RUNNING,
    ]
    with pytest.raises(StoreError, match="is running"):
        store.delete(store.find("last"))
    running.close()
    with pytest.raises(StoreError, match="closed"):
        running.append(Tick(1.0), ())
    running.close()  # once more does nothing


def test_nothing_exists_before_the_first_session(store: Store) -> None:
    assert Store.open(store.path).sessions() == ()
    assert not store.path.parent.exists()
    with pytest.raises(StoreError, match="There is no session store"):
        store.load(1)


def test_sessions_are_found_by_number_by_uuid_and_as_the_last(store: Store) -> None:
    first, second = recorded(store), recorded(store)
    rows = store.sessions()
    assert store.find(str(first)) == first
    assert store.find("last") == second
    assert store.find(rows[0].uuid[:13].upper()) == first
    with pytest.raises(UsageError, match="no session '99'"):
        store.find("99")
    with pytest.raises(UsageError, match="There is no session 99"):
        store.load(99)


def test_notes_are_added_and_replaced(store: Store) -> None:
    session_id = recorded(store)
    store.note(session_id, "Slept badly.")
    store.note(session_id, "Grüße")
    assert store.load(session_id).meta.row.note == "Slept badly.\nGrüße"
    store.note(session_id, "", replace=True)
    assert store.load(session_id).meta.row.note == ""
    with pytest.raises(UsageError, match="no session 5"):
        store.note(5, "x")


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX knows them")
def test_only_the_owner_can_look(store: Store) -> None:
    before = os.umask(0)
    try:
        with store.begin(CONFIG, preset_text="") as log:
            assert log.flush()
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in store.path.parent.iterdir()}
        assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
        assert set(modes.values()) == {0o600}
        assert modes.keys() > {"sessions.db", "sessions.db-wal", "sessions.db-shm"}
        backup = store.path.parent / "copy.db"
        store.backup(backup)
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_a_deleted_session_leaves_no_trace(store: Store) -> None:
    kept = recorded(store)
    secret = "Zq7-nobody-must-read-this"
    log = store.begin(CONFIG, preset_text=f"# {secret}")
    for n in range(400):
        log.append(CommandGiven(float(n), Mark(f"{secret} {n} " + "x" * 200)), ())
    log.close()
    assert log.session_id is not None
    store.note(log.session_id, secret)
    folder = store.path.parent

    def traces() -> int:
        return sum(path.read_bytes().count(secret.encode()) for path in folder.iterdir())

    assert traces() > 400
    size = store.path.stat().st_size
    store.delete(log.session_id)
    assert traces() == 0
    assert store.path.stat().st_size < size / 2
    assert [row.id for row in store.sessions()] == [kept]
    assert recorded(store) == log.session_id + 1  # a number is never used twice


def test_a_deletion_that_leaves_traces_says_so(store: Store) -> None:
    recorded(store)
    session_id = recorded(store)
    reader = sqlite3.connect(store.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM event").fetchone()
    with pytest.raises(StoreError, match="traces stay"):
        store.delete(session_id)
    reader.close()
    assert len(store.sessions()) == 1


def test_a_backup_of_a_running_session_is_whole(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with store.begin(CONFIG, preset_text="") as log:
        for n in range(500):
            log.append(Tick(float(n)), ())
        assert log.flush()
        store.backup(copy)
        log.append(Tick(500.0), ())
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["copy.db"]
    (state,) = sqlite3.connect(copy).execute("PRAGMA integrity_check").fetchone()
    assert state == "ok"
    assert [event.t_s for event, _ in Store.open(copy).load(1).records] == [float(n) for n in range(500)]
    with pytest.raises(UsageError, match="exists already"):
        store.backup(copy)
    with pytest.raises(UsageError, match="There is no folder"):
        store.backup(tmp_path / "nowhere" / "copy.db")


def test_a_backup_can_be_read_where_nothing_can_be_written(store: Store, forbidden_folder: Path) -> None:
    # The store is made elsewhere with full rights first; the folder then belongs to a reader only.
    euid = os.geteuid()
    if os.getuid() == 0:
        os.seteuid(0)
    recorded(store)
    forbidden_folder.chmod(0o755)
    copy = forbidden_folder / "copy.db"
    store.backup(copy)
    for_wal = sqlite3.connect(copy)
    for_wal.execute("PRAGMA journal_mode = WAL")
    for_wal.close()
    copy.chmod(0o444)
    forbidden_folder.chmod(0o555)
    os.seteuid(euid)
    opened = Store.open(copy)
    assert [repr(record) for record in opened.load(1).records] == [repr(record) for record in RECORDS]
    with pytest.raises(StoreError, match="cannot be opened or written"):
        opened.note(1, "x")


def test_a_newer_schema_is_refused(store: Store) -> None:
    recorded(store)
    connection = sqlite3.connect(store.path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = store.path.read_bytes()
    with pytest.raises(UnusableStore, match=f"newer entrain: schema {SCHEMA_VERSION + 1}") as caught:
        store.sessions()
    assert "Update entrain" in caught.value.advice
    with pytest.raises(UnusableStore):
        store.note(1, "x")
    assert store.path.read_bytes() == before


def test_other_programs_databases_are_refused(store: Store) -> None:
    store.path.parent.mkdir()
    connection = sqlite3.connect(store.path)
    connection.execute("CREATE TABLE bookmarks (url)")
    connection.commit()
    connection.close()
    with pytest.raises(UnusableStore, match="another program"):
        store.sessions()
    with pytest.raises(UnusableStore, match="another program"):
        store.note(1, "x")


def test_the_place_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    assert Store.open().path == tmp_path / "sessions.db" == sessions_path()
    monkeypatch.delenv("ENTRAIN_HOME")
    assert home().name == "entrain"


def test_a_file_that_was_made_and_not_filled_is_an_empty_store(store: Store) -> None:
    store.path.parent.mkdir()
    store.path.touch()
    assert Store.open(store.path).sessions() == ()


def test_any_folder_will_do(tmp_path: Path) -> None:
    store = Store(tmp_path / "an odd #place? 100 % für" / "sessions.db")
    session_id = recorded(store)
    store.note(session_id, "x")
    store.backup(tmp_path / "a copy?.db")
    assert len(Store(tmp_path / "a copy?.db").sessions()) == 1
    assert [path.name for path in store.path.parent.iterdir()] == ["sessions.db"]
