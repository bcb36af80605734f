"""Time-domain measures of heart rate variability.

Source: Task Force of the ESC and NASPE, "Heart rate variability: standards of measurement, physiological
interpretation, and clinical use", Circulation 93 (1996) 1043–1065.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from entrain.analysis.series import FloatArray, Intervals, NNSeries, as_series
from entrain.units import MS_PER_S, S_PER_MIN

LONG_TERM_WINDOW_S: Final = 300.0
HISTOGRAM_BIN_MS: Final = 1000.0 / 128.0


@dataclass(frozen=True, slots=True)
class TimeDomain:
    """None where there are too few intervals to say."""

    n_intervals: int
    n_differences: int  # successive, both intervals measured
    duration_s: float
    mean_nn_ms: float
    median_nn_ms: float
    mean_hr_bpm: float  # 60,000 / mean NN: beats over time, not the mean of momentary rates
    slowest_hr_bpm: float  # of any 5 beats in a row
    fastest_hr_bpm: float
    sdnn_ms: float | None  # standard deviation of NN, n − 1
    rmssd_ms: float | None  # root mean square of successive differences
    sdsd_ms: float | None  # their standard deviation, n − 1
    pnn50_percent: float | None  # successive differences above 50 ms, of all differences
    pnn20_percent: float | None
    cvnn_percent: float | None  # SDNN / mean NN
    triangular_index: float | None  # n / height of the histogram's mode, bins of 1/128 s; from 20 min on
    tinn_ms: float | None  # base of the triangle that fits the same histogram best; from 20 min on
    sdann_ms: float | None  # SD of the means of whole 5-min windows, at least 3
    sdnn_index_ms: float | None  # mean of their SDs


TIME_DOMAIN_SETTINGS: Final[dict[str, str | float]] = {
    "standard_deviation": "n - 1",
    "successive_differences": "within an unbroken chain, both intervals measured (none corrected)",
    "long_term_window_s": LONG_TERM_WINDOW_S,
    "histogram_bin_ms": HISTOGRAM_BIN_MS,
}


def time_domain(intervals: Intervals) -> TimeDomain:
    """All time-domain measures of NN intervals (an `NNSeries`, or ms).

    Raises:
        InputError: an interval is not a positive number.
        ValueError: there are no intervals.
    """
    series = as_series(intervals)
    nn = series.nn_ms
    if not nn.size:
        raise ValueError("no intervals, no measures")
    differences = series.differences_ms()
    size = np.abs(differences)
    mean_ms, sdnn = float(nn.mean()), _sd(nn)
    five = _runs_of_five(nn)
    window_means, window_sds = _windows(series)
    some, is_long = differences.size > 0, series.duration_s >= 20.0 * S_PER_MIN
    return TimeDomain(
        n_intervals=nn.size,
        n_differences=differences.size,
        duration_s=series.duration_s,
        mean_nn_ms=mean_ms,
        median_nn_ms=float(np.median(nn)),
        mean_hr_bpm=S_PER_MIN * MS_PER_S / mean_ms,
        slowest_hr_bpm=S_PER_MIN * MS_PER_S / float(five.max()),
        fastest_hr_bpm=S_PER_MIN * MS_PER_S / float(five.min()),
        sdnn_ms=sdnn,
        rmssd_ms=rmssd_ms(differences),
        sdsd_ms=_sd(differences),
        pnn50_percent=100.0 * float(np.mean(size > 50.0)) if some else None,
        pnn20_percent=100.0 * float(np.mean(size > 20.0)) if some else None,
        cvnn_percent=None if sdnn is None else 100.0 * sdnn / mean_ms,
        triangular_index=_triangular_index(nn) if is_long else None,
        tinn_ms=_tinn_ms(nn) if is_long else None,
        sdann_ms=_sd(window_means) if window_means.size >= 3 else None,
        sdnn_index_ms=float(window_sds.mean()) if window_sds.size >= 3 else None,
    )


def rmssd_ms(differences_ms: FloatArray) -> float | None:
    """Root mean square of successive differences; None where there are none."""
    return float(np.sqrt(np.mean(np.square(differences_ms)))) if differences_ms.size else None


def _sd(values: FloatArray) -> float | None:
    return float(np.std(values, ddof=1)) if values.size > 1 else None


def _runs_of_five(nn: FloatArray) -> FloatArray:
    n = min(5, nn.size)
    return np.convolve(nn, np.full(n, 1.0 / n), mode="valid")


def _windows(series: NNSeries) -> tuple[FloatArray, FloatArray]:
    """(mean, SD) of NN in each 5-min window from the start that is at least half covered."""
    start_s = float(series.t_s[0] - series.nn_ms[0] / MS_PER_S)
    n_windows = int((float(series.t_s[-1]) - start_s) / LONG_TERM_WINDOW_S + 1e-9)
    edges = np.searchsorted(series.t_s, [start_s + LONG_TERM_WINDOW_S * k for k in range(n_windows + 1)])
    centre = float(series.nn_ms.mean())  # sums of squares around it lose no digits
    away = series.nn_ms - centre
    n = np.diff(edges).astype(np.float64)
    total, squares = (np.diff(np.append(0.0, np.cumsum(x))[edges]) for x in (away, away * away))
    enough = (n > 1.0) & (total + n * centre >= 0.5 * LONG_TERM_WINDOW_S * MS_PER_S)
    n, total, squares = n[enough], total[enough], squares[enough]
    return centre + total / n, np.sqrt(np.maximum(0.0, squares - total * total / n) / (n - 1.0))


def _triangular_index(nn: FloatArray) -> float:
    counts = np.bincount(np.floor(nn / HISTOGRAM_BIN_MS).astype(np.int64))
    return nn.size / float(counts.max())


def _tinn_ms(nn: FloatArray) -> float:
    """Task Force 1996: M − N of the triangle over the histogram that has its mode for apex, least squares.

    The error left of the apex depends on N alone, that right of it on M alone: each is sought by itself.
    """
    first = int(np.floor(nn.min() / HISTOGRAM_BIN_MS)) - 1
    counts = np.bincount(np.floor(nn / HISTOGRAM_BIN_MS).astype(np.int64) - first).astype(np.float64)
    counts = np.append(counts, 0.0)
    apex = int(np.argmax(counts))
    return HISTOGRAM_BIN_MS * (_foot(counts[apex::-1]) + _foot(counts[apex:]))


def _foot(side: FloatArray) -> int:
    """How many bins from the apex (`side[0]`) a line that falls to nothing fits that side best."""
    away = np.arange(side.size, dtype=np.float64)
    feet = np.arange(1, side.size)
    lines = side[0] * np.maximum(0.0, 1.0 - away / feet[:, None])
    return int(feet[np.argmin(np.square(side - lines).sum(axis=1))])
