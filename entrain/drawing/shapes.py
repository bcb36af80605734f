"""The breathing figures as fields of light: how bright each pixel is, 0 (background) to 1.

A field knows nothing of colours and terminals. Every shape is drawn in soft edges about one pixel wide, so a
change of a tenth of a pixel shows: that is where the smoothness comes from, not from the frame rate.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import pi
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from entrain.breath.pattern import BreathMoment, BreathPart, BreathPattern

Field = npt.NDArray[np.float64]

REST_FULLNESS: Final = 0.18  # how a figure stands when nothing is to be breathed
_TURN: Final = 0.4  # of a part: how long the colour takes to change with the direction
_STILL_FULLNESS: Final = 0.6
_INWARD: Final = frozenset({BreathPart.INHALE, BreathPart.HOLD_IN})
_DIMMEST: Final = 0.45  # how bright a figure stays when the guidance is silent


@dataclass(frozen=True, slots=True)
class Pose:
    """How a figure stands at one moment.

    `tide` is 0 while breathing out and 1 while breathing in, with a soft change between; `presence` is how
    present the guidance is, 0 to 1. `moment` is None where no breath is guided.
    """

    fullness: float
    tide: float
    presence: float
    moment: BreathMoment | None = None

    @classmethod
    def at(cls, moment: BreathMoment | None, presence: float = 1.0) -> Self:
        """The pose for a moment of a breath; as the presence goes, the figure comes to rest."""
        if moment is None:
            return cls(REST_FULLNESS, 0.5, 0.0)
        fullness = REST_FULLNESS + (moment.fullness - REST_FULLNESS) * presence
        return cls(fullness, 0.5 + (_tide(moment) - 0.5) * presence, presence, moment)

    def still(self) -> Self:
        """The same direction without any motion, for people whom motion disturbs."""
        tide = self.tide if self.moment is None else float(self.moment.part in _INWARD)
        return replace(self, fullness=_STILL_FULLNESS, tide=tide, moment=None)


def _tide(moment: BreathMoment) -> float:
    turned = min(1.0, moment.part_fraction / _TURN)
    turned *= turned * (3.0 - 2.0 * turned)
    match moment.part:
        case BreathPart.INHALE:
            return turned
        case BreathPart.HOLD_IN:
            return 1.0
        case BreathPart.EXHALE:
            return 1.0 - turned
        case BreathPart.HOLD_OUT:
            return 0.0


@dataclass(frozen=True, slots=True)
class Grid:
    """Square pixels around the middle; the shorter half side is 1. `x` is (1, w), `y` is (h, 1), up is +."""

    x: Field
    y: Field
    pixel: float  # side of a pixel in the same measure
    edge: Field  # (h, w) 1 inside, falling to 0 at the border, so that no glow is cut off by it

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, width: int, height: int) -> "Grid":
        """A grid of `width` × `height` pixels."""
        pixel = 2.0 / max(1, min(width, height))
        x = ((np.arange(width, dtype=np.float64) - (width - 1) / 2) * pixel)[None, :]
        y = (-(np.arange(height, dtype=np.float64) - (height - 1) / 2) * pixel)[:, None]
        margin = 0.22
        edge = _soft((width * pixel / 2 - np.abs(x)) / margin) * _soft(
            (height * pixel / 2 - np.abs(y)) / margin
        )
        return cls(x, y, pixel, edge)


Shape = Callable[[Grid, Pose], Field]


def orb(grid: Grid, pose: Pose) -> Field:
    """A ball of light that grows and glows, within a thin ring that shows how far it will go."""
    distance = np.sqrt(grid.x**2 + grid.y**2)
    radius = 0.24 + 0.50 * pose.fullness
    height = np.sqrt(1.0 - np.minimum(distance / radius, 1.0) ** 2)
    lit = 0.5 + 0.36 * height + 0.14 * (grid.y - grid.x) / radius * height
    body = _within(distance, radius, grid)
    glow = 0.34 * np.exp(-np.maximum(distance - radius, 0.0) / (0.10 + 0.14 * pose.fullness))
    glow = glow * _soft((1.0 - distance) / 0.3)
    ring = 0.18 * np.exp(-(((distance - 0.80) / (0.75 * grid.pixel)) ** 2))
    return _dimmed(body * lit + (1 - body) * np.maximum(glow, ring), pose)


def petals(grid: Grid, pose: Pose) -> Field:
    """A flower of six overlapping discs that opens while turning a little."""
    spread = 0.09 + 0.33 * pose.fullness
    radius = 0.20 + 0.24 * pose.fullness
    turn = 0.9 * pose.fullness
    total = np.zeros((grid.y.size, grid.x.size))
    nearest = np.full_like(total, np.inf)
    for angle in (turn + k * pi / 3 for k in range(6)):
        distance = np.sqrt((grid.x - spread * np.cos(angle)) ** 2 + (grid.y - spread * np.sin(angle)) ** 2)
        total = total + _within(distance, radius, grid) * (0.5 + 0.5 * distance / radius)
        nearest = np.minimum(nearest, distance)
    body = 1.0 - np.exp(-0.55 * total)
    glow = 0.26 * np.exp(-np.maximum(nearest - radius, 0.0) / 0.16) * grid.edge
    return _dimmed(np.maximum(body, glow), pose)


def wave(grid: Grid, pose: Pose) -> Field:
    """The breath as a landscape that passes by: now is in the middle, what comes lies to the right."""
    half_width = float(grid.x[0, -1])
    breaths = grid.x / half_width * 0.8
    ahead = course(breaths, pose)
    line = -0.62 + 1.24 * ahead
    below = line - grid.y
    fade = _soft((half_width - np.abs(grid.x)) / (0.35 * half_width)) * _soft((1.0 + grid.y) / 0.4)
    land = _within(grid.y, line, grid) * (0.10 + 0.38 * np.exp(-np.maximum(below, 0.0) / 0.45)) * fade
    crest = 0.62 * np.exp(-((below / (1.1 * grid.pixel)) ** 2)) * fade
    distance = np.sqrt(grid.x**2 + (grid.y + 0.62 - 1.24 * pose.fullness) ** 2)
    ball = _within(distance, 0.13, grid)
    glow = 0.5 * np.exp(-np.maximum(distance - 0.13, 0.0) / 0.12) * grid.edge
    return _dimmed(np.maximum(np.maximum(land, crest), np.maximum(ball, glow)), pose)


def bar(grid: Grid, pose: Pose) -> Field:
    """A glass that fills and empties."""
    top, corner = 0.82, 0.18
    outside = np.hypot(
        np.maximum(np.abs(grid.x) - 0.12, 0.0), np.maximum(np.abs(grid.y) - (top - corner), 0.0)
    )
    glass = _within(outside, corner, grid)
    rim = 0.30 * np.exp(-(((outside - corner) / (0.8 * grid.pixel)) ** 2))
    level = -top + 2 * top * (0.06 + 0.90 * pose.fullness)
    depth = level - grid.y
    lit = 0.42 + 0.5 * np.exp(-np.maximum(depth, 0.0) / 0.35) + 0.25 * grid.x
    filled = _within(grid.y, level, grid) * glass * lit
    away = np.maximum(np.hypot(outside, np.minimum(depth, 0.0)) - corner, 0.0)
    glow = 0.22 * np.exp(-away / 0.14) * grid.edge * (1 - glass)
    return _dimmed(np.maximum(np.maximum(filled, rim), glow), pose)


def landscape(grid: Grid, pose: Pose) -> Field:
    """A sun that rises and grows over the sea, and its path on the water towards us."""
    full, horizon = pose.fullness, -0.30
    middle, radius = horizon + 0.06 + 0.56 * full, 0.15 + 0.16 * full
    distance = np.sqrt(grid.x**2 + (grid.y - middle) ** 2)
    away = np.maximum(distance - radius, 0.0)
    over, under = np.maximum(grid.y - horizon, 0.0), np.maximum(horizon - grid.y, 1e-3)
    air = (0.10 + 0.14 * full) * np.exp(-over / 0.45) * np.exp(-(grid.x**2) / 2.2)
    sun = _within(distance, radius, grid)
    sky = np.maximum(air + 0.34 * np.exp(-away / (0.14 + 0.18 * full)), sun * (0.78 + 0.20 * full))
    # Rows of swell lie the closer together the farther they are away.
    swell = 0.5 + 0.5 * np.sin(24.0 * np.sqrt(under) + 0.7 * np.sin(3.0 * grid.x / (0.3 + under)))
    path = np.exp(-((grid.x / (0.75 * radius + 0.55 * under * (0.4 + full))) ** 2))
    water = 0.10 * np.exp(-under / 0.3) + path * (0.14 + (0.30 + 0.34 * full) * swell)
    wet = _within(grid.y, horizon, grid)
    return _dimmed((sky + wet * (water - sky)) * grid.edge**2, pose)


FIGURES: Final[dict[str, Shape]] = {
    "orb": orb, "wave": wave, "petals": petals, "bar": bar, "landscape": landscape,
}  # fmt: skip


def _soft(x: Field) -> Field:
    """Smoothstep: 0 below 0, 1 above 1, level at both ends."""
    t = np.clip(x, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _within(distance: Field, limit: Field | float, grid: Grid) -> Field:
    """1 where `distance` is below `limit`, 0 above, with an edge of one and a half pixels."""
    return np.clip((limit - distance) / (1.5 * grid.pixel) + 0.5, 0.0, 1.0)


def _dimmed(field: Field, pose: Pose) -> Field:
    return np.clip(field, 0.0, 1.0) * (_DIMMEST + (1 - _DIMMEST) * pose.presence)


def course(breaths: Field, pose: Pose) -> Field:
    """How full the lungs are asked to be at each of `breaths` from now, if the breath goes on like this."""
    if pose.moment is None:
        return np.full_like(breaths, pose.fullness)
    fractions, fullness = _breath_of(pose.moment.pattern)
    course = np.interp((pose.moment.fraction + breaths) % 1.0, fractions, fullness)
    return REST_FULLNESS + (course - REST_FULLNESS) * pose.presence


@lru_cache(maxsize=32)
def _breath_of(pattern: BreathPattern) -> tuple[Field, Field]:
    """(fraction, fullness) over one whole breath."""
    fractions = np.linspace(0.0, 1.0, 121)
    edges = [first / pattern.beats for _, first, _ in pattern.parts()]
    index = np.clip(np.searchsorted(edges, fractions, side="right") - 1, 0, len(edges) - 1)
    fullness = np.zeros_like(fractions)
    for i, (part, first, n) in enumerate(pattern.parts()):
        ease = 0.5 - 0.5 * np.cos(pi * (fractions[index == i] * pattern.beats - first) / n)
        match part:
            case BreathPart.INHALE:
                fullness[index == i] = ease
            case BreathPart.HOLD_IN:
                fullness[index == i] = 1.0
            case BreathPart.EXHALE:
                fullness[index == i] = 1.0 - ease
            case BreathPart.HOLD_OUT:
                fullness[index == i] = 0.0
    return fractions, fullness
