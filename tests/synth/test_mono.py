"""Through one loudspeaker: left and right added up never lose what either has, whatever sounds."""

from collections.abc import Iterator

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from entrain.breath.pattern import BreathPart, BreathPattern, BreathPlan
from entrain.synth import end_gong, scales, voices
from entrain.synth.renderer import Renderer
from entrain.synth.stretch import Samples, Stretch, Strike
from entrain.synth.voice import Voice
from tests.synth.parts import SOUNDING, part_of_breath, voice_at
from tests.synth.scores import steady

RATE_HZ = 48_000
WINDOW_S = 0.1  # about what the ear takes together
AUDIBLE_DB = -40.0  # below the loudest moment
MOST_DB = 3.0
SMALL_LOUDSPEAKER_HZ = 250.0


def mono_loss_db(sound: Samples, rate_hz: int = RATE_HZ) -> float:
    """The most by which (left + right) / 2 falls below the louder side, in any audible tenth of a second."""
    window = round(WINDOW_S * rate_hz)
    hop, power = window // 4, np.stack([sound[:, 0], sound[:, 1], sound.mean(axis=1)]).astype(float) ** 2
    sums = np.cumsum(np.pad(power, ((0, 0), (1, window))), axis=1)
    left, right, both = (sums[:, window::hop] - sums[:, :-window:hop]) / window
    louder = np.maximum(left, right)
    heard = louder > louder.max() * 10 ** (AUDIBLE_DB / 10)
    return float(10 * np.log10(louder[heard] / both[heard]).max())


def on_a_small_loudspeaker(sound: Samples, rate_hz: int = RATE_HZ) -> Samples:
    """Nothing below 250 Hz, as a telephone or a laptop has it."""
    sos = butter(4, SMALL_LOUDSPEAKER_HZ, "high", fs=rate_hz, output="sos")
    return sosfiltfilt(sos, sound, axis=0).astype(np.float32)


def sounds_of(voice: Voice) -> Iterator[tuple[str, Samples]]:
    """Every grain it strikes, each cue, and half a minute of its background."""
    seen: set[int] = set()
    plan = BreathPlan.steady(BreathPattern(4, 6))
    for n in range(32):
        for breath in (None, plan.at(n)):
            for _, grain in voice.strike(Strike(n, float(n), 0, 60.0, breath)) if voice.strike else ():
                if id(grain) not in seen:
                    seen.add(id(grain))
                    yield f"grain {len(seen)}", grain
    for part in (BreathPart.INHALE, BreathPart.EXHALE):
        yield part.value, part_of_breath(voice, part)
    if voice.bed is not None:
        yield "background", voice.bed(Stretch(0, 30 * RATE_HZ, RATE_HZ, 0.0))


@pytest.mark.parametrize("name", SOUNDING)
def test_a_voice_loses_nothing_on_one_loudspeaker_large_or_small(name: str):
    for what, sound in sounds_of(voice_at(name, RATE_HZ)):
        assert mono_loss_db(sound) < MOST_DB, what
        assert mono_loss_db(on_a_small_loudspeaker(sound)) < MOST_DB, f"{what}, small"


@pytest.mark.parametrize("name", SOUNDING)
def test_nor_does_the_whole_of_it(name: str):
    sound = Renderer(name, RATE_HZ).render(steady(60.0, 0.0, BreathPattern(4, 6)), 0, 20 * RATE_HZ, 0.0)
    assert mono_loss_db(sound) < MOST_DB
    assert mono_loss_db(on_a_small_loudspeaker(sound)) < MOST_DB


@pytest.mark.parametrize("scale", scales.names())
def test_nor_does_any_scale(scale: str):
    for name in ("kalimba", "raga", "gong"):
        for what, sound in sounds_of(voices.build(name, RATE_HZ, scales.load(scale))):
            assert mono_loss_db(sound) < MOST_DB, f"{name}, {what}"


def test_nor_does_the_gong_at_the_end():
    gong = end_gong.build(RATE_HZ, 1.0)
    assert mono_loss_db(gong) < MOST_DB
    assert mono_loss_db(on_a_small_loudspeaker(gong)) < MOST_DB


def test_the_measure_finds_what_cancels():
    """Left and right a little out of tune, as the cues once were."""
    turn = 2 * np.pi * np.arange(4 * RATE_HZ) / RATE_HZ
    apart = np.stack([np.sin(220.26 * turn), np.sin(219.74 * turn)], axis=1).astype(np.float32)
    assert mono_loss_db(apart) > 12.0
    assert mono_loss_db(apart[:, :1].repeat(2, axis=1)) < 0.01


def centroid_hz(sound: Samples, rate_hz: int) -> float:
    power = np.abs(np.fft.rfft(sound.mean(axis=1) * np.hanning(len(sound)))) ** 2
    return float((power * np.fft.rfftfreq(len(sound), 1 / rate_hz)).sum() / power.sum())


@pytest.mark.parametrize("rate_hz", [8_000, 48_000])
@pytest.mark.parametrize("name", SOUNDING)
def test_a_small_loudspeaker_and_a_telephone_tell_in_from_out_and_have_the_beat(name: str, rate_hz: int):
    """Both sides in one, nothing below 250 Hz: in brightens and grows, out goes, and the beat is there."""
    voice = voice_at(name, rate_hz)
    breath_in, breath_out = (
        on_a_small_loudspeaker(part_of_breath(voice, part, rate_hz), rate_hz)
        for part in (BreathPart.INHALE, BreathPart.EXHALE)
    )
    early, late = slice(rate_hz // 2, rate_hz), slice(-rate_hz * 3 // 2, -rate_hz)
    assert centroid_hz(breath_in[late], rate_hz) > 1.1 * centroid_hz(breath_in[early], rate_hz)
    assert centroid_hz(breath_in, rate_hz) > 1.08 * centroid_hz(breath_out, rate_hz)
    for cue, louder in ((breath_in, 1), (breath_out, 0)):
        halves = [float((half**2).sum()) for half in np.array_split(cue, 2)]
        assert halves[louder] > 1.5 * halves[1 - louder]
    loudest = max(float(np.abs(cue).max()) for cue in (breath_in, breath_out))
    assert voice.strike is not None
    grains = voice.strike(Strike(0, 0.0, 0, 60.0, None))
    beat = max(float(np.abs(on_a_small_loudspeaker(grain, rate_hz)).max()) for _, grain in grains)
    assert 20 * np.log10(beat / loudest) > -21.0
