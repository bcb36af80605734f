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
from entrain.control.protocol import PacedStage, PhaseTimes, Preset, SessionConfig, SoundRule
from entrain.control.session import reduce, start
from entrain.control.snapshot import view
from entrain.control.stages import length_s, minutes_of, now, score_of, spans
from entrain.wording.decisions import said
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


def test_what_is_heard_waits_for_the_delay_and_sinks_on_the_way() -> None:
    sound = SoundRule(delay_s=20.0, sink_to=0.4)
    presence = score_of(STAGES, 100.0, 66.0, (4.0, 0.0, 6.0, 0.0), sound).presence
    plain = score_of(STAGES, 100.0, 66.0, (4.0, 0.0, 6.0, 0.0)).presence
    (_, first_end_s), (second_s, second_end_s), (third_s, over_s) = spans(STAGES, 100.0)
    assert [presence.at(t_s) for t_s in (100.0, 119.9)] == [0.0, 0.0]
    assert plain.at(119.9) == 1.0
    # From 120 s on it sinks evenly to 0.4 at the end, in the stages as if no rest were between them.
    for t_s in (125.0, first_end_s, second_s, second_end_s, third_s + 1.0, over_s):
        expected = 1.0 - 0.6 * (t_s - 120.0) / (over_s - 120.0)
        assert presence.at(t_s) == pytest.approx(expected, abs=0.01)
    for t_s in (first_end_s + 2.5, over_s + 2.5):
        assert presence.at(t_s) == 0.0


def test_a_delay_longer_than_the_first_stage_leaves_it_unheard() -> None:
    presence = score_of(STAGES, 0.0, 66.0, (4.0, 0.0, 6.0, 0.0), SoundRule(delay_s=80.0)).presence
    assert not any(presence.at(t_s) for t_s in range(80))
    assert presence.at(spans(STAGES, 0.0)[1][0]) == 1.0


def test_the_log_says_when_each_stage_and_each_rest_began() -> None:
    _, log = play()
    heard = [said(e.reason) for e in log if isinstance(e, PhaseBegan)]
    assert [s for s in heard if "breaths a minute" in s] == [
        "breathe with it, gently: 6 breaths a minute (1 of 3)",
        "breathe with it, gently: 4.5 breaths a minute (2 of 3)",
        "breathe with it, gently: 6.75 to 4.5 breaths a minute (3 of 3)",
    ]
    assert sum(s.startswith("rest and") for s in heard) == 2


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
