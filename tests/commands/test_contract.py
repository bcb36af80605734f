"""The command line as a contract: exit codes by one rule for all commands, --json, examples in help."""

import argparse
import importlib
import json
import os
import stat
from pathlib import Path

import pytest

from entrain.arguments import Parser
from entrain.cli import COMMANDS, main
from tests.support import record_fixture

Typed = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("once") / "sessions.db"
    record_fixture.record(path)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, once: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/at/all")
    (tmp_path / "sessions.db").write_bytes(once)
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "taken.wav").write_text("mine")
    (tmp_path / "taken.html").write_text("mine")
    (tmp_path / "taken.csv").write_text("mine")
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00\x01" * 9)
    (tmp_path / "bad.toml").write_text("title = [")
    (tmp_path / "bad.db").write_bytes(once[:4096] + bytes(len(once) - 4096))
    (tmp_path / "empty.db").write_text("")
    (tmp_path / "good.txt").write_text("800\n" * 400)
    return tmp_path


GIVEN = ("taken", "taken.wav", "taken.html", "taken.csv", "bad.csv", "bad.db", "empty.db", "good.txt")
RUN = "run --headless --audio none --speed 500 --minutes 1"
CODES = [
    # a name that does not exist: 2
    *(
        (f"sessions {action}", 2)
        for action in ("show 99", "show nobody", "replay 99", "note 99 x", "delete 99 --yes")
    ),
    ("sessions export 99 --format rr --out x", 2),
    ("sessions export 1 --format pdf --out x", 2),
    ("sessions person nobody P02", 2),
    ("sessions list --person nobody", 2),
    ("sessions trend --person nobody", 2),
    ("person show nobody", 2),
    ("person export nobody --out x", 2),
    ("person forget nobody --yes", 2),
    ("person note nobody --said x", 2),
    ("analyse good.txt --column nothing", 2),
    ("analyse good.txt --unit furlong", 2),
    ("analyse good.txt --strap nobody", 2),
    ("sessions import good.txt --column nothing", 2),
    ("sessions import good.txt --strap nobody", 2),
    ("demo --preset nothing", 2),
    ("assess --headless --heart replay:99", 2),
    ("sessions nothing", 2),
    # a store that is not as the action needs it: 1
    ("sessions passphrase", 1),
    ("sessions decrypt", 1),
    ("analyse 99", 2),
    ("report 99", 2),
    ("report --person nobody", 2),
    (f"{RUN} --heart sim --preset nothing", 2),
    (f"{RUN} --heart sim --voice nothing", 2),
    (f"{RUN} --heart nothing", 2),
    (f"{RUN} --heart replay:99", 2),
    ("render --preset nothing --out x.wav", 2),
    ("render --voice nothing --out x.wav", 2),
    ("voices play nothing", 2),
    ("presets show nothing", 2),
    ("presets copy nothing mine", 2),
    ("presets check nothing", 2),
    ("simulate --policy nothing", 2),
    ("simulate --preset nothing", 2),
    ("nothing", 2),
    # an input file that is not there or cannot be read: 3
    ("analyse nowhere.csv", 3),
    ("analyse bad.csv", 3),
    ("sessions import nowhere.csv", 3),
    ("sessions import bad.csv", 3),
    ("sessions import bad.db", 3),
    ("sessions import good.txt bad.csv bad.db", 3),
    ("sessions --store nowhere.db list", 3),
    ("sessions --store taken list", 3),
    ("sessions --store empty.db list", 3),
    ("sessions --store good.txt show 1", 3),
    ("report --store taken 1", 3),
    ("assess --headless --heart replay:nowhere.csv", 3),
    ("report --store nowhere.db 1", 3),
    (f"{RUN} --heart replay:nowhere.csv", 3),
    (f"{RUN} --heart replay:bad.csv", 3),
    (f"{RUN} --heart sim --preset nowhere.toml", 3),
    (f"{RUN} --heart sim --preset bad.toml", 3),
    ("presets check bad.toml", 3),
    ("presets show nowhere.toml", 3),
    ("render --preset bad.toml --out x.wav", 3),
    # an output that exists, or whose folder is missing: 2
    ("sessions export 1 --format rr --out taken", 2),
    ("sessions export 1 --format rr --out no/x", 2),
    ("sessions backup taken", 2),
    ("sessions backup no/x", 2),
    ("sessions trend --out taken.csv", 2),
    ("sessions trend --out no/x.csv", 2),
    ("report 1 --out taken.html", 2),
    ("doctor --bundle taken", 2),
    ("doctor --bundle no/x.zip", 2),
    ("report 1 --out no/x.html", 2),
    ("render --minutes 0.5 --out taken.wav", 2),
    ("render --minutes 0.5 --out no/x.wav", 2),
    ("analyse good.txt --out taken.csv", 2),
    ("analyse good.txt --out no/x.csv", 2),
    ("run --headless --heart sim --speed 500 --minutes 1 --audio file:taken.wav", 2),
    ("run --headless --heart sim --speed 500 --minutes 1 --audio file:no/x.wav", 2),
    # no such device: 4
    ("straps --seconds 1", 4),
    ("voices play soft --audio device:nosuch", 4),
    ("run --headless --heart sim --audio device:nosuch --minutes 1", 4),
    # all is well: 0
    ("sessions list", 0),
    ("sessions import good.txt", 0),
    ("presets check desk", 0),
]


