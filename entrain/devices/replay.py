"""A recording played as if it were live: the same packets on the same wire, at any speed.

Where a recording has arrival times, its packets arrive then. Otherwise they are made as a strap makes them:
every 0.99 s one packet with the intervals that ended since the last, at most nine, and one without any where
none ended. What a recording lacks is silence on the wire.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import merge
from typing import Final, Self

from entrain.control.events import (
    Event,
    IntervalReported,
    Link,
    LinkChanged,
    NotificationArrived,
    StrapDescribed,
)
from entrain.heart.gatt import HeartRateMeasurement
from entrain.heart.recording import Recording
from entrain.remark import Remark, Topic
from entrain.score import Score
from entrain.units import MS_PER_S, RR_TICKS_PER_S, S_PER_MIN, ms_to_ticks

PACKET_S: Final = 0.99
SAME_PACKET_S: Final = 0.02  # arrivals this near to each other are one packet's
INTERVALS_PER_PACKET: Final = 9
RATE_FIELD_BEATS: Final = 5
SILENT_S: Final = 3.0  # a gap longer than this is worth saying
LEAD_IN_S: Final = 0.5  # from the start to the first packet of a recording with arrival times

Arrival = NotificationArrived | IntervalReported
Packet = tuple[float, tuple[int, ...]]  # arrival in s, intervals in ticks


class ReplayedHeart:
    """A `VirtualHeart` whose events are known beforehand. It hears no score."""

    def __init__(self, strap: str, events: Sequence[Event]) -> None:
        """`events` in order of time."""
        self.strap = strap
        self._events = tuple(events)
        self._n_given = 0

    @classmethod
    def of_recording(cls, recording: Recording, strap: str | None = None) -> Self:
        """Play `recording`; the strap is called `replay:NAME` unless told."""
        strap = f"replay:{recording.name}" if strap is None else strap
        packets = _as_arrived(recording) if recording.arrival_s is not None else _on_a_grid(recording)
        payloads = [(t_s, bytes(measurement)) for t_s, measurement in _with_rate(packets)]
        return cls.of_payloads(payloads, strap, name=recording.name)

    @classmethod
    def of_payloads(
        cls,
        payloads: Iterable[tuple[float, bytes]],
        strap: str,
        name: str | None = None,
        streamed: Sequence[Event] = (),
    ) -> Self:
        """Play (arrival in s, bytes of 0x2A37), in order of time; see `of_arrivals`."""
        arrived = [NotificationArrived(t_s, strap, payload) for t_s, payload in payloads]
        return cls.of_arrivals(arrived, strap, name, streamed)

    @classmethod
    def of_arrivals(
        cls,
        arrived: Iterable[Arrival],
        strap: str,
        name: str | None = None,
        streamed: Sequence[Event] = (),
    ) -> Self:
        """Play what came in, in order of time, as a session's own log has it.

        `streamed` is what else the strap sent meanwhile, in order of time.
        """
        wire = list(_wire(arrived, strap, name or strap))
        over = wire.pop()
        beside = [event for event in streamed if event.t_s <= over.t_s]
        return cls(strap, [*merge(wire, beside, key=lambda event: event.t_s), over])

    @property
    def duration_s(self) -> float:
        """When the recording is over."""
        return self._events[-1].t_s if self._events else 0.0

    def until(self, t_s: float, score: Score | None) -> Sequence[Event]:
        first, self._n_given = (
            self._n_given,
            max(self._n_given, bisect_right(self._events, t_s, key=lambda event: event.t_s)),
        )
        return self._events[first : self._n_given]


def _wire(arrived: Iterable[Arrival], strap: str, name: str) -> Iterator[Event]:
    yield StrapDescribed(0.0, strap, name=name)
    yield LinkChanged(0.0, strap, Link.STREAMING)
    last_s = 0.0
    for event in arrived:
        t_s = event.t_s
        if t_s - last_s > SILENT_S:
            gap = Remark.of(Topic.RECORDING_GAP, gap_s=t_s - last_s)
            yield LinkChanged(last_s + SILENT_S, strap, Link.SILENT, gap)
            yield LinkChanged(t_s, strap, Link.STREAMING)
        yield replace(event, strap=strap)
        last_s = t_s
    yield LinkChanged(last_s + PACKET_S, strap, Link.FINISHED, Remark(Topic.RECORDING_OVER))


def _as_arrived(recording: Recording) -> Iterator[Packet]:
    """One packet for all intervals that arrived together; more where they are more than a packet holds."""
    together: list[int] = []
    together_s = 0.0
    for arrival_s, ms in zip(recording.arrival_s or (), recording.intervals_ms, strict=True):
        if together and (arrival_s - together_s > SAME_PACKET_S or len(together) == INTERVALS_PER_PACKET):
            yield LEAD_IN_S + together_s, tuple(together)
            together = []
        if not together:
            together_s = arrival_s
        together.append(ms_to_ticks(ms))
    yield LEAD_IN_S + together_s, tuple(together)


def _on_a_grid(recording: Recording) -> Iterator[Packet]:
    """Packets on the grid of a strap, and nothing within a gap."""
    gaps = {gap.index: gap.seconds for gap in recording.gaps}
    waiting: deque[int] = deque()
    ended_s = grid_s = 0.0
    for index, ms in enumerate(recording.intervals_ms):
        if index in gaps:
            while waiting:
                grid_s += PACKET_S
                yield grid_s, _take(waiting)
            ended_s += gaps[index]
            grid_s = max(grid_s, ended_s)
        ended_s += ms / MS_PER_S
        while grid_s + PACKET_S < ended_s:
            grid_s += PACKET_S
            yield grid_s, _take(waiting)
        waiting.append(ms_to_ticks(ms))
    while waiting:
        grid_s += PACKET_S
        yield grid_s, _take(waiting)


def _take(waiting: deque[int]) -> tuple[int, ...]:
    return tuple(waiting.popleft() for _ in range(min(len(waiting), INTERVALS_PER_PACKET)))


def _with_rate(packets: Iterable[Packet]) -> Iterator[tuple[float, HeartRateMeasurement]]:
    """The rate that a strap would have sent along: of its last few intervals, 0 while there are none."""
    recent: deque[int] = deque(maxlen=RATE_FIELD_BEATS)
    for t_s, ticks in packets:
        recent.extend(ticks)
        bpm = S_PER_MIN * RR_TICKS_PER_S * len(recent) / sum(recent) if recent else 0.0
        yield t_s, HeartRateMeasurement(bpm=round(bpm), rr_ticks=ticks or None)
