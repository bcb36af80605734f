"""Before and after: what changed against the person's own baseline, and how certain that is.

Beats are no independent draws: a heart wanders by itself for minutes. For the pulse, `wander` says how far
two stretches lie apart where nothing changed. Variability comes back sooner: there intervals are resampled
in blocks (moving block bootstrap, Künsch 1989) of 75 s, at least four, and the logarithm of the measure is
looked at, for a larger one is also known less well; what blocks of that length still miss is made good by
comparing them with blocks of a third (lugsail, Vats & Flegal 2022); and the few blocks there are widen the
interval by Student's t. Measured coverage stands in docs/evidence/analysis.md; with less than half a minute
on either side no interval is given.

Neither the sound nor the breathing is credited: a change is a change, and sitting still also makes one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from scipy.special import stdtrit  # pyright: ignore[reportUnknownVariableType]

from entrain.analysis.series import FloatArray, NNSeries
from entrain.analysis.wander import Spread, spread
from entrain.units import MS_PER_S, S_PER_MIN

BLOCK_S: Final = 75.0
LEAST_BLOCKS: Final = 4
SUB_BLOCKS: Final = 3
RESAMPLES: Final = 2000
LEVEL: Final = 0.95
LEAST_MS: Final = 1e-3  # of a measure: no logarithm of nothing
LEAST_S: Final = 28.0  # of intervals, on either side, for an interval at all: half a minute of beats
LARGEST_TIMES: Final = 20.0  # an interval that reaches to so many times the measure says nothing
LEAST_RESTING_S: Final = 20.0  # of intervals in a stretch; less is no resting pulse


class Measure(StrEnum):
    """What is compared before and after."""

    PULSE = "pulse"
    SDNN = "sdnn"
    RMSSD = "rmssd"

    @property
    def label(self) -> str:
        """As a sentence begins with it."""
        return "The pulse" if self is Measure.PULSE else self.name


# Degrees of freedom that are gone of the blocks; what RMSSD needs was seen on the first simulator.
SPENT_DOF: Final = {Measure.SDNN: 1.0, Measure.RMSSD: 1.5}
UNITS: Final = {Measure.PULSE: "beats/min", Measure.SDNN: "ms", Measure.RMSSD: "ms"}


@dataclass(frozen=True, slots=True)
class Change:
    """After minus before. `low` and `high` bound the 95 % interval; None where there is too little to say."""

    measure: Measure
    unit: str
    before: float
    after: float
    difference: float
    low: float | None
    high: float | None

    @property
    def clear(self) -> bool:
        """True where the interval leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0.0 or self.high < 0.0)

    @property
    def sentence(self) -> str:
        """The change in a sentence, with how certain it is."""
        said = f"{self.measure.label} went from {self.before:.1f} to {self.after:.1f} {self.unit}"
        if self.low is None or self.high is None:
            return f"{said}; too short to say how certain that is."
        clear = "a clear change" if self.clear else "no clear change"
        bounds = f"{self.difference:+.1f}, 95 % interval {self.low:+.1f} to {self.high:+.1f}"
        return f"{said}: {clear} ({bounds} {self.unit})."


def changes(before: NNSeries, after: NNSeries, seed: int = 0) -> tuple[Change, ...]:
    """Pulse, SDNN and RMSSD of two stretches; empty where either is not `is_enough`."""
    if not (is_enough(before) and is_enough(after)):
        return ()
    both = (_Sums.of(before), _Sums.of(after))
    spreads = _spreads(before, after, both, seed) if all(sums.enough for sums in both) else {}
    return tuple(_change(measure, both, spreads.get(measure)) for measure in Measure)


def _spreads(
    before: NNSeries, after: NNSeries, both: tuple["_Sums", "_Sums"], seed: int
) -> dict[Measure, Spread | None]:
    rng = np.random.default_rng(seed)
    apart = [sums.log_variances(rng) for sums in both]
    n_blocks = min(sums.n_blocks for sums in both)
    out: dict[Measure, Spread | None] = {
        measure: Spread(sum(each[measure] for each in apart) ** 0.5, n_blocks - spent)
        for measure, spent in SPENT_DOF.items()
    }
    return out | {Measure.PULSE: spread(before, after)}


def is_enough(series: NNSeries) -> bool:
    """Can a stretch tell a resting pulse? One rule for every figure of before and after."""
    return len(series) > 1 and float(series.nn_ms.sum()) >= LEAST_RESTING_S * MS_PER_S


