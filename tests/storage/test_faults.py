"""The log when the disk refuses: a sentence, patience, and nothing acknowledged is ever lost."""

import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from math import nan
from pathlib import Path

import pytest

from entrain.control.events import CommandGiven, Mark, PulseMeasured, Tick
from entrain.errors import StoreError
from entrain.heart.beat import PulseSource
from entrain.storage.log.session_log import SessionLog
from entrain.storage.log.store import Store
from tests.storage.conftest import SmallDisk, Told
from tests.support.sessions import CONFIG, RECORDS, SUMMARY


def wait_for_fault(log: SessionLog) -> StoreError:
    give_up_s = time.monotonic() + 5.0
    while log.fault is None and time.monotonic() < give_up_s:
        time.sleep(0.01)
    assert log.fault is not None
    return log.fault


def fill(log: SessionLog) -> int:
    """Append until nothing more fits, also after another try; the number of records handed over."""
    n_records = 0
    while n_records < 20_000:
        for _ in range(20):
            log.append(CommandGiven(float(n_records), Mark("x" * 200)), ())
            n_records += 1
        if not log.flush() and not log.flush():
            return n_records
    raise AssertionError("this disk is never full")


def stored_ticks(store: Store, session_id: int = 1) -> list[float]:
    return [event.t_s for event, _ in store.load(session_id).records]


def test_a_full_disk_loses_nothing_and_goes_on_when_there_is_room(small_disk: SmallDisk, told: Told) -> None:
    store = Store(small_disk.path / "sessions.db")
    log = store.begin(CONFIG, preset_text="", on_fault=told)
    n_records = fill(log)
    assert 0 < log.acknowledged < n_records == log.appended
    assert log.fault is not None
    assert "full" in log.fault.message or "could not be read or written" in log.fault.message
    assert not log.flush()
    small_disk.make_room()
    log.append(Tick(float(n_records)), ())
    assert log.flush()
    log.close(SUMMARY)
    assert stored_ticks(store) == [float(n) for n in range(n_records + 1)]
    assert told.faults[0] is not None
    assert told.faults[-1] is None


def test_a_disk_that_stays_full_is_told_at_the_end_and_the_rest_is_kept_elsewhere(
    small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    store = Store(small_disk.path / "sessions.db")
    log = store.begin(CONFIG, preset_text="")
    n_records = fill(log)
    n_stored = log.acknowledged
    with pytest.raises(StoreError, match="This session is kept in") as caught:
        log.close(SUMMARY)
    assert str(elsewhere) in caught.value.message
    assert "sessions import" in caught.value.advice
    assert log.acknowledged == n_records
    small_disk.make_room()
    rescue = Store(log.path)
    assert stored_ticks(store) + stored_ticks(rescue) == [float(n) for n in range(n_records)]
    assert n_stored == len(stored_ticks(store))
    assert rescue.load(1).meta.summary == SUMMARY
    assert log.session_id is None, "what the rescue file calls 1 may be another session in the store"


def test_a_folder_that_cannot_be_written(forbidden_folder: Path, told: Told) -> None:
    store = Store(forbidden_folder / "data" / "sessions.db")
    log = store.begin(CONFIG, preset_text="", on_fault=told)
    log.append(Tick(1.0), ())
    fault = wait_for_fault(log)
    assert "cannot be opened or written: Permission denied" in fault.message
    assert "ENTRAIN_HOME" in fault.advice
    assert not log.flush()
    assert log.session_id is None
    if os.getuid() == 0:
        os.seteuid(0)
    forbidden_folder.chmod(0o755)
    assert log.flush()
    log.close()
    assert stored_ticks(store) == [1.0]
    assert told.sentences == [fault.message, None]


def test_a_locked_store_neither_blocks_nor_loses(store: Store, told: Told) -> None:
    log = store.begin(CONFIG, preset_text="", on_fault=told)
    assert log.flush()
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for n in range(1000):
        log.append(Tick(float(n)), ())
    assert "locked" in wait_for_fault(log).message
    assert log.acknowledged == 0
    assert other.execute("SELECT count(*) FROM event").fetchone() == (0,)
    other.execute("COMMIT")
    assert log.flush()
    log.close()
    assert log.fault is None
    assert stored_ticks(store) == [float(n) for n in range(1000)]
    assert told.faults[-1] is None


def test_a_lock_at_the_very_beginning(store: Store) -> None:
    store.begin(CONFIG, preset_text="").close()
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began_s = time.monotonic()
    log = store.begin(CONFIG, preset_text="")
    log.append(Tick(1.0), ())
    assert time.monotonic() - began_s < 1.0
    wait_for_fault(log)
    other.execute("ROLLBACK")
    log.close()
    assert stored_ticks(store, 2) == [1.0]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda _: b"this was never a database" * 100, "is damaged: file is not a database"),
        (lambda whole: whole[:4096] + b"\xff" * (len(whole) - 4096), "is damaged: database disk image"),
        (lambda whole: whole[: len(whole) // 2], "is damaged: database disk image"),
    ],
)
def test_a_torn_store_is_left_alone_and_the_session_is_kept_beside_it(
    store: Store, told: Told, damage: Callable[[bytes], bytes], words: str
) -> None:
    store.begin(CONFIG, preset_text="").close()
    torn = damage(store.path.read_bytes())
    store.path.write_bytes(torn)
    log = store.begin(CONFIG, preset_text="", on_fault=told)
    for event, effects in RECORDS:
        log.append(event, effects)
    assert log.flush()
    fault = log.fault
    assert fault is not None
    assert words in fault.message
    assert f"This session is kept in {log.path}." in fault.message
    assert "entrain doctor --repair" in fault.advice
    with pytest.raises(StoreError, match="This session is kept in"):
        log.close(SUMMARY)
    assert told.sentences == [fault.message]
    assert store.path.read_bytes() == torn
    assert [repr(record) for record in Store.open(log.path).load(1).records] == [repr(r) for r in RECORDS]
    assert Store(log.path).load(1).meta.summary == SUMMARY


