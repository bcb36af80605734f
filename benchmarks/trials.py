"""Real sessions in real trouble: `python -m benchmarks.trials [NAME...]`.

Each trial runs `entrain run --headless --json` as a program of its own, does something to it or to its disk,
and prints what it said, how it ended, and whether every beat that it printed is in a store afterwards. Needs
Linux; for a small and for a read-only disk the rights to mount one, for the wall clock Debian's libfaketime.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from entrain.control.events import BeatSeen, PulseMeasured
from entrain.control.session import reduce, start
from entrain.storage.log.store import Store
from entrain.storage.log.verify import replay
from entrain.storage.places import HOME_VARIABLE
from entrain.storage.recovery.absorb import absorb
from entrain.storage.recovery.salvage import repair

ROOT = Path(__file__).parents[1]
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
LIVE = ("--audio", "none", "--heart", "sim:7", "--seed", "1")
FAST = ("--heart", "sim:7", "--seed", "1", "--speed", "40", "--minutes", "20")


@dataclass
class Program:
    """A running `entrain run`; what it printed goes to files, so that it never has to wait for a reader."""

    process: "subprocess.Popen[bytes]"
    out: Path
    err: Path

    def end(self, with_signal: int | None = signal.SIGINT) -> int:
        if with_signal is not None:
            self.process.send_signal(with_signal)
        return self.process.wait(120)

    def said(self) -> list[str]:
        return [line for line in self.err.read_text().splitlines() if not _is_notice(line)]

    def lines(self, event: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for text in self.out.read_text().splitlines():
            line = json.loads(text)
            if line["event"] == event:
                found.append(line)
        return found


def run(home: Path, *words: str, environment: Mapping[str, str] | None = None) -> Program:
    """Begin a session whose store is in `home`."""
    place = Path(tempfile.mkdtemp(prefix="entrain-trial-"))
    (home / "settings.json").write_text('{"notice_accepted_utc": "2026-01-01T00:00:00+00:00"}')
    with (place / "out").open("wb") as out, (place / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "entrain", "run", "--headless", "--json", *words],
            cwd=ROOT,
            stdout=out,
            stderr=err,
            env={**os.environ, HOME_VARIABLE: str(home), **(environment or {})},
        )
    return Program(process, place / "out", place / "err")


def _is_notice(line: str) -> bool:
    return not line.strip()


# ---- the trials --------------------------------------------------------------------------------------------


def suspended(home: Path) -> None:
    """SIGSTOP for 20 s in the middle, then SIGCONT."""
    program = run(home, *LIVE)
    time.sleep(12)
    program.process.send_signal(signal.SIGSTOP)
    time.sleep(20)
    program.process.send_signal(signal.SIGCONT)
    time.sleep(8)
    code = program.end()
    tell("stopped for 20 s", program, code, home)
    session = Store(home / "sessions.db").load(1)
    ages_s = [
        effect.age_s
        for _, effects in session.records
        for effect in effects
        if isinstance(effect, PulseMeasured) and effect.age_s is not None
    ]
    print(f"  the oldest pulse that was acted on: {max(ages_s, default=0.0):.1f} s; {clocks(home)}")


def wall_clock(home: Path) -> None:
    """The wall's clock is set an hour back, then two hours forward, while the session runs."""
    if not FAKETIME.exists():
        print("wall clock: not tried, for libfaketime is not here")
        return
    shift = home / "shift"
    shift.write_text("+0\n")
    program = run(
        home,
        *LIVE,
        environment={
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(shift),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        },
    )
    for text in ("-3600\n", "+3600\n"):
        time.sleep(8)
        shift.write_text(text)
    time.sleep(8)
    tell("wall clock an hour back, two forward", program, program.end(), home)
    ticks_s = [event.t_s for event, _ in Store(home / "sessions.db").load(1).records]
    steps_s = [b - a for a, b in pairwise(ticks_s)]
    print(f"  time went back: {sum(step < 0 for step in steps_s)} times; longest step {max(steps_s):.2f} s;")
    print(f"  {clocks(home)}")


def full_disk(home: Path) -> None:
    """Half a megabyte of room, for a session that wants two."""
    with mounted(home, "size=700k"):
        program = run(home, *FAST)
        code = program.end(None)
        rescued = _rescue_in(program)
        _more_room(home, "remount,size=64m")
        tell("disk full to the end", program, code, home, rescued)


def full_disk_with_room_later(home: Path) -> None:
    """The same, and room is made while the session runs."""
    with mounted(home, "size=700k"):
        program = run(home, *FAST)
        while not program.lines("log"):
            time.sleep(0.2)
            assert program.process.poll() is None, "the disk was never full"
        _more_room(home, "remount,size=64m")
        tell("disk full, then room again", program, program.end(None), home)


