"""The smoothed pulse: robust, so that neither an artefact nor a breath shakes the tempo.

The pulse is 60 divided by a weighted mean of the accepted intervals of the last 30 s. The weights are a
biweight window, (1 - x²)², so that respiratory sinus arrhythmia averages out however the window falls on a
breath; a plain median would not do, for the intervals of a deep breath have two modes and their median jumps
between them. What slipped through the screening is pulled in to within 30 % of the median first, so that no
single interval can move the pulse far. Straps that send no intervals give their own heart-rate
figure, labelled as such.
"""

from bisect import bisect_right
from math import fsum, sqrt
from operator import mul
from typing import Final

from entrain.frozen import quick
from entrain.heart.beat import Beat, HeartState, PulseSource, Verdict
from entrain.heart.doubt import Doubt
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


@quick
class PulseWindow:
    """State: what arrived in the last window. Times are arrival times, for age is counted from arrival."""

    arrivals_s: tuple[float, ...] = ()  # of the accepted intervals
    intervals_s: tuple[float, ...] = ()
    squares: tuple[
        float | None, ...
    ] = ()  # of each one's difference from its neighbour before; None: it has none
    fields_s: tuple[float, ...] = ()  # when the strap said a rate itself …
    fields_bpm: tuple[float, ...] = ()  # … and which
    artefacts: tuple[float, ...] = ()  # arrival_s of what was set aside, last minute


def with_beat(rate: PulseWindow, arrival_s: float, beat: Beat, joined: bool) -> PulseWindow:
    """Fold in a beat that arrived now; `joined`: the accepted beat before it is its neighbour."""
    if beat.verdict is not Verdict.OK:
        aside = tuple(x for x in rate.artefacts if x > arrival_s - MINUTE_S)
        aside = (*aside, arrival_s)
        return PulseWindow(
            rate.arrivals_s, rate.intervals_s, rate.squares, rate.fields_s, rate.fields_bpm, aside
        )
    rr_s = beat.rr.seconds
    square = (rr_s - rate.intervals_s[-1]) ** 2 if joined and rate.intervals_s else None
    first = bisect_right(rate.arrivals_s, arrival_s - WINDOW_S)
    return PulseWindow(
        (*rate.arrivals_s[first:], arrival_s),
        (*rate.intervals_s[first:], rr_s),
        (*rate.squares[first:], square),
        rate.fields_s,
        rate.fields_bpm,
        rate.artefacts,
    )


def with_field(rate: PulseWindow, arrival_s: float, bpm: int) -> PulseWindow:
    """Fold in the strap's own heart-rate figure; 0 and the impossible are no pulse."""
    if not PLAUSIBLE_BPM[0] <= bpm <= PLAUSIBLE_BPM[1]:
        return rate
    first = bisect_right(rate.fields_s, arrival_s - WINDOW_S)
    return PulseWindow(
        rate.arrivals_s,
        rate.intervals_s,
        rate.squares,
        (*rate.fields_s[first:], arrival_s),
        (*rate.fields_bpm[first:], float(bpm)),
        rate.artefacts,
    )


def heart_state(rate: PulseWindow, now_s: float, doubt: Doubt | None = None) -> HeartState:
    """What is known at `now_s`. The pulse is withheld when the newest data is older than `STALE_S`, and where
    the heart is in a `doubt` that leaves none."""
    first = bisect_right(rate.arrivals_s, now_s - WINDOW_S)
    times_s = rate.arrivals_s[first:]
    artefacts = sum(1 for x in rate.artefacts if x > now_s - MINUTE_S) if rate.artefacts else 0
    rmssd_ms: float | None = None
    if len(times_s) >= LEAST_BEATS and not (doubt is not None and doubt.distrusts_intervals):
        bpm = S_PER_MIN / _smooth(times_s, rate.intervals_s[first:], now_s)
        source, rmssd_ms = PulseSource.INTERVALS, _rmssd_ms(rate.squares[first + 1 :])
    else:
        first = bisect_right(rate.fields_s, now_s - WINDOW_S)
        times_s = rate.fields_s[first:]
        if len(times_s) < LEAST_BEATS:
            newest = max((*rate.arrivals_s[-1:], *rate.fields_s[-1:]), default=None)
            age_s = None if newest is None else now_s - newest
            return HeartState(None, age_s, PulseSource.NONE, None, artefacts, False, doubt)
        bpm = _smooth(times_s, rate.fields_bpm[first:], now_s)
        source = PulseSource.HEART_RATE_FIELD
    age_s = now_s - times_s[-1]
    is_known = age_s <= STALE_S and not (doubt is not None and doubt.withholds)
    settled = now_s - times_s[0] >= SETTLED_S
    return HeartState(bpm if is_known else None, age_s, source, rmssd_ms, artefacts, settled, doubt)


def _smooth(times_s: tuple[float, ...], values: tuple[float, ...], now_s: float) -> float:
    """Robust weighted mean of `values`; weights fall off to both ends of the data's span."""
    if max(values) > min(values) * (1.0 + PULL_IN):  # or all are as near to the median, as nearly always
        middle = median(values)
        least, most = middle * (1.0 - PULL_IN), middle * (1.0 + PULL_IN)
        values = tuple(min(most, max(least, value)) for value in values)
    oldest_s = times_s[0]
    centre_s, per_half = 0.5 * (oldest_s + now_s), 2.0 / (EDGE * max(now_s - oldest_s, 1.0))
    weights = [(y := 1.0 - (x := (t_s - centre_s) * per_half) * x) * y for t_s in times_s]
    return fsum(map(mul, weights, values)) / fsum(weights)


def _rmssd_ms(squares: tuple[float | None, ...]) -> float | None:
    """Root mean square of successive differences (Task Force 1996), over true neighbours only."""
    known = [square for square in squares if square is not None]
    return sqrt(fsum(known) / len(known)) * MS_PER_S if len(known) >= 2 * LEAST_BEATS else None
