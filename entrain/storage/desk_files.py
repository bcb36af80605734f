"""`settings.toml` and the own themes beside the sessions, read and written to the letter."""

from pathlib import Path
from typing import Final

from entrain.drawing.shapes import FIGURES
from entrain.errors import InputError, StoreError
from entrain.person.desk_settings import (
    DeskSettings,
    KeyNames,
    OwnTheme,
    SettingFault,
    checked_settings,
    checked_theme,
)
from entrain.storage.places import desk_settings_path, own_themes_path
from entrain.storage.whole_file import replace_file
from entrain.toml_lines import NotTOML, text_of, with_setting

_HEAD: Final = """\
# How entrain looks, sounds and is steered at this computer. What is left out is as it comes.
# The settings screen (the comma on the home screen) changes single lines and keeps the rest.
"""
_MOST_THEMES: Final = 30


def load(key_names: KeyNames | None = None) -> tuple[DeskSettings, tuple[SettingFault, ...]]:
    """The settings as far as they are right, and everything that is wrong. Never raises.

    Args:
        key_names: see `checked_settings`; None takes keys as they are.
    """
    path = desk_settings_path()
    if not path.exists():
        return DeskSettings(), ()
    try:
        text = text_of(path)
    except InputError as error:
        return DeskSettings(), (SettingFault(path.name, 1, "", error.message.rstrip("."), error.advice),)
    names = [theme.stem for theme in theme_files()]
    return checked_settings(text, path.name, themes=names, figures=FIGURES, key_names=key_names or {})


def keep(key: str, value: str | float | bool | None) -> None:
    """Change one setting (dotted) in the file, which is made where there is none; None leaves it out.

    Raises:
        StoreError: it cannot be written, or what is in it cannot be changed from here.
    """
    path = desk_settings_path()
    try:
        text = text_of(path) if path.exists() else _HEAD
        replace_file(path, with_setting(text, key, value))
    except (InputError, NotTOML) as error:
        raise StoreError(
            f"{path} was not changed: {error}.",
            "Mend it in an editor; the settings screen tells what is wrong.",
        ) from error
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}.") from error


def theme_files() -> tuple[Path, ...]:
    """The files of own themes, by name."""
    return tuple(sorted(path for path in own_themes_path().glob("*.toml") if path.is_file()))[:_MOST_THEMES]


def themes() -> tuple[tuple[OwnTheme, ...], tuple[SettingFault, ...]]:
    """Every own theme as far as it is right, and everything that is wrong with them. Never raises."""
    found: list[OwnTheme] = []
    faults: list[SettingFault] = []
    for path in theme_files():
        file = f"themes/{path.name}"
        try:
            theme, wrong = checked_theme(text_of(path), file, path.stem)
        except InputError as error:
            faults.append(SettingFault(file, 1, "", error.message.rstrip("."), error.advice))
            continue
        found.append(theme)
        faults += wrong
    return tuple(found), tuple(faults)
