"""How the rhythm runs: fragmentation, asymmetry, deceleration capacity, multiscale entropy.

Everything is counted within unbroken chains. Fragmentation and asymmetry look at successive differences of
measured intervals alone; the entropy at the corrected series, as its first scale does.
"""

from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from entrain.analysis.nonlinear import SampleEntropy, template_matches
from entrain.analysis.series import BoolArray, FloatArray, Intervals, NNSeries, as_series

LEAST_RUN: Final = 3  # intervals of an acceleration or deceleration run that count as no short segment
LEAST_ALTERNATING: Final = 4  # intervals
LEAST_DIFFERENCES: Final = 60
LARGEST_STEP: Final = 0.05  # of an interval: beyond, an anchor is taken for a fault (Bauer 2006)
SCALES: Final = (1, 2, 3, 4, 5)
LEAST_PER_SCALE: Final = 200  # coarse-grained intervals


@dataclass(frozen=True, slots=True)
class Fragmentation:
    """Costa, Davis & Goldberger, Front Physiol 8 (2017) 255. All rise with fragmentation."""

    pip_percent: float  # inflection points: where the difference changes its sign, or is nothing
    ials: float  # 1 / mean length of the runs of one direction, in intervals
    pss_percent: float  # intervals in runs shorter than three
    pas_percent: float  # intervals in runs of alternating direction of at least four


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """Decelerations against accelerations; one half (50 %) where time run backwards would look the same."""

    guzik_percent: float  # Guzik 2006: squared distance above the diagonal, of all
    porta_percent: float  # Porta 2008: differences below nothing, of all that are not nothing
    deceleration_capacity_ms: float | None  # Bauer 2006
    acceleration_capacity_ms: float | None


@dataclass(frozen=True, slots=True)
class MultiscaleEntropy:
    """Costa, Goldberger & Peng 2002: sample entropy of means of n intervals, m 2, tolerance 0.2 SDNN."""

    scales: tuple[int, ...]
    entropy: tuple[float | None, ...]
    complexity_index: float | None  # the mean over scales; None where one is undefined


def fragmentation(intervals: Intervals) -> Fragmentation | None:
    """None with fewer than `LEAST_DIFFERENCES` differences."""
    lengths: list[FloatArray] = []
    inflections = alternating = n_steps = n_intervals = 0
    for steps in _chains(as_series(intervals)):
        sign = np.sign(steps)
        product = sign[1:] * sign[:-1]
        n_steps += steps.size
        n_intervals += steps.size + 1
        inflections += int(np.count_nonzero(product <= 0.0))
        lengths.append(_runs(product > 0.0))
        alternating += _alternating(product < 0.0)
    if n_steps < LEAST_DIFFERENCES:
        return None
    runs = np.concatenate(lengths)
    return Fragmentation(
        pip_percent=100.0 * inflections / n_intervals,
        ials=float(1.0 / runs.mean()),
        pss_percent=100.0 * float(runs[runs < LEAST_RUN].sum()) / n_steps,
        pas_percent=100.0 * alternating / n_intervals,
    )


def _alternating(turns: BoolArray) -> int:
    """How many intervals lie in stretches of `LEAST_ALTERNATING` or more whose difference turns each beat."""
    lengths = _runs(turns).astype(np.int64)  # in differences; as many intervals and one more
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    inside = np.zeros(turns.size + 2, np.bool_)
    for start, length in zip(starts, lengths, strict=True):
        if length + 1 >= LEAST_ALTERNATING:
            inside[start : start + length + 1] = True
    return int(inside.sum())


def asymmetry(intervals: Intervals) -> Asymmetry | None:
    """None with fewer than `LEAST_DIFFERENCES` differences."""
    series = as_series(intervals)
    steps = series.differences_ms()
    squares = float(np.square(steps).sum())
    moved = int(np.count_nonzero(steps))
    if steps.size < LEAST_DIFFERENCES or moved == 0:
        return None
    return Asymmetry(
        guzik_percent=100.0 * float(np.square(steps[steps > 0.0]).sum()) / squares,
        porta_percent=100.0 * float(np.count_nonzero(steps < 0.0)) / moved,
        deceleration_capacity_ms=_capacity(series, slower=True),
        acceleration_capacity_ms=_capacity(series, slower=False),
    )


def multiscale_entropy(intervals: Intervals, first: SampleEntropy | None = None) -> MultiscaleEntropy | None:
    """Scales with fewer than `LEAST_PER_SCALE` means are left out; None where that leaves fewer than two.

    `first`: the sample entropy of the same intervals, where it is known already.
    """
    series = as_series(intervals)
    tolerance_ms = 0.2 * float(np.std(series.nn_ms, ddof=1)) if len(series) > 1 else 0.0
    scales = tuple(scale for scale in SCALES if len(series) // scale >= LEAST_PER_SCALE)
    if len(scales) < 2 or tolerance_ms == 0.0:
        return None
    known_first = [] if first is None else [first.value]
    later = [_entropy(series, scale, tolerance_ms) for scale in scales[len(known_first) :]]
    entropy = (*known_first, *later)
    known = [each for each in entropy if each is not None]
    return MultiscaleEntropy(scales, entropy, sum(known) / len(known) if len(known) == len(scales) else None)


def _entropy(series: NNSeries, scale: int, tolerance_ms: float) -> float | None:
    chains = [series.nn_ms[s] for s in series.segments()]
    coarse = [nn[: nn.size // scale * scale].reshape(-1, scale).mean(axis=1) for nn in chains]
    b, a = template_matches(coarse, 3, tolerance_ms)
    return -log(a / b) if a and b else None


def _chains(series: NNSeries) -> list[FloatArray]:
    """Successive differences of measured intervals, one array for each unbroken run of them."""
    joined = (np.diff(series.segment) == 0) & series.measured[1:] & series.measured[:-1]
    steps = np.diff(series.nn_ms)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], joined.astype(np.int8), [0]))))
    return [steps[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _runs(goes_on: BoolArray) -> FloatArray:
    """The lengths of runs of steps that go on; a step that does not begins a new one."""
    starts = np.concatenate(([0], np.flatnonzero(~goes_on) + 1, [goes_on.size + 1]))
    return np.diff(starts).astype(np.float64)


def _capacity(series: NNSeries, *, slower: bool) -> float | None:
    """Phase-rectified averaging: (X0 + X1 − X−1 − X−2) / 4 over the anchors; None without an anchor.

    An anchor is an interval longer (for deceleration) than the one before by at most `LARGEST_STEP`.
    """
    total, n = 0.0, 0
    for s in series.segments():
        nn = series.nn_ms[s]
        ratio = nn[1:] / nn[:-1]
        is_anchor = (
            (ratio > 1.0) & (ratio <= 1.0 + LARGEST_STEP)
            if slower
            else ((ratio < 1.0) & (ratio >= 1.0 - LARGEST_STEP))
        )
        at = np.flatnonzero(is_anchor) + 1
        at = at[(at >= 2) & (at < nn.size - 1)]
        total += float((nn[at] + nn[at + 1] - nn[at - 1] - nn[at - 2]).sum()) / 4.0
        n += at.size
    return total / n if n else None
