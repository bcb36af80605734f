"""Scales, ticks, and the frame that figures share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from entrain.report.drawing import svg
from entrain.report.drawing.svg import Point
from entrain.wording.times import clock

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_STEPS_S: Final = (5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)


@dataclass(frozen=True, slots=True)
class AxisScale:
    """A straight line from values to places on the page."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where `value` lies, in the drawing's units."""
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)


def around(values: Iterable[float], least: float) -> tuple[float, float]:
    """Round ends around all values, at least `least` apart; (0, least) where there are none."""
    known = list(values)
    if not known:
        return 0.0, least
    low, high = min(known), max(known)
    spare = max(0.0, least - (high - low)) / 2
    low, high = low - spare, high + spare
    step = step_for(high - low, 4)
    return floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step


def step_for(span: float, n: int) -> float:
    """A round step that divides a span into about `n` parts."""
    rough = span / n
    decade = 10.0 ** floor(log10(rough))
    return next(decade * step for step in _STEPS if decade * step >= rough * 0.9)


def ticks(low: float, high: float, n: int) -> list[float]:
    """Some `n` round values between `low` and `high`."""
    step = step_for(high - low, n)
    first = ceil(low / step - 1e-9)
    return [step * k for k in range(first, floor(high / step + 1e-9) + 1)]


def time_ticks(length_s: float, most: int) -> list[float]:
    """Round moments in s from 0 on, no more than about `most`."""
    step = next((s for s in _STEPS_S if length_s / s <= most), _STEPS_S[-1])
    return [float(t) for t in range(0, floor(length_s + 1e-6) + 1, step)]


def short(value: float) -> str:
    """A number with no more digits than it needs."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle with a scale on either side."""

    x: AxisScale
    y: AxisScale

    @property
    def top(self) -> float:
        return self.y.end

    @property
    def bottom(self) -> float:
        return self.y.start

    def point(self, x: float, y: float) -> Point:
        """Where (x, y) lies in the drawing."""
        return self.x.at(x), self.y.at(y)

    def grid(self, n: int) -> str:
        """Horizontal lines at round values, with their figures on the left."""
        out: list[str] = []
        for value in ticks(self.y.low, self.y.high, n):
            y = self.y.at(value)
            out.append(svg.line((self.x.start, y), (self.x.end, y), "grid"))
            out.append(svg.text(self.x.start - 6, y + 3.5, short(value), "tick", "end"))
        return "".join(out)

    def times(self, length_s: float, most: int) -> str:
        """Moments along the lower edge."""
        out = [svg.line((self.x.start, self.bottom), (self.x.end, self.bottom), "axis")]
        for t_s in time_ticks(length_s, most):
            x = self.x.at(t_s)
            out.append(svg.line((x, self.bottom), (x, self.bottom + 4), "axis"))
            words = clock(t_s)
            x = min(x, self.x.end + 4 - svg.width_of(words, 10.5) / 2)
            out.append(svg.text(x, self.bottom + 16, words, "tick", "middle"))
        return "".join(out)

    def lines(self, chains: Iterable[Sequence[Point]], kind: str) -> str:
        """Chains of (x, y) values as broken lines."""
        placed = ([self.point(x, y) for x, y in chain] for chain in chains)
        return svg.path((thinned(chain) for chain in placed), kind)


def thinned(points: Sequence[Point], column: float = 0.5) -> list[Point]:
    """Of many points in one column of the page only what can be seen: first, lowest, highest, last."""
    out: list[Point] = []
    inside: list[Point] = []
    for point in points:
        if inside and int(point[0] / column) != int(inside[0][0] / column):
            out += _outline(inside)
            inside = []
        inside.append(point)
    return out + _outline(inside)


def _outline(points: list[Point]) -> list[Point]:
    if len(points) <= 4:
        return points
    kept = {0, len(points) - 1}
    order = sorted(range(len(points)), key=lambda k: points[k][1])
    return [points[k] for k in sorted(kept | {order[0], order[-1]})]


def legend(x: float, y: float, entries: Iterable[tuple[str, str]]) -> str:
    """A row of (kind of line, words), each with a piece of its line."""
    out: list[str] = []
    for kind, words in entries:
        out.append(svg.line((x, y - 4), (x + 22, y - 4), kind))
        out.append(svg.text(x + 28, y, words, "label"))
        x += 28 + svg.width_of(words) + 18
    return "".join(out)
