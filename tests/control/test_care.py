"""What somebody is spared: nothing that is left out ever sounds, and the way out is open in every state."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.control.events import (
    BreathCued,
    Command,
    CommandGiven,
    EaseOff,
    Feel,
    Feeling,
    GoOn,
    HoldTempo,
    LeadHeart,
    LeaveBreath,
    NotRight,
    Nudge,
    Pause,
    Phase,
    ReleaseHeart,
    Resume,
    SetGoal,
    SetMuted,
    SetVoice,
    SetVolume,
    SkipRest,
    StepAway,
    Stop,
    VoiceChanged,
    VolumeChanged,
)
from entrain.control.session import reduce
from entrain.control.snapshot import summary
from entrain.person.care import CareRule, both
from entrain.reason import Code
from entrain.synth.voices import CATALOGUE
from tests.control.test_locks import LOCKED, PRESET, session

BANNED = ("gong", "ocean", "heartbeat")
CARE = replace(LOCKED, locked=(), preset=replace(PRESET, care=CareRule(never=BANNED)))
HELD = replace(LOCKED, locked=(), preset=replace(PRESET, care=CareRule(locked=True)))

COMMANDS = st.one_of(
    st.builds(SetVoice, st.sampled_from(list(CATALOGUE))),
    st.builds(SetVolume, st.floats(0.0, 1.0)),
    st.builds(SetMuted, st.booleans()),
    st.builds(Nudge, st.floats(-20.0, 20.0)),
    st.builds(SetGoal, st.floats(40.0, 90.0), st.floats(3.0, 15.0)),
    st.builds(Feel, st.sampled_from(list(Feeling))),
    st.sampled_from(
        [StepAway(), LeaveBreath(), Pause(), Resume(), EaseOff(), HoldTempo(), GoOn(), SkipRest()]
    ),
)
KEYS = st.dictionaries(st.integers(1, 250), COMMANDS, max_size=25)


@settings(max_examples=25)
@given(KEYS)
def test_nothing_that_is_left_out_sounds_whatever_keys_are_pressed(given: dict[int, Command]) -> None:
    states, out = session(CARE, given, 250)
    assert not {each.voice for each in out if isinstance(each, VoiceChanged)} & set(BANNED)
    assert all(state.voice not in BANNED for state in states)


@settings(max_examples=25)
@given(KEYS)
def test_with_a_lock_nothing_gets_louder_slower_or_other(given: dict[int, Command]) -> None:
    states, out = session(HELD, given, 250)
    volumes = [state.volume for state in states]
    assert volumes == sorted(volumes, reverse=True)
    assert not any(isinstance(each, VoiceChanged) for each in out)
    assert all(state.goal_bpm is None and state.goal_breath_per_min is None for state in states)
    assert all(
        state.shift_bpm == 0.0 and not state.said_easy and not state.is_rest_skipped for state in states
    )


@pytest.mark.parametrize(
    "command",
    [EaseOff(), HoldTempo(), GoOn(), StepAway(), Feel(Feeling.LIGHT_HEADED), SetVolume(0.3), Pause(), Stop()],
)
def test_a_lock_leaves_what_is_gentler(command: Command) -> None:
    held, _ = session(HELD, {200: command}, 215)
    free, _ = session(replace(HELD, preset=PRESET), {200: command}, 215)
    assert replace(held[-1], config=free[-1].config) == free[-1]


@pytest.mark.parametrize("command", [ReleaseHeart("sim"), LeadHeart("sim"), SetVoice("bowl"), SkipRest()])
def test_a_lock_takes_the_rest(command: Command) -> None:
    _, said = session(HELD, {200: command}, 200)
    assert said[-1].reason.code is Code.LOCKED


@pytest.mark.parametrize("at_s", [3, 30, 70, 150, 300, 465])
def test_stepping_away_is_silence_at_once_in_every_phase(at_s: int) -> None:
    states, out = session(LOCKED, {at_s: StepAway()}, at_s + 20)
    assert states[-1].phase is not Phase.ENDED
    (said,) = [each for each in out if isinstance(each, VolumeChanged)]
    assert (said.t_s, said.muted) == (float(at_s), True)
    assert states[-1].spent_s == states[at_s - 1].spent_s  # all waits
    state, effects = reduce(states[-1], CommandGiven(at_s + 20.0, Resume()))
    assert [each.muted for each in effects if isinstance(each, VolumeChanged)] == [False]
    assert summary(state).n_away == 1


def test_without_a_breath_the_beat_goes_on() -> None:
    states, out = session(LOCKED, {200: LeaveBreath()}, 300)
    with_one, _ = session(LOCKED, {}, 300)
    assert with_one[-1].score.breath is not None
    assert states[-1].score.breath is None
    assert not [each for each in out if isinstance(each, BreathCued) and each.t_s > 202.0]
    assert states[-1].score.tempo.bpm_at(300.0) > 0.0
    assert states[-1].n_onsets > states[200].n_onsets + 80
    assert states[-1].hold is None


def test_a_breath_that_was_not_wanted_never_begins() -> None:
    states, out = session(LOCKED, {30: LeaveBreath()}, 200)
    assert states[-1].score.breath is None
    assert not [each for each in out if isinstance(each, BreathCued)]


def test_that_it_was_not_right_is_kept_after_the_end() -> None:
    states, _ = session(LOCKED, {}, 485)
    assert states[-1].phase is Phase.ENDED
    after, effects = reduce(states[-1], CommandGiven(490.0, NotRight("soft")))
    assert replace(after, t_s=states[-1].t_s) == states[-1]
    assert effects == ()
    assert summary(after).voice == "soft"


def test_of_two_the_more_careful_holds() -> None:
    one, other = CareRule(("gong",), figures=False), CareRule(("rain",), body_sounds=False, locked=True)
    assert both(one, other) == both(other, one) == CareRule(("gong", "rain"), False, False, True)
    assert both(one, other).banned == {"gong", "rain", "heartbeat", "breath"}
