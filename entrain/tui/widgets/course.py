"""What a preset plans, as two small curves over its minutes: the beat and, below it, the breath."""

from collections.abc import Sequence
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from entrain.control.events import Phase
from entrain.tui.drawing.ink import braille_text
from entrain.tui.drawing.plot import CourseCurve, drawn, frame_of
from entrain.tui.widgets.plot import AXIS, Plot
from entrain.units import S_PER_MIN
from entrain.whatif.forecast import Forecast

_LEAST_ROWS: Final = 2  # of each curve
_MOST_ROWS: Final = 7
_PHASES: Final = {
    Phase.BASELINE: "listen",
    Phase.MATCH: "meet",
    Phase.DESCEND: "lead",
    Phase.HOLD: "stay",
    Phase.SILENCE: "silence",
}


class CourseView(Plot):
    """Beat over breath, with the phases below. Where the session is silent the curves have a gap."""

    DEFAULT_CSS = """
    CourseView { width: 1fr; height: 10; color: $text-muted; }
    CourseView > .course--tempo { color: $tempo; }
    CourseView > .course--breath { color: $breath-in; }
    CourseView > .course--scale { color: $text-disabled; }
    """
    COMPONENT_CLASSES = {"course--tempo", "course--breath", "course--scale"}  # noqa: RUF012  Textual's own

    def __init__(self) -> None:
        super().__init__()
        self._forecast: Forecast | None = None

    def show(self, forecast: Forecast | None) -> None:
        """Draw a plan; None draws nothing."""
        if forecast is not self._forecast:
            self._forecast = forecast
            self.redraw()

    def painted(self) -> list[Strip]:
        forecast, columns = self._forecast, self.size.width - AXIS
        if forecast is None or not forecast.course or columns < 16:
            return []
        course = forecast.course
        pulse = course[-1].pulse_bpm
        of = f", with a pulse of {pulse:.0f}" if pulse is not None else ""
        curves = [
            (name, title, points)
            for name, title, points in (
                ("tempo", f"beats a minute{of}", [(s.t_s, s.tempo_bpm) for s in course]),
                ("breath", "breaths a minute", [(s.t_s, s.breath_per_min) for s in course]),
            )
            if any(value is not None for _, value in points)
        ]
        each = min(_MOST_ROWS, (self.size.height - 2) // max(1, len(curves)) - 1)
        if each < _LEAST_ROWS:
            return []
        scale = self.get_component_rich_style("course--scale")
        strips: list[Strip] = []
        for name, title, points in curves:
            style = self.get_component_rich_style(f"course--{name}")
            strips.append(Strip([Segment(" " * AXIS + title[:columns], style)]))
            strips += _curve(points, course[-1].t_s, columns, each, style, scale)
        strips += _phases(forecast, columns, scale)
        return strips


def _curve(
    points: Sequence[tuple[float, float | None]],
    to_s: float,
    columns: int,
    rows: int,
    style: Style,
    scale: Style,
) -> list[Strip]:
    frame = frame_of([value for _, value in points if value is not None], 0.0, to_s, least=8.0)
    codes = drawn((CourseCurve(points),), frame, columns, rows).codes
    marks = {0: f"{frame.high:.0f}", rows - 1: f"{frame.low:.0f}"}
    return [
        Strip(
            [
                Segment(f"{marks.get(y, ''):>{AXIS - 1}} ", scale),
                Segment("".join(braille_text(codes[y])), style),
            ]
        )
        for y in range(rows)
    ]


def _phases(forecast: Forecast, columns: int, style: Style) -> list[Strip]:
    """Where each phase begins and, where there is room, what it is; and below, the minutes."""
    total_s = max(1.0, sum(length_s for _, length_s in forecast.phases))
    line, from_s = "", 0.0
    for phase, length_s in forecast.phases:
        end = round((from_s + length_s) / total_s * columns)
        room = end - len(line)
        if room > 0:
            name = _PHASES.get(phase, "")
            line += ("╵" + (name if len(name) < room else "")).ljust(room)
        from_s += length_s
    right = f"{total_s / S_PER_MIN:.0f} min"
    below = "0" + right.rjust(columns - 1)
    return [Strip([Segment(" " * AXIS + text, style)]) for text in (line, below)]
