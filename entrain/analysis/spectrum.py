"""Power spectra of NN intervals: Welch and Burg on a resampled series, Lomb–Scargle on the beats themselves.

All are one-sided densities in ms²/Hz whose sum over frequency times its step is the variance: a sine of
amplitude A ms reads A²/2 ms² in whichever band it lies.

Sources: Task Force 1996 (bands); Welch 1967; Zechmeister & Kürster, "The generalised Lomb–Scargle
periodogram", A&A 496 (2009) 577–584 (floating mean, weights).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from entrain.analysis import burg
from entrain.analysis.resample import power_spectra, resampled, sliding, without_trend
from entrain.analysis.series import BoolArray, ComplexArray, FloatArray, Intervals, NNSeries, as_series
from entrain.units import MS_PER_S

ULF_HZ: Final = (0.0, 0.0033)
VLF_HZ: Final = (0.0033, 0.04)
LF_HZ: Final = (0.04, 0.15)
HF_HZ: Final = (0.15, 0.40)
LEAST_WINDOW_S: Final = 30.0  # no spectrum from less
SHORTEST_WINDOW_S: Final = 60.0
LONGEST_WINDOW_S: Final = 300.0
BLOCK: Final = 256  # windows transformed at once
ULF_BEATS: Final = 8
LEAST_FOR_ULF_S: Final = 18.0 * 3600.0  # what a day's recording holds at least


class Method(StrEnum):
    """How the spectrum is estimated."""

    WELCH = "welch"
    LOMB = "lomb-scargle"
    BURG = "autoregressive"


class Taper(StrEnum):
    """The weights of a window."""

    HANN = "hann"
    NONE = "none"


class Detrend(StrEnum):
    """What is taken out of a window before it is transformed."""

    LINEAR = "linear"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class SpectrumSettings:
    """`window_s` None: 2/5 of the longest chain, within 60–300 s (120 s for a 5-min recording)."""

    window_s: float | None = None
    overlap: float = 0.5
    taper: Taper = Taper.HANN
    detrend: Detrend = Detrend.LINEAR  # in each window
    resample_hz: float = 4.0  # Welch only
    spline_degree: int = 5  # Welch only; a cubic loses 2.7 % of a 0.25 Hz sine at 60 beats/min
    highest_hz: float = 0.4  # Lomb only
    least_cover: float = 0.8  # Lomb only: the share of a window that must hold intervals
    burg_order: int = 16  # Burg only
    burg_hz: float = 2.0  # Burg only: what the series is resampled at


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """A mean density over windows."""

    method: Method
    settings: SpectrumSettings
    window_s: float  # as used
    n_windows: int
    hz: FloatArray  # evenly spaced
    density_ms2_per_hz: FloatArray

    @property
    def step_hz(self) -> float:
        """From one frequency to the next."""
        return float(self.hz[1] - self.hz[0])

    def power_ms2(self, band_hz: tuple[float, float]) -> float:
        """Power from the lower edge up to, not including, the upper one."""
        return float(self.density_ms2_per_hz[self._inside(band_hz)].sum() * self.step_hz)

    def peak(self, band_hz: tuple[float, float]) -> tuple[float, float]:
        """(frequency in Hz, density) of the highest point in a band."""
        inside = np.flatnonzero(self._inside(band_hz))
        top = inside[np.argmax(self.density_ms2_per_hz[inside])]
        return float(self.hz[top]), float(self.density_ms2_per_hz[top])

    def _inside(self, band_hz: tuple[float, float]) -> BoolArray:
        return (self.hz >= band_hz[0]) & (self.hz < band_hz[1])


def spectrum(
    intervals: Intervals, method: Method = Method.WELCH, settings: SpectrumSettings | None = None
) -> Spectrum | None:
    """The mean spectrum of NN intervals (an `NNSeries`, or ms); None where no window can be filled."""
    series = as_series(intervals)
    settings = settings or SpectrumSettings()
    by_method = {Method.WELCH: _welch, Method.LOMB: _lomb, Method.BURG: _burg}
    return by_method[method](series, settings)


@dataclass(frozen=True, slots=True)
class BandPowers:
    """None where the window is too short to hold one period of the band's lowest frequency."""

    window_s: float
    n_windows: int
    ulf_ms2: float | None  # of the whole recording: see `ulf_power_ms2`
    vlf_ms2: float | None
    lf_ms2: float
    hf_ms2: float
    total_ms2: float  # ULF and VLF (where known) + LF + HF
    lf_hf: float | None  # a ratio of powers, no balance of anything
    lf_share_percent: float | None  # LF / (LF + HF): LF in normalised units
    hf_share_percent: float | None  # HF / (LF + HF): HF in normalised units
    lf_peak_hz: float | None  # None: the highest point is the band's edge, so there is no peak
    hf_peak_hz: float | None


