"""A line plot in braille: eight dots to a cell, gaps where nothing is known, and what lies under what."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from entrain.tui.drawing.ink import braille_cells

Dots = npt.NDArray[np.bool_]
MAX_GAP_S = 5.0  # points further apart are not joined


@dataclass(frozen=True, slots=True)
class Course:
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


def dots_of(course: Course, frame: Frame, columns: int, rows: int) -> Dots:
    """The dots of a course on `columns` × `rows` cells, shape (4·rows, 2·columns)."""
    width, height = 2 * columns, 4 * rows
    dots = np.zeros((height, width), np.bool_)
    span_s, span = max(1e-9, frame.to_s - frame.from_s), max(1e-9, frame.high - frame.low)
    before: tuple[float, float, float] | None = None
    for t_s, value in course.points:
        if value is None:
            before = None
            continue
        x = (t_s - frame.from_s) / span_s * (width - 1)
        y = (frame.high - value) / span * (height - 1)
        if before is not None and t_s - before[0] <= MAX_GAP_S:
            _line(dots, before[1], before[2], x, y)
        else:
            _line(dots, x, y, x, y)
        before = (t_s, x, y)
    if course.dashed:
        dots[:, np.arange(width) % 4 >= 2] = False
    return dots


def _line(dots: Dots, x0: float, y0: float, x1: float, y1: float) -> None:
    steps = max(1, ceil(max(abs(x1 - x0), abs(y1 - y0))))
    xs = np.rint(np.linspace(x0, x1, steps + 1)).astype(np.intp)
    ys = np.rint(np.linspace(y0, y1, steps + 1)).astype(np.intp)
    inside = (xs >= 0) & (xs < dots.shape[1]) & (ys >= 0) & (ys < dots.shape[0])
    dots[ys[inside], xs[inside]] = True


@dataclass(frozen=True, slots=True)
class Cells:
    """A plot as cells: what to print, and which course owns each cell (-1: none)."""

    codes: npt.NDArray[np.uint16]
    owner: npt.NDArray[np.int8]


def drawn(courses: Sequence[Course], frame: Frame, columns: int, rows: int) -> Cells:
    """All courses on one canvas; where they meet in a cell, the one named first owns its colour."""
    total = np.zeros((4 * rows, 2 * columns), np.bool_)
    owner = np.full((rows, columns), -1, np.int8)
    for index in reversed(range(len(courses))):
        dots = dots_of(courses[index], frame, columns, rows)
        total |= dots
        owner[braille_cells(dots) > 0] = index
    return Cells(braille_cells(total), owner)
