"""The breathing figures of a film, in light: orb, wave, petals, bar, and two landscapes that breathe.

They are the terminal's figures (`entrain.drawing.shapes`) for a picture of a million pixels: the same poses
and places, with depth. What a terminal's some thousand cells cannot show (light that falls, haze, glitter,
hills behind hills) is here alone. Everything is generated; `seed` shapes hills and water.

How full the lungs are asked to be must be seen from across a room: in each figure something large grows with
it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import cos, pi, sin
from typing import ClassVar, Final

import numpy as np

from entrain.drawing.frame import Band, Light, Painted, Scene
from entrain.drawing.shapes import Pose, course

_DIMMEST: Final = 0.50  # how bright a figure stays when the guidance is silent


def orb(band: Band, pose: Pose, t_s: float) -> Painted:
    """A ball of light that grows, lit from the upper left, within a ring that shows how far it will go."""
    x, y, full = band.x, band.y, pose.fullness
    distance = np.sqrt(x * x + y * y)
    radius = 0.22 + 0.48 * full
    toward = (y - x) * (0.72 / radius)  # the light comes from there
    near = distance * (1.0 / radius)
    height = np.sqrt(np.maximum(1.0 - near * near, 0.0))
    body = 0.36 + 0.30 * height + toward * height * 0.20
    body += 0.20 * _soft((near - 0.72) * 3.6)  # a rim, as thin glass has
    shine = (x * (1.0 / radius) + 0.34) ** 2 + (y * (1.0 / radius) - 0.38) ** 2
    body += 0.20 * np.exp(shine * -9.0)
    away = np.maximum(distance - radius, 0.0)
    glow = (0.30 + 0.12 * full) * np.exp(away * (-1.0 / (0.08 + 0.10 * full)))
    glow += (0.10 + 0.16 * full) * np.exp(away * -2.2)
    ring = 0.16 / (1.0 + ((distance - 0.74) * 380.0) ** 2)
    inside = _within(distance, radius, band)
    light = inside * body + (1.0 - inside) * (glow + ring)
    return _dimmed(light, pose, 0.5 + (y - x) * (0.30 / (0.4 + radius)))


_FLOWER: Final = 1.2  # no petal and nothing of its shadow that could be seen reaches farther from the middle


@dataclass(frozen=True, slots=True)
class Petals:
    """A lotus that opens: rings of petals, the inner before the outer ones, each a little translucent."""

    _angles: dict[tuple[int, int], tuple[Light, Light, Light, slice]] = field(
        default_factory=dict[tuple[int, int], tuple[Light, Light, Light, slice]]
    )

    def __call__(self, band: Band, pose: Pose, t_s: float) -> Painted:
        """See the class."""
        distance, c, s, middle = self._place(band)
        full = pose.fullness
        ground = (0.05 + 0.17 * full) * np.exp((band.x * band.x + band.y * band.y) * -1.4)
        leaning = np.full_like(ground, 0.35)
        light, hue = ground[:, middle], leaning[:, middle]  # the flower's own part of them
        rings = 5
        for ring in range(rings):
            out = 1.0 - ring / rings  # the outermost lies at the back
            opened = _ease(full * 1.35 - 0.35 * out)
            reach = (0.20 + 0.72 * out * (0.30 + 0.70 * opened)) * 0.98
            turn = 6.0 * (0.10 * (1.0 - opened) * (1 if ring % 2 else -1)) + pi * (ring % 2)
            wave = c * cos(turn) + s * sin(turn)  # the cosine of six times the angle
            petal = np.sqrt(np.maximum(0.5 + 0.5 * wave, 0.0))  # 1 along a petal, 0 between two
            edge = reach * (0.30 + 0.70 * petal * (2.0 - petal))
            along = distance / edge
            cover = np.clip((edge - distance) * (1.0 / band.pixel) + 0.5, 0.0, 1.0)
            shade = 0.16 + 0.10 * ring / rings + (0.42 + 0.10 * full) * along * along
            shade += 0.12 * petal * petal * petal * (1.0 - along)
            shadow = np.exp(np.maximum(distance - edge, 0.0) * -22.0) * (1.0 - cover)
            light *= 1.0 - 0.45 * shadow
            light += cover * 0.86 * (shade - light)
            hue += cover * (0.30 + 0.5 * along * out - hue)
        heart = np.exp(distance * distance * (-1.0 / (0.010 + 0.016 * full)))
        light += heart * (0.95 - light) * 0.9
        return _dimmed(ground, pose, leaning)

    def _place(self, band: Band) -> tuple[Light, Light, Light, slice]:
        """(distance, cosine and sine of six times the angle, columns) of where the flower can be."""
        key = (band.first, band.x.size)
        if key not in self._angles:
            inside = np.flatnonzero(np.abs(band.x[0]) <= _FLOWER)
            middle = slice(int(inside[0]), int(inside[-1]) + 1)
            x, y = band.x[:, middle], band.y
            angle = np.arctan2(x + 0.0 * y, y + 0.0 * x) * np.float32(6.0)
            self._angles[key] = np.sqrt(x * x + y * y), np.cos(angle), np.sin(angle), middle
        return self._angles[key]


@dataclass(frozen=True, slots=True)
class PassingWave:
    """The breath as a swell that passes by, with swells behind it; a light rides on it, where now is."""

    seed: int

    def __call__(self, band: Band, pose: Pose, t_s: float) -> Painted:
        """See the class."""
        x, y = band.x, band.y
        lift = 0.52
        here = -lift + 2.0 * lift * pose.fullness
        light = 0.05 + 0.10 * np.exp((y - 0.1) ** 2 * -2.0) + 0.0 * x
        hue = 0.35 + 0.0 * light
        for k, (amount, depth) in enumerate(((0.20, 0.16), (0.15, 0.22), (0.10, 0.30))):
            phase = (self.seed * 1.7 + k * 2.4) % (2 * pi)
            drift = t_s * (0.05 + 0.03 * k)
            line = 0.34 - 0.20 * k + amount * (pose.fullness - 0.5)
            line = line + amount * np.sin(x * (1.3 + 0.5 * k) + phase + drift)
            line = line + 0.4 * amount * np.sin(x * (2.9 + 0.7 * k) - phase + 0.7 * drift)
            below = line - y
            cover = np.clip(below * (1.0 / band.pixel) + 0.5, 0.0, 1.0)
            shade = depth * (0.35 + 0.65 * np.exp(np.maximum(below, 0.0) * -3.0))
            light += cover * 0.8 * (shade - light)
            hue += cover * (0.25 * k + 0.2 - hue)
        breaths = (x / max(1.0, band.half_width) * 0.8).astype(np.float64)
        line = (-lift + 2.0 * lift * course(breaths, pose)).astype(np.float32)
        below = line - y
        cover = np.clip(below * (1.0 / band.pixel) + 0.5, 0.0, 1.0)
        deep = np.maximum(below, 0.0)
        shade = 0.10 + 0.36 * np.exp(deep * -2.6) + 0.22 * np.exp(deep * -14.0)
        light += cover * 0.94 * (shade - light)
        hue += cover * (0.75 - hue)
        ridge = 0.42 * np.exp(-np.abs(below) * 26.0) * np.exp(np.abs(x) * -0.9)
        light += ridge
        distance = np.sqrt(x * x + (y - here) ** 2)
        ball = _within(distance, 0.115, band)
        away = np.maximum(distance - 0.115, 0.0)
        glow = 0.55 * np.exp(away * -9.0) + 0.20 * np.exp(away * -2.4)
        light += (1.0 - ball) * glow * (1.0 - 0.5 * light)
        light += ball * (0.98 - 0.22 * distance * 8.7 - light)
        return _dimmed(light, pose, hue)


def bar(band: Band, pose: Pose, t_s: float) -> Painted:
    """A tall glass of light that fills and empties, and lights the room."""
    x, y, full = band.x, band.y, pose.fullness
    half, corner, top = 0.155, 0.155, 0.80
    outside = np.sqrt(
        np.maximum(np.abs(x) - (half + 0.02 - corner), 0.0) ** 2
        + np.maximum(np.abs(y) - (top - corner), 0.0) ** 2
    )
    glass = _within(outside, corner, band)
    level = -top + 2.0 * top * (0.05 + 0.90 * full)
    below = level - y
    round_ = np.sqrt(np.maximum(1.0 - (x / (half + 0.02)) ** 2, 0.0))  # the tube's curve
    filled = np.clip((below + 0.016 * (1.0 - round_)) * (1.0 / band.pixel) + 0.5, 0.0, 1.0)
    deep = np.maximum(below, 0.0)
    liquid = (0.30 + 0.30 * np.exp(deep * -1.6) + 0.26 * np.exp(deep * -18.0)) * (0.55 + 0.45 * round_)
    liquid = liquid - 0.10 * x / half * round_
    empty = 0.05 + 0.10 * (1.0 - round_) + 0.10 * np.exp((y - level) * -5.0) * (y > level)
    inner = filled * liquid + (1.0 - filled) * empty
    inner = inner + 0.13 * np.exp(((x + 0.085) * 34.0) ** 2 * -1.0) * (np.abs(y) < top - 0.10)
    rim = 0.30 / (1.0 + ((outside - corner) * 330.0) ** 2)
    off = np.maximum(outside - corner, 0.0)
    lit = np.exp(np.maximum(y - level, 0.0) * -4.0)  # only what is filled shines
    glow = lit * (0.34 * np.exp(off * -8.0) + (0.06 + 0.18 * full) * np.exp(off * -1.7))
    light = glass * inner + (1.0 - glass) * glow + rim
    return _dimmed(light, pose, 0.35 + 0.4 * _soft((y + 0.8) * 0.6) + 0.0 * x)


@dataclass(frozen=True, slots=True)
class Sea:
    """Sea and light: a sun that rises and grows over the water with the breath, and its path towards us."""

    seed: int

    def __call__(self, band: Band, pose: Pose, t_s: float) -> Painted:
        """See the class."""
        y, full = band.y, pose.fullness
        horizon = -0.16
        middle, radius = horizon + 0.10 + 0.52 * full, 0.17 + 0.16 * full
        if float(y[-1, 0]) > horizon:
            return self._sky(band, pose, horizon, middle, radius)
        if float(y[0, 0]) <= horizon:
            return self._water(band, pose, t_s, horizon, radius)
        sky = self._sky(band, pose, horizon, middle, radius)
        water = self._water(band, pose, t_s, horizon, radius)
        wet = np.clip((horizon - y) * (1.0 / band.pixel) + 0.5, 0.0, 1.0)
        assert not isinstance(sky.hue, float)
        assert not isinstance(water.hue, float)
        return Painted(sky.light + wet * (water.light - sky.light), sky.hue + wet * (water.hue - sky.hue))

    def _sky(self, band: Band, pose: Pose, horizon: float, middle: float, radius: float) -> Painted:
        x, y, full = band.x, band.y, pose.fullness
        over = np.maximum(y - horizon, 0.0)
        distance = np.sqrt(x * x + (y - middle) ** 2)
        away = np.maximum(distance - radius, 0.0)
        light = 0.05 + (0.16 + 0.16 * full) * np.exp(over * (-1.9 + 0.5 * full))
        haze = 0.10 * np.exp(((over - 0.10) * 7.0) ** 2 * -1.0) * np.exp(x * x * -0.5)
        light = (
            light
            + haze
            + (0.24 + 0.08 * full) * np.exp(away * -5.5)
            + (0.05 + 0.17 * full) * np.exp(away * -1.5)
        )
        sun = _within(distance, radius, band)
        disc = 0.74 + 0.20 * np.clip((y - middle) * (0.5 / radius) + 0.5, 0.0, 1.0)
        light += sun * (disc - light)
        hue = 0.75 - 0.55 * np.minimum(over, 1.2) + 0.0 * x
        return _dimmed(light, pose, hue)

    def _water(self, band: Band, pose: Pose, t_s: float, horizon: float, radius: float) -> Painted:
        x, y, full = band.x, band.y, pose.fullness
        under = np.maximum(horizon - y, 1e-4)  # how far below the horizon: near water is far down
        phase = self.seed * 0.77
        along = np.log(under + 0.035) * -1.0  # rows of waves come closer together the farther away they are
        stretch = x * (3.4 / (0.16 + under))
        far = np.sin(along * 31.0 + t_s * 0.55 + phase)
        swell = np.sin(stretch * 0.9 + along * 47.0 + t_s * 0.62 + phase)
        swell += np.sin(stretch * -1.3 + along * 71.0 - t_s * 0.81 + 2.0 * phase)
        swell += np.sin(stretch * 0.45 + along * 103.0 + t_s * 0.97)
        crest = _soft(swell * 0.36 + 0.12 + 0.16 * far)
        width = radius * (0.75 + 0.9 * under) + 0.55 * under * full
        path = np.exp((x / width) ** 2 * -1.0)
        base = 0.07 + (0.09 + 0.12 * full) * np.exp(under * -4.5) + 0.03 * swell * np.exp(under * -1.2)
        light = base + path * (0.12 + 0.10 * full + (0.30 + 0.26 * full) * crest) * (
            0.55 + 0.45 * np.exp(under * -1.6)
        )
        return _dimmed(light, pose, 0.30 + 0.55 * path)


@dataclass(frozen=True, slots=True)
class MistyHills:
    """Mist over hills, as if washed with ink: it sinks as the breath comes in, and the moon rises."""

    seed: int
    on_paper: bool  # near hills are the darkest on a light ground, and on a dark one nearest to it
    _ridges: dict[tuple[int, int], tuple[Light, Light]] = field(
        default_factory=dict[tuple[int, int], tuple[Light, Light]]
    )

    HILLS: ClassVar[int] = 5

    def __call__(self, band: Band, pose: Pose, t_s: float) -> Painted:
        """See the class."""
        x, y, full = band.x, band.y, pose.fullness
        middle, radius = 0.20 + 0.32 * full, 0.15 + 0.19 * full
        distance = np.sqrt((x - 0.0) ** 2 + (y - middle) ** 2)
        away = np.maximum(distance - radius, 0.0)
        sky = 0.05 + 0.10 * np.exp((y - 0.1) ** 2 * -1.5) + (0.18 + 0.10 * full) * np.exp(away * -4.5)
        sky = sky + (0.04 + 0.14 * full) * np.exp(away * -1.3)
        moon = _within(distance, radius, band)
        light = sky + moon * (0.80 - 0.12 * np.clip((middle - y) / radius, -1.0, 1.0) - sky)
        hue = 0.40 + 0.25 * np.exp(away * -2.0)
        if float(y[-1, 0]) > 0.62:  # above all hills
            return _dimmed(light, pose, hue)
        for k in range(self.HILLS):
            near = k / (self.HILLS - 1)
            ridge, smooth = self._lines(band, k)
            below = ridge - y
            cover = np.clip(below * (1.0 / band.pixel) + 0.5, 0.0, 1.0)
            # How far below its ridge a hill shows; then there is mist.
            fall = (0.07 + 0.30 * full) * (0.70 + 0.50 * near)
            drift = 0.03 * np.sin(x * (1.1 + 0.4 * k) + t_s * 0.10 + 1.9 * k)
            clear = np.exp(np.maximum(smooth - y + drift, 0.0) * (-1.0 / fall))
            if self.on_paper:
                hill, mist = 0.26 + 0.52 * near, 0.06 + 0.08 * near
            else:
                hill, mist = 0.25 - 0.225 * near, 0.16 + (0.14 + 0.10 * full) * (1.0 - 0.8 * near)
            shade = mist + (hill - mist) * clear
            light += cover * (shade - light)
            hue += cover * (0.62 - 0.5 * near + 0.2 * (1.0 - clear) - hue)
        return _dimmed(light, pose, hue)

    def _lines(self, band: Band, k: int) -> tuple[Light, Light]:
        """(1, w) each: the height of ridge `k`, 0 the farthest, in octaves, and of the mist along it."""
        key = (band.x.size, k)
        if key not in self._ridges:
            random = np.random.Generator(np.random.PCG64([self.seed, k]))
            x = band.x.astype(np.float64)
            line = np.zeros_like(x)
            size, wave = 0.5, 0.55 + 0.16 * k
            smooth = line
            for octave in range(7):
                shift, lean = random.uniform(0.0, 2 * pi), random.uniform(0.8, 1.25)
                line += size * np.sin(x * wave * 2.0 * lean + shift)
                smooth = line.copy() if octave < 3 else smooth
                size, wave = size * 0.50, wave * 2.05
            high = 0.30 - 0.25 * k
            lift = 0.22 - 0.02 * k
            self._ridges[key] = (
                (high + lift * line).astype(np.float32),
                (high + lift * smooth + 0.01).astype(np.float32),
            )
        return self._ridges[key]


def scene(name: str, seed: int = 0, *, on_paper: bool = False) -> Scene:
    """The figure called `name`, one of `SCENES`; `on_paper` where the ground is light."""
    return SCENES[name](seed, on_paper)


SCENES: Final[dict[str, Callable[[int, bool], Scene]]] = {
    "orb": lambda seed, on_paper: orb,
    "wave": lambda seed, on_paper: PassingWave(seed),
    "petals": lambda seed, on_paper: Petals(),
    "bar": lambda seed, on_paper: bar,
    "landscape": lambda seed, on_paper: Sea(seed),
    "ink": MistyHills,
}


def _soft(x: Light) -> Light:
    t = np.clip(x, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _ease(x: float) -> float:
    t = min(1.0, max(0.0, x))
    return t * t * (3.0 - 2.0 * t)


def _within(distance: Light, limit: float, band: Band) -> Light:
    return np.clip((limit - distance) * (1.0 / band.pixel) + 0.5, 0.0, 1.0)


def _dimmed(light: Light, pose: Pose, hue: Light | float) -> Painted:
    return Painted(light * (_DIMMEST + (1.0 - _DIMMEST) * pose.presence), hue)
