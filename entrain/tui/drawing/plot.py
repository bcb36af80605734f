"""A line plot in braille: eight dots to a cell, gaps where nothing is known, and what lies under what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from entrain.tui.drawing.ink import braille_cells

Dots = npt.NDArray[np.bool_]
MAX_GAP_S = 5.0  # points further apart are not joined


@dataclass(frozen=True, slots=True)
class CourseCurve:
    """Points (seconds, value); a value of None breaks the line. Dashed lines leave out every other dot."""

    points: Sequence[tuple[float, float | None]]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What part of the world a plot shows."""

    from_s: float
    to_s: float
    low: float
    high: float


def frame_of(values: Sequence[float], from_s: float, to_s: float, least: float = 12.0) -> Frame:
    """A frame that holds all values with a little air, in steps of 5, at least `least` high.

    Steps keep the scale still while the values move.
    """
    if not values:
        return Frame(from_s, to_s, 50.0, 50.0 + max(least, 5.0))
    low, high = 5.0 * floor((min(values) - 1) / 5.0), 5.0 * ceil((max(values) + 1) / 5.0)
    while high - low < least:
        high += 5.0
        if high - low < least:
            low -= 5.0
    return Frame(from_s, to_s, low, high)


def dots_of(course: CourseCurve, frame: Frame, columns: int, rows: int) -> Dots:
    """The dots of a course on `columns` × `rows` cells, shape (4·rows, 2·columns)."""
    width, height = 2 * columns, 4 * rows
    dots = np.zeros((height, width), np.bool_)
    per_s = (width - 1) / max(1e-9, frame.to_s - frame.from_s)
    per_unit = (height - 1) / max(1e-9, frame.high - frame.low)
    for times, values in _unbroken(course.points):
        x = (np.array(times) - frame.from_s) * per_s
        y = (frame.high - np.array(values)) * per_unit
        at = np.arange(max(0, round(x[0])), min(width - 1, round(x[-1])) + 1)
        ends = np.clip(np.rint(np.interp(at, x, y)), 0, height - 1).astype(np.intp).tolist()
        before = ends[0] if ends else 0
        for column, end in zip(at.tolist(), ends, strict=True):
            # From where the column before ended, one dot short of it, so that steep lines stay thin.
            step = (end > before) - (end < before)
            low, high = sorted((end, before + step))
            dots[low : high + 1, column] = True
            before = end
    if course.dashed:
        dots[:, np.arange(width) % 4 >= 2] = False
    return dots


def _unbroken(points: Sequence[tuple[float, float | None]]) -> Iterator[tuple[list[float], list[float]]]:
    """(times, values) of each stretch without a gap."""
    times: list[float] = []
    values: list[float] = []
    for t_s, value in points:
        if times and (value is None or t_s - times[-1] > MAX_GAP_S):
            yield times, values
            times, values = [], []
        if value is not None:
            times.append(t_s)
            values.append(value)
    if times:
        yield times, values


@dataclass(frozen=True, slots=True)
class Cells:
    """A plot as cells: what to print, and which course owns each cell (-1: none)."""

    codes: npt.NDArray[np.uint16]
    owner: npt.NDArray[np.int8]


def drawn(courses: Sequence[CourseCurve], frame: Frame, columns: int, rows: int) -> Cells:
    """All courses on one canvas; where they meet in a cell, the one named first owns its colour."""
    total = np.zeros((4 * rows, 2 * columns), np.bool_)
    owner = np.full((rows, columns), -1, np.int8)
    for index in reversed(range(len(courses))):
        dots = dots_of(courses[index], frame, columns, rows)
        total |= dots
        owner[braille_cells(dots) > 0] = index
    return Cells(braille_cells(total), owner)
