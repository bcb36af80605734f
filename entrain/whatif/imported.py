"""A recording taken in without a coach: its beats, pulse and breath as a session would have seen them.

`events_of` makes a recording's intervals what a source says that knows its beats' own times; `observe` is the
controller of such a session, in the place of `entrain.control.session.reduce`: it measures as that does, and
decides nothing.
"""

from collections.abc import Iterator
from heapq import merge
from math import ceil
from typing import Final

from entrain.control.events import (
    Effect,
    Event,
    IntervalReported,
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
    with_interval_reported,
    with_link,
    with_notification,
    with_tick_at,
)
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.state import TICK_S, SessionState, edit
from entrain.heart.recording import Recording
from entrain.reason import Code, Reason
from entrain.remark import Remark, Topic
from entrain.units import MS_PER_S, S_PER_MIN

STRAP: Final = "imported"
PREFIX: Final = "import:"  # of the session's heart, as in `sim:7`


def config_of(recording: Recording) -> SessionConfig:
    """A session's configuration for a recording in which nothing was guided."""
    preset = Preset(
        name="imported",
        title=f"Imported: {recording.name}",
        summary="A recording by another program; nothing was guided.",
        minutes=recording.duration_s / S_PER_MIN,
    )
    return SessionConfig(preset, (STRAP,))


def start(config: SessionConfig) -> SessionState:
    """The state before the first event."""
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
        case IntervalReported():
            track, effects = with_interval_reported(track, event)
        case NotificationArrived():  # of one that was imported before intervals had times of their own
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
    """Each interval when it ended, with its beat's own time and not rounded; and ticks.

    Beat times are the running sum of intervals and gaps. Every gap is a lost link, so the chain of beats is
    broken there.
    """
    events = list(_reported(recording))
    ticks = (Tick(n * TICK_S) for n in range(1, ceil(events[-1].t_s / TICK_S) + 1))
    return list(merge(events, ticks, key=lambda event: event.t_s))


def _reported(recording: Recording) -> Iterator[Event]:
    yield StrapDescribed(0.0, STRAP, name=recording.name)
    yield LinkChanged(0.0, STRAP, Link.STREAMING)
    gaps_s = {gap.index: gap.seconds for gap in recording.gaps}
    t_s = 0.0
    for index, rr_ms in enumerate(recording.intervals_ms):
        if index in gaps_s:
            lacking = Remark.of(Topic.RECORDING_LACKS, gap_s=gaps_s[index])
            yield LinkChanged(t_s, STRAP, Link.LOST, lacking)
            t_s += gaps_s[index]
            yield LinkChanged(t_s, STRAP, Link.STREAMING)
        t_s += rr_ms / MS_PER_S
        yield IntervalReported(t_s, STRAP, t_s, rr_ms)
    yield LinkChanged(t_s, STRAP, Link.FINISHED, Remark(Topic.RECORDING_OVER))
