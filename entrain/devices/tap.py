"""A pulse tapped by hand: one feels for it and taps a key with each beat.

Taps become the same bytes that a strap sends, one interval in each packet. Fingers are late and uneven by
some tens of ms, enough for a tempo and too much for heart-rate variability. After a pause the chain begins
anew: an interval from the last tap before it would be invented.
"""

import asyncio
from collections import deque
from typing import Final

from entrain.clock import Clock
from entrain.control.events import Link, LinkChanged, NotificationArrived, StrapDescribed
from entrain.devices.ports import Emit
from entrain.heart.gatt import HeartRateMeasurement
from entrain.remark import Remark, Topic
from entrain.units import RR_TICKS_PER_S, S_PER_MIN

PAUSE_S: Final = 3.0
BOUNCE_S: Final = 0.25  # quicker than any pulse at a desk: a key that bounces or repeats by itself
RATE_FIELD_BEATS: Final = 5
LOOK_S: Final = 0.25


class TappedHeart:
    """A `LiveHeart` that the front end's `tap` drives, on the same loop as `run`."""

    def __init__(self, strap: str = "tap") -> None:
        self.strap = strap
        self._emit: Emit | None = None
        self._last_tick: int | None = None  # of the newest tap; None: the chain is broken
        self._recent: deque[int] = deque(maxlen=RATE_FIELD_BEATS)

    async def run(self, emit: Emit, clock: Clock) -> None:
        """Take taps until cancelled, and say so when none come."""
        self._emit = emit
        now_s = clock.now_s()
        emit(StrapDescribed(now_s, self.strap, name="Tapped by hand"))
        emit(LinkChanged(now_s, self.strap, Link.SILENT, Remark(Topic.TAPS_AWAITED)))
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                self._watch(clock.now_s())
        finally:
            self._emit = None

    def tap(self, t_s: float) -> None:
        """A beat was felt at `t_s` (session seconds). Before `run` and after it nothing happens."""
        if self._emit is None:
            return
        self._watch(t_s)
        tick, last = round(t_s * RR_TICKS_PER_S), self._last_tick
        if last is None:
            self._last_tick = tick
            self._emit(LinkChanged(t_s, self.strap, Link.STREAMING))
            return
        ticks = tick - last
        if ticks < BOUNCE_S * RR_TICKS_PER_S:
            return
        self._last_tick = tick
        self._recent.append(ticks)
        bpm = S_PER_MIN * RR_TICKS_PER_S * len(self._recent) / sum(self._recent)
        payload = bytes(HeartRateMeasurement(bpm=round(bpm), rr_ticks=(ticks,)))
        self._emit(NotificationArrived(t_s, self.strap, payload))

    def _watch(self, now_s: float) -> None:
        """Break the chain where the last tap is too long ago."""
        last = self._last_tick
        if self._emit is None or last is None or now_s - last / RR_TICKS_PER_S <= PAUSE_S:
            return
        self._last_tick = None
        self._recent.clear()
        said = Remark.of(Topic.NO_TAP, for_s=PAUSE_S)
        self._emit(LinkChanged(now_s, self.strap, Link.SILENT, said))
