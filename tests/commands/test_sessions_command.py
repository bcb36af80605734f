"""`entrain sessions` and `entrain presets`, as people type them."""

import io
import json
import random
import sqlite3
import sys
import tarfile
from pathlib import Path

import pyrage
import pytest

from entrain.app.desk import Desk
from entrain.cli import main
from entrain.storage.log.store import Store
from tests.support import record_fixture

Typed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store with one session that today's controller ran."""
    path = tmp_path_factory.mktemp("once") / "sessions.db"
    record_fixture.record(path)
    return path.read_bytes()


@pytest.fixture
def recorded(home: Path, once: bytes) -> Store:
    (home / "sessions.db").write_bytes(once)
    return Store.open()


def count(store: Store, what: str) -> int:
    connection = sqlite3.connect(store.path)
    (n,) = connection.execute(f"SELECT count(*) FROM {what}").fetchone()
    connection.close()
    return n


def entrain(capsys: Typed, *words: str) -> tuple[int, str, str]:
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


def test_before_the_first_session(capsys: Typed) -> None:
    assert entrain(capsys, "sessions") == (
        0,
        "",
        "No sessions yet. `entrain demo` makes one without a strap.\n",
    )
    assert entrain(capsys, "sessions", "list", "--json")[:2] == (0, "[]\n")
    code, out, err = entrain(capsys, "sessions", "show", "3")
    assert (code, out) == (2, "")
    assert "There is no session '3'." in err


def test_list(recorded: Store, capsys: Typed) -> None:
    n_events = count(recorded, "event")
    code, out, err = entrain(capsys, "sessions", "list")
    assert (code, err) == (0, "")
    heading, row = out.splitlines()
    assert heading.split() == ["ID", "STARTED", "MINUTES", "PRESET", "EVENTS", "HOW", "IT", "ENDED"]
    assert row.split()[0] == "1"
    assert row.split()[3:7] == ["3.1", "quiet", str(n_events), "completed:"]
    assert row.endswith("completed: the session is complete; simulated heart")
    (each,) = json.loads(entrain(capsys, "sessions", "list", "--json")[1])
    assert (each["id"], each["n_events"], each["state"]) == (1, n_events, "completed")


@pytest.mark.usefixtures("recorded")
def test_show(capsys: Typed) -> None:
    code, out, _ = entrain(capsys, "sessions", "show", "last")
    assert code == 0
    assert out.startswith("Session 1: Three quiet minutes (quiet)\n")
    assert "  live       pulse 74 → " in out
    assert "  corrected  pulse 7" in out
    assert (
        "  0:05  baseline  1:00  measuring your resting pulse and how it varies: breathe as you like\n" in out
    )
    assert "Decisions" not in out


def test_show_why(recorded: Store, capsys: Typed) -> None:
    lines = entrain(capsys, "sessions", "show", "1", "--why")[1].splitlines()
    decisions = lines[lines.index("Decisions") + 1 :]
    assert len(decisions) == count(recorded, "decision")
    assert decisions[0].startswith("  1:05  the preset  Your resting pulse is 74. [resting pulse 74.2, ")
    assert any("the person  Easing off, as you asked. [tempo 69" in line for line in decisions)


@pytest.mark.usefixtures("recorded")
def test_show_as_json(capsys: Typed) -> None:
    shown = json.loads(entrain(capsys, "sessions", "show", "1", "--json")[1])
    assert shown["config"]["seed"] == 7
    assert shown["summary"]["rating_before"] == 6
    assert [each["phase"] for each in shown["phases"]][:2] == ["baseline", "match"]
    assert shown["decisions"][0]["what"] == "baseline_bpm"


def test_an_interrupted_session_is_summed_up_from_its_events(recorded: Store, capsys: Typed) -> None:
    whole = json.loads(entrain(capsys, "sessions", "show", "1", "--json")[1])["summary"]
    connection = sqlite3.connect(recorded.path)
    connection.execute("UPDATE session SET summary = NULL, end_reason = NULL")
    connection.commit()
    connection.close()
    code, out, _ = entrain(capsys, "sessions", "show", "1")
    assert code == 0
    assert "3.1 minutes, interrupted." in out
    assert json.loads(entrain(capsys, "sessions", "show", "1", "--json")[1])["summary"] == whole


