"""A recording taken in without a coach: its beats, pulse and breath as a session would have seen them.

`events_of` makes a recording's intervals the notifications of a strap; `observe` is the controller of such a
session, in the place of `entrain.control.session.reduce`: it measures as that does, and decides nothing.
"""

from collections.abc import Iterator
from heapq import merge
from math import ceil
from typing import Final

from entrain.control.events import (
    Effect,
    Event,
    Link,
    LinkChanged,
    NotificationArrived,
    Phase,
    PulseMeasured,
    StrapDescribed,
    Tick,
)
from entrain.control.heart import (
    MINUTE_S,
    HeartTrack,
    breaths_measured,
    with_description,
    with_link,
    with_notification,
    with_tick_at,
)
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.state import TICK_S, SessionState, edit
from entrain.heart.gatt import HeartRateMeasurement
from entrain.heart.recording import Recording
from entrain.reason import Code, Reason
from entrain.units import MS_PER_S, RR_TICKS_PER_S, S_PER_MIN, ms_to_ticks

STRAP: Final = "imported"
PREFIX: Final = "import:"  # of the session's heart, as in `sim:7`
_SAME_PACKET_S: Final = 0.02  # arrivals this near to each other are one packet's
_HIGHEST: Final = 0xFFFF  # heart rate that a packet can say


def config_of(recording: Recording) -> SessionConfig:
    preset = Preset(
        name="imported",
        title=f"Imported: {recording.name}",
        summary="A recording by another program; nothing was guided.",
        minutes=recording.duration_s / S_PER_MIN,
    )
    return SessionConfig(preset, (STRAP,))


def start(config: SessionConfig) -> SessionState:
    return SessionState(
        config=config,
        t_s=0.0,
        tracks=tuple(map(HeartTrack, config.straps)),
        phase=Phase.ENDED,
        reason=Reason(Code.IMPORTED),
        completed=True,
    )


def observe(state: SessionState, event: Event) -> tuple[SessionState, tuple[Effect, ...]]:
    """Fold one event in. Pure, as `reduce` is."""
    state = edit(state, t_s=max(state.t_s, event.t_s))
    (track,) = state.tracks
    match event:
        case NotificationArrived():
            track, effects = with_notification(track, event)
        case LinkChanged():
            track, effects = with_link(track, event)
        case StrapDescribed():
            track, effects = with_description(track, event)
        case Tick():
            return _tick(state, track)
        case _:
            effects = ()
    return edit(state, tracks=(track,)), effects


def _tick(state: SessionState, track: HeartTrack) -> tuple[SessionState, tuple[Effect, ...]]:
    heart = track.state_at(state.t_s)
    track = with_tick_at(track, heart, state.t_s, state.t_s - MINUTE_S)
    measured = PulseMeasured(state.t_s, heart.bpm, heart.age_s, heart.source, heart.rmssd_ms)
    return edit(state, tracks=(track,)), (
        measured,
        *breaths_measured((track,), state.t_s),
    )


def events_of(recording: Recording) -> list[Event]:
    """The recording as a strap that sends each interval when it ends, or when its packet came in; and ticks.

    Every gap is a lost link, so the chain of beats is broken there. Intervals become ticks of 1/1024 s.
    """
    events = list(_sent(recording))
    ticks = (Tick(n * TICK_S) for n in range(1, ceil(events[-1].t_s / TICK_S) + 1))
    return list(merge(events, ticks, key=lambda event: event.t_s))


def _sent(recording: Recording) -> Iterator[Event]:
    yield StrapDescribed(0.0, STRAP, name=recording.name)
    yield LinkChanged(0.0, STRAP, Link.STREAMING)
    gaps = {gap.index: gap.seconds for gap in recording.gaps}
    last_s = 0.0
    for index, t_s, ticks in _packets(recording):
        if index in gaps:
            lacking = f"The recording lacks {gaps[index]:.1f} s here."
            yield LinkChanged(last_s, STRAP, Link.LOST, detail=lacking)
            yield LinkChanged(t_s, STRAP, Link.STREAMING)
        bpm = min(_HIGHEST, round(S_PER_MIN * RR_TICKS_PER_S * len(ticks) / sum(ticks)))
        yield NotificationArrived(t_s, STRAP, bytes(HeartRateMeasurement(bpm=bpm, rr_ticks=ticks)))
        last_s = t_s
    yield LinkChanged(last_s, STRAP, Link.FINISHED, detail="The recording is over.")


def _packets(recording: Recording) -> Iterator[tuple[int, float, tuple[int, ...]]]:
    """(index of its first interval, when it came, its intervals in ticks) of each packet."""
    gaps = {gap.index: gap.seconds for gap in recording.gaps}
    intervals = [max(1, ms_to_ticks(ms)) for ms in recording.intervals_ms]
    if recording.arrival_s is None:
        t_s = 0.0
        for index, (ms, ticks) in enumerate(zip(recording.intervals_ms, intervals, strict=True)):
            t_s += gaps.get(index, 0.0) + ms / MS_PER_S
            yield index, t_s, (ticks,)
        return
    first, lead_s = 0, recording.intervals_ms[0] / MS_PER_S
    for index in range(1, len(intervals) + 1):
        came_s = recording.arrival_s[first]
        is_whole = (
            index == len(intervals) or index in gaps or recording.arrival_s[index] - came_s > _SAME_PACKET_S
        )
        if is_whole:
            yield first, lead_s + came_s, tuple(intervals[first:index])
            first = index
