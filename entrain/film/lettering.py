"""Letters on a picture: lines of text as masks, by Pillow and the typeface it brings (Aileron, CC0)."""

from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from entrain import extras

EXTRA: Final = "video"
PURPOSE: Final = "A film"


@lru_cache(maxsize=256)
def mask_of(text: str, size: int) -> npt.NDArray[np.uint8]:
    """(h, w) of 0 to 255, both even: one line of text, its letters `size` pixels high.

    Raises:
        MissingExtra: Pillow is not there.
    """
    draw, image = extras.load("PIL.ImageDraw", EXTRA, PURPOSE), extras.load("PIL.Image", EXTRA, PURPOSE)
    font = _font(size)
    width = int(font.getlength(text)) + 4
    picture = image.new("L", (width + width % 2, (size * 3 // 2 + 1) // 2 * 2), 0)
    draw.Draw(picture).text((2, size // 8), text, fill=255, font=font)
    return np.asarray(picture)


def wrapped(text: str, size: int, width: int) -> list[str]:
    """The text in lines of at most `width` pixels."""
    font = _font(size)
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@lru_cache(maxsize=16)
def _font(size: int) -> Any:
    return extras.load("PIL.ImageFont", EXTRA, PURPOSE).load_default(size)
