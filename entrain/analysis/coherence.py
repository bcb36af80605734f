"""The coherence score: how much of the heart's rhythm lies in one narrow peak, with its formula.

Source: McCraty, Atkinson, Tomasino & Bradley, "The coherent heart", Integral Review 5 (2009) 10–115: the
ratio of the power in the peak to the power outside it, squared. Scores of apps that don't publish their
formula cannot be compared with this one, nor with each other.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from entrain.analysis.resample import power_spectra, resampled, sliding, without_trend
from entrain.analysis.series import FloatArray, Intervals, as_series

COHERENCE_FORMULA: Final = (
    "(P / (T − P))², P = power within 0.015 Hz of the highest point from 0.04 to 0.26 Hz, "
    "T = power from 0.0033 to 0.4 Hz, windows of 64 s every 5 s"
)
COHERENCE_SETTINGS: Final = {
    "formula": COHERENCE_FORMULA,
    "series": "NN in ms, quintic spline at 4 Hz",
    "detrend": "linear",
    "taper": "hann",
}
WINDOW_S: Final = 64.0
STEP_S: Final = 5.0
PEAK_HZ: Final = (0.04, 0.26)
PEAK_HALF_WIDTH_HZ: Final = 0.015
TOTAL_HZ: Final = (0.0033, 0.4)
_RESAMPLE_HZ: Final = 4.0
_PADDING: Final = 8  # spectrum points between two bins of 1/64 Hz, so that the peak is found between them
_BLOCK: Final = 256


@dataclass(frozen=True, slots=True, eq=False)
class Coherence:
    """The score over time, one value for each window of 64 s in an unbroken chain."""

    t_s: FloatArray  # the end of each window
    score: FloatArray
    peak_hz: FloatArray
    formula: str = COHERENCE_FORMULA

    @property
    def mean(self) -> float | None:
        """The mean over windows; None where no chain lasts 64 s."""
        return float(self.score.mean()) if self.score.size else None


def coherence(intervals: Intervals) -> Coherence:
    """The score of NN intervals (an `NNSeries`, or ms) every 5 s."""
    series = as_series(intervals)
    times, scores, peaks = [np.empty(0)], [np.empty(0)], [np.empty(0)]
    size, step = int(WINDOW_S * _RESAMPLE_HZ), int(STEP_S * _RESAMPLE_HZ)
    for segment in series.segments():
        grid_s, values = resampled(series.t_s[segment], series.nn_ms[segment], _RESAMPLE_HZ, 5)
        views = sliding(values, size, step)
        times.append(grid_s[size - 1 :: step])
        for first in range(0, views.shape[0], _BLOCK):
            score, peak = _scores(views[first : first + _BLOCK])
            scores.append(score)
            peaks.append(peak)
    return Coherence(np.concatenate(times), np.concatenate(scores), np.concatenate(peaks))


def _scores(windows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(score, peak in Hz) of each row."""
    taper = np.hanning(windows.shape[1])
    points = windows.shape[1] * _PADDING
    hz, power = power_spectra(without_trend(windows) * taper, _RESAMPLE_HZ, points)
    among = np.flatnonzero((hz >= PEAK_HZ[0]) & (hz <= PEAK_HZ[1]))
    peak_hz = hz[among[np.argmax(power[:, among], axis=1)]]
    near = np.abs(hz[None, :] - peak_hz[:, None]) <= PEAK_HALF_WIDTH_HZ
    peak = (power * near).sum(axis=1)
    total = power[:, (hz >= TOTAL_HZ[0]) & (hz <= TOTAL_HZ[1])].sum(axis=1)
    rest = np.maximum(total - peak, 1e-9 * total + 1e-300)
    return np.square(peak / rest), peak_hz
