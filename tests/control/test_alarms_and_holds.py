"""Holds and stops at exact moments: each begins and ends where its rule says, and not a little before."""

from collections.abc import Iterable
from dataclasses import replace
from math import nan

import pytest

from entrain.breath.estimate import BreathTrack, InStep
from entrain.control.events import (
    BreathMeasured,
    Decided,
    Effect,
    Event,
    Link,
    LinkChanged,
    NotificationArrived,
)
from entrain.control.group import in_step_of
from entrain.control.heart import HeartTrack
from entrain.control.protocol import Bounds, PhaseTimes, Preset, SessionConfig
from entrain.control.state import SessionState
from entrain.reason import Code
from tests.control.test_groups import group_of, lived, stop_of, turns
from tests.support.hearts import Pulse, with_rsa
from tests.support.virtual_strap import packets_of

PRESET = Preset("alone", "Alone", "for tests", minutes=8, phases=PhaseTimes(60, 20, 20))


def alone(pulse: Pulse, until_s: int = 400) -> tuple[list[SessionState], list[Effect]]:
    return group_of(pulse, preset=PRESET, until_s=until_s)


def holds_of(effects: Iterable[Effect]) -> list[Decided]:
    return [each for each in effects if isinstance(each, Decided) and each.what == "hold"]


def pulses_bpm(states: list[SessionState]) -> list[float]:
    """At each tick; NaN where it is not known, which is neither above nor below anything."""
    return [state.tracks[0].state_at(state.t_s).bpm or nan for state in states]


def stood_s(is_so: list[bool], t_s: float) -> float:
    """For how long it had been so at `t_s`; the first is at second 1."""
    since_s = round(t_s)
    while is_so[since_s - 2]:
        since_s -= 1
    return t_s - since_s


# ---- holds -------------------------------------------------------------------------------------------------


def test_a_raised_pulse_holds_until_it_is_within_one_and_a_half_of_rest() -> None:
    """70 at rest, 76, then 72.2: below where the hold began, not yet where it ends; then 71."""

    def pulse(t_s: float) -> float:
        return 70.0 if t_s < 120 else 76.0 if t_s < 180 else 72.2 if t_s < 280 else 71.0

    states, effects = alone(pulse)
    began, ended = holds_of(effects)
    bpm, rest_bpm = pulses_bpm(states), states[-1].tracks[0].baseline_bpm
    assert rest_bpm is not None
    assert stood_s([each > rest_bpm + 3.0 for each in bpm], began.t_s) == 0.0
    assert bpm[250] < rest_bpm + 3.0, "below where it began"
    assert ended.reason.code is Code.PULSE_DOWN
    assert ended.t_s > 280
    assert stood_s([each <= rest_bpm + 1.5 for each in bpm], ended.t_s) == 0.0


def test_ten_seconds_out_of_step_hold_and_nine_do_not() -> None:
    states, effects = alone(with_rsa(70, swing_bpm=6, breaths_per_min=17))
    said = {each.t_s: each.in_step for each in effects if isinstance(each, BreathMeasured)}
    began = next(each for each in holds_of(effects) if each.reason.code is Code.OUT_OF_STEP)
    strays = [said.get(state.t_s) is InStep.NO for state in states]
    assert stood_s(strays, began.t_s) == 10.0
    assert states[round(began.t_s) - 2].hold is None


# ---- stops -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to_bpm", [92.0, 49.0])
def test_a_pulse_more_than_a_quarter_away_stops_after_twenty_seconds(to_bpm: float) -> None:
    states, effects = alone(turns(70, to_bpm, at_s=120.0))
    stop, bpm = stop_of(effects), pulses_bpm(states)
    assert stop is not None
    assert stop.reason.code is Code.PULSE_JUMPED
    assert stood_s([abs(each - 70) > 0.25 * 70 for each in bpm], stop.t_s) == 20.0


@pytest.mark.parametrize("to_bpm", [86.0, 54.0])
def test_a_pulse_less_than_a_quarter_away_stops_nothing(to_bpm: float) -> None:
    _, effects = alone(turns(70, to_bpm, at_s=120.0))
    assert stop_of(effects) is None


def with_early_beats(every: int, until_s: float = 400.0) -> list[Event]:
    """A pulse near 70; after the baseline one beat of so many comes too early, with a pause after it."""
    rr_ms = [850.0 + n % 3 for n in range(round(until_s / 0.85))]
    for n in range(100, len(rr_ms) - 1, every):
        rr_ms[n], rr_ms[n + 1] = 500.0, 1200.0
    sent = packets_of(rr_ms)
    return [
        LinkChanged(0.0, "s", Link.STREAMING),
        *[NotificationArrived(t_s, "s", payload) for t_s, payload in sent],
    ]


def test_more_artefacts_than_a_preset_permits_stop_after_two_minutes() -> None:
    strict = replace(PRESET, bounds=Bounds(artefacts_per_min=8.0))
    states, effects = lived(SessionConfig(strict, ("s",)), with_early_beats(every=14), 390)
    stop = stop_of(effects)
    assert stop is not None
    assert stop.reason.code is Code.TOO_IRREGULAR
    too_many = [state.tracks[0].state_at(state.t_s).artefacts_per_min > 8 for state in states]
    assert stood_s(too_many, stop.t_s) == 120.0


def test_extra_beats_that_are_set_aside_stop_nothing() -> None:
    states, effects = lived(SessionConfig(PRESET, ("s",)), with_early_beats(every=10), 390)
    assert max(state.tracks[0].state_at(state.t_s).artefacts_per_min for state in states) >= 6
    assert stop_of(effects) is None


# ---- several hearts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "of_all"),
    [
        ((InStep.YES, InStep.YES, InStep.NO), InStep.NO),
        ((InStep.NO, InStep.UNKNOWN, InStep.UNKNOWN), InStep.NO),
        ((InStep.UNKNOWN, InStep.YES, InStep.UNKNOWN), InStep.UNKNOWN),
        ((InStep.YES, InStep.YES), InStep.YES),
        ((InStep.UNKNOWN, InStep.UNKNOWN), InStep.UNKNOWN),
        ((InStep.LISTENING, InStep.LISTENING), InStep.LISTENING),
        ((), InStep.LISTENING),
    ],
)
def test_one_out_of_step_is_out_of_step(said: tuple[InStep, ...], of_all: InStep) -> None:
    tracks = tuple(
        HeartTrack(f"s{n}", Link.STREAMING, breath=BreathTrack(in_step=each)) for n, each in enumerate(said)
    )
    assert in_step_of(tracks) is of_all


def test_who_is_released_or_over_is_in_nobody_s_way() -> None:
    follows = HeartTrack("a", Link.STREAMING, breath=BreathTrack(in_step=InStep.YES))
    strays = HeartTrack("b", Link.STREAMING, breath=BreathTrack(in_step=InStep.NO))
    assert in_step_of((follows, strays)) is InStep.NO
    assert in_step_of((follows, replace(strays, is_led=False))) is InStep.YES
    assert in_step_of((follows, replace(strays, link=Link.FINISHED))) is InStep.YES
