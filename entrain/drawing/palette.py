"""Colours between colours, mixed in OKLab so that nothing turns to mud on the way.

Source: Björn Ottosson, "A perceptual color space for image processing" (2020), the two matrices.
"""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

_TO_LMS: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LMS: Final = np.linalg.inv(_TO_LMS)
_FROM_LAB: Final = np.linalg.inv(_TO_LAB)

Rgb = tuple[int, int, int]
Colours = npt.NDArray[np.float64]  # (n, 3)


def to_oklab(rgb: Colours) -> Colours:
    """(n, 3) sRGB of 0..255 to OKLab."""
    c = np.asarray(rgb, float) / 255.0
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T


def from_oklab(lab: Colours, *, whole: bool = True) -> Colours:
    """(n, 3) OKLab to sRGB of 0..255, clipped to what a screen can show; `whole`: rounded."""
    linear = np.clip((lab @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T, 0.0, 1.0)
    c = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(c * 255.0) if whole else c * 255.0


class Depth(Enum):
    """How many colours a terminal has."""

    TRUE = "truecolor"
    CUBE = "256 colours"
    SIXTEEN = "16 colours"
    NONE = "no colours"


@dataclass(frozen=True, slots=True)
class FigureColours:
    """The colours of a figure from background to brightest, while breathing in and while breathing out."""

    inhale: tuple[str, ...]
    exhale: tuple[str, ...]


# Of the figures on each ground, from background to brightest; the first is the theme's own background.
PALETTES: Final = {
    "dark": FigureColours(
        inhale=("#0f1318", "#12333c", "#1d6f7a", "#59bfb6", "#d6fbee"),
        exhale=("#0f1318", "#23234a", "#4b4a9c", "#918be0", "#ece6ff"),
    ),
    "light": FigureColours(
        inhale=("#f8f6f1", "#d8ebe6", "#93cfc6", "#3f9c9e", "#17606f"),
        exhale=("#f8f6f1", "#e4dff3", "#bbb1e4", "#8177c8", "#463d92"),
    ),
    "night": FigureColours(
        inhale=("#000000", "#1d0d04", "#45200a", "#86431a", "#c0713a"),
        exhale=("#000000", "#19070d", "#3d1019", "#70232f", "#a04a4c"),
    ),
}


def parse(colour: str) -> Rgb:
    """'#rrggbb' to its three bytes."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@lru_cache(maxsize=256)
def ramp(colours: FigureColours, tide: float, n: int) -> tuple[Rgb, ...]:
    """`n` colours from background to brightest at `tide` (0 out, 1 in)."""
    mixed = stops_at(colours, tide, np.linspace(0.0, 1.0, n))
    return tuple((int(r), int(g), int(b)) for r, g, b in from_oklab(mixed))


def stops_at(colours: FigureColours, tide: float, at: npt.NDArray[np.float64]) -> Colours:
    """(n, 3) OKLab at the places `at`, 0 (background) to 1 (brightest), at `tide`."""
    out, into = (
        to_oklab(np.array([parse(c) for c in stops], float)) for stops in (colours.exhale, colours.inhale)
    )
    return (1 - tide) * _along(out, at) + tide * _along(into, at)


def _along(stops: Colours, at: npt.NDArray[np.float64]) -> Colours:
    places = np.linspace(0.0, 1.0, len(stops))
    return np.stack([np.interp(at, places, stops[:, channel]) for channel in range(3)], axis=1)
