"""The app as a process on a terminal of its own, and a signal that ends it."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from entrain.cli import main


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back_and_the_session_can_go_on(
    number: signal.Signals,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "xterm-256color")
    (tmp_path / "settings.json").write_text('{"notice_accepted_utc": "2026-01-01T00:00:00+00:00"}')
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    command = [sys.executable, "-m", "entrain", "demo", "--audio", "none"]
    running = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        _read_until(ours, b"calm")
        os.write(ours, b"\r")
        _read_until(ours, b"tempo")
        time.sleep(1.0)
        running.send_signal(number)
        assert b"Traceback" not in _read_until(ours, b"\x1b[?1049l")
        assert running.wait(timeout=60) == 130
    finally:
        running.kill()
        running.wait()
        os.close(ours)
    assert main(["sessions", "list"]) == 0
    assert "interrupted" in capsys.readouterr().out


def _read_until(terminal: int, mark: bytes, within_s: float = 60.0) -> bytes:
    """What the app writes up to `mark`, with what came along."""
    seen, until_s = b"", time.monotonic() + within_s
    while mark not in seen:
        ready, _, _ = select.select([terminal], [], [], max(0.0, until_s - time.monotonic()))
        assert ready, seen[-2000:]
        seen += os.read(terminal, 65536)
    return seen
