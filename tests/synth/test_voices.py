"""Every voice keeps its promises, and the breath can be followed with closed eyes."""

import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pyloudnorm
import pytest
from scipy.signal import resample_poly

from entrain.breath.pattern import BreathPart, BreathPattern, BreathPlan
from entrain.errors import UsageError
from entrain.synth import voices
from entrain.synth.layers import Layers
from entrain.synth.renderer import Renderer
from entrain.synth.stretch import Samples, Strike
from entrain.synth.tones import looped, noise_loop
from entrain.synth.voice import Voice
from tests.synth import parts
from tests.synth.parts import SOUNDING, voice_at
from tests.synth.scores import steady

RATE_HZ = 48_000
PATTERN = BreathPattern(4, 6)
LOUDNESS_LUFS = -20.0


@cache
def rendered(name: str) -> Samples:
    """Twenty seconds at 60 beats and 6 breaths a minute; not to be written to."""
    return Renderer(name, RATE_HZ).render(steady(60.0, 0.0, PATTERN), 0, 20 * RATE_HZ, 0.0)


def strike_at(n: int, bpm: float = 60.0) -> Strike:
    return Strike(n, n * 60.0 / bpm, 0, bpm, BreathPlan.steady(PATTERN).at(n))


def part_of_breath(name: str, part: BreathPart) -> Samples:
    return parts.part_of_breath(voice_at(name, RATE_HZ), part)


def centroid_hz(sound: Samples) -> float:
    """The middle of the spectrum's energy: what is heard as bright or dark."""
    power = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound)))) ** 2
    return float((power * np.fft.rfftfreq(len(sound), 1 / RATE_HZ)).sum() / power.sum())


def pitch_hz(sound: Samples) -> float:
    """The strongest frequency."""
    power = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound)))) ** 2
    return float(np.fft.rfftfreq(len(sound), 1 / RATE_HZ)[power.argmax()])


def test_the_catalogue_and_the_folder_agree():
    folder = Path(voices.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}
    assert modules == {name.replace("-", "_") for name in voices.CATALOGUE}
    assert voices.DEFAULT in voices.CATALOGUE


def test_an_unknown_voice_is_answered_with_the_nearest():
    with pytest.raises(UsageError) as caught:
        Renderer("sofd")
    assert '"sofd"' in caught.value.message
    assert 'Did you mean "soft"?' in caught.value.advice


@pytest.mark.parametrize("name", SOUNDING)
@pytest.mark.parametrize("rate_hz", [22_050, 96_000])
def test_a_strike_begins_on_its_first_frame_and_ends_within_its_tail_in_silence(name: str, rate_hz: int):
    voice = voice_at(name, rate_hz)
    assert voice.strike is not None
    for n in range(PATTERN.beats):
        for bpm in (45.0, 60.0, 140.0):
            grains = voice.strike(strike_at(n, bpm))
            assert grains[0][0] == 0
            for delay, grain in grains:
                assert grain.dtype == np.float32
                assert delay + len(grain) <= voice.tail_frames
                assert grain[0].any()
                assert not grain[-1].any()


