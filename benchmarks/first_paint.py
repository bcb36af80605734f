"""What starting costs: python -m benchmarks.first_paint [--rounds N]

Each round starts every program in a terminal of its own (a pty, 80×24, true colour), one after the other: a
bare interpreter, a bare Textual application, and the product's own commands with a home whose owner has read
the notice. Wall time runs to the moment a program's own words stand on its terminal; processor time is what
the operating system counted until it had then been quiet for half a second. Medians and ratios are printed;
nothing is asserted.
"""

import argparse
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("all is there")
Bare().run()
"""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    arguments: tuple[str, ...]  # of the interpreter
    words: bytes  # its terminal bears them once it can be used
    ends: bool = False
    beside: str = "textual"  # the case its ratio is taken to


CASES = (
    Case("interpreter", ("-c", "print('all is there')"), b"all is there", ends=True, beside="interpreter"),
    Case("textual", ("-c", BARE), b"all is there"),
    Case("entrain --help", ("-m", "entrain", "--help"), b"entrain", ends=True, beside="interpreter"),
    Case("entrain", ("-m", "entrain"), b"quit"),
    Case("entrain demo", ("-m", "entrain", "demo", "--audio", "none"), b"tense"),
)
QUIET_S = 0.5
AT_MOST_S = 12.0


def begun(arguments: tuple[str, ...], home: str) -> tuple[int, int]:
    """A process and its terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", HOME=home, ENTRAIN_HOME=home)
        os.execv(sys.executable, [sys.executable, *arguments])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    return pid, terminal


def read_the_notice(home: str) -> None:
    """Start for the first time and go on through what the program says of itself."""
    pid, terminal = begun(("-m", "entrain"), home)
    seen, until_s = b"", time.monotonic() + 4 * AT_MOST_S
    while b"quit" not in seen and time.monotonic() < until_s:
        if select.select([terminal], [], [], QUIET_S)[0]:
            seen += os.read(terminal, 1 << 16)
        else:
            os.write(terminal, b"\r")
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)


def started(case: Case, home: str) -> tuple[float, float]:
    """Seconds to the words, and processor seconds to quiet."""
    from_s = time.monotonic()
    pid, terminal = begun(case.arguments, home)
    words_s, seen, cpu_s = None, b"", None
    while time.monotonic() - from_s < AT_MOST_S:
        ready, _, _ = select.select([terminal], [], [], QUIET_S)
        if not ready and words_s is not None:
            break
        try:
            seen += os.read(terminal, 1 << 16) if ready else b""
        except OSError:  # the program has ended
            break
        if words_s is None and case.words in seen:
            words_s = time.monotonic() - from_s
    if not case.ends:
        cpu_s = _cpu_s(pid)
        os.kill(pid, signal.SIGKILL)
    _, _, used = os.wait4(pid, 0)
    os.close(terminal)
    if words_s is None:
        raise SystemExit(f"{case.name}: {case.words!r} never stood on the terminal")
    return words_s, used.ru_utime + used.ru_stime if cpu_s is None else cpu_s


def _cpu_s(pid: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    asked = argparse.ArgumentParser(description="What starting costs.")
    asked.add_argument("--rounds", type=int, default=7)
    taken: dict[str, list[tuple[float, float]]] = {case.name: [] for case in CASES}
    rounds = asked.parse_args().rounds
    with tempfile.TemporaryDirectory() as home:
        read_the_notice(home)
        for _ in range(rounds):
            for case in CASES:
                taken[case.name].append(started(case, home))
    wall = {name: statistics.median(each for each, _ in times) for name, times in taken.items()}
    cpu = {name: statistics.median(each for _, each in times) for name, times in taken.items()}
    print(f"{'':<16} {'first paint':>12} {'ratio':>6} {'processor':>12} {'ratio':>6}")
    for case in CASES:
        name, other = case.name, case.beside
        print(
            f"{name:<16} {wall[name]:>10.2f} s {wall[name] / wall[other]:>6.2f} "
            f"{cpu[name]:>10.2f} s {cpu[name] / cpu[other]:>6.2f}"
        )


if __name__ == "__main__":
    main()
