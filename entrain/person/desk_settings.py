"""How entrain looks, sounds and is steered at this computer: `settings.toml` and own themes, checked.

Everything that is wrong is told at once, each with its line, its setting and what to write instead. What is
right is used all the same: a screen in the wrong colours does less harm than none.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, Final, cast

from entrain.foreign import clean, one_line
from entrain.toml_lines import NotTOML, line_of, parsed

PER_MINUTE: Final = "per minute"
SECONDS: Final = "seconds"
BREATH_AS: Final = (PER_MINUTE, SECONDS)
BASES: Final = ("dark", "light", "night")  # themes that come with entrain, and what an own one begins from
COLOURS: Final = (
    "primary", "secondary", "accent", "warning", "error", "success", "background", "surface", "panel",
    "text", "text_muted", "text_disabled", "breath_in", "breath_out", "pulse", "tempo", "quiet", "border",
)  # fmt: skip
RAMPS: Final = ("inhale", "exhale")  # of the figure, from the background to its brightest
_FEWEST, _MOST = 3, 9  # colours of a ramp

# Keys that mean one thing whatever a file says: the way out, the way back, help, the palette.
FIXED_KEYS: Final = frozenset({"q", "escape", "enter", "question_mark", "f1", "ctrl+c", "ctrl+q", "ctrl+p"})
FIXED_NAMES: Final = frozenset({"stop", "quit", "help", "back", "leave", "start"})
_KEY: Final = re.compile(
    r"((ctrl|alt|shift)\+)*([a-z0-9]|f[1-9]|f1[0-2]|space|tab|up|down|left|right|home|end|pageup|pagedown"
    r"|insert|delete|backspace)"
)
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_CHARACTERS: Final = {
    "-": "minus",
    "+": "plus",
    "_": "underscore",
    "/": "slash",
    "\\": "backslash",
    "@": "at",
}

KeyNames = Mapping[str, Mapping[str, tuple[str, ...]]]
"""What can have another key: screen -> name (the words beside the key, with _) -> the keys it has."""


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """None where nothing was chosen. `keys` are (name, key) as they were written."""

    theme: str | None = None
    figure: str | None = None
    volume: float | None = None  # 0 to 1
    reduced_motion: bool = False
    breath_as: str = PER_MINUTE  # or seconds a breath
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OwnTheme:
    """Colours (name, "#rrggbb") in place of those of `base`; ramps of the figure, empty for the base's."""

    name: str
    base: str
    colours: tuple[tuple[str, str], ...] = ()
    inhale: tuple[str, ...] = ()
    exhale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingFault:
    """One thing that is wrong. `line` counts from 1; `key` is dotted, and empty for a fault of the whole."""

    file: str
    line: int
    key: str
    problem: str
    suggestion: str = ""

    def __str__(self) -> str:
        what = f"{self.key} {self.problem}" if self.key else self.problem
        return f"{self.file}, line {self.line}: {what}. {self.suggestion}".rstrip()


NAMES: Final = tuple(field.name for field in fields(DeskSettings))


def checked_settings(
    text: str, file: str, *, themes: Iterable[str], figures: Iterable[str], key_names: KeyNames
) -> tuple[DeskSettings, tuple[SettingFault, ...]]:
    """The settings of a text as far as they are right, and everything that is wrong.

    Args:
        key_names: what can have another key; where it is empty, keys are taken as they are.
    """
    reader = _Reader(text, file)
    data = reader.data(NAMES)
    settings = DeskSettings(
        theme=reader.choice(data, "theme", (*BASES, *themes)),
        figure=reader.choice(data, "figure", tuple(figures)),
        volume=reader.share(data, "volume"),
        reduced_motion=reader.switch(data, "reduced_motion"),
        breath_as=reader.choice(data, "breath_as", BREATH_AS) or PER_MINUTE,
        keys=reader.keys(data, key_names),
    )
    return settings, reader.sorted_faults()


def checked_theme(text: str, file: str, name: str) -> tuple[OwnTheme, tuple[SettingFault, ...]]:
    """An own theme as far as it is right, and everything that is wrong with it."""
    reader = _Reader(text, file)
    data = reader.data(("base", *COLOURS, *RAMPS))
    base = reader.choice(data, "base", BASES) or BASES[0]
    colours = [(each, colour) for each in COLOURS if (colour := reader.colour(data, each))]
    inhale, exhale = (reader.ramp(data, each) for each in RAMPS)
    return OwnTheme(name, base, tuple(colours), inhale, exhale), reader.sorted_faults()


def key_name(key: str) -> str:
    """A key by its name: "comma" for ",", and whatever is longer as it is."""
    if len(key) != 1 or key.isalnum():
        return key
    return _CHARACTERS.get(key) or unicodedata.name(key, "").lower().replace("-", "_").replace(" ", "_")


def is_key(key: str) -> bool:
    """Can this be a key: one character that can be typed, or a name such as f5, tab or ctrl+x?"""
    return (len(key) == 1 and key.isprintable() and key != " ") or _KEY.fullmatch(key) is not None


