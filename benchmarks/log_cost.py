"""What the log costs while a session runs, and does it delay the sound? `python -m benchmarks.log_cost`

Real time: the real app in a terminal of its own at its full rate of pictures, a simulated heart, the sound
engine playing into a private PulseAudio, and the log on this disk; with and without a log, and both again
while another program writes and fsyncs in the same folder without a pause. The operating system says how long
the log's thread ran. Then an hour of records, faster. Needs Linux and PulseAudio, not a sound card.
"""

import argparse
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from benchmarks.store import an_hour
from entrain.control.events import Effect, Event, OnsetPlayed, SoundChanged, Tick
from entrain.control.protocol import PhaseTimes, SessionConfig, with_minutes
from entrain.presets import library as presets
from entrain.runtime import OnLogFault, Session
from entrain.storage.log.session_log import SessionLog
from entrain.storage.log.store import Store
from tests.support.pulse import private_pulse

SETTLE_S = 20.0
HAMMER = """
import os, sys
block = os.urandom(1 << 20)
with open(sys.argv[1], "wb") as file:
    while True:
        file.seek(0)
        for _ in range(4):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="of each trial (default: 60)")
    parser.add_argument("--child", nargs=2, metavar=("FOLDER", "LOG"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child is not None:
        child(Path(args.child[0]), args.child[1] == "log", args.seconds)
        return
    print(f"{args.seconds:g} s each; of one core, by the operating system")
    print(f"{'':24}{'log':>8}{'append':>9}{'whole app':>11}{'kB/s drawn':>12}{'events':>8}", end="")
    print(f"{'onsets':>8}{'gaps':>6}{'late p50':>10}{'max':>7}")
    with pytest.MonkeyPatch.context() as patch, private_pulse(patch), tempfile.TemporaryDirectory() as name:
        for what in ("log", "no log"):
            trial(what, Path(name), what, args.seconds)
        with fsyncs(Path(name)):
            for what in ("log", "no log"):
                trial(f"{what}, fsync beside it", Path(name), what, args.seconds)
        hour(Path(name))


# ---- in real time ------------------------------------------------------------------------------------------


def trial(title: str, folder: Path, what: str, seconds: float) -> None:
    """One session in a pty of its own; prints a row."""
    place = folder / title.replace(" ", "-")
    place.mkdir()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        words = ["-m", "benchmarks.log_cost", "--seconds", str(seconds), "--child", str(place), what]
        os.execv(sys.executable, [sys.executable, *words])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    n_bytes = 0
    while not (place / "found.json").exists():
        ready, _, _ = select.select([terminal], [], [], 0.2)
        try:
            n_bytes += len(os.read(terminal, 1 << 16)) if ready else 0
        except OSError:  # the child has ended
            break
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)
    found = json.loads((place / "found.json").read_text())
    drawn = n_bytes / 1e3 / (seconds + SETTLE_S)
    print(f"{title:24}{found['log']:7.2f}%{found['append']:8.3f}%{found['app']:10.1f}%{drawn:12.0f}", end="")
    print(f"{found['events']:8}{found['onsets']:8}{found['gaps']:6}", end="")
    print(f"{found['late_p50_ms']:7.2f} ms{found['late_max_ms']:7.2f}", flush=True)


def child(folder: Path, has_log: bool, seconds: float) -> None:
    """The app, in the process that is measured."""
    from entrain.devices.audio.device import DeviceSound
    from entrain.devices.simulated.heart import SimulatedHeart
    from entrain.devices.simulated.person import Person
    from entrain.ports import OpenedSession
    from entrain.tui.app import Manners, run_session

    loaded = presets.load("desk")
    phases = PhaseTimes(5.0, 5.0, 20.0)  # a beat soon, for there is nothing to be late before it
    config = SessionConfig(replace(with_minutes(loaded.preset, 30.0), phases=phases), ("sim:7",), 7)
    recorder = Recorder()

    def begin_log(origin_s: float, on_fault: OnLogFault) -> "Recorder":
        if has_log:
            store = Store(folder / "sessions.db")
            recorder.log = store.begin(
                config, preset_text=loaded.text, origin_monotonic_s=origin_s, on_fault=on_fault
            )
        return recorder

    heart = SimulatedHeart(Person.draw(7), "sim:7")
    session = Session(config, DeviceSound("metronome"), virtual=(heart,), begin_log=begin_log)
    sounds: list[Event] = []
    session.observers.append(
        lambda event, _: sounds.append(event) if isinstance(event, OnsetPlayed | SoundChanged) else None
    )

    async def opened() -> OpenedSession:
        return OpenedSession(session)

    threading.Thread(target=watch, args=(recorder, sounds, seconds, folder), daemon=True).start()
    run_session(opened, Manners(check_in=False))


class Recorder:
    """The session's log, with the time that handing over takes the session's own thread."""

    def __init__(self) -> None:
        self.log: SessionLog | None = None
        self.n = 0
        self.append_s = 0.0

    @property
    def session_id(self) -> int | None:
        return None if self.log is None else self.log.session_id

    def append(self, event: Event, effects: tuple[Effect, ...]) -> None:
        self.n += 1
        if self.log is not None:
            began_s = time.thread_time()
            self.log.append(event, effects)
            self.append_s += time.thread_time() - began_s


def watch(recorder: Recorder, sounds: list[Event], seconds: float, folder: Path) -> None:
    """Waits, then writes down what all of it has cost from the moment when everything had settled."""
    time.sleep(SETTLE_S)
    n, append_s, log_s, app_s, n_sounds = recorder.n, recorder.append_s, _log_s(), _app_s(), len(sounds)
    time.sleep(seconds)
    onsets = [each for each in sounds[n_sounds:] if isinstance(each, OnsetPlayed)]
    late_ms = [1000 * (each.dac_t_s - each.planned_t_s) for each in onsets if each.dac_t_s is not None]
    gaps = [each for each in sounds[n_sounds:] if isinstance(each, SoundChanged) and each.gap_s > 0.0]
    found: dict[str, Any] = {
        "events": recorder.n - n,
        "append": 100 * (recorder.append_s - append_s) / seconds,
        "log": 100 * (_log_s() - log_s) / seconds,
        "app": 100 * (_app_s() - app_s) / seconds,
        "onsets": len(onsets),
        "gaps": len(gaps),
        "late_p50_ms": median(late_ms) if late_ms else float("nan"),
        "late_max_ms": max(map(abs, late_ms), default=float("nan")),
    }
    (folder / "found.tmp").write_text(json.dumps(found))
    (folder / "found.tmp").rename(folder / "found.json")


def _log_s() -> float:
    """Time on a processor of the log's thread so far (proc(5), schedstat: nanoseconds)."""
    threads = [thread.native_id for thread in threading.enumerate() if thread.name == "entrain-log"]
    return sum(int(Path(f"/proc/self/task/{tid}/schedstat").read_text().split()[0]) for tid in threads) / 1e9


def _app_s() -> float:
    """User and system time of the process that draws, decides and logs."""
    return time.process_time()


@contextmanager
def fsyncs(folder: Path) -> Iterator[None]:
    """Another program that does nothing but bring 4 MB to this disk, again and again."""
    hammer = subprocess.Popen([sys.executable, "-c", HAMMER, str(folder / "hammered")])
    try:
        yield
    finally:
        hammer.kill()
        hammer.wait()


# ---- an hour, faster ---------------------------------------------------------------------------------------


def hour(folder: Path) -> None:
    """An hour's records, handed over as fast as they are taken."""
    config, records = an_hour()
    log = Store(folder / "hour.db").begin(config, preset_text="")
    log.flush()
    before_s, began_s = _log_s(), time.perf_counter()
    for event, effects in records:
        log.append(event, effects)
        if isinstance(event, Tick):
            time.sleep(0.002)  # 500 times as fast as life
    log.flush(60.0)
    log_s, took_s = _log_s() - before_s, time.perf_counter() - began_s
    log.close()
    print(
        f"an hour in {took_s:.1f} s: the log's thread ran {log_s:.2f} s,"
        f" {100 * log_s / 3600:.3f} % of one core over the hour"
    )


if __name__ == "__main__":
    main()
