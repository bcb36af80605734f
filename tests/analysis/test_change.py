import numpy as np
import pytest

from benchmarks.hearts import person
from entrain.analysis.change import Measure, changes, rating_change
from entrain.analysis.series import BeatFault, NNSeries


def stretch(duration_s: float, seed: int, pulse_bpm: float = 66.0, rsa_bpm: float = 4.0) -> NNSeries:
    return NNSeries.from_beats(person(duration_s, seed, pulse_bpm=pulse_bpm, rsa_bpm=rsa_bpm, step_s=0.02))


def test_differences_by_hand() -> None:
    before, after = NNSeries.of([1000, 1010] * 40), NNSeries.of([1000, 1020] * 40)
    pulse, sdnn, rmssd = changes(before, after)
    assert pulse.before == pytest.approx(60_000 / 1005)
    assert pulse.difference == pytest.approx(60_000 / 1010 - 60_000 / 1005)
    assert (rmssd.before, rmssd.after) == (pytest.approx(10), pytest.approx(20))
    assert sdnn.difference == pytest.approx(
        np.std([1000, 1020] * 40, ddof=1) - np.std([1000, 1010] * 40, ddof=1)
    )


def test_the_interval_holds_no_change_about_as_often_as_it_says() -> None:
    held = dict.fromkeys(Measure, 0)
    n = 60
    for seed in range(n):
        for change in changes(stretch(300, 2 * seed), stretch(300, 2 * seed + 1), seed):
            assert change.low is not None
            assert change.high is not None
            held[change.measure] += change.low <= 0 <= change.high
    # 95 % of 60 is 57; 51 or fewer would come about in less than 2 of 100 such trials.
    assert all(count > 51 for count in held.values()), held


def test_a_real_change_is_clear() -> None:
    pulse, _, rmssd = changes(stretch(300, 1, 78.0, 1.5), stretch(300, 2, 60.0, 9.0))
    assert pulse.clear
    assert pulse.difference < -14
    assert rmssd.clear
    assert "a clear change (-1" in pulse.sentence
    assert "95 % interval" in pulse.sentence


def test_no_change_is_said_to_be_none() -> None:
    sentence = changes(stretch(300, 3), stretch(300, 4))[0].sentence
    assert "no clear change" in sentence


def test_too_short_has_no_interval() -> None:
    change = changes(stretch(25, 5), stretch(300, 6))[0]
    assert (change.low, change.high, change.clear) == (None, None, False)
    assert "too short to say how certain" in change.sentence
    assert changes(NNSeries.of([800]), stretch(100, 7)) == ()


def test_the_same_seed_gives_the_same_interval() -> None:
    assert changes(stretch(200, 8), stretch(200, 9), 5) == changes(stretch(200, 8), stretch(200, 9), 5)


def test_differences_across_gaps_and_of_corrected_intervals_do_not_count() -> None:
    plain = NNSeries.of([800, 810] * 50 + [1200, 1210] * 50, segment=[0] * 100 + [1] * 100)
    fault = np.zeros(200, np.int8)
    fault[10] = BeatFault.MISSED
    marked = NNSeries(plain.nn_ms, plain.t_s, plain.segment, fault)
    assert changes(plain, marked)[2].before == pytest.approx(10)
    assert changes(plain, marked)[2].after == pytest.approx(10)


def test_ratings_in_a_sentence() -> None:
    assert rating_change(None, 3) == ""
    assert rating_change(6, 3) == "You rated your tension 6 of 10 before and 3 after."
    assert rating_change(4, 4) == "You rated your tension 4 of 10 before and after."
