"""Sixteen bits: no step is favoured, what is quieter than a step is still there, silence is silence."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.devices.audio.dither import STEPS, Dither
from entrain.synth.stretch import Samples, silence

RATE_HZ = 48_000
DITHER = Dither()


def tone(level: float, seconds: float = 4.0, hz: float = 220.0) -> Samples:
    wave = np.sin(2 * np.pi * hz * (np.arange(round(seconds * RATE_HZ)) + 0.5) / RATE_HZ)
    sound = silence(len(wave))
    sound[:] = (level * wave)[:, None]
    return sound


def test_rounding_moves_nothing_and_its_error_is_the_same_for_any_sound():
    for level in (0.6, 0.01, 2.0 / STEPS):
        sound = tone(level)
        error = DITHER.sixteen_bits(sound, 0) - sound * np.float32(STEPS)
        assert np.abs(error).max() <= 1.5 + 1e-6
        assert abs(error.mean()) < 0.005, "steps; cut off instead of rounded it is 0.5"
        # A quarter of a step squared: two of dither's rectangles and rounding's own, a twelfth each.
        np.testing.assert_allclose((error**2).mean(axis=0), 0.25, rtol=0.02)
        assert abs(np.corrcoef(error[:, 0], error[:, 1])[0, 1]) < 0.01


def test_a_tone_of_a_third_of_a_step_is_kept_without_harmonics():
    sound = tone(0.33 / STEPS, hz=250.0)
    written = DITHER.sixteen_bits(sound, 0)[:, 0].astype(float)
    spectrum = np.abs(np.fft.rfft(written)) / (len(written) / 2)
    at = [round(k * 250 * len(written) / RATE_HZ) for k in (1, 2, 3, 5)]
    assert abs(spectrum[at[0]] - 0.33) < 0.01
    assert spectrum[at[1:]].max() < 0.01
    assert not np.rint(sound * STEPS).any(), "rounding alone would leave nothing of it"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 99_999), max_size=8))
def test_the_same_however_it_is_cut(cuts: list[int]):
    sound = tone(0.001, 100_000 / RATE_HZ)
    sound[20_000:60_000] = 0.0
    whole = DITHER.sixteen_bits(sound, 0)
    edges = [0, *sorted(set(cuts)), len(sound)]
    apart = [DITHER.sixteen_bits(sound[a:b], a) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(apart), whole)
    assert not whole[20_000:60_000].any()
    assert whole.flags.c_contiguous
