"""When the device sounds which frame, on the session's clock.

A callback that is to fill frame n says when that frame will sound; so every callback gives one estimate of
when frame 0 sounded. What a sound server says is right on the whole and wrong for seconds at a time: its own
estimate of its delay swings by tens of milliseconds where the machine is busy, and settles again. The device
itself does not swing: its clock is a crystal, some millionths off. So each second gives one median, and
through the medians of a minute and a half goes one straight line, no steeper than a crystal can be. An
estimate that jumps moves nothing, unless the device says it ran dry, or the new time stays and stands still.

The clock knows how little it knows: `uncertainty_s` is meant to hold nineteen times in twenty
(`benchmarks/sound_dac.py`).
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

WINDOW_S: Final = 90.0
SLOPE_WINDOW_S: Final = 600.0
# A device that starts fills its buffer at once and then waits; only a steady flow tells its time. What it
# says meanwhile was seen to be 15 ms off, and many callbacks say it.
FILLING_S: Final = 0.25
SETTLED_S: Final = 0.2
JUMP_S: Final = 0.02
_STAYS_CELLS: Final = 3  # seconds in a row that stand still elsewhere are a new truth …
_STANDS_STILL_S: Final = 0.003  # … and a delay that is on its way back does not stand still
_CELL_S: Final = 1.0
_N_WINDOW: Final = round(WINDOW_S / _CELL_S)
_STEEPEST: Final = 100e-6
_TELLS_SLOPE_S: Final = 60.0  # what the slope of a shorter time says is the server's swinging
_LONGEST_LEAD_S: Final = 5.0
# What is never known better; what a server that has just begun may be off by, and for how long.
_LEAST_S: Final = 0.001
_BEGINNING_S: Final = 0.004
_BEGINS_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class DacReading:
    """One callback: at `now_s` it filled frames from `frame` on, the first of which sounds `lead_s` later."""

    frame: int
    now_s: float
    lead_s: float
    ran_dry: bool


@dataclass(frozen=True, slots=True)
class _Cell:
    """A second's estimates: their middle time, their median, and how far they scatter about it."""

    t_s: float
    zero_s: float
    scatter_s: float


class DacClock:
    """The device's clock as seen from the session's, from one `DacReading` after the other."""

    def __init__(self, sample_rate_hz: int, latency_s: float) -> None:
        """`latency_s` stands in for the lead where the device tells no usable one."""
        self._sample_rate_hz = sample_rate_hz
        self._latency_s = latency_s
        self._cells: deque[_Cell] = deque(maxlen=round(SLOPE_WINDOW_S / _CELL_S))
        self._newest: list[tuple[float, float]] = []  # of the second at hand: (now_s, when frame 0 sounded)
        self._filling_s: float | None = None
        self._began_s: float | None = None
        self._last_s = 0.0
        self._line: tuple[float, float, float] | None = None  # (zero at, time of it, slope), if worked out
        self.is_usable = True

    def add(self, moment: DacReading) -> None:
        """Take in a pair of times from the device."""
        self.is_usable = 0.0 < moment.lead_s < _LONGEST_LEAD_S
        lead_s = moment.lead_s if self.is_usable else self._latency_s
        zero_s = moment.now_s + lead_s - moment.frame / self._sample_rate_hz
        # Before a second is over nothing says which of two times is right: the later one is.
        is_elsewhere = not self._cells and self._newest and abs(zero_s - self._newest[0][1]) > JUMP_S
        if moment.ran_dry or is_elsewhere:
            self._begin_anew()
        if self._filling_s is None:
            self._filling_s = moment.now_s
        if moment.now_s - self._filling_s < FILLING_S:
            return
        if self._began_s is None:
            self._began_s = moment.now_s
        self._last_s = moment.now_s
        self._newest.append((moment.now_s, zero_s))
        if moment.now_s - self._newest[0][0] >= _CELL_S:
            self._cells.append(_cell(self._newest))
            self._newest = []
            self._line = None
            self._take_a_new_truth()

    def _begin_anew(self) -> None:
        self._cells.clear()
        self._newest, self._filling_s, self._began_s, self._line = [], None, None, None

    def _take_a_new_truth(self) -> None:
        """Where the last seconds stand still, and all elsewhere, what was before is no longer so."""
        cells = list(self._cells)
        before, last = cells[:-_STAYS_CELLS], cells[-_STAYS_CELLS:]
        if len(before) < 2:
            return
        zeros_s = [cell.zero_s for cell in last]
        at_s, t_s, slope = _line_through(before)
        off_s = [cell.zero_s - at_s - slope * (cell.t_s - t_s) for cell in last]
        is_elsewhere = min(off_s) > JUMP_S or max(off_s) < -JUMP_S
        if is_elsewhere and max(zeros_s) - min(zeros_s) < _STANDS_STILL_S:
            self._cells = deque(last, self._cells.maxlen)
            self._began_s, self._line = last[0].t_s, None

    @property
    def is_settled(self) -> bool:
        """The device has flowed steadily for long enough that its time can be told."""
        return self.known_s >= SETTLED_S

    @property
    def known_s(self) -> float:
        """For how long it has flowed by now."""
        return 0.0 if self._began_s is None else self._last_s - self._began_s

    def zero_s(self, frame: int | None = None) -> float:
        """Session seconds at which frame 0 would have sounded, at the device's pace about `frame`."""
        at_s, t_s, slope = self._fitted()
        then_s = self._last_s if frame is None else at_s + frame / self._sample_rate_hz
        return at_s + slope * (then_s - t_s)

    def uncertainty_s(self) -> float:
        """Half the width of the interval about a told time in which the true one lies, 19 times in 20."""
        at_s, t_s, slope = self._fitted()
        cells = list(self._cells)[-_N_WINDOW:] or [_cell(self._newest)]
        off_s = [abs(cell.zero_s - at_s - slope * (cell.t_s - t_s)) for cell in cells]
        scatter_s = float(np.median(off_s)) if len(off_s) > 2 else max(cell.scatter_s for cell in cells)
        beginning_s = _BEGINNING_S * max(0.0, 1.0 - self.known_s / _BEGINS_S)
        return _LEAST_S + 5.0 * scatter_s + beginning_s

    def _fitted(self) -> tuple[float, float, float]:
        if self._line is None or not self._cells:
            self._line = _line_through(list(self._cells) or [_cell(self._newest)])
        return self._line


def _cell(estimates: list[tuple[float, float]]) -> _Cell:
    times_s, zeros_s = np.array(estimates).T
    middle_s = float(np.median(zeros_s))
    scatter_s = 1.4826 * float(np.median(np.abs(zeros_s - middle_s)))
    return _Cell(float(times_s.mean()), middle_s, scatter_s)


def _line_through(cells: list[_Cell]) -> tuple[float, float, float]:
    """(zero, time at which it is that, slope): the median of slopes (Theil, Sen), no steeper than may be."""
    t_s, zeros_s = np.array([(cell.t_s, cell.zero_s) for cell in cells]).T
    slope = 0.0
    if t_s[-1] - t_s[0] >= _TELLS_SLOPE_S:
        half = len(t_s) // 2  # each second against the one half the time later: the pairs that tell most
        slopes = (zeros_s[half:] - zeros_s[: len(t_s) - half]) / (t_s[half:] - t_s[: len(t_s) - half])
        slope = float(np.clip(np.median(slopes), -_STEEPEST, _STEEPEST))
    t_s, zeros_s = t_s[-_N_WINDOW:], zeros_s[-_N_WINDOW:]
    middle_s = float(t_s.mean())
    return float(np.median(zeros_s - slope * (t_s - middle_s))), middle_s, slope
