"""No entrainment where there is none, some where there is some, no answer where the question has no sense."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchmarks import hearts
from benchmarks.entrainment_null import outcome, segments
from entrain.analysis.entrainment import Evidence, entrainment, triggered
from entrain.analysis.series import NNSeries
from entrain.analysis.surrogates import iaaft, rank_p
from entrain.analysis.synchrony import synchrogram, tempo_tracking
from tests.support.recordings import recording_path

KINDS = ("5 % below", "glide", "leader")


# ---- nothing where there is nothing ------------------------------------------------------------------------


def test_simulated_people_who_do_not_feel_the_sound() -> None:
    found = []
    for seed in range(18):
        rng = np.random.default_rng(seed)
        beats = hearts.person(240, seed)
        found.append(entrainment(NNSeries.from_beats(beats), hearts.followed(beats, KINDS[seed % 3], rng)))
    assert all(each.verdict is not Evidence.NOT_TESTABLE for each in found)
    false = sum(each.verdict is Evidence.EVIDENCE for each in found)
    assert stats.binom.sf(false - 1, len(found), 0.05) > 0.01  # no more than 5 % would give
    nothing = next(each for each in found if each.verdict is Evidence.NO_EVIDENCE)
    assert nothing.sentence.startswith("No evidence of entrainment (p = ")
    assert nothing.sentence.endswith("This is the usual result.")


@pytest.mark.recordings
def test_real_hearts_that_never_heard_a_sound() -> None:
    series = hearts.recordings(recording_path("rhenanbartels-hrv").parent)
    parts = segments({name: series[name] for name in (*hearts.REST, "s05_CON", "s22_INT")}, 300.0)
    outcomes = []
    for k, part in enumerate(parts):
        for kind in KINDS:
            onsets = hearts.followed(part.beats, kind, np.random.default_rng(k))
            outcomes.append(outcome(part, kind, part.beats, onsets))
    assert len(outcomes) >= 30
    false = sum(each.found["verdict"] for each in outcomes)
    assert stats.binom.sf(false - 1, len(outcomes), 0.05) > 0.01
    # What others use finds entrainment in the same pairs, with no sound played.
    assert np.mean([each.found["rayleigh"] for each in outcomes]) > 0.2


# ---- something where there is something --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["5 % below", "glide"])
def test_a_heart_that_is_pulled(kind: str) -> None:
    found = []
    for seed in range(6):
        beats, onsets = hearts.pulled(hearts.person(300, seed), kind, 0.4, np.random.default_rng(seed), 0.02)
        found.append(entrainment(NNSeries.from_beats(beats), onsets))
    hits = [each for each in found if each.verdict is Evidence.EVIDENCE]
    assert len(hits) >= 5
    assert "Evidence of entrainment" in hits[0].sentence
    kappas = [each.kappa_rad_per_s for each in hits if each.kappa_rad_per_s is not None]
    assert np.median(kappas) == pytest.approx(0.4, rel=0.35)


def test_a_yoked_sound_pulls_less_than_the_own_one() -> None:
    beats, onsets = hearts.pulled(hearts.person(300, 1), "5 % below", 0.6, np.random.default_rng(1), 0.02)
    others = [
        hearts.followed(hearts.person(300, 50 + k), "5 % below", np.random.default_rng(k)) for k in range(19)
    ]
    found = entrainment(NNSeries.from_beats(beats), onsets, yoked_sounds_s=others)
    assert found.n_yoked == 19
    assert found.p_yoked == 0.05


def test_the_same_seed_gives_the_same_figures() -> None:
    beats = hearts.person(240, 3)
    onsets = hearts.followed(beats, "glide", np.random.default_rng(3))
    assert entrainment(NNSeries.from_beats(beats), onsets) == entrainment(NNSeries.from_beats(beats), onsets)


def test_a_breath_that_keeps_to_the_beat_is_not_put_down_to_the_sound() -> None:
    false = 0
    for seed in range(8):
        onsets = np.arange(
            0.3, 300, 60 / 59.4
        )  # 10 % below 66, ten beats a breath: the phase turns once a breath
        breath = onsets[::10]
        beats = hearts.person(300, seed, paced_per_min=5.94)
        found = entrainment(NNSeries.from_beats(beats), onsets, breath)
        false += found.verdict is Evidence.EVIDENCE
    assert false <= 2


# ---- what cannot be tested ---------------------------------------------------------------------------------


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.3])
def test_sounds_triggered_by_the_heart_are_refused(delay_s: float) -> None:
    beats = hearts.person(300, 1)
    found = entrainment(NNSeries.from_beats(beats), beats[5:-5] + delay_s)
    assert found.verdict is Evidence.NOT_TESTABLE
    assert "triggered by the heart" in found.sentence
    assert found.p_regression is None


def test_every_other_beat_triggers_too() -> None:
    beats = hearts.person(300, 2)
    assert triggered(NNSeries.from_beats(beats), beats[6::2] + 0.1)


@pytest.mark.parametrize("lag", [1, 2])
def test_sounds_that_echo_the_last_intervals_are_refused(lag: int) -> None:
    beats = hearts.person(300, 4)
    echo = beats[20] + 0.2 + np.cumsum(np.diff(beats)[20 - lag : -20])
    assert triggered(NNSeries.from_beats(beats), echo[echo < beats[-1]])


@pytest.mark.parametrize("kind", hearts.SOUNDS)
def test_a_metronome_that_follows_is_not_mistaken_for_triggered(kind: str) -> None:
    beats = hearts.person(300, 5)
    assert not triggered(NNSeries.from_beats(beats), hearts.followed(beats, kind, np.random.default_rng(5)))


def test_a_sound_that_stood_still_has_no_contrast() -> None:
    onsets = np.arange(0, 300, 0.9)
    beats = onsets[3:-3] + 0.02 * np.random.default_rng(0).standard_normal(onsets.size - 6)
    found = entrainment(NNSeries.from_beats(beats), onsets)
    assert found.verdict is Evidence.NOT_TESTABLE
    assert "no contrast" in found.sentence


def test_too_little_sound_is_refused() -> None:
    heart = NNSeries.from_beats(hearts.person(300, 6))
    assert "at least 100 are needed" in entrainment(heart, np.arange(0, 40, 0.9)).sentence
    assert "no beats were sounded" in entrainment(heart, []).sentence


# ---- surrogates --------------------------------------------------------------------------------------------


@given(st.lists(st.floats(600, 1200), min_size=8, max_size=80), st.integers(0, 5))
def test_surrogates_keep_every_value(values: list[float], seed: int) -> None:
    made = iaaft(np.array(values), 5, np.random.default_rng(seed))
    assert made.shape == (5, len(values))
    assert (np.sort(made, axis=1) == np.sort(values)).all()


def test_surrogates_keep_the_spectrum_and_lose_the_order() -> None:
    nn = np.diff(hearts.person(300, 7)) * 1000
    made = iaaft(nn, 20, np.random.default_rng(0))
    power, theirs = np.abs(np.fft.rfft(nn))[1:], np.abs(np.fft.rfft(made, axis=1))[:, 1:]
    assert np.sqrt(((theirs - power) ** 2).sum(axis=1) / (power**2).sum()).max() < 0.05
    assert np.abs([np.corrcoef(nn, each)[0, 1] for each in made]).max() < 0.9
    assert len({each.tobytes() for each in made}) == 20


def test_a_rank_is_never_zero() -> None:
    assert rank_p(5.0, np.arange(19.0)) == pytest.approx(15 / 20)
    assert rank_p(100.0, np.arange(19.0)) == 0.05


# ---- described, not tested ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 1), (1, 2), (3, 2), (4, 3)])
def test_the_ratio_of_a_locked_pair_is_found(n: int, m: int) -> None:
    beats = np.arange(0, 200, 0.8)
    onsets = np.arange(0.3, 200, 0.8 * n / m)
    found = synchrogram(NNSeries.from_beats(beats), onsets)
    assert found is not None
    assert (found.heart_beats, found.sounds) == (n, m)
    assert found.mean_index == pytest.approx(1.0, abs=1e-6)
    assert found.locked_share == 1.0
    assert ((found.phase >= 0) & (found.phase < 1)).all()


def test_a_drifting_pair_is_not_locked() -> None:
    found = synchrogram(NNSeries.from_beats(np.arange(0, 200, 0.8)), np.arange(0, 200, 0.83))
    assert found is not None
    assert found.locked_share == 0.0
    assert synchrogram(NNSeries.from_beats(np.arange(0, 10, 0.8)), np.arange(0, 200, 0.83)) is None


def test_tempo_error_by_hand() -> None:
    found = tempo_tracking(NNSeries.from_beats(np.arange(0, 120, 1.0)), np.arange(0, 120, 60 / 57))
    assert found is not None
    assert found.bias_bpm == pytest.approx(-3.0, abs=0.05)
    assert found.rms_error_bpm == pytest.approx(3.0, abs=0.05)
    assert found.in_tune_share == 0.0
    assert tempo_tracking(NNSeries.from_beats(np.arange(0, 5, 1.0)), np.arange(0, 120, 1.0)) is None
