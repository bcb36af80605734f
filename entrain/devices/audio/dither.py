"""Samples in 16 bits, with the noise that makes of rounding errors a steady hiss nobody hears.

Rounded alone, a sound that fades away turns into a buzz of its own harmonics and then breaks off; cut off
instead of rounded, it is moved by half a step as well. Noise of a triangular distribution, two steps wide,
makes the error's mean and power independent of the sound (Lipshitz, Wannamaker and Vanderkooy, Quantization
and Dither, J. Audio Eng. Soc. 40(5), 1992). It lies 96 dB below full scale. Where the sound is exactly
nothing, so is what is written.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain.synth.stretch import Samples
from entrain.synth.tones import looped

STEPS: Final = 1 << 15  # from nothing to full scale
_LOOP_FRAMES: Final = 65_521
_SEED: Final = 16
_CHUNK_FRAMES: Final = 4096  # what a core's cache holds; and between two clicks many of them are silent


class Dither:
    """Makes 16 bits of samples, by absolute frame: the same however they are cut into pieces."""

    def __init__(self) -> None:
        random = np.random.RandomState(_SEED)  # its stream is frozen: the same file in every version of NumPy
        noise = random.random_sample((2, 2, _LOOP_FRAMES))
        self._noise = (noise[0] - noise[1]).astype(np.float32).T

    def sixteen_bits(self, samples: Samples, first_frame: int) -> NDArray[np.int16]:
        """(n_frames, 2), frame by frame in memory. Samples lie within ±(1 - 2 / STEPS)."""
        out = np.zeros(samples.shape, np.int16)
        for at in range(0, len(samples), _CHUNK_FRAMES):
            sound = samples[at : at + _CHUNK_FRAMES]
            if sound.max() > 0.0 or sound.min() < 0.0:
                self._rounded(sound, first_frame + at, out[at : at + _CHUNK_FRAMES])
        return out

    def _rounded(self, samples: Samples, first_frame: int, out: NDArray[np.int16]) -> None:
        noise = looped(self._noise, first_frame, len(samples))
        for side in (0, 1):
            sound = samples[:, side]
            steps = noise[:, side] * (sound != 0.0)
            steps += sound * np.float32(STEPS)
            out[:, side] = np.rint(steps, out=steps)
