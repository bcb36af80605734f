"""The breathing figure: a field of light, inked into rows, of which only what changed is repainted."""

from collections.abc import Sequence
from typing import Final

from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from entrain.drawing.palette import Depth, FigureColours
from entrain.drawing.shapes import FIGURES, Grid, Pose
from entrain.tui.drawing.ink import Ink, ink_for

_STEPS: Final = 44.0  # over the half side of a figure; each at least …
_STEP: Final = 0.12  # … of a pixel
_REACH: Final = 0.5  # of the half side: how far the edge of a figure goes in a breath


class BreathFigure(Widget):
    """Draws a `Pose` as one of `FIGURES`, as large as its place permits and at most 60×28 cells.

    It takes no border and no padding: its rows go to the terminal as they are.
    """

    DEFAULT_CSS = """
    BreathFigure { width: 100%; max-width: 60; height: 100%; max-height: 28; }
    """

    def __init__(self, figure: str, depth: Depth, colours: FigureColours) -> None:
        super().__init__()
        self.figure = figure
        self.depth = depth
        self._ink: Ink = ink_for(depth, colours)
        self._pose: Pose | None = None
        self._rows: list[Strip] = []
        self._shown: tuple[object, ...] | None = None

    def show(self, pose: Pose | None) -> None:
        """Draw `pose`; None draws nothing at all."""
        self._pose = pose
        steps = self._steps(pose)
        if steps is not None and steps == self._shown:
            return  # too little has moved to be seen
        self._shown = steps
        rows = self._drawn(pose)
        before, self._rows = self._rows, rows
        if len(before) != len(rows):
            self.refresh()
            return
        changed: list[Region] = []
        for y, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old is not new:
                x, n = self._ink.changed(old, new)
                if n:
                    changed.append(Region(x, y, n, 1))
        if changed:
            self.refresh(*changed)

    def choose(self, figure: str) -> None:
        """Another figure from now on."""
        self.figure = figure
        self.show(self._pose)

    def dye(self, colours: FigureColours) -> None:
        """Other colours from now on."""
        self._ink = ink_for(self.depth, colours)
        self._shown = None
        self.show(self._pose)

    def on_resize(self) -> None:
        self.show(self._pose)

    def _steps(self, pose: Pose | None) -> tuple[object, ...] | None:
        """The pose in steps that are just not seen: the figure's edge moves by a fraction of a pixel."""
        if pose is None:
            return None
        columns, rows = self.size
        half = min(columns, 2 * rows) / 2.0
        along = (
            0
            if pose.moment is None or self.figure != "wave"
            else round(pose.moment.fraction * min(4.0 * half, 1.6 * _STEPS))
        )
        return (
            self.figure,
            self.size,
            round(pose.fullness * min(half * _REACH / _STEP, _STEPS)),
            round(pose.tide * 12),
            round(pose.presence * 32),
            along,
        )

    def _drawn(self, pose: Pose | None) -> list[Strip]:
        columns, rows = self.size
        if pose is None or columns < 4 or rows < 2:
            return []
        grid = Grid.of(*self._ink.size(columns, rows))
        return self._ink.rows(FIGURES[self.figure](grid, pose), pose.tide)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """None where its rows are half blocks in true colours, which are as the terminal should have them."""
        return () if self.depth in (Depth.TRUE, Depth.CUBE) else super().get_line_filters()

    def render_line(self, y: int) -> Strip:
        if y < len(self._rows):
            return self._rows[y]
        return Strip.blank(self.size.width)
