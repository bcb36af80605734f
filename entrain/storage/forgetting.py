"""After somebody was forgotten: where their pseudonym still stands, told by looking."""

import json
import re
from pathlib import Path
from typing import Final

from entrain.errors import StoreError
from entrain.storage import backups
from entrain.storage.log.database import is_database
from entrain.storage.log.store import Store
from entrain.storage.places import home, music_cache_path

_LARGEST_BYTES: Final = 50_000_000  # of a text that is looked through


def still_named(store: Store, person: str) -> tuple[Path, ...]:
    """Files of entrain's own that name somebody, beside the store itself: rescued or damaged stores, presets,
    caches, logs. A store that cannot be read is looked through as bytes, an encrypted one by its name alone.
    """
    known = set(backups.known(store))
    places = {each for folder in (home(), music_cache_path()) for each in sorted(folder.rglob("*"))}
    return tuple(
        path
        for path in sorted(places)
        if path.is_file() and path not in known and not _is_of(store, path) and _names(path, person)
    )


def _is_of(store: Store, path: Path) -> bool:
    """The store, or SQLite's own files beside it."""
    return path.parent == store.path.parent and path.name.startswith(store.path.name)


def _names(path: Path, person: str) -> bool:
    forms = "|".join(re.escape(each) for each in {person, json.dumps(person)[1:-1]})
    whole = re.compile(rf"(?<!\w)(?:{forms})(?!\w)".encode())
    if whole.search(path.name.encode()):
        return True
    if is_database(path):
        try:
            return person in Store(path).people()
        except StoreError:
            pass
    try:
        return path.stat().st_size <= _LARGEST_BYTES and whole.search(path.read_bytes()) is not None
    except OSError:
        return False
