"""Paced stages: the given rates at the given times, nothing steered, every hand of the person still there."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.breath.pattern import BreathPart
from entrain.control.events import (
    BreathCued,
    CommandGiven,
    EaseOff,
    HoldTempo,
    Nudge,
    Pause,
    PhaseBegan,
    Resume,
    ScoreChanged,
    Stop,
)
from entrain.control.look import view
from entrain.control.protocol import PacedStage, PhaseTimes, Preset, SessionConfig
from entrain.control.session import reduce, start
from entrain.control.stages import length_s, minutes_of, now, score_of, spans
from tests.support.hearts import session_events, with_rsa

STAGES = (PacedStage(6.0, 60.0, rest_s=15.0), PacedStage(4.5, 60.0, rest_s=15.0), PacedStage(6.75, 60.0, 4.5))
TIMES = PhaseTimes(30.0, 0.0, 20.0)
PRESET = Preset("a", "A", "", minutes=minutes_of(STAGES, TIMES.baseline_s, TIMES.silence_s), phases=TIMES)


def play(commands=(), stages=STAGES, until_s: float = 400.0):
    state, log = start(SessionConfig(PRESET, ("strap",), stages=stages)), []
    events = [*session_events(with_rsa(70), until_s), *(CommandGiven(t_s, c) for t_s, c in commands)]
    for event in sorted(events, key=lambda event: event.t_s):
        state, effects = reduce(state, event)
        log += effects
    return state, log


def test_it_paces_each_rate_in_its_time_and_is_silent_between() -> None:
    state, log = play()
    assert state.completed
    begun_s = next(e.from_s for e in log if isinstance(e, ScoreChanged))
    cues = [e for e in log if isinstance(e, BreathCued)]
    for stage, (from_s, to_s) in zip(STAGES, spans(STAGES, begun_s), strict=True):
        inside = [c for c in cues if from_s - 0.01 < c.t_s < to_s]
        assert inside
        if stage.to_per_min is None:
            assert {round(c.breath_per_min, 6) for c in inside} == {stage.per_min}
        else:
            rates = [c.breath_per_min for c in inside]
            assert rates == sorted(rates, reverse=True)
            assert rates[0] > 6.4
            assert rates[-1] < 4.9
        assert inside[0].part is BreathPart.INHALE
    rest_s = begun_s + 75.0 + 3.0
    assert not [c for c in cues if rest_s < c.t_s < rest_s + 11.0]


def test_the_log_says_when_each_stage_and_each_rest_began() -> None:
    _, log = play()
    said = [e.reason for e in log if isinstance(e, PhaseBegan)]
    assert [s for s in said if "breaths a minute" in s] == [
        "breathe with it, gently: 6 breaths a minute (1 of 3)",
        "breathe with it, gently: 4.5 breaths a minute (2 of 3)",
        "breathe with it, gently: 6.75 to 4.5 breaths a minute (3 of 3)",
    ]
    assert sum(s.startswith("rest and") for s in said) == 2


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(40.0, 260.0),
            st.sampled_from([Nudge(-9.0), Nudge(9.0), EaseOff(), HoldTempo(), Pause(), Resume()]),
        ),
        max_size=5,
    )
)
def test_no_key_moves_a_rate_that_is_to_be_measured_at(commands) -> None:
    _, log = play(commands)
    assert sum(isinstance(e, ScoreChanged) for e in log) == 2  # the protocol, and the fading of its end


def test_stop_stops() -> None:
    state, _ = play([(100.0, Stop())])
    assert (state.completed, state.t_s) == (False, 100.0)


@settings(deadline=None)
@given(st.lists(st.floats(4.0, 9.0), min_size=1, max_size=6), st.floats(45.0, 110.0))
def test_a_breath_is_a_whole_number_of_beats_near_the_pulse(rates: list[float], pulse_bpm: float) -> None:
    stages = tuple(PacedStage(rate, 60.0, rest_s=10.0) for rate in rates)
    score = score_of(stages, 5.0, pulse_bpm, (4.0, 0.0, 6.0, 0.0))
    for stage, (from_s, to_s) in zip(stages, spans(stages, 5.0), strict=True):
        for t_s in (from_s + 2.0, to_s - 1.0):
            assert score.breath_rate_at(t_s) == pytest.approx(stage.per_min)
            assert 50.0 - 1e-9 <= score.tempo.bpm_at(t_s) <= max(60.0, pulse_bpm + 5.0)
    assert length_s(stages) == pytest.approx(70.0 * len(stages))


def test_slower_than_any_session_may_breathe_is_refused() -> None:
    with pytest.raises(ValueError, match="below 4"):
        score_of((replace(STAGES[0], per_min=3.5),), 0.0, 70.0, (4, 0, 6, 0))


def test_the_picture_says_which_step_it_is_and_how_long() -> None:
    stages = (PacedStage(6.0, 60.0), PacedStage(5.0, 60.0, rest_s=15.0))
    first, rest, last = now(stages, 20.0), now(stages, 70.0), now(stages, 80.0)
    assert (first.number, first.of, first.per_min, first.resting, first.left_s) == (1, 2, 6.0, False, 40.0)
    assert (rest.number, rest.resting, rest.left_s) == (2, True, 5.0)
    assert (last.number, last.per_min, last.resting, last.left_s) == (2, 5.0, False, 55.0)
    assert now(stages, 135.0) is None
    assert now((), 0.0) is None


def test_the_view_carries_the_step_while_it_is_paced() -> None:
    state, _ = play(until_s=100.0)
    stage = view(state, state.t_s).stage
    assert stage is not None
    assert stage.of == len(STAGES)
    ended, _ = play()
    assert view(ended, ended.t_s).stage is None
