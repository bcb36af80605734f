"""Even samples of a quantity known at the beats, and what spectra need of them."""

from typing import cast

import numpy as np
from scipy.interpolate import make_interp_spline  # pyright: ignore[reportUnknownVariableType]

from entrain.analysis.series import FloatArray


def resampled(
    t_s: FloatArray, values: FloatArray, rate_hz: float, degree: int
) -> tuple[FloatArray, FloatArray]:
    """(times, values) every 1/rate_hz from the first to the last of `t_s`, on a spline through the points.

    Empty where there are too few points for the degree.
    """
    if t_s.size <= degree:
        return np.empty(0), np.empty(0)
    grid_s = np.arange(t_s[0], t_s[-1], 1.0 / rate_hz)
    return grid_s, cast("FloatArray", make_interp_spline(t_s, values, k=degree)(grid_s))


def sliding(values: FloatArray, size: int, step: int) -> FloatArray:
    """Windows of `size` samples every `step`, shape (n, size), a view; none where the values are fewer."""
    if values.size < size:
        return np.empty((0, size))
    return np.lib.stride_tricks.sliding_window_view(values, size)[::step]


def without_trend(windows: FloatArray) -> FloatArray:
    """Each row less its least-squares line."""
    x = np.arange(windows.shape[1], dtype=np.float64) - 0.5 * (windows.shape[1] - 1)
    level = windows - windows.mean(axis=1, keepdims=True)
    return level - np.outer(level @ x / float(x @ x), x)


def power_spectra(
    windows: FloatArray, rate_hz: float, points: int | None = None
) -> tuple[FloatArray, FloatArray]:
    """(frequencies, squared magnitude of each row's transform), padded with zeros to `points`."""
    n = windows.shape[1] if points is None else points
    power = np.square(np.abs(np.fft.rfft(windows, n=n, axis=1)))
    return np.arange(n // 2 + 1, dtype=np.float64) * (rate_hz / n), np.asarray(power, dtype=np.float64)
