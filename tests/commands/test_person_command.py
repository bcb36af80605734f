"""`entrain person`: everybody who practises here, and that forgetting somebody forgets all of them."""

import hashlib
import json
import os
import sqlite3
from pathlib import Path

import pytest

from entrain.cli import main
from entrain.storage import people, settings
from entrain.storage.log.store import Store
from tests.support.real_heart import with_a_strap

Typed = pytest.CaptureFixture[str]
DAY_S = 86_400.0


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("ENTRAIN_HOME", str(folder))
    return folder


def entrain(capsys: Typed, *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def session(capsys: Typed, person: str, preset: str = "first") -> int:
    heart = ("--heart", "sim:1", "--headless", "--speed", "1e6", "--minutes", "8", "--preset", preset)
    assert entrain(capsys, "run", *heart, "--person", person)[0] == 0
    return Store.open().sessions()[-1].id


def test_nobody_then_somebody(capsys: Typed) -> None:
    code, out, err = entrain(capsys, "person")
    assert (code, out) == (0, "")
    assert "alone you need none" in err
    assert entrain(capsys, "person", "new", "P07")[0] == 0
    code, _, err = entrain(capsys, "person", "new", "P07")
    assert code == 2
    assert "already" in err
    assert entrain(capsys, "person", "new", "a/b")[0] == 2
    assert entrain(capsys, "person", "new", "")[0] == 2
    assert "P07" in entrain(capsys, "person", "list")[1]


@pytest.mark.parametrize(
    "words",
    [
        ["show", "P99"],
        ["export", "P99", "--out", "x"],
        ["forget", "P99", "--yes"],
        ["consent", "P99", "--withdraw"],
        ["note", "P99", "--said", "x"],
        ["forget"],
        ["consent", "P99", "--version", "2"],
        ["retention", "--keep-days", "-3"],
        ["remember", "P99"],
    ],
)
def test_whoever_is_not_known_is_wrong_use(words: list[str], capsys: Typed) -> None:
    code, out, err = entrain(capsys, "person", *words)
    assert (code, out) == (2, "")
    assert err.startswith("entrain: ")


def test_all_that_is_kept_is_shown(capsys: Typed) -> None:
    for _ in range(3):
        with_a_strap(session(capsys, "P01"))
    session(capsys, "P01")
    _, out, _ = entrain(capsys, "person", "show", "P01")
    assert "own rate         not known" in out
    assert "first            3 of 4 sessions counted; today to 8 breaths a minute" in out
    said = json.loads(entrain(capsys, "person", "show", "P01", "--json")[1])
    assert said["over_days"] == [{"preset": "first", "n_counted": 3, "n_sessions": 4, "goal_per_min": 8.0}]
    assert said["record"]["notice"]["version"] == "1"
    (row,) = json.loads(entrain(capsys, "person", "list", "--json")[1])
    assert (row["person"], row["sessions"]) == ("P01", 4)


def test_consent_has_a_version_a_hash_a_date_and_an_end(tmp_path: Path, capsys: Typed) -> None:
    text = tmp_path / "consent-2026.txt"
    text.write_text("I agree, and may change my mind.\n")
    entrain(capsys, "person", "new", "P01")
    code, out, _ = entrain(capsys, "person", "consent", "P01", "--text", str(text), "--json")
    given = json.loads(out)
    assert code == 0
    assert given["version"] == "consent-2026"
    assert given["sha256"] == hashlib.sha256(text.read_bytes()).hexdigest()
    assert given["withdrawn_utc"] is None
    text.unlink()  # what was agreed to is kept, whatever becomes of the file
    assert "may change my mind" in entrain(capsys, "person", "consent", "P01")[1]
    assert "consent-2026, 20" in entrain(capsys, "person", "list")[1]
    assert entrain(capsys, "person", "consent", "P01", "--withdraw")[0] == 0
    assert entrain(capsys, "person", "consent", "P01", "--withdraw")[0] == 2
    assert "withdrawn 20" in entrain(capsys, "person", "list")[1]
    _, _, err = entrain(capsys, "run", "--person", "P01", "--heart", "sim", "--headless", "--speed", "1e6")
    assert "P01: consent withdrawn 20" in err
    assert entrain(capsys, "person", "consent", "P01", "--text", str(text))[0] == 3
    text.write_bytes(b"\xff\xfe\x00")
    assert entrain(capsys, "person", "consent", "P01", "--text", str(text))[0] == 3


def test_a_note_has_four_fields_any_of_which_may_be_missing(capsys: Typed) -> None:
    entrain(capsys, "person", "new", "P01")
    assert "No notes" in entrain(capsys, "person", "note", "P01")[2]
    assert entrain(capsys, "person", "note", "P01", "--said", "slept better", "--plan", "go on")[0] == 0
    assert entrain(capsys, "person", "note", "P01", "--seen", "calm")[0] == 0
    _, out, _ = entrain(capsys, "person", "note", "P01")
    assert [line.split(maxsplit=1) for line in out.splitlines()[1:3]] == [
        ["Said", "slept better"],
        ["Next", "go on"],
    ]
    notes = json.loads(entrain(capsys, "person", "note", "P01", "--json")[1])
    assert [(note["said"], note["seen"]) for note in notes] == [("slept better", ""), ("", "calm")]


def test_everything_of_one_person_goes_into_a_folder_and_can_be_brought_in_elsewhere(
    tmp_path: Path, capsys: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    session(capsys, "P01")
    session(capsys, "P02")
    entrain(capsys, "person", "note", "P01", "--said", "slept better")
    out = tmp_path / "P01"
    assert entrain(capsys, "person", "export", "P01", "--out", str(out))[0] == 0
    assert {each.name for each in out.iterdir()} == {"person.json", "session-1.jsonl", "sessions.db"}
    assert b"P02" not in b"".join(each.read_bytes() for each in out.iterdir())
    assert entrain(capsys, "person", "export", "P01", "--out", str(out))[0] == 2
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "elsewhere"))
    assert entrain(capsys, "sessions", "import", str(out / "sessions.db"))[0] == 0
    assert people.load(Store.open(), "P01").notes[0].said == "slept better"
    assert [row.person for row in Store.open().sessions()] == ["P01"]


