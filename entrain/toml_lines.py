"""On which line of a TOML text a setting stands; tomllib does not say."""

import re
from collections.abc import Generator
from typing import Final

_TABLE: Final = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_SETTING: Final = re.compile(r"""\s*([\w\-"'.\s]+?)\s*=""")


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
        if found := _TABLE.match(content):
            table = _parts(found[1])
            yield number, table
        elif found := _SETTING.match(content):
            yield number, [*table, *_parts(found[1])]


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
