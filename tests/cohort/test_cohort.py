"""A cohort is honest: the controller of a live session, the same people every time, intervals that cover."""

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from entrain.cohort import crowd
from entrain.cohort.crowd import Participant, Study, conduct, draw
from entrain.cohort.life import Lives, Outcome, live
from entrain.cohort.statistics import MEASURES, differences, estimates
from entrain.control.arms import under_policy
from entrain.control.protocol import PhaseTimes, Preset, SessionConfig
from entrain.devices.audio.none import NoSound
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.runtime import Session
from entrain.tempo.policy import POLICIES

PRESET = Preset("test", "Test", "", minutes=4, phases=PhaseTimes(40, 20, 40))


async def test_it_is_the_session_that_would_have_been_run_live() -> None:
    person = Person.draw(5, Kind.TYPICAL)
    heart = SimulatedHeart(person)
    session = Session(SessionConfig(PRESET, (heart.strap,), 5), NoSound(), virtual=[heart], speed=1e6)
    summary = await session.run()
    outcome, tempo = live(person, PRESET)
    assert outcome.holds == summary.n_holds
    assert outcome.seen_in_step_min * 60 == summary.in_step_s
    assert min(bpm for _, bpm in tempo) == summary.lowest_tempo_bpm
    assert len(tempo) == pytest.approx(summary.guided_s, abs=2)


def test_the_same_study_gives_the_same_outcomes_on_any_number_of_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = Study(PRESET, ("glide", "yoked"), people=5, seed=3)
    told: list[int] = []
    everybody = conduct(study, lambda n, _: told.append(n))
    assert [each.person for each in everybody] == [0, 1, 2, 3, 4]
    assert told == [4, 5]
    monkeypatch.setattr(crowd, "cpu_count", lambda: 1)
    assert repr(conduct(study)) == repr(everybody)  # repr, for nan is not equal to itself
    assert repr(conduct(replace(study, seed=4))) != repr(everybody)


def test_another_policy_meets_the_same_people() -> None:
    one = Study(PRESET, ("glide",), 3, seed=1)
    assert [draw(one, n) for n in range(3)] == [draw(replace(one, policies=("step",)), n) for n in range(3)]
    assert {draw(replace(one, kind=Kind.LAPSING), n).kind for n in range(9)} == {Kind.LAPSING}


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_runs_to_its_end(policy: str) -> None:
    yoked = ((0.0, 66.0), (60.0, 64.0)) if policy == "yoked" else ()
    outcome, tempo = live(Person.draw(1, Kind.TYPICAL), under_policy(PRESET, policy), yoked)
    assert not outcome.ended_early
    assert len(tempo) == pytest.approx(160, abs=2)
    assert (outcome.in_step_min > 1.0) is (policy != "silence")
    assert not isnan(outcome.rsa_times + outcome.rmssd_times + outcome.pulse_after_bpm)


@pytest.mark.parametrize(("person", "kind"), [(3, Kind.RESPONDER), (4, Kind.NOISY_STRAP), (5, Kind.LAPSING)])
def test_sessions_lived_together_are_those_lived_alone(person: int, kind: Kind) -> None:
    """Those that decide alike are lived once: nobody may notice."""
    preset, tempo = replace(PRESET, minutes=6), ((0.0, 66.0), (60.0, 64.0))
    together = Lives(Person.draw(person, kind), [under_policy(preset, policy) for policy in POLICIES])
    together.yoke(tempo)
    assert together.lived.keys() == POLICIES.keys()
    for policy, lived in together.lived.items():
        alone = live(
            Person.draw(person, kind), under_policy(preset, policy), tempo if policy == "yoked" else ()
        )
        assert repr(alone) == repr(lived)  # repr, for nan is not equal to itself


def test_what_slow_breathing_does_to_a_heart_is_seen() -> None:
    preset = replace(PRESET, minutes=10)
    quiet, _ = live(Person.draw(2, Kind.RESPONDER), under_policy(preset, "silence"))
    guided, _ = live(Person.draw(2, Kind.RESPONDER), preset)
    assert guided.rsa_times > 1.3 * quiet.rsa_times
    assert guided.rmssd_times > quiet.rmssd_times


def of(values: list[list[float]]) -> list[Participant]:
    """People whose every measure is the given one, a column for each policy."""
    outcomes = [tuple(Outcome(*([x] * len(MEASURES))) for x in row) for row in values]
    return [Participant(n, Kind.TYPICAL, row) for n, row in enumerate(outcomes)]


def test_the_interval_covers_the_mean_in_about_95_percent() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(300):
        found = estimates(of([[float(x)] for x in rng.normal(3.0, 2.0, 40)]), 0)["holds"]
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 3.0 <= found.high
    assert 0.90 <= covered / 300 <= 0.98


def test_policies_are_compared_within_people_and_who_has_no_value_is_left_out() -> None:
    people = of([[float(n), float(n) + 1.0] for n in range(20)] + [[nan, 5.0]])
    assert estimates(people, 0)["holds"].n == 20
    assert estimates(people, 1)["holds"].n == 21
    difference = differences(people, 1, 0)["holds"]
    assert (difference.mean, difference.low, difference.high) == pytest.approx((1.0, 1.0, 1.0))
    assert estimates(of([[nan]]), 0)["holds"].mean is None
    assert estimates(of([[2.0]]), 0)["holds"].low is None
