"""Whose paper it is: a practice's letterhead and logo, above every report.

`practice/letterhead.txt` and `practice/logo.svg`, `.png` or `.jpg` beside the sessions; where neither is
there, a report begins with its title.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from entrain.errors import InputError
from entrain.storage.places import practice_path

MOST_LINES: Final = 6
LARGEST_LOGO_BYTES: Final = 300_000
# By how a file's name ends: what browsers call it, and what Typst does.
_KINDS: Final = {
    ".svg": ("image/svg+xml", "svg"),
    ".png": ("image/png", "png"),
    ".jpg": ("image/jpeg", "jpg"),
}


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture for the head of a report, as it is in its file."""

    data: bytes
    mime: str
    kind: str  # svg, png or jpg


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Lines of text, and a picture beside them; either may be missing."""

    lines: tuple[str, ...] = ()
    logo: Logo | None = None


def read_letterhead(folder: Path | None = None) -> Letterhead | None:
    """The practice's own, from `folder` or its usual place; None: there is none.

    Raises:
        InputError: it cannot be read, or is too large.
    """
    folder = practice_path() if folder is None else folder
    lines, logo = _lines(folder / "letterhead.txt"), _logo(folder)
    return Letterhead(lines, logo) if lines or logo else None


def _lines(path: Path) -> tuple[str, ...]:
    if not path.is_file():
        return ()
    try:
        lines = path.read_text("utf-8-sig").strip().splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text in UTF-8.", "Save it as plain text.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    if len(lines) > MOST_LINES:
        raise InputError(f"{path} has {len(lines)} lines; a letterhead has room for {MOST_LINES}.")
    return tuple(line.strip() for line in lines)


def _logo(folder: Path) -> Logo | None:
    path = next((each for ending in _KINDS if (each := folder / f"logo{ending}").is_file()), None)
    if path is None:
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    if len(data) > LARGEST_LOGO_BYTES:
        raise InputError(
            f"{path} has {len(data) / 1000:.0f} kB; a logo may have {LARGEST_LOGO_BYTES / 1000:.0f}.",
            "Save it smaller, or as SVG.",
        )
    return Logo(data, *_KINDS[path.suffix])
