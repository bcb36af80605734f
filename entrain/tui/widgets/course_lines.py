"""What was measured, session after session: a line of bars for each measure, and whether it changed."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.widgets import Static

from entrain.history.trend import Line, Way
from entrain.wording import history as wording

_LABEL: Final = 15
_NEWEST: Final = 10
_WAY: Final = 15
_LEAST_BARS: Final = 6
_MOST_BARS: Final = 40
_SHORT: Final = {Way.RISES: "rises", Way.FALLS: "falls", Way.UNCLEAR: "", Way.TOO_FEW: ""}


class CourseLines(Static):
    """Eight rows: at most seven measures and what can be said of them."""

    DEFAULT_CSS = "CourseLines { width: 1fr; height: 8; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[Line] = ()
        self._below = ""

    def show(self, lines: Sequence[Line], below: str) -> None:
        """These measures, and a sentence below them."""
        self._lines, self._below = lines, below
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        room = self.size.width - _LABEL - _NEWEST - 2
        is_wide = room >= _WAY + 12
        bars = max(_LEAST_BARS, min(_MOST_BARS, room - (_WAY if is_wide else 6)))
        rows = [_row(line, bars, is_wide) for line in self._lines]
        self.update(Content("\n").join([*rows, Content.styled(self._below, "$text-muted")]), layout=False)


def _row(line: Line, bars: int, is_wide: bool) -> Content:
    clear = line.way in (Way.RISES, Way.FALLS)
    newest = f"{wording.figure(line, line.values[-1])} {line.meaning.unit}"
    way = line.way.value if is_wide else _SHORT[line.way]
    return Content.assemble(
        (f"{line.meaning.label:<{_LABEL}}", "$text-muted"),
        (f"{wording.sparkline(line.values, bars):<{bars}}", "$pulse" if clear else "$quiet"),
        (f"{newest:>{_NEWEST}}", "$text"),
        (f"  {way}", "bold $text" if clear else "$text-muted"),
    )
