"""SVG by hand: a few primitives, and a drawing with its words for those who cannot see it.

Colours and type are the page's: elements carry classes, and `entrain.report.stylesheet` says what they
look like.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from entrain.foreign import clean

Point = tuple[float, float]
XMLNS: Final = "http://www.w3.org/2000/svg"


@dataclass(frozen=True, slots=True)
class Drawing:
    """`width` x `height` in user units, one of them a CSS pixel; `says` tells what is to be seen."""

    width: float
    height: float
    body: str
    title: str
    says: str
    top: float = 0.0  # what lies above is cut off

    def svg(self, ident: str, style: str = "") -> str:
        """The whole element. `ident` must be the only one of its kind on a page."""
        height = self.height - self.top
        head = (
            f'<svg xmlns="{XMLNS}" viewBox="0 {number(self.top)} {number(self.width)} {number(height)}" '
            f'width="{number(self.width)}" height="{number(height)}" role="img" '
            f'aria-labelledby="{ident}-title {ident}-desc">'
        )
        words = (
            f'<title id="{ident}-title">{plain(self.title)}</title>'
            f'<desc id="{ident}-desc">{plain(self.says)}</desc>'
        )
        return head + words + (f"<style>{style}</style>" if style else "") + self.body + "</svg>"


def plain(text: str) -> str:
    """Text as XML takes it: cleaned and escaped."""
    return escape(clean(text))


def number(value: float) -> str:
    """A length with a decimal where it needs one."""
    return f"{value:.1f}".removesuffix(".0")


def text(x: float, y: float, words: str, kind: str = "label", anchor: str = "start") -> str:
    """Words at a place."""
    return (
        f'<text x="{number(x)}" y="{number(y)}" class="{kind}" text-anchor="{anchor}">{plain(words)}</text>'
    )


def line(start: Point, end: Point, kind: str) -> str:
    """A straight line."""
    (x1, y1), (x2, y2) = start, end
    return (
        f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" '
        f"class={quoteattr(kind)}/>"
    )


def rect(x: float, y: float, width: float, height: float, kind: str, radius: float = 0.0) -> str:
    """A rectangle, its corners rounded by `radius`."""
    rounded = f' rx="{number(radius)}"' if radius else ""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(0.0, width))}" '
        f'height="{number(max(0.0, height))}"{rounded} class="{kind}"/>'
    )


def circle(centre: Point, radius: float, kind: str) -> str:
    """A circle."""
    return f'<circle cx="{number(centre[0])}" cy="{number(centre[1])}" r="{number(radius)}" class="{kind}"/>'


def path(chains: Iterable[Sequence[Point]], kind: str) -> str:
    """One line for each chain; what lies between two chains stays empty. A chain of one point is a dot."""
    parts = [_joined(chain) for chain in chains if chain]
    return f'<path d="{"".join(parts)}" class="{kind}"/>' if parts else ""


def area(points: Sequence[Point], base_y: float, kind: str) -> str:
    """What lies between a line and the level `base_y`."""
    if len(points) < 2:
        return ""
    around = [(points[0][0], base_y), *points, (points[-1][0], base_y)]
    return f'<path d="{_joined(around)}Z" class="{kind}"/>'


def width_of(words: str, size: float = 11.0) -> float:
    """About how wide words are, generously: no fonts are measured."""
    return 0.58 * size * len(words)


def _joined(points: Sequence[Point]) -> str:
    (x, y), *others = points
    if not others:
        return f"M{number(x)},{number(y)}h.1"
    steps = [f"M{number(x)},{number(y)}"]
    steps += [f"L{number(x)},{number(y)}" for before, (x, y) in pairwise(points) if (x, y) != before]
    return "".join(steps)
