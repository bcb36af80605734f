"""The renderer is a function of the absolute frame, of the score, and of nothing else."""

from decimal import Decimal, getcontext
from functools import cache
from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.breath.pattern import BreathPattern
from entrain.score import LEAD_S, Presence, Score
from entrain.synth.layers import Layers
from entrain.synth.renderer import Renderer
from entrain.synth.stretch import Samples, Stretch, phases_at, presence_in, swells_in
from entrain.synth.voices import CATALOGUE
from entrain.tempo.plan import Ramp, TempoPlan
from tests.synth.scores import edited_live, lengths_s, scores, steady

EASE_S = 0.02  # the shortest ramp that does not click
RATE_HZ = 8_000  # low, so that hundreds of scores are rendered in seconds; nothing depends on it
LENGTH = 10 * RATE_HZ

MIXED = "mixed"  # not a voice: the beat of one, the breath of another, the background of a third, and a gong
LAYERS = Layers(breath_voice="ocean", background="rain", background_volume=0.8, end_gong=0.8)
voices = st.sampled_from([*(name for name in CATALOGUE if name != "silence"), MIXED])


@cache
def renderer_of(voice: str) -> Renderer:
    return Renderer("kalimba", RATE_HZ, layers=LAYERS) if voice == MIXED else Renderer(voice, RATE_HZ)


def blocks(length: int, cuts: list[int]) -> list[tuple[int, int]]:
    edges = [0, *sorted(set(cuts)), length]
    return list(pairwise(edges))


@settings(max_examples=60, deadline=None)
@given(scores(), voices, st.lists(st.integers(1, LENGTH - 1), max_size=12), st.floats(-3.0, 3.0))
def test_the_same_frames_however_the_stream_is_cut(score: Score, voice: str, cuts: list[int], epoch_s: float):
    renderer = renderer_of(voice)
    whole = renderer.render(score, 0, LENGTH, epoch_s)
    cut = [renderer.render(score, a, b - a, epoch_s) for a, b in blocks(LENGTH, cuts)]
    np.testing.assert_array_equal(np.concatenate(cut), whole)


@settings(max_examples=10, deadline=None)
@given(scores(), voices, st.integers(1, 700))
def test_the_same_frames_in_a_devices_small_blocks(score: Score, voice: str, size: int):
    renderer = renderer_of(voice)
    length = 2 * RATE_HZ
    cut = [renderer.render(score, a, min(size, length - a), 1.0) for a in range(0, length, size)]
    np.testing.assert_array_equal(np.concatenate(cut), renderer.render(score, 0, length, 1.0))


@settings(max_examples=30, deadline=None)
@given(edited_live(), voices, st.integers(500, 4000))
def test_edits_under_the_commit_rule_leave_no_trace(
    live: tuple[list[tuple[float, Score]], Score], voice: str, size: int
):
    """What is rendered as the edits arrive is what the last score renders, knowing them all."""
    said, last = live
    renderer, played = renderer_of(voice), []
    for first in range(0, LENGTH, size):
        # Rendered well ahead of the moment it sounds, but less than the lead.
        now_s = first / RATE_HZ - 0.5 * LEAD_S
        score = [score for said_s, score in said if said_s <= now_s][-1]
        played.append(renderer.render(score.since(now_s - 30.0), first, min(size, LENGTH - first), 0.0))
    np.testing.assert_array_equal(np.concatenate(played), renderer.render(last, 0, LENGTH, 0.0))


@settings(max_examples=40, deadline=None)
@given(scores(), voices)
def test_no_sample_beyond_full_scale(score: Score, voice: str):
    sound = renderer_of(voice).render(score, 0, LENGTH, 0.0)
    assert sound.dtype == np.float32
    assert sound.shape == (LENGTH, 2)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 1.0


