"""Which breathing rate makes a heart swing most, how sure that is, and whether there is such a rate at all.

At each paced rate the heart's swing is the wave, in beats/min, at just the pacer's phase, with the standard
error from how its parts of a few breaths differ. A parabola through the logarithms of the swings, weighted
by their errors, has its top at the choice. What chance would do with it is asked by drawing the swings
again from their errors: the confidence is the share of draws whose parabola has a top, between the slowest
and the quickest rate, within 0.25/min of the choice. Below `LEAST_CONFIDENCE` there is "no clear peak",
which is a result: in one person's real recordings the swing is largest at the slowest rate of all, and on
retest the rate had moved in two thirds of 21 people (Capdevila and others 2021).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from entrain.analysis.phase import cycles_at
from entrain.analysis.resonance import ResonanceCriteria, resonance_criteria
from entrain.analysis.series import FloatArray, NNSeries
from entrain.units import MS_PER_S, S_PER_MIN

WITHIN_PER_MIN: Final = 0.25
LEAST_CONFIDENCE: Final = 0.8
# The median over rates: what a heart does without keeping phase with the pacer is not its answer.
LEAST_IN_PHASE: Final = 0.9
LEAST_RATES: Final = 4
SETTLE_S: Final = 20.0  # at the beginning of a stage the heart is still at the rate before
N_DRAWS: Final = 2000
N_CURVE: Final = 41
PART_BREATHS: Final = 2
LEAST_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Swing:
    """How far the heart swung with the pacer, peak to trough, and the standard error of that."""

    pace_per_min: float
    swing_bpm: float
    error_bpm: float
    in_phase: float  # 0–1: how steadily the wave keeps its phase and size against the pacer


@dataclass(frozen=True, slots=True)
class Assessment:
    """`resonance_per_min` is None where there is no clear peak; `confidence` is always given.

    `curve` is the fitted swing in bpm at rates between the slowest and the quickest; empty with too few.
    """

    criteria: tuple[ResonanceCriteria, ...]
    swings: tuple[Swing, ...]  # of the stages that were good enough, slowest first
    resonance_per_min: float | None
    confidence: float
    curve: tuple[tuple[float, float], ...]

    @property
    def is_clear(self) -> bool:
        return self.resonance_per_min is not None


def assess(stages: Sequence[tuple[NNSeries, ArrayLike]]) -> Assessment:
    """From the intervals and the breath starts (seconds, one clock) of each paced stretch."""
    criteria = [resonance_criteria(series, starts) for series, starts in stages]
    found = [swing(series, starts) for series, starts in stages]
    swings = sorted((each for each in found if each is not None), key=lambda each: each.pace_per_min)
    if len(swings) < LEAST_RATES:
        return Assessment(tuple(criteria), tuple(swings), None, 0.0, ())
    rates = np.array([each.pace_per_min for each in swings])
    sizes = np.array([each.swing_bpm for each in swings])
    errors = np.array([each.error_bpm for each in swings])
    fit = _Parabola(rates, sizes, errors)
    top = float(fit.tops(sizes[None, :])[0])
    draws = np.random.default_rng(0).normal(sizes, errors, (N_DRAWS, sizes.size))
    tops = fit.tops(np.maximum(draws, 0.05 * sizes))
    near = np.abs(tops - top) <= WITHIN_PER_MIN  # a draw without a top is nan, and near nothing
    confidence = float(np.mean(near)) if isfinite(top) else float(np.mean(np.isfinite(tops)))
    follows = float(np.median([each.in_phase for each in swings])) >= LEAST_IN_PHASE
    clear = isfinite(top) and follows and confidence >= LEAST_CONFIDENCE
    at = np.linspace(swings[0].pace_per_min, swings[-1].pace_per_min, N_CURVE)
    fitted = fit.at(at, sizes)
    curve = tuple((float(at[n]), float(fitted[n])) for n in range(N_CURVE))
    return Assessment(tuple(criteria), tuple(swings), top if clear else None, confidence, curve)


def swing(series: NNSeries, breath_starts_s: ArrayLike) -> Swing | None:
    """The heart's wave at the pacer's phase; None with fewer than three usable parts of two breaths."""
    starts = np.array(breath_starts_s, dtype=np.float64)
    starts = starts[starts >= starts[0] + SETTLE_S] if starts.size else starts
    if starts.size < 2:
        return None
    breath = cycles_at(series.t_s, starts)
    pulse = S_PER_MIN * MS_PER_S / series.nn_ms
    # An interval says how quick the heart was at its middle, not at the beat that ended it.
    lag = 0.5 * series.nn_ms / MS_PER_S / float(np.median(np.diff(starts)))
    parts = [
        z
        for first in range(0, starts.size - PART_BREATHS, PART_BREATHS)
        if (z := _wave(breath - lag, pulse, first)) is not None
    ]
    if len(parts) < LEAST_PARTS:
        return None
    z = np.array(parts)
    spread = np.sum(np.square(np.abs(z - z.mean()))) / (z.size - 1)
    error = 2.0 * float(np.sqrt(spread / z.size / 2.0))
    pace = S_PER_MIN / float(np.median(np.diff(starts)))
    in_phase = float(np.abs(z.sum()) / np.sqrt(z.size * np.square(np.abs(z)).sum()))
    return Swing(pace, 2.0 * abs(complex(z.mean())), max(error, 0.1), in_phase)


def _wave(breath: FloatArray, pulse: FloatArray, first: int) -> complex | None:
    """The least-squares sine at one cycle a breath over `PART_BREATHS` breaths from `first` on, in bpm."""
    inside = (breath >= first) & (breath < first + PART_BREATHS)
    x, y = breath[inside] - first, pulse[inside]
    if x.size < 8 or float(np.diff(x).max()) > 0.35:
        return None
    angle = 2.0 * np.pi * x
    terms = np.column_stack((np.ones(x.size), x, np.cos(angle), np.sin(angle)))
    fit = np.linalg.lstsq(terms, y, rcond=None)[0]
    return complex(fit[2], -fit[3])


class _Parabola:
    """Through the logarithms of swings at given rates, weighted by the swings' relative errors."""

    def __init__(self, rates: FloatArray, sizes: FloatArray, errors: FloatArray) -> None:
        self._low, self._high = float(rates[0]), float(rates[-1])
        self._centre = float(rates.mean())
        x = rates - self._centre
        weights = sizes / np.maximum(errors, 0.02 * sizes)
        terms = np.column_stack((np.ones(x.size), x, np.square(x)))
        self._solve = np.linalg.pinv(terms * weights[:, None]) * weights

    def tops(self, sizes: FloatArray) -> FloatArray:
        """Where each row of swings (n, rates) has its top; nan where it has none between the outer rates."""
        _, slope, bend = (np.log(sizes) @ self._solve.T).T
        with np.errstate(divide="ignore", invalid="ignore"):
            top = self._centre - 0.5 * slope / bend
        return np.where((bend < 0.0) & (top > self._low) & (top < self._high), top, np.nan)

    def at(self, rates: FloatArray, sizes: FloatArray) -> FloatArray:
        level, slope, bend = self._solve @ np.log(sizes)
        x = rates - self._centre
        return np.exp(level + slope * x + bend * np.square(x))
