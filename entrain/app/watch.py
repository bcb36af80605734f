"""To sit with a heart for hours and to say nothing, unless a pause is offered where one asked for that.

Nothing is kept: no log, no store. A heart is believed as in a session: what is doubted counts for nothing.
"""

import asyncio
from collections.abc import Callable, Iterable

from entrain.app.prepare import heart_of
from entrain.control.events import BeatSeen, Effect, Event, IntervalReported, LinkChanged, NotificationArrived
from entrain.control.heart import (
    HeartTrack,
    with_interval_reported,
    with_link,
    with_notification,
)
from entrain.heart import variation
from entrain.heart.variation import Offer, Variation
from entrain.runtime import Inbox, SessionClock

STEP_S = 1.0
Told = Callable[[Offer], None]


class Watch:
    """One heart, watched. `seen` holds what is known of it."""

    def __init__(self, strap: str, on_offer: Told) -> None:
        self.seen = Variation()
        self._track = HeartTrack(strap)
        self._on_offer = on_offer

    def feed(self, event: Event) -> None:
        """Take in what came from the heart."""
        effects: tuple[Effect, ...] = ()
        match event:
            case NotificationArrived():
                self._track, effects = with_notification(self._track, event)
            case IntervalReported():
                self._track, effects = with_interval_reported(self._track, event)
            case LinkChanged():
                self._track, effects = with_link(self._track, event)
            case _:
                pass
        doubt = self._track.trust.doubt
        if doubt is None or not doubt.withholds:
            self._take(effect.beat for effect in effects if isinstance(effect, BeatSeen))

    def _take(self, beats: Iterable[variation.Beat]) -> None:
        for beat in beats:
            n = len(self.seen.offers)
            self.seen = variation.with_beat(self.seen, beat)
            for offer in self.seen.offers[n:]:
                self._on_offer(offer)


async def watched(spec: str, person: str, for_s: float, speed: float, on_offer: Told) -> Watch:
    """Watch a heart for so long, or until the task is cancelled.

    Raises:
        UsageError: there is no such heart, or it cannot go at that speed.
    """
    live, virtual = heart_of(spec, person, speed)
    clock, inbox = SessionClock(speed), Inbox()
    heart = live or virtual
    watch = Watch("" if heart is None else heart.strap, on_offer)
    running = None if live is None else asyncio.create_task(live.run(inbox.put, clock))
    try:
        t_s = 0.0
        while t_s < for_s:
            t_s += STEP_S
            for event in () if virtual is None else virtual.until(t_s, None):
                watch.feed(event)
            while (wait_s := (t_s - clock.now_s()) / speed) > 0.0:
                await inbox.wait(wait_s)
                for event in inbox.up_to(clock.now_s()):
                    watch.feed(event)
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        pass
    finally:
        if running is not None:
            running.cancel()
    return watch
