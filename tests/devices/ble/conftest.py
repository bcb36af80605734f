"""What the Bluetooth tests share: a private bus with BlueZ on it, short times, and an ear."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final, Protocol

import pytest

from entrain.clock import MonotonicClock
from entrain.control.events import Event, Link, LinkChanged, NotificationArrived, StrapDescribed
from entrain.devices.ble.reader import BleHeart
from entrain.devices.ble.timing import Backoff, Timing
from tests.support.fake_bluez import FakeBluez
from tests.support.private_bus import PrivateBus

QUICK: Final = Timing(
    search_s=0.2,
    choose_s=0.05,
    patience_s=0.4,
    connect_s=1.0,
    call_s=0.4,
    pairing_told_s=0.1,
    pairing_s=0.4,
    probe_s=0.2,
    disconnect_s=0.2,
    silent_s=5.0,  # tests of the watchdog make these short; in others a busy machine must not trip it
    give_up_s=20.0,
    air=Backoff(0.01, 1.5, 0.1),
    person=Backoff(0.05, 1.0, 0.05),
    stubborn=Backoff(0.05, 2.0, 0.2),
)
WATCHFUL: Final = replace(QUICK, silent_s=0.4, give_up_s=1.0)


class Ear:
    """Hears what a heart emits."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._heard = asyncio.Event()

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self._heard.set()

    @property
    def changes(self) -> list[LinkChanged]:
        return [event for event in self.events if isinstance(event, LinkChanged)]

    @property
    def links(self) -> list[Link]:
        return [change.link for change in self.changes]

    @property
    def now(self) -> LinkChanged:
        return self.changes[-1] if self.changes else LinkChanged(0.0, "", Link.OFF)

    @property
    def payloads(self) -> list[bytes]:
        return [event.payload for event in self.events if isinstance(event, NotificationArrived)]

    @property
    def described(self) -> StrapDescribed | None:
        return next((e for e in reversed(self.events) if isinstance(e, StrapDescribed)), None)

    async def until(self, true: Callable[[], bool], limit_s: float = 10.0) -> None:
        ends_s = asyncio.get_running_loop().time() + limit_s
        while not true():
            assert asyncio.get_running_loop().time() < ends_s, f"did not happen; links were {self.links}"
            self._heard.clear()
            with suppress(TimeoutError):  # what is waited for need not be an event
                await asyncio.wait_for(self._heard.wait(), 0.02)

    async def until_link(self, link: Link, times: int = 1) -> LinkChanged:
        await self.until(lambda: self.links.count(link) >= times)
        return [change for change in self.changes if change.link is link][times - 1]


class Wearable(Protocol):
    """A virtual strap of whatever kind."""

    subscribed: asyncio.Event


async def listening(strap: Wearable) -> None:
    """Until somebody listens to the strap; a test that waits in vain fails and does not hang."""
    await asyncio.wait_for(strap.subscribed.wait(), 10)


@asynccontextmanager
async def running(heart: BleHeart) -> AsyncGenerator[Ear]:
    """The heart beats while inside, and must end cleanly afterwards."""
    ear = Ear()
    task = asyncio.create_task(heart.run(ear.emit, MonotonicClock()))
    try:
        yield ear
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def bus() -> Generator[PrivateBus]:
    with PrivateBus() as bus:
        yield bus


@pytest.fixture
async def bluez(bus: PrivateBus) -> AsyncGenerator[FakeBluez]:
    async with FakeBluez() as bluez:
        yield bluez
