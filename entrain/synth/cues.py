"""The breath cues that voices share: made to be told apart with closed eyes.

In: the pitch rises, the tone opens and a light ripple runs along, twice a beat; loudest near the top.
Out: the pitch sinks by an octave to a dark, hollow tone without a ripple; loudest soon after the turn, then
long in going. Holds are quiet. Both last exactly as long as their part of the breath.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from entrain.breath.pattern import BreathPart
from entrain.synth.stretch import Positions, Samples, Swell
from entrain.synth.tones import Wave, eased, looped, noise_loop, points_at
from entrain.synth.volume import db

_IN_HZ: Final = (146.83, 220.0)  # D3 up to A3
_OUT_HZ: Final = (220.0, 110.0)  # A3 down to A2
_DETUNE: Final = 0.0012  # left and right a little apart: width, and a slow shimmer
_RIPPLE: Final = 0.28
_TONE: Final = db(-16.0)
_AIR: Final = db(-41.0)
_LOOP_S: Final = 5.0


def build(sample_rate_hz: int) -> Callable[[Swell], Samples | None]:
    """The cues as a voice's `swell`."""
    mellow, open_, hollow = Wave(1.0, 0.1), Wave(0.6, 0.28, 0.48, 0.2, 0.2, 0.08), Wave(1.0, 0.1, 0.18)
    bright_air = noise_loop(sample_rate_hz, _LOOP_S, 900.0, 3200.0, seed=2)
    dark_air = noise_loop(sample_rate_hz, _LOOP_S, 250.0, 900.0, seed=3)

    def breathe_in(swell: Swell) -> Samples:
        x = swell.position.astype(np.float32)
        level = (0.3 * eased(x / 0.12) + 0.7 * eased(x / 0.85)) * eased((1 - x) / 0.15)
        ripple = 1 - _RIPPLE * (0.5 - 0.5 * np.cos(4 * np.pi * swell.beats * x))
        tone = _blended(mellow, open_, eased(x), _turns(swell, *_IN_HZ))
        tone *= (_TONE * level * ripple)[:, None]
        tone += looped(bright_air, swell.first_frame, len(x)) * (_AIR * level * x)[:, None]
        return tone

    def breathe_out(swell: Swell) -> Samples:
        x = swell.position.astype(np.float32)
        level = eased(x / 0.14) * eased(1 - x) ** 0.75
        tone = _blended(mellow, hollow, eased(x / 0.5), _turns(swell, *_OUT_HZ))
        tone *= (_TONE * level)[:, None]
        tone += looped(dark_air, swell.first_frame, len(x)) * (1.6 * _AIR * level)[:, None]
        return tone

    sounds = {BreathPart.INHALE: breathe_in, BreathPart.EXHALE: breathe_out}

    def swell(part: Swell) -> Samples | None:
        sound = sounds.get(part.part)
        return None if sound is None else sound(part)

    return swell


def _turns(swell: Swell, from_hz: float, to_hz: float) -> tuple[Positions, Positions]:
    """How often a tone that glides over the part has gone round, left and right: its pitch's integral."""
    x = swell.position
    turns = swell.pace_s * x * (from_hz + 0.5 * (to_hz - from_hz) * x)
    return turns * (1.0 - _DETUNE), turns * (1.0 + _DETUNE)


def _blended(one: Wave, other: Wave, share: Samples, turns: tuple[Positions, Positions]) -> Samples:
    """Left and right of a tone whose timbre goes from one wave to the other."""
    out = np.empty((len(share), 2), dtype=np.float32)
    for side in (0, 1):
        points = points_at(turns[side])
        out[:, side] = one.at(points) * (1 - share) + other.at(points) * share
    return out
