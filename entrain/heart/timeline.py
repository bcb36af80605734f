"""Beat times from the chain of RR intervals.

A strap sends what has happened since its last packet, on a grid of about a second (`heart.grid`), late by 0.4
to 2.6 s depending on the model (KTH 2025), and in bursts after a stall. Arrival is no beat time. The chain of
intervals is: the n-th beat of a segment falls at `offset + sum of the intervals up to n`. Each packet bounds
the offset from two sides, for when it was sent its last beat was known and the next one was not:

    sent - sum of all up to the next beat  <  offset  <=  sent - sum of all up to its last beat

The bounds close in within some packets, for heart and grid are not in step. The offset is the middle between
them; they are let out by 100 ppm, more than a strap's clock is wrong. Without a grid (a strap that notifies
with each beat) only the upper one holds, and the smallest arrival - sum is the offset.

The absolute latency of the strap stays unknown, so a beat's time may control a tempo, never a beat's phase.

Rules of a segment:
- a packet without intervals is normal at a slow pulse and breaks nothing;
- equal intervals are real and are never taken for repeats;
- a missing slot of the grid breaks the chain (a new segment), unless the intervals that come leave no room
  for a beat that was lost; where the next beats lie is guessed from the intervals around;
- so do a lost link, packets that go on for 3 s coming later than the chain can explain, and packets that come
  earlier than it allows (too many were counted);
- a stall that ends in a burst is late as well, but not for long, and breaks nothing.
"""

from math import inf
from typing import Final

from entrain.frozen import quick
from entrain.heart.beat import RRInterval
from entrain.heart.grid import SendGrid, with_arrival
from entrain.units import ticks_to_s

SLACK_S: Final = 1.25
LATE_FOR_S: Final = 3.0
LET_OUT: Final = 1e-4  # seconds of a bound for each second: clocks differ, and ticks are rounded
# A better offset moves the beats; spread over those that follow, so that time never runs back.
CATCH_UP: Final = 0.25
HURRY: Final = 0.6  # after a wrong guess
FAR_S: Final = 0.4
LEAST_STEP_S: Final = 0.001  # between beats whose chains overlap
ROOM: Final = 0.7  # of an interval: a slack wider than that may hide a lost beat
GUESS_S: Final = 0.1  # a guess across a loss is as good as this; closer bounds are better

APART_S: Final = 0.1  # between two beats' own times, beyond the interval between them …
APART: Final = 0.15  # … or so much of it


@quick
class Timeline:
    """State of one strap's chain. Fold packets in with `advance`."""

    segment: int = 0
    n_beats: int = 0  # of the whole session
    started: bool = False  # does the segment have a beat yet
    sum_ticks: float = 0  # intervals since the segment began; whole ones of a strap lose nothing to rounding
    offset_s: float = 0.0  # in use; moves towards the goal
    least_s: float = -inf  # the bounds of the offset …
    most_s: float = inf
    bounded_s: float = 0.0  # … as of this moment
    guess_s: float | None = None  # of the offset, across a loss
    not_yet_s: float | None = None  # when the next beat was not known yet; None: not told
    n_missing: int = 0  # slots since the last beat that did not come
    late_since_s: float | None = None
    last_t_s: float = 0.0  # of the newest beat
    last_ticks: float = 0  # its interval
    last_delay_s: float = 0.0  # its packet's arrival - sum
    grid: SendGrid = SendGrid()


@quick
class TimedInterval:
    """An interval with the time of the beat that ended it."""

    t_s: float
    rr: RRInterval
    segment: int
    n: int


def broken(timeline: Timeline) -> Timeline:
    """The chain ends here, and so does the strap's grid; the next interval begins a new segment."""
    if not timeline.started:
        return Timeline(timeline.segment, timeline.n_beats, last_t_s=timeline.last_t_s)
    return Timeline(timeline.segment + 1, timeline.n_beats, last_t_s=timeline.last_t_s)


