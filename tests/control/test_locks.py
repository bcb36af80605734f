"""What is locked is loosened by no key, and what makes a session gentler is never locked."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.control.events import (
    Author,
    Command,
    CommandGiven,
    Decided,
    EaseOff,
    Ended,
    Feel,
    Feeling,
    GoOn,
    HoldTempo,
    Nudge,
    Pause,
    Resume,
    SetGoal,
    SetMuted,
    SetVoice,
    SetVolume,
    SkipRest,
    Stop,
    Tick,
)
from entrain.control.locks import BREATH, LOCKABLE, REST, TEMPO, VOICE, VOLUME
from entrain.control.protocol import BreathRule, PhaseTimes, Preset, SessionConfig
from entrain.control.session import reduce, start
from entrain.control.state import SessionState
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.reason import Code

PRESET = Preset(
    "p",
    "P",
    "",
    minutes=8,
    phases=PhaseTimes(60, 20, 30),
    breath=BreathRule(goal_per_min=7.0, own_fraction=0.0),
)
LOCKED = SessionConfig(PRESET, ("sim",), 1, locked=LOCKABLE)


def session(
    config: SessionConfig, given: dict[int, Command], until_s: int = 480
) -> tuple[list[SessionState], list[object]]:
    """The states after each tick, and everything that came of it."""
    heart = SimulatedHeart(Person.draw(4, Kind.RESPONDER), "sim")
    state, states, out = start(config), [], []
    for second in range(1, until_s + 1):
        for event in (*heart.until(float(second), state.score), Tick(float(second))):
            state, effects = reduce(state, event)
            out.extend(effects)
        if second in given:
            state, effects = reduce(state, CommandGiven(float(second), given[second]))
            out.extend(effects)
        states.append(state)
    return states, out


@pytest.mark.parametrize(
    ("at_s", "command", "lock"),
    [
        (20, SkipRest(), REST),
        (200, SetGoal(breath_per_min=5.0), BREATH),
        (200, SetGoal(tempo_bpm=51.0), TEMPO),
        (120, Nudge(-2.0), TEMPO),
        (200, SetVoice("ocean"), VOICE),
        (200, SetVolume(0.9), VOLUME),
    ],
)
def test_a_lock_holds_one_thing_and_says_so(at_s: int, command: Command, lock: str) -> None:
    held, said = session(replace(LOCKED, locked=(lock,)), {at_s: command}, at_s)
    assert Decided(float(at_s), "lock", Author.BOUND, None, None, said[-1].reason) == said[-1]
    assert said[-1].reason.code is Code.LOCKED
    _, free = session(replace(LOCKED, locked=()), {at_s: command}, at_s)
    assert not any(isinstance(each, Decided) and each.reason.code is Code.LOCKED for each in free)
    as_before, _ = session(replace(LOCKED, locked=()), {}, at_s)
    assert replace(held[-1], config=as_before[-1].config) == as_before[-1]


@pytest.mark.parametrize(
    "command",
    [EaseOff(), HoldTempo(), Pause(), Feel(Feeling.LIGHT_HEADED), SetVolume(0.2), SetMuted(True), Nudge(2.0),
     SetGoal(breath_per_min=9.0), Stop()],
)  # fmt: skip
def test_what_is_gentler_is_never_locked(command: Command) -> None:
    locked, _ = session(LOCKED, {200: command}, 220)
    free, _ = session(replace(LOCKED, locked=()), {200: command}, 220)
    assert replace(locked[-1], config=free[-1].config) == free[-1]


COMMANDS = st.one_of(
    st.builds(SetGoal, tempo_bpm=st.floats(20.0, 120.0), breath_per_min=st.floats(1.0, 20.0)),
    st.builds(SetGoal, breath_per_min=st.floats(1.0, 20.0)),
    st.builds(Nudge, st.floats(-30.0, 30.0)),
    st.builds(SetVolume, st.floats(0.0, 1.0)),
    st.builds(SetVoice, st.sampled_from(["ocean", "soft", "gong"])),
    st.sampled_from([SkipRest(), EaseOff(), GoOn(), HoldTempo(), Pause(), Resume()]),
    st.builds(Feel, st.sampled_from(list(Feeling))),
)


@settings(max_examples=25)
@given(st.dictionaries(st.integers(1, 300), COMMANDS, max_size=25))
def test_no_keys_in_any_order_loosen_what_is_locked(given: dict[int, Command]) -> None:
    states, out = session(LOCKED, given, 300)
    slowest = [state.slowest_breath_per_min for state in states if state.slowest_breath_per_min is not None]
    assert min(slowest, default=99.0) >= 7.0 - 0.3  # a breath is a whole number of beats
    assert all(state.volume <= PRESET.sound.volume and state.voice in (None, "soft") for state in states)
    assert not any(state.is_rest_skipped for state in states)
    assert not any(isinstance(each, Ended) for each in out)
