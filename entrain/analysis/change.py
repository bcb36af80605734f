"""Before and after: what changed against the person's own baseline, and how certain that is.

Beats are no independent draws: a heart wanders by itself for minutes. So intervals are resampled in blocks
(moving block bootstrap, Künsch 1989) of 75 s, at least four; what blocks of that length still miss is made
good by comparing them with blocks of a third (lugsail, Vats & Flegal 2022); and the few blocks there are
widen the interval by Student's t. Measured coverage stands in docs/evidence/analysis.md: 92–98 % from five
minutes on each side, less from two; from less than that no interval is given.

Neither the sound nor the breathing is credited: a change is a change, and sitting still also makes one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from scipy.special import stdtrit  # pyright: ignore[reportUnknownVariableType]

from entrain.analysis.series import FloatArray, NNSeries
from entrain.units import MS_PER_S, S_PER_MIN

BLOCK_S: Final = 75.0
LEAST_BLOCKS: Final = 4
SUB_BLOCKS: Final = 3
RESAMPLES: Final = 2000
LEVEL: Final = 0.95
LEAST_S: Final = 110.0  # of either stretch, for an interval at all


class Measure(StrEnum):
    PULSE = "pulse"
    SDNN = "sdnn"
    RMSSD = "rmssd"

    @property
    def label(self) -> str:
        """As a sentence begins with it."""
        return "The pulse" if self is Measure.PULSE else self.name


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
        said = f"{self.measure.label} went from {self.before:.1f} to {self.after:.1f} {self.unit}"
        if self.low is None or self.high is None:
            return f"{said}; too short to say how certain that is."
        clear = "a clear change" if self.clear else "no clear change"
        bounds = f"{self.difference:+.1f}, 95 % interval {self.low:+.1f} to {self.high:+.1f}"
        return f"{said}: {clear} ({bounds} {self.unit})."


def changes(before: NNSeries, after: NNSeries, seed: int = 0) -> tuple[Change, ...]:
    """Pulse, SDNN and RMSSD of two stretches; empty where either has fewer than 2 intervals."""
    if len(before) < 2 or len(after) < 2:
        return ()
    both = (_Sums.of(before), _Sums.of(after))
    rng = np.random.default_rng(seed)
    spreads = [sums.variances(rng) for sums in both] if all(sums.enough for sums in both) else None
    return tuple(_change(measure, both, spreads) for measure in Measure)


def _change(
    measure: Measure, both: tuple["_Sums", "_Sums"], spreads: list[dict[Measure, float]] | None
) -> Change:
    before, after = (float(_measure(measure, sums.total)) for sums in both)
    if spreads is None:
        return Change(measure, UNITS[measure], before, after, after - before, None, None)
    df = min(sums.n_blocks for sums in both) - 1
    reach = float(stdtrit(df, 0.5 + 0.5 * LEVEL)) * sum(spread[measure] for spread in spreads) ** 0.5
    low, high = after - before - reach, after - before + reach
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

    def variances(self, rng: np.random.Generator) -> dict[Measure, float]:
        """The variance of each measure over bootstrap resamples."""
        whole, thirds = (self._resampled(n, rng) for n in (self.n_blocks, SUB_BLOCKS * self.n_blocks))
        out: dict[Measure, float] = {}
        for measure in Measure:
            wide, narrow = (
                _variance(measure, whole, self.n_blocks),
                _variance(measure, thirds, SUB_BLOCKS * self.n_blocks),
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


def _variance(measure: Measure, sums: FloatArray, n_blocks: int) -> float:
    # The resampled spread is that of n blocks about their own mean, so it is short by (n − 1)/n.
    return float(np.var(_measure(measure, sums))) * n_blocks / (n_blocks - 1.0)


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
