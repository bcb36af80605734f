"""Steady rain; a drop falls into still water on every beat; the wind rises and falls with the breath.

What one hears of a drop in water is the bubble it shuts in: a sine that rings for some hundredths of a
second (Minnaert 1933) and rises as the bubble nears the surface (van den Doel, Physically Based Models for
Liquid Sounds, 2005). Rain is very many of them, far away, over a hiss that is kept low.
"""

from typing import Final

import numpy as np

from entrain.synth import cues
from entrain.synth.stretch import Samples, Stretch, Strike, silence
from entrain.synth.tones import decay, enveloped, looped, noise_loop, overlaid, panned, peaking, seconds
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

_WIND: Final = cues.Airs(
    centres_hz=(170.0, 290.0, 500.0, 850.0), turn=0.55, octaves=0.7, level_db=-17.0, seed=30
)
_LOOP_S: Final = 17.0
_DROPS_PER_S: Final = 40
_HISS: Final = db(-43.0)
_PATTER: Final = db(-42.0)
_GAIN: Final = db(-1.2)


def build(sample_rate_hz: int) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    drops = [peaking(_drop(sample_rate_hz, hz, 0.28), db(-12.0)) for hz in (440.0, 392.0, 466.0, 415.0)]
    rain = _rain(sample_rate_hz)

    def strike(beat: Strike) -> tuple[Grain, ...]:
        return ((0, drops[beat.n % len(drops)]),)

    def bed(stretch: Stretch) -> Samples:
        return looped(rain, stretch.first_frame, stretch.n_frames)

    return Voice(strike, len(drops[0]), cues.airs(sample_rate_hz, _WIND), bed, gain=_GAIN)


def _drop(sample_rate_hz: int, hz: float, decay_s: float) -> Samples:
    t_s = seconds(sample_rate_hz, decay_s) + 0.5 / sample_rate_hz
    turns = hz * t_s * (1.0 + 0.5 * t_s / decay_s)
    mono = decay(t_s, decay_s) * np.sin(2.0 * np.pi * turns)
    return enveloped(np.stack([mono, mono]).T, sample_rate_hz, attack_s=0.008)


def _rain(sample_rate_hz: int) -> Samples:
    random = np.random.RandomState(31)  # its stream is frozen: the same rain in every version of NumPy
    patter = silence(round(_LOOP_S * sample_rate_hz))
    shapes = [_drop(sample_rate_hz, hz, 0.04) for hz in np.geomspace(700.0, 2400.0, 12)]
    for _ in range(round(_LOOP_S * _DROPS_PER_S)):
        shape = shapes[random.randint(len(shapes))]
        near = np.float32(0.15 + 0.85 * random.random_sample() ** 3)
        overlaid(patter, panned(shape * near, random.uniform(-0.4, 0.4)), random.randint(len(patter)))
    patter *= np.float32(_PATTER / np.sqrt(np.mean(patter**2)))
    patter += np.float32(_HISS) * noise_loop(sample_rate_hz, _LOOP_S, 350.0, 3000.0, seed=32)
    return patter
