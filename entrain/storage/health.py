"""Does the store work here? For `entrain doctor`."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from entrain.errors import StoreError
from entrain.storage.encryption import cipher
from entrain.storage.log.database import NewerStore, UnusableStore, open_for_writing, reading, told
from entrain.storage.log.store import Store
from entrain.storage.places import HOME_VARIABLE, home
from entrain.storage.recovery.mend import Damage, damage_in, damaged_persons_in
from entrain.system.files import may_write

LITTLE_BYTES: Final = 50_000_000  # some twelve hours of sessions
MOST_NAMED: Final = 8  # sessions
FULL_BYTES: Final = 5_000_000  # a little more than one


def check_storage() -> tuple[bool, str, str]:
    """Try the store without adding anything to it: (works, a sentence, what to do)."""
    try:
        return _check(Store.open())
    except StoreError as error:
        return False, error.message, error.advice


def _check(store: Store) -> tuple[bool, str, str]:
    folder = _nearest_folder(store.path)
    free = shutil.disk_usage(folder).free
    if not may_write(folder):
        advice = f"Make {folder} writable, or set {HOME_VARIABLE} to a folder of your own."
        return False, f"Nothing can be kept in {home()}: {folder} cannot be written.", advice
    if free < FULL_BYTES:
        advice = f"Make room, or set {HOME_VARIABLE} to a folder on another disk."
        return False, f"The disk of {folder} is full. {_room_advice(free)}", advice
    if not store.path.exists():
        return True, f"Sessions will be kept in {store.path}.", _room_advice(free)
    state = _pages_of(store.path)
    if state != "ok":
        advice = "Save what can be read into a new one: entrain doctor --repair"
        return False, f"The store {store.path} is damaged: {state}.", advice
    damaged, persons = damage_in(store.path), damaged_persons_in(store.path)
    if damaged or persons:
        advice = "Set them aside: entrain doctor --repair"
        said = " ".join(filter(None, (_damage_text(damaged), _persons_text(persons))))
        return False, f"{said} The rest of {store.path} is whole.", advice
    with told(store.path), closing(open_for_writing(store.path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    is_secret = cipher.passphrase_of(store.path) is not None
    rescued = sorted(store.path.parent.glob("entrain-rescue-*.db"))
    n_sessions, size = len(store.sessions()), store.path.stat().st_size / 1e6
    advice = f"Bring the rescued session in: entrain sessions import {rescued[0]}" if rescued else ""
    kept = f"{n_sessions} session{'s' * (n_sessions != 1)}, {size:.1f} MB{', encrypted' * is_secret}"
    return (
        True,
        f"{kept}, in {store.path}.",
        advice or _room_advice(free),
    )


def are_pages_whole(path: Path) -> bool:
    """Can SQLite go through the whole store at `path`? What single rows hold is another question.

    Raises:
        StoreError: that cannot be told now. NewerStore: the store is of a schema that is not known here.
    """
    try:
        return _pages_of(path) == "ok"
    except NewerStore:
        raise
    except UnusableStore:
        return False


def _pages_of(path: Path) -> str:
    with reading(path) as connection, told(path):
        try:
            (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except cipher.errors() as error:
            # A session's own row is damaged, and what is computed from it ends the check of the whole.
            if "malformed JSON" not in str(error):
                raise
            states = [_state_of(table, connection) for table in ("event", "effect")]
            state = next((state for state in states if state != "ok"), "ok")
    return state


def _state_of(table: str, connection: sqlite3.Connection) -> str:
    return connection.execute(f"PRAGMA quick_check({table})").fetchone()[0]


def _persons_text(persons: tuple[str, ...]) -> str:
    if not persons:
        return ""
    named = ", ".join(repr(each) if each else "whoever was not named" for each in persons[:MOST_NAMED])
    named += f" and {len(persons) - MOST_NAMED} more" * (len(persons) > MOST_NAMED)
    return f"What is kept of {named} cannot be read; their sessions are not touched by that."


def _damage_text(damaged: tuple[Damage, ...]) -> str:
    if not damaged:
        return ""
    n_rows, n_sessions = sum(each.n_rows for each in damaged), len(damaged)
    which = ", ".join(str(each.session_id) for each in damaged[:MOST_NAMED])
    which += f" and {n_sessions - MOST_NAMED} more" * (n_sessions > MOST_NAMED)
    records = f"{n_rows} records are" if n_rows > 1 else "One record is"
    where = f"session{'s' * (n_sessions > 1)} {which}"
    left_out = "they are" if n_rows > 1 else "it is"
    return f"{records} damaged, in {where}; {left_out} left out wherever that is shown."


def _nearest_folder(path: Path) -> Path:
    return next(parent for parent in path.absolute().parents if parent.is_dir())


def _room_advice(free_bytes: int) -> str:
    if free_bytes >= LITTLE_BYTES:
        return ""
    return f"Only {free_bytes / 1e6:.0f} MB are free there; an hour of a session takes about 4 MB."
