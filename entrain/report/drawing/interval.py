"""A difference with its interval against zero, small enough for a cell of a table."""

from typing import Final

from entrain.analysis.change import Change
from entrain.report.drawing import svg
from entrain.report.drawing.axes import AxisScale
from entrain.report.drawing.svg import Drawing

WIDTH: Final = 170.0
HEIGHT: Final = 18.0


def interval(change: Change) -> Drawing | None:
    """None where there is no interval."""
    low, high = change.low, change.high
    if low is None or high is None:
        return None
    reach = 1.15 * max(abs(low), abs(high), 1e-9)
    x, y = AxisScale(-reach, reach, 0.0, WIDTH), HEIGHT / 2
    body = [
        svg.line((0.0, y), (WIDTH, y), "grid"),
        svg.line((x.at(0.0), 2.0), (x.at(0.0), HEIGHT - 2.0), "zero"),
        svg.line((x.at(low), y), (x.at(high), y), "interval"),
        svg.circle((x.at(change.difference), y), 4.5, "dot"),
    ]
    says = f"{change.difference:+.1f} {change.unit}, 95 % interval {low:+.1f} to {high:+.1f}, around zero."
    return Drawing(WIDTH, HEIGHT, "".join(body), f"{change.measure.label}: difference and interval", says)
