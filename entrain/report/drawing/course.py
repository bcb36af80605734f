"""A course in small figures: one column for each session, before and after, on one axis of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from entrain.report.drawing import svg
from entrain.report.drawing.axes import AxisScale, Panel, around
from entrain.report.drawing.svg import Drawing

WIDTH: Final = 372.0
HEIGHT: Final = 176.0
LEFT: Final = 34.0
RIGHT: Final = 10.0
TOP: Final = 40.0
BOTTOM: Final = 146.0


@dataclass(frozen=True, slots=True)
class Sat:
    """One measure of one session; None where it is not known."""

    began: datetime
    before: float | None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure over a course.

    `has_after`: it is known before and after each session. The axis goes over `scale` where there is a whole
    scale to show; else it spans `least` at least, so that a small change looks small.
    """

    title: str
    unit: str
    sessions: tuple[Sat, ...]
    has_after: bool = True
    scale: tuple[float, float] | None = None
    least: float = 1.0


def course(measured: Measured) -> Drawing:
    """A measure from session to session."""
    began = [each.began.timestamp() for each in measured.sessions]
    first, last = min(began), max(began)
    spare = max(0.04 * (last - first), 1.0)
    values = [v for each in measured.sessions for v in (each.before, each.after) if v is not None]
    low, high = measured.scale or around(values, measured.least)
    x = AxisScale(first - spare, last + spare, LEFT, WIDTH - RIGHT)
    panel = Panel(x, AxisScale(low, high, BOTTOM, TOP))
    body = [
        svg.text(0.0, 16.0, measured.title, "strong"),
        svg.text(0.0, 31.0, measured.unit, "tick"),
        *(_legend() if measured.has_after else ()),
        panel.grid(5),
        svg.line((x.start, BOTTOM), (x.end, BOTTOM), "axis"),
        *(_session(panel, each) for each in measured.sessions),
        *_days(panel, measured.sessions),
    ]
    return Drawing(WIDTH, HEIGHT, "".join(body), f"{measured.title} from session to session", _said(measured))


def _legend() -> tuple[str, ...]:
    x = WIDTH - RIGHT - 92.0
    return (
        svg.circle((x, 12.0), 3.4, "dot"),
        svg.text(x + 8, 16.0, "before", "tick"),
        svg.circle((x + 54, 12.0), 4.5, "open"),
        svg.text(x + 62, 16.0, "after", "tick"),
    )


def _session(panel: Panel, each: Sat) -> str:
    x = panel.x.at(each.began.timestamp())
    before, after = (None if v is None else (x, panel.y.at(v)) for v in (each.before, each.after))
    out: list[str] = []
    if before is not None and after is not None:
        out.append(svg.line(before, after, "joined"))
    if before is not None:
        out.append(svg.circle(before, 3.2, "dot"))
    if after is not None:
        out.append(svg.circle(after, 4.5, "open"))
    return "".join(out)


def _days(panel: Panel, sessions: Sequence[Sat]) -> tuple[str, ...]:
    """The day of the first session and of the last; the time of day where they share one."""
    first, last = sessions[0].began, sessions[-1].began
    y = BOTTOM + 16
    if first == last:
        return (svg.text(panel.x.at(first.timestamp()), y, day(first), "tick", "middle"),)
    words = (
        [f"{each:%H:%M}" for each in (first, last)]
        if first.date() == last.date()
        else [day(first), day(last)]
    )
    return (
        svg.text(panel.x.start, y, words[0], "tick"),
        svg.text(panel.x.end, y, words[1], "tick", "end"),
    )


def day(moment: datetime) -> str:
    """`16 Nov 2026`."""
    return f"{moment.day} {moment:%b %Y}"


def _said(measured: Measured) -> str:
    def told(value: float | None) -> str:
        return "not known" if value is None else f"{value:.0f}"

    rows = [
        f"{day(each.began)} {told(each.before)}" + (f" to {told(each.after)}" if measured.has_after else "")
        for each in measured.sessions
    ]
    return f"{measured.title}, {measured.unit}: {'; '.join(rows)}."
