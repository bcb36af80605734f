"""Whose sessions they are, and that older stores lose nothing by learning to say so."""

import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.errors import UsageError
from entrain.person.pseudonym import MOST, checked, label
from entrain.storage.export import export
from entrain.storage.imported import import_recording
from entrain.storage.log.database import SCHEMA_VERSION
from entrain.storage.log.store import Store
from entrain.storage.recovery.absorb import absorb
from entrain.storage.recovery.salvage import salvage
from tests.support import record_fixture
from tests.support.sessions import CONFIG, RECORDS, SUMMARY


def sitting(store: Store, person: str = "") -> int:
    with store.begin(CONFIG, preset_text="x", person=person) as log:
        for event, effects in RECORDS:
            log.append(event, effects)
        log.close(SUMMARY)
    assert log.session_id is not None
    return log.session_id


def content(path: Path) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, by columns."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    tables = ("session", "event", "effect")
    found = {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in tables}
    connection.close()
    return found


def version(path: Path) -> int:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return number


@pytest.fixture
def old(tmp_path: Path) -> Store:
    path = tmp_path / "old" / "sessions.db"
    path.parent.mkdir()
    shutil.copyfile(record_fixture.OF_SCHEMA_1, path)
    assert version(path) == 1
    return Store(path)


def test_a_store_of_schema_1_is_brought_forward_and_loses_nothing(old: Store) -> None:
    before = content(old.path)
    assert [row.person for row in old.sessions()] == [""]
    sitting(old, "P01")
    old.delete(2)  # empties the write-ahead log into the file
    assert version(old.path) == SCHEMA_VERSION
    for row in before["session"]:
        row["person"] = ""
    assert content(old.path) == before


def test_it_comes_out_as_one_that_was_made_today(old: Store, store: Store) -> None:
    sitting(store)
    old.note(1, "now of the new schema")

    def schema(each: Store) -> set[tuple[str, str]]:
        connection = sqlite3.connect(each.path)
        found = set(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        connection.close()
        return found

    assert schema(old) == schema(store)


def test_an_old_backup_that_cannot_be_written_is_read_and_stays_as_it_is(
    old: Store, store: Store, forbidden_folder: Path, tmp_path: Path
) -> None:
    was_root = os.getuid() == 0
    if was_root:
        os.seteuid(0)
    # Root who gives up its rights may lose those to its own program too: what that takes is loaded before.
    writable = Store(Path(shutil.copyfile(old.path, tmp_path / "writable.db")))
    assert [row.person for row in writable.sessions()] == [""]
    path = forbidden_folder / "backup.db"
    forbidden_folder.chmod(0o755)
    shutil.copyfile(old.path, path)
    path.chmod(0o444)
    forbidden_folder.chmod(0o555)
    bytes_before = path.read_bytes()
    if was_root:
        os.seteuid(65534)
    backup = Store(path)
    rows, events = backup.sessions(), list(backup.load(1).records)
    if was_root:
        os.seteuid(0)
    assert [row.person for row in rows] == [""]
    assert len(events) == rows[0].n_events > 400
    assert path.read_bytes() == bytes_before
    assert absorb(store, path).sessions == (1,)


def test_rows_that_were_written_before_the_column_are_salvaged(old: Store, tmp_path: Path) -> None:
    uuid = old.sessions()[0].uuid  # the schema is new now, and the row on its page still the old one
    sitting(old, "P01")
    saved = salvage(old.path, tmp_path / "new.db")
    assert (saved.n_sessions, saved.n_lost, saved.n_stand_ins) == (2, 0, 0)
    rows = Store(tmp_path / "new.db").sessions()
    assert [(row.uuid == uuid, row.person) for row in rows] == [(True, ""), (False, "P01")]


def test_a_session_knows_whose_it_is(store: Store) -> None:
    assert store.people() == ()
    for person in ("P02", "P01", "", "P02"):
        sitting(store, person)
    assert [row.person for row in store.sessions()] == ["P02", "P01", "", "P02"]
    assert store.load(2).meta.row.person == "P01"
    assert store.people() == ("P02", "P01")


def test_somebody_gets_another_pseudonym(store: Store) -> None:
    assert store.rename_person("P01", "P09") == 0
    for person in ("P01", "", "P01"):
        sitting(store, person)
    assert store.rename_person("P01", " P09 ") == 2
    assert [row.person for row in store.sessions()] == ["P09", "", "P09"]
    assert store.rename_person("", "P10") == 1
    with pytest.raises(UsageError, match="pseudonym"):
        store.rename_person("P09", "../P09")


@pytest.mark.parametrize("name", ["", "P01", " P01 ", "Blue heron", "study-3_17", "Ärmel", "小鳥"])
def test_pseudonyms(name: str) -> None:
    assert checked(name) == name.strip()


@pytest.mark.parametrize(
    "name",
    ["a/b", "a\\b", "..", ".p", "C:", "a\nb", "a\tb", "a  b", "-p", "p-", "x" * (MOST + 1), "a\0", "a*"],
)
def test_what_is_none(name: str) -> None:
    with pytest.raises(UsageError, match="pseudonym"):
        checked(name)


@given(st.text(max_size=40))
def test_what_passes_is_safe_in_names_of_files(name: str) -> None:
    try:
        person = checked(name)
    except UsageError:
        return
    assert checked(person) == person
    assert not set(person) & set('/\\:*?"<>|.\0\n\r\t')
    assert len(person) <= MOST
    assert label(person).isascii()
    assert label(person).isalnum()


@pytest.mark.parametrize(
    ("one", "other"),
    [("P-1", "P1"), ("Jörg", "Jorg"), ("日本", "東京"), ("", "01"), ("a b", "a_b"), ("ab", "a b")],
)
def test_two_persons_never_fall_together(one: str, other: str) -> None:
    assert label(one) != label(other)
    assert label("P01") == "P01"


def test_exports_name_the_person_and_deidentified_ones_another(store: Store, tmp_path: Path) -> None:
    sitting(store, "Blue heron")
    export(store, 1, "bids", tmp_path / "bids")
    assert (tmp_path / "bids" / f"sub-{label('Blue heron')}" / "beh").is_dir()
    assert "sub-Blueheron" in (tmp_path / "bids" / "participants.tsv").read_text()
    export(store, 1, "jsonl", tmp_path / "plain.jsonl")
    assert heads(tmp_path / "plain.jsonl") == ["Blue heron"]
    export(store, 1, "jsonl", tmp_path / "hidden.jsonl", pseudonym="P77")
    assert heads(tmp_path / "hidden.jsonl") == ["P77"]
    assert "heron" not in (tmp_path / "hidden.jsonl").read_text()
    export(store, 1, "bids", tmp_path / "hidden", pseudonym="P77")
    text = "".join(f"{each}" for each in (tmp_path / "hidden").rglob("*"))
    assert "heron" not in text
    assert "sub-P77" in text


def heads(path: Path) -> list[str]:
    """The person in the line about the session."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line["session"]["person"] for line in lines if "session" in line]


def test_what_is_brought_in_can_be_somebody_s(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other" / "sessions.db")
    sitting(other, "P01")
    sitting(other)
    absorb(store, other.path, "P02")
    assert [row.person for row in store.sessions()] == ["P01", "P02"]
    recording = tmp_path / "rr.txt"
    recording.write_text("\n".join(["810", "822", "835", "841"] * 10))
    number = import_recording(store, recording, person="P03").session_id
    assert store.load(number).meta.row.person == "P03"
    assert not import_recording(store, recording, person="P04").is_new
    assert store.load(number).meta.row.person == "P03"
