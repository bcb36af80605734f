"""Bringing sessions together again."""

import sqlite3
import tempfile
from pathlib import Path

import pytest

from entrain.cli import main
from entrain.control.events import Tick
from entrain.errors import InputError, StoreError, UsageError
from entrain.storage import people
from entrain.storage.health import check_storage
from entrain.storage.log.store import Store
from entrain.storage.recovery.absorb import absorb
from entrain.storage.recovery.mend import damage_in
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
    assert absorb(store, other.path).sessions == (2, 3)
    assert absorb(store, other.path).sessions == ()
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
    assert absorb(store, log.path).sessions == (1,)
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
    assert absorb(store, log.path).sessions == (2,)
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


def test_of_a_store_with_damaged_records_the_others_come(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other.db")
    recorded(other)
    recorded(other)
    people.change(other, "P01", lambda now: now)
    people.change(other, "P02", lambda now: now)
    connection = sqlite3.connect(other.path)
    with connection:
        connection.execute("UPDATE effect SET body = '{' WHERE session_id = 1 AND seq = 1")
        connection.execute("UPDATE event SET t_s = 7e9 WHERE session_id = 1 AND seq = 1")
        connection.execute("UPDATE person SET body = '{}' WHERE pseudonym = 'P01'")
    connection.close()
    before = other.path.read_bytes()
    done = absorb(store, other.path)
    assert (done.sessions, done.n_left_out) == ((1, 2), 3)
    assert other.path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if "absorbing" in path.name] == []
    assert damage_in(store.path) == ()
    assert set(people.everybody(store)) == {"P02"}
    assert repr(list(store.load(2).records)) == repr(list(other.load(2).records))
    assert absorb(store, other.path).sessions == ()
    assert check_storage()[0]


def test_a_damaged_store_among_the_files_keeps_no_other_one_out(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "torn", "damaged", "b"):
        recorded(Store(tmp_path / f"{name}.db"))
    torn = tmp_path / "torn.db"
    data = torn.read_bytes()
    torn.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    connection = sqlite3.connect(tmp_path / "damaged.db")
    with connection:
        connection.execute("UPDATE effect SET body = '{' WHERE seq = 1")
    connection.close()
    files = [str(tmp_path / f"{name}.db") for name in ("a", "torn", "damaged", "b")]
    assert main(["sessions", "--store", str(_made(store)), "import", *files]) == 3
    out, err = capsys.readouterr()
    assert [line.rpartition(": ")[2] for line in out.splitlines()] == ["session 1", "session 2", "session 3"]
    assert "torn.db" in err
    assert "One damaged record" in err or "1 damaged record" in err
    assert "Traceback" not in err


def _made(store: Store) -> Path:
    people.change(store, "P09", lambda now: now)
    return store.path
