"""Beat times from the chain of RR intervals.

A strap sends what has happened since its last packet, on a grid of about a second, late by 0.4 to 2.6 s
depending on the model (KTH 2025), and in bursts after a stall. Arrival is no beat time. The chain
of intervals is: the n-th beat of a segment falls at `offset + sum of the intervals up to n`; the offset is
the *smallest* arrival - sum seen in the last 90 s, the packet that was delayed least. In simulation that has
an SD of 13 ms where arrival-based times have 305 ms.

The absolute latency of the strap stays unknown, so a beat's time may control a tempo, never a beat's phase.

Rules of a segment:
- a packet without intervals is normal at a slow pulse and breaks nothing;
- equal intervals are real and are never taken for repeats;
- the chain is broken (a new segment) by a lost link, and by packets that come later than the chain can
  explain three times in a row (beats were lost on air), or earlier than it allows (too many were counted).
"""

from dataclasses import dataclass, replace
from typing import Final

from entrain.heart.beat import RRInterval
from entrain.units import ticks_to_s

WINDOW_S: Final = 90.0
SLACK_S: Final = 1.25
LATE_IN_A_ROW: Final = 3
# A better offset moves the beats earlier; spread over the beats that follow, so that time never runs back.
CATCH_UP: Final = 0.25


@dataclass(frozen=True, slots=True)
class Timeline:
    """State of one strap's chain. Fold packets in with `advance`."""

    segment: int = 0
    n_beats: int = 0  # of the whole session
    started: bool = False  # does the segment have a beat yet
    sum_ticks: int = 0  # intervals since the segment began; an integer, so nothing is lost to rounding
    least: tuple[tuple[float, float], ...] = ()  # (arrival_s, delay_s) with growing delays: a minimum queue
    offset_s: float = 0.0  # in use; moves towards the smallest delay
    late: int = 0
    arrival_s: float = 0.0  # of the newest packet


@dataclass(frozen=True, slots=True)
class TimedInterval:
    """An interval with the time of the beat that ended it."""

    t_s: float
    rr: RRInterval
    segment: int
    n: int


def broken(timeline: Timeline) -> Timeline:
    """The chain ends here; the next interval begins a new segment."""
    if not timeline.started:
        return timeline
    return Timeline(segment=timeline.segment + 1, n_beats=timeline.n_beats)


def advance(
    timeline: Timeline, arrival_s: float, rr_ticks: tuple[int, ...]
) -> tuple[Timeline, tuple[TimedInterval, ...], bool]:
    """Fold in one packet's intervals, oldest first.

    Returns the new state, the intervals with their beat times (strictly increasing over the session) and
    whether the chain was found broken, in which case the intervals belong to the new segment.
    """
    if not rr_ticks:
        return replace(timeline, arrival_s=arrival_s), (), False
    packet_ticks = sum(rr_ticks)
    late = 0
    was_broken = False
    if timeline.started:
        delay_s = arrival_s - ticks_to_s(timeline.sum_ticks + packet_ticks)
        lateness_s = delay_s - timeline.least[0][1]
        late = timeline.late + 1 if lateness_s > SLACK_S else 0
        was_broken = late >= LATE_IN_A_ROW or lateness_s < -SLACK_S
        if was_broken:
            timeline, late = broken(timeline), 0
    total_ticks = timeline.sum_ticks + packet_ticks
    delay_s = arrival_s - ticks_to_s(total_ticks)
    least = (
        *((at_s, d_s) for at_s, d_s in timeline.least if at_s > arrival_s - WINDOW_S and d_s < delay_s),
        (arrival_s, delay_s),
    )
    goal_s = least[0][1]
    offset_s = timeline.offset_s if timeline.started else goal_s
    sum_ticks = timeline.sum_ticks
    beats: list[TimedInterval] = []
    for index, ticks in enumerate(rr_ticks):
        sum_ticks += ticks
        step_s = CATCH_UP * ticks_to_s(ticks)
        offset_s += min(step_s, max(-step_s, goal_s - offset_s))
        beats.append(
            TimedInterval(
                offset_s + ticks_to_s(sum_ticks),
                RRInterval(ticks),
                timeline.segment,
                timeline.n_beats + index,
            )
        )
    new = Timeline(
        segment=timeline.segment,
        n_beats=timeline.n_beats + len(rr_ticks),
        started=True,
        sum_ticks=sum_ticks,
        least=least,
        offset_s=offset_s,
        late=late,
        arrival_s=arrival_s,
    )
    return new, tuple(beats), was_broken
