import numpy as np
import pytest

from entrain.analysis.coherence import COHERENCE_FORMULA, WINDOW_S, coherence
from entrain.analysis.series import NNSeries
from tests.support.recordings import recording_path


def wave(hz: float, noise_ms: float = 0.0, duration_s: float = 300.0) -> NNSeries:
    t_s = np.arange(0, duration_s, 0.8)
    rng = np.random.default_rng(0)
    return NNSeries.of(
        900 + 40 * np.sin(2 * np.pi * hz * t_s) + noise_ms * rng.standard_normal(t_s.size), t_s=t_s
    )


def test_by_its_formula() -> None:
    """One window, done again by hand."""
    series = wave(0.1, 20.0, 70.0)
    found = coherence(series)
    from scipy.interpolate import make_interp_spline

    values = make_interp_spline(series.t_s, series.nn_ms, k=5)(np.arange(0, series.t_s[-1], 0.25)[:256])
    x = np.arange(256.0)
    values = values - np.polyval(np.polyfit(x, values, 1), x)
    power = np.abs(np.fft.rfft(values * np.hanning(256), 2048)) ** 2
    hz = np.fft.rfftfreq(2048, 0.25)
    among = (hz >= 0.04) & (hz <= 0.26)
    top = hz[among][power[among].argmax()]
    p = power[np.abs(hz - top) <= 0.015].sum()
    t = power[(hz >= 0.0033) & (hz <= 0.4)].sum()
    assert found.score[0] == pytest.approx((p / (t - p)) ** 2, rel=1e-6)
    assert found.peak_hz[0] == pytest.approx(top)


def test_one_window_every_five_seconds() -> None:
    found = coherence(wave(0.1))
    assert np.diff(found.t_s) == pytest.approx(5.0)
    assert found.t_s[0] == pytest.approx(WINDOW_S - 0.25)


@pytest.mark.parametrize("per_min", [4, 6, 10])
def test_a_pure_wave_scores_high_at_its_own_rate(per_min: float) -> None:
    found = coherence(wave(per_min / 60))
    assert found.mean is not None
    assert found.mean > 5
    assert np.median(found.peak_hz) * 60 == pytest.approx(per_min, abs=0.3)


def test_noise_scores_low_and_less_wave_scores_less() -> None:
    scores = [coherence(wave(0.1, noise)).mean for noise in (5.0, 20.0, 80.0)]
    assert all(score is not None for score in scores)
    assert sorted(scores, reverse=True) == scores  # type: ignore[type-var]
    assert scores[-1] is not None
    assert scores[-1] < 0.3


def test_too_short_or_broken_has_no_score() -> None:
    assert coherence(wave(0.1, duration_s=60)).mean is None
    broken = wave(0.1)
    assert coherence(NNSeries.of(broken.nn_ms, broken.t_s, np.arange(len(broken)) // 50)).mean is None


def test_the_formula_goes_with_the_score() -> None:
    found = coherence(wave(0.1))
    assert found.formula == COHERENCE_FORMULA
    for part in ("(P / (T − P))²", "0.015 Hz", "0.04 to 0.26 Hz", "0.0033 to 0.4 Hz", "64 s", "every 5 s"):
        assert part in found.formula


@pytest.mark.recordings
def test_slow_breathing_scores_higher_than_rest() -> None:
    slow = coherence(
        np.loadtxt(recording_path("polar-h10-breath/sample_data_ibi.csv"), delimiter=",")[:, 1]
    ).mean
    rest = coherence(np.loadtxt(recording_path("rhenanbartels-hrv/rest_rri.txt"))).mean
    assert slow is not None
    assert rest is not None
    assert slow > 10 * rest
