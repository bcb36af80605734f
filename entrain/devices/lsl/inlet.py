"""A heart that comes as a stream of the Lab Streaming Layer: RR intervals, or a pulse.

A stream must say what it is, or be told. It says so by a channel labelled like an interval or a pulse, or by
its type (RR, HR …); one tells it by `lsl:NAME:rr_ms`, `rr_s` or `bpm`. A stream that does neither is not
taken: numbers of anything else, read as intervals, make a pulse out of nothing.

Intervals keep the sender's own stamps, brought to the session's clock, and are not rounded; a pulse becomes
the same bytes that a strap sends.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import Any, Final

from entrain.clock import Clock
from entrain.control.events import (
    Event,
    IntervalReported,
    Link,
    LinkChanged,
    NotificationArrived,
    StrapDescribed,
)
from entrain.devices.lsl import library
from entrain.devices.ports import Emit
from entrain.heart.gatt import HeartRateMeasurement
from entrain.remark import Remark, Topic
from entrain.units import MS_PER_S

CONNECT_S: Final = 10.0
POLL_S: Final = 0.1
CHOOSE_S: Final = 0.5  # for others of that name to answer
OFFSET_READINGS: Final = 9
SILENT_S: Final = 5.0
ANY_TYPE: Final = "RR"
FASTEST_HZ: Final = 5.0  # no stream of beats has more samples than that
LONGEST_MS: Final = 10_000.0
STAMP_OFF_S: Final = 10.0  # a stamp farther from its arrival is on no clock that we know
_INTERVAL: Final = re.compile(r"(^|[^a-z])(rr|rri|ibi|nn|interval)", re.IGNORECASE)
_PULSE: Final = re.compile(r"(^|[^a-z])(hr|heart.?rate|pulse|bpm)([^a-z]|$)", re.IGNORECASE)
_PER_MINUTE: Final = re.compile(r"bpm|per minute|/min", re.IGNORECASE)
_MILLISECONDS: Final = frozenset({"ms", "msec", "millisecond", "milliseconds"})
_SECONDS: Final = frozenset({"s", "sec", "second", "seconds"})


class Unit(Enum):
    """What a stream's numbers are; the values are what people type."""

    MS = "rr_ms"
    S = "rr_s"
    BPM = "bpm"


@dataclass(frozen=True, slots=True)
class WantedStream:
    """The channel that holds the heart, and what its numbers are."""

    channel: int
    unit: Unit


def parsed(text: str) -> tuple[str, Unit | None]:
    """`NAME`, `NAME:rr_ms` …: the stream's name, and what it was told to be."""
    name, _, last = text.rpartition(":")
    unit = next((unit for unit in Unit if unit.value == last), None)
    return (text, None) if unit is None else (name, unit)


