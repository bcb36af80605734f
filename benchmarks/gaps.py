"""Where a recording is not what was to be played: every break, by sample-exact alignment piece by piece.

A recording is walked along the signal it should hold. Where the two part, the place at which the recording
goes on is looked for in the signal by cross-correlation and then checked sample by sample: so it is known
how much silence came between, and how much of the signal was left out or came twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.signal import correlate

Sound = np.ndarray  # (n_frames, 2)
Expected = Callable[[int, int], Sound]  # (first frame, how many) of the signal

SAME: Final = 1e-3  # -60 dB: tables read at a hair's breadth beside, never a shift of a frame
CHUNK: Final = 1 << 15
WINDOW: Final = 2048
STEP: Final = 480
REACH: Final = 3 * 48_000  # how far the signal can have moved at one break
PATIENCE: Final = 10 * 48_000  # for how long it may be something else before it is given up


@dataclass(frozen=True, slots=True)
class Piece:
    """Recorded frames `at` to `end` are the signal's `signal` and following, every one of them."""

    at: int
    end: int
    signal: int

    @property
    def offset(self) -> int:
        return self.at - self.signal


@dataclass(frozen=True, slots=True)
class Break:
    """Between two pieces: recorded frames that are none of the signal's, and what was not heard."""

    at: int
    alien: int
    lost: int  # negative: heard twice


def pieces(recorded: Sound, expected: Expected, at: int, signal: int, signal_end: int) -> list[Piece]:
    """The recording from frame `at` on as pieces of the signal, up to the signal's frame `signal_end`.

    The recording is near the signal's frame `signal` at `at`.
    """
    found: list[Piece] = []
    while signal < signal_end and (place := _found(recorded, expected, at, signal)) is not None:
        begin, signal = place
        end = min(len(recorded), begin + signal_end - signal)
        stop = _followed(recorded, expected, begin, signal, end)
        found.append(Piece(begin, stop, signal))
        at, signal = stop, signal + stop - begin
    return found


def breaks(found: list[Piece]) -> list[Break]:
    return [Break(a.end, b.at - a.end, b.signal - (a.signal + a.end - a.at)) for a, b in pairwise(found)]


def _followed(recorded: Sound, expected: Expected, at: int, signal: int, end: int) -> int:
    """How far the recording is the signal."""
    while at < end:
        n = min(CHUNK, end - at)
        wrong = np.abs(recorded[at : at + n] - expected(signal, n)).max(axis=1) > SAME
        if wrong.any():
            return at + int(wrong.argmax())
        at, signal = at + n, signal + n
    return end


def _found(recorded: Sound, expected: Expected, at: int, signal: int) -> tuple[int, int] | None:
    """The first frames from `at` on, recorded and of the signal, at which both are the same again."""
    from_signal = max(0, signal - REACH)
    around = expected(from_signal, signal - from_signal + REACH)
    squares = np.cumsum(np.concatenate([[0.0], around[:, 0].astype(float) ** 2]))
    energy = squares[WINDOW:] - squares[:-WINDOW]
    for window_at in range(at, min(at + PATIENCE, len(recorded) - WINDOW), STEP):
        window = recorded[window_at : window_at + WINDOW]
        if not window[[0, -1]].any(axis=1).all():
            continue  # silence, or its edge, fits anywhere
        # The least sum of squared differences, but for what is the same at every place.
        unlike = energy - 2.0 * correlate(around[:, 0], window[:, 0], "valid", "fft")
        place = int(unlike.argmin())
        if np.abs(around[place : place + WINDOW] - window).max() > SAME:
            continue
        n_back = min(window_at - at, place)
        wrong = np.abs(recorded[window_at - n_back : window_at] - around[place - n_back : place]).max(axis=1)
        same_since = int(np.flatnonzero(wrong > SAME)[-1]) + 1 if (wrong > SAME).any() else 0
        n_back -= same_since
        return window_at - n_back, from_signal + place - n_back
    return None
