"""An autoregressive spectrum: each value a sum of those before and of noise, fitted by Burg's method.

Source: Burg 1975; Task Force 1996 names it beside the transforms. The order is Kubios' 16, but of samples at
2 Hz: at 4 Hz, sixteen reach back four seconds, less than half a wave in the LF band.
"""

from typing import Final

import numpy as np

from entrain.analysis.series import FloatArray

POINTS: Final = 4096  # of the spectrum: poles are narrow


def burg(rows: FloatArray, order: int) -> tuple[FloatArray, FloatArray]:
    """(coefficients with the leading 1, shape (n, order + 1); variance of the noise, shape (n,)) of each row.

    The rows, shape (n, samples), are to be without a mean.
    """
    n = rows.shape[0]
    forward, backward = rows[:, 1:], rows[:, :-1]
    noise = np.mean(np.square(rows), axis=1)
    coefficients = np.zeros((n, order + 1))
    coefficients[:, 0] = 1.0
    for m in range(1, order + 1):
        power = np.sum(np.square(forward) + np.square(backward), axis=1)
        reflected = -2.0 * np.sum(forward * backward, axis=1) / np.where(power > 0.0, power, 1.0)
        k = reflected[:, None]
        coefficients[:, 1 : m + 1] += k * coefficients[:, m - 1 :: -1][:, :m]
        forward, backward = (forward + k * backward)[:, 1:], (backward + k * forward)[:, :-1]
        noise = noise * (1.0 - np.square(reflected))
    return coefficients, noise


def density(rows: FloatArray, order: int, rate_hz: float) -> FloatArray:
    """The one-sided density of each row from 0 to half the rate, shape (n, POINTS // 2 + 1)."""
    coefficients, noise = burg(rows, order)
    gain = np.square(np.abs(np.fft.rfft(coefficients, POINTS, axis=1)))
    return np.asarray(2.0 * noise[:, None] / (rate_hz * gain), dtype=np.float64)
