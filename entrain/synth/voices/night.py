"""A summer night: crickets far off, a breeze, a low wooden note on the beat, and a flute for the breath.

A field cricket sings three or four short pulses at a time on one note, of four to five kilohertz in
Europe's species. Here there are three of them, at the lower end of that, and quiet: what is soft and high
soothes, what is loud and high does not.
"""

from typing import Final

import numpy as np

from entrain.breath.pattern import BreathPart
from entrain.synth import cues
from entrain.synth.stretch import Samples, Stretch, Strike
from entrain.synth.tones import (
    Partial,
    enveloped,
    looped,
    noise_loop,
    overlaid,
    panned,
    peaking,
    seconds,
    struck,
)
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

_LOOP_S: Final = 16.0
# (hertz, chirps in the loop, pulses in a chirp, where, dB)
_CRICKETS: Final = ((2310.0, 13, 4, -0.4, -47.0), (2540.0, 11, 3, 0.4, -50.0), (2190.0, 17, 3, 0.1, -54.0))
_PULSE_S: Final = 0.028
_BREEZE: Final = db(-38.0)
_FLUTE: Final = cues.Tones(
    in_hz=(174.6, 261.6),
    out_hz=(261.6, 130.8),
    mellow=(1.0, 0.08),
    open=(0.6, 0.45, 0.45, 0.22, 0.12),
    air_db=-36.0,
)
_GAIN: Final = db(-0.3)


def build(sample_rate_hz: int) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    high, low = (_wood(sample_rate_hz, hz) for hz in (174.6, 130.8))
    air = _night(sample_rate_hz)

    def strike(beat: Strike) -> tuple[Grain, ...]:
        rising = beat.breath is not None and beat.breath.part in (BreathPart.INHALE, BreathPart.HOLD_IN)
        return ((0, high if rising else low),)

    def bed(stretch: Stretch) -> Samples:
        return looped(air, stretch.first_frame, stretch.n_frames)

    return Voice(strike, len(low), cues.tones(sample_rate_hz, _FLUTE), bed, gain=_GAIN)


def _wood(sample_rate_hz: int, hz: float) -> Samples:
    bar = (Partial(hz, 1.0, 0.7), Partial(3.93 * hz, 0.12, 0.12), Partial(2.0 * hz, 0.05, 0.3))
    return peaking(struck(sample_rate_hz, 0.8, bar, attack_s=0.010, spread=0.2), db(-11.0))


def _night(sample_rate_hz: int) -> Samples:
    breeze = noise_loop(sample_rate_hz, _LOOP_S, 90.0, 420.0, seed=41)
    turn = np.arange(len(breeze)) / len(breeze) * 2.0 * np.pi
    out = (
        breeze
        * (_BREEZE * (1.0 + 0.4 * np.sin(turn) + 0.25 * np.sin(3.0 * turn + 1.0))).astype(np.float32)[:, None]
    )
    for hz, chirps, pulses, side, level_db in _CRICKETS:
        pulse = panned(_pulse(sample_rate_hz, hz) * np.float32(db(level_db) * np.sqrt(2.0)), side)
        for chirp in range(chirps):
            for number in range(pulses):
                at_s = chirp * _LOOP_S / chirps + 1.5 * number * _PULSE_S
                overlaid(out, pulse, round(at_s * sample_rate_hz))
    return out


def _pulse(sample_rate_hz: int, hz: float) -> Samples:
    t_s = seconds(sample_rate_hz, _PULSE_S)
    mono = np.sin(2.0 * np.pi * hz * t_s) * np.sin(np.pi * t_s / _PULSE_S) ** 2
    return enveloped(np.stack([mono, mono]).T, sample_rate_hz, attack_s=0.005)
