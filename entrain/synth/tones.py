"""The material voices are made of: struck tones, noise in a band, tables to read at any pitch.

Many hear it through one loudspeaker, or a phone that adds left and right up. So left and right never stand
against each other: what is low they have in common, and what is wide is wide by level, or in its overtones.
The tests hold every voice to it: left and right added up lose less than 3 dB beside either.

All of it is computed once, when a voice is built, and is the same every time: noise is seeded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain.synth.stretch import Positions, Samples, Swell

# 2^15 points read without interpolation: the error lies 80 dB below the tone, the table in a core's cache.
_TABLE_POINTS: Final = 1 << 15
_WIDEST: Final = 0.4  # (1 + .4) against 1: together, 2.9 dB below the louder side
_WIDE_FROM_HZ, _WIDE_OCTAVES = 200.0, 3.0
_NOISE_WIDTH: Final = (0.25, 0.5)  # how loud what left and right do not share is, low and high


@dataclass(frozen=True, slots=True)
class Partial:
    """One sine of a struck tone; it decays by 60 dB in `decay_s`."""

    hz: float
    gain: float
    decay_s: float


def struck(
    sample_rate_hz: int, length_s: float, partials: Iterable[Partial], attack_s: float, spread: float = 0.0
) -> Samples:
    """A struck tone of `length_s`, beginning and ending in exact silence.

    Args:
        attack_s: a raised cosine from silence; some 5 ms feel struck, some 20 ms feel soft.
        spread: how much louder overtones are on one side than on the other, 0 (mono) to 1; the lowest
            partial, and whatever beats against it, is the same on both.
    """
    # From half a frame on, so that no first sample is an exact zero: the onset is where it is said to be.
    t_s = seconds(sample_rate_hz, length_s) + 0.5 / sample_rate_hz
    out = np.zeros((2, len(t_s)))
    partials = tuple(partials)
    lowest_hz = min(partial.hz for partial in partials)
    for partial in partials:
        if partial.hz >= 0.45 * sample_rate_hz:
            continue
        # From octave to octave another phase, lest they all line up at the beginning, and another side; near
        # ones, which beat against each other, stay together.
        turn = 5.0 * np.log2(partial.hz / lowest_hz)
        tone = partial.gain * decay(t_s, partial.decay_s)
        tone *= np.sin(2.0 * np.pi * partial.hz * t_s + turn * (spread > 0.0))
        side = _WIDEST * spread * np.sin(turn)
        out += np.array([[1.0 + side], [1.0 - side]]) * tone
    return enveloped(out.T, sample_rate_hz, attack_s)


def seconds(sample_rate_hz: int, length_s: float) -> Positions:
    """Seconds of every frame of a sound that lasts `length_s`."""
    return np.arange(round(length_s * sample_rate_hz)) / sample_rate_hz


def decay(t_s: Positions, decay_s: float) -> Positions:
    """An exponential decay, 60 dB in `decay_s`."""
    return np.power(10.0, -3.0 * t_s / decay_s)


def enveloped(sound: NDArray[np.floating], sample_rate_hz: int, attack_s: float) -> Samples:
    """`sound` (n_frames, 2) with a soft beginning, and its last quarter faded to exact silence."""
    n_attack = max(1, round(attack_s * sample_rate_hz))
    n_fade = max(1, len(sound) // 4)
    shaped = np.array(sound, np.float64, order="F")
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, n_attack + 1) / (n_attack + 1))
    fall = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, n_fade + 1) / n_fade)
    shaped[:n_attack] *= rise[: len(shaped), None]
    shaped[-n_fade:] *= fall[:, None]
    return shaped.astype(np.float32)


def peaking(samples: Samples, gain: float) -> Samples:
    """The same sound with its highest sample at `gain`."""
    return samples * np.float32(gain / float(np.abs(samples).max()))


def noise_loop(sample_rate_hz: int, length_s: float, low_hz: float, high_hz: float, seed: int) -> Samples:
    """Noise between two frequencies that repeats without a seam, of RMS 1; the wider, the higher it is.

    It is made in the frequency domain, where a loop has no ends; its edges slope over a third
    of an octave.
    """
    n = round(length_s * sample_rate_hz)
    hz = np.fft.rfftfreq(n, 1.0 / sample_rate_hz)
    octaves = np.log2(np.maximum(hz, 1e-3))
    above, below = (octaves - np.log2(low_hz)) * 3.0, (np.log2(high_hz) - octaves) * 3.0
    slope = np.clip(np.minimum(above, below) + 0.5, 0.0, 1.0)
    # RandomState's stream is frozen for ever, so the sound stays the same across NumPy versions.
    random = np.random.RandomState(seed)
    common, apart = (slope * np.exp(2j * np.pi * random.random_sample(len(hz))) for _ in range(2))
    low, high = _NOISE_WIDTH
    apart *= low + (high - low) * np.clip((octaves - np.log2(_WIDE_FROM_HZ)) / _WIDE_OCTAVES, 0.0, 1.0)
    loop = np.stack([np.fft.irfft(common + apart, n), np.fft.irfft(common - apart, n)]).T
    return (loop / np.sqrt(np.mean(loop**2))).astype(np.float32)


def looped(loop: Samples, first_frame: int, n_frames: int) -> Samples:
    """`n_frames` of a loop that has been going round since frame 0."""
    at = first_frame % len(loop)
    if at + n_frames <= len(loop):
        return loop[at : at + n_frames]
    pieces, left = [loop[at:]], at + n_frames - len(loop)
    while left > 0:
        pieces.append(loop[:left])
        left -= len(loop)
    return np.concatenate(pieces)


class Wave:
    """One period of a tone, to be read at any pitch: `harmonics` are the gains of 1, 2, 3 … its pitch."""

    def __init__(self, *harmonics: float) -> None:
        self._table = _period(np.sin, harmonics)

    def at(self, points: NDArray[np.intp]) -> Samples:
        """The tone at these points of its table (n_frames,)."""
        return self._table[points]


class Width:
    """What makes a `Wave` wide: to be added on the left and taken away on the right.

    It is a quarter of a turn beside the tone's own harmonics, from the third on, and lower: each side has
    them a little louder than both together do.
    """

    def __init__(self, *harmonics: float, share: float = 0.5) -> None:
        self._table = _period(np.cos, [share * gain * (k > 2) for k, gain in enumerate(harmonics, 1)])

    def at(self, points: NDArray[np.intp]) -> Samples:
        """As `Wave.at`."""
        return self._table[points]


def _period(of: np.ufunc, harmonics: Sequence[float]) -> Samples:
    turn = np.arange(_TABLE_POINTS) / _TABLE_POINTS
    shape = sum(gain * of(2.0 * np.pi * k * turn) for k, gain in enumerate(harmonics, 1))
    return np.asarray(shape, dtype=np.float32)


def points_at(swell: Swell, turns: Positions) -> NDArray[np.intp]:
    """Where in a `Wave` a tone stands on every frame that has gone round `turns` times at control points."""
    starts = np.mod(turns[:-1], 1.0)
    points = swell.along(starts * _TABLE_POINTS, np.diff(turns) * _TABLE_POINTS).astype(np.intp)
    points &= _TABLE_POINTS - 1
    return points


def eased(x: Positions) -> Positions:
    """0 up to 0, 1 from 1 on, and smooth between."""
    x = np.minimum(np.maximum(x, 0), 1)
    return x * x * (3 - 2 * x)


def panned(samples: Samples, side: float) -> Samples:
    """The same sound further to the left (-1) or right (1), with the same power; 0 is the middle.

    Beyond ±0.45 a single loudspeaker would have less than 3 dB below the nearer side.
    """
    angle = 0.25 * np.pi * (1.0 + side)
    return samples * np.array([np.sqrt(2.0) * np.cos(angle), np.sqrt(2.0) * np.sin(angle)], np.float32)


def overlaid(loop: Samples, sound: Samples, first_frame: int) -> None:
    """Add a sound to a loop in place; what goes over its end comes in again at its beginning."""
    at, done = first_frame % len(loop), 0
    while done < len(sound):
        n = min(len(sound) - done, len(loop) - at)
        loop[at : at + n] += sound[done : done + n]
        done, at = done + n, 0