def test_silence_is_exact():
    pattern = BreathPattern(4, 6)
    gone = Score(TempoPlan.steady(0.0, 60.0), None, Presence().changed(-1.0, 1.0, 0.0).changed(2.0, 0.0, 1.0))
    sound = renderer_of("soft").render(gone, 0, LENGTH, 0.0)
    assert np.abs(sound[: 2 * RATE_HZ]).max() > 0.05
    assert not sound[3 * RATE_HZ :].any()
    assert not renderer_of("silence").render(steady(60.0, 0.0, pattern), 0, LENGTH, 0.0).any()
    assert not renderer_of("soft").render(steady(60.0, 100.0, pattern), 0, LENGTH, 0.0).any()
    assert not Renderer("soft", RATE_HZ, beat=0.0, breath=0.0).render(steady(60.0), 0, LENGTH, 0.0).any()
    assert renderer_of("soft").render(steady(), 5, 0, 0.0).shape == (0, 2)


def largest_step(sound: Samples) -> float:
    return float(np.abs(np.diff(sound, axis=0)).max())


@cache
def steepest_of(voice: str) -> float:
    return max(
        largest_step(renderer_of(voice).render(steady(bpm, 0.0, BreathPattern(2, 2)), 0, LENGTH, 0.0))
        for bpm in (45.0, 150.0)
    )


@settings(max_examples=60, deadline=None)
@given(scores(), voices)
def test_nothing_clicks_at_an_edit(score: Score, voice: str):
    """No step between two frames is larger than the voice's own at its busiest."""
    steepest = steepest_of(voice)
    # A jump of tempo bends the cues' pitch by as much; presence adds at most its steepest ramp.
    bend, ramp = 150.0 / 45.0, 1.5 / (EASE_S * RATE_HZ)
    assert largest_step(renderer_of(voice).render(score, 0, LENGTH, 0.0)) <= bend * steepest + ramp


@settings(max_examples=100, deadline=None)
@given(scores(), st.floats(-2.0, 8.0), st.integers(1, 3000))
def test_many_moments_at_once_are_the_plans_own(score: Score, epoch_s: float, n_frames: int):
    stretch = Stretch(0, n_frames, RATE_HZ, epoch_s)
    phases = phases_at(score.tempo, stretch.times_s)
    expected = [score.tempo.phase_at(float(t_s)) for t_s in stretch.times_s]
    np.testing.assert_allclose(phases, expected, rtol=0, atol=1e-9)


ramps = st.lists(
    st.tuples(lengths_s(3.0), st.sampled_from((0.0, 0.3, 1.0)), st.integers(20, 4000)), max_size=6
)


@settings(max_examples=100, deadline=None)
@given(ramps, st.integers(1, 3000), st.floats(-1.0, 6.0))
def test_presence_is_the_scores_own_also_when_its_past_is_forgotten(
    ramps: list[tuple[float, float, int]], n_frames: int, forgotten_s: float
):
    presence, at_s = Presence(), 0.0
    for after_s, level, ms in ramps:
        at_s += after_s + 0.001
        presence = presence.changed(at_s, level, ms / 1000)
    stretch = Stretch(0, n_frames, 400, -1.0)
    gains = np.broadcast_to(presence_in(presence, stretch), (n_frames,))
    expected = [presence.at(float(t_s)) for t_s in stretch.times_s]
    np.testing.assert_allclose(gains, expected, rtol=0, atol=1e-6)
    pruned = Score(TempoPlan.steady(0.0, 60.0), None, presence).since(forgotten_s).presence
    later = stretch.times_s >= forgotten_s
    again = np.broadcast_to(presence_in(pruned, stretch), (n_frames,))
    np.testing.assert_array_equal(again[later], gains[later])


def test_a_step_of_presence_takes_as_long_as_it_needs_not_to_click():
    stretch = Stretch(0, RATE_HZ, RATE_HZ, 0.0)
    gains = presence_in(Presence().changed(0.5, 1.0, 0.0), stretch)
    assert isinstance(gains, np.ndarray)
    assert np.flatnonzero(gains)[0] == RATE_HZ // 2 + 1
    assert np.flatnonzero(gains == 1.0)[0] == round(RATE_HZ * (0.5 + EASE_S))


