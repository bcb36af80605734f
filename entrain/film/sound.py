"""The sound of a film: a file as it was rendered, silence around it, as loud as video sites want it."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import soundfile

from entrain.analysis.loudness import Lift, Meter, lift_to

RATE_HZ: Final = 48_000
_PIECE: Final = RATE_HZ


def measured(path: Path) -> Lift:
    """How loud the file is, and how much louder it may be."""
    meter = Meter()
    with soundfile.SoundFile(path) as file:
        for piece in file.blocks(_PIECE, dtype="float64", always_2d=True):
            meter.add(piece)
    return lift_to(meter.loudness_lufs(), meter.peak_dbtp())


class Soundtrack:
    """Reads on and on: silence, the sound, silence."""

    def __init__(self, path: Path, before_s: float, gain_db: float) -> None:
        self._file: Any = soundfile.SoundFile(path)
        self._silent = round(before_s * RATE_HZ)
        self._gain = 10.0 ** (gain_db / 20.0)

    def read(self, n: int) -> npt.NDArray[np.float64]:
        """The next (n, 2) samples, full scale being 1."""
        out = np.zeros((n, 2))
        first = min(n, self._silent)
        self._silent -= first
        if first < n:
            sound = self._file.read(n - first, dtype="float64", always_2d=True)
            out[first : first + len(sound)] = sound * self._gain
        return out

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def as_32_bits(sound: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """24 bits in the upper part of 32, as encoders without loss take them."""
    steps = np.clip(np.rint(sound * 2**23), -(2**23), 2**23 - 1)
    return (steps * 256).astype(np.int32)
