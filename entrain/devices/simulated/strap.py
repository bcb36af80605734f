"""A simulated chest strap: true beats in, the events of a Bluetooth heart-rate sensor out.

Intervals are counted on the strap's own clock in 1/1024 s; some beats are missed and some noise is counted as
a beat; every 0.99 s (the grid of a Polar H10) a packet leaves with the at most nine intervals that are ready,
and arrives 20 to 80 ms later; now and then the link is gone for 3 to 15 s and what was measured meanwhile is
lost.

A strap knows a beat only `latency_s` after it; with the wait for a packet that makes a median of about 1 s
(0.4 to 2.6 s by model, KTH 2025). It is longer than a step of the body, so a packet never waits for
physiology that lies ahead of the session's time.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from random import Random
from typing import Final

from entrain.control.events import Event, Link, LinkChanged, NotificationArrived, StrapDescribed
from entrain.heart.gatt import HeartRateMeasurement
from entrain.remark import Remark, Topic
from entrain.units import RR_TICKS_PER_S, S_PER_MIN

PACKET_S: Final = 0.99
AIR_S: Final = (0.02, 0.08)
INTERVALS_PER_PACKET: Final = 9  # what an ATT payload of 20 bytes holds beside the flags and the rate
OUTAGE_S: Final = (3.0, 15.0)
NOTICE_S: Final = 1.0  # until a lost link is known to be lost
RATE_FIELD_BEATS: Final = 5  # the rate that a strap reports is smoothed
BATTERY_S_PER_PERCENT: Final = 4.0 * 3600.0  # a coin cell of 400 h


@dataclass(frozen=True, slots=True)
class StrapTraits:
    """What makes one strap, and the skin it sits on, what it is. Chances are per beat."""

    model: str = "Simulated strap"
    sends_intervals: bool = True
    reports_contact: bool = False
    latency_s: float = 0.35  # from a beat to the strap's knowing it
    jitter_s: float = 0.002  # of finding the R wave
    miss_chance: float = 0.001
    extra_chance: float = 0.0005
    outages_per_min: float = 0.03
    clock_error: float = 10e-6  # fraction by which the strap's second is short
    battery_percent: float = 80.0


class Strap:
    """Give it beats with `beat`, in order; take events with `until`."""

    def __init__(self, name: str, traits: StrapTraits, seed: str) -> None:
        self.name = name
        self.traits = traits
        # Streams of their own, so that what befalls a beat does not depend on when packets are asked for.
        self._beat_rng = Random(f"{seed}/beats")
        self._air_rng = Random(f"{seed}/air")
        self._link_rng = Random(f"{seed}/link")
        self._last_tick: int | None = None
        self._ready: deque[tuple[float, int]] = deque()  # (known at, interval in ticks)
        self._recent: deque[int] = deque(maxlen=RATE_FIELD_BEATS)
        self._notices: deque[Event] = deque(self._beginning())
        self._silent_from_s = 0.0
        self._silent_to_s = self._deaf_until_s = self._notices[-1].t_s  # nobody had asked for intervals yet
        self._grid_s = self._silent_to_s + self._air_rng.uniform(0.0, PACKET_S)
        self._arrival_s = self._grid_s + self._air_rng.uniform(*AIR_S)

    def beat(self, t_s: float) -> None:
        """A beat of the true heart at `t_s`."""
        traits, rng = self.traits, self._beat_rng
        if rng.random() < traits.miss_chance:
            return
        seen_s = t_s + rng.gauss(0.0, traits.jitter_s)
        tick = round(seen_s * RR_TICKS_PER_S * (1.0 + traits.clock_error))
        last, self._last_tick = self._last_tick, tick
        if last is None or tick <= last:
            return
        known_s = t_s + traits.latency_s
        if known_s <= self._deaf_until_s:
            return
        if rng.random() < traits.extra_chance:
            extra = round(last + rng.uniform(0.25, 0.75) * (tick - last))
            self._ready.append((known_s, extra - last))
            last = extra
        self._ready.append((known_s, tick - last))

    def until(self, t_s: float) -> list[Event]:
        """Every event up to `t_s` not given before; needs all beats up to `t_s` - `latency_s` by now."""
        events: list[Event] = []
        while True:
            notice_s = self._notices[0].t_s if self._notices else inf
            if min(notice_s, self._arrival_s) > t_s:
                return events
            if notice_s <= self._arrival_s:
                events.append(self._notices.popleft())
                if not self._notices:
                    self._plan_outage(notice_s)
                continue
            payload = self._packet()
            if payload is not None and not self._silent_from_s <= self._arrival_s < self._silent_to_s:
                events.append(NotificationArrived(self._arrival_s, self.name, payload))
            self._grid_s += PACKET_S
            self._arrival_s = self._grid_s + self._air_rng.uniform(*AIR_S)

    def _packet(self) -> bytes | None:
        """What leaves at the grid's time; None while nothing is known of the pulse."""
        ticks: list[int] = []
        while self._ready and len(ticks) < INTERVALS_PER_PACKET and self._ready[0][0] <= self._grid_s:
            ticks.append(self._ready.popleft()[1])
        self._recent.extend(ticks)
        if not self._recent:
            return None
        bpm = S_PER_MIN * RR_TICKS_PER_S * len(self._recent) / sum(self._recent)
        return bytes(
            HeartRateMeasurement(
                bpm=round(bpm),
                rr_ticks=tuple(ticks) if ticks and self.traits.sends_intervals else None,
                contact=True if self.traits.reports_contact else None,
            )
        )

    def _beginning(self) -> Iterator[Event]:
        rng = self._link_rng
        t_s = 0.0
        yield LinkChanged(t_s, self.name, Link.SEARCHING)
        for link, longest_s in (
            (Link.CONNECTING, 0.8),
            (Link.DISCOVERING, 0.4),
            (Link.SUBSCRIBING, 0.3),
        ):
            t_s += rng.uniform(0.3, 1.0) * longest_s
            yield LinkChanged(t_s, self.name, link)
        yield self._described(t_s)
        yield LinkChanged(t_s + rng.uniform(0.1, 0.3), self.name, Link.STREAMING)

    def _plan_outage(self, from_s: float) -> None:
        rng, per_s = self._link_rng, self.traits.outages_per_min / S_PER_MIN
        if per_s <= 0.0:
            self._silent_from_s = self._silent_to_s = inf
            return
        start_s = from_s + rng.expovariate(per_s)
        end_s = start_s + rng.uniform(*OUTAGE_S)
        self._silent_from_s, self._silent_to_s = start_s, end_s
        lost = LinkChanged(
            start_s + NOTICE_S,
            self.name,
            Link.LOST,
            Remark(Topic.OUT_OF_REACH),
        )
        again = LinkChanged(end_s - 0.5, self.name, Link.CONNECTING)
        self._notices.extend(
            (lost, again, self._described(end_s), LinkChanged(end_s, self.name, Link.STREAMING))
        )

    def _described(self, t_s: float) -> StrapDescribed:
        percent = self.traits.battery_percent - t_s / BATTERY_S_PER_PERCENT
        return StrapDescribed(
            t_s,
            self.name,
            name=self.traits.model,
            battery_percent=max(1, round(percent)),
            manufacturer="entrain",
            model="simulated",
        )
