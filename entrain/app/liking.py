"""What this desk likes: `settings.toml` for everybody, and what a named person chose before it.

Whoever sits here without a name has the file; a named person's own theme, figure and volume are in their
record and come first.
"""

from dataclasses import replace
from typing import Final

from entrain.app import whose
from entrain.errors import StoreError
from entrain.person.desk_settings import DeskSettings, KeyNames
from entrain.person.record import PersonRecord, Preferences
from entrain.ports import KeptSettings, PresetProblem
from entrain.storage import desk_files
from entrain.storage.places import desk_settings_path

PERSONAL: Final = ("theme", "figure", "volume")


def likes_of(record: PersonRecord, person: str) -> Preferences:
    """What somebody likes, with what holds at this desk where they chose nothing."""
    desk, own = desk_files.load()[0], record.preferences
    first, second = (own, desk) if person else (desk, own)
    return replace(
        own,
        theme=first.theme or second.theme,
        figure=first.figure or second.figure,
        volume=second.volume if first.volume is None else first.volume,
    )


def keep_liking(person: str, name: str, value: str | float | None) -> str:
    """Remember a theme, figure or volume; what is wrong where that fails, in a sentence. Never raises."""
    if not person:
        try:
            desk_files.keep(name, value)
        except StoreError as fault:
            return f"{fault.message} {fault.advice}".rstrip()
        return ""

    def liked(now: PersonRecord) -> PersonRecord:
        return replace(now, preferences=replace(now.preferences, **{name: value}))

    return whose.keep(person, liked)


class DeskLikings:
    """Satisfies `SettingsPort`."""

    def now(self, person: str, key_names: KeyNames) -> KeptSettings:
        settings, wrong = desk_files.load(key_names)
        themes, wrong_themes = desk_files.themes()
        likes = likes_of(whose.record_of(person), person)
        faults = tuple(
            PresetProblem(
                each.line,
                each.key,
                f"{each.problem}. {each.suggestion}".rstrip(),
                each.file,
            )
            for each in (*wrong, *wrong_themes)
        )
        shown = replace(settings, theme=likes.theme, figure=likes.figure, volume=likes.volume)
        return KeptSettings(shown, themes, faults, str(desk_settings_path()))

    def keep(self, person: str, name: str, value: str | float | bool | None) -> None:
        if name in PERSONAL and person:
            fault = keep_liking(person, name, value)
            if fault:
                raise StoreError(fault)
        else:
            desk_files.keep(name, value)


def desk_settings() -> DeskSettings:
    """The settings of this desk, as far as they are right. Never raises."""
    return desk_files.load()[0]