def band_powers(spectrum: Spectrum, ulf_ms2: float | None = None) -> BandPowers:
    """Powers in the bands of the Task Force (1996), in ms²."""
    lf, hf = spectrum.power_ms2(LF_HZ), spectrum.power_ms2(HF_HZ)
    vlf = spectrum.power_ms2(VLF_HZ) if spectrum.window_s * VLF_HZ[0] >= 0.98 else None
    return BandPowers(
        window_s=spectrum.window_s,
        n_windows=spectrum.n_windows,
        ulf_ms2=ulf_ms2,
        vlf_ms2=vlf,
        lf_ms2=lf,
        hf_ms2=hf,
        total_ms2=lf + hf + (vlf or 0.0) + (ulf_ms2 or 0.0),
        lf_hf=lf / hf if hf > 0.0 else None,
        lf_share_percent=100.0 * lf / (lf + hf) if lf + hf > 0.0 else None,
        hf_share_percent=100.0 * hf / (lf + hf) if lf + hf > 0.0 else None,
        lf_peak_hz=_peak_hz(spectrum, LF_HZ),
        hf_peak_hz=_peak_hz(spectrum, HF_HZ),
    )


def _peak_hz(spectrum: Spectrum, band_hz: tuple[float, float]) -> float | None:
    peak_hz, density = spectrum.peak(band_hz)
    beside = np.abs(spectrum.hz - peak_hz) < 1.5 * spectrum.step_hz
    return peak_hz if density >= float(spectrum.density_ms2_per_hz[beside].max()) else None


def window_for(longest_s: float, settings: SpectrumSettings) -> float:
    """The window's length in seconds for a recording whose longest unbroken chain lasts `longest_s`."""
    if settings.window_s is not None:
        return min(settings.window_s, longest_s)
    return min(longest_s, max(SHORTEST_WINDOW_S, min(LONGEST_WINDOW_S, 0.4 * longest_s)))


def _longest_s(series: NNSeries) -> float:
    return max((float(series.t_s[s.stop - 1] - series.t_s[s.start]) for s in series.segments()), default=0.0)


# ---- Welch -------------------------------------------------------------------------------------------------


def _welch(series: NNSeries, settings: SpectrumSettings) -> Spectrum | None:
    rate_hz = settings.resample_hz
    window_s = window_for(_longest_s(series), settings)
    size = int(window_s * rate_hz)
    if size < 2 or window_s < LEAST_WINDOW_S:
        return None
    taper = _taper(np.arange(size) / size, settings.taper)
    hz, total, n_windows = np.empty(0), np.zeros(size // 2 + 1), 0
    for windows in _windows(series, size, rate_hz, settings):
        hz, power = power_spectra(_detrended(windows, settings.detrend) * taper, rate_hz)
        total += power.sum(axis=0)
        n_windows += windows.shape[0]
    scale = 2.0 / (rate_hz * float(np.square(taper).sum()) * n_windows)
    return Spectrum(Method.WELCH, settings, size / rate_hz, n_windows, hz, total * scale)


def _windows(series: NNSeries, size: int, rate_hz: float, settings: SpectrumSettings) -> Iterator[FloatArray]:
    """Overlapping windows of each resampled chain, shape (some, size), a block at a time to bound memory."""
    step = max(1, round(size * (1.0 - settings.overlap)))
    for s in series.segments():
        _, values = resampled(series.t_s[s], series.nn_ms[s], rate_hz, settings.spline_degree)
        views = sliding(values, size, step)
        for first in range(0, views.shape[0], BLOCK):
            yield views[first : first + BLOCK]


def _detrended(windows: FloatArray, detrend: Detrend) -> FloatArray:
    if detrend is Detrend.LINEAR:
        return without_trend(windows)
    return windows - windows.mean(axis=1, keepdims=True)


def _taper(fraction: FloatArray, taper: Taper) -> FloatArray:
    """The taper at fractions 0 … 1 of the window."""
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * fraction) if taper is Taper.HANN else np.ones(fraction.size)


# ---- Burg --------------------------------------------------------------------------------------------------