@pytest.mark.parametrize(("typed", "code"), CODES)
def test_one_rule_for_all_commands(typed: str, code: int, home: Path, capsys: Typed) -> None:
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.name in GIVEN}
    assert main(typed.split()) == code, capsys.readouterr().err[-500:]
    assert {name: (home / name).read_bytes() for name in before} == before, "what was given stays as it is"
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert code == 0 or said.strip() or typed.startswith("presets check")


def test_a_strap_without_bluetooth_ends(monkeypatch: pytest.MonkeyPatch, capsys: Typed) -> None:
    monkeypatch.setattr("entrain.headless.missing.BLOCKED_S", 0.5)
    assert (
        main(["run", "--headless", "--heart", "ble:AA:BB:CC:DD:EE:FF", "--audio", "none", "--minutes", "1"])
        == 4
    )
    assert "Bluetooth" in capsys.readouterr().err


def test_one_bad_file_keeps_no_other_one_out(home: Path, capsys: Typed) -> None:
    (home / "other.txt").write_text("900\n" * 400)
    assert main(["sessions", "import", "good.txt", "bad.csv", "other.txt"]) == 3
    out, err = capsys.readouterr()
    assert out.count(": session ") == 2
    assert "bad.csv" in err


@pytest.mark.parametrize(
    "typed",
    [
        *("sessions list", "sessions show 1", "sessions trend", "sessions replay 1", "sessions person"),
        *("presets list", "presets show desk", "voices list", "voices scales", "doctor"),
    ],
)
def test_what_is_listed_or_shown_is_there_for_programs(typed: str, capsys: Typed) -> None:
    assert main([*typed.split(), "--json"]) in (0, 1)
    json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_an_example(name: str) -> None:
    module = importlib.import_module(f"entrain.commands.{COMMANDS[name][0]}")
    parser = Parser(prog=f"entrain {name}", description=module.__doc__)
    module.add_arguments(parser)
    assert f"entrain {name}" in parser.format_help().partition("usage:")[2].partition("\n\n")[2]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for typed, each in action.choices.items():
                said = each.format_help().partition("usage:")[2].partition("\n\n")[2]
                assert f"\n  entrain {name} {typed}" in said, typed


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_whatever_is_written_is_for_its_owner_alone(home: Path, capsys: Typed, umask: int) -> None:
    before = os.umask(umask)
    try:
        for typed in (
            *(
                "sessions export 1 --format csv --out csv",
                "sessions backup b.db",
                "sessions trend --out t.csv",
            ),
            *("report 1 --out r.html", "presets copy desk mine", "analyse good.txt --out a.csv"),
            *("render --minutes 0.2 --out x.wav", "sessions import good.txt"),
        ):
            assert main(typed.split()) == 0, (typed, capsys.readouterr().err)
        assert os.umask(umask) == umask, "whoever called has theirs back"
    finally:
        os.umask(before)
    made = [*home.glob("csv/*"), *(home / name for name in ("b.db", "t.csv", "r.html", "a.csv", "x.wav"))]
    made += [home / "presets" / "mine.toml", home / "sessions.db"]
    assert len(made) > 8
    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in made} == {
        path.name: "0o600" for path in made
    }
