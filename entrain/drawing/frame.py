"""Frames of a film: fields of light and hue, painted band by band, become the three planes of a video.

A scene says how bright a place is, 0 (the ground) to 1, and to which side of the palette its hue leans. Here
that becomes colour: 4:2:0, BT.709, limited range, the matrix that video of this size has (ITU-R BT.709-6, 3).
Light is painted on the grid that such a video has for colour, half as fine as its brightness, and drawn out
to twice its sides: soft edges of two pixels, for a quarter of the work. A gradient of eight bits shows steps;
so it is worked out in fourteen and dithered with interleaved gradient noise (Jorge Jimenez, "Next generation
post processing in Call of Duty", 2014), the same in every frame, so that nothing flickers. A frame is a pure
function of scene, pose and time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from entrain.drawing.palette import FigureColours, from_oklab, stops_at
from entrain.drawing.shapes import Pose

Light = npt.NDArray[np.floating[Any]]
Plane = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int32]

LEVELS: Final = 2048  # of brightness
HUES: Final = 9  # from the breath out to the breath in
_LEAN: Final = 0.30  # how far a hue leans to either side of the tide's own
_BAND_PIXELS: Final = 60_000  # painted at a time: what stays in the processor's cache is painted faster
_ROWS: Final = 32  # drawn out at a time


@dataclass(frozen=True, slots=True)
class Band:
    """Some rows of the picture. The shorter half side is 1; `x` is (1, w), `y` is (n, 1), up is +."""

    x: Light
    y: Light
    pixel: float  # side of a pixel in the same measure
    half_width: float
    half_height: float
    first: int  # row of the picture


@dataclass(frozen=True, slots=True)
class Painted:
    """How bright each place of a band is, and which way its hue leans: 0 out, 0.5 the tide's, 1 in."""

    light: Light
    hue: Light | float = 0.5


Scene = Callable[[Band, Pose, float], Painted]  # the last is seconds since the film began


@dataclass(frozen=True, slots=True)
class Planes:
    """A frame: (h, w), (h/2, w/2), (h/2, w/2)."""

    y: Plane
    u: Plane
    v: Plane

    def bytes(self) -> bytes:
        """The three planes one after the other, as a raw video has them."""
        return self.y.tobytes() + self.u.tobytes() + self.v.tobytes()

    def rgb(self) -> Plane:
        """(h, w, 3) for a picture."""
        y = (self.y.astype(np.float32) - 16.0) / 219.0
        u, v = (
            (np.repeat(np.repeat(plane, 2, 0), 2, 1).astype(np.float32) - 128.0) / 224.0
            for plane in (self.u, self.v)
        )
        red, blue = y + 1.5748 * v, y + 1.8556 * u
        green = (y - 0.2126 * red - 0.0722 * blue) / 0.7152
        return np.clip(np.rint(np.stack([red, green, blue], -1) * 255.0), 0, 255).astype(np.uint8)


class Canvas:
    """Paints frames of one size with one palette. The planes of a frame are overwritten by the next."""

    def __init__(self, width: int, height: int, colours: FigureColours) -> None:
        """`width` and `height` in pixels, both even."""
        if width % 2 or height % 2:
            raise ValueError(f"a video has an even number of rows and columns, not {width} × {height}")
        self.width, self.height, self.colours = width, height, colours
        half_width, half_height = width // 2, height // 2
        self._bands = tuple(_bands(half_width, half_height))
        self._noise = _noise(width, height)
        self._coarse = np.empty((half_height, half_width), np.uint16)
        self._wide = np.empty((half_height + 2, width), np.uint16)  # a row more above and below
        self._planes = Planes(
            np.empty((height, width), np.uint8),
            np.empty((half_height, half_width), np.uint8),
            np.empty((half_height, half_width), np.uint8),
        )

    def frame(self, scene: Scene, pose: Pose, t_s: float, shade: float = 1.0) -> Planes:
        """The scene at `t_s`; `shade` 0 to 1 dims it towards the ground."""
        tables = _lookup(self.colours, round(pose.tide, 3))
        planes = self._planes
        for band in self._bands:
            rows = slice(band.first, band.first + band.y.size)
            noise = self._noise[rows, : band.x.size]
            index = _index(scene(band, pose, t_s), noise, shade)
            tables[0].take(index, out=self._coarse[rows], mode="clip")
            for table, plane in zip(tables[1:], (planes.u, planes.v), strict=True):
                np.right_shift((table.take(index) << 2) + noise, 8, out=plane[rows], casting="unsafe")
        self._draw_out()
        return planes

    def _draw_out(self) -> None:
        """Brightness to twice its sides, each new place three parts of the nearest and one of the next."""
        coarse, wide, noise, fine = self._coarse, self._wide, self._noise, self._planes.y
        thrice = coarse * np.uint16(3) + np.uint16(2)
        middle = wide[1:-1]
        middle[:, 0] = coarse[:, 0]
        middle[:, -1] = coarse[:, -1]
        np.right_shift(thrice[:, 1:] + coarse[:, :-1], 2, out=middle[:, 2::2])
        np.right_shift(thrice[:, :-1] + coarse[:, 1:], 2, out=middle[:, 1:-1:2])
        wide[0], wide[-1] = middle[0], middle[-1]
        for first in range(0, len(middle), _ROWS):
            rows = slice(first, min(first + _ROWS, len(middle)))
            here = middle[rows] * np.uint16(3)
            for odd, beside in ((0, wide[rows]), (1, wide[rows.start + 2 : rows.stop + 2])):
                line = here + beside
                line += noise[2 * rows.start + odd : 2 * rows.stop : 2]
                np.right_shift(line, 8, out=fine[2 * rows.start + odd : 2 * rows.stop : 2], casting="unsafe")


