"""How fast a measure changes from session to session, and how certain that is.

The slope is the median of the slopes between all pairs of sessions (Theil 1950; Sen 1968): one odd session
does not turn it. Its interval comes from drawing the sessions anew with replacement (percentile bootstrap,
Efron & Tibshirani 1993), widened where neighbouring sessions are alike: a few bad weeks are one event, not
ten. The lag-1 correlation of what the slope leaves over, corrected for its bias in short series (Kendall
1954), widens the interval by sqrt((1 + r) / (1 - r)). How often it holds is measured in docs/use/history.md.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEWEST: Final = 8  # sessions …
LEAST_DAYS: Final = 14.0  # … over at least so long; with less no trend is told from chance
RESAMPLES: Final = 600
LEVEL: Final = 0.95
MOST_ALIKE: Final = 0.8  # of the lag-1 correlation

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slope:
    """Change for each day, with its 95 % interval; None where all is too short to say how certain that is."""

    per_day: float
    low: float | None
    high: float | None


def slope(days: ArrayLike, values: ArrayLike, seed: int = 0) -> Slope | None:
    """The change of `values` over `days`, both of shape (n,), in order of time. None without two moments."""
    x, y = np.array(days, dtype=np.float64), np.array(values, dtype=np.float64)
    pairs = _Pairs(x, y)
    if not pairs.slopes.size:
        return None
    each = np.ones(x.size)
    found = pairs.median(each)
    if x.size < FEWEST or float(np.ptp(x)) < LEAST_DAYS:
        return Slope(found, None, None)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(x.size, each / x.size, RESAMPLES).astype(np.float64)
    again = np.array([pairs.median(times) for times in drawn if np.ptp(x[times > 0]) > 0.0])
    low, high = np.percentile(again, (50.0 - 50.0 * LEVEL, 50.0 + 50.0 * LEVEL))
    wider = _widening(y - found * x)
    return Slope(found, found - wider * (found - float(low)), found + wider * (float(high) - found))


class _Pairs:
    """The slopes between all pairs of different moments, in order of size."""

    def __init__(self, x: _Floats, y: _Floats) -> None:
        first, second = np.triu_indices(x.size, 1)
        apart = x[second] != x[first]
        first, second = first[apart], second[apart]
        slopes = (y[second] - y[first]) / (x[second] - x[first])
        order = np.argsort(slopes)
        self.slopes = slopes[order]
        self._first, self._second = first[order], second[order]

    def median(self, times: _Floats) -> float:
        """The median slope where each moment counts `times` so often."""
        reached = np.cumsum(times[self._first] * times[self._second])
        lower, upper = np.searchsorted(reached, [0.5 * reached[-1], np.nextafter(0.5 * reached[-1], np.inf)])
        return 0.5 * float(self.slopes[lower] + self.slopes[min(int(upper), self.slopes.size - 1)])


def _widening(residuals: _Floats) -> float:
    away, n = residuals - residuals.mean(), residuals.size
    power = float(away @ away)
    if power == 0.0:
        return 1.0
    alike = float(away[1:] @ away[:-1]) / power
    unbiased = min(MOST_ALIKE, max(0.0, (alike * n + 2.0) / (n - 4.0)))
    return float(np.sqrt((1.0 + unbiased) / (1.0 - unbiased)))
