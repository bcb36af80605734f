"""What the numbers of a column of times are: a count of rows, or moments in a unit, to a resolution."""

from collections.abc import Sequence
from itertools import pairwise
from math import log
from statistics import median
from typing import Final

from entrain.recordings.moments import Moments
from entrain.recordings.numbers import quoted
from entrain.recordings.options import (
    DAYS,
    HOURS,
    MICROSECONDS,
    MILLISECONDS,
    MINUTES,
    NANOSECONDS,
    SECONDS,
    TICKS,
)

SAME_S: Final = 0.002  # times and intervals agree within this
_UNITS: Final = (SECONDS, MILLISECONDS, MICROSECONDS, NANOSECONDS, MINUTES, HOURS, DAYS)
_STRETCH: Final = 10  # intervals that the clock's unit is judged by, again and again
_NEAR: Final = log(1.3)  # how far a unit of times may be from the intervals' sum


def only_counts(times: Sequence[float], clock: Moments) -> bool:
    """1, 2, 3 and so on: numbers of rows. A day's or an epoch's seconds are none, whatever their steps."""
    if clock.is_clock or times[0] > 1e8 or clock.unit is not None:
        return False
    steps = {b - a for a, b in pairwise(times)}
    return steps == {1.0} and float(times[0]).is_integer()


def per_second(clock: Moments, times: Sequence[float], rr_s: Sequence[float]) -> tuple[float | None, str]:
    """How many of the clock's units make a second, and a sentence where its name says otherwise."""
    if clock.is_clock:
        span, total_s = abs(times[-1] - times[0]), sum(rr_s)
        is_minutes = (
            clock.is_short and span > 0.0 and abs(log(60.0 * span / total_s)) < abs(log(span / total_s))
        )
        return 1.0 / 60.0 if is_minutes else 1.0, ""
    ratio = _ratio(times, rr_s)
    if ratio is None:
        return None, ""
    if clock.unit is not None and abs(log(ratio / clock.unit.per_s)) < _NEAR:
        return clock.unit.per_s, ""
    best = min(_UNITS, key=lambda unit: (abs(log(ratio / unit.per_s)), unit.name))
    if best is MILLISECONDS and _is_sum(times, rr_s, TICKS.per_s) and not _is_sum(times, rr_s, 1000.0):
        best = TICKS
    if abs(log(ratio / best.per_s)) < _NEAR and clock.unit is None:
        return best.per_s, ""
    if abs(log(ratio / best.per_s)) < 0.05:
        said = clock.unit.name if clock.unit else ""
        return (
            best.per_s,
            f"{quoted(clock.name)} says {said}; by the intervals it is in {best.name}, and was read so.",
        )
    rate = round(ratio)
    if (
        clock.unit is None
        and rate > 1
        and abs(ratio / rate - 1.0) < 0.01
        and not clock.is_clock
        and _is_sum(times, rr_s, rate)
    ):
        return float(rate), f"{quoted(clock.name)} counts {rate} a second."
    return (clock.unit.per_s, "") if clock.unit is not None else (None, "")


def _is_sum(times: Sequence[float], rr_s: Sequence[float], per_s: float) -> bool:
    """Whether the times are a running sum of the intervals, stamped at their end or their start."""
    for joins in (rr_s[1:], rr_s[:-1]):
        steps = zip(pairwise(times), joins, strict=True)
        close = [abs((b - a) / per_s - rr) <= 1.0 / per_s + SAME_S for (a, b), rr in steps]
        if sum(close) > 0.9 * len(close):
            return True
    return False


def _ratio(times: Sequence[float], rr_s: Sequence[float]) -> float | None:
    """The clock's units in a second of intervals: the median over stretches, so that holes do not count."""
    found: list[float] = []
    for first in range(0, len(times) - 1, _STRETCH):
        last = min(first + _STRETCH, len(times) - 1)
        span, total_s = times[last] - times[first], sum(rr_s[first + 1 : last + 1])
        if total_s > 0.0 and span != 0.0:
            found.append(abs(span) / total_s)
    return median(found) if found else None


def resolution_of(times: Sequence[float], per_s: float) -> float:
    """The steps that times are written in, in s: 1 for whole seconds."""
    for step in (60.0, 30.0, 15.0, 10.0, 5.0, 1.0, 0.5, 0.1, 0.05, 0.01):
        unit = step * per_s
        times = [time - times[0] for time in times]  # a fraction that never changes says nothing
        if all(
            abs(time / unit - round(time / unit)) < 1e-6 * max(1.0, abs(time / unit) * 1e-6) for time in times
        ):
            return step
    return 1.0 / per_s if per_s > 1.0 and all(float(time).is_integer() for time in times) else 0.001
