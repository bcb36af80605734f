"""One damaged record costs one record: all else is shown, analysed, exported; it is found, and set aside."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from entrain.cli import main
from entrain.storage.export import FORMATS
from entrain.storage.health import check_storage
from entrain.storage.log.store import Store
from entrain.storage.recovery.mend import damage_in
from tests.support.sessions import beats_of

Typed = pytest.CaptureFixture[str]


def change(path: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    assert connection.execute(statement, values).rowcount == 1
    connection.commit()
    connection.close()


def overwrite(before: bytes, after: bytes) -> Callable[[Path], None]:
    """As a failing disk does it: SQLite itself would refuse."""

    def damage(path: Path) -> None:
        data = path.read_bytes()
        at = data.index(before)
        path.write_bytes(data[:at] + after + data[at + len(after) :])

    return damage


def nth(kind: str, table: str = "effect", n: int = 20) -> str:
    return (
        f"(SELECT seq FROM {table} WHERE session_id = 1 AND kind = '{kind}' ORDER BY seq LIMIT 1 OFFSET {n})"
    )


def body(text: object, kind: str, table: str = "effect") -> Callable[[Path], None]:
    statement = f"UPDATE {table} SET body = ? WHERE session_id = 1 AND seq = {nth(kind, table)}"
    return lambda path: change(path, statement, text)


DAMAGES: dict[str, tuple[int, Callable[[Path], None]]] = {  # how many beats it costs
    "a beat that is no JSON": (1, body('{"t_s":1.0,"be', "BeatSeen")),
    "a beat of other fields": (1, body('{"t_s":1.0,"bead":{}}', "BeatSeen")),
    "a beat of bytes that are no text": (1, body(b"\xff\xfe{}", "BeatSeen")),
    "a notification that is no JSON": (0, body("{", "NotificationArrived", "event")),
    "a notification of no known kind": (
        0,
        lambda path: change(
            path, f"UPDATE event SET kind = 'Nothing' WHERE session_id = 1 AND seq = {nth('Tick', 'event')}"
        ),
    ),
    "a time that is not that of its JSON": (
        1,
        lambda path: change(
            path, f"UPDATE effect SET t_s = 7e9 WHERE session_id = 1 AND seq = {nth('BeatSeen')}"
        ),
    ),
    "a configuration that is no JSON": (0, overwrite(b'{"preset":{"name":"quiet"', b"[[")),
    "a configuration of other fields": (0, overwrite(b'{"preset":{"name":"quiet"', b'{"prezet"')),
    "a summary that is no JSON": (
        0,
        lambda path: change(path, "UPDATE session SET summary = '][' WHERE id = 1"),
    ),
    "hearts that are no JSON": (0, lambda path: change(path, "UPDATE session SET hearts = 'x' WHERE id = 1")),
    "a beginning that is no moment": (
        0,
        lambda path: change(path, "UPDATE session SET origin_epoch_s = 'x' WHERE id = 1"),
    ),
}


@pytest.fixture
def home(whole: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with two sessions, of which the first will be damaged."""
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(whole.path, tmp_path / "sessions.db")
    store = Store(tmp_path / "sessions.db")
    with store.begin(whole.load(1).config, preset_text="") as log:
        for event, effects in whole.load(1).records:
            log.append(event, effects)
        log.close(whole.load(1).meta.summary)
    return tmp_path


