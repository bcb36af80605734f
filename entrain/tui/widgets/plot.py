"""What every plot in the terminal shares: it is drawn anew when its size or the colours change."""

from typing import Final

from textual.strip import Strip
from textual.widget import Widget

AXIS: Final = 4  # columns of the scale, left of every plot


class Plot(Widget, can_focus=False):
    """Rows painted ahead by `painted`, and shown until something calls `redraw`."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Strip] = []

    def painted(self) -> list[Strip]:
        """The rows for the size and the colours of now; fewer than the height, or none, is fine."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Paint it anew, and show that."""
        self._rows = self.painted()
        self.refresh()

    def on_resize(self) -> None:
        self.redraw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_mounted:
            self.call_after_refresh(self.redraw)

    def render_line(self, y: int) -> Strip:
        if y < len(self._rows):
            return self._rows[y]
        return Strip.blank(self.size.width, self.rich_style)
