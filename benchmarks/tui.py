"""What the screen costs: python -m benchmarks.tui [SECONDS]

Each case runs the real app in a terminal of its own (a pty, true colour) against a scripted session, and the
operating system says how much processor time it took. Nothing is asserted here.
"""

import argparse
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path

from entrain.clock import Clock, MonotonicClock


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    columns: int
    rows: int
    keys: bytes = b""
    home: bool = False


CASES = (
    Case("session, orb, 80x24", 80, 24),
    Case("session, wave, 80x24", 80, 24, b"i"),
    Case("session, petals, 80x24", 80, 24, b"ii"),
    Case("session, bar, 80x24", 80, 24, b"iii"),
    Case("session, orb, 120x40", 120, 40),
    Case("session, wave, 120x40", 120, 40, b"i"),
    Case("session, eyes closed, 80x24", 80, 24, b"c"),
    Case("session, paused, 80x24", 80, 24, b" "),
    Case("home, idle, 80x24", 80, 24, home=True),
)
SETTLE_S = 3.0


def child(home: bool) -> None:
    """The app, in the process that is measured."""
    from entrain.ports import OpenedSession, SessionChoice
    from entrain.tui.app import Home, Manners, run_home, run_session
    from tests.support.pictures import CHOICE, find
    from tests.support.scripted import VOICES, Script, ScriptedPort, presets

    clock: Clock = MonotonicClock()

    async def open_session(_choice: SessionChoice | None = None) -> OpenedSession:
        return OpenedSession(ScriptedPort(clock, Script(begins_at_s=200.0)))

    if home:
        run_home(Home(presets(), VOICES, find, open_session, CHOICE))
    else:
        run_session(open_session, Manners(check_in=False))


def measure(case: Case, seconds: float) -> None:
    started_s = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.tui", "--child", str(int(case.home))])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", case.rows, case.columns, 0, 0))
    first_paint_s: float | None = None
    pressed = False
    seen = b""
    n_bytes = 0
    cpu_from_s, from_s = 0.0, 0.0
    while time.monotonic() - started_s < SETTLE_S + seconds:
        ready, _, _ = select.select([terminal], [], [], 0.2)
        got = os.read(terminal, 1 << 16) if ready else b""
        if first_paint_s is None:
            seen += got
            if b"stop" in seen or b"quit" in seen:
                first_paint_s = time.monotonic() - started_s
        if first_paint_s is not None and not pressed:
            pressed = True
            os.write(terminal, case.keys)
        if not from_s and time.monotonic() - started_s >= SETTLE_S:
            cpu_from_s, from_s = _cpu_s(pid), time.monotonic()
        if from_s:
            n_bytes += len(got)
    took_s = time.monotonic() - from_s
    percent = 100 * (_cpu_s(pid) - cpu_from_s) / took_s
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)
    paint = "-" if first_paint_s is None else f"{first_paint_s:.2f} s"
    print(f"{case.name:<30} {percent:5.1f} %   {n_bytes / took_s / 1e3:6.0f} kB/s   first paint {paint}")


def _cpu_s(pid: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        child(home=sys.argv[2] == "1")
        return
    asked = argparse.ArgumentParser(description="What the screen costs.")
    asked.add_argument(
        "seconds", metavar="SECONDS", type=float, nargs="?", default=12.0, help="for each case"
    )
    seconds = asked.parse_args().seconds
    for case in CASES:
        measure(case, seconds)


if __name__ == "__main__":
    main()
