"""From one sample rate to another: a windowed sinc, as one matrix product.

With L/M the ratio of the rates, the same L filters serve every M frames; so M frames and their neighbours
times one matrix give L frames.
"""

from fractions import Fraction
from functools import cached_property
from typing import Final

import numpy as np

from entrain.music_library.listening import Floats

_ZEROS: Final = 24  # zero crossings of the sinc on either side
_KAISER: Final = 9.0  # about 90 dB beyond the band
_PASSED: Final = 0.94  # of the lower Nyquist frequency
_MOST: Final = 700  # frames to a side of the matrix: rates that have no simpler ratio are met nearly


class Resampler:
    """`up` frames out for each `down` frames in. Frame k of the result lies at frame k * down / up."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        ratio = Fraction(to_hz, from_hz).limit_denominator(_MOST)
        self.up, self.down = ratio.numerator, ratio.denominator
        self.rate_hz = from_hz * self.up / self.down  # of the result; not quite `to_hz` for odd rates
        same = self.up == self.down
        # How many frames are needed before and behind.
        self.reach_frames = 0 if same else round(_ZEROS / _PASSED * max(1.0, self.down / self.up)) + 1

    def resampled(self, frames: Floats) -> Floats:
        """`n * up` frames from `n * down` with `reach_frames` more on either side.."""
        if not self.reach_frames:
            return frames
        n_rounds = (len(frames) - 2 * self.reach_frames) // self.down
        width = self.down + 2 * self.reach_frames
        rows = np.lib.stride_tricks.sliding_window_view(frames, width, axis=0)[:: self.down][:n_rounds]
        return (rows @ self._matrix).transpose(0, 2, 1).reshape(-1, frames.shape[1])

    @cached_property
    def _matrix(self) -> Floats:
        """(frames in, frames out)."""
        at = np.arange(self.up) * self.down / self.up + self.reach_frames
        away = np.arange(self.down + 2 * self.reach_frames)[:, None] - at[None, :]
        cut = _PASSED * min(1.0, self.up / self.down)
        width = _ZEROS / cut
        inside = np.clip(1.0 - (away / width) ** 2, 0.0, None)
        kernel = cut * np.sinc(cut * away) * np.i0(_KAISER * np.sqrt(inside)) / np.i0(_KAISER)
        kernel[np.abs(away) >= width] = 0.0
        return (kernel / kernel.sum(axis=0)).astype(np.float32)
