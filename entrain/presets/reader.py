"""One walk over a file of settings along dataclasses: what is right is kept, what is wrong is noted.

The dataclasses say which settings there are, of which type, and what they are where a file is silent; a
`Schema` says how far they may go and what they may be called. Presets, programmes and studies are read so.
"""

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from math import inf
from typing import Any, Final, cast, get_args, get_origin, get_type_hints

from entrain.foreign import clean, one_line
from entrain.presets.rules import Limit

MOST_FAULTS: Final = 100  # that are told at once
LONGEST_TEXT: Final = 500  # characters of a title or a summary
LONGEST_SHOWN: Final = 60  # characters of a value that is not what it should be


@dataclass(frozen=True, slots=True)
class PresetFault:
    """One thing that is wrong. `line` counts from 1; `key` is dotted, and empty for a fault of the whole."""

    file: str
    line: int
    key: str
    problem: str
    suggestion: str = ""

    def __str__(self) -> str:
        what = f"{self.key} {self.problem}" if self.key else self.problem
        return f"{self.file}, line {self.line}: {what}. {self.suggestion}".rstrip()


Complaint = tuple[tuple[str, ...], str, str]
"""(keys, what is wrong, what to write instead)."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a kind of file may hold. Names are dotted; those of `choices` are asked for only when needed."""

    root: type[Any]
    choices: Mapping[str, Callable[[], Iterable[str]]]
    limits: Mapping[str, Limit]
    example: str  # what shows all there is
    called: Mapping[str, str] = field(default_factory=dict[str, str])  # a value, where not as its setting


@dataclass(frozen=True, slots=True)
class StandIn:
    """A word that a file may write in place of a number, and what to do where none is known for it."""

    key: str
    word: str
    value: float | None
    advice: str


def syntax_fault(message: str, text: str, file: str) -> PresetFault:
    """A text that is not TOML, on its line."""
    found = re.search(r" \(at line (\d+), column \d+\)$", message)
    line = int(found[1]) if found else text.count("\n") + 1
    problem = message[: found.start()] if found else message.removesuffix(" (at end of document)")
    return PresetFault(
        file, line, "", f"is not TOML: {problem}", 'Settings look like: minutes = 10 or title = "…".'
    )


