"""The second simulated strap: its faults come in runs, as those of real ones do.

- Packets leave once a second; a radio that is busy delivers nothing for seconds and then all at once.
- Movement: for some seconds beats are missed, noise is counted as beats, R waves are found late.
- A tall T wave: for a while each interval arrives in two pieces, at the same place within the beat.
- A firmware that counts in whole milliseconds, or at the 8 ms of an optical sensor.
- A packet that is sent twice; a packet with a rate and no interval.
- Out of reach: rare, and long.
"""

from collections import deque
from dataclasses import dataclass
from math import inf
from random import Random
from typing import Final

from entrain.control.events import Event, Link, LinkChanged, NotificationArrived, StrapDescribed
from entrain.heart.gatt import HeartRateMeasurement
from entrain.remark import Remark, Topic
from entrain.units import RR_TICKS_PER_S, S_PER_MIN

PACKET_S: Final = 1.0
PER_PACKET: Final = 9
BEATS_AVERAGED: Final = 8


@dataclass(frozen=True, slots=True)
class FaultTraits:
    """Rates of runs are per minute, lengths in seconds."""

    resolution_ms: float = 1.0
    latency_s: float = 0.45
    jitter_ms: float = 1.5
    stalls: float = 0.15
    movements: float = 0.05
    t_waves: float = 0.0
    absences: float = 0.004
    twice: float = 0.0005  # of packets
    without_intervals: float = 0.002  # of packets


class FaultyStrap:
    """Give it beats with `beat`, in order; take events with `until`."""

    def __init__(self, name: str, traits: FaultTraits, seed: str) -> None:
        self.name, self.traits = name, traits
        self._beats, self._air, self._link = (Random(f"{seed}/{part}") for part in ("beats", "air", "link"))
        self._runs = {
            "move": _Run(traits.movements, (3.0, 9.0), Random(f"{seed}/move")),
            "t": _Run(traits.t_waves, (5.0, 20.0), Random(f"{seed}/t")),
            "stall": _Run(traits.stalls, (1.5, 5.0), Random(f"{seed}/stall")),
        }
        self._t_at = self._beats.uniform(0.34, 0.42)
        self._last_s: float | None = None
        self._ready: deque[tuple[float, int]] = deque()
        self._recent: deque[int] = deque(maxlen=BEATS_AVERAGED)
        ready_s = self._link.uniform(0.8, 2.5)
        self._events: deque[Event] = deque(
            (
                LinkChanged(0.0, name, Link.SEARCHING),
                LinkChanged(0.4 * ready_s, name, Link.CONNECTING),
                self._described(0.8 * ready_s),
                LinkChanged(ready_s, name, Link.STREAMING),
            )
        )
        self._deaf_to_s = ready_s
        self._gone = _Run(traits.absences, (20.0, 60.0), self._link, ready_s)
        self._told_gone = inf
        self._grid_s = ready_s + self._air.random()
        self._waiting: list[bytes] = []

    def beat(self, t_s: float) -> None:
        """Take in a beat that happened at `t_s`."""
        traits, rng = self.traits, self._beats
        moving = self._runs["move"].at(t_s)
        if rng.random() < (0.25 if moving else 0.0003):
            return
        seen_s = t_s + rng.gauss(0.0, traits.jitter_ms * (8.0 if moving else 1.0)) / 1000.0
        last_s, self._last_s = self._last_s, seen_s
        if last_s is None or seen_s <= last_s or t_s <= self._deaf_to_s:
            return
        pieces = [seen_s - last_s]
        if self._runs["t"].at(t_s):
            pieces = [pieces[0] * self._t_at, pieces[0] * (1.0 - self._t_at)]
        elif moving and rng.random() < 0.25:
            share = rng.uniform(0.2, 0.8)
            pieces = [pieces[0] * share, pieces[0] * (1.0 - share)]
        for piece_s in pieces:
            counted_s = round(piece_s * 1000.0 / traits.resolution_ms) * traits.resolution_ms / 1000.0
            self._ready.append((t_s + traits.latency_s, max(1, round(counted_s * RR_TICKS_PER_S))))

    def until(self, t_s: float) -> list[Event]:
        """Every event up to `t_s` not given before; needs all beats up to `t_s` - `latency_s` by now."""
        while self._grid_s <= t_s:
            self._packet(self._grid_s)
            self._grid_s += PACKET_S
        out: list[Event] = []
        while self._events and self._events[0].t_s <= t_s:
            out.append(self._events.popleft())
        return out

    def _packet(self, grid_s: float) -> None:
        if self._gone.at(grid_s):
            self._ready.clear()
            self._waiting.clear()
            self._deaf_to_s = self._gone.end_s
            if self._told_gone != self._gone.end_s:
                self._told_gone = self._gone.end_s
                self._leave(grid_s, self._gone.end_s)
            return
        payload = self._payload(grid_s)
        if payload is not None:
            self._waiting.append(payload)
            if self._air.random() < self.traits.twice:
                self._waiting.append(payload)
        if self._runs["stall"].at(grid_s):
            return
        arrival_s = grid_s + self._air.uniform(0.01, 0.12)
        for waiting in self._waiting:
            self._events.append(NotificationArrived(arrival_s, self.name, waiting))
            arrival_s += 0.01
        self._waiting.clear()

    def _payload(self, grid_s: float) -> bytes | None:
        ticks: list[int] = []
        while self._ready and len(ticks) < PER_PACKET and self._ready[0][0] <= grid_s:
            ticks.append(self._ready.popleft()[1])
        self._recent.extend(ticks)
        if not self._recent:
            return None
        bpm = S_PER_MIN * RR_TICKS_PER_S * len(self._recent) / sum(self._recent)
        if ticks and self._air.random() < self.traits.without_intervals:
            ticks = []
        return bytes(HeartRateMeasurement(bpm=min(255, round(bpm)), rr_ticks=tuple(ticks) or None))

    def _leave(self, t_s: float, end_s: float) -> None:
        self._events.extend(
            (
                LinkChanged(t_s + 0.9, self.name, Link.LOST, Remark(Topic.OUT_OF_REACH)),
                LinkChanged(end_s - 0.4, self.name, Link.CONNECTING),
                self._described(end_s - 0.2),
                LinkChanged(end_s - 0.1, self.name, Link.STREAMING),
            )
        )

    def _described(self, t_s: float) -> StrapDescribed:
        return StrapDescribed(t_s, self.name, "Second strap", 70, "entrain", "second")


class _Run:
    """Stretches of time, so many a minute; ask in order of time."""

    def __init__(
        self, per_min: float, length_s: tuple[float, float], rng: Random, from_s: float = 0.0
    ) -> None:
        self._per_s, self._length_s, self._rng = per_min / S_PER_MIN, length_s, rng
        self.start_s = self.end_s = from_s
        self._next()

    def at(self, t_s: float) -> bool:
        while t_s >= self.end_s:
            self._next()
        return t_s >= self.start_s

    def _next(self) -> None:
        if self._per_s <= 0.0:
            self.start_s = self.end_s = inf
            return
        self.start_s = self.end_s + self._rng.expovariate(self._per_s)
        self.end_s = self.start_s + self._rng.uniform(*self._length_s)
