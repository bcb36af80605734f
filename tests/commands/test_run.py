"""`entrain run` as people type it: hearts that go together, errors in sentences, lines for programs."""

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from entrain.cli import main
from entrain.wording.notice import LINES, PAGES, VERSION


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))


def lines(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict]:
    assert main(words) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_simulated_session_at_speed_tells_everything_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    said = lines(capsys, "run", "--heart", "sim:7", "--minutes", "3", "--json", "--speed", "5000")
    assert {line["event"] for line in said} >= {
        "strap", "beat", "pulse", "phase", "tempo", "breath", "onset", "summary",
    }  # fmt: skip
    assert all("t_s" in line for line in said)
    times = [line["t_s"] for line in said[:-1] if line["event"] in ("pulse", "onset", "breath", "phase")]
    assert times == sorted(times)
    assert said[-1]["event"] == "summary"
    assert said[-1]["completed"]
    assert said[-1]["session_id"] == 1


def test_what_was_recorded_can_be_played_again_as_a_heart(capsys: pytest.CaptureFixture[str]) -> None:
    first = lines(capsys, "run", "--heart", "sim:3", "--minutes", "2", "--json", "--speed", "5000")
    again = lines(capsys, "run", "--heart", "replay:1", "--minutes", "2", "--json", "--speed", "5000")
    beats = [[line["rr_ms"] for line in said if line["event"] == "beat"] for said in (first, again)]
    n = min(map(len, beats))
    assert n > 100
    assert beats[0][:n] == beats[1][:n]
    assert main(["sessions", "replay", "2"]) == 0


def test_a_recording_plays_as_a_heart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rr.txt"
    path.write_text("\n".join(str(850 + 40 * (n % 5 - 2)) for n in range(400)))
    said = lines(capsys, "run", "--heart", f"replay:{path}", "--json", "--speed", "5000")
    assert said[-1]["reason"]["code"] == "recording_over"
    assert said[-1]["n_beats"] == 400


def test_without_a_sensor_it_guides(capsys: pytest.CaptureFixture[str]) -> None:
    said = lines(capsys, "run", "--heart", "none", "--minutes", "2", "--json", "--speed", "5000")
    assert next(line["name"] for line in said if line["event"] == "phase") == "match"
    assert said[-1]["n_onsets"] > 60


def test_two_hearts_make_a_group(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("run", "--heart", "sim:1", "--heart", "sim:2", "--minutes", "2", "--json", "--speed", "5000")
    assert {line["strap"] for line in lines(capsys, *words) if line["event"] == "beat"} == {"sim:1", "sim:2"}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--heart", "elephant"), 2, "There is no heart 'elephant'"),
        (("--heart", "sim:x"), 2, "whole number"),
        (("--heart", "sim:1:elephant"), 2, "no simulated person"),
        (("--heart", "ble", "--speed", "5"), 2, "faster than life"),
        (("--heart", "sim", "--speed", "0"), 2, "above 0"),
        (("--heart", "sim", "--speed", "5", "--audio", "device"), 2, "real time"),
        (("--heart", "sim", "--minutes", "0.2"), 2, "1 to 60 minutes"),
        (("--heart", "sim", "--heart", "none"), 2, "no other heart"),
        (("--heart", "tap", "--headless"), 2, "needs a terminal"),
        (("--heart", "sim", "--preset", "elephant"), 2, "elephant"),
        (("--heart", "sim", "--voice", "elephant", "--headless"), 2, "elephant"),
        (("--heart", "replay:/no/such/file", "--headless"), 3, "/no/such/file"),
        (("--heart", "replay:99", "--headless"), 2, "99"),
    ],
)
def test_what_does_not_go_together_is_a_sentence(
    words: tuple[str, ...], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--headless", *words]) == code
    captured = capsys.readouterr()
    assert told in captured.err
    assert "Traceback" not in captured.err


def test_without_a_terminal_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 2
    assert "--headless" in capsys.readouterr().err


def test_the_notice_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "--heart", "none", "--minutes", "1", "--headless", "--speed", "9999"]
    assert main(words) == 0
    assert LINES.split("\n")[0] in capsys.readouterr().err
    assert main(words) == 0
    assert LINES.split("\n")[0] not in capsys.readouterr().err


def test_ctrl_c_ends_cleanly_and_what_was_recorded_is_whole() -> None:
    command = [sys.executable, "-m", "entrain", "demo", "--headless", "--json", "--audio", "none"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert running.stdout is not None
    while "beat" not in running.stdout.readline():
        assert running.poll() is None
    time.sleep(0.3)
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=10)
    last = json.loads(out.splitlines()[-1])
    assert running.returncode == 130
    assert last["event"] == "summary"
    assert last["reason"]["code"] == "stopped"
    assert main(["sessions", "replay", str(last["session_id"])]) == 0


def test_help_is_quick_because_nothing_is_imported() -> None:
    code = "import sys; from entrain.cli import parser; parser().format_help(); print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"numpy", "scipy", "bleak", "textual", "sounddevice", "asyncio", "sqlite3"}
    assert not heavy & set(loaded)
    assert not [name for name in loaded if name.startswith("entrain.commands.")]


def test_a_headless_session_loads_no_screen_and_no_scipy(tmp_path: Path) -> None:
    code = (
        "import sys; from entrain.cli import main;"
        "main(['run', '--heart', 'none', '--minutes', '1', '--headless', '--speed', '9999']);"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert not {"textual", "scipy", "bleak"} & loaded


def test_the_notice_is_said_once_to_each_person_and_again_when_it_says_something_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["run", "--heart", "none", "--minutes", "1", "--headless", "--speed", "9999", "--person"]

    def is_said(person: str) -> bool:
        assert main([*words, person]) == 0
        return LINES.split("\n")[0] in capsys.readouterr().err

    assert [is_said(person) for person in ("P01", "P02", "P01", "P02", "")] == [
        True,
        True,
        False,
        False,
        True,
    ]
    monkeypatch.setattr("entrain.wording.notice.VERSION", "next")
    assert is_said("P01")


def test_another_text_of_the_notice_is_another_version() -> None:
    """Whoever read the one before is shown the new one: change the version together with this."""
    said = repr((PAGES, LINES)).encode()
    assert (VERSION, hashlib.sha256(said).hexdigest()[:16]) == ("1", "850ab69dc90aed09")
