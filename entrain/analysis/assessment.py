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
from entrain.analysis.series import FloatArray, NNSeries
from entrain.analysis.swing import SETTLE_S, Swing, swing

WITHIN_PER_MIN: Final = 0.25
LEAST_CONFIDENCE: Final = 0.8
# The median over rates: what a heart does without keeping phase with the pacer is not its answer.
LEAST_IN_PHASE: Final = 0.9
LEAST_RATES: Final = 4
N_CURVE: Final = 41

BEYOND_PER_MIN: Final = 1.5  # how far outside the paced rates a resonance is looked for
STEP_PER_MIN: Final = 0.05
# None, then by quarters of an octave; Vaschillo and others (2002) found about 1.6.
SHARPNESS: Final[FloatArray] = np.append(0.0, np.geomspace(0.5, 8.0, 17))
LEVELS: Final[FloatArray] = np.geomspace(0.7, 1.0 / 0.7, 61)  # of the mean swing
CURVE_ERROR: Final = 0.03  # of a swing: no heart is a resonance of second order to the last digit
# Of a Student t. So many degrees of freedom has the error of some five parts of two axes; and a rate at which
# something went wrong may be passed by at less cost.
SWING_DOF: Final = 8.0


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

    @property
    def is_clear(self) -> bool:
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
    fit = _Resonances(swings)
    follows = float(np.median([each.in_phase for each in swings])) >= LEAST_IN_PHASE
    clear = follows and fit.confidence >= least_confidence
    return Assessment(criteria, swings, fit.peak_per_min if clear else None, fit.confidence, fit.curve())


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


class _Resonances:
    """All resonances that may have made some swings, and what each weighs."""

    def __init__(self, swings: Sequence[Swing]) -> None:
        self._rates = np.array([each.pace_per_min for each in swings])
        sizes = np.array([each.swing_bpm for each in swings])
        errors = np.hypot([each.error_bpm for each in swings], CURVE_ERROR * sizes)
        trust = 1.0 / np.square(errors)
        low, high = float(self._rates[0]), float(self._rates[-1])
        self._peaks = np.arange(low - BEYOND_PER_MIN, high + BEYOND_PER_MIN, STEP_PER_MIN)
        shapes = self._shapes(self._rates)
        # Levels are those of the whole curve, so that all shapes have the same choice of them.
        means = np.average(shapes, axis=2, weights=trust)
        levels = LEVELS * np.average(sizes, weights=trust) / means[:, :, None]
        off = (sizes - levels[..., None] * shapes[:, :, None, :]) / errors
        log_weights = -0.5 * (SWING_DOF + 1.0) * np.log1p(np.square(off) / SWING_DOF).sum(axis=3)
        weights = np.exp(log_weights - log_weights.max())
        weights /= weights.sum()
        self._heights = (weights * levels).sum(axis=2)  # shape (peaks, sharpness)
        inside = (self._peaks > low) & (self._peaks < high)
        peak_weights = np.where(inside, weights.sum(axis=(1, 2)), 0.0)
        self.peak_per_min = float(np.average(self._peaks, weights=peak_weights + 1e-12 * inside))
        near = np.abs(self._peaks - self.peak_per_min) <= WITHIN_PER_MIN
        self.confidence = float(peak_weights[near].sum())

    def curve(self) -> tuple[tuple[float, float], ...]:
        """(rate, swing in bpm): the mean of all by their weights, from the slowest to the quickest rate."""
        at = np.linspace(float(self._rates[0]), float(self._rates[-1]), N_CURVE)
        swing_bpm = np.einsum("ps,psr->r", self._heights, self._shapes(at))
        return tuple((float(at[n]), float(swing_bpm[n])) for n in range(N_CURVE))

    def _shapes(self, rates: FloatArray) -> FloatArray:
        """Each resonance's gain at some rates, 1 at its peak; shape (peaks, sharpness, rates)."""
        ratio = rates / self._peaks[:, None]
        return 1.0 / np.hypot(1.0, SHARPNESS[:, None] * (ratio - 1.0 / ratio)[:, None, :])
