"""Text that came from outside: names of files, straps, devices and streams, titles, notes.

A terminal obeys what it is told to show: a note may move its cursor, rename its window, or have it type. Some
letters turn the direction of those that follow, or have no width, and make a line read otherwise than it is.
So whatever anybody but this program wrote passes here on its way to the shell, the screen, JSON or a report.
What is stored stays as it came.
"""

import json
import re
import unicodedata
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")

LONGEST: Final = 200  # characters of what is shown within a line
LONGEST_TEXT: Final = 20_000  # of a text of many lines
INSTEAD: Final = "\N{REPLACEMENT CHARACTER}"
_ENDED: Final = "\N{HORIZONTAL ELLIPSIS}"

# What a terminal takes as one: ESC ] and the like up to BEL or ESC \, ESC [ up to a letter, ESC and a letter,
# and the same begun by a single character of C1. What never ends goes to the end of its line.
_SEQUENCE: Final = re.compile(
    r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]{0,4096}(?:\x07|\x1b\\|\x9c)?"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)
# Control characters but the tab and the line's end; marks of direction; what has no width; the ends of lines
# and the halves of characters of Unicode. The joiners belong to the spelling of some languages, and to emoji.
_KEPT: Final = frozenset("\t\n\u200c\u200d")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_SUSPECT: Final = re.compile(r"[^\n\t -~\u00a1-\u00ac\u00ae-\u02ff]")


def clean(text: str) -> str:
    """The text without what a terminal would obey or nobody would see; lines and tabs stay as they are."""
    if not _SUSPECT.search(text):
        return text
    text = _SEQUENCE.sub(INSTEAD, text.replace("\r\n", "\n"))
    return "".join(
        INSTEAD if unicodedata.category(each) in _UNSEEN and each not in _KEPT else each for each in text
    )


def one_line(text: str, most: int = LONGEST) -> str:
    """The text cleaned, in one line of at most `most` characters."""
    line = " ".join(clean(text[: 20 * most]).split())
    return line if len(line) <= most and len(text) <= 20 * most else f"{line[: most - 1]}{_ENDED}"


def many_lines(text: str, most: int = LONGEST_TEXT) -> str:
    """The text cleaned, with its lines, of at most `most` characters."""
    whole = clean(text[: 2 * most])
    return whole if len(whole) <= most and len(text) <= 2 * most else f"{whole[: most - 1]}{_ENDED}"


def all_clean(value: T) -> T:
    """What is to become JSON, with every text in it cleaned, the names of fields too."""
    if isinstance(value, str):
        return cast(T, many_lines(value))
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value).items()
        return cast(T, {all_clean(name): all_clean(each) for name, each in items})
    if isinstance(value, list | tuple):
        return cast(T, [all_clean(each) for each in cast("list[Any]", value)])
    return value


def json_text(value: Any, *, allow_nan: bool = True) -> str:
    """JSON for other programs, in one line, with all texts in it cleaned; ValueError as `json.dumps`."""
    return json.dumps(all_clean(value), ensure_ascii=False, allow_nan=allow_nan)
