import numpy as np
import pytest

from benchmarks.hearts import person
from entrain.analysis.breathing import breathing_rate, paced_breathing
from entrain.analysis.phase import breaths_s, cycles_at, heard_s
from entrain.analysis.resonance import lf_peaks, resonance_criteria, smoothness
from entrain.analysis.series import NNSeries
from entrain.analysis.spectrum import Method, SpectrumSettings, spectrum
from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.errors import InputError
from entrain.score import Presence, Score
from entrain.tempo.plan import TempoPlan
from tests.support.recordings import recording_path


def starts(per_min: float, duration_s: float = 600.0) -> np.ndarray:
    return np.arange(0.0, duration_s, 60.0 / per_min)


# ---- where in a cycle --------------------------------------------------------------------------------------


def test_cycles_count_from_the_first_start_and_stop_in_a_silence() -> None:
    at = cycles_at(np.array([-1.0, 0.0, 0.5, 2.25, 5.0, 8.5, 20.0]), [0.0, 1.0, 2.0, 3.0, 8.0, 9.0])
    assert at.tolist() == pytest.approx([np.nan, 0.0, 0.5, 2.25, np.nan, 4.5, np.nan], nan_ok=True)


def test_breaths_that_grow_longer_are_no_interruption() -> None:
    begins = np.append(0.0, np.cumsum(np.linspace(3.0, 12.0, 40)))
    assert np.isfinite(cycles_at(np.arange(0.0, begins[-1], 0.5), begins)).all()


def test_starts_must_rise() -> None:
    with pytest.raises(InputError, match="order of time"):
        cycles_at(np.array([1.0]), [0.0, 2.0, 1.0])


def test_what_a_score_sounds_and_asks_for() -> None:
    tempo = TempoPlan.steady(10.0, 60.0)
    presence = Presence().changed(10.0, 1.0, 0.0).changed(40.0, 0.0, 0.0)
    score = Score(tempo, BreathPlan.steady(BreathPattern(4, 6)), presence)
    assert heard_s(score, 0.0, 100.0).tolist() == pytest.approx([10.0 + n for n in range(30)])
    assert breaths_s(score, 0.0, 100.0).tolist() == pytest.approx([10.0, 20.0, 30.0])


# ---- the rate ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("per_min", [4.5, 6.0, 8.0, 12.0, 18.0])
def test_the_rate_of_someone_who_breathes_steadily(per_min: float) -> None:
    found = breathing_rate(NNSeries.from_beats(person(300, seed=1, paced_per_min=per_min)))
    assert found is not None
    assert found.breaths_per_min == pytest.approx(per_min, abs=0.6)
    assert found.slow is (per_min < 9)


def test_no_rate_from_a_heart_that_does_not_show_its_breath() -> None:
    rng = np.random.default_rng(0)
    assert breathing_rate(900 + 15 * rng.standard_normal(400)) is None
    assert breathing_rate([800.0] * 20) is None
    assert breathing_rate(NNSeries.of([])) is None


@pytest.mark.recordings
def test_slow_breathing_shows_in_real_hearts() -> None:
    data = np.loadtxt(recording_path("polar-h10-breath/sample_data_ibi.csv"), delimiter=",")
    found = breathing_rate(data[:, 1])
    assert found is not None
    assert found.breaths_per_min == pytest.approx(3.8, abs=0.6)


# ---- with a pacer ------------------------------------------------------------------------------------------


def test_someone_who_follows_is_in_step_and_coherent() -> None:
    found = paced_breathing(NNSeries.from_beats(person(600, 2, paced_per_min=6)), starts(6))
    assert found is not None
    assert found.pace_per_min == pytest.approx(6)
    assert found.coherence > 0.8
    assert found.coherence_p < 1e-6
    assert found.minutes_in_step > 0.9 * found.minutes_paced
    assert found.gain_bpm == pytest.approx(4.0, abs=0.8)
    # rsa is sin(2π breath − 0.5): quickest a quarter of a breath and 0.5 rad in; NN lags by half an interval
    assert found.fastest_at_deg == pytest.approx(90 + np.degrees(0.5), abs=30)


