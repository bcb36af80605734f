"""Files of settings in TOML: read so that no file can do harm, and on which line a setting stands."""

import re
import tomllib
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final, cast

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


def with_setting(text: str, key: str, value: str | float | bool | list[float] | None) -> str:
    """The text with one setting changed, added, or with None left out; every other letter stays.

    Args:
        key: dotted, as `breath.goal_per_min`.

    Raises:
        NotTOML: it is none, or the setting stands in it in a way that only a person can change.
    """
    before = parsed(text)
    *table, name = key.split(".")
    lines = text.splitlines()
    at = next((number for number, found in _settings(text) if found == key.split(".")), None)
    if at is not None:
        changed = None if value is None else _line_with(lines[at - 1], value)
        lines[at - 1 : at] = [] if changed is None else [changed]
    elif value is not None:
        _insert(lines, table, f"{name} = {written(value)}")
    out = "\n".join(lines) + "\n"
    if parsed(out) != _changed(before, table, name, value):
        raise NotTOML(f"{key} stands in it in a way that cannot be changed from here")
    return out


def written(value: str | float | bool | list[float]) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return f"[{', '.join(written(each) for each in value)}]"
    return f"{value:g}"


_VALUE: Final = re.compile(r"""("(?:[^"\\]|\\.)*"|'[^']*'|\[[^\]#]*\]|[^#\s]+)""")


def _line_with(line: str, value: str | float | bool | list[float]) -> str:
    """The line with another value; the remark behind it stays where it was, where there is room."""
    head, equals, rest = line.partition("=")
    room = rest[: len(rest) - len(rest.lstrip())]
    new = written(value)
    found = _VALUE.match(rest.lstrip())
    if found is None:
        return f"{head}{equals}{room}{new}"
    tail = rest.lstrip()[found.end() :]
    if "#" in tail:
        blanks = len(tail) - len(tail.lstrip()) + len(found[0]) - len(new)
        tail = " " * max(1, blanks) + tail.lstrip()
    return f"{head}{equals}{room}{new}{tail}"


def _insert(lines: list[str], table: list[str], line: str) -> None:
    """Under its table, which is made where there is none; at the top level before the first table."""
    heads = [at for at, each in enumerate(lines) if _TABLE.match(each)]
    if not table:
        at = heads[0] if heads else len(lines)
        while at and (not lines[at - 1].strip() or lines[at - 1].lstrip().startswith("#")):
            at -= 1
        lines.insert(at, line)
        return
    for at in heads:
        found = _TABLE.match(lines[at])
        if found and _parts(found[1]) == table:
            end = next((other for other in heads if other > at), len(lines))
            while end > at + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
                end -= 1
            lines.insert(end, line)
            return
    lines += ["", f"[{'.'.join(table)}]", line] if lines else [f"[{'.'.join(table)}]", line]


def _changed(data: dict[str, Any], table: list[str], name: str, value: object) -> dict[str, Any]:
    """What the text should say then."""
    if table:
        inner = data.get(table[0], {})
        changed = (
            _changed(cast(dict[str, Any], inner), table[1:], name, value) if isinstance(inner, dict) else {}
        )
        return {**data, table[0]: changed} if changed or table[0] in data else data
    rest = {key: each for key, each in data.items() if key != name}
    return rest if value is None else {**rest, name: value}
