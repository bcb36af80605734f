"""Sines of known power are the arbiter."""

from math import pi, sin

import numpy as np
import pytest
import scipy.signal
from scipy.interpolate import make_interp_spline

from entrain.analysis.burg import burg
from entrain.analysis.series import NNSeries
from entrain.analysis.spectrum import (
    HF_HZ,
    LF_HZ,
    Method,
    SpectrumSettings,
    band_powers,
    lomb_frequencies,
    lomb_windows,
    spectrum,
    ulf_power_ms2,
)

# `spectrum.arburg` (0.9) of 24 values of `second_order(600)`, order 4.
REFERENCE_AR = [1.0, -1.4581128021703404, 0.6635938648896392, 0.21027743939136795, -0.08313708317942681]
REFERENCE_NOISE = 0.8048613505451068
# A pure sine has no autoregressive power: its pole lies on the unit circle.
TRANSFORMS = (Method.WELCH, Method.LOMB)


def heart(
    duration_s: float, mean_ms: float, lf_hz: float = 0.1, hf_hz: float = 0.25, lf_ms2: float = 800.0
) -> np.ndarray:
    """NN whose value at the end of each interval lies on sines of `lf_ms2` and 200 ms²."""
    nn, t_s = [], 0.0
    while t_s < duration_s:
        value = mean_ms
        for _ in range(30):
            end_s = t_s + value / 1000
            value = mean_ms + (2 * lf_ms2) ** 0.5 * sin(2 * pi * lf_hz * end_s)
            value += 20 * sin(2 * pi * hf_hz * end_s + 1)
        nn.append(value)
        t_s += value / 1000
    return np.array(nn)


@pytest.mark.parametrize("method", TRANSFORMS)
@pytest.mark.parametrize("mean_ms", [700, 850, 1000])
@pytest.mark.parametrize("hf_hz", [0.2, 0.25, 0.3])
@pytest.mark.parametrize("duration_s", [300, 1200])
def test_a_sine_of_known_power(method: Method, mean_ms: float, hf_hz: float, duration_s: float) -> None:
    found = spectrum(heart(duration_s, mean_ms, hf_hz=hf_hz), method)
    assert found is not None
    powers = band_powers(found)
    assert powers.lf_ms2 == pytest.approx(800, rel=0.01)
    assert powers.hf_ms2 == pytest.approx(200, rel=0.02)
    assert powers.lf_hf == pytest.approx(4, rel=0.03)
    assert powers.lf_peak_hz == pytest.approx(0.1, abs=found.step_hz)
    assert powers.hf_peak_hz == pytest.approx(hf_hz, abs=found.step_hz)


@pytest.mark.parametrize("method", TRANSFORMS)
def test_total_is_the_variance(method: Method) -> None:
    nn = heart(1200, 850)
    found = spectrum(nn, method)
    assert found is not None
    assert found.power_ms2((0.003, 0.4)) == pytest.approx(np.var(nn), rel=0.02)


@pytest.mark.parametrize("method", TRANSFORMS)
def test_white_noise_is_flat_and_of_the_right_height(method: Method) -> None:
    nn = 1000 + 20 * np.random.default_rng(0).standard_normal(20_000)
    found = spectrum(nn, method, SpectrumSettings(window_s=300))
    assert found is not None
    low, high = (np.array([found.power_ms2((a, a + 0.05)) / 0.05]) for a in (0.05, 0.15))
    # One-sided density of noise of variance v sampled once a second: 2 v.
    assert low[0] == pytest.approx(800, rel=0.08)
    assert high[0] == pytest.approx(800, rel=0.08)


def test_welch_as_scipys_with_the_same_settings() -> None:
    nn = heart(400, 850) + 10 * np.random.default_rng(1).standard_normal(heart(400, 850).size)
    t_s = np.cumsum(nn) / 1000
    grid = np.arange(t_s[0], t_s[-1], 0.25)
    values = make_interp_spline(t_s, nn, k=3)(grid)
    hz, density = scipy.signal.welch(values, 4.0, "hann", 512, 256, detrend="linear")
    found = spectrum(nn, Method.WELCH, SpectrumSettings(window_s=128, spline_degree=3))
    assert found is not None
    assert found.hz == pytest.approx(hz)
    # SciPy halves the two ends, which count once in a one-sided density; both lie outside every band.
    assert found.density_ms2_per_hz[1:-1] == pytest.approx(density[1:-1], rel=1e-9)


def test_lomb_is_a_weighted_fit_of_a_sine_at_each_frequency() -> None:
    settings = SpectrumSettings(window_s=60, overlap=0)
    nn = heart(70, 850)
    series = NNSeries.of(nn)
    ours = next(lomb_windows(series, 60.0, settings))
    t_s = series.t_s - series.t_s[0]
    inside = t_s < 60
    t_s, y = t_s[inside], nn[inside]
    share = 0.5 * (y + np.append(y[1:], y[-1]))  # the time each beat stands for
    line = np.column_stack((np.ones(t_s.size), t_s)) * np.sqrt(share)[:, None]
    y = (
        y
        - np.column_stack((np.ones(t_s.size), t_s)) @ np.linalg.lstsq(line, y * np.sqrt(share), rcond=None)[0]
    )
    weight = (0.5 - 0.5 * np.cos(2 * pi * t_s / 60)) * share
    weight /= weight.sum()
    for hz, density in zip(lomb_frequencies(60.0, settings), ours, strict=True):
        wave = np.column_stack((np.cos(2 * pi * hz * t_s), np.sin(2 * pi * hz * t_s)))
        a, b = np.linalg.lstsq(wave * np.sqrt(weight)[:, None], y * np.sqrt(weight), rcond=None)[0]
        assert density == pytest.approx((a * a + b * b) / 2 * 60 / (t_s.size * (weight @ weight)), rel=1e-6)


