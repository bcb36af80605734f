"""Gains that glide, and a ceiling that no sample passes."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from entrain.synth.stretch import Samples

# Below the knee nothing is touched; above it samples bend towards the ceiling without reaching it. Between
# samples a wave is a little higher than at them: this keeps it below -1 dBTP (EBU R 128).
KNEE: Final = 0.7
CEILING: Final = 0.85
GAIN_S: Final = 0.04  # a change of volume: too short to wait for, too long to click
ATTACK_S: Final = 0.8  # out of silence, after a pause or a mute: nothing may startle


def glide_s(from_gain: float, to_gain: float) -> float:
    """How long a change of gain takes."""
    return ATTACK_S if from_gain == 0.0 < to_gain else GAIN_S


def limited(samples: Samples) -> Samples:
    """The same samples, those beyond the knee bent to stay within ±`CEILING`.

    Memoryless and smooth at the knee, so it needs no look-ahead and cares for no block edge.
    """
    if not samples.size or (samples.max() <= KNEE and samples.min() >= -KNEE):
        return samples
    size = np.abs(samples)
    over = np.maximum(size - np.float32(KNEE), 0) / np.float32(CEILING - KNEE)
    bent = np.float32(KNEE) + np.float32(CEILING - KNEE) * (over / (1 + over))
    return np.where(size > KNEE, np.copysign(bent, samples), samples)


@dataclass(frozen=True, slots=True)
class Glide:
    """A gain that goes from one value to another between two absolute frames, smoothly at both ends."""

    from_gain: float
    to_gain: float
    first_frame: int
    n_frames: int

    @classmethod
    def at(cls, gain: float) -> Self:
        """A gain that stays."""
        return cls(gain, gain, 0, 0)

    def to(self, gain: float, first_frame: int, n_frames: int) -> Self:
        """From where this glide stands at `first_frame`, to `gain`."""
        return type(self)(self.gain_at(first_frame), gain, first_frame, n_frames)

    def gain_at(self, frame: int) -> float:
        """The gain at an absolute frame."""
        done = (frame - self.first_frame) / self.n_frames if self.n_frames else 1.0
        x = min(1.0, max(0.0, done))
        return self.from_gain + (self.to_gain - self.from_gain) * x * x * (3.0 - 2.0 * x)

    def is_over(self, frame: int) -> bool:
        """Has it arrived at its gain?"""
        return frame >= self.first_frame + self.n_frames

    def applied(self, samples: Samples, first_frame: int) -> Samples:
        """`samples` (n_frames, 2), whose first one is absolute frame `first_frame`, times the gain."""
        if self.is_over(first_frame):
            return samples if self.to_gain == 1.0 else samples * np.float32(self.to_gain)
        frames = np.arange(first_frame, first_frame + len(samples), dtype=np.float64)
        x = np.clip((frames - self.first_frame) / self.n_frames, 0.0, 1.0)
        gains = self.from_gain + (self.to_gain - self.from_gain) * x * x * (3.0 - 2.0 * x)
        return samples * gains.astype(np.float32)[:, None]
