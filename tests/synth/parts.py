"""Voices taken apart: what each sounds for a part of a breath."""

from functools import cache

import numpy as np

from entrain.breath.pattern import BreathPart
from entrain.synth import voices
from entrain.synth.stretch import CONTROL_HZ, Samples, Swell
from entrain.synth.voice import Voice

SOUNDING = [name for name in voices.CATALOGUE if name != "silence"]
voice_at = cache(voices.build)


def part_of_breath(voice: Voice, part: BreathPart, rate_hz: int = 48_000) -> Samples:
    """One whole part at 60 beats a minute, as the voice sounds it."""
    beats = {BreathPart.INHALE: 4, BreathPart.EXHALE: 6}.get(part, 2)
    assert voice.swell is not None
    n_frames, cell = beats * rate_hz, rate_hz // CONTROL_HZ
    position = np.clip(np.arange((n_frames - 1) // cell + 2) * cell / n_frames, 0.0, 1.0)
    sound = voice.swell(Swell(part, 0, beats, float(beats), 0, n_frames, cell, position))
    return np.zeros((n_frames, 2), np.float32) if sound is None else sound
