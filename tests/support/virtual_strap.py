"""A strap that streams given payloads at given times, on a private bus: for whole sessions, and for people.

As a context manager it runs beside whatever the test does (a thread of its own), and everything that is
started meanwhile finds this strap and no other. As a program it plays a file of RR intervals, one in ms per
line:

    python -m tests.support.virtual_strap FILE --speed 1

It prints the DBUS_SYSTEM_BUS_ADDRESS under which `entrain` meets the strap. `kill -USR1` takes the strap out
of reach, `kill -USR2` brings it back, Ctrl-C ends it.
"""

import argparse
import asyncio
import itertools
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from entrain.heart.gatt import HeartRateMeasurement
from entrain.units import MS_PER_S, S_PER_MIN, ms_to_ticks
from tests.support.fake_bluez import FakeBluez
from tests.support.fake_strap import FakeStrap
from tests.support.private_bus import VARIABLE, PrivateBus

Packet = tuple[float, bytes]  # seconds since the first subscription, payload of 0x2A37

ADDRESS: Final = "F0:F1:F2:F3:F4:F5"
NAME: Final = "Polar H10 12345678"
_PERIOD_S: Final = 0.99  # an H10 notifies on this grid
_MOST_RR: Final = 9  # that fit into one notification
_SIGNALS: Final = {signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT, signal.SIGTERM}
_T = TypeVar("_T")


def packets_of(rr_ms: Sequence[float], period_s: float = _PERIOD_S) -> list[Packet]:
    """The notifications in which a strap sends these intervals: each carries the beats since the last one."""
    beats_s = itertools.accumulate(rr / MS_PER_S for rr in rr_ms)
    slots: dict[int, list[float]] = {}
    for rr, t_s in zip(rr_ms, beats_s, strict=True):
        slots.setdefault(int(t_s / period_s) + 1, []).append(rr)
    packets: list[Packet] = []
    bpm = 0
    for slot in range(1, max(slots, default=0) + 1):
        intervals = slots.get(slot, [])[-_MOST_RR:]
        if intervals:
            bpm = round(S_PER_MIN * MS_PER_S / intervals[-1])
        measurement = HeartRateMeasurement(
            bpm, tuple(ms_to_ticks(rr) for rr in intervals) or None, contact=True
        )
        packets.append((slot * period_s, bytes(measurement)))
    return packets


class VirtualStrap:
    """What one can do to the strap from outside its thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, bluez: FakeBluez, strap: FakeStrap, bus: str) -> None:
        self._loop, self._bluez, self._strap = loop, bluez, strap
        self.environment = {VARIABLE: bus}  # for processes that are to meet it
        self.played = threading.Event()  # the last packet's time has come

    @property
    def sent(self) -> list[bytes]:
        """The payloads that went out while somebody listened."""
        return list(self._strap.sent)

    @property
    def n_unheard(self) -> int:
        """How many were due while nobody listened."""
        return self._strap.n_unheard

    @property
    def n_links(self) -> int:
        return self._strap.n_links

    def cut(self) -> None:
        """The link breaks, and can be made again at once."""
        self._do(self._strap.cut)

    def leave(self) -> None:
        """Out of reach until `come_back`."""
        self._do(self._strap.leave)

    def come_back(self) -> None:
        self._do(self._strap.come_back)

    def set_battery(self, percent: int) -> None:
        self._do(lambda: self._strap.set_battery(percent))

    def power(self, on: bool) -> None:
        """The computer's adapter."""
        self._do(lambda: self._bluez.power(on))

    def _do(self, act: Callable[[], _T]) -> _T:
        async def acting() -> _T:
            return act()

        return asyncio.run_coroutine_threadsafe(acting(), self._loop).result(timeout=5)


async def play(strap: FakeStrap, packets: Iterable[Packet], speed: float = 1.0) -> None:
    """Send each packet when its time has come; the heart beats on while nobody listens."""
    await strap.subscribed.wait()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    for t_s, payload in packets:
        await asyncio.sleep(began_s + t_s / speed - loop.time())
        strap.notify(payload)


@contextmanager
def virtual_strap(
    packets: Iterable[Packet],
    *,
    address: str = ADDRESS,
    name: str = NAME,
    battery: int | None = 87,
    speed: float = 1.0,
    socket: Path | None = None,
) -> Generator[VirtualStrap]:
    """A private bus (the system bus of this process while inside), BlueZ on it, and one strap."""
    with PrivateBus(socket) as bus:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="virtual strap")
        thread.start()

        async def begin() -> VirtualStrap:
            bluez = FakeBluez()
            strap = bluez.add_strap(address, name, battery=battery)
            await bluez.start()
            virtual = VirtualStrap(loop, bluez, strap, bus.address)
            playing.append(asyncio.create_task(play(strap, packets, speed)))
            playing[0].add_done_callback(lambda _: virtual.played.set())
            bluezes.append(bluez)
            return virtual

        async def end() -> None:
            for task in playing:
                task.cancel()
            for bluez in bluezes:
                await bluez.kill()

        playing: list[asyncio.Task[None]] = []
        bluezes: list[FakeBluez] = []
        try:
            yield asyncio.run_coroutine_threadsafe(begin(), loop).result(timeout=5)
        finally:
            asyncio.run_coroutine_threadsafe(end(), loop).result(timeout=5)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def main() -> None:
    arguments = argparse.ArgumentParser(
        prog="python -m tests.support.virtual_strap", description="Play RR intervals as a Bluetooth strap."
    )
    arguments.add_argument("file", type=Path, help="RR intervals, one in ms per line")
    arguments.add_argument("--speed", type=float, default=1.0, help="so many times as fast (default: 1)")
    arguments.add_argument("--name", default=NAME)
    arguments.add_argument("--address", default=ADDRESS)
    arguments.add_argument("--once", action="store_true", help="fall silent at the end; default: begin anew")
    arguments.add_argument("--socket", type=Path, help="the bus's socket (default: a new one)")
    given = arguments.parse_args()
    rr_ms = [float(line) for line in given.file.read_text().split()]
    packets = packets_of(rr_ms)
    length_s = packets[-1][0]
    endless = ((n * length_s + t_s, payload) for n in itertools.count() for t_s, payload in packets)
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)  # before there is a second thread that could be hit
    with virtual_strap(
        packets if given.once else endless,
        address=given.address,
        name=given.name,
        speed=given.speed,
        socket=given.socket,
    ) as strap:
        out = sys.stdout
        print(f"export {VARIABLE}={strap.environment[VARIABLE]}", file=out)
        print(
            f"# out of reach: kill -USR1 {os.getpid()}   back: kill -USR2 {os.getpid()}", file=out, flush=True
        )
        asked = {signal.SIGUSR1: strap.leave, signal.SIGUSR2: strap.come_back}
        while act := asked.get(signal.sigwait(_SIGNALS)):
            act()


if __name__ == "__main__":
    main()
