"""What people type that cannot be, and where the output goes that nobody takes: sentences and exit codes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from entrain.cli import main

DEMO = ("demo", "--headless", "--speed", "500", "--minutes", "1", "--seed", "1", "--audio", "none")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("repot", 'Did you mean "report"?'),
        ("start", "`entrain run` begins a session"),
        ("--voice rain", "--voice has to come after a command."),
        ("run --minutes ten", "--minutes: 'ten' is no number such as 10 or 7.5."),
        ("run --heart sim --speed nan --headless", "--speed: 'nan' is no number"),
        ("render --out x.wav --from inf", "--from: 'inf' is no number"),
        ("run --seed 1.5", "--seed: '1.5' is no whole number"),
        ("run --tempo 60", "Unrecognized arguments: --tempo 60."),
        ("sessions lst", "There is no action 'lst' (choose from"),
        ("analyse", "The following arguments are required: FILE."),
        ("analyse 1 --seed -1", "--seed: -1 is below 0."),
        ("report 1 --seed -1", "--seed: -1 is below 0."),
    ],
)
def test_what_cannot_be_is_answered_in_two_lines(
    typed: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(typed.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "--help` " in err
    assert len(err.splitlines()) == 2


def test_a_passphrase_file_may_stand_after_the_action(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sessions", "list", "--passphrase-file", str(tmp_path / "any")]) == 0
    assert "No sessions yet" in capsys.readouterr().err


def entrain(*words: str, **streams: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "entrain", *words]
    return subprocess.run(command, text=True, timeout=60, check=False, **streams)  # pyright: ignore


@pytest.mark.parametrize("words", [DEMO, (*DEMO, "--json"), ("presets", "show", "desk")])
def test_nobody_reads_on_and_nothing_is_said_of_it(words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = entrain(*words, stdout=writing, stderr=subprocess.PIPE)
    finally:
        os.close(writing)
    assert done.returncode == 0
    assert "Error" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("words", [DEMO, ("presets", "list")])
def test_output_on_a_full_disk_is_a_sentence(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = entrain(*words, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == ("entrain: The output cannot be written: No space left on device.")


def test_a_session_whose_lines_nobody_reads_ends_and_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "entrain", "demo", "--headless", "--speed", "20", "--audio", "none"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.wait(timeout=30) == 0
    assert main(["sessions", "list"]) == 0
    assert "stopped, as you asked" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="no file descriptors to close before the start")
@pytest.mark.parametrize("words", [(), ("run",), ("sessions", "encrypt")])
def test_closed_streams_are_an_empty_input_and_no_terminal(words: tuple[str, ...]) -> None:
    def close_streams() -> None:
        os.close(0)
        os.close(1)

    done = entrain(*words, stderr=subprocess.PIPE, preexec_fn=close_streams)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_terminal_without_the_letters_shows_a_question_mark() -> None:
    assert entrain(*DEMO, stdout=subprocess.PIPE).returncode == 0
    narrow = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = entrain("sessions", "trend", env=narrow, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0
    assert "?" in done.stdout