def _change(measure: Measure, both: tuple["_Sums", "_Sums"], by_chance: Spread | None) -> Change:
    before, after = (float(_measure(measure, sums.total)) for sums in both)
    low, high = None, None
    reach = (
        np.inf if by_chance is None else float(stdtrit(by_chance.dof, 0.5 + 0.5 * LEVEL)) * by_chance.error
    )
    if measure is Measure.PULSE and np.isfinite(reach):
        low, high = after - before - reach, after - before + reach
    elif reach < np.log(LARGEST_TIMES):
        low, high = after / float(np.exp(reach)) - before, after * float(np.exp(reach)) - before
    return Change(measure, UNITS[measure], before, after, after - before, low, high)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Running sums from which every stretch's measures follow; shape (n + 1, 5), the first row zero.

    Columns: number of intervals, their sum, their sum of squares, number of successive differences, their sum
    of squares.
    """

    running: FloatArray
    n_blocks: int

    @classmethod
    def of(cls, series: NNSeries) -> "_Sums":
        nn, ok = series.nn_ms, series.measured
        pair = np.append(False, (np.diff(series.segment) == 0) & ok[1:] & ok[:-1])
        step = np.where(pair, np.append(0.0, np.diff(nn)), 0.0)
        columns = np.column_stack((np.ones(nn.size), nn, nn * nn, pair, step * step))
        running = np.concatenate((np.zeros((1, 5)), np.cumsum(columns, axis=0)))
        return cls(running, max(LEAST_BLOCKS, round(series.duration_s / BLOCK_S)))

    @property
    def total(self) -> FloatArray:
        return self.running[-1]

    @property
    def enough(self) -> bool:
        return float(self.total[1]) >= LEAST_S * MS_PER_S

    def log_variances(self, rng: np.random.Generator) -> dict[Measure, float]:
        """Of the logarithm of each measure of variability over bootstrap resamples."""
        whole, thirds = (self._resampled(n, rng) for n in (self.n_blocks, SUB_BLOCKS * self.n_blocks))
        out: dict[Measure, float] = {}
        for measure in SPENT_DOF:
            wide, narrow = (
                _log_variance(measure, whole, self.n_blocks),
                _log_variance(measure, thirds, SUB_BLOCKS * self.n_blocks),
            )
            # Blocks of length L miss a share of the variance that falls as 1/L; two lengths tell how much.
            out[measure] = max(wide, 2.0 * wide - narrow)
        return out

    def _resampled(self, n_blocks: int, rng: np.random.Generator) -> FloatArray:
        """The sums of RESAMPLES draws made of `n_blocks` blocks drawn with replacement; (RESAMPLES, 5)."""
        size = (self.running.shape[0] - 1) // n_blocks
        blocks = self.running[size:] - self.running[:-size]
        total = np.zeros((RESAMPLES, 5))
        for _ in range(n_blocks):
            total += blocks[rng.integers(0, blocks.shape[0], size=RESAMPLES)]
        return total


def _log_variance(measure: Measure, sums: FloatArray, n_blocks: int) -> float:
    # The resampled spread is that of n blocks about their own mean, so it is short by (n − 1)/n.
    logs = np.log(np.maximum(_measure(measure, sums), LEAST_MS))
    return float(np.var(logs)) * n_blocks / (n_blocks - 1.0)


def _measure(measure: Measure, sums: FloatArray) -> FloatArray:
    """The measure of each row of sums (last axis: the columns of `_Blocks`)."""
    n, total, squares, pairs, steps = np.moveaxis(sums, -1, 0)
    match measure:
        case Measure.PULSE:
            return S_PER_MIN * MS_PER_S * n / total
        case Measure.SDNN:
            return np.sqrt(np.maximum(0.0, (squares - total * total / n) / np.maximum(1.0, n - 1.0)))
        case Measure.RMSSD:
            return np.sqrt(steps / np.maximum(1.0, pairs))


def rating_change(before: int | None, after: int | None) -> str:
    """A sentence on two ratings of tension from 0 (calm) to 10; empty where either is missing."""
    if before is None or after is None:
        return ""
    if before == after:
        return f"You rated your tension {before} of 10 before and after."
    return f"You rated your tension {before} of 10 before and {after} after."
