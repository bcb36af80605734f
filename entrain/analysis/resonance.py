"""The six criteria of a resonance assessment, as functions of the intervals at one breathing rate.

Source: Lehrer, Vaschillo & Vaschillo, Appl Psychophysiol Biofeedback 25 (2000) 177; Shaffer & Meehan, Front
Neurosci 14 (2020) 570400. A resonance frequency moves: on retest it differed in two thirds of 21 people
(Capdevila and others 2021), so a choice wants its curve, its date and its confidence shown with it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from entrain.analysis.breathing import paced_breathing
from entrain.analysis.phase import cycles_at
from entrain.analysis.resample import power_spectra, resampled, without_trend
from entrain.analysis.series import FloatArray, Intervals, NNSeries, as_series
from entrain.analysis.spectrum import HF_HZ, LF_HZ, Method, Spectrum, SpectrumSettings, spectrum
from entrain.units import MS_PER_S, S_PER_MIN

SETTINGS: Final = SpectrumSettings(window_s=60.0)
PEAK_PROMINENCE: Final = 0.1  # of the highest LF point: what rises less out of its surroundings is no peak
_RESAMPLE_HZ: Final = 4.0


@dataclass(frozen=True, slots=True)
class ResonanceCriteria:
    """At one paced rate. None where the recording is too short or too broken to say."""

    pace_per_min: float
    phase_synchrony: float | None  # 0–1: how steadily the heart's wave keeps its phase against the pacer
    peak_to_trough_bpm: float | None  # median over breaths
    lf_power_ms2: float | None
    lf_peak_ms2_per_hz: float | None
    smoothness: float | None  # 0–1
    n_lf_peaks: int | None


def resonance_criteria(intervals: Intervals, breath_starts_s: ArrayLike) -> ResonanceCriteria:
    """All six criteria of a stretch paced at `breath_starts_s` (seconds, the intervals' clock)."""
    series = as_series(intervals)
    starts = np.array(breath_starts_s, dtype=np.float64)
    found = spectrum(series, Method.WELCH, SETTINGS)
    return ResonanceCriteria(
        pace_per_min=S_PER_MIN / float(np.median(np.diff(starts))),
        phase_synchrony=phase_synchrony(series, starts),
        peak_to_trough_bpm=peak_to_trough_bpm(series, starts),
        lf_power_ms2=None if found is None else found.power_ms2(LF_HZ),
        lf_peak_ms2_per_hz=None if found is None else found.peak(LF_HZ)[1],
        smoothness=smoothness(series),
        n_lf_peaks=None if found is None else lf_peaks(found),
    )


def phase_synchrony(intervals: Intervals, breath_starts_s: ArrayLike) -> float | None:
    """The root of the coherence of intervals and pacer at the paced rate, 0–1."""
    paced = paced_breathing(intervals, breath_starts_s)
    return None if paced is None else float(np.sqrt(paced.coherence))


def peak_to_trough_bpm(intervals: Intervals, breath_starts_s: ArrayLike) -> float | None:
    """The quickest less the slowest momentary pulse of a breath, median; None without a whole breath."""
    series = as_series(intervals)
    breath = cycles_at(series.t_s, breath_starts_s)
    there = np.isfinite(breath)
    number, pulse = breath[there].astype(np.int64), S_PER_MIN * MS_PER_S / series.nn_ms[there]
    swings = [
        float(np.ptp(pulse[number == k])) for k in np.unique(number) if np.count_nonzero(number == k) >= 3
    ]
    return float(np.median(swings)) if swings else None


def smoothness(intervals: Intervals) -> float | None:
    """How near the heart's rhythm comes to one pure wave, 0–1; None where no chain lasts 30 s.

    Of the resampled intervals, 0.04–0.4 Hz, let v0, v1, v2 be the sums of squares of the values and their first
    and second derivatives. For one sine v1² = v0·v2, for any other wave v1² < v0·v2; smoothness is v1 / √(v0·v2),
    Hjorth's mobility over that of the derivative.
    """
    series = as_series(intervals)
    parts = [_waves(series, s) for s in series.segments()]
    v = np.sum([p for p in parts if p is not None] or [np.zeros(3)], axis=0)
    return float(v[1] / np.sqrt(v[0] * v[2])) if v[0] > 0.0 and v[2] > 0.0 else None


def _waves(series: NNSeries, segment: slice) -> FloatArray | None:
    """Sums of squares of the resampled intervals and their first two derivatives, 0.04–0.4 Hz only."""
    _, values = resampled(series.t_s[segment], series.nn_ms[segment], _RESAMPLE_HZ, 5)
    if values.size < 30.0 * _RESAMPLE_HZ:
        return None
    hz, power = power_spectra(without_trend(values[None, :]) * np.hanning(values.size), _RESAMPLE_HZ)
    within = (hz >= LF_HZ[0]) & (hz <= HF_HZ[1])
    return np.array([float(np.sum(power[0, within] * hz[within] ** k)) for k in (0, 2, 4)])


def lf_peaks(found: Spectrum) -> int:
    """How many peaks the LF band has; one is what resonance looks like."""
    inside = np.flatnonzero((found.hz >= LF_HZ[0]) & (found.hz < LF_HZ[1]))
    d = found.density_ms2_per_hz
    least = PEAK_PROMINENCE * float(d[inside].max())
    count = 0
    for i in inside:
        if d[i] <= d[i - 1] or d[i] < d[i + 1]:
            continue
        left, right = i, i
        while left > inside[0] and d[left - 1] <= d[i]:
            left -= 1
        while right < inside[-1] and d[right + 1] <= d[i]:
            right += 1
        count += bool(d[i] - max(d[left : i + 1].min(), d[i : right + 1].min()) >= least)
    return count
