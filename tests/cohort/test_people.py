"""Each kind of person is what it says in both simulators."""

import numpy as np
import pytest

from entrain.cohort.life import live
from entrain.cohort.people import SIMULATORS, Somebody, Who, body, draw
from entrain.control.arms import under_policy
from entrain.control.events import NotificationArrived
from entrain.control.protocol import PhaseTimes, Preset
from entrain.devices.simulated.heart import Truth
from tests.devices.simulated.guidance import paced

both = pytest.mark.parametrize("simulator", SIMULATORS)


def lived(person: Somebody, per_min: float | None = 7.0, minutes: float = 6.0) -> Truth:
    heart = body(person)
    heart.live(minutes * 60.0, None if per_min is None else paced(per_min))
    assert heart.truth is not None
    return heart.truth


def breaths_per_min(truth: Truth, from_min: float = 2.0) -> float:
    phases = [breathing.phase for breathing in truth.breathing[round(from_min * 240) :]]
    return (phases[-1] - phases[0]) / (len(phases) / 240)


def pulse(truth: Truth, from_min: float, to_min: float) -> float:
    return float(np.mean(truth.bpm[round(from_min * 240) : round(to_min * 240)]))


@both
@pytest.mark.parametrize("who", Who)
def test_the_same_seed_is_the_same_person_however_stepped(who: Who, simulator: str) -> None:
    score = paced(7.0)
    at_once, in_steps = body(draw(who, 3, simulator)), body(draw(who, 3, simulator))
    events = [event for t_s in range(1, 121) for event in in_steps.until(float(t_s), score)]
    assert list(at_once.until(120.0, score)) == events
    assert events == sorted(events, key=lambda event: event.t_s)
    assert sum(isinstance(event, NotificationArrived) for event in events) > 60


@both
def test_they_follow_or_not_as_they_are(simulator: str) -> None:
    def rate(who: Who) -> float:
        return float(np.median([breaths_per_min(lived(draw(who, seed, simulator))) for seed in range(5)]))

    assert rate(Who.TYPICAL) == pytest.approx(7.0, abs=0.4)
    assert rate(Who.QUICKER) == pytest.approx(7.0 * 1.15, abs=0.5)
    assert rate(Who.NEVER_FOLLOWS) > 11.0
    assert 7.0 < rate(Who.NEVER_HEARS) < 10.5


@both
def test_their_pulse_is_what_it_is(simulator: str) -> None:
    for seed in range(4):
        assert 40.0 < pulse(lived(draw(Who.LOW_PULSE, seed, simulator)), 1, 6) < 48.0
        raised = lived(draw(Who.RAISED_PULSE, seed, simulator), None)
        assert pulse(raised, 4, 6) - pulse(raised, 0, 2.5) == pytest.approx(9.0, abs=5.0)
        ectopics = len(lived(draw(Who.ECTOPIC, seed, simulator), None).ectopics_s) / 6
        assert 3.0 < ectopics < 10.0


@both
def test_over_breathers_breathe_too_much_and_only_along(simulator: str) -> None:
    deep = [lived(draw(Who.OVER_BREATHER, seed, simulator)).breathing[-1].petco2_mmhg for seed in range(5)]
    left_alone = lived(draw(Who.OVER_BREATHER, 0, simulator), None).breathing[-1].petco2_mmhg
    assert float(np.median(deep)) < 31.0
    assert left_alone > 36.0


def test_a_session_can_be_lived_by_the_second_kind() -> None:
    preset = Preset("test", "Test", "", minutes=4, phases=PhaseTimes(40, 20, 40))
    outcome, tempo = live(draw(Who.TYPICAL, 1, "second"), under_policy(preset, "glide"))
    assert not outcome.ended_early
    assert len(tempo) > 100
