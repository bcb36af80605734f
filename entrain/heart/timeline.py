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
- the chain is broken (a new segment) by a lost link, and by packets that go on for 3 s coming later than the
  chain can explain (beats were lost on air), or come earlier than it allows (too many were counted);
- a stall that ends in a burst is late as well, but not for long, and breaks nothing.
"""

from typing import Final

from entrain.frozen import quick
from entrain.heart.beat import RRInterval
from entrain.units import ticks_to_s

WINDOW_S: Final = 90.0
SLACK_S: Final = 1.25
LATE_FOR_S: Final = 3.0
# A better offset moves the beats earlier; spread over the beats that follow, so that time never runs back.
CATCH_UP: Final = 0.25
LEAST_STEP_S: Final = 0.001  # between beats whose chains overlap


@quick
class Timeline:
    """State of one strap's chain. Fold packets in with `advance`."""

    segment: int = 0
    n_beats: int = 0  # of the whole session
    started: bool = False  # does the segment have a beat yet
    sum_ticks: int = 0  # intervals since the segment began; an integer, so nothing is lost to rounding
    least: tuple[tuple[float, float], ...] = ()  # (arrival_s, delay_s) with growing delays: a minimum queue
    offset_s: float = 0.0  # in use; moves towards the smallest delay
    late_since_s: float | None = None
    last_t_s: float = 0.0  # of the newest beat


@quick
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
    return Timeline(segment=timeline.segment + 1, n_beats=timeline.n_beats, last_t_s=timeline.last_t_s)


def advance(
    timeline: Timeline, arrival_s: float, rr_ticks: tuple[int, ...]
) -> tuple[Timeline, tuple[TimedInterval, ...], bool]:
    """Fold in one packet's intervals, oldest first.

    Returns the new state, the intervals with their beat times (strictly increasing over the session) and
    whether the chain was found broken, in which case the intervals belong to the new segment.
    """
    if not rr_ticks:
        return timeline, (), False
    packet_ticks = sum(rr_ticks)
    late_since_s: float | None = None
    was_broken = False
    if timeline.started:
        delay_s = arrival_s - ticks_to_s(timeline.sum_ticks + packet_ticks)
        lateness_s = delay_s - timeline.least[0][1]
        if lateness_s > SLACK_S:
            late_since_s = arrival_s if timeline.late_since_s is None else timeline.late_since_s
        was_late = late_since_s is not None and arrival_s - late_since_s >= LATE_FOR_S
        was_broken = was_late or lateness_s < -SLACK_S
        if was_broken:
            timeline, late_since_s = broken(timeline), None
    total_ticks = timeline.sum_ticks + packet_ticks
    delay_s = arrival_s - ticks_to_s(total_ticks)
    since_s = arrival_s - WINDOW_S
    least = (*[x for x in timeline.least if x[0] > since_s and x[1] < delay_s], (arrival_s, delay_s))
    goal_s = least[0][1]
    offset_s = timeline.offset_s if timeline.started else goal_s
    sum_ticks, last_t_s = timeline.sum_ticks, timeline.last_t_s
    beats: list[TimedInterval] = []
    for index, ticks in enumerate(rr_ticks):
        sum_ticks += ticks
        if offset_s != goal_s:
            step_s = CATCH_UP * ticks_to_s(ticks)
            offset_s += min(step_s, max(-step_s, goal_s - offset_s))
        t_s = max(offset_s + ticks_to_s(sum_ticks), last_t_s + LEAST_STEP_S)
        beats.append(TimedInterval(t_s, RRInterval(ticks), timeline.segment, timeline.n_beats + index))
        last_t_s = t_s
    n_beats = timeline.n_beats + len(rr_ticks)
    new = Timeline(timeline.segment, n_beats, True, sum_ticks, least, offset_s, late_since_s, last_t_s)
    return new, tuple(beats), was_broken
