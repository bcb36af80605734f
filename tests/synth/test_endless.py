"""The endless rhythm: every stream slows and slows, and the whole comes back to where it was."""

from itertools import pairwise
from math import log2

import numpy as np
import pytest

from entrain.synth.renderer import Renderer
from entrain.synth.voices.endless import CYCLE_BEATS, STREAMS, events, loudness
from tests.synth.scores import steady


def course(cycles: int) -> dict[int, list[float]]:
    """When (in beats) each stream sounds, a stream being followed from cycle to cycle as it slows."""
    streams: dict[int, list[float]] = {}
    for cycle in range(cycles):
        for beat in range(CYCLE_BEATS):
            for within, octaves in events(beat):
                at = beat + within
                number = round(octaves + at / CYCLE_BEATS) + cycle
                streams.setdefault(number, []).append(cycle * CYCLE_BEATS + at)
    return streams


def test_each_stream_slows_evenly_through_all_cycles_an_octave_in_each():
    stream = course(3)[2]  # in at the quick end, out at the slow one
    intervals = np.diff(stream)
    assert (np.diff(intervals) > 0).all()
    # A tempo that falls evenly: its logarithm is a straight line over the beats.
    middles = [(a + b) / 2 for a, b in pairwise(stream)]
    slope, offset = np.polyfit(middles, np.log2(1 / intervals), 1)
    assert slope * CYCLE_BEATS == pytest.approx(-1.0, abs=0.01)
    residual = np.log2(1 / intervals) - (slope * np.array(middles) + offset)
    assert np.abs(residual).max() < 0.01


def test_loudness_leaves_the_whole_where_it_was():
    """Weighted by loudness, the middle tempo of all streams is the score's, at every moment of the cycle."""
    for moment in np.linspace(0.0, 1.0, 21):
        octaves = [stream - moment for stream in STREAMS]
        weights = [loudness(x) for x in octaves]
        middle = sum(w * x for w, x in zip(weights, octaves, strict=True)) / sum(weights)
        assert middle == pytest.approx(0.0, abs=0.05)
        assert sum(weights) == pytest.approx(2.0, abs=1e-9)


def test_what_comes_in_and_goes_out_is_silent():
    assert loudness(2.0) == loudness(-2.0) == pytest.approx(0.0)
    assert loudness(0.0) == 1.0


def test_one_cycle_sounds_like_the_next_while_the_scores_tempo_stays_at_its_floor():
    rate_hz, bpm = 8000, 60.0
    sound = Renderer("endless", rate_hz, breath=0.0).render(steady(bpm), 0, 54 * rate_hz, 0.0)
    cycle = CYCLE_BEATS * rate_hz
    second, third = sound[cycle : 2 * cycle], sound[2 * cycle : 3 * cycle]
    np.testing.assert_allclose(second, third, atol=1e-6)
    # Within it the stream that begins at the beat's tempo comes near to half of it.
    near = course(1)[0]
    assert near[1] - near[0] == pytest.approx(1.0, abs=0.05)
    assert log2((near[-1] - near[-2]) / (near[1] - near[0])) == pytest.approx(0.81, abs=0.02)
