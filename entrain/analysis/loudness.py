"""How loud a sound is: integrated loudness and true peak, block by block, in constant memory.

Source: ITU-R BS.1770-5 (K weighting, blocks of 400 ms that overlap by three quarters, gates at −70 LUFS and
10 LU below what is left) and its annex 2 (true peak by oversampling four times).
"""

from dataclasses import dataclass, field
from math import inf, log10
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly, sosfilt  # pyright: ignore[reportUnknownVariableType]

RATE_HZ: Final = 48_000  # the coefficients of the two filters are given for it
_SHELF: Final = (
    1.53512485958697,
    -2.69169618940638,
    1.19839281085285,
    1.0,
    -1.69065929318241,
    0.73248077421585,
)
_HIGH_PASS: Final = (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621)
_STEP: Final = RATE_HZ // 10
_OFFSET_DB: Final = -0.691
_ABSOLUTE_LUFS: Final = -70.0
_RELATIVE_LU: Final = -10.0
_OVER: Final = 4
_TAPS: Final = 48
_HIGHER: Final = 2.0  # a true peak is less than twice the highest sample beside it


@dataclass(slots=True)
class Meter:
    """Measures a stereo sound of 48 kHz as it is handed over."""

    _state: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 2, 2)))
    _rest: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    _steps: list[float] = field(default_factory=list[float])  # mean square of each 100 ms, both channels
    _before: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((_TAPS, 2)))
    _peak: float = 0.0

    def add(self, sound: npt.NDArray[Any]) -> None:
        """The next (n, 2) samples, full scale being 1."""
        if not len(sound):
            return
        wide = sound.astype(np.float64)
        self._look_for_peak(wide)
        weighted, self._state = sosfilt(np.array([_SHELF, _HIGH_PASS]), wide, axis=0, zi=self._state)
        both = np.concatenate([self._rest, weighted])
        n = len(both) // _STEP
        power = (both[: n * _STEP] ** 2).reshape(n, _STEP, 2).mean(axis=1).sum(axis=1)
        self._steps.extend(power.tolist())
        self._rest = both[n * _STEP :]

    def _look_for_peak(self, sound: npt.NDArray[np.float64]) -> None:
        wide = np.concatenate([self._before, sound])
        self._before = wide[-_TAPS:]
        if np.abs(wide).max() * _HIGHER > self._peak:
            self._peak = max(self._peak, float(np.abs(resample_poly(wide, _OVER, 1, axis=0)).max()))

    def loudness_lufs(self) -> float:
        """Integrated loudness so far; −inf of silence, and of what is shorter than 0.4 s."""
        steps = np.array(self._steps)
        if len(steps) < 4:
            return -inf
        blocks = np.convolve(steps, np.full(4, 0.25), "valid")
        blocks = blocks[blocks > 10 ** ((_ABSOLUTE_LUFS - _OFFSET_DB) / 10)]
        if not len(blocks):
            return -inf
        blocks = blocks[blocks > blocks.mean() * 10 ** (_RELATIVE_LU / 10)]
        return _OFFSET_DB + 10 * log10(blocks.mean())

    def peak_dbtp(self) -> float:
        """The highest true peak so far; −inf of silence."""
        return 20 * log10(self._peak) if self._peak > 0.0 else -inf


@dataclass(frozen=True, slots=True)
class Lift:
    """By how much a sound is made louder or softer, and which limit it then stands at."""

    gain_db: float
    loudness_lufs: float  # as it was
    peak_dbtp: float
    is_held_by_peak: bool


def lift_to(
    loudness_lufs: float, peak_dbtp: float, goal_lufs: float = -14.0, most_dbtp: float = -1.0
) -> Lift:
    """To `goal_lufs`, or as near as `most_dbtp` lets it come. Silence stays as it is."""
    if loudness_lufs == -inf or peak_dbtp == -inf:
        return Lift(0.0, loudness_lufs, peak_dbtp, is_held_by_peak=False)
    by_loudness, by_peak = goal_lufs - loudness_lufs, most_dbtp - peak_dbtp
    return Lift(min(by_loudness, by_peak), loudness_lufs, peak_dbtp, is_held_by_peak=by_peak < by_loudness)