@pytest.mark.parametrize("what", DAMAGES)
def test_one_damaged_record_costs_one_record(home: Path, whole: Store, capsys: Typed, what: str) -> None:
    n_lost_beats, damage = DAMAGES[what]
    store = Store.open()
    n_beats = len(beats_of(whole))
    damage(store.path)
    assert len(beats_of(store)) == n_beats - n_lost_beats
    assert beats_of(store, 2) == beats_of(whole)
    assert [(each.session_id, each.n_rows) for each in damage_in(store.path)] == [(1, 1)]

    works, found, advice = check_storage()
    assert not works
    assert "One record is damaged, in session 1; it is left out wherever that is shown." in found
    assert "entrain doctor --repair" in advice
    assert main(["doctor", "--repair"]) == 0
    out, err = capsys.readouterr()
    assert "1 damaged record set aside; all others are as they were." in out
    assert "The damaged store is kept as" in err
    assert damage_in(store.path) == ()
    assert len(beats_of(store)) == n_beats - n_lost_beats
    assert beats_of(store, 2) == beats_of(whole)
    (aside,) = home.glob("sessions.damaged-*.db")
    assert [each.session_id for each in damage_in(aside)] == [1], "nothing that was recorded is thrown away"
    assert main(["doctor", "--repair"]) == 0
    assert "Nothing to repair" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["a beat that is no JSON", "a configuration that is no JSON"])
def test_everything_else_is_told_and_that_it_is_left_out(home: Path, capsys: Typed, what: str) -> None:
    DAMAGES[what][1](home / "sessions.db")
    for words in (["sessions", "list"], ["sessions", "trend"]):
        assert main(words) == 0
        assert "damaged" not in capsys.readouterr().err
    for words in (["sessions", "show", "1", "--why"], ["analyse", "1"], ["doctor"]):
        assert main(words) == (1 if words == ["doctor"] else 0), words
        said = "".join(capsys.readouterr())
        assert "One record" in said, words
        assert "left out" in said, words
    assert main(["sessions", "show", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_damaged"] == 1
    assert main(["report", "1", "--out", "report.html"]) == 0
    assert "One record of it is damaged and left out" in (home / "report.html").read_text()
    capsys.readouterr()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("extra", [(), ("--deidentify",)])
def test_exports_leave_it_out_and_say_so(
    home: Path, whole: Store, capsys: Typed, form: str, extra: tuple[str, ...]
) -> None:
    DAMAGES["a beat that is no JSON"][1](home / "sessions.db")
    DAMAGES["a notification that is no JSON"][1](home / "sessions.db")
    assert main(["sessions", "export", "1", "--format", form, "--out", "out", *extra]) == 0
    assert "2 damaged records left out" in capsys.readouterr().err
    if form == "rr":
        assert len((home / "out").read_text().splitlines()) == len(beats_of(whole)) - 1


def test_a_store_of_a_newer_schema_is_never_repaired(home: Path, capsys: Typed) -> None:
    path = home / "sessions.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.execute("ALTER TABLE session ADD COLUMN mood TEXT")
    connection.commit()
    connection.close()
    for tear in (False, True):
        data = bytearray(path.read_bytes())
        if tear:
            data[4096 * 5 : 4096 * 6] = bytes(4096)
            path.write_bytes(data)
        assert main(["doctor", "--repair"]) == 1
        assert "was written by a newer entrain: schema 99" in capsys.readouterr().err
        assert path.read_bytes() == data
        assert [each.name for each in home.glob("sessions*.db")] == ["sessions.db"]


def test_a_full_disk_is_nothing_to_repair(home: Path, capsys: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrain.storage.health.FULL_BYTES", 10**18)
    assert main(["doctor", "--repair"]) == 1
    assert "is full" in capsys.readouterr().err
    assert [each.name for each in home.glob("sessions*.db")] == ["sessions.db"]


def test_what_a_later_version_wrote_is_left_out_and_not_set_aside(home: Path, capsys: Typed) -> None:
    DAMAGES["a notification of no known kind"][1](home / "sessions.db")
    change(home / "sessions.db", "UPDATE session SET entrain_version = '99.0.1' WHERE id = 1")
    assert damage_in(home / "sessions.db") == ()
    assert main(["doctor", "--repair"]) == 0
    assert "Nothing to repair" in capsys.readouterr().out
    assert main(["sessions", "show", "1"]) == 0
    assert "One record of it is of a kind that entrain 99.0.1 wrote" in capsys.readouterr().out