class _Reader:
    """Takes what is right of a text and notes what is wrong."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._faults: list[SettingFault] = []

    def sorted_faults(self) -> tuple[SettingFault, ...]:
        return tuple(sorted(self._faults, key=lambda fault: fault.line))

    def complain(self, key: str, problem: str, suggestion: str = "") -> None:
        self._faults.append(
            SettingFault(self._file, line_of(self._text, key) if key else 1, key, problem, suggestion)
        )

    def data(self, known: tuple[str, ...]) -> dict[str, Any]:
        """The settings by name; those nobody knows are told."""
        try:
            data = parsed(self._text)
        except NotTOML as error:
            found = re.search(r" \(at line (\d+), column \d+\)$", str(error))
            line = int(found[1]) if found else self._text.count("\n") + 1
            said = str(error)[: found.start()] if found else str(error).removesuffix(" (at end of document)")
            fault = SettingFault(
                self._file, line, "", f"is not TOML: {said}", 'Settings look like: theme = "night".'
            )
            self._faults.append(fault)
            return {}
        for key in data.keys() - set(known):
            self.complain(_cut(key), "is no setting", f"{_near(key, known)}There are {', '.join(known)}.")
        return data

    def choice(self, data: Mapping[str, Any], key: str, known: tuple[str, ...]) -> str | None:
        value = data.get(key)
        if value is None or value in known:
            return value
        near = _near(value, known) if isinstance(value, str) else ""
        options = ", ".join(f'"{each}"' for each in known)
        self.complain(key, f"= {_shown(value)} is no {key.replace('_', ' ')}", f"{near}There are {options}.")
        return None

    def share(self, data: Mapping[str, Any], key: str) -> float | None:
        value = data.get(key)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and 0.0 <= value <= 1.0:
            return float(value)
        self.complain(key, f"must be a number from 0 to 1, not {_shown(value)}", f"Write {key} = 0.7.")
        return None

    def switch(self, data: Mapping[str, Any], key: str) -> bool:
        value = data.get(key, False)
        if isinstance(value, bool):
            return value
        self.complain(key, f"must be true or false, not {_shown(value)}", f"Write {key} = true.")
        return False

    def colour(self, data: Mapping[str, Any], key: str) -> str | None:
        value = data.get(key)
        if value is None or (isinstance(value, str) and _COLOUR.fullmatch(value)):
            return value
        self.complain(key, f"= {_shown(value)} is no colour", 'Write it as "#59bfb6": red, green, blue.')
        return None

    def ramp(self, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = data.get(key)
        if value is None:
            return ()
        given = cast(list[object], value) if isinstance(value, list) else []
        colours = [each for each in given if isinstance(each, str) and _COLOUR.fullmatch(each)]
        if len(colours) == len(given) and _FEWEST <= len(colours) <= _MOST:
            return tuple(colours)
        self.complain(
            key,
            f"must be a list of {_FEWEST} to {_MOST} colours",
            f'Write {key} = ["#0f1318", "#1d6f7a", "#d6fbee"], from the background to the brightest.',
        )
        return ()

    def keys(self, data: Mapping[str, Any], key_names: KeyNames) -> tuple[tuple[str, str], ...]:
        table = data.get("keys", {})
        if not isinstance(table, dict):
            self.complain("keys", f"must be a table, not {_shown(table)}", "Write [keys] and lines below it.")
            return ()
        known = {name for names in key_names.values() for name in names}
        kept: dict[str, str] = {}
        for name, key in cast(dict[str, object], table).items():
            where = f"keys.{_cut(name)}"
            if name in FIXED_NAMES:
                self.complain(where, "has a key that stays", "Leave it out.")
            elif known and name not in known:
                self.complain(where, "is nothing that has a key", _near(name, tuple(known)) + "Leave it out.")
            elif not isinstance(key, str) or not is_key(key):
                self.complain(
                    where, f"= {_shown(key)} is no key", 'Write one such as "o", ",", "f5" or "ctrl+x".'
                )
            elif key_name(key) in FIXED_KEYS:
                self.complain(where, f"= {_shown(key)} is a key that stays as it is", "Use another one.")
            else:
                kept[name] = key
        return self._without_clashes(kept, key_names)

    def _without_clashes(self, kept: Mapping[str, str], key_names: KeyNames) -> tuple[tuple[str, str], ...]:
        """Those whose key nothing else has on any screen where they are."""
        clashes: dict[str, str] = {}
        for names in key_names.values():
            for name in kept.keys() & names.keys():
                for other, keys in names.items():
                    now = (kept[other],) if other in kept else keys
                    if other != name and key_name(kept[name]) in map(key_name, now):
                        clashes[name] = other
        for name, other in clashes.items():
            self.complain(
                f"keys.{name}",
                f'= {_shown(kept[name])} is also the key of "{other}"',
                f"Use another one, or give {other} another key as well.",
            )
        return tuple((name, key) for name, key in kept.items() if name not in clashes)


def _near(value: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(value, known, 1)
    return f'Did you mean "{near[0]}"? ' if near else ""


def _shown(value: object) -> str:
    """The value as a person would write it; only the beginning of a long one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _cut(f'"{value}"' if isinstance(value, str) else str(value))


def _cut(text: str) -> str:
    return one_line(clean(text), 60)
