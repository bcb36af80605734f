"""The codec: whatever is said in a session comes back as it was said."""

import json
from dataclasses import dataclass
from math import inf, nan

import pytest
from hypothesis import example, given

from entrain.control.events import (
    CommandGiven,
    Effect,
    Event,
    NotificationArrived,
    Nudge,
    PulseMeasured,
    Rate,
    ScoreChanged,
    StrapDescribed,
    Tick,
)
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.view import Summary
from entrain.heart.beat import PulseSource
from entrain.storage.log import codec
from tests.support import messages


@given(messages.events)
@example(Tick(5e-324))
@example(Tick(-0.0))
@example(Tick(0.1 + 0.2))
@example(CommandGiven(1.0, Rate(3, "nach\u0000her \ud800 é")))
def test_events_round_trip(event: Event) -> None:
    text = codec.encode(event)
    back = codec.decode_event(codec.kind_of(event), text)
    assert back == event
    assert repr(back) == repr(event)  # also tells -0.0 from 0.0 and 1 from 1.0
    assert codec.encode(back) == text
    assert text.isascii()


@given(messages.effects)
def test_effects_round_trip(effect: Effect) -> None:
    text = codec.encode(effect)
    back = codec.decode_effect(codec.kind_of(effect), text)
    assert repr(back) == repr(effect)
    assert codec.encode(back) == text


@given(messages.configs, messages.summaries)
def test_configurations_and_summaries_round_trip(config: SessionConfig, summary: Summary) -> None:
    assert repr(codec.decode(SessionConfig, codec.encode(config))) == repr(config)
    assert repr(codec.decode(Summary, codec.encode(summary))) == repr(summary)


def test_the_text_is_what_the_documentation_says() -> None:
    assert codec.encode(NotificationArrived(1.5, "H10", b"\x10\x3c\x00\x04")) == (
        '{"t_s":1.5,"strap":"H10","payload":"103c0004"}'
    )
    assert codec.encode(CommandGiven(2.0, Nudge(-1.0))) == (
        '{"t_s":2.0,"command":{"type":"Nudge","bpm":-1.0},"author":"person"}'
    )
    assert codec.encode(PulseMeasured(3.0, None, 2.5, PulseSource.HEART_RATE_FIELD, None)) == (
        '{"t_s":3.0,"bpm":null,"age_s":2.5,"source":"heart rate only","rmssd_ms":null}'
    )


def test_a_whole_number_in_a_float_field_stays_whole() -> None:
    preset = Preset(name="x", title="x", summary="x", minutes=10)
    assert repr(codec.decode(Preset, codec.encode(preset)).minutes) == "10"


@pytest.mark.parametrize("number", [inf, -inf, nan])
def test_numbers_that_are_none_are_refused_when_encoding(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        codec.encode(Tick(number))


@pytest.mark.parametrize("text", ['{"t_s":NaN}', '{"t_s":Infinity}', '{"t_s":-Infinity}', '{"t_s":1e999}'])
def test_numbers_that_are_none_are_refused_when_decoding(text: str) -> None:
    with pytest.raises(codec.Undecodable):
        codec.decode(Tick, text)


def test_a_field_the_text_lacks_takes_its_default() -> None:
    assert codec.decode(StrapDescribed, '{"t_s":1.0,"strap":"a"}') == StrapDescribed(1.0, "a")


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Tick, '{"t_s":', "not JSON"),
        (Tick, "[]", "must be an object"),
        (Tick, "{}", "t_s: is missing"),
        (Tick, '{"t_s":true}', "t_s: must be a finite number"),
        (Tick, '{"t_s":"1"}', "t_s: must be a finite number"),
        (Tick, '{"t_s":1.0,"mood":2}', "mood: Tick has no such field"),
        (NotificationArrived, '{"t_s":1.0,"strap":"a","payload":"xy"}', "payload: must be hexadecimal"),
        (NotificationArrived, '{"t_s":1.0,"strap":7,"payload":""}', "strap: must be of type str"),
        (CommandGiven, '{"t_s":1.0,"command":{"bpm":1.0}}', 'command: must have "type"'),
        (CommandGiven, '{"t_s":1.0,"command":{"type":"Fly"}}', 'command: must have "type"'),
        (CommandGiven, '{"t_s":1.0,"command":{"type":"Nudge","bpm":"x"}}', "command.bpm: must be a finite"),
        (PulseMeasured, '{"t_s":1,"bpm":1,"age_s":1,"source":"ear","rmssd_ms":1}', "source: must be one of"),
        (
            ScoreChanged,
            '{"t_s":1,"from_s":1,"score":{"tempo":{"ramps":[{"start_s":null}]}}}',
            "score.tempo.ramps.0.start_s: must be a finite number",
        ),
        (
            ScoreChanged,
            '{"t_s":1,"from_s":1,"score":{"tempo":{"ramps":[]},"breath":{"runs":[{"first_beat":0,'
            '"first_breath":0,"pattern":{"inhale":0,"exhale":1}}]}}}',
            "score.breath.runs.0.pattern: is no BreathPattern",
        ),
    ],
)
def test_a_text_that_does_not_fit_is_refused_with_its_place(kind: type, text: str, words: str) -> None:
    with pytest.raises(codec.Undecodable) as caught:
        codec.decode(kind, text)
    assert words in caught.value.message


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(codec.Undecodable, match="'Thought'"):
        codec.decode_event("Thought", "{}")
    with pytest.raises(codec.Undecodable, match="'Tick'"):
        codec.decode_effect("Tick", '{"t_s":1.0}')  # an event is not an effect


def test_a_command_that_is_none_cannot_be_stored() -> None:
    with pytest.raises(TypeError, match="Tick is none of"):
        codec.encode(CommandGiven(1.0, Tick(1.0)))  # type: ignore[arg-type]


def test_a_hidden_tag_is_refused() -> None:
    @dataclass(frozen=True)
    class A:
        type: str

    @dataclass(frozen=True)
    class B:
        pass

    with pytest.raises(TypeError, match="would hide the tag"):
        codec._union_encoder((A, B))


def test_every_message_has_its_own_name() -> None:
    assert not codec._EVENTS.keys() & codec._EFFECTS.keys()
    assert json.loads(codec.encode(Tick(1.0))) == {"t_s": 1.0}