def test_replay(recorded: Store, capsys: Typed) -> None:
    code, out, _ = entrain(capsys, "sessions", "replay", "1")
    figures = f"{count(recorded, 'event')} events, {count(recorded, 'effect')} effects"
    assert (code, out) == (0, f"Session 1: {figures}, the same bit for bit.\n")
    assert json.loads(entrain(capsys, "sessions", "replay", "1", "--json")[1])["identical"] is True
    connection = sqlite3.connect(recorded.path)
    connection.execute(
        "UPDATE effect SET body = replace(body, 'resting_pulse', 'stages_over') WHERE kind = 'Decided'"
    )
    connection.commit()
    connection.close()
    code, out, err = entrain(capsys, "sessions", "replay", "1")
    assert code == 1
    assert "the same up to here, then not.\nEvent 1" in out
    assert "then: Decided" in out
    assert "stages_over" in out
    assert "recorded by entrain" in err


def test_export(recorded: Store, home: Path, capsys: Typed) -> None:
    words = ("sessions", "export", "1", "--format", "rr", "--out", str(home / "rr.txt"))
    code, out, err = entrain(capsys, *words)
    assert (code, out) == (0, "")
    assert f"{count(recorded, 'beat')} intervals; " in err
    assert len((home / "rr.txt").read_text().splitlines()) == count(recorded, "beat")
    code, _, err = entrain(capsys, *words)
    assert code == 2
    assert "exists already" in err


@pytest.mark.usefixtures("recorded")
def test_notes(capsys: Typed) -> None:
    entrain(capsys, "sessions", "note", "1", "slept badly")
    entrain(capsys, "sessions", "note", "1", "and no coffee")
    assert entrain(capsys, "sessions", "note", "1") == (0, "slept badly\nand no coffee\n", "")
    assert "Note: slept badly\nNote: and no coffee\n" in entrain(capsys, "sessions", "show", "1")[1]
    entrain(capsys, "sessions", "note", "1", "well", "--replace")
    assert entrain(capsys, "sessions", "note", "1")[1] == "well\n"


def test_delete_asks(recorded: Store, capsys: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    code, _, err = entrain(capsys, "sessions", "delete", "1")
    assert code == 2
    assert "Add --yes." in err
    monkeypatch.setattr(sys, "stdin", Terminal("no\n"))
    assert entrain(capsys, "sessions", "delete", "1")[0] == 1
    assert len(recorded.sessions()) == 1
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    assert entrain(capsys, "sessions", "delete", "1")[0] == 0
    assert recorded.sessions() == ()


def test_backup_import_and_another_store(recorded: Store, home: Path, capsys: Typed) -> None:
    copy = str(home / "copy.db")
    assert entrain(capsys, "sessions", "backup", copy)[0] == 0
    assert entrain(capsys, "sessions", "delete", "1", "--yes")[0] == 0
    assert entrain(capsys, "sessions", "--store", copy, "list")[1].count("quiet") == 1
    assert entrain(capsys, "sessions", "import", copy)[1] == f"{copy}: session 2\n"
    assert entrain(capsys, "sessions", "import", copy)[1] == f"{copy}: nothing that is not here already\n"
    assert len(recorded.sessions()) == 1
    code, _, err = entrain(capsys, "sessions", "--store", str(home / "none.db"), "list")
    assert code == 3
    assert "There is no store" in err


@pytest.mark.parametrize("words", [("sessions",), ("presets",), ("sessions", "export"), ("presets", "check")])
def test_help(words: tuple[str, ...], capsys: Typed) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*words, "--help"])
    assert caught.value.code == 0
    assert f"entrain {' '.join(words)}" in capsys.readouterr().out


def test_presets_list_and_show(capsys: Typed) -> None:
    code, out, _ = entrain(capsys, "presets", "list")
    assert code == 0
    assert out.splitlines()[1] == "desk            10  Ten minutes at the desk"
    assert len(json.loads(entrain(capsys, "presets", "list", "--json")[1])) == 8
    assert entrain(capsys, "presets", "show", "sleep")[1].startswith("# Wind down for sleep")
    assert json.loads(entrain(capsys, "presets", "show", "sleep", "--json")[1])["minutes"] == 20.0


