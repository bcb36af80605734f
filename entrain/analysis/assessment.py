"""Which breathing rate makes a heart swing most, how sure that is, and whether there is such a rate at all.

Every resonance of second order, from no sharpness at all to a sharp one and also slower and quicker than any
paced rate, is laid through the swings at the paced rates, and weighs as much as it passes them by little. The
choice is the mean rate of those whose peak lies between the slowest and the quickest rate; the confidence is
the share of all weight whose peak lies there and within 0.25/min of the choice. Below `LEAST_CONFIDENCE`
there is "no clear peak", which is a result: in one person's real recordings the swing is largest at the
slowest rate of all, and on retest the rate had moved in two thirds of 21 people (Capdevila and others 2021).

The phase of the swing turns through a resonance too, but is not used: how far somebody breathes behind the
pacer need not be the same at every rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from entrain.analysis.resonance import ResonanceCriteria, resonance_criteria
from entrain.analysis.resonance_fit import WITHIN_PER_MIN, GoodRates, Resonances
from entrain.analysis.series import FloatArray, NNSeries
from entrain.analysis.swing import SETTLE_S, Swing, swing

LEAST_CONFIDENCE: Final = 0.8
# The median over rates: what a heart does without keeping phase with the pacer is not its answer.
LEAST_IN_PHASE: Final = 0.9
LEAST_RATES: Final = 4
# Of adaptive stages: the ends and the middle, then where it teaches most.
FIRST_PER_MIN: Final = (5.5, 4.5, 6.5)
CANDIDATES_PER_MIN: Final[FloatArray] = np.arange(4.5, 6.51, 0.125)
SAME_PER_MIN: Final = 0.1


@dataclass(frozen=True, slots=True)
class Assessment:
    """`resonance_per_min` is None where there is no clear peak; `confidence` is always given.

    `curve` is the fitted swing in bpm at rates between the slowest and the quickest; empty with too few
    of them, or with rates that are as good as one.
    """

    criteria: tuple[ResonanceCriteria, ...]
    swings: tuple[Swing, ...]  # of the stages that were good enough, slowest first
    resonance_per_min: float | None
    confidence: float
    curve: tuple[tuple[float, float], ...]
    good: GoodRates | None = None  # None with too few rates, or with rates that are as good as one

    @property
    def is_clear(self) -> bool:
        """Is there one peak?"""
        return self.resonance_per_min is not None


def assess(
    stages: Sequence[tuple[NNSeries, ArrayLike]], least_confidence: float = LEAST_CONFIDENCE
) -> Assessment:
    """From the intervals of each paced stretch and when its breaths begin and the last one ends.

    In seconds on one clock. A stretch that begins where the one before ended goes on with it: nothing of its
    beginning is left out. `least_confidence` (0–1) is what a peak needs to be named.
    """
    criteria = tuple(resonance_criteria(series, bounds) for series, bounds in stages)
    swings = _alike(_swings(stages))
    if len(swings) < LEAST_RATES or swings[-1].pace_per_min - swings[0].pace_per_min <= 2.0 * WITHIN_PER_MIN:
        return Assessment(criteria, swings, None, 0.0, ())
    fit = Resonances(swings)
    follows = float(np.median([each.in_phase for each in swings])) >= LEAST_IN_PHASE
    clear = follows and fit.confidence >= least_confidence
    peak_per_min = fit.peak_per_min if clear else None
    return Assessment(criteria, swings, peak_per_min, fit.confidence, fit.curve(), fit.good_rates())


def next_rate(stages: Sequence[tuple[NNSeries, ArrayLike]]) -> float:
    """The rate at which the next stage teaches most of where the peak is; breaths per minute.

    `FIRST_PER_MIN` come first, in their order; so does what could not be measured, once more.
    """
    swings = _alike(_swings(stages))
    measured = [each.pace_per_min for each in swings]
    left = [rate for rate in FIRST_PER_MIN if not any(abs(rate - one) < SAME_PER_MIN for one in measured)]
    if left:
        return left[0]
    return float(CANDIDATES_PER_MIN[int(np.argmax(Resonances(swings).teaches(CANDIDATES_PER_MIN)))])


def _swings(stages: Sequence[tuple[NNSeries, ArrayLike]]) -> list[Swing]:
    """Those that can be had, slowest first."""
    found: list[Swing] = []
    ended_s = -np.inf
    for series, bounds in stages:
        bounds_s = np.array(bounds, dtype=np.float64)
        goes_on = bounds_s.size > 0 and bool(abs(bounds_s[0] - ended_s) < 1e-6)
        ended_s = bounds_s[-1] if bounds_s.size else ended_s
        one = swing(series, bounds_s, 0.0 if goes_on else SETTLE_S)
        found += [] if one is None else [one]
    return sorted(found, key=lambda each: each.pace_per_min)


def _alike(swings: Sequence[Swing]) -> tuple[Swing, ...]:
    """With errors half their own, half the usual one of all: few breaths say little of how they differ."""
    own = np.array([each.error_bpm for each in swings])
    errors = np.sqrt(0.5 * np.square(own) + 0.5 * np.median(np.square(own))) if own.size else own
    return tuple(replace(each, error_bpm=float(e)) for each, e in zip(swings, errors, strict=True))