def blend(
    planes: Planes, mask: Plane, left: int, top: int, colour: tuple[int, int, int], share: float
) -> None:
    """Lay `colour` (8-bit YUV) over the planes where `mask` is; `left`, `top` and its sides are even."""
    if share <= 0.0:
        return
    height, width = mask.shape
    cover = mask.astype(np.float32) * (share / 255.0)
    sparse = 0.25 * (cover[::2, ::2] + cover[1::2, ::2] + cover[::2, 1::2] + cover[1::2, 1::2])
    for plane, value, weight, step in (
        (planes.y, colour[0], cover, 1),
        (planes.u, colour[1], sparse, 2),
        (planes.v, colour[2], sparse, 2),
    ):
        at = slice(top // step, (top + height) // step), slice(left // step, (left + width) // step)
        part = plane[at].astype(np.float32)
        plane[at] = np.rint(part + (value - part) * weight).astype(np.uint8)


def yuv(rgb: tuple[int, int, int]) -> tuple[int, int, int]:
    """One colour of 0..255 as the planes have it."""
    y, u, v = _yuv(np.array([rgb], float))
    return int(y[0] + 0.5), int(u[0] + 0.5), int(v[0] + 0.5)


def _bands(width: int, height: int) -> Iterator[Band]:
    pixel = 2.0 / min(width, height)
    x = ((np.arange(width) - (width - 1) / 2) * pixel).astype(np.float32)[None, :]
    y = (-(np.arange(height) - (height - 1) / 2) * pixel).astype(np.float32)[:, None]
    rows = max(1, _BAND_PIXELS // width)
    for first in range(0, height, rows):
        yield Band(x, y[first : first + rows], pixel, width * pixel / 2, height * pixel / 2, first)


def _noise(width: int, height: int) -> npt.NDArray[np.uint16]:
    """(height, width) of 0 to 255, as even as noise can be in any small square."""
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]
    return (256.0 * ((52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1.0)) % 1.0)).astype(np.uint16)


def _index(painted: Painted, noise: npt.NDArray[np.uint16], shade: float) -> Index:
    """Where in the table each pixel's colour stands."""
    light = painted.light * np.float32((LEVELS - 1) * shade)
    np.clip(light, 0.0, LEVELS - 1, out=light)
    index = light.astype(np.int32)
    hue = painted.hue
    if isinstance(hue, float):
        index += round(hue * (HUES - 1)) * LEVELS
        return index
    row = np.clip(hue, 0.0, 1.0) * np.float32(HUES - 1) + noise * np.float32(0.99 / 256.0)
    index += row.astype(np.int32) * LEVELS
    return index


@lru_cache(maxsize=4)
def _lookup(colours: FigureColours, tide: float) -> tuple[npt.NDArray[np.uint16], ...]:
    """The three planes' values times 64 for each hue and level."""
    lean = np.linspace(-_LEAN, _LEAN, HUES)
    mix = np.clip(_LEAN / 2 + (1.0 - _LEAN) * tide + lean, 0.0, 1.0)
    at = np.linspace(0.0, 1.0, LEVELS // 8)
    rgb = from_oklab(np.concatenate([stops_at(colours, float(share), at) for share in mix]), whole=False)
    fine, coarse = np.arange(LEVELS) / (LEVELS - 1), at
    planes: list[npt.NDArray[np.uint16]] = []
    for plane in _yuv(rgb):
        rows = plane.reshape(HUES, -1)
        table = 64.0 * np.concatenate([np.interp(fine, coarse, row) for row in rows])
        planes.append(table.astype(np.uint16))
    return tuple(planes)


def _yuv(rgb: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
    """(n, 3) of 0..255 to the three planes' values."""
    red, green, blue = (rgb / 255.0).T
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 16.0 + 219.0 * y, 128.0 + 224.0 * (blue - y) / 1.8556, 128.0 + 224.0 * (red - y) / 1.5748
