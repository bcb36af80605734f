"""Whatever is decided is said in words that need no knowledge of the program."""

import ast
import re
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

import entrain.control
from entrain.control.events import (
    Command,
    CommandGiven,
    Decided,
    EaseOff,
    Feel,
    Feeling,
    GoOn,
    HoldTempo,
    LeaveBreath,
    Nudge,
    Pause,
    PhaseBegan,
    Resume,
    SetGoal,
    SetVoice,
    SkipRest,
    StepAway,
    Stop,
    Tick,
)
from entrain.control.holds import _GOING_ON
from entrain.control.protocol import PacedStage, PhaseTimes, Preset, SessionConfig, TempoRule
from entrain.control.session import reduce, start
from entrain.control.state import HoldCause
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.reason import Code, parsed
from entrain.tempo.policy import POLICIES
from entrain.wording import english
from entrain.wording import session as session_text
from entrain.wording.decisions import said
from tests.support.hearts import Pulse, session_events

PRESET = Preset("test", "Test", "for tests", minutes=9, phases=PhaseTimes(40, 30, 30))
KEYS: dict[int, Command] = {
    20: SkipRest(),
    150: HoldTempo(),
    160: GoOn(),
    170: EaseOff(),
    180: GoOn(),
    200: Nudge(-20.0),
    205: Nudge(40.0),
    210: Feel(Feeling.EASY),
    270: Pause(),
    280: Resume(),
    285: StepAway(),
    288: Resume(),
    290: SetGoal(tempo_bpm=10.0, breath_per_min=1.0),
    295: Feel(Feeling.LIGHT_HEADED),
    480: LeaveBreath(),
    500: Stop(),
}
NO_WORDS = re.compile(r"[_{}<>=]|None|nan|\bbpm\b")


def decided(config: SessionConfig, events: list) -> list[Decided | PhaseBegan]:
    state, out = start(config), []
    for event in events:
        state, effects = reduce(state, event)
        out += [effect for effect in effects if isinstance(effect, Decided | PhaseBegan)]
    return out


def guided_by(policy: str, kind: Kind) -> list[Decided | PhaseBegan]:
    preset = replace(PRESET, tempo=TempoRule(policy, fixed_bpm=62.0 if policy == "fixed" else None))
    heart = SimulatedHeart(Person.draw(4, kind), "s")
    config = SessionConfig(preset, ("s",), yoked=((0.0, 66.0), (120.0, 60.0)))
    state, out = start(config), []
    for t_s in range(1, 560):
        keys = [CommandGiven(t_s + 0.1, KEYS[t_s])] if t_s in KEYS and kind is Kind.TYPICAL else []
        for event in (*heart.until(float(t_s), state.score), Tick(float(t_s)), *keys):
            state, effects = reduce(state, event)
            out += [effect for effect in effects if isinstance(effect, Decided | PhaseBegan)]
    return out


def stopped_by(pulse: Pulse) -> list[Decided | PhaseBegan]:
    return decided(SessionConfig(PRESET, ("strap",)), list(session_events(pulse, 400)))


@pytest.fixture(scope="module")
def everything() -> list[Decided | PhaseBegan]:
    """Every policy on three kinds of people, the keys, lost straps, stops for safety, paced stages."""
    kinds = (Kind.TYPICAL, Kind.LAPSING, Kind.NOISY_STRAP)
    sessions = [guided_by(policy, kind) for policy in POLICIES for kind in kinds]
    sessions += [stopped_by(lambda t_s: 70.0 if t_s < 200 else 35.0)]
    sessions += [stopped_by(lambda t_s: 70.0 if t_s < 200 else 105.0)]
    sessions += [stopped_by(lambda t_s: 70.0 if not 150 < t_s < 250 else 75.0)]
    stages = (PacedStage(6.0, 30.0), PacedStage(5.5, 30.0, rest_s=10.0))
    sessions += [
        decided(SessionConfig(PRESET, ("strap",), stages=stages), list(session_events(lambda _: 68.0, 300)))
    ]
    locked = SessionConfig(PRESET, ("strap",), locked=("sound.voice",))
    another = CommandGiven(3.0, SetVoice("ocean"))
    sessions += [decided(locked, [*session_events(lambda _: 68.0, 3), another])]
    return list(chain.from_iterable(sessions))


def test_every_reason_is_a_plain_sentence(everything: list[Decided | PhaseBegan]) -> None:
    for each in everything:
        words = said(each.reason)
        assert words[:1].islower() or words[:1].isdigit() or words[:1] in "+-"
        assert not words.endswith(".")
        assert len(words.split()) >= 2 or words == "paused"
        assert not NO_WORDS.search(words), words


def test_every_reason_is_read_again_from_its_data(everything: list[Decided | PhaseBegan]) -> None:
    for each in everything:
        assert parsed(str(each.reason)) == each.reason


def test_every_code_has_a_sentence_that_its_figures_fill() -> None:
    assert set(english.REASONS) == set(Code) - {Code.AS_TOLD}
    assert parsed("the time is over").text == "the time is over"


def test_every_line_of_why_is_written_in_words(everything: list[Decided | PhaseBegan]) -> None:
    decisions = [each for each in everything if isinstance(each, Decided)]
    for line in session_text.decisions_text(decisions):
        assert not NO_WORDS.search(line), line


def test_every_hold_has_words_for_its_beginning_and_its_end(everything: list[Decided | PhaseBegan]) -> None:
    assert set(_GOING_ON) == set(HoldCause)
    holds = {said(each.reason) for each in everything if isinstance(each, Decided) and each.what == "hold"}
    for words in (
        "paused",
        "no fresh pulse",
        "not connected",
        "your pulse is",
        "breath comes along",
        "as you asked",
    ):
        assert any(words in reason for reason in holds), words
    assert {reason for reason in holds if reason.startswith("going on")} <= {
        english.REASONS[code] for code in (*_GOING_ON.values(), Code.STEP_NOT_SEEN)
    }


def test_every_kind_of_decision_in_the_code_is_met_here_and_named(
    everything: list[Decided | PhaseBegan],
) -> None:
    """The kinds are read from the source, so that a new one cannot be forgotten."""
    kinds: set[str] = set()
    for path in Path(entrain.control.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Decided":
                (what,) = (a.value for a in node.args[1:2] if isinstance(a, ast.Constant))
                kinds.add(what)
    assert kinds == {each.what for each in everything if isinstance(each, Decided)}
    assert kinds - {"hold", "stop"} <= set(session_text._FIGURES)
    figures = {name for each in everything if isinstance(each, Decided) for name, _ in each.inputs}
    assert figures <= set(session_text._FIGURES)
