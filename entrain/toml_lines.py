"""Files of settings in TOML: read so that no file can do harm, and on which line a setting stands."""

import re
import tomllib
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

from entrain.errors import InputError

_TABLE: Final = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_SETTING: Final = re.compile(r"""\s*([\w\-"'.\s]+?)\s*=""")


LARGEST_BYTES: Final = 200_000  # the longest file that comes with entrain has 5,000
_LONGEST_LINE: Final = 2_000  # characters in which a setting's name is looked for


class NotTOML(ValueError):
    """The message says why, and on which line where that is known."""


def text_of(path: Path) -> str:
    """The text of a small file.

    Raises:
        InputError: it is not there, cannot be read, is no file such as have an end, too large, or no text.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is no file.", "Name a file of settings.")
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    if len(data) > LARGEST_BYTES:
        raise InputError(f"{path} is too large for a file of settings: over {LARGEST_BYTES // 1000} kB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not text in UTF-8: byte {error.start} cannot be read.", "Save it as UTF-8."
        ) from None


def parsed(text: str) -> dict[str, Any]:
    """What a text of TOML says.

    Raises:
        NotTOML: it is none, or deeper or longer than any setting.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise NotTOML("brackets within brackets, deeper than can be read") from None
    except ValueError as error:  # numbers beyond some thousand digits are no `TOMLDecodeError`
        is_long = not isinstance(error, tomllib.TOMLDecodeError)
        raise NotTOML("a number in it is longer than can be read" if is_long else str(error)) from None


def line_of(text: str, *keys: str) -> int:
    """The line, from 1, of the first of these dotted keys that stands in the text.

    Where none does, that of the table around the first of them, or 1.
    """
    lines = list(_settings(text))
    wanted = [key.split(".") for key in keys]
    for path in wanted:
        for number, found in lines:
            if found == path:
                return number
    around = [(len(found), -number) for number, found in lines if found == wanted[0][: len(found)]]
    return -max(around)[1] if around else 1


def _settings(text: str) -> Generator[tuple[int, list[str]]]:
    table: list[str] = []
    for number, content in enumerate(text.splitlines(), 1):
        content = content[:_LONGEST_LINE]
        if found := _TABLE.match(content):
            table = _parts(found[1])
            yield number, table
        elif found := _SETTING.match(content):
            yield number, [*table, *_parts(found[1])]


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
