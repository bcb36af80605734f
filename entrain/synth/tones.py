"""The material voices are made of: struck tones, noise in a band, tables to read at any pitch.

All of it is computed once, when a voice is built, and is the same every time: noise is seeded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain.synth.stretch import Positions, Samples

# 2^16 points read without interpolation: the error lies 86 dB below the tone.
_TABLE_POINTS: Final = 1 << 16


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
        spread: how far the partials' phases differ between left and right, 0 (mono) to 1.
    """
    # From half a frame on, so that no first sample is an exact zero: the onset is where it is said to be.
    t_s = seconds(sample_rate_hz, length_s) + 0.5 / sample_rate_hz
    out = np.zeros((len(t_s), 2))
    for index, partial in enumerate(partials):
        if partial.hz >= 0.45 * sample_rate_hz:
            continue
        envelope = partial.gain * decay(t_s, partial.decay_s)
        # The golden angle keeps partials from lining up, on either side differently.
        angle = spread * 2.399963 * index
        for side, sign in enumerate((1.0, -1.0)):
            out[:, side] += envelope * np.sin(2.0 * np.pi * partial.hz * t_s + 0.5 * sign * angle)
    return enveloped(out, sample_rate_hz, attack_s)


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
    shaped = sound.copy()
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, n_attack + 1) / (n_attack + 1))
    fall = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, n_fade + 1) / n_fade)
    shaped[:n_attack] *= rise[: len(shaped), None]
    shaped[-n_fade:] *= fall[:, None]
    return shaped.astype(np.float32)


def peaking(samples: Samples, gain: float) -> Samples:
    """The same sound with its highest sample at `gain`."""
    return samples * np.float32(gain / float(np.abs(samples).max()))


def noise_loop(sample_rate_hz: int, length_s: float, low_hz: float, high_hz: float, seed: int) -> Samples:
    """Noise between two frequencies that repeats without a seam, left and right independent, of RMS 1.

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
    sides = [np.fft.irfft(slope * np.exp(2j * np.pi * random.random_sample(len(hz))), n) for _ in range(2)]
    loop = np.stack(sides, axis=1)
    return (loop / np.sqrt(np.mean(loop**2))).astype(np.float32)


def looped(loop: Samples, first_frame: int, n_frames: int) -> Samples:
    """`n_frames` of a loop that has been going round since frame 0."""
    at = first_frame % len(loop)
    if at + n_frames <= len(loop):
        return loop[at : at + n_frames]
    return loop[np.arange(at, at + n_frames) % len(loop)]


class Wave:
    """One period of a tone, to be read at any pitch: `harmonics` are the gains of 1, 2, 3 … its pitch."""

    def __init__(self, *harmonics: float) -> None:
        turn = np.arange(_TABLE_POINTS) / _TABLE_POINTS
        shape = sum(gain * np.sin(2.0 * np.pi * k * turn) for k, gain in enumerate(harmonics, 1))
        self._table = np.asarray(shape, dtype=np.float32)

    def at(self, points: NDArray[np.int64]) -> Samples:
        """The tone at these points of its table (n_frames,)."""
        return self._table[points]


def points_at(turns: Positions) -> NDArray[np.int64]:
    """Where in a `Wave` a tone stands that has gone round `turns` times."""
    return (turns * _TABLE_POINTS).astype(np.int64) & (_TABLE_POINTS - 1)


def eased(x: Samples) -> Samples:
    """0 up to 0, 1 from 1 on, and smooth between."""
    x = np.minimum(np.maximum(x, 0), 1)
    return x * x * (3 - 2 * x)


def panned(samples: Samples, side: float) -> Samples:
    """The same sound further to the left (-1) or right (1), with the same power; 0 is the middle."""
    angle = 0.25 * np.pi * (1.0 + side)
    return samples * np.array([np.sqrt(2.0) * np.cos(angle), np.sqrt(2.0) * np.sin(angle)], np.float32)


def overlaid(loop: Samples, sound: Samples, first_frame: int) -> None:
    """Add a sound to a loop in place; what goes over its end comes in again at its beginning."""
    at, done = first_frame % len(loop), 0
    while done < len(sound):
        n = min(len(sound) - done, len(loop) - at)
        loop[at : at + n] += sound[done : done + n]
        done, at = done + n, 0
