"""How far a pulse lies from one stretch to another by itself, where nothing changed.

A pulse wanders on every scale: over seconds with the breath, over minutes by itself. Of a short stretch the
slow part is never seen, so no resampling of the stretch can tell how far the next one will be. What can be
seen is the quick part: how the pulse of ten seconds differs within a stretch. The slow one is taken to be in
proportion, as in a 1/f process (Kobayashi & Musha 1982): equal shares with memories of 12, 50 and 200 s. Two
stretches are taken for independent. How far this holds stands in docs/evidence/analysis.md.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from entrain.analysis.series import FloatArray, NNSeries
from entrain.units import MS_PER_S, S_PER_MIN

PIECE_S: Final = 10.0
MOST_PIECES: Final = 120  # a longer stretch has longer pieces
MEMORIES_S: Final[FloatArray] = np.array([12.0, 50.0, 200.0])


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a difference may lie from the true one by chance."""

    error: float  # standard error, in the unit of the measure
    dof: float  # degrees of freedom of that


def spread(before: NNSeries, after: NNSeries) -> Spread | None:
    """What the difference of the two pulses may be by chance; None where a stretch has no two pieces."""
    parts = [_pieces(series) for series in (before, after)]
    if any(pulse.size < 2 for _, pulse in parts):
        return None
    squares = sum(float(np.square(pulse - pulse.mean()).sum()) for _, pulse in parts)
    kernels = [_kernel(t_s) for t_s, _ in parts]
    of_mean = sum(float(kernel.mean()) for kernel in kernels)
    # Of squares about their own mean: what they are in the mean, and by Satterthwaite how many are free.
    within = [_centred(kernel) for kernel in kernels]
    expected = sum(float(np.trace(each)) for each in within)
    dof = expected**2 / sum(float(np.square(each).sum()) for each in within)
    return Spread(float(np.sqrt(squares * of_mean / expected)), dof)


def _pieces(series: NNSeries) -> tuple[FloatArray, FloatArray]:
    """(middle in s, pulse in beats/min) of each piece that is at least half there."""
    starts_s = series.t_s - series.nn_ms / MS_PER_S
    length_s = float(series.t_s[-1] - starts_s[0])
    piece_s = max(PIECE_S, length_s / MOST_PIECES)
    number = ((starts_s - starts_s[0]) / piece_s).astype(np.int64)
    beats, total_s = np.bincount(number), np.bincount(number, series.nn_ms / MS_PER_S)
    there = np.flatnonzero(total_s >= 0.5 * piece_s)
    middle_s = np.array(there + 0.5, dtype=np.float64) * piece_s
    return middle_s, S_PER_MIN * beats[there] / total_s[there]


def _kernel(t_s: FloatArray) -> FloatArray:
    """The correlation of the pulse at some times, shape (n, n)."""
    apart_s = np.abs(t_s[:, None] - t_s)
    return np.mean(np.exp(-apart_s[:, :, None] / MEMORIES_S), axis=2)


def _centred(kernel: FloatArray) -> FloatArray:
    return kernel - kernel.mean(axis=0) - kernel.mean(axis=1)[:, None] + kernel.mean()