class Reader:
    """Walks a file along the dataclasses, keeps what is right and notes what is wrong."""

    def __init__(self, schema: Schema, stand_in: StandIn | None = None) -> None:
        self._schema = schema
        self._stand_in = stand_in
        self.complaints: list[Complaint] = []

    @property
    def is_full(self) -> bool:
        """Is there no use in looking on?"""
        return len(self.complaints) >= MOST_FAULTS

    def complain(self, key: str, problem: str, suggestion: str = "") -> None:
        self.complaints.append(((key,), problem, suggestion))

    def table(self, kind: type[Any], data: Mapping[str, Any], under: str) -> Any:
        """The dataclass of a table; what is wrong in it has its default, or something empty."""
        hints = get_type_hints(kind)
        for key in data:
            if self.is_full:
                break
            if key not in hints:
                self.complain(f"{under}{_cut(key)}", "is no setting", self._did_you_mean(_cut(key), under))
        arguments: dict[str, Any] = {}
        for each in fields(kind):
            key, hint = f"{under}{each.name}", hints[each.name]
            if is_dataclass(hint):
                table = data.get(each.name, {})
                if not isinstance(table, dict):
                    self.complain(
                        key, f"must be a table, not {_shown(table)}", f"Write [{key}] and settings below."
                    )
                    table = {}
                arguments[each.name] = self.table(cast(type, hint), cast(dict[str, Any], table), f"{key}.")
            elif each.name in data:
                value = self.value(hint, data[each.name], key)
                if value is not None:
                    arguments[each.name] = value
            elif each.default is MISSING:
                self.complain(key, "is missing", f'Write {each.name} = "…" at the top of the file.')
            if each.default is MISSING and each.default_factory is MISSING:
                arguments.setdefault(each.name, "")
        return kind(**arguments)

    def value(self, hint: Any, value: Any, key: str) -> Any:
        """The value as the hint wants it, or None after a complaint."""
        options, shown = get_args(hint), _shown(value)
        if get_origin(hint) is tuple and options[-1] is Ellipsis:
            return self.wholes(value, key) if options[0] is int else self.names(value, key)
        if get_origin(hint) is tuple:
            values = cast(list[Any], value) if isinstance(value, list) else []
            if len(values) != len(options) or not all(map(_is_number, values)):
                self.complain(key, f"must be a list of {len(options)} numbers, not {shown}")
                return None
            numbers = tuple(self.number(each, key) for each in values)
            return None if None in numbers else numbers
        stand_in = self._stand_in
        if stand_in is not None and (key, value) == (stand_in.key, stand_in.word):
            value = stand_in.value
            if value is None:
                self.complain(key, f"= {shown}, and yours is not known", stand_in.advice)
                return None
        if hint is float or float in options:
            if _is_number(value):
                return self.number(value, key)
            self.complain(key, f"must be a number, not {shown}")
            return None
        if type(value) is not hint:
            wanted = {bool: "true or false", int: "a whole number"}.get(hint, "text in quotation marks")
            self.complain(key, f"must be {wanted}, not {shown}")
            return None
        if hint is int:
            return None if self.number(value, key) is None else value
        return self.text(value, key) if isinstance(value, str) else value

    def text(self, value: str, key: str) -> str | None:
        """One of those there are to choose from, or else any text that can be shown."""
        shown = _shown(value)
        if key in self._schema.choices:
            return self.choice(value, key)
        if len(value) > LONGEST_TEXT:
            self.complain(key, f"is {len(value)} characters long", f"Use {LONGEST_TEXT} at most.")
            return None
        if value != clean(value):
            self.complain(key, f"= {shown} holds characters that cannot be shown", "Leave them out.")
            return None
        return value

    def number(self, value: float, key: str) -> float | None:
        limit = self._schema.limits[key]
        value = _finite_or_not(value)
        problem = limit.broken_by(value)
        if problem:
            self.complain(key, problem, f"Use a value from {limit.least:g} to {limit.most:g}.")
            return None
        return value

    def names(self, value: Any, key: str) -> tuple[str, ...] | None:
        given = cast(list[Any], value) if isinstance(value, list) else [None]
        names = [name for name in given if isinstance(name, str)]
        if len(names) < len(given):
            known = self._schema.choices.get(key, lambda: ("…",))
            example = ", ".join(f'"{name}"' for name in known())
            self.complain(key, f"must be a list of names, not {_shown(value)}", f"Write {key} = [{example}].")
            return None
        chosen = [name for name in names if self.text(name, key) is not None]
        return tuple(chosen) if len(chosen) == len(names) else None

    def wholes(self, value: Any, key: str) -> tuple[int, ...] | None:
        given = cast(list[Any], value) if isinstance(value, list) else [None]
        if any(type(each) is not int for each in given):
            self.complain(
                key, f"must be a list of whole numbers, not {_shown(value)}", f"Write {key} = [4, 8]."
            )
            return None
        wholes = [each for each in given if isinstance(each, int)]
        return None if None in [self.number(each, key) for each in wholes] else tuple(wholes)

    def choice(self, value: str, key: str) -> str | None:
        known = tuple(self._schema.choices[key]())
        if value in known:
            return value
        near = get_close_matches(value, known, 1)
        hint = f'Did you mean "{near[0]}"? ' if near else ""
        what = self._schema.called.get(key, key.rpartition(".")[2].replace("_", " "))
        self.complain(key, f"= {_shown(value)} is no {what}", f"{hint}There are {', '.join(known)}.")
        return None

    def _did_you_mean(self, key: str, under: str) -> str:
        names = list(settings(self._schema.root))
        if elsewhere := [each for each in names if each.rpartition(".")[2] == key]:
            table = elsewhere[0].rpartition(".")[0]
            return (
                f"It belongs under [{table}]."
                if table
                else "It belongs at the top of the file, above the tables."
            )
        beside = [each for each in names if each.startswith(under)]
        for candidates in (beside, names):
            by_name = {each.rpartition(".")[2]: each for each in candidates}
            longer = [name for name in by_name if name.startswith(key)]
            if near := longer or get_close_matches(key, by_name, 1):
                return f'Did you mean "{by_name[near[0]]}"?'
        return f"Leave it out; `{self._schema.example}` shows what there is."


def settings(kind: type[Any], under: str = "") -> Generator[str]:
    """The dotted names of all settings and tables."""
    for name, hint in get_type_hints(kind).items():
        yield f"{under}{name}"
        if is_dataclass(hint):
            yield from settings(cast(type, hint), f"{under}{name}.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    """The value as a person would write it; only the beginning of a long one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return _cut(f'"{value}"' if isinstance(value, str) else str(value))
    except (RecursionError, ValueError):
        return "what is there"


def _finite_or_not(value: float) -> float:
    """A whole number may be longer than any float."""
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def _cut(text: str) -> str:
    return one_line(text, LONGEST_SHOWN)
