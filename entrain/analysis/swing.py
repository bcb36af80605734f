"""How far the heart swings with the pacer at one breathing rate, and how well that is known.

Every breath begins a part of two; of each the wave at just the pacer's phase is taken, a complex number of
beats/min. Their middle is the swing, and how they differ its standard error. A part that lies far from the
others counts little (weights of a Student t of `PART_DOF`): where the mind wanders or beats are lost, a
breath or two tell of something else.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entrain.analysis.phase import cycles_at
from entrain.analysis.series import FloatArray, NNSeries
from entrain.units import MS_PER_S, S_PER_MIN

# At the beginning of a stage the heart is still at the rate before: breath falls in within some ten seconds,
# and a resonance of Q 4 at 5.5/min rises by exp(-t / 14 s) (Q / (pi f)).
SETTLE_S: Final = 30.0
PART_BREATHS: Final = 2
LEAST_PARTS: Final = 4
PART_DOF: Final = 4.0
LEAST_ERROR_BPM: Final = 0.1

ComplexArray = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Swing:
    """How far the heart swung with the pacer, peak to trough, and the standard error of that."""

    pace_per_min: float
    swing_bpm: float
    error_bpm: float
    in_phase: float  # 0–1: how steadily the wave keeps its phase and size against the pacer


def swing(series: NNSeries, breath_bounds_s: ArrayLike, settle_s: float = SETTLE_S) -> Swing | None:
    """The heart's wave at the pacer's phase; None with fewer than `LEAST_PARTS` usable parts of two breaths.

    Args:
        series: the corrected intervals.
        breath_bounds_s: when each breath begins and the last one ends, shape (n,), the intervals' clock.
        settle_s: how much of the beginning is left out.
    """
    bounds = np.array(breath_bounds_s, dtype=np.float64)
    bounds = bounds[bounds >= bounds[0] + settle_s] if bounds.size else bounds
    if bounds.size <= PART_BREATHS:
        return None
    breath_s = float(np.median(np.diff(bounds)))
    # An interval says how quick the heart was at its middle, not at the beat that ended it.
    breath = cycles_at(series.t_s, bounds) - 0.5 * series.nn_ms / MS_PER_S / breath_s
    pulse = S_PER_MIN * MS_PER_S / series.nn_ms
    parts = [_wave(breath, pulse, first) for first in range(bounds.size - PART_BREATHS)]
    z = np.array([part for part in parts if part is not None])
    if z.size < LEAST_PARTS:
        return None
    middle, error = _middle(z)
    in_phase = float(np.abs(z.sum()) / np.sqrt(z.size * np.square(np.abs(z)).sum()))
    # Peak to trough is twice the amplitude; the error of a size is that of one of the two axes.
    error_bpm = max(2.0 * error / np.sqrt(2.0), LEAST_ERROR_BPM)
    return Swing(S_PER_MIN / breath_s, 2.0 * abs(middle), float(error_bpm), in_phase)


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


def _middle(z: ComplexArray) -> tuple[complex, float]:
    """(where the parts lie, standard error of that), both axes together."""
    middle = complex(np.median(z.real), np.median(z.imag))
    weights = np.ones(z.size)
    for _ in range(20):
        off = np.abs(z - middle)
        scale = float(np.median(off)) / 1.18 + 1e-9  # 1.18: the median of a Rayleigh distribution
        weights = 1.0 / (PART_DOF + np.square(off / scale))
        middle = complex(np.average(z, weights=weights))
    share = weights / weights.sum()
    spread = np.sum(np.square(share * np.abs(z - middle))) * z.size / (z.size - 1)
    # Each breath is in `PART_BREATHS` parts: so many times fewer are independent.
    return middle, float(np.sqrt(PART_BREATHS * spread))