@pytest.mark.parametrize("own", [8.0, 15.0])
def test_someone_who_does_not_follow_is_not_in_step(own: float) -> None:
    shares, found_by_chance = [], 0
    for seed in range(10):
        found = paced_breathing(NNSeries.from_beats(person(600, seed, own_per_min=own)), starts(6))
        assert found is not None
        shares.append(found.minutes_in_step / found.minutes_paced)
        found_by_chance += found.coherence_p < 0.05
    assert np.mean(shares) < 0.1
    assert found_by_chance <= 2


def test_too_slow_by_a_sixth_is_out_of_step_although_regular() -> None:
    found = paced_breathing(NNSeries.from_beats(person(600, 3, paced_per_min=5)), starts(6))
    assert found is not None
    assert found.minutes_in_step < 0.15 * found.minutes_paced
    assert found.coherence < 0.2


def test_a_pacer_that_slows_is_followed_at_its_own_rate() -> None:
    lengths = np.linspace(5.0, 10.0, 60)
    begins = np.append(0.0, np.cumsum(lengths))
    t_s = np.arange(0.0, begins[-1], 0.01)
    breath = np.interp(t_s, begins, np.arange(begins.size))
    beats = np.cumsum((65 + 4 * np.sin(2 * np.pi * breath)) / 60) * 0.01
    heart = NNSeries.from_beats(np.interp(np.arange(1, int(beats[-1])), beats, t_s))
    found = paced_breathing(heart, begins)
    assert found is not None
    assert found.coherence > 0.95
    assert found.minutes_in_step > 0.9 * found.minutes_paced


def test_too_few_breaths_say_nothing() -> None:
    assert paced_breathing(NNSeries.from_beats(person(60, 4, paced_per_min=6)), starts(6, 60)) is None


# ---- resonance ---------------------------------------------------------------------------------------------


def test_criteria_of_a_resonant_heart() -> None:
    heart = NNSeries.from_beats(person(180, 5, paced_per_min=6, rsa_bpm=8))
    found = resonance_criteria(heart, starts(6, 180))
    assert found.pace_per_min == pytest.approx(6)
    assert found.phase_synchrony is not None
    assert found.peak_to_trough_bpm is not None
    assert found.smoothness is not None
    assert found.phase_synchrony > 0.9
    assert found.peak_to_trough_bpm == pytest.approx(16, abs=4)
    assert found.smoothness > 0.8
    assert found.n_lf_peaks == 1
    assert found.lf_power_ms2 is not None
    assert found.lf_power_ms2 > 3000


def test_a_bigger_swing_scores_higher_everywhere() -> None:
    weak, strong = (
        resonance_criteria(NNSeries.from_beats(person(180, 6, paced_per_min=6, rsa_bpm=rsa)), starts(6, 180))
        for rsa in (1.0, 8.0)
    )
    for name in ("phase_synchrony", "peak_to_trough_bpm", "lf_power_ms2", "lf_peak_ms2_per_hz", "smoothness"):
        assert getattr(strong, name) > getattr(weak, name), name


def test_smoothness_of_a_sine_is_one_and_of_noise_is_less() -> None:
    t_s = np.arange(0, 200, 0.8)
    sine = NNSeries.of(800 + 50 * np.sin(2 * np.pi * 0.1 * t_s), t_s=t_s)
    noise = NNSeries.of(800 + 50 * np.random.default_rng(0).standard_normal(t_s.size), t_s=t_s)
    smooth, rough = smoothness(sine), smoothness(noise)
    assert smooth is not None
    assert rough is not None
    assert smooth > 0.99
    assert rough < 0.9
    assert smoothness([800.0] * 10) is None


def test_two_waves_in_the_band_are_two_peaks() -> None:
    t_s = np.arange(0, 400, 0.8)
    waves = 40 * np.sin(2 * np.pi * 0.06 * t_s) + 30 * np.sin(2 * np.pi * 0.12 * t_s)
    found = spectrum(NNSeries.of(800 + waves, t_s=t_s), Method.WELCH, SpectrumSettings(window_s=120))
    assert found is not None
    assert lf_peaks(found) == 2


def test_without_data_every_criterion_is_none() -> None:
    found = resonance_criteria(NNSeries.of([800.0] * 5), starts(6, 60))
    assert (found.phase_synchrony, found.lf_power_ms2, found.n_lf_peaks) == (None, None, None)