class LslHeart:
    """A `LiveHeart`. `name` is the stream's name; empty: the first stream of type RR."""

    def __init__(self, strap: str, name: str = "", unit: Unit | None = None) -> None:
        """
        Args:
            unit: what the stream was told to be; None: it has to say so itself.

        Raises:
            MissingExtra: pylsl is not installed, or does not work here.
        """
        self.strap = strap
        self._name, self._unit = name, unit
        self._pylsl = library("A heart from the Lab Streaming Layer")

    async def run(self, emit: Emit, clock: Clock) -> None:
        """Find the stream and pass on what comes, until cancelled."""
        looking = Remark.of(Topic.LSL_LOOKING, stream=self._name)
        if not self._name:
            looking = Remark.of(Topic.LSL_LOOKING_FOR_TYPE, type=ANY_TYPE)
        emit(LinkChanged(clock.now_s(), self.strap, Link.SEARCHING, looking))
        inlet, info, n_alike = await self._connected()
        if n_alike > 1:
            several = Remark.of(Topic.LSL_SEVERAL, n=n_alike, stream=self._name, sender=info.hostname())
            if not self._name:
                several = Remark.of(
                    Topic.LSL_SEVERAL_OF_TYPE, n=n_alike, type=ANY_TYPE, sender=info.hostname()
                )
            emit(LinkChanged(clock.now_s(), self.strap, Link.CONNECTING, several))
        emit(StrapDescribed(clock.now_s(), self.strap, name=info.name(), address=info.source_id() or None))
        wanted, why_not = wanted_of(info, self._unit)
        if wanted is None:
            emit(LinkChanged(clock.now_s(), self.strap, Link.BLOCKED, why_not))
            await asyncio.Event().wait()
        else:
            await self._pass_on(inlet, wanted, emit, clock)

    async def _connected(self) -> tuple[Any, Any, int]:
        """An inlet that misses nothing from now on, the whole metadata that come with it, and how many there
        are of that name."""
        while True:
            found, n_alike = await self._found()
            inlet = self._pylsl.StreamInlet(found, max_buflen=60, processing_flags=self._pylsl.proc_clocksync)
            try:
                info = await asyncio.to_thread(inlet.info, CONNECT_S)
                await asyncio.to_thread(inlet.open_stream, CONNECT_S)
            except RuntimeError:  # it went away again, or does not answer
                await asyncio.sleep(POLL_S)
            else:
                return inlet, info, n_alike

    async def _found(self) -> tuple[Any, int]:
        prop, value = ("name", self._name) if self._name else ("type", ANY_TYPE)
        resolver = self._pylsl.ContinuousResolver(prop, value)
        while True:
            results = resolver.results()
            if results:
                # Of several alike always the same one, whichever answers first.
                await asyncio.sleep(CHOOSE_S)
                results = resolver.results() or results
                return min(results, key=lambda info: (info.source_id(), info.created_at())), len(results)
            await asyncio.sleep(POLL_S)

    async def _pass_on(self, inlet: Any, wanted: WantedStream, emit: Emit, clock: Clock) -> None:
        last_s, link = clock.now_s(), Link.SUBSCRIBING
        emit(LinkChanged(last_s, self.strap, link))
        offset_s = self._offset_s(clock)
        while True:
            samples, stamps_s = inlet.pull_chunk(timeout=0.0)
            now_s = clock.now_s()
            for sample, stamp_s in zip(samples, stamps_s, strict=True):
                said = self._said(sample, wanted, stamp_s + offset_s, now_s)
                if said is None:
                    continue
                last_s = now_s
                if link is not Link.STREAMING:
                    link = Link.STREAMING
                    emit(LinkChanged(now_s, self.strap, link))
                emit(said)
            if link is Link.STREAMING and now_s - last_s > SILENT_S:
                link = Link.LOST
                emit(LinkChanged(now_s, self.strap, link, Remark(Topic.LSL_SILENT)))
            await asyncio.sleep(POLL_S)

    def _offset_s(self, clock: Clock) -> float:
        """From LSL's clock to the session's; both tick alike. Of some readings the one least interrupted."""
        readings: list[tuple[float, float]] = []
        for _ in range(OFFSET_READINGS):
            before_s = clock.now_s()
            local_s = self._pylsl.local_clock()
            took_s = clock.now_s() - before_s
            readings.append((took_s, before_s + 0.5 * took_s - local_s))
        return min(readings)[1]

    def _said(
        self, sample: Sequence[float], wanted: WantedStream, beat_s: float, now_s: float
    ) -> Event | None:
        """One sample as an event; None where the number is none."""
        try:
            value = float(sample[wanted.channel])
        except ValueError:  # a channel of strings may say anything
            return None
        if not isfinite(value) or value <= 0.0:
            return None
        if wanted.unit is Unit.BPM:
            payload = bytes(HeartRateMeasurement(bpm=min(0xFFFF, round(value))))
            return NotificationArrived(now_s, self.strap, payload)
        rr_ms = value if wanted.unit is Unit.MS else value * MS_PER_S
        if rr_ms > LONGEST_MS:
            return None
        beat_s = min(beat_s, now_s) if abs(beat_s - now_s) < STAMP_OFF_S else now_s
        return IntervalReported(now_s, self.strap, beat_s, rr_ms)


def _of_each(said: Sequence[str | None] | None, n_channels: int) -> list[str]:
    """What metadata say of each channel; they need not speak of all, or of as many as there are."""
    known = [each or "" for each in said or ()][:n_channels]
    return known + [""] * (n_channels - len(known))


def wanted_of(info: Any, told: Unit | None = None) -> tuple[WantedStream | None, Remark | None]:
    """The channel to listen to, by the metadata of an LSL stream; or None, and why not."""
    n_channels: int = info.channel_count()
    labels = _of_each(info.get_channel_labels(), n_channels)
    units = [unit.strip(" .[]()").lower() for unit in _of_each(info.get_channel_units(), n_channels)]
    interval = next((n for n, label in enumerate(labels) if _INTERVAL.search(label)), None)
    pulse = next((n for n, label in enumerate(labels) if _PULSE.search(label)), None)
    stream = info.name()
    if told is not None:
        channel = pulse if told is Unit.BPM else interval
        return WantedStream(channel or 0, told), None
    if info.nominal_srate() > FASTEST_HZ:
        rate_hz = info.nominal_srate()
        if n_channels == 1:
            return None, Remark.of(Topic.LSL_NO_BEATS_ALONE, stream=stream, rate_hz=rate_hz)
        return None, Remark.of(Topic.LSL_NO_BEATS, stream=stream, n_channels=n_channels, rate_hz=rate_hz)
    kind = info.type()
    if interval is None and _INTERVAL.search(kind):
        interval = 0
    if pulse is None and _PULSE.search(kind):
        pulse = 0
    if interval is not None and not _PER_MINUTE.search(units[interval]):
        unit = units[interval]
        if unit in _SECONDS:
            return WantedStream(interval, Unit.S), None
        if unit in _MILLISECONDS or (not unit and kind.upper() == ANY_TYPE):
            return WantedStream(interval, Unit.MS), None
        return None, Remark.of(Topic.LSL_NO_UNIT, stream=stream)
    channel = interval if pulse is None else pulse
    if channel is not None and (not units[channel] or _PER_MINUTE.search(units[channel])):
        return WantedStream(channel, Unit.BPM), None
    return None, Remark.of(Topic.LSL_NO_HEART, stream=stream, type=kind)