def advance(
    timeline: Timeline, arrival_s: float, rr_ticks: tuple[int, ...]
) -> tuple[Timeline, tuple[TimedInterval, ...], bool]:
    """Fold in one packet's intervals, oldest first; an empty packet tells something as well.

    Returns the new state, the intervals with their beat times (strictly increasing over the session) and
    whether the chain was found broken, in which case the intervals belong to the new segment.
    """
    line = timeline
    total_ticks = line.sum_ticks + sum(rr_ticks)
    change_s = arrival_s - ticks_to_s(total_ticks) - line.last_delay_s if line.started and rr_ticks else None
    grid, n_missing = with_arrival(line.grid, arrival_s, change_s)
    sent_s = arrival_s if not grid.is_known else min(grid.sent_s, arrival_s)
    n_missing = line.n_missing + n_missing if grid.is_known else 0
    if not rr_ticks:
        return _without_beats(line, grid, sent_s, n_missing), (), False
    late_since_s = _late_since_s(line, arrival_s, sent_s - ticks_to_s(total_ticks))
    was_broken = line.started and (
        (late_since_s is not None and arrival_s - late_since_s >= LATE_FOR_S)
        or sent_s - ticks_to_s(total_ticks) < line.least_s - SLACK_S
        or (n_missing > 0 and _has_room(line, sent_s - ticks_to_s(total_ticks), rr_ticks))
    )
    if n_missing < 0:
        line = _without_loss(line)
    if was_broken:
        line, late_since_s = _begun_anew(line, sent_s, rr_ticks), None
    least_s, most_s = _bounds_s(line, grid, sent_s, rr_ticks)
    goal_s = _goal_s(line, least_s, most_s, rr_ticks[-1], grid)
    beats, offset_s = _placed(line, line.offset_s if line.started else goal_s, goal_s, rr_ticks)
    sum_ticks = line.sum_ticks + sum(rr_ticks)
    # By place: by name it would take as long again.
    new = Timeline(
        line.segment,
        line.n_beats + len(rr_ticks),
        True,
        sum_ticks,
        offset_s,
        least_s,
        most_s,
        sent_s,
        line.guess_s,
        sent_s,
        0,
        late_since_s,
        beats[-1].t_s,
        rr_ticks[-1],
        arrival_s - ticks_to_s(sum_ticks),
        grid,
    )
    return new, beats, was_broken


def placed(timeline: Timeline, beat_t_s: float, ticks: float) -> tuple[Timeline, TimedInterval, bool]:
    """Fold in an interval whose beat has a time of its own; the chain is broken where the two do not fit."""
    line = timeline
    before_s = beat_t_s - ticks_to_s(ticks)
    was_broken = line.started and abs(before_s - line.last_t_s) > max(APART_S, APART * ticks_to_s(ticks))
    if was_broken:
        line = broken(line)
    t_s = max(beat_t_s, line.last_t_s + LEAST_STEP_S)
    beat = TimedInterval(t_s=t_s, rr=RRInterval(ticks), segment=line.segment, n=line.n_beats)
    new = Timeline(
        segment=line.segment, n_beats=line.n_beats + 1, started=True, last_t_s=t_s, last_ticks=ticks
    )
    return new, beat, was_broken


def _without_beats(line: Timeline, grid: SendGrid, sent_s: float, n_missing: int) -> Timeline:
    return Timeline(
        segment=line.segment,
        n_beats=line.n_beats,
        started=line.started,
        sum_ticks=line.sum_ticks,
        offset_s=line.offset_s,
        least_s=line.least_s,
        most_s=line.most_s,
        bounded_s=line.bounded_s,
        guess_s=line.guess_s,
        not_yet_s=sent_s,
        n_missing=n_missing,
        late_since_s=line.late_since_s,
        last_t_s=line.last_t_s,
        last_ticks=line.last_ticks,
        last_delay_s=line.last_delay_s,
        grid=grid,
    )


def _late_since_s(line: Timeline, arrival_s: float, delay_s: float) -> float | None:
    if not line.started or delay_s - line.most_s <= SLACK_S:
        return None
    return arrival_s if line.late_since_s is None else line.late_since_s


