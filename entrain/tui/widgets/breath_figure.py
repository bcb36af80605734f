"""The breathing figure: a field of light, inked into rows, of which only the changed ones are repainted."""

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from entrain.drawing.palette import Depth, FigureColours
from entrain.drawing.shapes import FIGURES, Grid, Pose
from entrain.tui.drawing.ink import Ink, ink_for


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

    def show(self, pose: Pose | None) -> None:
        """Draw `pose`; None draws nothing at all."""
        self._pose = pose
        rows = self._drawn(pose)
        before, self._rows = self._rows, rows
        if len(before) != len(rows):
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, rows, strict=True)) if old is not new]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def choose(self, figure: str) -> None:
        """Another figure from now on."""
        self.figure = figure
        self.show(self._pose)

    def dye(self, colours: FigureColours) -> None:
        """Other colours from now on."""
        self._ink = ink_for(self.depth, colours)
        self.show(self._pose)

    def on_resize(self) -> None:
        self.show(self._pose)

    def _drawn(self, pose: Pose | None) -> list[Strip]:
        columns, rows = self.size
        if pose is None or columns < 4 or rows < 2:
            return []
        grid = Grid.of(*self._ink.size(columns, rows))
        return self._ink.rows(FIGURES[self.figure](grid, pose), pose.tide)

    def render_line(self, y: int) -> Strip:
        if y < len(self._rows):
            return self._rows[y]
        return Strip.blank(self.size.width)
