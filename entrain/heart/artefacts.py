"""Online screening of RR intervals: which of them may move the pulse. The raw one is always kept.

A live coach sees only the past, so this is a causal screen, not the correction an analysis does afterwards
(that one is in `entrain.analysis`). An interval is held against the course of the last accepted ones: their
median and how much neighbours differ (the threshold of Lipponen & Tarvainen 2019, 5.2 quartile deviations of
the successive differences, with a floor so that a regular heart is not punished for one lively beat).
If the intervals that were set aside agree with each other, the heart has changed, not the strap: the course
is learnt anew.
"""

from dataclasses import replace
from typing import Final

from entrain.frozen import quick
from entrain.heart.beat import Verdict
from entrain.heart.median import median
from entrain.units import RR_TICKS_PER_S

SHORTEST_TICKS: Final = round(0.3 * RR_TICKS_PER_S)
LONGEST_TICKS: Final = 2 * RR_TICKS_PER_S
FILL_TICKS: Final = RR_TICKS_PER_S // 2
COURSE: Final = 11  # accepted intervals whose median is the course
SPREAD: Final = 30  # successive differences that say how lively the heart is
LEARN: Final = 4  # this many set-aside intervals in agreement start a new course
AGREE: Final = 0.15
FLOOR: Final = 0.16  # of the course: never set aside for less
CEILING: Final = 0.45  # of the course: never accepted beyond
ALPHA: Final = 5.2


@quick
class Screen:
    """State, in ticks: accepted intervals, their absolute successive differences, what was set aside."""

    accepted: tuple[float, ...] = ()
    differences: tuple[float, ...] = ()
    aside: tuple[float, ...] = ()


def screen(state: Screen, ticks: float, contact: bool | None = None) -> tuple[Screen, Verdict]:
    """Judge one raw interval; `contact` False is the strap's own word that it is off the skin."""
    if contact is False:
        return state, Verdict.NO_CONTACT
    if ticks < SHORTEST_TICKS:
        return state, Verdict.SHORT
    if ticks > LONGEST_TICKS:
        return state, Verdict.LONG
    if len(state.accepted) < LEARN:
        return _learn(state, ticks)
    course = median(state.accepted)
    # RSA carries the intervals away from their median, so nearness to the neighbour counts as well.
    off = abs(ticks - course)
    nearest = min(off, abs(ticks - state.accepted[-1]))
    if off <= CEILING * course and (nearest <= FLOOR * course or nearest <= _limit(state, course)):
        return _accept(state, ticks), Verdict.OK
    aside = (*state.aside, ticks)[-LEARN:]
    if len(aside) == LEARN and max(aside) - min(aside) <= AGREE * median(aside):
        return Screen(accepted=aside), Verdict.OK
    return replace(state, aside=aside), _kind(ticks, course)


def restart(state: Screen) -> Screen:
    """After a break in the chain: the course is kept, the neighbour is not."""
    return replace(state, aside=())


def _learn(state: Screen, ticks: float) -> tuple[Screen, Verdict]:
    if state.accepted and abs(ticks - median(state.accepted)) > CEILING * ticks:
        # Two that contradict each other: keep the newer, as a first packet may carry old ones.
        return Screen(accepted=(ticks,)), Verdict.LEARNING
    return _accept(state, ticks), Verdict.OK


def _accept(state: Screen, ticks: float) -> Screen:
    differences = state.differences
    if state.accepted:
        differences = (*differences, abs(ticks - state.accepted[-1]))[-SPREAD:]
    return Screen(accepted=(*state.accepted, ticks)[-COURSE:], differences=differences)


def _limit(state: Screen, course: float) -> float:
    spread = sorted(state.differences)
    quartile = spread[3 * len(spread) // 4] / 2 if len(spread) >= COURSE else 0.0
    return min(CEILING * course, max(FLOOR * course, ALPHA * quartile))


def _kind(ticks: float, course: float) -> Verdict:
    if ticks == FILL_TICKS:
        return Verdict.FILL
    if abs(ticks - 2 * course) <= 0.3 * course:
        return Verdict.MISSED
    if ticks < 0.6 * course:
        return Verdict.EXTRA
    return Verdict.ECTOPIC