def test_a_preset_of_one_s_own(home: Path, capsys: Typed) -> None:
    code, out, _ = entrain(capsys, "presets", "copy", "desk", "mine")
    path = home / "presets" / "mine.toml"
    assert (code, out) == (0, f"{path}\n")
    assert entrain(capsys, "presets", "check", "mine", "desk")[:2] == (
        0,
        "mine: nothing wrong\ndesk: nothing wrong\n",
    )
    path.write_text(path.read_text().replace("minutes = 10 ", "minutes = 100 "))
    code, out, _ = entrain(capsys, "presets", "check", str(path))
    assert code == 3
    assert out.startswith(f"{path}, line 10: minutes = 100 is above 60")
    assert "mine             -  The preset" in entrain(capsys, "presets", "list")[1]
    assert entrain(capsys, "presets", "show", "mine")[0] == 3
    assert entrain(capsys, "presets", "copy", "desk", "mine")[0] == 2
    assert entrain(capsys, "presets", "copy", "desk", "../mine")[0] == 2


def test_check_goes_on_after_a_file_that_is_none(capsys: Typed) -> None:
    code, out, _ = entrain(capsys, "presets", "check", "nothing.toml", "dsek", "desk")
    assert code == 3
    assert out.splitlines()[0] == "nothing.toml cannot be read: No such file or directory."
    assert out.splitlines()[1].startswith('There is no preset "dsek". Did you mean "desk"?')
    assert out.splitlines()[2] == "desk: nothing wrong"


