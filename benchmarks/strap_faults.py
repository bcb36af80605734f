"""What a strap's faults look like to a person: python -m benchmarks.strap_faults [--only NAME] [--screen]

Each fault is scripted over a D-Bus of its own to the program as people start it, with unmodified bleak: ten
good seconds, then the fault. Told is after how many seconds it was said, in which words, on which of the ways
out: JSON lines, plain lines, the log. With `--screen` the program runs in a terminal of 80 by 24 (tmux), and
what stands there two seconds after it was told is printed. Nothing is asserted; `tests/devices/ble` does.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing import Pool
from pathlib import Path
from random import Random

from entrain.control.events import HeartDoubted, LinkChanged
from entrain.heart.doubt import Doubt
from entrain.heart.gatt import HeartRateMeasurement
from entrain.storage.log.store import Store
from entrain.wording.doubts import doubt_words
from tests.support.bluez_script import Hang
from tests.support.fake_bluez import FakeBluez
from tests.support.hearts import beats, with_rsa
from tests.support.private_bus import PrivateBus

GOOD_S = 10
LONGEST_S = 110.0
SOON_S = 5.0
Sent = Iterator[tuple[float, bytes]]
"""(seconds after the one before, payload)."""


def good(bpm: float = 66.0, swing_bpm: float = 3.0) -> Iterator[HeartRateMeasurement]:
    """A healthy heart, a notification a second."""
    pulse, t_s = with_rsa(bpm, swing_bpm), 0.0
    coming = iter(beats(pulse, 4.0 * LONGEST_S))
    at_s, ticks = next(coming)
    while True:
        t_s += 1.0
        rr: list[int] = []
        while at_s <= t_s:
            rr.append(ticks)
            at_s, ticks = next(coming)
        yield HeartRateMeasurement(round(pulse(t_s)), tuple(rr) or None)


def each(change: Callable[[HeartRateMeasurement], HeartRateMeasurement]) -> Sent:
    return ((1.0, bytes(change(measured))) for measured in good())


def in_ms(measured: HeartRateMeasurement) -> HeartRateMeasurement:
    return replace(measured, rr_ticks=tuple(round(t * 1000 / 1024) for t in measured.rr_ticks or ()))


def with_junk(measured: HeartRateMeasurement) -> HeartRateMeasurement:
    return replace(measured, rr_ticks=tuple(x for t in measured.rr_ticks or () for x in (t, 53)))


def of_intervals(rr_ms: Callable[[int], float]) -> Sent:
    n = 0
    while True:
        rr = [rr_ms(n), rr_ms(n + 1)]
        n += 2
        apart_s = sum(rr) / 1000
        yield apart_s, bytes(HeartRateMeasurement(round(120 / apart_s), tuple(round(x * 1.024) for x in rr)))


def doubled() -> Sent:
    for measured in good():
        yield 0.1, bytes(measured)
        yield 0.9, bytes(measured)


def repeated() -> Sent:
    """A packet without a new beat brings the last interval once more."""
    last = (1200,)
    for measured in good(48.0):
        last = measured.rr_ticks or last
        yield 1.0, bytes(replace(measured, rr_ticks=last))


_CHANCE = Random(5)
FAULTS: dict[str, Callable[[], Sent]] = {
    "no contact": lambda: each(lambda m: replace(m, contact=False)),
    "rate of 0": lambda: each(lambda m: replace(m, bpm=0, rr_ticks=None)),
    "unreadable": lambda: cut(),
    "sparse": lambda: ((5.0, bytes(m)) for m in good()),
    "pairing wanted": lambda: iter(()),
    "doubled": doubled,
    "junk intervals": lambda: each(with_junk),
    "8 RR a second": lambda: each(lambda m: replace(m, rr_ticks=(768,) * 7 + (770,))),
    "last RR repeated": repeated,
    "bigeminy": lambda: of_intervals(lambda n: 600.0 if n % 2 else 1000.0),
    "no order (AF)": lambda: of_intervals(lambda _: max(320.0, _CHANCE.gauss(720, 160))),
    "random rate": lambda: each(lambda _: HeartRateMeasurement(_CHANCE.randrange(45, 180), None)),
    "frozen": lambda: each(lambda _: HeartRateMeasurement(64, (960,))),
    "milliseconds": lambda: each(in_ms),
}
SENTENCES = (*(doubt_words(doubt).sentence for doubt in Doubt), "it may want to be paired first")
SOON = ("no contact", "rate of 0", "unreadable", "sparse", "pairing wanted")


def cut() -> Sent:
    while True:
        yield 1.0, b"\x01\x3c"  # announces two octets of rate and has one


@dataclass(frozen=True, slots=True)
class Told:
    fault: str
    after_s: float | None
    line: str
    plain: str
    in_log: bool
    screen: str = ""


def told(case: tuple[str, bool]) -> Told:
    return asyncio.run(_told(*case))


async def _told(fault: str, on_screen: bool) -> Told:
    home = Path(tempfile.mkdtemp(prefix="entrain-faults-"))
    try:
        with PrivateBus() as bus:
            environment = {**os.environ, "ENTRAIN_HOME": str(home), "DBUS_SYSTEM_BUS_ADDRESS": bus.address}
            async with FakeBluez() as bluez:
                if fault == "pairing wanted":
                    bluez.script("StartNotify", Hang())
                run = _Screen(home) if on_screen else _Lines()
                await run.begin(environment)
                after_s, line = await _scripted(bluez, fault, run)
                screen = await run.picture()
                await run.end()
        return Told(fault, after_s, line, _plain(line), _logged(home), screen)
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def _scripted(bluez: FakeBluez, fault: str, run: "_Lines | _Screen") -> tuple[float | None, str]:
    strap = bluez.add_strap()
    now_s = asyncio.get_running_loop().time
    while "Connect" not in bluez.calls:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    if fault != "pairing wanted":
        await strap.subscribed.wait()
        for _, measured in zip(range(GOOD_S), good(), strict=False):
            strap.notify(bytes(measured))
            await asyncio.sleep(1.0)
    began_s, sent = now_s(), FAULTS[fault]()
    run.listen()
    due_s = began_s
    while now_s() - began_s < LONGEST_S:
        if run.heard:
            return now_s() - began_s, run.heard
        if now_s() >= due_s and (coming := next(sent, None)) is not None:
            due_s += coming[0]
            strap.notify(coming[1])
        await asyncio.sleep(0.02)
    return None, ""


class _Lines:
    """The program without a screen: JSON lines."""

    def __init__(self) -> None:
        self.heard, self._listens = "", False

    async def begin(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "entrain", "run", "--heart", "ble", "--json", "--audio", "none"]
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*command, stdout=pipe, env=environment)
        self._reading = asyncio.create_task(self._read())

    def listen(self) -> None:
        self._listens = True

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for raw in self._process.stdout:
            line = json.loads(raw)
            is_doubt = line["event"] == "doubt" and line["doubt"] is not None
            is_pairing = line["event"] == "strap" and "paired" in line["detail"]
            if self._listens and not self.heard and (is_doubt or is_pairing):
                self.heard = raw.decode()

    async def picture(self) -> str:
        return ""

    async def end(self) -> None:
        self._process.send_signal(signal.SIGINT)
        await self._process.wait()
        await self._reading


class _Screen:
    """The program in a terminal; told is what its banner says."""

    def __init__(self, home: Path) -> None:
        self.heard, self._listens, self._name = "", False, home.name

    async def _tmux(self, *words: str) -> str:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec("tmux", "-L", self._name, *words, stdout=pipe)
        return (await process.communicate())[0].decode()

    async def begin(self, environment: dict[str, str]) -> None:
        kept = " ".join(f"{k}='{environment[k]}'" for k in ("ENTRAIN_HOME", "DBUS_SYSTEM_BUS_ADDRESS"))
        path = f"PYTHONPATH='{os.environ.get('PYTHONPATH', '')}'"
        command = f"env {kept} {path} {sys.executable} -m entrain run --heart ble:Polar --audio none"
        await self._tmux("new-session", "-d", "-x", "80", "-y", "24", command)
        self._reading = asyncio.create_task(self._read())

    def listen(self) -> None:
        self._listens = True

    async def _read(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            shown = await self._tmux("capture-pane", "-p")
            if "How tense" in shown:
                await self._tmux("send-keys", "s")
            elif "enter go on" in shown or "enter I have read" in shown:
                await self._tmux("send-keys", "Enter")
            words = " ".join(shown.replace("│", " ").split())
            said = next((each for each in SENTENCES if each in words), "")
            if self._listens and not self.heard:
                self.heard = said

    async def picture(self) -> str:
        await asyncio.sleep(2.0)
        return await self._tmux("capture-pane", "-p")

    async def end(self) -> None:
        self._reading.cancel()
        await self._tmux("kill-server")


def _plain(line: str) -> str:
    if not line.startswith("{"):
        return line
    said = json.loads(line)
    return f"{said['detail']} {said['advice']}"


def _logged(home: Path) -> bool:
    """Is it in the log: as a judgement, or as what the link said?"""
    os.environ["ENTRAIN_HOME"] = str(home)
    store = Store.open()
    for row in store.sessions():
        for event, effects in store.load(row.id).records:
            if any(isinstance(effect, HeartDoubted) and effect.doubt for effect in effects):
                return True
            if isinstance(event, LinkChanged) and "paired" in str(event):
                return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=list(FAULTS))
    parser.add_argument("--screen", action="store_true")
    parser.add_argument("--jobs", type=int, default=3)
    given = parser.parse_args()
    with Pool(given.jobs) as pool:
        for each_told in pool.imap(told, [(fault, given.screen) for fault in given.only or FAULTS]):
            say(each_told)


def say(told: Told) -> None:
    when = "not told" if told.after_s is None else f"{told.after_s:.1f} s"
    late = " LATE" if told.fault in SOON and (told.after_s is None or told.after_s > SOON_S) else ""
    print(
        f"{told.fault:18s} {when}{late}, {'in' if told.in_log else 'NOT in'} the log: {told.plain}",
        flush=True,
    )
    if told.screen:
        print(told.screen, flush=True)


if __name__ == "__main__":
    main()
