"""The pulse of the last minutes with the tempo drawn into the same plot."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from entrain.control.view import Sample
from entrain.tui.drawing.ink import braille_text
from entrain.tui.drawing.plot import CourseCurve, drawn, frame_of
from entrain.tui.widgets.plot import AXIS, Plot


class TrendView(Plot):
    """Two courses over time: the pulse as a line, the tempo dashed, so that both can be told without colour.

    Where no pulse was known the line has a gap.
    """

    DEFAULT_CSS = """
    TrendView { width: 1fr; height: 6; color: $text-muted; }
    TrendView > .trend--pulse { color: $pulse; }
    TrendView > .trend--tempo { color: $tempo; }
    TrendView > .trend--scale { color: $text-disabled; }
    """
    COMPONENT_CLASSES = {"trend--pulse", "trend--tempo", "trend--scale"}  # noqa: RUF012  Textual's own type

    def __init__(self) -> None:
        super().__init__()
        self._samples: Sequence[Sample] = ()
        self._from_s = 0.0
        self._to_s = 1.0
        self._ends = ("", "now")
        self._besides: list[float] = []

    def show(
        self,
        samples: Sequence[Sample],
        from_s: float,
        to_s: float,
        ends: tuple[str, str],
        besides: Sequence[Sample] = (),
    ) -> None:
        """Draw the samples between two moments of the session; `ends` names the two moments.

        The scale has room for `besides` too, so that two plots can share one.
        """
        self._samples, self._from_s, self._to_s, self._ends = samples, from_s, to_s, ends
        self._besides = [v for s in besides for v in (s.pulse_bpm, s.tempo_bpm) if v is not None]
        self.redraw()

    def painted(self) -> list[Strip]:
        columns, rows = self.size.width - AXIS, self.size.height - 1
        if columns < 8 or rows < 2:
            return []
        inside = [s for s in self._samples if self._from_s <= s.t_s <= self._to_s]
        pulse = CourseCurve([(s.t_s, s.pulse_bpm) for s in inside])
        tempo = CourseCurve([(s.t_s, s.tempo_bpm) for s in inside], dashed=True)
        values = [v for course in (pulse, tempo) for _, v in course.points if v is not None]
        values += self._besides
        frame = frame_of(values, self._from_s, self._to_s)
        cells = drawn((pulse, tempo), frame, columns, rows)
        scale = self._style("scale")
        styles = {-1: scale, 0: self._style("pulse"), 1: self._style("tempo")}
        marks = {0: f"{frame.high:.0f}", rows - 1: f"{frame.low:.0f}"} if values else {}
        strips: list[Strip] = []
        for y in range(rows):
            segments = [Segment(f"{marks.get(y, ''):>{AXIS - 1}} ", scale)]
            for x, text in enumerate(braille_text(cells.codes[y])):
                segments.append(Segment(text, styles[int(cells.owner[y, x])]))
            strips.append(Strip(segments, columns + AXIS).simplify())
        strips.append(self._time_scale(columns, scale))
        return strips

    def _time_scale(self, columns: int, style: Style) -> Strip:
        left, right = self._ends
        line = " " * AXIS + left.ljust(columns - len(right)) + right
        return Strip([Segment(line, style)], len(line))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"trend--{name}")
