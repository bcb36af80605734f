"""Loudness: the limiter, the volume's curve, gains that glide."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.signal import resample_poly

from entrain.synth.level import CEILING, KNEE, Glide, limited
from entrain.synth.volume import gain_of

samples = hnp.arrays(
    np.float32, st.tuples(st.integers(0, 50), st.just(2)), elements=st.floats(-100, 100, width=32)
)
volumes = st.floats(0, 1, width=16)


@given(samples)
def test_the_limiter_keeps_within_its_ceiling_and_leaves_what_is_below_its_knee(sound: np.ndarray):
    out = limited(sound)
    assert out.shape == sound.shape
    assert out.dtype == np.float32
    assert np.abs(out).max(initial=0.0) <= np.float32(CEILING)
    below = np.abs(sound) <= np.float32(KNEE)
    np.testing.assert_array_equal(out[below], sound[below])
    assert (np.sign(out) == np.sign(sound)).all()


@given(samples, st.integers(0, 50))
def test_the_limiter_remembers_nothing(sound: np.ndarray, cut: int):
    np.testing.assert_array_equal(
        np.concatenate([limited(sound[:cut]), limited(sound[cut:])]), limited(sound)
    )


def test_the_limiter_bends_without_a_corner():
    ramp = np.linspace(0, 2, 20_001, dtype=np.float32)[:, None].repeat(2, 1)
    slope = np.diff(limited(ramp)[:, 0]) / np.diff(ramp[:, 0])
    assert (slope > 0).all()
    assert np.abs(np.diff(slope)).max() < 0.01


@pytest.mark.parametrize("hz", [60.0, 997.0, 5000.0])
def test_between_its_samples_too_a_wave_that_is_too_loud_stays_below_minus_1_db(hz: float):
    t = np.arange(24_000) / 48_000
    wave = (0.8 * np.sin(2 * np.pi * hz * t) + 0.4 * np.sin(2 * np.pi * 1.618 * hz * t)).astype(np.float32)
    true_peak = np.abs(resample_poly(limited(wave[:, None].repeat(2, 1)), 4, 1, axis=0))[200:-200].max()
    assert 20 * np.log10(true_peak) < -1.0


@given(volumes, volumes)
def test_a_higher_volume_is_a_higher_gain(one: float, other: float):
    assert gain_of(0.0) == 0.0
    assert gain_of(1.0) == 1.0
    assert (gain_of(one) - gain_of(other)) * (one - other) >= 0.0


@given(
    st.lists(st.tuples(volumes, st.integers(0, 3000), st.integers(100, 2000)), min_size=1, max_size=5),
    st.lists(st.integers(1, 5999), max_size=8),
)
def test_a_gain_glides_without_a_step_through_any_number_of_changes(
    changes: list[tuple[float, int, int]], cuts: list[int]
):
    """However often it is sent elsewhere in the middle, and however the stream is cut."""
    glide, frame = Glide.at(0.5), 0
    out: list[np.ndarray] = []
    for gain, after, n_frames in changes:
        out.append(glide.applied(np.ones((after, 2), np.float32), frame))
        frame += after
        glide = glide.to(gain, frame, n_frames)
    edges = [frame, *(frame + cut for cut in sorted(set(cuts))), frame + 6000]
    out.extend(glide.applied(np.ones((b - a, 2), np.float32), a) for a, b in pairwise(edges))
    gains = np.concatenate(out)[:, 0]
    assert np.abs(np.diff(gains)).max() <= 1.5 / 100 + 1e-6
    assert gains[-1] == np.float32(changes[-1][0])
    assert glide.is_over(frame + 2000)