@settings(max_examples=100, deadline=None)
@given(scores())
def test_breath_parts_are_the_scores_own_cues_and_leave_no_frame_out(score: Score):
    stretch = Stretch(0, LENGTH, RATE_HZ, -1.0)
    swells = list(swells_in(score, stretch))
    for before, after in pairwise(swells):
        assert before.first_frame + before.n_frames == after.first_frame
    for swell in swells:
        assert (np.diff(swell.position) >= 0).all()
        assert 0.0 <= swell.position[0] <= swell.position[-1] <= 1.0
    begun = {(stretch.frame_at(c.t_s), c.part) for c in score.cues_between(-0.9, stretch.time_of(LENGTH - 2))}
    assert begun <= {(swell.first_frame, swell.part) for swell in swells}


# ---- sixty minutes -----------------------------------------------------------------------------------------

getcontext().prec = 40


def exact_time(plan: TempoPlan, n: int) -> Decimal:
    """When beat n falls, in 40 digits, worked out ramp by ramp from the definition of a linear tempo."""
    index = max(i for i, ramp in enumerate(plan.ramps) if i == 0 or Decimal(ramp.phase) <= n)
    ramp: Ramp = plan.ramps[index]
    f0, f1 = Decimal(ramp.bpm) / 60, Decimal(ramp.to_bpm) / 60
    start, length, beats = Decimal(ramp.start_s), Decimal(ramp.duration_s), n - Decimal(ramp.phase)
    glided = length * (f0 + f1) / 2
    if beats >= glided or not length or f0 == f1:
        return start + length + (beats - glided) / f1
    slope = (f1 - f0) / length
    return start + ((f0 * f0 + 2 * slope * beats).sqrt() - f0) / slope


def hour_of_edits(seed: int) -> list[tuple[float, Score]]:
    """[(when said, score)]: 60 min of gliding down and up again, edited every few seconds."""
    random = Random(seed)
    score = steady(80.0, 0.3)
    said = [(-10.0, score)]
    t_s = 0.0
    while t_s < 3600.0:
        t_s += random.uniform(1.0, 20.0)
        to_bpm, in_s = random.uniform(50.0, 100.0), random.uniform(0.0, 300.0)
        score = Score(score.tempo.edited(t_s + LEAD_S, to_bpm, in_s), None, score.presence)
        said.append((t_s, score))
    return said


def test_every_onset_of_an_hour_is_on_its_frame():
    """The click's first sample in the sound itself, against the plan in 40 digits: no frame of error."""
    rate_hz, chunk = 48_000, 16_000
    renderer = Renderer("metronome", rate_hz, breath=0.0)
    said = hour_of_edits(seed=4)
    heard: list[int] = []
    edits, (_, score) = iter(said[1:]), said[0]
    following = next(edits)
    silent_since = 0
    for first in range(0, 3600 * rate_hz, chunk):
        while following is not None and following[0] <= first / rate_hz - 0.25:
            score = following[1].since(following[0] - 30.0)
            following = next(edits, None)
        # Of a click both sides are the same.
        loud = np.flatnonzero(renderer.render(score, first, chunk, 0.0)[:, 0]) + first
        if loud.size:
            # A click is over after 80 ms; whatever comes after more than 100 ms of silence is the next one.
            gaps = np.diff(loud, prepend=silent_since)
            heard.extend(loud[gaps > 4800].tolist())
            silent_since = int(loud[-1])
    plan = said[-1][1].tempo
    planned = [round(exact_time(plan, n) * rate_hz) for n in range(len(heard))]
    assert len(heard) > 3600
    assert heard == planned
    assert exact_time(plan, len(heard)) * rate_hz > 3600 * rate_hz - 1