def _burg(series: NNSeries, settings: SpectrumSettings) -> Spectrum | None:
    """The mean of the windows' autoregressive densities; a taper would only widen their peaks."""
    rate_hz = settings.burg_hz
    window_s = window_for(_longest_s(series), settings)
    size = int(window_s * rate_hz)
    if size <= 2 * settings.burg_order or window_s < LEAST_WINDOW_S:
        return None
    total, n_windows = np.zeros(burg.POINTS // 2 + 1), 0
    for windows in _windows(series, size, rate_hz, settings):
        total += burg.density(_detrended(windows, settings.detrend), settings.burg_order, rate_hz).sum(axis=0)
        n_windows += windows.shape[0]
    hz = np.arange(total.size, dtype=np.float64) * (rate_hz / burg.POINTS)
    return Spectrum(Method.BURG, settings, size / rate_hz, n_windows, hz, total / n_windows)


# ---- Lomb–Scargle ------------------------------------------------------------------------------------------


def _lomb(series: NNSeries, settings: SpectrumSettings) -> Spectrum | None:
    window_s = window_for(_longest_s(series), settings)
    if window_s < LEAST_WINDOW_S:
        return None
    densities = list(lomb_windows(series, window_s, settings))
    if not densities:
        return None
    mean = np.sum(densities, axis=0) / len(densities)
    return Spectrum(
        Method.LOMB, settings, window_s, len(densities), lomb_frequencies(window_s, settings), mean
    )


def ulf_power_ms2(intervals: Intervals, settings: SpectrumSettings | None = None) -> float | None:
    """Power below 0.0033 Hz of a whole recording as one window; None for less than 18 h of intervals."""
    series = as_series(intervals)
    if series.duration_s < LEAST_FOR_ULF_S:
        return None
    whole = replace(settings or SpectrumSettings(), taper=Taper.NONE, detrend=Detrend.MEAN)
    n = len(series) // ULF_BEATS * ULF_BEATS  # means of some beats: waves of minutes need no more
    t_s, nn = (each[:n].reshape(-1, ULF_BEATS).mean(axis=1) for each in (series.t_s, series.nn_ms))
    length_s = float(t_s[-1] - t_s[0])
    hz = np.arange(1, int(ULF_HZ[1] * length_s) + 1) / length_s
    return float(_periodogram(t_s - t_s[0], nn, hz, length_s, whole).sum() / length_s)


def lomb_frequencies(window_s: float, settings: SpectrumSettings) -> FloatArray:
    """The frequencies in Hz that a window of `window_s` can tell apart, shape (n,)."""
    return np.arange(1, int(settings.highest_hz * window_s) + 1) / window_s


def lomb_windows(series: NNSeries, window_s: float, settings: SpectrumSettings) -> Iterator[FloatArray]:
    """The density at `lomb_frequencies` of each window that is covered well enough; gaps may lie inside."""
    if not len(series):
        return
    hz = lomb_frequencies(window_s, settings)
    span_s, step_s = float(series.t_s[-1] - series.t_s[0]), window_s * (1.0 - settings.overlap)
    n_windows = int((span_s - window_s) / step_s + 1e-9) + 1
    for k in range(max(0, n_windows)):
        start_s = float(series.t_s[0]) + k * step_s
        first, last = (int(i) for i in np.searchsorted(series.t_s, (start_s, start_s + window_s)))
        nn = series.nn_ms[first:last]
        if nn.sum() / MS_PER_S >= settings.least_cover * window_s:
            yield _periodogram(series.t_s[first:last] - start_s, nn, hz, window_s, settings)


def _periodogram(
    t_s: FloatArray, nn: FloatArray, hz: FloatArray, window_s: float, settings: SpectrumSettings
) -> FloatArray:
    """Density of one window: the weighted least-squares sine at each frequency, shape (n_frequencies,).

    The sine's power (a² + b²)/2 becomes a density by the taper's noise bandwidth, Σw² n⁻¹ T⁻¹ with Σw = 1, so
    that white noise of variance v reads 2 v T/n, as it must.
    """
    share = _share_of_time(nn)
    y = nn - share @ nn / share.sum()
    if settings.detrend is Detrend.LINEAR:
        x = t_s - share @ t_s / share.sum()
        y = y - x * (share * y @ x / (share * x @ x))
    weight = _taper(t_s / window_s, settings.taper) * share
    weight = weight / weight.sum()
    turn = np.exp(2.0j * np.pi * t_s / window_s)
    yc = _sums(weight * y, turn, hz.size)
    double = _sums(weight, turn * turn, hz.size)  # Σw cos 2θ and Σw sin 2θ
    cc, ss, cs = 0.5 * (1.0 + double.real), 0.5 * (1.0 - double.real), 0.5 * double.imag
    determinant = cc * ss - cs * cs
    a = (yc.real * ss - yc.imag * cs) / determinant
    b = (yc.imag * cc - yc.real * cs) / determinant
    return 0.5 * (a * a + b * b) * window_s / (nn.size * float(weight @ weight))


def _share_of_time(nn: FloatArray) -> FloatArray:
    """The time each beat stands for: half of the interval before and half of the one after.

    A quick heart beats more often, so beats sample short intervals more densely than long ones. Counted
    equally, that alone turns a sine of 800 ms² into one of 820 with a harmonic; weighted by time it reads
    800.
    """
    return 0.5 * (nn + np.append(nn[1:], nn[-1]))


def _sums(values: FloatArray, turn: ComplexArray, n: int) -> ComplexArray:
    """Σ values · turn^k for k = 1 … n, shape (n,).

    With k = q F + p the powers split into a coarse and a fine factor, so one matrix product of two small
    tables does for all frequencies.
    """
    fine = int(np.ceil(np.sqrt(n)))
    low = np.cumprod(np.broadcast_to(turn, (fine, turn.size)), axis=0)
    coarse = np.broadcast_to(low[-1], (-(-n // fine) - 1, turn.size))
    high = np.concatenate((np.ones((1, turn.size)), np.cumprod(coarse, axis=0)))
    return ((high * values) @ low.T).ravel()[:n]
