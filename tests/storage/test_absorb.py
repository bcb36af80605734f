"""Bringing sessions together again."""

import tempfile
from pathlib import Path

import pytest

from entrain.control.events import Tick
from entrain.errors import InputError, StoreError, UsageError
from entrain.storage.log.store import Store
from entrain.storage.recovery.absorb import absorb
from tests.storage.conftest import SmallDisk
from tests.storage.test_faults import fill, stored_ticks
from tests.support.sessions import CONFIG, RECORDS, SUMMARY


def recorded(store: Store) -> None:
    with store.begin(CONFIG, preset_text="x") as log:
        for event, effects in RECORDS:
            log.append(event, effects)
        log.close(SUMMARY)


def test_sessions_of_another_store_come_once(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other.db")
    recorded(store)
    recorded(other)
    recorded(other)
    other.note(2, "from the laptop")
    assert absorb(store, other.path) == (2, 3)
    assert absorb(store, other.path) == ()
    mine, theirs = store.load(3), other.load(2)
    assert repr(list(mine.records)) == repr(list(theirs.records))
    assert (mine.config, mine.meta.summary, mine.meta.row.note) == (theirs.config, SUMMARY, "from the laptop")
    assert mine.meta.row.uuid == theirs.meta.row.uuid


def test_the_two_halves_of_a_session_meet(
    small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    store = Store(small_disk.path / "sessions.db")
    log = store.begin(CONFIG, preset_text="")
    n_records = fill(log)
    with pytest.raises(StoreError):
        log.close(SUMMARY)
    small_disk.make_room()
    assert len(stored_ticks(store)) < n_records
    assert absorb(store, log.path) == (1,)
    assert stored_ticks(store) == [float(n) for n in range(n_records)]
    assert store.load(1).meta.summary == SUMMARY
    store.delete(1)
    assert log.path.exists()  # what lies elsewhere is not ours to delete


def test_deleting_a_session_takes_its_rescue_file_along(store: Store) -> None:
    recorded(store)
    whole = store.path.read_bytes()
    store.path.write_bytes(b"torn" * 1000)
    log = store.begin(CONFIG, preset_text="")
    log.append(Tick(1.0), ())
    with pytest.raises(StoreError, match="damaged"):
        log.close()
    store.path.write_bytes(whole)
    assert absorb(store, log.path) == (2,)
    store.delete(2)
    assert [path.name for path in store.path.parent.iterdir()] == ["sessions.db"]


def test_what_cannot_be_absorbed(store: Store, tmp_path: Path) -> None:
    recorded(store)
    with pytest.raises(UsageError, match="this very store"):
        absorb(store, store.path)
    with pytest.raises(StoreError, match="no session store"):
        absorb(store, tmp_path / "nothing.db")
    (tmp_path / "text.db").write_text("hello " * 100)
    with pytest.raises(InputError, match="damaged"):
        absorb(store, tmp_path / "text.db")