def test_a_gap_costs_lomb_little_and_is_never_bridged_by_welch() -> None:
    nn = heart(1200, 850)
    t_s = np.cumsum(nn) / 1000
    keep = (t_s < 500) | (t_s > 520)
    series = NNSeries.of(nn[keep], t_s=t_s[keep], segment=(t_s[keep] > 510).astype(int))
    for method in TRANSFORMS:
        found = spectrum(series, method)
        assert found is not None
        assert found.power_ms2(LF_HZ) == pytest.approx(800, rel=0.1), method
        assert found.power_ms2(HF_HZ) == pytest.approx(200, rel=0.1), method
    welch = spectrum(series, Method.WELCH, SpectrumSettings(window_s=600))
    assert welch is not None
    assert welch.power_ms2(LF_HZ) == pytest.approx(800, rel=0.01)


def test_too_short_for_a_spectrum_is_none() -> None:
    for method in TRANSFORMS:
        assert spectrum(heart(20, 850), method) is None
        assert spectrum(NNSeries.of([800] * 40, segment=[i // 2 for i in range(40)]), method) is None


def test_vlf_is_only_said_of_windows_that_hold_its_slowest_wave() -> None:
    short, long = spectrum(heart(300, 850)), spectrum(heart(1000, 850))
    assert short is not None
    assert long is not None
    assert band_powers(short).vlf_ms2 is None
    assert band_powers(long).vlf_ms2 == pytest.approx(0, abs=1)


# ---- autoregressive ----------------------------------------------------------------------------------------


def second_order(n: int, seed: int = 3) -> np.ndarray:
    """x[t] = 1.6 x[t-1] - 0.81 x[t-2] + noise of variance 1."""
    noise, x = np.random.default_rng(seed).standard_normal(n), np.zeros(n)
    for i in range(2, n):
        x[i] = 1.6 * x[i - 1] - 0.81 * x[i - 2] + noise[i]
    return x - x.mean()


def test_burg_finds_what_made_a_series() -> None:
    coefficients, noise = burg(second_order(20_000)[None, :], 2)
    assert coefficients[0] == pytest.approx([1.0, -1.6, 0.81], abs=0.02)
    assert noise[0] == pytest.approx(1.0, rel=0.03)


def test_burg_as_the_spectrum_package_has_it() -> None:
    rows = np.vstack((second_order(600)[:24], second_order(600, 4)[:24]))
    coefficients, noise = burg(rows, 4)
    assert coefficients[0] == pytest.approx(REFERENCE_AR)
    assert noise[0] == pytest.approx(REFERENCE_NOISE)


def test_an_autoregressive_spectrum_has_the_power_of_the_other_ones() -> None:
    rng = np.random.default_rng(8)
    grid_s = np.arange(0.0, 1500.0, 0.25)
    noise = rng.standard_normal(grid_s.size)
    lf = scipy.signal.lfilter(*scipy.signal.iirpeak(0.1, 3.0, fs=4.0), noise)
    hf = scipy.signal.lfilter(*scipy.signal.iirpeak(0.25, 5.0, fs=4.0), noise[::-1])
    wave = 850.0 + 40.0 * lf / lf.std() + 25.0 * hf / hf.std()
    beats = [0.0]
    while beats[-1] < 1490.0:
        beats.append(beats[-1] + float(np.interp(beats[-1], grid_s, wave)) / 1000.0)
    series = NNSeries.from_beats(beats)
    welch, autoregressive = (spectrum(series, method) for method in (Method.WELCH, Method.BURG))
    assert welch is not None
    assert autoregressive is not None
    for band in (LF_HZ, HF_HZ):
        assert autoregressive.power_ms2(band) == pytest.approx(welch.power_ms2(band), rel=0.05)
    assert autoregressive.peak(LF_HZ)[0] == pytest.approx(0.1, abs=0.01)


def test_ulf_is_the_power_of_waves_of_hours() -> None:
    """300 ms² at one wave in three hours and 200 at one in ten minutes; 450 at 0.1 Hz are none of it."""
    t_s = np.cumsum(np.full(88_000, 0.9))
    hours = 300.0**0.5 * np.sin(2 * pi * t_s / 10_800) + 200.0**0.5 * np.sin(2 * pi * t_s / 600)
    nn = 900.0 + 2**0.5 * hours + 30.0 * np.sin(2 * pi * 0.1 * t_s)
    day = NNSeries.of(nn)
    assert ulf_power_ms2(day) == pytest.approx(500.0, rel=0.02)
    holes = NNSeries.of(nn, day.t_s, np.arange(nn.size) // 8000)
    cut = (np.arange(nn.size) % 8000) > 500
    part = NNSeries.of(nn[cut], day.t_s[cut], holes.segment[cut])
    assert ulf_power_ms2(part) == pytest.approx(500.0, rel=0.1)
    assert ulf_power_ms2(NNSeries.of(nn[:60_000])) is None
