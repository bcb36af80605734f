"""The callback: what is wished for comes at the edge of a block, and nothing clicks."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings

from entrain.breath.pattern import BreathPattern
from entrain.devices.audio.player import Player, PlayerWish, Take
from entrain.score import LEAD_S, Score
from entrain.synth.cast import CROSSFADE_S
from entrain.synth.level import ATTACK_S, GAIN_S
from entrain.synth.renderer import Renderer
from entrain.synth.stretch import Samples
from tests.synth.scores import edited_live, steady

RATE_HZ, BLOCK = 8_000, 128
BREATH = BreathPattern(2, 3)
TIME = SimpleNamespace(outputBufferDacTime=7.3, currentTime=7.1)
FINE = SimpleNamespace(output_underflow=False)


def player(gain: float = 1.0, voice: str = "soft") -> Player:
    return Player(Renderer(voice, RATE_HZ), origin_s=0.0, gain=gain)


def played(player: Player, seconds: float) -> Samples:
    blocks = [player.next_block(BLOCK) for _ in range(round(seconds * RATE_HZ / BLOCK))]
    return np.concatenate(blocks)


def largest_step(sound: Samples) -> float:
    return float(np.abs(np.diff(sound, axis=0)).max())


@settings(max_examples=12, deadline=None)
@given(edited_live())
def test_edits_in_time_are_taken_over_without_changing_a_bit(
    live: tuple[list[tuple[float, Score]], Score],
):
    said, last = live
    ours, n_blocks = player(), 6 * RATE_HZ // BLOCK
    out: list[Samples] = []
    for block in range(n_blocks):
        now_s = block * BLOCK / RATE_HZ - 0.3 * LEAD_S
        score = [score for said_s, score in said if said_s <= now_s][-1]
        if ours.take is None or score is not ours.take.score:
            ours.take = Take(score, 0.0)
        out.append(ours.next_block(BLOCK))
    expected = Renderer("soft", RATE_HZ).render(last, 0, n_blocks * BLOCK, 0.0)
    # The very first block comes in from silence.
    np.testing.assert_array_equal(np.concatenate(out)[BLOCK:], expected[BLOCK:])


@pytest.mark.parametrize("shift_s", [0.0011, 0.0023, 0.4, -1.7])
def test_an_edit_that_comes_too_late_is_blended_in(shift_s: float):
    """At a device's own rate and block: the jump that there would be is spread over a block."""
    ours, block = Player(Renderer("soft", 48_000), origin_s=0.0, gain=1.0), 512
    score = steady(70.0, 0.0, BREATH)
    ours.take = Take(score, 0.0)
    before = np.concatenate([ours.next_block(block) for _ in range(107)])
    ours.take = Take(score, shift_s)
    after = np.concatenate([ours.next_block(block) for _ in range(20)])
    renderer = Renderer("soft", 48_000)
    steepest = largest_step(renderer.render(score, 0, 480_000, 0.0)) + 2.0 * np.abs(before).max() / block
    assert largest_step(np.concatenate([before, after])) < 1.2 * steepest
    jumped = renderer.render(score, len(before), block, shift_s)[0] - before[-1]
    assert np.abs(jumped).max() > 2.0 * steepest, "or nothing is shown here"


def test_a_wish_for_silence_is_granted_smoothly_and_then_exactly():
    ours = player()
    ours.take = Take(steady(120.0, 0.0, BREATH), 0.0)
    loud = played(ours, 2.0)
    ours.wish = PlayerWish(0.0, within_s=0.5)
    fading = played(ours, 0.496)
    assert not ours.has_faded
    silent = played(ours, 0.5)
    assert ours.has_faded
    assert not silent[RATE_HZ // 50 :].any()
    assert largest_step(np.concatenate([loud, fading, silent])) <= largest_step(loud) * 1.05
    ours.wish = PlayerWish(1.0)
    assert played(ours, 1.0).any()
    assert not ours.has_faded


def test_only_beats_that_can_be_heard_are_said_to_have_sounded():
    ours = player(voice="metronome")
    ours.take = Take(steady(60.0, 0.5), 0.0)
    played(ours, 2.0)
    ours.wish = PlayerWish(0.0)
    played(ours, 2.0)
    ours.wish = PlayerWish(0.5)
    played(ours, 2.0)
    assert [strike.n for strike in ours.strikes] == [0, 1, 4, 5]
    assert [strike.frame for strike in ours.strikes] == [4_000, 12_000, 36_000, 44_000]


def test_each_callback_leaves_its_moment():
    ours = player()
    out = np.ones((BLOCK, 2), dtype=np.float32)
    ours.callback(out, BLOCK, TIME, FINE)
    ours.callback(out, BLOCK, SimpleNamespace(outputBufferDacTime=0.0, currentTime=9.0), FINE)
    ours.callback(out, BLOCK, TIME, SimpleNamespace(output_underflow=True))
    assert not out.any()
    assert [m.frame for m in ours.moments] == [0, BLOCK, 2 * BLOCK]
    assert [round(m.lead_s, 9) for m in ours.moments] == [0.2, 0.0, 0.2]
    assert [m.ran_dry for m in ours.moments] == [False, False, True]


def test_a_fault_in_the_callback_is_silence_and_is_told():
    ours = player()
    ours.take = Take("not a score", 0.0)  # type: ignore[arg-type]
    out = np.ones((BLOCK, 2), dtype=np.float32)
    ours.callback(out, BLOCK, TIME, FINE)
    assert not out.any()
    assert "AttributeError" in ours.fault


def test_another_voice_comes_in_from_the_next_block_on_without_a_step():
    score, ours = steady(90.0, 0.0, BREATH), player()
    ours.take = Take(score, 0.0)
    before = played(ours, 2.0)
    n_before = len(before)
    ours.renderer = Renderer("kalimba", RATE_HZ)
    after = played(ours, CROSSFADE_S + 2.0)
    kalimba = Renderer("kalimba", RATE_HZ).render(score, n_before, len(after), 0.0)
    there = -(-round(CROSSFADE_S * RATE_HZ) // BLOCK) * BLOCK
    np.testing.assert_array_equal(after[there:], kalimba[there:])
    assert not np.array_equal(after[:there], kalimba[:there])
    steepest = max(largest_step(before), largest_step(kalimba))
    assert largest_step(np.concatenate([before, after])) <= 1.5 * steepest
    frames = [strike.frame for strike in ours.strikes]
    assert frames == [round(n * RATE_HZ * 60 / 90) for n in range(len(frames))]


def test_out_of_a_pause_the_sound_comes_back_slowly_and_goes_at_once():
    ours = player()
    ours.take = Take(steady(120.0, 0.0, BREATH), 0.0)
    loud = played(ours, 2.0)
    ours.wish = PlayerWish(0.0)
    muted = played(ours, 1.0)
    assert not muted[2 * round(GAIN_S * RATE_HZ) :].any()
    ours.wish = PlayerWish(1.0)
    back = played(ours, 2.0)
    plain = Renderer("soft", RATE_HZ).render(ours.take.score, len(loud) + len(muted), len(back), 0.0)
    tenths = [np.abs(sound[: 19 * RATE_HZ // 10]).reshape(19, -1).max(1) for sound in (back, plain)]
    gains = tenths[0] / tenths[1]
    assert gains[0] < 0.1
    assert gains[round(10 * ATTACK_S / 2)] < 0.9
    assert gains[-1] == 1.0
    assert largest_step(back) <= 1.05 * largest_step(loud)
