"""The smoothed pulse: robust, so that neither an artefact nor a breath shakes the tempo.

The pulse is 60 divided by a weighted mean of the accepted intervals of the last 30 s. The weights are a
biweight window, (1 - x²)², so that respiratory sinus arrhythmia averages out however the window falls on a
breath; a plain median would not do, for the intervals of a deep breath have two modes and their median jumps
between them. What slipped through the screening is pulled in to within 30 % of the median first, so that no
single interval can move the pulse far. Straps that send no intervals give their own heart-rate
figure, labelled as such.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Final

from entrain.heart.beat import Beat, HeartState, PulseSource, Verdict
from entrain.heart.median import median
from entrain.units import MS_PER_S, S_PER_MIN

WINDOW_S: Final = 30.0
STALE_S: Final = 3.0  # a pulse older than this is shown as "--"
LEAST_BEATS: Final = 3
SETTLED_S: Final = 20.0
MINUTE_S: Final = 60.0
PULL_IN: Final = 0.3  # of the median
EDGE: Final = 1.15  # the window reaches this much beyond the data, or the newest beat would not count
PLAUSIBLE_BPM: Final = (30, 230)


@dataclass(frozen=True, slots=True)
class Rate:
    """State: what arrived in the last window. Times are arrival times, for age is counted from arrival."""

    intervals: tuple[tuple[float, float, bool], ...] = ()  # (arrival_s, rr_s, joined to the one before)
    fields: tuple[tuple[float, int], ...] = ()  # (arrival_s, bpm) as the strap says it
    artefacts: tuple[float, ...] = ()  # arrival_s of what was set aside, last minute


def with_beat(rate: Rate, arrival_s: float, beat: Beat, joined: bool) -> Rate:
    """Fold in a beat that arrived now; `joined`: the accepted beat before it is its neighbour."""
    if beat.verdict is Verdict.OK:
        kept = tuple(x for x in rate.intervals if x[0] > arrival_s - WINDOW_S)
        return Rate((*kept, (arrival_s, beat.rr.seconds, joined)), rate.fields, rate.artefacts)
    aside = tuple(x for x in rate.artefacts if x > arrival_s - MINUTE_S)
    return Rate(rate.intervals, rate.fields, (*aside, arrival_s))


def with_field(rate: Rate, arrival_s: float, bpm: int) -> Rate:
    """Fold in the strap's own heart-rate figure; 0 and the impossible are no pulse."""
    if not PLAUSIBLE_BPM[0] <= bpm <= PLAUSIBLE_BPM[1]:
        return rate
    kept = tuple(x for x in rate.fields if x[0] > arrival_s - WINDOW_S)
    return Rate(rate.intervals, (*kept, (arrival_s, bpm)), rate.artefacts)


def heart_state(rate: Rate, now_s: float) -> HeartState:
    """What is known at `now_s`. The pulse is withheld when the newest data is older than `STALE_S`."""
    since_s = now_s - WINDOW_S
    intervals = [x for x in rate.intervals if x[0] > since_s]
    fields = [x for x in rate.fields if x[0] > since_s]
    artefacts = sum(1 for x in rate.artefacts if x > now_s - MINUTE_S)
    if len(intervals) >= LEAST_BEATS:
        newest_s, oldest_s = intervals[-1][0], intervals[0][0]
        bpm = S_PER_MIN / _smooth([x[0] for x in intervals], [x[1] for x in intervals], now_s)
        source = PulseSource.INTERVALS
    elif len(fields) >= LEAST_BEATS:
        newest_s, oldest_s = fields[-1][0], fields[0][0]
        bpm = _smooth([x[0] for x in fields], [float(x[1]) for x in fields], now_s)
        source = PulseSource.HEART_RATE_FIELD
    else:
        newest = max((x[-1][0] for x in (rate.intervals, rate.fields) if x), default=None)
        age_s = None if newest is None else now_s - newest
        return HeartState(None, age_s, PulseSource.NONE, None, artefacts, settled=False)
    age_s = now_s - newest_s
    return HeartState(
        bpm=bpm if age_s <= STALE_S else None,
        age_s=age_s,
        source=source,
        rmssd_ms=_rmssd_ms(intervals),
        artefacts_per_min=artefacts,
        settled=now_s - oldest_s >= SETTLED_S,
    )


def _smooth(times_s: list[float], values: list[float], now_s: float) -> float:
    """Robust weighted mean of `values`; weights fall off to both ends of the data's span."""
    middle = median(values)
    least, most = middle * (1.0 - PULL_IN), middle * (1.0 + PULL_IN)
    oldest_s = times_s[0]
    centre_s, half_s = 0.5 * (oldest_s + now_s), 0.5 * EDGE * max(now_s - oldest_s, 1.0)
    total = weights = 0.0
    for t_s, value in zip(times_s, values, strict=True):
        x = (t_s - centre_s) / half_s
        weight = (1.0 - x * x) ** 2
        total += weight * (value if least <= value <= most else min(most, max(least, value)))
        weights += weight
    return total / weights


def _rmssd_ms(intervals: list[tuple[float, float, bool]]) -> float | None:
    """Root mean square of successive differences (Task Force 1996), over true neighbours only."""
    squares = [(b[1] - a[1]) ** 2 for a, b in pairwise(intervals) if b[2]]
    return sqrt(sum(squares) / len(squares)) * MS_PER_S if len(squares) >= 2 * LEAST_BEATS else None
