"""Breathing seen through the heart: its rate, how the heart answers a pacer, and how long both were in step.

A heart quickens as one breathes in (respiratory sinus arrhythmia), so intervals carry the breath. What
follows knows nothing but the intervals and, where there was one, the pacer: it cannot tell a breath from a
slow wave of the blood pressure near 6/min, and says so.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from entrain.analysis.phase import cycles_at, interrupted
from entrain.analysis.series import BoolArray, FloatArray, Intervals, NNSeries, as_series
from entrain.analysis.spectrum import LEAST_WINDOW_S, SpectrumSettings, lomb_frequencies, lomb_windows
from entrain.units import MS_PER_S, S_PER_MIN

SLOW_BREATHING_PER_MIN: Final = 9.0  # below, the breath's wave lies in the LF band
RATE_WINDOW_S: Final = 120.0
SLOW_SHARE: Final = 0.6  # of all power in one peak, before a wave below 9/min is taken for the breath
USUAL_SHARE: Final = 0.35  # of the power above 0.15 Hz
_SETTINGS: Final = SpectrumSettings(highest_hz=0.6)
_ALL_HZ: Final = (0.04, 0.6)
_SLOW_HZ: Final = (0.05, 0.15)
_USUAL_HZ: Final = (0.15, 0.6)
_HALF_PEAK_HZ: Final = 0.02


@dataclass(frozen=True, slots=True)
class BreathingRate:
    """Breaths per minute as the heart's rhythm shows them, the median over windows with a clear wave."""

    breaths_per_min: float
    clear_share: float  # of windows

    @property
    def slow(self) -> bool:
        """Is it slower than people breathe by themselves?"""
        return self.breaths_per_min < SLOW_BREATHING_PER_MIN


def breathing_rate(intervals: Intervals) -> BreathingRate | None:
    """The breathing rate from the strongest narrow wave in windows of 2 min; None where most show none.

    A wave below 9/min counts only if it holds 60 % of the power from 0.04 to 0.6 Hz: slower waves of other
    origin lie there too. Otherwise it is the highest point above 0.15 Hz of the density times frequency (a
    heart's spectrum falls, and its slope is no breath), if it holds 35 % there.
    """
    series = as_series(intervals)
    window_s = min(RATE_WINDOW_S, float(series.t_s[-1] - series.t_s[0])) if len(series) else 0.0
    if window_s < LEAST_WINDOW_S:
        return None
    hz = lomb_frequencies(window_s, _SETTINGS)
    rates = [_wave_per_min(hz, density) for density in lomb_windows(series, window_s, _SETTINGS)]
    clear = [rate for rate in rates if rate is not None]
    if not clear or len(clear) < 0.5 * len(rates):
        return None
    return BreathingRate(float(np.median(clear)), len(clear) / len(rates))


def _wave_per_min(hz: FloatArray, density: FloatArray) -> float | None:
    slow = _peak(hz, density, _SLOW_HZ, _ALL_HZ, SLOW_SHARE)
    return slow if slow is not None else _peak(hz, density * hz, _USUAL_HZ, _USUAL_HZ, USUAL_SHARE)


def _peak(
    hz: FloatArray, height: FloatArray, band: tuple[float, float], among: tuple[float, float], least: float
) -> float | None:
    """The highest point of a band, per min, if it is a peak and holds `least` of what lies in `among`."""
    inside = np.flatnonzero((hz >= band[0]) & (hz < band[1]))
    top = int(inside[np.argmax(height[inside])])
    beside = height[max(0, top - 1) : top + 2]
    around = (hz >= among[0]) & (hz < among[1])
    near = around & (np.abs(hz - hz[top]) <= _HALF_PEAK_HZ + 1e-9)
    if height[top] < beside.max() or height[near].sum() < least * height[around].sum():
        return None
    return float(hz[top]) * S_PER_MIN


# ---- with a pacer ------------------------------------------------------------------------------------------

WINDOW_BREATHS: Final = 3  # of the coherence; windows do not overlap, so they are independent
STEP_WINDOW_BREATHS: Final = 4  # of the judgement "in step", moved on breath by breath
LEAST_WINDOWS: Final = 4
IN_STEP_RATE: Final = 0.10  # how far the heart's wave may run from the pacer's rate
IN_STEP_SHARE: Final = 0.2  # of the window's variance that the wave at the paced rate must hold