PERSON = "Blue-heron"  # four letters of a number would be found by chance


def everything(home: Path) -> bytes:
    return b"".join(each.name.encode() + each.read_bytes() for each in home.rglob("*") if each.is_file())


def test_whoever_is_forgotten_stands_in_no_file_and_backups_are_named(
    home: Path, tmp_path: Path, capsys: Typed
) -> None:
    home.mkdir()
    (home / "settings.json").write_text(json.dumps({"person": PERSON, "theme": "night"}))
    number = session(capsys, PERSON)
    other = session(capsys, "P02")
    with_a_strap(number)
    entrain(capsys, "person", "note", PERSON, "--said", "x")
    entrain(capsys, "sessions", "backup", str(tmp_path / "backup.db"))
    assert PERSON.encode() in everything(home)

    code, out, err = entrain(capsys, "person", "forget", PERSON, "--dry-run")
    assert code == 0
    assert "1 session of Blue-heron" in out
    assert str(tmp_path / "backup.db") in err
    assert len(Store.open().sessions()) == 2
    code, _, err = entrain(capsys, "person", "forget", PERSON)
    assert code == 2  # nobody is here to ask

    code, _, err = entrain(capsys, "person", "forget", PERSON, "--yes")
    assert code == 0
    assert f"Still in the backup {tmp_path / 'backup.db'}" in err
    left = everything(home).replace(str(tmp_path).encode(), b"")
    assert PERSON.encode() not in left
    assert [row.id for row in Store.open().sessions()] == [other]
    assert "Blue-heron" not in entrain(capsys, "person", "list")[1]


def test_files_of_ones_own_that_still_name_somebody_are_told(home: Path, capsys: Typed) -> None:
    session(capsys, PERSON)
    (home / "presets").mkdir()
    (home / "presets" / "mine.toml").write_text(f"# for {PERSON}\n")
    (home / "presets" / "other.toml").write_text(f"# for {PERSON}s\n")
    session_of_a_damaged_store = home / "sessions.damaged-1.db"
    Store.open().backup(session_of_a_damaged_store)
    _, _, err = entrain(capsys, "person", "forget", PERSON, "--yes")
    assert f"Still named in {home / 'presets' / 'mine.toml'}." in err
    assert f"Still named in {session_of_a_damaged_store}." in err
    assert "other.toml" not in err


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX knows them")
def test_what_is_exported_is_its_owners_alone(tmp_path: Path, capsys: Typed) -> None:
    session(capsys, "P01")
    entrain(capsys, "person", "export", "P01", "--out", str(tmp_path / "out"))
    modes = {each.stat().st_mode & 0o077 for each in (tmp_path / "out", *(tmp_path / "out").iterdir())}
    assert modes == {0}


def test_how_long_sessions_are_kept(capsys: Typed) -> None:
    old, new = session(capsys, "P01"), session(capsys, "P02")
    connection = sqlite3.connect(Store.open().path)
    with connection:
        connection.execute(
            "UPDATE session SET origin_epoch_s = origin_epoch_s - ? WHERE id = ?", (400 * DAY_S, old)
        )
    connection.close()
    assert "until somebody deletes" in entrain(capsys, "person", "retention")[1]
    _, out, _ = entrain(capsys, "person", "retention", "--keep-days", "365", "--dry-run", "--delete", "--yes")
    assert "1 older" in out
    assert settings.load()[0].keep_days is None
    assert len(Store.open().sessions()) == 2
    assert entrain(capsys, "person", "retention", "--keep-days", "365")[0] == 0
    said = json.loads(entrain(capsys, "person", "retention", "--json")[1])
    assert said == {"keep_days": 365, "older": [old]}
    assert len(Store.open().sessions()) == 2  # nothing goes by itself
    assert entrain(capsys, "person", "retention", "--delete")[0] == 2
    assert entrain(capsys, "person", "retention", "--delete", "--yes")[0] == 0
    assert [row.id for row in Store.open().sessions()] == [new]
    assert entrain(capsys, "person", "retention", "--keep-days", "0")[0] == 0
    assert settings.load()[0].keep_days is None
