"""Non-linear measures: Poincaré plot, sample entropy, detrended fluctuation analysis."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from entrain.analysis.resample import sliding
from entrain.analysis.series import BoolArray, FloatArray, Intervals, NNSeries, as_series

UnsignedArray = NDArray[np.unsignedinteger[Any]]

SHORT_SCALES: Final = (4, 16)
LONG_SCALES: Final = (16, 64)
LEAST_FOR_ENTROPY: Final = 200  # intervals; below, matches are too few (Richman & Moorman 2000: 10^m to 20^m)
ROWS: Final = 64  # templates compared at once: small enough for the cache


@dataclass(frozen=True, slots=True)
class Poincare:
    """The ellipse of NN[i+1] against NN[i]; Brennan, Palaniswami & Kamen 2001."""

    sd1_ms: float  # across the diagonal: SDSD / √2
    sd2_ms: float  # along it: √(2 SDNN² − SD1²)
    sd1_sd2: float | None
    area_ms2: float  # π SD1 SD2
    csi: float | None  # SD2 / SD1, Toichi and others 1997: "cardiac sympathetic index", an index and no nerve
    csi_modified_ms: float | None  # 4 SD2² / SD1, Jeppesen and others 2014
    cvi: float | None  # lg(16 SD1 SD2) in ms²: "cardiac vagal index"


def poincare(intervals: Intervals) -> Poincare | None:
    """SD1 and SD2 from SDNN and SDSD (n − 1); None with fewer than two successive differences."""
    series = as_series(intervals)
    differences = series.differences_ms()
    if differences.size < 2:
        return None
    sd1 = float(np.std(differences, ddof=1)) / np.sqrt(2.0)
    sd2 = float(np.sqrt(max(0.0, 2.0 * float(np.var(series.nn_ms, ddof=1)) - sd1 * sd1)))
    sd1 = float(sd1)
    area = sd1 * sd2
    return Poincare(
        sd1_ms=sd1,
        sd2_ms=sd2,
        sd1_sd2=sd1 / sd2 if sd2 > 0.0 else None,
        area_ms2=float(np.pi) * area,
        csi=sd2 / sd1 if sd1 > 0.0 else None,
        csi_modified_ms=4.0 * sd2 * sd2 / sd1 if sd1 > 0.0 else None,
        cvi=float(np.log10(16.0 * area)) if area > 0.0 else None,
    )


# ---- sample entropy ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SampleEntropy:
    """Richman & Moorman, Am J Physiol 278 (2000) H2039: −ln(A/B), exact counts, self-matches excluded."""

    value: float | None  # None: no matches, so it is undefined
    m: int
    tolerance_ms: float
    n_templates: int
    matches_m: int  # B: ordered pairs of templates of m intervals within the tolerance
    matches_m1: int  # A: of m + 1


def sample_entropy(intervals: Intervals, m: int = 2, tolerance: float = 0.2) -> SampleEntropy | None:
    """Sample entropy with a tolerance of `tolerance` × SDNN (n − 1), Chebyshev distance, ties inside.

    Templates never reach across a gap. None where there are no m + 1 intervals in a row, or all are equal.
    """
    series = as_series(intervals)
    tolerance_ms = tolerance * float(np.std(series.nn_ms, ddof=1)) if len(series) > 1 else 0.0
    templates = _templates(series, m + 1)
    if templates.shape[0] < 2 or tolerance_ms == 0.0:
        return None
    b, a = _matches(templates, tolerance_ms)
    value = -log(a / b) if a and b else None
    return SampleEntropy(value, m, tolerance_ms, templates.shape[0], b, a)


def template_matches(chains: Sequence[FloatArray], length: int, tolerance: float) -> tuple[int, int]:
    """(B, A) of runs of `length` values within chains: pairs alike in all places but the last, and in all."""
    templates = np.concatenate([sliding(values, length, 1) for values in chains])
    return _matches(templates, tolerance) if templates.shape[0] > 1 else (0, 0)


def _templates(series: NNSeries, length: int) -> FloatArray:
    """All runs of `length` successive intervals, shape (n, length)."""
    return np.concatenate([sliding(series.nn_ms[s], length, 1) for s in series.segments()])


def _matches(templates: FloatArray, tolerance: float) -> tuple[int, int]:
    """Ordered pairs of different templates that match in all places but the last, and in all places.

    |a − b| <= tolerance is asked of ranks, not of values: with `low` the rank of the smallest value that
    matches a and `width` the number of ranks from there to the largest, b matches where rank(b) − low(a) <=
    width(a). In unsigned integers that is one subtraction and one comparison, and it is exact. Templates are
    sorted by their first place, so only those within reach there are looked at: about a ninth of all pairs.
    """
    values, inverse = np.unique(templates, return_inverse=True)
    kind = np.uint16 if values.size < 2**16 else np.uint32
    rank = inverse.reshape(templates.shape).astype(kind)
    rank = rank[np.argsort(rank[:, 0], kind="stable")].T.copy()  # shape (length, n)
    low = np.searchsorted(values, values - tolerance, side="left")
    high = np.searchsorted(values, values + tolerance, side="right") - 1
    lows, widths = low.astype(kind)[rank], (high - low).astype(kind)[rank]
    ends = np.searchsorted(rank[0], high[rank[0]], side="right")
    n = rank.shape[1]
    after = np.tri(ROWS, k=-1, dtype=np.bool_).T  # the second template of a pair comes after the first
    total = np.zeros(2, np.int64)
    for first in range(0, n, ROWS):
        rows = slice(first, min(first + ROWS, n))
        size, reach = rows.stop - first, ends[rows, None]
        near, far = max(rows.stop, int(reach[0, 0])), int(reach[-1, 0])
        pieces: tuple[tuple[slice, BoolArray | None], ...] = (
            (rows, after[:size, :size] & (np.arange(first, rows.stop) < reach)),  # among themselves
            (slice(rows.stop, near), None),  # in reach of every row
            (slice(near, far), np.arange(near, far) < reach),  # in reach of some
        )
        for columns, allowed in pieces:
            if columns.stop > columns.start:
                total += _block(rank[1:, columns], lows[1:, rows], widths[1:, rows], allowed)
    return 2 * int(total[0]), 2 * int(total[1])


def _block(
    rank: UnsignedArray, low: UnsignedArray, width: UnsignedArray, allowed: BoolArray | None
) -> tuple[int, int]:
    """(pairs that match in all places but the last, in all) of the rows' templates with the columns'."""
    match = allowed
    shorter = 0
    for place in range(rank.shape[0]):
        if place == rank.shape[0] - 1:
            shorter = low.shape[1] * rank.shape[1] if match is None else int(np.count_nonzero(match))
        hit: BoolArray = (rank[place] - low[place, :, None]) <= width[place, :, None]
        match = hit if match is None else match & hit
    return shorter, 0 if match is None else int(np.count_nonzero(match))


# ---- detrended fluctuation analysis ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dfa:
    """Peng and others, Chaos 5 (1995) 82: the slope of log F(n) over log n, linear detrending.

    None where the longest chain is shorter than twice the longest box.
    """

    alpha1: float | None  # boxes of 4–16 beats
    alpha2: float | None  # boxes of 16–64 beats


def dfa(intervals: Intervals) -> Dfa:
    """Short- and long-term exponents. Boxes never reach across a gap."""
    series = as_series(intervals)
    profiles = [np.cumsum(nn - nn.mean()) for nn in (series.nn_ms[s] for s in series.segments())]
    return Dfa(_slope(profiles, SHORT_SCALES), _slope(profiles, LONG_SCALES))


def _slope(profiles: Sequence[FloatArray], scales: tuple[int, int]) -> float | None:
    low, high = scales
    if max((p.size for p in profiles), default=0) < 2 * high:
        return None
    sizes = np.unique(np.round(np.geomspace(low, high, 13)).astype(np.int64))
    fluctuation = np.array([_fluctuation(profiles, int(size)) for size in sizes])
    if not fluctuation.all():
        return None
    return float(np.polyfit(np.log(sizes), np.log(fluctuation), 1)[0])


def _fluctuation(profiles: Sequence[FloatArray], size: int) -> float:
    """F(n): root mean square of the profiles around a line fitted in each box of `size` beats.

    Boxes tile each chain from its start and again from its end, so that no beats are left out.
    """
    x = np.arange(size) - 0.5 * (size - 1)
    squares, n = 0.0, 0
    for profile in profiles:
        boxes = profile.size // size
        for part in (profile[: boxes * size], profile[profile.size - boxes * size :]):
            box = part.reshape(boxes, size)
            rest = box - box.mean(axis=1, keepdims=True)
            rest -= np.outer(rest @ x / (x @ x), x)
            squares += float(np.einsum("ij,ij", rest, rest))
            n += part.size
    return float(np.sqrt(squares / n)) if n else 0.0
