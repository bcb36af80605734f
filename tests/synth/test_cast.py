"""Voices that change while they sound: nothing clicks, nothing is late, and what stays is not touched."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.breath.pattern import BreathPattern
from entrain.score import Score
from entrain.synth.cast import CROSSFADE_S, Cast
from entrain.synth.layers import Layers
from entrain.synth.renderer import Renderer
from entrain.synth.stretch import Samples
from entrain.synth.voices import CATALOGUE
from tests.synth.scores import scores, steady

RATE_HZ = 8_000
LENGTH = 10 * RATE_HZ
FADE = round(CROSSFADE_S * RATE_HZ)
PATTERN = BreathPattern(2, 3)

names = st.sampled_from(list(CATALOGUE))
changes = st.lists(st.tuples(st.integers(0, LENGTH), names), min_size=1, max_size=4).map(sorted)


@cache
def renderer_of(voice: str) -> Renderer:
    return Renderer(voice, RATE_HZ)


def cast_of(first: str, changes: list[tuple[int, str]]) -> Cast:
    cast = Cast(renderer_of(first))
    for at, voice in changes:
        cast = cast.changed(renderer_of(voice), at)
    return cast


def largest_step(sound: Samples) -> float:
    return float(np.abs(np.diff(sound, axis=0)).max(initial=0.0))


@settings(max_examples=25, deadline=None)
@given(scores(), names, changes, st.lists(st.integers(1, LENGTH - 1), max_size=8))
def test_the_same_frames_however_the_stream_is_cut(
    score: Score, first: str, changes: list[tuple[int, str]], cuts: list[int]
):
    cast = cast_of(first, changes)
    whole = cast.render(score, 0, LENGTH, 0.0)
    edges = [0, *sorted(set(cuts)), LENGTH]
    cut = [cast.render(score, a, b - a, 0.0) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(cut), whole)
    assert whole.dtype == np.float32
    assert np.abs(whole).max() <= 1.0


@settings(max_examples=25, deadline=None)
@given(scores(), names, changes, st.integers(200, 3000))
def test_a_change_leaves_no_trace_before_it_is_made(
    score: Score, first: str, changes: list[tuple[int, str]], size: int
):
    """Rendered block after block as the changes come is what the whole cast renders, knowing them all."""
    cast, played, waiting = Cast(renderer_of(first)), [], list(changes)
    for at in range(0, LENGTH, size):
        while waiting and waiting[0][0] <= at:
            cast = cast.changed(renderer_of(waiting.pop(0)[1]), at)
        played.append(cast.render(score, at, min(size, LENGTH - at), 0.0))
        assert len(cast.entries) <= 3, "what is over is forgotten"
    late = [(-(-at // size) * size, voice) for at, voice in changes]
    expected = Cast(renderer_of(first))
    for at, voice in late:
        expected = expected.changed(renderer_of(voice), at)
    # What is over by the last change was dropped from `expected`; after it nothing may differ.
    from_frame = min(late[-1][0], LENGTH)
    np.testing.assert_array_equal(
        np.concatenate(played)[from_frame:], expected.render(score, from_frame, LENGTH - from_frame, 0.0)
    )


def test_before_and_after_the_crossfade_each_voice_is_exactly_itself():
    score, at = steady(72.0, 0.0, PATTERN), 2 * RATE_HZ
    sound = cast_of("soft", [(at, "raga")]).render(score, 0, LENGTH, 0.0)
    soft, raga = (renderer_of(voice).render(score, 0, LENGTH, 0.0) for voice in ("soft", "raga"))
    np.testing.assert_array_equal(sound[: at + 1], soft[: at + 1])
    np.testing.assert_array_equal(sound[at + FADE :], raga[at + FADE :])
    between = slice(at + FADE // 4, at + 3 * FADE // 4)
    assert not np.array_equal(sound[between], soft[between])
    assert not np.array_equal(sound[between], raga[between])


@settings(max_examples=25, deadline=None)
@given(names, changes)
def test_no_step_is_larger_than_the_voices_own(first: str, changes: list[tuple[int, str]]):
    """Both together at most sqrt(2) of the steepest, and what the fade's own slope adds: pi / 2 a fade."""
    score = steady(80.0, 0.0, PATTERN)
    sounds = [renderer_of(v).render(score, 0, LENGTH, 0.0) for v in {first, *(v for _, v in changes)}]
    steepest, peak = max(map(largest_step, sounds)), max(float(np.abs(s).max()) for s in sounds)
    bound = np.sqrt(2) * steepest + np.pi * peak / FADE + 1e-6
    assert largest_step(cast_of(first, changes).render(score, 0, LENGTH, 0.0)) <= bound


@pytest.mark.parametrize("pair", [("rain", "ocean"), ("breath", "rain"), ("soft", "kalimba")])
def test_the_power_stays_while_one_gives_way_to_the_other(pair: tuple[str, str]):
    """Second by second no louder than the louder of the two, nor quieter than the quieter, by 1.5 dB."""
    score, at, n = steady(60.0, 0.0, PATTERN), 4 * RATE_HZ, 10
    cast = cast_of(pair[0], [(at, pair[1])])

    def powers_db(sound: Samples) -> np.ndarray:
        return 10 * np.log10((sound[: n * RATE_HZ] ** 2).reshape(n, -1).mean(1))

    mixed = powers_db(cast.render(score, 0, LENGTH, 0.0))
    one, other = (powers_db(renderer_of(voice).render(score, 0, LENGTH, 0.0)) for voice in pair)
    assert (mixed < np.maximum(one, other) + 1.5).all()
    assert (mixed > np.minimum(one, other) - 1.5).all()


def test_what_both_have_in_common_goes_on_bit_for_bit():
    layers = Layers(breath_voice="ocean", background="rain", end_gong=0.8)
    one, other = (Renderer(voice, RATE_HZ, beat=0.0, layers=layers) for voice in ("soft", "kalimba"))
    score = steady(60.0, 0.0, PATTERN)
    cast = Cast(one).changed(other, 3 * RATE_HZ)
    expected = one.render(score, 0, LENGTH, 0.0)
    np.testing.assert_array_equal(cast.render(score, 0, LENGTH, 0.0), expected)
    assert expected.any()


def test_the_beat_stays_where_it_was():
    score = steady(66.0, 0.31)
    cast = Cast(Renderer("metronome", RATE_HZ, breath=0.0)).changed(
        Renderer("frame-drum", RATE_HZ, breath=0.0), 3 * RATE_HZ
    )
    frames = [strike.frame for strike in cast.onsets(score, 0, LENGTH, 0.0)]
    assert frames == [round((0.31 + n * 60 / 66) * RATE_HZ) for n in range(len(frames))]
    sound = cast.render(score, 0, LENGTH, 0.0)
    quiet = [frame for frame in frames if not sound[frame - 1].any()]
    assert all(sound[frame].any() for frame in quiet)
    assert len(quiet) >= 3


def test_in_a_hurry_the_last_choice_counts_and_nothing_is_cut_short():
    cast = cast_of("soft", [(1000, "rain"), (2000, "gong"), (3000, "night"), (4000, "kalimba")])
    assert [entry.first_frame for entry in cast.entries] == [1000, 1000 + FADE]
    assert [entry.renderer for entry in cast.entries] == [renderer_of("rain"), renderer_of("kalimba")]
    assert cast.last is renderer_of("kalimba")
    assert cast_of("soft", [(0, "rain"), (FADE + 5, "night")]).first is renderer_of("rain")