def read_only(home: Path) -> None:
    """The disk is read-only before the session begins."""
    with mounted(home, "size=8m"):
        (home / "settings.json").write_text('{"notice_accepted_utc": "2026-01-01T00:00:00+00:00"}')
        _more_room(home, "remount,ro")
        place = Path(tempfile.mkdtemp(prefix="entrain-trial-"))
        with (place / "out").open("wb") as out, (place / "err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "entrain", "run", "--headless", "--json", *FAST],
                cwd=ROOT,
                stdout=out,
                stderr=err,
                env={**os.environ, HOME_VARIABLE: str(home)},
            )
        program = Program(process, place / "out", place / "err")
        code = program.end(None)
        rescued = _rescue_in(program)
        _more_room(home, "remount,rw")
        tell("read-only disk", program, code, home, rescued)


def torn(home: Path) -> None:
    """The store has lost its second half when the session begins."""
    run(home, *FAST[:1], "sim:9", *FAST[2:]).end(None)
    path = home / "sessions.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    program = run(home, *FAST)
    code = program.end(None)
    saved, _ = repair(path)
    print(f"  `doctor --repair`: {saved.n_events} events of the torn session came back")
    tell("store torn in half", program, code, home, _rescue_in(program))


def two_at_once(home: Path) -> None:
    """Two sessions into one store, and a third program that lists and copies it all the while."""
    programs = [run(home, *FAST), run(home, *FAST[:1], "sim:8", *FAST[2:])]
    store, n = Store(home / "sessions.db"), 0
    while any(program.process.poll() is None for program in programs):
        store.sessions()
        if store.path.exists():
            store.backup(home / f"copy-{n}.db")
            n += 1
        time.sleep(0.2)
    for program in programs:
        tell("two programs at once", program, program.end(None), home)
    print(f"  {n} copies were made meanwhile, all whole: {all(map(_is_whole, home.glob('copy-*.db')))}")


TRIALS: Mapping[str, Callable[[Path], None]] = {
    "suspended": suspended,
    "wall-clock": wall_clock,
    "full": full_disk,
    "full-then-room": full_disk_with_room_later,
    "read-only": read_only,
    "torn": torn,
    "two": two_at_once,
}


# ---- what came of it ---------------------------------------------------------------------------------------


def tell(title: str, program: Program, code: int, home: Path, rescued: Path | None = None) -> None:
    """What was said, and the beats that were printed against those that are kept."""
    store = Store(home / "sessions.db")
    if rescued is not None:
        absorb(store, rescued)
    printed = {(line["strap"], line["beat_t_s"]) for line in program.lines("beat")}
    kept: set[tuple[str, float]] = set()
    same: list[bool] = []
    for row in store.sessions():
        session = store.load(row.id)
        beats = [e.beat for _, fx in session.records for e in fx if isinstance(e, BeatSeen)]
        kept |= {(beat.strap, beat.t_s) for beat in beats}
        if row.preset != "lost" and row.n_events:
            same.append(replay(session, start, reduce).difference is None)
    print(
        f"{title}: exit code {code}; {len(printed)} beats printed, {len(printed - kept)} of them lost;",
        end="",
    )
    print(f" replayed {len(same)}, the same: {all(same)}")
    said = dict.fromkeys([*(line["detail"] for line in program.lines("log")), *program.said()])
    for sentence in filter(None, said):
        print(f"  | {sentence.replace(str(home), 'HOME')[:400]}", flush=True)


def clocks(home: Path) -> str:
    """What the two clocks of the session's row say of the time between its beginning and its end."""
    (wall_s, monotonic_s) = (
        sqlite3.connect(home / "sessions.db")
        .execute("SELECT end_epoch_s - origin_epoch_s, end_monotonic_s - origin_monotonic_s FROM session")
        .fetchone()
    )
    return f"the session lasted {wall_s:.1f} s by the wall and {monotonic_s:.1f} s by the monotonic clock"


def _rescue_in(program: Program) -> Path | None:
    """The file that the program said the session is kept in."""
    for line in reversed(program.said()):
        if "This session is kept in " in line:
            return Path(line.partition("This session is kept in ")[2].partition(".db")[0] + ".db")
    return None


def _is_whole(path: Path) -> bool:
    connection = sqlite3.connect(path)
    return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@contextmanager
def mounted(home: Path, options: str) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "entrain-trial", str(home)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True)


def _more_room(home: Path, options: str) -> None:
    subprocess.run(["mount", "-o", options, str(home)], check=True)


def main(names: list[str]) -> None:
    for name in names or TRIALS:
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="entrain-home-")))
            TRIALS[name](home)


if __name__ == "__main__":
    main(sys.argv[1:])
