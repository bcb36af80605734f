"""Measures over time: one row for each window of a recording."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from entrain.analysis.breathing import breathing_rate
from entrain.analysis.series import Intervals, NNSeries, as_series
from entrain.analysis.spectrum import HF_HZ, LF_HZ, Method, spectrum
from entrain.analysis.time_domain import time_domain
from entrain.units import MS_PER_S

LEAST_COVER_PERCENT: Final = 50.0


@dataclass(frozen=True, slots=True)
class Window:
    """Measures are None where the window is less than half covered or too short for them."""

    from_s: float
    to_s: float
    n_intervals: int
    covered_percent: float
    corrected_percent: float
    mean_hr_bpm: float | None = None
    sdnn_ms: float | None = None
    rmssd_ms: float | None = None
    pnn50_percent: float | None = None
    lf_ms2: float | None = None
    hf_ms2: float | None = None
    lf_hf: float | None = None
    breathing_per_min: float | None = None
    breathing_slow: bool | None = None  # below 9/min: LF/HF misleads


def windows(intervals: Intervals, window_s: float = 300.0, step_s: float | None = None) -> list[Window]:
    """Whole windows from the first beat on, every `step_s` (None: side by side).

    Raises:
        ValueError: a length is not positive.
    """
    step_s = window_s if step_s is None else step_s
    if not (window_s > 0.0 and step_s > 0.0):
        raise ValueError(f"windows need a positive length and step, not {window_s} and {step_s} s")
    series = as_series(intervals)
    if not len(series):
        return []
    start_s = float(series.t_s[0] - series.nn_ms[0] / MS_PER_S)
    n = int((float(series.t_s[-1]) - start_s - window_s) / step_s + 1e-9) + 1
    return [_window(series, start_s + k * step_s, window_s) for k in range(max(0, n))]


def _window(series: NNSeries, from_s: float, window_s: float) -> Window:
    part = series.between(from_s, from_s + window_s)
    covered = min(100.0, 100.0 * part.duration_s / window_s)
    corrected = 100.0 * float(np.mean(~part.measured)) if len(part) else 0.0
    if covered < LEAST_COVER_PERCENT or len(part) < 2:
        return Window(from_s, from_s + window_s, len(part), covered, corrected)
    time = time_domain(part)
    found = spectrum(part, Method.WELCH)
    lf, hf = (None, None) if found is None else (found.power_ms2(LF_HZ), found.power_ms2(HF_HZ))
    breathing = breathing_rate(part)
    return Window(
        from_s=from_s,
        to_s=from_s + window_s,
        n_intervals=len(part),
        covered_percent=covered,
        corrected_percent=corrected,
        mean_hr_bpm=time.mean_hr_bpm,
        sdnn_ms=time.sdnn_ms,
        rmssd_ms=time.rmssd_ms,
        pnn50_percent=time.pnn50_percent,
        lf_ms2=lf,
        hf_ms2=hf,
        lf_hf=lf / hf if lf is not None and hf else None,
        breathing_per_min=None if breathing is None else breathing.breaths_per_min,
        breathing_slow=None if breathing is None else breathing.slow,
    )