def _has_room(line: Timeline, delay_s: float, rr_ticks: tuple[int, ...]) -> bool:
    """Could a beat be missing between the last one and these, by what is known of the offset?"""
    least_s = max(line.least_s, line.most_s - ticks_to_s(line.last_ticks))
    return delay_s - least_s > ROOM * ticks_to_s(min(line.last_ticks, rr_ticks[0]))


def _begun_anew(line: Timeline, sent_s: float, rr_ticks: tuple[int, ...]) -> Timeline:
    """A new segment on the same grid. As many intervals are taken to be lost as fit best."""
    apart_s = 0.5 * ticks_to_s(line.last_ticks + rr_ticks[0])
    most_s = sent_s - ticks_to_s(sum(rr_ticks))
    ended_s = line.offset_s + ticks_to_s(line.sum_ticks)
    n_lost = max(0, round((most_s - 0.5 * apart_s - ended_s) / apart_s))
    guess_s = min(most_s, max(most_s - apart_s, ended_s + n_lost * apart_s))
    return Timeline(line.segment + 1, line.n_beats, bounded_s=sent_s, guess_s=guess_s, last_t_s=line.last_t_s)


def _without_loss(line: Timeline) -> Timeline:
    """What was thought lost comes after all: the guess was an interval too late, and bounds nothing."""
    guess_s = None if line.guess_s is None else line.guess_s - ticks_to_s(line.last_ticks)
    return Timeline(
        segment=line.segment,
        n_beats=line.n_beats,
        started=line.started,
        sum_ticks=line.sum_ticks,
        offset_s=line.offset_s,
        guess_s=guess_s,
        bounded_s=line.bounded_s,
        last_t_s=line.last_t_s,
        last_ticks=line.last_ticks,
    )


def _bounds_s(
    line: Timeline, grid: SendGrid, sent_s: float, rr_ticks: tuple[int, ...]
) -> tuple[float, float]:
    """(least, most) of the offset, with what this packet tells of it."""
    let_out_s = LET_OUT * max(0.0, sent_s - line.bounded_s)
    least_s, most_s = line.least_s - let_out_s, line.most_s + let_out_s
    most_s = min(most_s, sent_s - ticks_to_s(line.sum_ticks + sum(rr_ticks)))
    if grid.is_unknowable:
        least_s = -inf
    elif line.not_yet_s is not None and line.n_missing == 0:
        least_s = max(least_s, line.not_yet_s - ticks_to_s(line.sum_ticks + rr_ticks[0]))
    if least_s > most_s:  # jitter: the truth is near to both
        least_s = most_s = 0.5 * (least_s + most_s)
    return least_s, most_s


def _goal_s(line: Timeline, least_s: float, most_s: float, last_ticks: float, grid: SendGrid) -> float:
    """The best offset by what is known: the middle of its bounds, or what was guessed across a loss."""
    if grid.is_unknowable:
        return most_s
    least_s = max(least_s, most_s - ticks_to_s(last_ticks))
    if line.guess_s is None or most_s - least_s < GUESS_S:
        return 0.5 * (least_s + most_s)
    return min(most_s, max(least_s, line.guess_s))


def _placed(
    line: Timeline, offset_s: float, goal_s: float, rr_ticks: tuple[int, ...]
) -> tuple[tuple[TimedInterval, ...], float]:
    """The beats of a packet, and the offset in use after them."""
    sum_ticks, last_t_s = line.sum_ticks, line.last_t_s
    beats: list[TimedInterval] = []
    for index, ticks in enumerate(rr_ticks):
        sum_ticks += ticks
        if offset_s != goal_s:
            far = abs(goal_s - offset_s) > FAR_S
            step_s = (HURRY if far else CATCH_UP) * ticks_to_s(ticks)
            offset_s += min(step_s, max(-step_s, goal_s - offset_s))
        last_t_s = max(offset_s + ticks_to_s(sum_ticks), last_t_s + LEAST_STEP_S)
        beats.append(TimedInterval(last_t_s, RRInterval(ticks), line.segment, line.n_beats + index))
    return tuple(beats), offset_s