@dataclass(frozen=True, slots=True)
class PacedBreathing:
    """How the heart answered the pacer, at the pacer's own (possibly changing) rate."""

    n_breaths: int
    pace_per_min: float  # median
    coherence: float  # magnitude squared, 0–1: how steady phase and size of the answer are over windows
    coherence_p: float  # how often steady noise would reach it: (1 − coherence)^(windows − 1)
    gain_ms: float  # half the swing of NN that goes with the pacer, from the mean to the peak
    gain_bpm: float  # the same in beats/min at the mean pulse
    fastest_at_deg: int  # where in the breath the heart is quickest: 0 = the inhale begins, 360 = the next
    minutes_paced: float
    minutes_in_step: float


def paced_breathing(intervals: Intervals, breath_starts_s: ArrayLike) -> PacedBreathing | None:
    """The heart's answer to a pacer whose breaths begin at `breath_starts_s` (seconds, the intervals' clock).

    None with fewer than 4 windows of 3 breaths that hold enough beats.
    """
    series = as_series(intervals)
    breath = cycles_at(series.t_s, breath_starts_s)
    starts = np.array(breath_starts_s, dtype=np.float64)
    waves = [
        wave
        for first in range(0, starts.size - WINDOW_BREATHS, WINDOW_BREATHS)
        if (wave := _wave(series, breath, first, WINDOW_BREATHS)) is not None
    ]
    if len(waves) < LEAST_WINDOWS:
        return None
    z = np.array([wave.z for wave in waves])
    coherence = float(np.abs(z.sum()) ** 2 / (z.size * np.square(np.abs(z)).sum()))
    mean = complex(z.mean())
    mean_nn = float(series.nn_ms[np.isfinite(breath)].mean())
    lengths_s = np.diff(starts)
    paced = ~interrupted(lengths_s)
    return PacedBreathing(
        n_breaths=starts.size - 1,
        pace_per_min=S_PER_MIN / float(np.median(lengths_s)),
        coherence=coherence,
        coherence_p=float((1.0 - coherence) ** (z.size - 1)),
        gain_ms=abs(mean),
        gain_bpm=abs(mean) * S_PER_MIN * MS_PER_S / mean_nn**2,
        # NN is longest where its wave peaks, so the heart is fastest half a breath away.
        fastest_at_deg=round(float(np.degrees(-np.angle(-mean)))) % 360,
        minutes_paced=float(lengths_s[paced].sum()) / S_PER_MIN,
        minutes_in_step=float(lengths_s[paced & _in_step(series, breath, starts.size)].sum()) / S_PER_MIN,
    )


@dataclass(frozen=True, slots=True)
class _Wave:
    z: complex  # NN ≈ mean + trend + Re(z · exp(2πi breath))
    share: float  # of the variance left by mean and trend


def _wave(series: NNSeries, breath: FloatArray, first: int, n_breaths: int) -> _Wave | None:
    """The least-squares sine at one cycle a breath, over breaths [first, first + n_breaths)."""
    inside = np.flatnonzero((breath >= first) & (breath < first + n_breaths))
    if inside.size < max(8, 3 * n_breaths) or series.segment[inside[0]] != series.segment[inside[-1]]:
        return None
    x, y = breath[inside] - first, series.nn_ms[inside]
    angle = 2.0 * np.pi * x
    flat = np.column_stack((np.ones(x.size), x))
    level = y - flat @ np.linalg.lstsq(flat, y, rcond=None)[0]
    both = np.column_stack((flat, np.cos(angle), np.sin(angle)))
    fit = np.linalg.lstsq(both, level, rcond=None)[0]
    total = float(level @ level)
    rest = level - both @ fit
    return _Wave(complex(fit[2], -fit[3]), 1.0 - float(rest @ rest) / total if total > 0.0 else 0.0)


def _in_step(series: NNSeries, breath: FloatArray, n_starts: int) -> BoolArray:
    """True for each breath in which the heart's wave kept the pacer's rate within 10 %.

    The wave's phase against the pacer is taken in windows of 4 breaths; a heart whose wave is slower or
    quicker than the pacer drifts in phase, 36° a breath at 10 %.
    """
    n_breaths = n_starts - 1
    votes, seen = np.zeros(n_breaths), np.zeros(n_breaths)
    before: _Wave | None = None
    for first in range(n_breaths - STEP_WINDOW_BREATHS + 1):
        wave = _wave(series, breath, first, STEP_WINDOW_BREATHS)
        window = slice(first, first + STEP_WINDOW_BREATHS)
        seen[window] += 1
        if wave is not None and before is not None and min(wave.share, before.share) >= IN_STEP_SHARE:
            drift = abs(float(np.angle(wave.z * np.conj(before.z)))) / (2.0 * np.pi)
            votes[window] += drift <= IN_STEP_RATE
        before = wave
    return votes > 0.5 * np.maximum(seen, 1)
