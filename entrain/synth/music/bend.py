"""Sound that slides by a fraction of its speed: too little to be heard as another pitch."""

from typing import Final

import numpy as np

from entrain.synth.stretch import Samples

MARGIN_FRAMES: Final = 4  # of sound that is needed before the first frame and behind the last

_PHASES: Final = 512
_KAISER_BETA: Final = 5.0


def _kernels() -> Samples:
    """Sincs in a Kaiser window, one for each fraction of a frame: (_PHASES + 1, 2 * MARGIN_FRAMES)."""
    fraction = np.arange(_PHASES + 1)[:, None] / _PHASES
    at = np.arange(1 - MARGIN_FRAMES, MARGIN_FRAMES + 1)[None, :] - fraction
    inside = np.sqrt(np.maximum(0.0, 1.0 - (at / MARGIN_FRAMES) ** 2))
    taps = np.sinc(at) * np.i0(_KAISER_BETA * inside)
    return (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)


_KERNELS: Final = _kernels()


def slid(sound: Samples, first: int, n_rise: int, n_frames: int, by: int) -> Samples:
    """`n_frames` of `sound` from `first` on, that come to be read `by` frames further on, or back.

    It takes `n_rise` frames to come there. (n_frames, 2).

    `sound` must reach `MARGIN_FRAMES` further than what is read, at both ends.
    """
    x = np.minimum(np.arange(n_frames, dtype=np.float64) / n_rise, 1.0)
    at = first + np.arange(n_frames) + by * x
    whole = np.floor(at).astype(np.int64)
    kernels = _KERNELS[np.rint((at - whole) * _PHASES).astype(np.int64)]
    out = np.zeros((n_frames, sound.shape[1]), np.float32)
    for tap in range(2 * MARGIN_FRAMES):
        out += kernels[:, tap, None] * sound[whole + (tap + 1 - MARGIN_FRAMES)]
    return out
