"""Order statistics over a centred window that shrinks at the ends."""

from bisect import insort
from typing import cast

import numpy as np
from scipy.ndimage import rank_filter  # pyright: ignore[reportUnknownVariableType]

from entrain.analysis.series import FloatArray


def rolling_quantile(values: FloatArray, window: int, quantile: float) -> FloatArray:
    """The quantile (linear between ranks) of the `window` (odd) values around each value, shape (n,).

    Near the ends only the values that exist count, as in pandas with `min_periods=1`.
    """
    n, half = values.size, window // 2
    out = np.empty(n)
    _fill_start(out, values, half, quantile)
    _fill_start(out[::-1], values[::-1], half, quantile)
    if n > 2 * half:
        at = quantile * (window - 1)
        low, share = int(at), at - int(at)
        inside = _ranked(values, low, window) * (1.0 - share)
        if share:
            inside += _ranked(values, low + 1, window) * share
        out[half : n - half] = inside[half : n - half]
    return out


def _fill_start(out: FloatArray, values: FloatArray, half: int, quantile: float) -> None:
    """The first values, whose windows lack something: each holds one value more than the one before."""
    n = values.size
    seen = sorted(values[:half].tolist())
    for i in range(min(half, n)):
        if i + half < n:
            insort(seen, float(values[i + half]))
        out[i] = _quantile_of(seen, quantile)


def _quantile_of(ranked: list[float], quantile: float) -> float:
    at = quantile * (len(ranked) - 1)
    low, share = int(at), at - int(at)
    if not share:
        return ranked[low]
    step = ranked[low + 1] - ranked[low]
    # As NumPy rounds it.
    return ranked[low] + step * share if share < 0.5 else ranked[low + 1] - step * (1.0 - share)


def _ranked(values: FloatArray, rank: int, window: int) -> FloatArray:
    return cast("FloatArray", rank_filter(values, rank, size=window))
