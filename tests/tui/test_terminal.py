"""The app on a real terminal that is slow, stuck, or gone: it ends all the same, and its log is whole."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from entrain.control.events import Tick
from entrain.storage.log.store import Store
from entrain.tui.terminal import Output

SOON_S = 20.0  # on a busy machine; without one it is a second or two


@dataclass
class Desk:
    """The demo in a process of its own, and our end of its terminal."""

    process: subprocess.Popen[bytes]
    ours: int

    def read(self, for_s: float, per_s: float = 1e9) -> bytes:
        """What it draws, no more than `per_s` bytes a second."""
        seen, until_s = b"", time.monotonic() + for_s
        while time.monotonic() < until_s and self.process.poll() is None:
            ready, _, _ = select.select([self.ours], [], [], 0.05)
            if ready:
                with suppress(OSError):  # it has just left: there is no other end any more
                    seen += os.read(self.ours, int(min(65536, max(1, per_s * 0.1))))
            if per_s < 1e6:
                time.sleep(0.1)
        return seen

    def until(self, mark: bytes, within_s: float = 60.0) -> None:
        seen, until_s = b"", time.monotonic() + within_s
        while mark not in seen:
            assert time.monotonic() < until_s, seen[-1000:]
            seen += self.read(0.1)


@contextmanager
def running(home: Path, *, ignoring_hangup: bool = False) -> Iterator[Desk]:
    (home / "settings.json").write_text('{"notice_accepted_utc": "2026-01-01T00:00:00+00:00"}')
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))

    def own_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        if ignoring_hangup:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    command = [sys.executable, "-m", "entrain", "demo", "--audio", "none"]
    environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "ENTRAIN_HOME": str(home)}
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ, preexec_fn=own_terminal
    )
    os.close(theirs)
    desk = Desk(process, ours)
    try:
        desk.until(b"calm")
        os.write(ours, b"\r")
        desk.until(b"tempo")
        desk.read(2.0)
        yield desk
    finally:
        process.kill()
        process.wait()
        with suppress(OSError):  # the test closed it
            os.close(ours)


def ticks(home: Path) -> list[float]:
    """The seconds that are in the log of the one session there is; they must be without a gap."""
    stored = Store(home / "sessions.db").load(1)
    seconds = [event.t_s for event, _ in stored.records if isinstance(event, Tick)]
    assert seconds == [float(n) for n in range(1, len(seconds) + 1)]
    assert not stored.damage()
    return seconds


def test_a_terminal_that_is_gone_ends_the_session_even_where_hangups_are_ignored(tmp_path: Path) -> None:
    with running(tmp_path, ignoring_hangup=True) as desk:
        os.close(desk.ours)
        assert desk.process.wait(SOON_S) == 130
    assert len(ticks(tmp_path)) >= 2


def test_a_terminal_that_takes_nothing_more_holds_up_neither_session_nor_signal(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        time.sleep(6.0)  # nobody reads: the terminal is full within a second
        desk.process.send_signal(signal.SIGTERM)
        assert desk.process.wait(SOON_S) == 130
    assert len(ticks(tmp_path)) >= 7  # it went on meanwhile


def test_a_slow_terminal_holds_up_neither_log_nor_stop(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        desk.read(5.0, per_s=4000)
        os.write(desk.ours, b"q")
        desk.read(1.0, per_s=4000)
        os.write(desk.ours, b"q")  # no undo
        began_s = time.monotonic()
        while desk.process.poll() is None and time.monotonic() - began_s < 2 * SOON_S:
            desk.read(1.0, per_s=4000)
            os.write(desk.ours, b"\r")  # away from the summary
        assert desk.process.wait(1.0) == 0
    assert len(ticks(tmp_path)) >= 6


def test_output_never_waits_and_says_how_far_behind_it_is() -> None:
    ours, theirs = pty.openpty()
    output = Output(theirs)
    began_s = time.monotonic()
    for _ in range(200):
        output.put("x" * 5000)
    assert time.monotonic() - began_s < 2.0
    time.sleep(0.5)
    assert output.late_s > 0.3
    output.forget()
    output.put("the end")
    got: list[bytes] = []

    def read() -> None:
        while b"the end" not in b"".join(got[-2:]):
            got.append(os.read(ours, 4096))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(10.0)
    assert not reader.is_alive()
    assert len(b"".join(got)) < 100_000
    output.close()
    os.close(ours)
    os.close(theirs)


def test_output_to_a_terminal_that_is_gone_is_let_go(recwarn: pytest.WarningsRecorder) -> None:
    ours, theirs = pty.openpty()
    output = Output(theirs)
    os.close(ours)
    output.put("x")
    until_s = time.monotonic() + 10.0
    while not output.gone and time.monotonic() < until_s:
        time.sleep(0.01)
    assert output.gone
    output.close()
    os.close(theirs)
