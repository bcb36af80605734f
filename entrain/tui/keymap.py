"""Keys of a person's own: every screen's keys by name, and what is shown where one has another key."""

from collections.abc import Iterator

from entrain.person.desk_settings import FIXED_NAMES, DeskSettings, key_name
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.widgets.key_line import Key


def key_names() -> dict[str, dict[str, tuple[str, ...]]]:
    """Screen -> name -> its keys, of every screen that there is."""
    return {
        kind.__name__: {key.name: tuple(key.keys.split(",")) for key in kind.KEYS if key.action != "none"}
        for kind in _screens(EntrainScreen)
        if kind.KEYS
    }


def _screens(kind: type[EntrainScreen[object]]) -> Iterator[type[EntrainScreen[object]]]:
    for each in kind.__subclasses__():
        yield each
        yield from _screens(each)


def changeable(keys: tuple[Key, ...]) -> Iterator[Key]:
    """Those that can have another key; a pair of names is told once each."""
    seen: set[str] = set()
    for key in keys:
        if key.action != "none" and key.name not in FIXED_NAMES and key.name not in seen:
            seen.add(key.name)
            yield key


def bound(settings: DeskSettings) -> dict[str, str]:
    """For Textual: the id of a binding -> the key it has instead."""
    return {name: key_name(key) for name, key in settings.keys}
