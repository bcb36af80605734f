"""The breath cues that voices share: made to be told apart with closed eyes.

In: the pitch rises, the tone opens and a light ripple runs along, twice a beat; loudest near the top.
Out: the pitch sinks by an octave to a dark, hollow tone without a ripple; loudest soon after the turn, then
long in going. Holds are quiet. Both last exactly as long as their part of the breath.

`tones` are cues with a pitch, in a voice's own colour; `airs` are wind and water, where brightness and
loudness do the same without one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from entrain.breath.pattern import BreathPart
from entrain.synth.stretch import Positions, Samples, Swell, silence
from entrain.synth.tones import Wave, Width, eased, looped, noise_loop, points_at
from entrain.synth.volume import db

_LOOP_S: Final = 5.0
# How many bands away a band of air begins to be heard: at this width their power adds up to nearly the same
# wherever the glide stands, and no band is heard to set in.
_REACH: Final = 1.6

Swells = Callable[[Swell], Samples | None]


@dataclass(frozen=True, slots=True)
class Tones:
    """A colour for cues with a pitch, gliding from the first to the second; gains are of harmonics 1, 2 …"""

    in_hz: tuple[float, float] = (146.83, 220.0)  # D3 up to A3
    out_hz: tuple[float, float] = (220.0, 110.0)  # A3 down to A2
    mellow: tuple[float, ...] = (1.0, 0.1)  # where both begin
    open: tuple[float, ...] = (0.6, 0.28, 0.48, 0.2, 0.2, 0.08)  # where breathing in leads
    hollow: tuple[float, ...] = (1.0, 0.1, 0.18)  # where breathing out leads
    ripple: float = 0.28
    tone_db: float = -16.0
    air_db: float = -41.0


def tones(sample_rate_hz: int, colour: Tones = Tones()) -> Swells:
    """Gliding tones as a voice's `swell`."""
    mellow, open_, hollow = Wave(*colour.mellow), Wave(*colour.open), Wave(*colour.hollow)
    wide_open, wide_hollow = Width(*colour.open), Width(*colour.hollow)
    bright_air = noise_loop(sample_rate_hz, _LOOP_S, 900.0, 3200.0, seed=2)
    dark_air = noise_loop(sample_rate_hz, _LOOP_S, 250.0, 900.0, seed=3)
    gain, air = db(colour.tone_db), db(colour.air_db)

    def breathe_in(swell: Swell) -> Samples:
        x = swell.position
        level = (0.3 * eased(x / 0.12) + 0.7 * eased(x / 0.85)) * eased((1 - x) / 0.15)
        ripple = 1 - colour.ripple * (0.5 - 0.5 * np.cos(4 * np.pi * swell.beats * x))
        opened = _Blend(mellow, open_, wide_open, eased(x))
        tone = _tone(swell, colour.in_hz, opened, gain * level * ripple)
        tone += (
            looped(bright_air, swell.first_frame, swell.n_frames) * swell.each_frame(air * level * x)[:, None]
        )
        return tone

    def breathe_out(swell: Swell) -> Samples:
        x = swell.position
        level = eased(x / 0.14) * eased(1 - x) ** 0.75
        hollowed = _Blend(mellow, hollow, wide_hollow, eased(x / 0.5))
        tone = _tone(swell, colour.out_hz, hollowed, gain * level)
        tone += (
            looped(dark_air, swell.first_frame, swell.n_frames) * swell.each_frame(1.6 * air * level)[:, None]
        )
        return tone

    return _either(breathe_in, breathe_out)


@dataclass(frozen=True, slots=True)
class Airs:
    """A colour for cues of moving air or water: noise in a band that glides over these centres, low to high.

    Breathing in goes up them all, breathing out starts from `turn` (0 to 1 of the way) and goes down.
    """

    centres_hz: tuple[float, ...] = (180.0, 320.0, 560.0, 1000.0, 1700.0)
    turn: float = 0.75
    octaves: float = 0.9  # how wide each band is
    ripple: float = 0.2
    level_db: float = -22.0
    seed: int = 11


def airs(sample_rate_hz: int, colour: Airs = Airs()) -> Swells:
    """Gliding noise as a voice's `swell`."""
    half = 2.0 ** (colour.octaves / 2.0)
    bands = [
        noise_loop(sample_rate_hz, _LOOP_S + 0.31 * k, hz / half, hz * half, colour.seed + k)
        # The ear takes a higher band for a louder one; some 2 dB an octave make up for it.
        * np.float32(db(colour.level_db) * (colour.centres_hz[0] / hz) ** 0.35)
        for k, hz in enumerate(colour.centres_hz)
    ]
    top = len(bands) - 1

    def air(swell: Swell, height: Positions, level: Positions) -> Samples:
        """Noise `height` (0 to 1) of the way up the bands."""
        at = height * top
        out = silence(swell.n_frames)
        for k in range(max(0, int(at.min() - _REACH)), min(top, int(at.max() + _REACH) + 1) + 1):
            gain = swell.each_frame(eased(1 - np.abs(at - k) / _REACH) * level)
            out += looped(bands[k], swell.first_frame, swell.n_frames) * gain[:, None]
        return out

    def breathe_in(swell: Swell) -> Samples:
        x = swell.position
        level = (0.25 * eased(x / 0.12) + 0.75 * eased(x / 0.9)) * eased((1 - x) / 0.12)
        ripple = 1 - colour.ripple * (0.5 - 0.5 * np.cos(4 * np.pi * swell.beats * x))
        return air(swell, x, level * ripple)

    def breathe_out(swell: Swell) -> Samples:
        x = swell.position
        level = eased(x / 0.12) * eased(1 - x) ** 0.75
        return air(swell, colour.turn * eased(1 - 0.9 * x), 1.25 * level)

    return _either(breathe_in, breathe_out)


def _either(breathe_in: Callable[[Swell], Samples], breathe_out: Callable[[Swell], Samples]) -> Swells:
    """One for each way of the breath; holds are quiet."""
    sounds = {BreathPart.INHALE: breathe_in, BreathPart.EXHALE: breathe_out}

    def swell(part: Swell) -> Samples | None:
        sound = sounds.get(part.part)
        return None if sound is None else sound(part)

    return swell


@dataclass(frozen=True, slots=True)
class _Blend:
    """A timbre that goes from one wave to the other, and as much wider; `share` at control points."""

    one: Wave
    other: Wave
    wide: Width
    share: Positions


def _tone(swell: Swell, glide_hz: tuple[float, float], blend: _Blend, level: Positions) -> Samples:
    """A tone that glides over the part from one pitch to another, `level` and timbre at control points."""
    x, (from_hz, to_hz) = swell.position, glide_hz
    turns = swell.pace_s * x * (from_hz + 0.5 * (to_hz - from_hz) * x)  # the integral of its pitch
    points = points_at(swell, turns)
    other = swell.each_frame(level * blend.share)
    middle = blend.one.at(points) * swell.each_frame(level * (1 - blend.share))
    middle += blend.other.at(points) * other
    side = blend.wide.at(points) * other
    out = silence(swell.n_frames)
    np.add(middle, side, out=out[:, 0])
    np.subtract(middle, side, out=out[:, 1])
    return out
