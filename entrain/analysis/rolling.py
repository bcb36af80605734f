"""Order statistics over a centred window that shrinks at the ends."""

import numpy as np
from scipy.ndimage import rank_filter  # pyright: ignore[reportUnknownVariableType]

from entrain.analysis.series import FloatArray


def rolling_quantile(values: FloatArray, window: int, quantile: float) -> FloatArray:
    """The quantile (linear between ranks) of the `window` (odd) values around each value, shape (n,).

    Near the ends only the values that exist count, as in pandas with `min_periods=1`.
    """
    n, half = values.size, window // 2
    out = np.empty(n)
    for i in {*range(min(half, n)), *range(max(0, n - half), n)}:
        out[i] = np.quantile(values[max(0, i - half) : i + half + 1], quantile)
    if n > 2 * half:
        at = quantile * (window - 1)
        low, share = int(at), at - int(at)
        inside = _ranked(values, low, window) * (1.0 - share)
        if share:
            inside += _ranked(values, low + 1, window) * share
        out[half : n - half] = inside[half : n - half]
    return out


def _ranked(values: FloatArray, rank: int, window: int) -> FloatArray:
    return np.asarray(rank_filter(values, rank, size=window), dtype=np.float64)
