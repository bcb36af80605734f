"""What the coach does for each kind of people, on both simulators: rules that a session must keep for each.

People 9000 and on: the rules were made on others, and nothing was made on the second simulator.
"""

from statistics import fmean, median

import pytest

from benchmarks.kinds import Row, session
from entrain.cohort.people import SIMULATORS, Who
from entrain.presets import library as presets

DESK = presets.load("desk").preset
FIRST = 9000


def of(who: Who, simulator: str, n: int = 3, *, says_so: bool = False) -> list[Row]:
    return [session(DESK, who, simulator, seed, says_so=says_so) for seed in range(FIRST, FIRST + n)]


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_who_follows_gets_minutes_at_a_slow_breath(simulator: str) -> None:
    assert fmean(row.dose_min for row in of(Who.TYPICAL, simulator, 8)) >= 3.5


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_who_never_follows_is_not_led_away_from(simulator: str) -> None:
    rows = of(Who.NEVER_FOLLOWS, simulator)
    assert median(row.end_per_min for row in rows) >= 10.0
    assert median(row.dose_min for row in rows) < 0.5


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_a_raised_pulse_does_not_freeze_the_breath(simulator: str) -> None:
    assert median(row.dose_min for row in of(Who.RAISED_PULSE, simulator)) >= 3.0


@pytest.mark.parametrize("simulator", SIMULATORS)
@pytest.mark.parametrize("who", [Who.LOW_PULSE, Who.ECTOPIC, Who.FALLING_PULSE])
def test_a_slow_pulse_and_extra_beats_stop_nothing(who: Who, simulator: str) -> None:
    assert not any(row.stopped_percent for row in of(who, simulator))


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_the_word_light_headed_ends_most_of_the_over_breathing(simulator: str) -> None:
    silent = sum(row.over_breathing_min for row in of(Who.OVER_BREATHER, simulator))
    told = sum(row.over_breathing_min for row in of(Who.OVER_BREATHER, simulator, says_so=True))
    assert silent > 3.0
    assert told < 0.4 * silent
