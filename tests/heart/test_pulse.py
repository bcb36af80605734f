"""Screening and the smoothed pulse: artefacts stay out, breathing does not shake it, age is always known."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.heart.artefacts import Screen, screen
from entrain.heart.beat import Beat, PulseSource, RRInterval, Verdict
from entrain.heart.rate import PulseWindow, heart_state, with_beat, with_field
from tests.support.hearts import beats, with_rsa


def fold(intervals: list[tuple[float, int]], until_s: float) -> list[float]:
    """The smoothed pulse at each second."""
    state, rate, pulses, second = Screen(), PulseWindow(), [], 1.0
    for n, (t_s, ticks) in enumerate(intervals):
        while second < min(t_s, until_s):
            bpm = heart_state(rate, second).bpm
            pulses.append(bpm if bpm is not None else float("nan"))
            second += 1.0
        state, verdict = screen(state, ticks)
        rate = with_beat(rate, t_s, Beat(t_s, RRInterval(ticks), verdict, "s", 0, n), joined=True)
    return pulses


@pytest.mark.parametrize("breaths_per_min", [4.5, 6, 10, 15])
@pytest.mark.parametrize("swing_bpm", [4, 10])
def test_breathing_does_not_shake_the_pulse(breaths_per_min: float, swing_bpm: float) -> None:
    pulses = fold(beats(with_rsa(68, swing_bpm, breaths_per_min), 240), 240)[40:]
    assert max(pulses) - min(pulses) < 0.3 * 2 * swing_bpm
    assert abs(sum(pulses) / len(pulses) - 68) < 2.5


def test_the_pulse_is_there_within_seconds() -> None:
    pulses = fold(beats(lambda _: 72.0, 10), 10)
    assert pulses[4] == pytest.approx(72, abs=0.1)


def test_artefacts_are_set_aside_and_named() -> None:
    clean = [ticks for _, ticks in beats(with_rsa(66, 5, 12), 120)]
    state = Screen()
    for ticks in clean[:60]:
        state, verdict = screen(state, ticks)
        assert verdict is Verdict.OK
    usual = sorted(clean[:60])[30]
    for ticks, expected in (
        (2 * usual, Verdict.MISSED if 2 * usual <= 2048 else Verdict.LONG),
        (usual // 3, Verdict.EXTRA if usual // 3 >= 307 else Verdict.SHORT),
        (round(0.68 * usual), Verdict.ECTOPIC),
        (512, Verdict.FILL),
        (100, Verdict.SHORT),
        (5000, Verdict.LONG),
    ):
        assert screen(state, ticks)[1] is expected
    assert screen(state, usual, contact=False)[1] is Verdict.NO_CONTACT


def test_few_clean_beats_are_lost_and_most_artefacts_found() -> None:
    random = Random(7)
    clean = [t for _, t in beats(lambda t: with_rsa(66, 6, 10)(t) + random.gauss(0, 1.5), 1800)]
    state, wrong, found, planted = Screen(), 0, 0, 0
    for n, ticks in enumerate(clean):
        bad = n > 60 and n % 33 == 0
        state, verdict = screen(state, round(ticks * random.choice((0.55, 1.9))) if bad else ticks)
        planted += bad
        found += bad and verdict is not Verdict.OK
        wrong += not bad and verdict is not Verdict.OK
    assert found / planted >= 0.97
    assert wrong / len(clean) <= 0.005


def test_a_heart_that_changes_is_believed_after_a_few_beats() -> None:
    state = Screen()
    for _ in range(30):
        state, _ = screen(state, 900)
    verdicts = []
    for _ in range(8):
        state, verdict = screen(state, 520)
        verdicts.append(verdict)
    assert Verdict.OK not in verdicts[:3]
    assert set(verdicts[3:]) == {Verdict.OK}


def test_heart_rate_only_is_a_pulse_and_says_so() -> None:
    rate = PulseWindow()
    for second in range(10):
        rate = with_field(rate, float(second), 71)
    state = heart_state(rate, 9.5)
    assert state.bpm == pytest.approx(71)
    assert (state.source, state.rmssd_ms) == (PulseSource.HEART_RATE_FIELD, None)


def test_zero_is_no_heart_rate() -> None:
    rate = PulseWindow()
    for second in range(10):
        rate = with_field(rate, float(second), 0)
    assert heart_state(rate, 9.5).bpm is None


@given(st.floats(0, 60))
def test_a_stale_pulse_is_never_shown(silence_s: float) -> None:
    rate = PulseWindow()
    for second in range(20):
        rate = with_field(rate, float(second), 71)
    state = heart_state(rate, 19.0 + silence_s)
    assert (state.bpm is None) == (silence_s > 3.0)
    # After the whole window nothing is left to tell the age of but the newest datum itself.
    assert state.age_s == pytest.approx(silence_s)


@pytest.mark.parametrize(
    ("ticks", "is_learnt"), [((560, 600, 575, 590), True), ((540, 700, 420, 620), False)]
)
def test_four_that_agree_within_fifteen_percent_are_a_new_course(
    ticks: tuple[int, ...], is_learnt: bool
) -> None:
    state = Screen()
    for each in (1020, 1024, 1028) * 4:
        state, _ = screen(state, each)
    verdicts = list[Verdict]()
    for each in ticks:
        state, verdict = screen(state, each)
        verdicts.append(verdict)
    assert Verdict.OK not in verdicts[:3]
    assert (verdicts[3] is Verdict.OK) == is_learnt
