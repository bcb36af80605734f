"""The outcome of an assessment as a curve: how far the pulse swings at each breathing rate."""

from typing import Final

from rich.segment import Segment
from textual.strip import Strip

from entrain.ports import AssessmentOutcome, SwingAt
from entrain.tui.drawing.ink import braille_text
from entrain.tui.drawing.plot import CourseCurve, Frame, drawn, frame_of
from entrain.tui.widgets.plot import AXIS, Plot

_AIR_PER_MIN: Final = 0.15  # beside the outermost rates
_ERRORS: Final = 2.0  # how many standard errors a bar reaches, each way


class SwingPlot(Plot):
    """A point and its error bar at each rate, the fitted curve through them, and a mark under its peak."""

    DEFAULT_CSS = """
    SwingPlot { width: 1fr; height: 9; color: $text-muted; }
    SwingPlot > .swing--point { color: $breath-in; text-style: bold; }
    SwingPlot > .swing--bar { color: $quiet; }
    SwingPlot > .swing--curve { color: $tempo; }
    SwingPlot > .swing--scale { color: $text-disabled; }
    """
    COMPONENT_CLASSES = {  # noqa: RUF012  Textual's own type
        "swing--point",
        "swing--bar",
        "swing--curve",
        "swing--scale",
    }

    def __init__(self) -> None:
        super().__init__()
        self._outcome: AssessmentOutcome | None = None

    def show(self, outcome: AssessmentOutcome) -> None:
        self._outcome = outcome
        self.redraw()

    def painted(self) -> list[Strip]:
        outcome, columns, rows = self._outcome, self.size.width - AXIS, self.size.height - 3
        if outcome is None or not outcome.swings or columns < 20 or rows < 3:
            return []
        swings = outcome.swings
        ends = [s.swing_bpm + side * _ERRORS * s.error_bpm for s in swings for side in (-1.0, 1.0)]
        first, last = swings[0].per_min - _AIR_PER_MIN, swings[-1].per_min + _AIR_PER_MIN
        frame = frame_of((max(1.0, min(ends)), max(ends)), first, last, least=5.0)
        codes = drawn((CourseCurve(outcome.curve),), frame, columns, rows).codes
        grid = [[(char, "curve") for char in braille_text(row)] for row in codes]
        for swing in swings:
            _mark(grid, swing, frame)
        strips = [self._strip(" " * AXIS, [(c, "scale") for c in "swing of the pulse, bpm"])]
        for y, row in enumerate(grid):
            scale = f"{frame.high:.0f}" if y == 0 else f"{frame.low:.0f}" if y == rows - 1 else ""
            strips.append(self._strip(f"{scale:>{AXIS - 1}} ", row))
        strips.append(self._strip(" " * AXIS, _peak(outcome, frame, columns)))
        strips.append(self._strip(" " * AXIS, _rates(swings, frame, columns)))
        return strips

    def _strip(self, axis: str, cells: "list[_Cell]") -> Strip:
        segments = [Segment(axis, self.get_component_rich_style("swing--scale"))]
        segments += [Segment(char, self.get_component_rich_style(f"swing--{what}")) for char, what in cells]
        return Strip(segments).simplify()


_Cell = tuple[str, str]  # what to print, and as what


def _column(per_min: float, frame: Frame, columns: int) -> int:
    return round((per_min - frame.from_s) / (frame.to_s - frame.from_s) * (columns - 1))


def _mark(grid: list[list[_Cell]], swing: SwingAt, frame: Frame) -> None:
    rows, columns = len(grid), len(grid[0])
    x = _column(swing.per_min, frame, columns)

    def y_of(bpm: float) -> int:
        y = round((frame.high - bpm) / (frame.high - frame.low) * rows - 0.5)
        return min(rows - 1, max(0, y))

    error = _ERRORS * swing.error_bpm
    for y in range(y_of(swing.swing_bpm + error), y_of(swing.swing_bpm - error) + 1):
        grid[y][x] = ("│", "bar")
    grid[y_of(swing.swing_bpm)][x] = ("●", "point")


def _peak(outcome: AssessmentOutcome, frame: Frame, columns: int) -> list[_Cell]:
    cells: list[_Cell] = [(" ", "scale")] * columns
    if outcome.resonance_per_min is not None:
        cells[_column(outcome.resonance_per_min, frame, columns)] = ("▲", "point")
    return cells


def _rates(swings: tuple[SwingAt, ...], frame: Frame, columns: int) -> list[_Cell]:
    """The rates under their points, as many as there is room for, and what they are."""
    text = [" "] * columns
    for swing in swings:
        label = f"{swing.per_min:.1f}"
        at = max(0, min(columns - len(label), _column(swing.per_min, frame, columns) - len(label) // 2))
        if not "".join(text[max(0, at - 1) : at + len(label) + 1]).strip():
            text[at : at + len(label)] = label
    return [(char, "scale") for char in text]
