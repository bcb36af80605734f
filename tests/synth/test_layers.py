"""Layers: the beat of one voice, the breath of another, a background under them, a gong at the end."""

from dataclasses import replace

import numpy as np
import pytest

from entrain.breath.pattern import BreathPattern
from entrain.control.protocol import PacedStage
from entrain.control.stages import score_of as stages_score
from entrain.errors import UsageError
from entrain.score import Score
from entrain.synth import end_gong
from entrain.synth.end_gong import LENGTH_S
from entrain.synth.layers import Layers
from entrain.synth.renderer import Renderer
from entrain.synth.scales import load
from entrain.synth.stretch import Samples, Stretch
from entrain.synth.volume import db
from tests.synth.scores import steady

RATE_HZ = 8000
SCORE = steady(60.0, 0.0, BreathPattern(4, 6))


def sound(score: Score = SCORE, voice: str = "soft", **layers: object) -> Samples:
    beat, breath = float(str(layers.pop("beat", 1.0))), float(str(layers.pop("breath", 1.0)))
    renderer = Renderer(voice, RATE_HZ, beat, breath, Layers(**layers))  # pyright: ignore[reportArgumentType]
    return renderer.render(score, 0, 20 * RATE_HZ, 0.0)


def test_a_mix_is_the_sum_of_its_layers():
    mixed = sound(breath_voice="ocean", background="night", background_volume=0.5)
    beat = sound(breath=0.0, background="silence")
    breath = sound(voice="ocean", beat=0.0, background="silence")
    ground = sound(voice="night", beat=0.0, breath=0.0, background_volume=0.5)
    assert np.abs(mixed).max() < 0.7  # where the limiter begins
    np.testing.assert_allclose(mixed, beat + db(-2.0) * breath + ground, atol=1e-6)
    assert min(float(np.abs(layer).max()) for layer in (beat, breath, ground)) > 0.003


def test_a_voice_brings_its_own_cues_and_background_unless_told_otherwise():
    np.testing.assert_array_equal(
        sound(voice="rain", breath=0.0), sound(voice="rain", breath=0.0, background="rain")
    )
    own, named = sound(voice="rain", beat=0.0), sound(voice="rain", beat=0.0, breath_voice="rain")
    ground = sound(voice="rain", beat=0.0, breath=0.0)
    # Whose breath was named is taken a little back: with another's beat the two may be more than one voice.
    np.testing.assert_allclose(db(-2.0) * (own - ground), named - ground, atol=1e-6)
    without = sound(voice="rain", background="silence", beat=0.0, breath=0.0)
    assert not without.any()


def test_another_scale_is_another_melody():
    assert not np.array_equal(sound(voice="kalimba"), sound(voice="kalimba", scale=load("hirajoshi")))
    np.testing.assert_array_equal(sound(voice="soft"), sound(voice="soft", scale=load("hirajoshi")))


def test_a_layer_that_does_not_exist_is_said():
    for layers in (Layers(breath_voice="ozean"), Layers(background="ozean")):
        with pytest.raises(UsageError, match='no voice "ozean"'):
            Renderer("soft", RATE_HZ, layers=layers)


def ending(fade_s: float) -> Score:
    return replace(SCORE, presence=SCORE.presence.changed(5.0, 0.0, fade_s))


def test_the_gong_rings_on_when_all_else_has_faded_and_then_there_is_silence():
    rung, plain = sound(ending(4.0), end_gong=0.8), sound(ending(4.0))
    np.testing.assert_array_equal(rung[: 5 * RATE_HZ], plain[: 5 * RATE_HZ])
    assert not plain[9 * RATE_HZ :].any()
    assert np.abs(rung[9 * RATE_HZ : 10 * RATE_HZ]).max() > 0.005
    assert not rung[round((5.0 + LENGTH_S) * RATE_HZ) :].any()


def test_no_gong_for_a_hurried_end_nor_for_what_never_began():
    np.testing.assert_array_equal(sound(ending(0.5), end_gong=1.0), sound(ending(0.5)))
    never = replace(SCORE, presence=type(SCORE.presence)().changed(5.0, 0.0, 4.0))
    assert not sound(never, end_gong=1.0).any()


def test_no_gong_for_a_rest_between_stages_and_one_alone_where_an_end_is_drawn_out():
    stages = (PacedStage(6.0, 20.0, rest_s=5.0), PacedStage(5.0, 24.0, rest_s=5.0))
    score = stages_score(stages, 0.0, 66.0, (4.0, 0.0, 6.0, 0.0))
    over_s = 54.0
    # As a session does when the guidance is over: it fades once more what is fading already.
    score = replace(score, presence=score.presence.changed(over_s + 1.0, 0.0, 8.0))
    stretch = Stretch(0, 80 * RATE_HZ, RATE_HZ, 0.0)
    assert list(end_gong.frames_in(score.presence, stretch, 9 * RATE_HZ)) == [round(over_s * RATE_HZ)]


def test_the_gong_does_not_hang_on_what_is_forgotten():
    late = ending(4.0).since(11.0)
    renderer = Renderer("soft", RATE_HZ, layers=Layers(end_gong=0.8))
    first, n = 11 * RATE_HZ, 3 * RATE_HZ
    np.testing.assert_array_equal(
        renderer.render(late, first, n, 0.0), renderer.render(ending(4.0), first, n, 0.0)
    )
