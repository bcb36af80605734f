"""Every resonance of second order that may have made some swings, and what each of them weighs.

From no sharpness at all to a sharp one, and also slower and quicker than any paced rate; each weighs as much
as it passes the measured swings by little. Of them is asked where the peak is, which rates come near the
best, and at which rate one more stage would teach most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from entrain.analysis.series import FloatArray
from entrain.analysis.swing import Swing

WITHIN_PER_MIN: Final = 0.25
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


NEAR_BEST: Final = 0.9  # of the largest swing at any of the rates
LEAST_CHANCE: Final = 0.8  # that a rate comes so near, for it to be named among the good ones
SLOWER_CHANCE: Final = 0.8  # that the slowest rate is the best, to say that the swing only grows downwards


@dataclass(frozen=True, slots=True)
class GoodRates:
    """The rates, of those between the slowest and the quickest, at which the pulse swings most."""

    use_per_min: float  # where `NEAR_BEST` of the best swing is likeliest
    chance: float  # of that, 0–1
    from_per_min: float  # the slowest and the quickest rate beside it that are as good by `LEAST_CHANCE`
    to_per_min: float
    only_grows_downwards: bool  # the slowest rate swings most; slower ones may swing more


class Resonances:
    """At least two swings, slowest first."""

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
        self._weights = weights.sum(axis=2)  # shape (peaks, sharpness)
        self._error = float(np.sqrt(np.median(np.square(errors))))
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

    def good_rates(self) -> GoodRates:
        at = np.linspace(float(self._rates[0]), float(self._rates[-1]), N_CURVE)
        shapes = self._shapes(at)
        of_best = shapes / shapes.max(axis=2, keepdims=True)
        chance = np.einsum("ps,psr->r", self._weights, (of_best >= NEAR_BEST).astype(np.float64))
        expected = np.einsum("ps,psr->r", self._weights, of_best)
        use = int(np.argmax(chance + 1e-3 * expected))
        low = high = use
        while low > 0 and chance[low - 1] >= LEAST_CHANCE:
            low -= 1
        while high < at.size - 1 and chance[high + 1] >= LEAST_CHANCE:
            high += 1
        # What hardly differs from rate to rate grows nowhere.
        grows_downwards = (np.argmax(shapes, axis=2) == 0) & (of_best[:, :, -1] < NEAR_BEST)
        return GoodRates(
            use_per_min=float(at[use]),
            chance=float(chance[use]),
            from_per_min=float(at[low]),
            to_per_min=float(at[high]),
            only_grows_downwards=float(self._weights[grows_downwards].sum()) >= SLOWER_CHANCE,
        )

    def teaches(self, rates: FloatArray) -> FloatArray:
        """How much a stage at each of some rates would tell of where the peak is; shape of `rates`.

        The share of what would be seen there that the place of the peak decides: the variance, over peaks, of
        the swing expected with that peak, by the variance that is left with the peak known, error and all.
        """
        shapes = self._shapes(rates)
        of_peak = self._weights.sum(axis=1)  # shape (peaks,)
        safe = np.maximum(of_peak, 1e-300)[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            level = np.where(self._weights > 0.0, self._heights / self._weights, 0.0)
        swing_bpm = level[:, :, None] * shapes
        mean = np.einsum("ps,psr->pr", self._weights, swing_bpm) / safe
        square = np.einsum("ps,psr->pr", self._weights, np.square(swing_bpm)) / safe
        within = of_peak @ np.maximum(0.0, square - np.square(mean)) + self._error**2
        return (of_peak @ np.square(mean) - np.square(of_peak @ mean)) / within

    def _shapes(self, rates: FloatArray) -> FloatArray:
        """Each resonance's gain at some rates, 1 at its peak; shape (peaks, sharpness, rates)."""
        ratio = rates / self._peaks[:, None]
        return 1.0 / np.hypot(1.0, SHARPNESS[:, None] * (ratio - 1.0 / ratio)[:, None, :])
