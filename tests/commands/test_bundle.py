"""A fault can be sent in, and nothing of a person with it: what is planted everywhere is found nowhere."""

import json
import logging
import os
import sqlite3
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from entrain.app.bundle import without_names
from entrain.cli import main
from entrain.commands import voices
from entrain.control.events import Link
from entrain.faults import kept, last_lines, log_path
from entrain.storage import settings

PSEUDONYM, STRAP, ADDRESS, RR_MS = "Wilhelmine", "H10 5F3C2A1B", "A0:9E:1A:5F:3C:2A", (833.984, 917.969)
PLANTED = (PSEUDONYM, STRAP, "5F3C2A1B", ADDRESS, ADDRESS.replace(":", "_"), *map(str, RR_MS))
Typed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / PSEUDONYM  # as a folder of a person's own is called
    home.mkdir()
    monkeypatch.setenv("ENTRAIN_HOME", str(home))
    monkeypatch.setenv("ENTRAIN_DEBUG_LOG", "1")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/at/all")
    monkeypatch.setattr("entrain.headless.missing.BLOCKED_S", 0.5)
    monkeypatch.chdir(tmp_path)
    return home


def sat(preset: str = "desk") -> None:
    """A session of the person, with the strap's name in the note."""
    typed = f"run --headless --heart sim --speed 500 --minutes 1 --audio none --preset {preset}"
    assert main([*typed.split(), "--person", PSEUDONYM]) == 0
    assert main(["sessions", "note", "1", f"{STRAP} {ADDRESS} {RR_MS}"]) == 0


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def test_nothing_of_a_person_is_in_the_debug_log_or_the_bundle(
    monkeypatch: pytest.MonkeyPatch, home: Path, capsys: Typed
) -> None:
    assert main(["presets", "copy", "desk", PSEUDONYM.lower()]) == 0
    sat(PSEUDONYM.lower())
    sat()
    settings.change(lambda now: replace(now, streams_left_on=(ADDRESS,)))
    Path("rr.txt").write_text("\n".join(f"{rr:.3f}" for rr in RR_MS * 200))
    assert main(["sessions", "import", "rr.txt", "--person", PSEUDONYM]) == 0
    lost = f"run --headless --heart ble:{ADDRESS} --audio none --minutes 1 --person {PSEUDONYM}"
    assert main(lost.split()) == 4

    def broken(_: object) -> int:
        try:
            raise KeyError(f"{PSEUDONYM}: {RR_MS}")
        except KeyError as error:
            logging.getLogger("entrain.x").info("%s: %s of %s at %s", Link.LOST, RR_MS, STRAP, ADDRESS)
            raise ExceptionGroup(STRAP, [ValueError(ADDRESS)]) from error

    with monkeypatch.context() as context:
        context.setattr(voices, "run", broken)
        with pytest.raises(ExceptionGroup):
            main(["voices", "list"])

    assert main(["doctor", "--bundle", "fault.zip"]) == 0
    assert "fault.zip" in capsys.readouterr().err
    told = parts(Path("fault.zip"))
    log = log_path().read_text()
    for name, text in {**told, "the log": log}.items():
        assert [each for each in PLANTED if each.lower() in text.lower()] == [], name
    for wanted in ("entrain run begins", "NO_BUS", "LOST: … of … at …", "builtins.KeyError", "ValueError"):
        assert wanted in told["debug.log"], wanted
    assert "entrain/cli.py:" in told["debug.log"]
    assert str(home.parent) not in "".join(told.values())
    assert set(json.loads(told["versions.json"])) >= {"entrain", "Python", "system", "bleak", "numpy"}
    known = json.loads(told["settings.json"])
    assert known["n_streams_left_on"] == 1
    assert known["n_sessions_by_preset"]["(own)"] >= 1
    assert known["n_sessions_by_preset"]["desk"] == 2  # the one without a heart too
    assert [each["what"] for each in json.loads(told["doctor.json"])][-1] == "storage"
    # What was planted is there, or this test could find nothing of it.
    connection = sqlite3.connect(home / "sessions.db")
    assert PSEUDONYM in "".join(connection.iterdump())
    connection.close()


def test_a_bundle_takes_nobody_s_place_and_makes_no_folder(capsys: Typed) -> None:
    Path("taken.zip").write_text("mine")
    assert main(["doctor", "--bundle", "taken.zip"]) == 2
    assert main(["doctor", "--bundle", "no/fault.zip"]) == 2
    assert Path("taken.zip").read_text() == "mine"
    assert capsys.readouterr().err.count("\n") == 4


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_the_log_is_its_owner_s_alone_and_does_not_grow(home: Path) -> None:
    before = os.umask(0)
    try:
        with kept("entrain run"):
            for _ in range(20_000):
                logging.getLogger("entrain.x").info("link %s", Link.STREAMING)
    finally:
        os.umask(before)
    files = sorted(home.glob("debug.log*"))
    assert [file.name for file in files] == ["debug.log", "debug.log.1", "debug.log.2"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert sum(file.stat().st_size for file in files) <= 600_000
    assert len(last_lines(500)) == 500
    assert logging.getLogger("entrain").handlers == []


def test_off_by_default_and_no_reason_to_stop(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Typed
) -> None:
    log_path().mkdir()  # in the log's place
    assert main(["presets", "list"]) == 0
    assert "debug log" in capsys.readouterr().err
    log_path().rmdir()
    monkeypatch.delenv("ENTRAIN_DEBUG_LOG")
    assert main(["presets", "list"]) == 0
    assert not log_path().exists()


@pytest.mark.parametrize("words", [["--debug-log", "presets", "list"], ["presets", "list", "--debug-log"]])
def test_one_flag_keeps_it_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, home: Path, words: list[str]
) -> None:
    monkeypatch.delenv("ENTRAIN_DEBUG_LOG")
    assert main(["presets", "list"]) == 0
    assert not log_path().exists()
    assert main(words) == 0
    assert "entrain presets begins; entrain " in log_path().read_text("utf-8")
    assert log_path().parent == home


def test_it_starts_anew_before_it_gets_long(home: Path) -> None:
    """Three files of 200 kB at most, whatever is said."""
    with kept("entrain"):
        for _ in range(12_000):
            logging.getLogger("entrain.tests").info(
                "a line of some sixty characters that says nothing at all"
            )
    sizes = {path.name: path.stat().st_size for path in home.glob("debug.log*")}
    assert sizes.keys() == {"debug.log", "debug.log.1", "debug.log.2"}
    assert max(sizes.values()) <= 200_000


def test_sentences_of_the_doctor_lose_names(home: Path) -> None:
    told = f'Sound plays through "{PSEUDONYM} buds": 48 kHz; {ADDRESS}; 3 sessions in {home}/sessions.db.'
    assert without_names(told) == "Sound plays through …: 48 kHz; …; 3 sessions in …"
    assert without_names(f"Make {home.parent} writable.") == "Make … writable."