def test_a_store_of_a_newer_schema_is_left_alone(store: Store) -> None:
    store.begin(CONFIG, preset_text="").close()
    connection = sqlite3.connect(store.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = store.path.read_bytes()
    log = store.begin(CONFIG, preset_text="")
    log.append(Tick(1.0), ())
    assert log.flush()
    with pytest.raises(StoreError, match="newer entrain"):
        log.close()
    assert store.path.read_bytes() == before
    assert stored_ticks(Store(log.path)) == [1.0]


def test_a_store_that_is_deleted_under_a_running_session(store: Store) -> None:
    log = store.begin(CONFIG, preset_text="")
    log.append(Tick(1.0), ())
    assert log.flush()
    for path in store.path.parent.iterdir():
        path.unlink()
    log.append(Tick(2.0), ())
    assert log.flush()
    with pytest.raises(StoreError, match=r"removed or replaced .* the 1 records"):
        log.close()
    assert stored_ticks(store) == [2.0]


def test_a_session_that_is_deleted_by_force_while_it_runs(store: Store) -> None:
    log = store.begin(CONFIG, preset_text="")
    log.append(Tick(1.0), ())
    assert log.flush()
    other = sqlite3.connect(store.path)
    other.execute("DELETE FROM session")
    other.execute("DELETE FROM event")
    other.commit()
    other.close()
    log.append(Tick(2.0), ())
    log.flush()
    log.close()
    assert stored_ticks(store, 2) == [2.0]


def test_a_record_that_cannot_be_stored_is_told_and_leaves_a_gap(store: Store, told: Told) -> None:
    log = store.begin(CONFIG, preset_text="", on_fault=told)
    log.append(Tick(1.0), (PulseMeasured(1.0, 60.0, 0.5, PulseSource.INTERVALS, None),))
    log.append(Tick(2.0), (PulseMeasured(2.0, nan, 0.5, PulseSource.INTERVALS, None),))
    log.append(Tick(3.0), (PulseMeasured(3.0, 61.0, 0.5, PulseSource.INTERVALS, None),))
    with pytest.raises(StoreError, match=r"Record 1 \(Tick\) cannot be stored"):
        log.close()
    assert stored_ticks(store) == [1.0, 3.0]
    connection = sqlite3.connect(store.path)
    assert connection.execute("SELECT seq FROM event").fetchall() == [(0,), (2,)]
    assert connection.execute("SELECT seq, event_seq FROM effect").fetchall() == [(0, 0), (1, 2)]


def test_a_listener_that_fails_does_not_harm_the_log(store: Store) -> None:
    def listener(_: object) -> None:
        raise RuntimeError("the loop is closed")

    store.path.parent.mkdir()
    store.path.write_bytes(b"no database" * 1000)
    log = store.begin(CONFIG, preset_text="", on_fault=listener)
    log.append(Tick(1.0), ())
    assert log.flush()
    with pytest.raises(StoreError):
        log.close()
    assert stored_ticks(Store(log.path)) == [1.0]


def test_the_thread_ends_with_the_log(store: Store) -> None:
    before = set(threading.enumerate())
    log = store.begin(CONFIG, preset_text="")
    (writer,) = set(threading.enumerate()) - before
    assert writer.name == "entrain-log"
    log.close()
    assert not writer.is_alive()
    assert [path.name for path in store.path.parent.iterdir()] == ["sessions.db"]  # no log left beside it


def test_a_full_disk_can_still_be_read(small_disk: SmallDisk) -> None:
    store = Store(small_disk.path / "sessions.db")
    with store.begin(CONFIG, preset_text="") as log:
        log.close(SUMMARY)
    for beside in small_disk.path.glob("sessions.db-*"):
        beside.unlink()
    with suppress(OSError), (small_disk.path / "full").open("wb", buffering=0) as file:
        for _ in range(1000):
            file.write(bytes(4096))
    (row,) = store.sessions()
    assert store.load(row.id).meta.summary == SUMMARY