def test_an_encrypted_export_of_every_table(
    recorded: Store, home: Path, capsys: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = ("sessions", "export", "1", "--format", "csv", "--encrypt", "--out")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    code, _, err = entrain(capsys, *export, str(home / "beats.csv"))
    assert (code, "Try beats.csv.age." in err) == (2, True)
    code, _, err = entrain(capsys, *export, str(home / "beats.csv.age"))
    assert (code, "nobody is here to ask" in err) == (2, True)
    (home / "word").write_text("other words\n")
    words = ("--passphrase-file", str(home / "word"), "--pseudonym", "P7")
    code, _, err = entrain(capsys, *export, str(home / "session.tar.age"), *words)
    assert (code, "a tar archive inside" in err, "de-identified as P7" in err) == (0, True, True)
    data = pyrage.passphrase.decrypt((home / "session.tar.age").read_bytes(), "other words")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        beats = archive.extractfile("session/beat.csv")
        assert beats is not None
        assert beats.read().count(b",heart1,") == count(recorded, "beat")
        assert {member.uname for member in archive} == {""}


def test_deleting_says_where_it_still_is(recorded: Store, home: Path, capsys: Typed) -> None:
    for name in ("here.db", "gone.db"):
        assert entrain(capsys, "sessions", "backup", str(home / name))[0] == 0
    (home / "gone.db").unlink()
    code, _, err = entrain(capsys, "sessions", "delete", "1", "--yes")
    assert code == 0
    assert f"Still in the backup {home / 'here.db'}" in err
    assert f"The backup {home / 'gone.db'} may hold it still" in err
    assert recorded.sessions() == ()


def test_a_recording_is_brought_in(home: Path, capsys: Typed) -> None:
    (home / "night.txt").write_text("800\n810\nx\n820\n" * 20)
    code, out, err = entrain(capsys, "sessions", "import", str(home / "night.txt"))
    assert (code, out) == (3, "")
    assert "  line 3: 'x' is no number\n" in err
    code, out, err = entrain(capsys, "sessions", "import", "--keep-good", str(home / "night.txt"))
    assert (code, out.startswith(f"{home / 'night.txt'}: session 1, 60 intervals, ")) == (0, True)
    assert "It does not say when it began" in err
    assert "20 lines left out" in err
    code, out, _ = entrain(capsys, "sessions", "show", "1")
    assert (code, "60 beats" in out, "20 gaps" in out, "Phases" in out) == (0, True, True, False)
    assert entrain(capsys, "sessions", "replay", "1")[0] == 0
    assert "imported" in entrain(capsys, "sessions", "list")[1]


@pytest.mark.usefixtures("recorded")
def test_another_policy_on_the_same_inputs(home: Path, capsys: Typed) -> None:
    code, out, _ = entrain(capsys, "sessions", "replay", "1", "--policy", "fixed")
    assert code == 0
    assert "whose policy was glide, decided by fixed on the same heart and keys." in out
    assert "Decided otherwise by fixed" in out
    assert "nobody knows" in out
    both = json.loads(entrain(capsys, "sessions", "replay", "1", "--policy", "fixed", "--json")[1])
    stored = json.loads(entrain(capsys, "sessions", "show", "1", "--json")[1])
    # The stored policy decides again as it did; of the other only the beat differs, never the heart.
    assert both["then"]["decisions"] == stored["decisions"]
    assert both["otherwise"]["decisions"] != stored["decisions"]
    pulses = [[moment["pulse_bpm"] for moment in both[of]["moments"]] for of in ("then", "otherwise")]
    assert pulses[0] == pulses[1]
    same = json.loads(entrain(capsys, "sessions", "replay", "1", "--policy", "glide", "--json")[1])
    assert same["then"] == same["otherwise"]
    assert entrain(capsys, "sessions", "replay", "1", "--policy", "faster")[0] == 2
    (home / "night.txt").write_text("800\n" * 60)
    entrain(capsys, "sessions", "import", str(home / "night.txt"))
    code, _, err = entrain(capsys, "sessions", "replay", "2", "--policy", "glide")
    assert (code, "entrain run --heart replay:2" in err) == (2, True)


def test_whose_sessions_they_are(recorded: Store, capsys: Typed) -> None:
    assert "PERSON" not in entrain(capsys, "sessions")[1]
    assert entrain(capsys, "sessions", "person")[1] == "nobody named: 1 session\n"
    said = entrain(capsys, "sessions", "person", "", "P01")
    assert said == (0, "", "1 session of nobody named: now of P01.\n")
    assert entrain(capsys, "sessions", "person", "P01", "../x")[0] == 2
    assert entrain(capsys, "sessions", "person", "P01")[0] == 2
    listed = entrain(capsys, "sessions", "list", "--person", "P01")[1]
    assert "PERSON" in listed
    assert " P01 " in listed
    assert json.loads(entrain(capsys, "sessions", "list", "--json")[1])[0]["person"] == "P01"
    code, out, err = entrain(capsys, "sessions", "list", "--person", "P02")
    assert (code, out, "Nobody here is called 'P02'" in err) == (2, "", True)
    assert "Of P01." in entrain(capsys, "sessions", "show", "1")[1]


def test_a_session_is_recorded_for_somebody_and_the_app_remembers(home: Path, capsys: Typed) -> None:
    run = ("demo", "--headless", "--speed", "100000", "--minutes", "3", "--seed", "7")
    assert entrain(capsys, *run, "--person", "P01")[0] == 0
    assert entrain(capsys, *run)[0] == 0
    assert [row.person for row in Store.open().sessions()] == ["P01", ""]
    assert Desk().person == "P01"
    code, _, err = entrain(capsys, *run, "--person", "a/b")
    assert code == 2
    assert "pseudonym" in err
    assert entrain(capsys, "sessions", "person", "P01", "P02")[0] == 0
    assert Desk().person == "P02"


def test_what_is_imported_can_be_somebody_s(home: Path, capsys: Typed) -> None:
    (home / "rr.txt").write_text("\n".join(["810", "822", "835", "841"] * 10))
    assert entrain(capsys, "sessions", "import", str(home / "rr.txt"), "--person", "P03")[0] == 0
    assert Store.open().sessions()[0].person == "P03"


@pytest.mark.parametrize("suffix", [".xdf", ".parquet", ".zip"])
def test_packed_files_are_not_taken_for_encrypted_stores(home: Path, capsys: Typed, suffix: str) -> None:
    (home / f"export{suffix}").write_bytes(random.Random(1).randbytes(50_000))
    code, _, err = entrain(capsys, "sessions", "import", str(home / f"export{suffix}"))
    assert code == 3
    assert "is no text file" in err
