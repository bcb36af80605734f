"""A heart that comes as a stream of the Lab Streaming Layer: RR intervals, or a pulse.

Samples become the same bytes that a strap sends. Which channel holds what is read from the stream's metadata:
the one labelled like an interval, else the first; its unit, or else the stream's type, tells intervals in ms
or s from beats per minute.
"""

import asyncio
import re
from collections import deque
from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import Any, Final

from entrain.clock import Clock
from entrain.control.events import Link, LinkChanged, NotificationArrived, StrapDescribed
from entrain.devices.lsl import library
from entrain.devices.ports import Emit
from entrain.heart.gatt import HeartRateMeasurement
from entrain.units import MS_PER_S, RR_TICKS_PER_S, S_PER_MIN, ms_to_ticks

CONNECT_S: Final = 10.0
POLL_S: Final = 0.1
SILENT_S: Final = 5.0
RATE_FIELD_BEATS: Final = 5
LONGEST_TICKS: Final = 0xFFFF
ANY_TYPE: Final = "RR"
_INTERVAL: Final = re.compile(r"(^|[^a-z])(rr|rri|ibi|nn|interval)", re.IGNORECASE)
_PER_MINUTE: Final = re.compile(r"bpm|per minute|/min", re.IGNORECASE)
_PULSE_TYPE: Final = re.compile(r"^(hr|heart.?rate|pulse)$", re.IGNORECASE)


class Unit(Enum):
    MS = "ms"
    S = "s"
    BPM = "bpm"


@dataclass(frozen=True, slots=True)
class WantedStream:
    """The channel that holds the heart, and what its numbers are."""

    channel: int
    unit: Unit


class LslHeart:
    """A `LiveHeart`. `name` is the stream's name; empty: the first stream of type RR."""

    def __init__(self, strap: str, name: str = "") -> None:
        """
        Raises:
            MissingExtra: pylsl is not installed, or does not work here.
        """
        self.strap = strap
        self._name = name
        self._pylsl = library("A heart from the Lab Streaming Layer")
        self._recent: deque[int] = deque(maxlen=RATE_FIELD_BEATS)

    async def run(self, emit: Emit, clock: Clock) -> None:
        """Find the stream and pass on what comes, until cancelled."""
        called = f'"{self._name}"' if self._name else f"of type {ANY_TYPE}"
        advice = "Start what sends it, on this network; LSL needs multicast, or lsl_api.cfg."
        emit(
            LinkChanged(
                clock.now_s(), self.strap, Link.SEARCHING, f"Looking for an LSL stream {called}.", advice
            )
        )
        inlet, info = await self._connected()
        emit(StrapDescribed(clock.now_s(), self.strap, name=info.name()))
        await self._pass_on(inlet, wanted_of(info), emit, clock)

    async def _connected(self) -> tuple[Any, Any]:
        """An inlet that misses nothing from now on, and the whole metadata that come with it."""
        while True:
            inlet = self._pylsl.StreamInlet(await self._found(), max_buflen=60)
            try:
                info = await asyncio.to_thread(inlet.info, CONNECT_S)
                await asyncio.to_thread(inlet.open_stream, CONNECT_S)
            except RuntimeError:  # it went away again, or does not answer
                await asyncio.sleep(POLL_S)
            else:
                return inlet, info

    async def _found(self) -> Any:
        prop, value = ("name", self._name) if self._name else ("type", ANY_TYPE)
        resolver = self._pylsl.ContinuousResolver(prop, value)
        while True:
            results = resolver.results()
            if results:
                return results[0]
            await asyncio.sleep(POLL_S)

    async def _pass_on(self, inlet: Any, wanted: WantedStream, emit: Emit, clock: Clock) -> None:
        last_s, link = clock.now_s(), Link.SUBSCRIBING
        emit(LinkChanged(last_s, self.strap, link))
        while True:
            samples, _ = inlet.pull_chunk(timeout=0.0)
            now_s = clock.now_s()
            for sample in samples:
                payload = self._payload(float(sample[wanted.channel]), wanted.unit)
                if payload is None:
                    continue
                last_s = now_s
                if link is not Link.STREAMING:
                    link = Link.STREAMING
                    emit(LinkChanged(now_s, self.strap, link))
                emit(NotificationArrived(now_s, self.strap, payload))
            if link is Link.STREAMING and now_s - last_s > SILENT_S:
                link = Link.LOST
                self._recent.clear()
                emit(LinkChanged(now_s, self.strap, link, "Nothing comes from the LSL stream any more."))
            await asyncio.sleep(POLL_S)

    def _payload(self, value: float, unit: Unit) -> bytes | None:
        """The bytes of 0x2A37 that say so; None where the number is none."""
        if not isfinite(value) or value <= 0.0:
            return None
        if unit is Unit.BPM:
            return bytes(HeartRateMeasurement(bpm=min(0xFFFF, round(value))))
        ticks = ms_to_ticks(value if unit is Unit.MS else value * MS_PER_S)
        if not 0 < ticks <= LONGEST_TICKS:
            return None
        self._recent.append(ticks)
        bpm = S_PER_MIN * RR_TICKS_PER_S * len(self._recent) / sum(self._recent)
        return bytes(HeartRateMeasurement(bpm=min(0xFFFF, round(bpm)), rr_ticks=(ticks,)))


def wanted_of(info: Any) -> WantedStream:
    """The channel to listen to, by the metadata of an LSL stream."""
    n_channels: int = info.channel_count()
    labels = [label or "" for label in info.get_channel_labels() or [""] * n_channels]
    units = [unit or "" for unit in info.get_channel_units() or [""] * n_channels]
    channel = next((n for n, label in enumerate(labels) if _INTERVAL.search(label)), 0)
    unit = units[channel].strip().lower()
    if unit in ("s", "sec", "second", "seconds"):
        return WantedStream(channel, Unit.S)
    if _PER_MINUTE.search(unit) or (not unit and _PULSE_TYPE.match(info.type())):
        return WantedStream(channel, Unit.BPM)
    return WantedStream(channel, Unit.MS)
