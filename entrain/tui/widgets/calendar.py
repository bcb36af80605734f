"""The days on which somebody practised: a column for each week, a row for each day of it."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.widgets import Static

from entrain.drawing.palette import Depth
from entrain.history.calendar import DAYS, Week, level, months
from entrain.wording.history import DAY_MARKS

_LABEL: Final = 5  # columns of the days' names
MOST_WEEKS: Final = 53
SQUARE: Final = "■"
SHADES: Final = ("$primary 40%", "$primary 60%", "$primary 80%", "$primary")


class Calendar(Static):
    """Shows as many of the newest weeks as there is room for.

    A day is a square, the more minutes the brighter; where there are too few colours, a bar, the more the
    higher.
    """

    DEFAULT_CSS = "Calendar { width: 1fr; height: 8; }"

    def __init__(self, depth: Depth) -> None:
        super().__init__()
        self._with_shades = depth in (Depth.TRUE, Depth.CUBE)
        self._weeks: Sequence[Week] = ()

    def show(self, weeks: Sequence[Week]) -> None:
        self._weeks = weeks
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        room = (self.size.width - _LABEL) // 2
        shown = self._weeks[-max(1, min(MOST_WEEKS, room)) :]
        lines = [Content.styled(" " * _LABEL + months(shown), "$text-muted")]
        for row, name in enumerate(DAYS):
            marks = [_mark(week.minutes[row], with_shades=self._with_shades) for week in shown]
            lines.append(Content.assemble((f"{name}  ", "$text-muted"), Content(" ").join(marks)))
        self.update(Content("\n").join(lines), layout=False)


def _mark(minutes: float, *, with_shades: bool) -> Content:
    at = level(minutes)
    if at == 0:
        return Content.styled(DAY_MARKS[0], "$text-disabled")
    return Content.styled(SQUARE, SHADES[at - 1]) if with_shades else Content(DAY_MARKS[at])
