"""The pulse beat by beat, and under it the breath to follow: what slow breathing is practised for."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from entrain.control.view import SessionView
from entrain.heart.wave import WavePoint
from entrain.tui.drawing.ink import braille_text
from entrain.tui.drawing.plot import CourseCurve, Frame, drawn, frame_of
from entrain.tui.widgets.plot import AXIS, Plot
from entrain.wording import wave as words

_S_PER_COLUMN: Final = 1.6
_SHOWN_S: Final = (36.0, 90.0)  # at least and at most
_AHEAD: Final = 0.14  # the share of the plot that lies in the future: the breath that comes next
_EVERY_S: Final = 0.2  # a breath is remembered so often
_KEPT_S: Final = 30.0  # that a score carries along of its past


class WaveView(Plot):
    """The pulse above, the guided breath below, on one scale of time; each is named in its own colour.

    Beats that the screening set aside leave a gap. It is painted anew when it has moved by a dot.
    """

    DEFAULT_CSS = """
    WaveView { width: 1fr; height: 8; color: $text-muted; }
    WaveView > .wave--pulse { color: $pulse; }
    WaveView > .wave--breath { color: $breath-in; }
    WaveView > .wave--scale { color: $text-disabled; }
    """
    COMPONENT_CLASSES = {"wave--pulse", "wave--breath", "wave--scale"}  # noqa: RUF012  Textual's own

    def __init__(self) -> None:
        super().__init__()
        self._points: Sequence[WavePoint] = ()
        self._breathed: deque[tuple[float, float | None]] = deque(maxlen=round(_SHOWN_S[1] / _EVERY_S))
        self._to_come: Sequence[tuple[float, float | None]] = ()
        self._t_s = 0.0
        self._said: tuple[str, str] = ("", "")
        self._seen: object = None
        self._shown: tuple[SessionView, bool] | None = None

    def show(self, view: SessionView, fresh: bool) -> None:
        """Draw a picture; `fresh` is whether the pulse is known now."""
        self._shown = (view, fresh)
        self._remember(view)
        said = (words.pulse_line(view, fresh), words.breath_line(view))
        step = int(view.t_s / self._dot_s)
        newest = view.wave[-1] if view.wave else None
        seen = (step, newest, said, view.paused)
        if seen == self._seen or not self.display:
            return
        self._seen, self._said = seen, said
        self._points, self._t_s = view.wave, step * self._dot_s
        self._to_come = _to_come(view, self._shown_s * _AHEAD)
        self.redraw()

    def blank(self) -> None:
        """Nothing that could be false."""
        self._points, self._to_come, self._said, self._seen = (), (), ("", ""), None
        self._shown = None
        self._breathed.clear()
        self.redraw()

    def on_resize(self) -> None:
        self._seen = None
        super().on_resize()
        if self._shown is not None:  # anew, for what fits is another stretch of time
            self.show(*self._shown)

    @property
    def _shown_s(self) -> float:
        return min(max(self.size.width * _S_PER_COLUMN, _SHOWN_S[0]), _SHOWN_S[1])

    @property
    def _dot_s(self) -> float:
        return self._shown_s / max(1, 2 * (self.size.width - AXIS))

    def _remember(self, view: SessionView) -> None:
        """Every moment since the last picture, as far back as the score knows."""
        now = int(view.t_s / _EVERY_S)
        earliest = now - round(_KEPT_S / _EVERY_S)
        last = round(self._breathed[-1][0] / _EVERY_S) if self._breathed else earliest - 1
        first = earliest if last > now else max(earliest, last + 1)
        for n in range(first, now + 1):
            self._breathed.append((n * _EVERY_S, _fullness(view, n * _EVERY_S)))

    def painted(self) -> list[Strip]:
        columns, rows = self.size.width - AXIS, self.size.height - 3
        if columns < 12 or rows < 3:
            return []
        shown_s = self._shown_s
        to_s = self._t_s + shown_s * _AHEAD
        from_s = to_s - shown_s
        breath_rows = max(1, min(4, round(rows * 0.35)))
        beats = [(p.t_s, p.bpm) for p in self._points if from_s - 3.0 <= p.t_s]
        values = [bpm for _, bpm in beats if bpm is not None]
        frame = frame_of(values, from_s, to_s, least=10.0)
        pulse, breath, scale = (self._style(name) for name in ("pulse", "breath", "scale"))
        marks = (f"{frame.high:.0f}", f"{frame.low:.0f}") if values else ("", "")
        breaths = [*(each for each in self._breathed if each[0] <= self._t_s), *self._to_come]
        return [
            _label(self._said[0], columns, pulse),
            *_curve(beats, frame, columns, rows - breath_rows, marks, (pulse, scale)),
            _label(self._said[1], columns, breath),
            *_curve(breaths, Frame(from_s, to_s, 0.0, 1.0), columns, breath_rows, ("", ""), (breath, scale)),
            _time_scale(columns, shown_s, scale),
        ]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"wave--{name}")


def _fullness(view: SessionView, t_s: float) -> float | None:
    """How full the lungs are asked to be; None where nothing is guided."""
    score = view.score
    if score is None or view.paused or view.ended is not None or score.presence.at(t_s) <= 0.0:
        return None
    moment = score.breath_at(t_s)
    return None if moment is None else moment.fullness


def _to_come(view: SessionView, for_s: float) -> list[tuple[float, float | None]]:
    first = int(view.t_s / _EVERY_S) + 1
    times = [n * _EVERY_S for n in range(first, first + int(for_s / _EVERY_S))]
    return [(t_s, _fullness(view, t_s)) for t_s in times]


def _label(text: str, columns: int, style: Style) -> Strip:
    return Strip([Segment(" " * AXIS + text[:columns], style)])


def _curve(
    points: Sequence[tuple[float, float | None]],
    frame: Frame,
    columns: int,
    rows: int,
    marks: tuple[str, str],
    styles: tuple[Style, Style],
) -> list[Strip]:
    codes = drawn((CourseCurve(points),), frame, columns, rows).codes
    at = {0: marks[0], rows - 1: marks[1]} if rows > 1 else {}
    line, scale = styles
    return [
        Strip([Segment(f"{at.get(y, ''):>{AXIS - 1}} ", scale), Segment(braille_text(codes[y]), line)])
        for y in range(rows)
    ]


def _time_scale(columns: int, shown_s: float, style: Style) -> Strip:
    now = round(columns * (1.0 - _AHEAD))
    ago = f"{shown_s * (1.0 - _AHEAD):.0f} s ago"
    line = ago + "now".rjust(max(0, now + 1 - len(ago)))
    return Strip([Segment(" " * AXIS + line[:columns].ljust(columns), style)])