@pytest.mark.parametrize("name", SOUNDING)
def test_a_voice_is_the_same_every_time(name: str):
    score = steady(66.0, 0.0, PATTERN)
    first, second = (Renderer(name, 8000).render(score, 0, 32_000, 0.0) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", SOUNDING)
def test_a_voice_is_gentle(name: str):
    """Head-room below full scale, a soft attack, and hardly anything above 5 kHz."""
    sound = rendered(name)
    assert 0.1 < np.abs(sound).max() < 0.75
    power = np.abs(np.fft.rfft(sound[:, 0])) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    assert power[hz > 5000].sum() < 1e-4 * power.sum()
    assert np.abs(np.diff(sound, axis=0)).max() < 0.06


@pytest.mark.parametrize("name", SOUNDING)
def test_cues_begin_and_end_at_silence_and_holds_are_quiet(name: str):
    for part in (BreathPart.INHALE, BreathPart.EXHALE):
        sound = part_of_breath(name, part)
        assert np.abs(sound[:24]).max() < 1e-3
        assert np.abs(sound[-24:]).max() < 1e-3
    for part in (BreathPart.HOLD_IN, BreathPart.HOLD_OUT):
        assert not part_of_breath(name, part).any()


@pytest.mark.parametrize("name", SOUNDING)
def test_in_rises_and_brightens_and_out_falls_and_darkens(name: str):
    breath_in, breath_out = part_of_breath(name, BreathPart.INHALE), part_of_breath(name, BreathPart.EXHALE)
    early, late = slice(RATE_HZ // 2, RATE_HZ), slice(-RATE_HZ * 3 // 2, -RATE_HZ)
    assert pitch_hz(breath_in[late]) > 1.2 * pitch_hz(breath_in[early])
    assert centroid_hz(breath_in[late]) > 1.5 * centroid_hz(breath_in[early])
    assert pitch_hz(breath_out[late]) < 0.8 * pitch_hz(breath_out[early])
    assert centroid_hz(breath_out[late]) < 0.8 * centroid_hz(breath_out[early])
    # And as wholes: in is brighter, and loudest in its second half, out in its first.
    assert centroid_hz(breath_in) > 1.3 * centroid_hz(breath_out)
    for sound, louder in ((breath_in, 1), (breath_out, 0)):
        halves = [float((half**2).sum()) for half in np.array_split(sound, 2)]
        assert np.argmax(halves) == louder


@pytest.mark.parametrize("name", SOUNDING)
def test_a_cue_fills_its_whole_part(name: str):
    """Nowhere in the middle nine tenths does it fall silent: one can breathe along to its end."""
    for part in (BreathPart.INHALE, BreathPart.EXHALE):
        sound = part_of_breath(name, part)
        middle = sound[len(sound) // 20 : -len(sound) // 20]
        loudest = np.abs(sound).max()
        for piece in np.array_split(middle, 40):
            assert np.abs(piece).max() > 0.005 * loudest


def test_the_heart_takes_less_time_for_a_beat_when_it_is_quick():
    strike = voice_at("heartbeat", RATE_HZ).strike
    assert strike is not None
    slow, quick = (strike(strike_at(0, bpm))[1][0] / RATE_HZ for bpm in (50.0, 100.0))
    assert 0.25 < quick < slow < 0.45


def test_a_voice_may_also_have_a_bed_that_goes_on_all_the_time(monkeypatch: pytest.MonkeyPatch):
    """What a voice of wind or water is made of: a sound by absolute frame, under the score's presence."""
    loop = noise_loop(RATE_HZ, 0.3, 200.0, 800.0, seed=7) * np.float32(0.05)
    hum = ModuleType("hum")
    hum.build = lambda _: Voice(bed=lambda stretch: looped(loop, stretch.first_frame, stretch.n_frames))
    monkeypatch.setitem(sys.modules, "entrain.synth.voices.hum", hum)
    monkeypatch.setitem(voices.CATALOGUE, "hum", "for this test")
    renderer, score = Renderer("hum", RATE_HZ), steady(60.0, 0.0)
    whole = renderer.render(score, 0, 2 * RATE_HZ, 0.0)
    cut = [renderer.render(score, first, 4_000, 0.0) for first in range(0, 2 * RATE_HZ, 4_000)]
    np.testing.assert_array_equal(np.concatenate(cut), whole)
    np.testing.assert_array_equal(whole[: len(loop)], whole[len(loop) : 2 * len(loop)])
    assert np.sqrt((whole**2).mean()) == pytest.approx(0.05, rel=0.01)


@pytest.mark.parametrize("name", SOUNDING)
def test_all_voices_are_equally_loud(name: str):
    """Integrated loudness after ITU-R BS.1770, by another's meter."""
    measured = pyloudnorm.Meter(RATE_HZ).integrated_loudness(rendered(name).astype(float))
    assert measured == pytest.approx(LOUDNESS_LUFS, abs=1.5)


@pytest.mark.parametrize("name", SOUNDING)
def test_no_peak_between_the_samples_passes_full_scale(name: str):
    """True peak, four times oversampled: what a converter makes of it stays below 0 dBTP too."""
    true_peak = np.abs(resample_poly(rendered(name), 4, 1, axis=0)).max()
    assert true_peak < 0.8


def test_everything_at_once_and_in_a_hurry_is_held_by_the_limiter():
    loudest = Layers(breath_voice="ocean", background="raga", end_gong=1.0)
    score = steady(140.0, 0.0, BreathPattern(2, 2))
    score = replace(score, presence=score.presence.changed(4.0, 0.0, 4.0))
    sound = Renderer("heartbeat", RATE_HZ, layers=loudest).render(score, 0, 10 * RATE_HZ, 0.0)
    assert np.abs(resample_poly(sound, 4, 1, axis=0)).max() < 1.0


@pytest.mark.parametrize("bpm", [60.0, 150.0])
@pytest.mark.parametrize("name", ["kalimba", "gong", "heartbeat", "metronome"])
@pytest.mark.parametrize("breath", ["breath", "ocean", "frame-drum"])
def test_never_louder_than_its_volume_says_whatever_is_put_together(name: str, breath: str, bpm: float):
    """The loudest beats with the loudest breaths, over the loudest background, slow and quick."""
    layers = Layers(breath_voice=breath, background="raga")
    score = steady(bpm, 0.0, BreathPattern(4, 6) if bpm < 100.0 else BreathPattern(9, 14))
    sound = Renderer(name, RATE_HZ, layers=layers).render(score, 0, 20 * RATE_HZ, 0.0)
    assert pyloudnorm.Meter(RATE_HZ).integrated_loudness(sound.astype(float)) < LOUDNESS_LUFS + 1.0


@pytest.mark.parametrize("name", SOUNDING)
def test_with_beat_and_background_in_it_a_breath_in_still_grows_and_a_breath_out_still_goes(name: str):
    """What the ear gets, not the cue alone."""
    sound = rendered(name)[10 * RATE_HZ :]

    def growth(part: Samples) -> float:
        one, other = np.array_split(part, 2)
        return float((other**2).sum() / (one**2).sum())

    assert growth(sound[: 4 * RATE_HZ]) > 1.5 * growth(sound[4 * RATE_HZ :])


def test_backgrounds_are_the_voices_that_have_one():
    assert {name for name in voices.CATALOGUE if voice_at(name, 8000).bed is not None} == set(
        voices.BACKGROUNDS
    )
    assert set(voices.BACKGROUNDS) <= set(voices.CATALOGUE)


def test_importing_the_catalogue_loads_no_numpy():
    code = "import sys, entrain.synth.voices, entrain.synth.layers; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
