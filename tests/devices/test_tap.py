"""A tapped pulse: taps in, a strap's bytes out, and no invented interval."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.clock import ManualClock
from entrain.control.events import Event, Link, LinkChanged, NotificationArrived
from entrain.devices.tap import BOUNCE_S, PAUSE_S, TappedHeart
from entrain.heart.gatt import HeartRateMeasurement
from entrain.wording.remarks import advised, told


async def tapped(taps_s: list[float]) -> list[Event]:
    """What comes of tapping at these times."""
    events: list[Event] = []
    heart = TappedHeart()
    heart.tap(0.0)  # before it runs: nothing
    task = asyncio.create_task(heart.run(events.append, ManualClock()))
    await asyncio.sleep(0)
    for t_s in taps_s:
        heart.tap(t_s)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    heart.tap(1e6)  # after it ran: nothing
    return events


def ticks_of(events: list[Event]) -> list[int]:
    return [
        ticks
        for e in events
        if isinstance(e, NotificationArrived)
        for ticks in HeartRateMeasurement.from_bytes(e.payload).rr_ticks or ()
    ]


async def test_taps_become_single_intervals_and_a_rate() -> None:
    events = await tapped([1.0 + 0.8 * n for n in range(20)])
    measurements = [
        HeartRateMeasurement.from_bytes(e.payload) for e in events if isinstance(e, NotificationArrived)
    ]
    assert len(measurements) == 19
    assert all(m.rr_ticks is not None and len(m.rr_ticks) == 1 for m in measurements)
    assert all(m.bpm == 75 for m in measurements)
    assert abs(sum(ticks_of(events)) - 19 * 0.8 * 1024) <= 1
    links = [e.link for e in events if isinstance(e, LinkChanged)]
    assert links == [Link.SILENT, Link.STREAMING]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.001, 6.0), min_size=1, max_size=40))
def test_no_interval_is_invented(steps_s: list[float]) -> None:
    taps_s: list[float] = []
    t_s = 5.0
    for step_s in steps_s:
        t_s += step_s
        taps_s.append(t_s)
    events = asyncio.run(tapped(taps_s))
    for ticks in ticks_of(events):
        assert BOUNCE_S * 1024 - 1 <= ticks <= PAUSE_S * 1024 + 1
    stamps = [e.t_s for e in events if isinstance(e, NotificationArrived)]
    assert set(stamps) <= set(taps_s)
    n_silent = sum(isinstance(e, LinkChanged) and e.link is Link.SILENT for e in events) - 1
    if not any(step_s < BOUNCE_S for step_s in steps_s):
        assert n_silent == sum(b - round(a * 1024) / 1024 > PAUSE_S for a, b in pairwise(taps_s))


async def test_a_pause_is_said_while_it_lasts() -> None:
    events: list[Event] = []
    clock = ManualClock()
    heart = TappedHeart()
    task = asyncio.create_task(heart.run(events.append, clock))
    await asyncio.sleep(0)
    for n in range(4):
        heart.tap(0.9 * n)
    clock.advance_to(2.7 + PAUSE_S + 0.1)
    await asyncio.sleep(0.6)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    last = events[-1]
    assert isinstance(last, LinkChanged)
    assert last.link is Link.SILENT
    assert "No tap" in told(last.remark)
    assert advised(last.remark)
