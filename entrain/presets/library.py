"""The presets there are: those that come with entrain, and the person's own beside the sessions.

A preset is a TOML file, and its name is the file's. One of the person's own takes the place of a shipped one
of the same name.
"""

import hashlib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from entrain.control.protocol import Preset
from entrain.errors import PresetError, UsageError
from entrain.presets.check import OWN_RESONANCE, checked
from entrain.presets.reader import PresetFault
from entrain.shipped import shipped_presets_path
from entrain.storage import people
from entrain.storage.log.store import Store
from entrain.storage.places import own_presets_path
from entrain.toml_lines import text_of

DEFAULT: Final = "desk"


@dataclass(frozen=True, slots=True)
class LoadedPreset:
    """A preset with the text it was read from, to the letter, and that text's SHA-256."""

    preset: Preset
    text: str
    sha256: str
    path: Path


def names() -> tuple[str, ...]:
    """The names of all presets, the default first."""
    found = {
        path.stem
        for folder in (shipped_presets_path(), own_presets_path())
        for path in folder.glob("*.toml")
        if path.is_file()
    }
    return tuple(sorted(found, key=lambda name: (name != DEFAULT, name)))


def path_of(name_or_path: str) -> Path:
    """The file of a preset, which exists where a name was given.

    Raises:
        UsageError: there is no preset of that name.
    """
    if name_or_path.endswith(".toml") or "/" in name_or_path or "\\" in name_or_path:
        return Path(name_or_path).expanduser()
    for folder in (own_presets_path(), shipped_presets_path()):
        path = folder / f"{name_or_path}.toml"
        if path.is_file():
            return path
    near = get_close_matches(name_or_path, names(), 1)
    hint = f'Did you mean "{near[0]}"? ' if near else ""
    raise UsageError(f'There is no preset "{name_or_path}".', f"{hint}There are {', '.join(names())}.")


def load(name_or_path: str, person: str = "") -> LoadedPreset:
    """The preset of a name, or in a file where that is given as one (`mine.toml`, `./mine`).

    Args:
        person: whose "own resonance" is meant, where the preset speaks of it.

    Raises:
        UsageError: there is no preset of that name.
        InputError: the file cannot be read. PresetError: it has faults; it tells all of them.
    """
    path = path_of(name_or_path)
    text = text_of(path)
    preset, faults = checked_text(text, path.name, path.stem, person)
    if preset is None:
        n = len(faults)
        raise PresetError(
            f"The preset {path} cannot be used: {n} thing{'s are' if n > 1 else ' is'} wrong.",
            tuple(map(str, faults)),
            f"Correct the file, then try `entrain presets check {path}`.",
        )
    return LoadedPreset(preset, text, hashlib.sha256(text.encode()).hexdigest(), path)


def check(path: Path) -> tuple[PresetFault, ...]:
    """Everything that is wrong with a preset file; empty where it can be used.

    Raises:
        InputError: the file cannot be read.
    """
    return checked_text(text_of(path), str(path), path.stem)[1]


def checked_text(
    text: str, file: str, name: str, person: str = ""
) -> tuple[Preset | None, tuple[PresetFault, ...]]:
    """The preset of a text as it is for `person`, or everything that is wrong with it; see `check.checked`.

    Raises:
        StoreError: it speaks of the person's own rate, and the store cannot be read.
    """
    return checked(text, file, name, _own_resonance_per_min(text, person))


def _own_resonance_per_min(text: str, person: str) -> float | None:
    """What this person's last assessment found; looked up only for a text that speaks of it."""
    known = people.load(Store.open(), person).resonance if OWN_RESONANCE in text else None
    return None if known is None else known.per_min
