"""A torn store gives back what is still in it, and nothing that never was."""

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from entrain.cli import main
from entrain.control.session import reduce, start
from entrain.errors import StoreError
from entrain.storage.log.database import open_for_writing
from entrain.storage.log.store import Store
from entrain.storage.log.verify import replay
from entrain.storage.recovery.salvage import repair, salvage
from tests.support.sessions import CONFIG, RECORDS, SUMMARY, beats_of

Key = tuple[object, ...]


def rows(path: Path, table: str) -> set[Key]:
    connection = sqlite3.connect(path)
    found = set(connection.execute(f"SELECT * FROM {table}"))
    connection.close()
    return found


@pytest.fixture
def damaged(whole: Store, tmp_path: Path) -> Path:
    path = tmp_path / "sessions.db"
    shutil.copyfile(whole.path, path)
    return path


def test_of_a_whole_store_nothing_is_missing(damaged: Path, whole: Store, tmp_path: Path) -> None:
    saved = salvage(damaged, tmp_path / "new.db")
    assert (saved.n_sessions, saved.n_lost, saved.n_stand_ins) == (1, 0, 0)
    for table in ("session", "event", "effect"):
        assert rows(tmp_path / "new.db", table) == rows(whole.path, table)
    assert replay(Store(tmp_path / "new.db").load(1), start, reduce).is_identical


@pytest.mark.parametrize("seed", range(12))
def test_of_a_torn_store_comes_only_what_was_there(
    damaged: Path, whole: Store, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    data = bytearray(damaged.read_bytes())
    for _ in range(chance.randint(1, 8)):
        at, length = chance.randrange(len(data)), chance.choice([1, 40, 600, 4096, 9000])
        junk = bytes(length) if chance.random() < 0.5 else chance.randbytes(length)
        data[at : at + length] = junk[: len(data) - at]
    if chance.random() < 0.3:
        del data[chance.randrange(len(data) // 2, len(data)) :]
    damaged.write_bytes(data)
    saved = salvage(damaged, tmp_path / "new.db")
    for table in ("event", "effect"):
        assert rows(tmp_path / "new.db", table) <= rows(whole.path, table)
    if saved.n_sessions:
        assert len(rows(tmp_path / "new.db", "event")) == saved.n_events
        list(Store(tmp_path / "new.db").load(1).records)


def test_rows_that_are_only_in_the_write_ahead_log_count(store: Store) -> None:
    connection = open_for_writing(store.path)  # keeps the log from being brought in
    with store.begin(CONFIG, preset_text="x" * 20_000) as log:
        for event, effects in RECORDS:
            log.append(event, effects)
        log.close(SUMMARY)
    assert Path(f"{store.path}-wal").stat().st_size > 20_000
    folder = store.path.parent / "copy"
    folder.mkdir()
    for name in ("sessions.db", "sessions.db-wal"):
        shutil.copyfile(store.path.parent / name, folder / name)
    connection.close()
    (folder / "sessions.db").write_bytes(b"\0" * 8192)  # the database itself is gone
    saved = salvage(folder / "sessions.db", folder / "new.db")
    assert (saved.n_sessions, saved.n_events, saved.n_lost) == (1, len(RECORDS), 0)
    again = Store(folder / "new.db").load(1)
    assert [event for event, _ in again.records] == [event for event, _ in RECORDS]
    assert (again.meta.summary, again.meta.preset_text) == (SUMMARY, "x" * 20_000)


def test_a_repaired_store_takes_the_place_of_the_damaged_one(damaged: Path) -> None:
    data = bytearray(damaged.read_bytes())
    data[:100] = b"\xff" * 100
    damaged.write_bytes(data)
    with pytest.raises(StoreError, match="is damaged") as caught:
        Store(damaged).sessions()
    assert "entrain doctor --repair" in caught.value.advice
    saved, aside = repair(damaged)
    assert aside.read_bytes() == bytes(data)
    assert saved.n_lost == 0
    store = Store(damaged)
    assert [row.id for row in store.sessions()] == [1]
    assert replay(store.load(1), start, reduce).is_identical
    with store.begin(CONFIG, preset_text="") as log:
        log.close(SUMMARY)
    assert [row.id for row in store.sessions()] == [1, 2]


def test_beats_outlive_what_is_known_of_their_session(damaged: Path, whole: Store, tmp_path: Path) -> None:
    connection = sqlite3.connect(damaged)
    connection.execute("UPDATE session SET config = '{}', note = '' WHERE id = 1")
    connection.commit()
    connection.close()
    saved = salvage(damaged, tmp_path / "new.db")
    assert (saved.n_sessions, saved.n_stand_ins, saved.n_lost) == (1, 1, 0)
    assert beats_of(Store(tmp_path / "new.db")) == beats_of(whole)
    meta = Store(tmp_path / "new.db").load(1).meta
    assert (meta.row.preset, meta.origin_epoch_s, meta.summary) == ("lost", 0.0, None)
    assert Store(tmp_path / "new.db").load(1).config.straps == ("sim:7",)


def test_broken_names_in_the_schema_are_told_as_damage(damaged: Path) -> None:
    data = damaged.read_bytes()
    damaged.write_bytes(data.replace(b"CREATE VIEW pulse AS", b"CREATE VIE\xcf pulse AS"))
    with pytest.raises(StoreError, match="is damaged") as caught:
        Store(damaged).sessions()
    assert "--repair" in caught.value.advice


def test_doctor_repairs(
    damaged: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(damaged.parent))
    assert main(["doctor", "--repair"]) == 0
    assert capsys.readouterr().out.startswith("Nothing to repair: 1 session, ")
    data = bytearray(damaged.read_bytes())
    for page in (5, 9):
        data[4096 * page : 4096 * (page + 1)] = bytes(4096)
    damaged.write_bytes(data)
    assert main(["doctor", "--repair"]) == 0
    out, err = capsys.readouterr()
    assert "1 sessions with" in out
    assert "records are known to be lost" in out
    assert "The damaged store is kept as" in err
    assert main(["sessions", "show", "1"]) == 0
    assert main(["doctor", "--repair"]) == 0
    assert "Nothing to repair" in capsys.readouterr().out
