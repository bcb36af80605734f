"""Ink: turns a field of light into terminal rows, as finely as the terminal's colours permit.

Rows are cached by what is in them. A figure that breathes shows the same rows over and over, and a row that
did not change is the same object, which is how its widget knows what not to repaint.
"""

from functools import lru_cache
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from entrain.drawing.palette import Depth, FigureColours, Rgb, ramp
from entrain.drawing.shapes import Field

_KEPT_ROWS: Final = 6000

# Bayer 1973: the order in which the pixels of a 4×4 tile light up, as thresholds between -0.5 and 0.5.
_BAYER: Final = (np.array([[0.0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) + 0.5) / 16 - 0.5

# The bit of each of a braille cell's 4×2 dots (Unicode 16, section 21.1).
_DOTS: Final = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint16)


class Ink(Protocol):
    """A way to draw in cells of a terminal."""

    def size(self, columns: int, rows: int) -> tuple[int, int]:
        """(width, height) of the field, in pixels, that fills `columns` × `rows` cells."""
        ...

    def rows(self, field: Field, tide: float) -> list[Strip]:
        """One strip for each row of cells. Equal rows are the same object while they are remembered."""
        ...

    def changed(self, before: Strip, now: Strip) -> tuple[int, int]:
        """(first column, number of columns) of what differs between two rows of the same width."""
        ...


def ink_for(depth: Depth, colours: FigureColours) -> Ink:
    """The finest ink for a terminal of `depth`."""
    match depth:
        case Depth.TRUE:
            return HalfBlocks(colours, shades=40, tides=12, dither=0.0)
        case Depth.CUBE:
            return HalfBlocks(colours, shades=len(colours.inhale), tides=1, dither=1.0)
        case Depth.SIXTEEN:
            return Stipple(Style(color="cyan"), Style(color="blue"))
        case Depth.NONE:
            return Stipple(Style(), Style())


class HalfBlocks:
    """Two square pixels to a cell, each in one of `shades` colours; `tides` is how many steps the hue takes.

    With few shades the steps between them are dithered, which reads as softness at arm's length.
    """

    def __init__(self, colours: FigureColours, shades: int, tides: int, dither: float) -> None:
        self.colours = colours
        self.shades = shades
        self.tides = tides
        self.dither = dither
        self._rows: dict[tuple[int, bytes], Strip] = {}
        self._codes: dict[int, tuple[int, npt.NDArray[np.uint16]]] = {}  # of each strip in `_rows`, by its id
        self._styles: dict[tuple[int, int], Style] = {}

    def size(self, columns: int, rows: int) -> tuple[int, int]:
        return columns, 2 * rows

    def rows(self, field: Field, tide: float) -> list[Strip]:
        levels = field * (self.shades - 1)
        if self.dither:
            # Pure background stays pure: a dithered nothing would be noise all over the screen.
            levels = levels + self.dither * _tiled(field.shape) * np.clip(levels, 0.0, 1.0)
        shades = np.clip(np.rint(levels), 0, self.shades - 1).astype(np.uint16)
        pairs = shades[0::2] * self.shades + shades[1::2]
        step = round(tide * self.tides)
        if len(self._rows) > _KEPT_ROWS:
            self._rows.clear()
            self._codes.clear()
        return [self._row(step, row) for row in pairs]

    def changed(self, before: Strip, now: Strip) -> tuple[int, int]:
        """As it stands above; where the hue changed, everything but the background did."""
        old, new = self._codes.get(id(before)), self._codes.get(id(now))
        if old is None or new is None or old[1].shape != new[1].shape:
            return 0, now.cell_length
        differs = old[1] != new[1] if old[0] == new[0] else (old[1] > 0) | (new[1] > 0)
        at = np.flatnonzero(differs)
        return (int(at[0]), int(at[-1] - at[0]) + 1) if at.size else (0, 0)

    def _row(self, step: int, pairs: npt.NDArray[np.uint16]) -> Strip:
        key = (step, pairs.tobytes())
        strip = self._rows.get(key)
        if strip is None:
            segments = [
                Segment(
                    "▀" * n if code // self.shades != code % self.shades else " " * n, self._style(step, code)
                )
                for code, n in _runs(pairs)
            ]
            strip = self._rows[key] = Strip(segments, len(pairs))
            self._codes[id(strip)] = (step, pairs.copy())
        return strip

    def _style(self, step: int, code: int) -> Style:
        style = self._styles.get((step, code))
        if style is None:
            colours = ramp(self.colours, step / self.tides, self.shades)
            upper, lower = colours[code // self.shades], colours[code % self.shades]
            style = self._styles[step, code] = Style(color=_rich(upper), bgcolor=_rich(lower))
        return style


class Stipple:
    """Eight dots to a cell, on or off: a picture in points, for terminals with few colours or none."""

    def __init__(self, inhale: Style, exhale: Style) -> None:
        self._inhale = inhale
        self._exhale = exhale
        self._rows: dict[tuple[bool, bytes], Strip] = {}

    def size(self, columns: int, rows: int) -> tuple[int, int]:
        return 2 * columns, 4 * rows

    def rows(self, field: Field, tide: float) -> list[Strip]:
        lit = field + 0.5 * _tiled(field.shape) > 0.5
        cells = braille_cells(lit)
        if len(self._rows) > _KEPT_ROWS:
            self._rows.clear()
        return [self._row(tide >= 0.5, row) for row in cells]

    def changed(self, before: Strip, now: Strip) -> tuple[int, int]:
        """A row is one colour and cheap: all of it."""
        del before
        return 0, now.cell_length

    def _row(self, inhale: bool, cells: npt.NDArray[np.uint16]) -> Strip:
        key = (inhale, cells.tobytes())
        strip = self._rows.get(key)
        if strip is None:
            style = self._inhale if inhale else self._exhale
            strip = self._rows[key] = Strip([Segment(braille_text(cells), style)], len(cells))
        return strip


def braille_cells(dots: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint16]:
    """(4h, 2w) dots to (h, w) offsets into the braille block, 0 for an empty cell."""
    height, width = dots.shape[0] // 4, dots.shape[1] // 2
    tiles = dots.reshape(height, 4, width, 2).transpose(0, 2, 1, 3)
    return (tiles * _DOTS).sum(axis=(2, 3), dtype=np.uint16)


def braille_text(cells: npt.NDArray[np.uint16]) -> str:
    """A row of cells as text; an empty cell is a space, which every font can draw."""
    return "".join(chr(0x2800 + cell) if cell else " " for cell in cells.tolist())


@lru_cache(maxsize=8)
def _tiled(shape: tuple[int, int]) -> Field:
    height, width = shape
    return np.tile(_BAYER, (height // 4 + 1, width // 4 + 1))[:height, :width]


def _runs(codes: npt.NDArray[np.uint16]) -> list[tuple[int, int]]:
    """(code, length) of each run of equal codes."""
    edges = np.flatnonzero(np.diff(codes)) + 1
    starts = np.concatenate(([0], edges))
    lengths = np.diff(np.concatenate((starts, [len(codes)])))
    return list(zip(codes[starts].tolist(), lengths.tolist(), strict=True))


def _rich(colour: Rgb) -> Color:
    return Color.from_triplet(ColorTriplet(*colour))
