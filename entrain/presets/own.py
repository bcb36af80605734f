"""All presets on one shelf, and what a person does with their own: copy, write, delete, share.

What was written is kept, right or wrong: a file with faults is a draft, shown with what is wrong with it and
not offered for a session.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from entrain.control.protocol import Preset
from entrain.errors import InputError, StoreError, UsageError
from entrain.presets import library as presets
from entrain.presets.library import LoadedPreset
from entrain.presets.reader import PresetFault
from entrain.shipped import shipped_presets_path
from entrain.storage.places import own_presets_path
from entrain.storage.whole_file import replace_file
from entrain.toml_lines import text_of

LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Shelved:
    """A preset file. `preset` is None where it has faults."""

    name: str
    text: str | None  # None: it cannot be read
    path: Path
    is_own: bool
    preset: Preset | None
    faults: tuple[PresetFault, ...]


def shelf(person: str = "") -> tuple[Shelved, ...]:
    """Every preset file as it is for `person`, the default first.

    A shipped one gives way to a right one of the same name.
    """
    out: list[Shelved] = []
    for name in presets.names():
        own, shipped = own_presets_path() / f"{name}.toml", shipped_presets_path() / f"{name}.toml"
        mine = shelved(own, is_own=True, person=person) if own.is_file() else None
        if shipped.is_file() and (mine is None or mine.preset is None):
            out.append(shelved(shipped, is_own=False, person=person))
        if mine is not None:
            out.append(mine)
    return tuple(out)


def shelved(path: Path, *, is_own: bool, person: str = "") -> Shelved:
    """One file; one that cannot be read is a draft without a text."""
    try:
        text = text_of(path)
    except InputError as error:
        fault = PresetFault(path.name, 1, "", error.message, error.advice)
        return Shelved(path.stem, None, path, is_own, None, (fault,))
    try:
        preset, faults = presets.checked_text(text, path.name, path.stem, person)
    except StoreError as error:
        preset, faults = None, (PresetFault(path.name, 1, "", error.message, error.advice),)
    return Shelved(path.stem, text, path, is_own, preset, faults)


def usable(person: str = "") -> dict[str, LoadedPreset]:
    """The presets that `person` can run, by name, in the order of the shelf."""
    return {
        each.name: LoadedPreset(
            each.preset, each.text, hashlib.sha256(each.text.encode()).hexdigest(), each.path
        )
        for each in shelf(person)
        if each.preset is not None and each.text is not None
    }


def path_for_new(name: str) -> Path:
    """Where an own preset of that name would be.

    Raises:
        UsageError: it is no name for a preset, or it is taken.
    """
    if not name.replace("-", "").replace("_", "").isalnum() or len(name) > LONGEST_NAME:
        raise UsageError(
            f'"{name}" is no name for a preset.', f"Use up to {LONGEST_NAME} letters, digits, - and _."
        )
    path = own_presets_path() / f"{name}.toml"
    if path.exists():
        raise _taken(path)
    return path


def free_name(wanted: str) -> str:
    """`wanted`, made a name, with a number after it where it is taken."""
    name = "".join(c if c.isalnum() or c in "-_" else "-" for c in wanted)[: LONGEST_NAME - 3] or "preset"
    taken = set(presets.names())
    return next(each for n in range(1, 10_000) if (each := name if n == 1 else f"{name}-{n}") not in taken)


def make(name: str, text: str) -> Path:
    """A new own preset with this text; its file.

    Raises:
        UsageError: it is no name for a preset, or it is taken. StoreError: it cannot be written.
    """
    return _written(path_for_new(name), text)


def write(name: str, text: str) -> Path:
    """Replace the text of an own preset; raises StoreError where it cannot be written."""
    return _written(own_presets_path() / f"{name}.toml", text)


def delete(name: str) -> None:
    """Remove an own preset for good; raises StoreError where that cannot be."""
    path = own_presets_path() / f"{name}.toml"
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{path} cannot be deleted: {error.strerror or error}.") from error


def export(name: str, text: str, to: Path) -> Path:
    """Write a preset to a file, or into a folder under its name; where it went.

    Raises:
        UsageError: there is a file already. StoreError: it cannot be written.
    """
    to = to.expanduser().absolute()
    path = to / f"{name}.toml" if to.is_dir() else to
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def take_in(path: Path) -> str:
    """Make an own preset of a file, with all its remarks and its faults; the name it has here.

    Raises:
        InputError: it cannot be read, or is no preset. StoreError: it cannot be written.
    """
    path = path.expanduser()
    if path.is_dir():
        raise InputError(f"{path} is a folder.", "Name the file in it.")
    text = text_of(path)
    name = free_name(path.stem)
    make(name, text)
    return name


def _written(path: Path, text: str) -> Path:
    try:
        replace_file(path, text)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path} exists already; nothing is overwritten.", "Choose another name.")


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be written: {error.strerror or error}.")
