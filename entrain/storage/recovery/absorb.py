"""Bringing another store's sessions into this one: a backup, another computer's store, a rescue file."""

import json
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from entrain.errors import InputError, UsageError
from entrain.storage.log import person_rows
from entrain.storage.log.database import (
    DamagedStore,
    UnusableStore,
    named,
    open_for_writing,
    reading,
    told,
    writing,
)
from entrain.storage.log.store import Store
from entrain.storage.places import make_private_folder
from entrain.storage.recovery.mend import damage_in, damaged_persons_in, mended_copy

_MEND: Final = (
    "To save what can be read of it, copy it as sessions.db into a folder of its own, and then:"
    " ENTRAIN_HOME=FOLDER entrain doctor --repair"
)
# What a session may lack because its log was cut off, and its other half has.
_LATE: Final = ("end_epoch_s", "end_monotonic_s", "end_reason", "summary")


@dataclass(frozen=True, slots=True)
class Absorbed:
    """`sessions` are the numbers, in this store, of those to which something was added."""

    sessions: tuple[int, ...]
    n_left_out: int = 0  # damaged records of the other store


def absorb(store: Store, path: Path, person: str = "", *, only: str | None = None) -> Absorbed:
    """Copy the sessions in the store at `path` that are missing here, or missing some records.

    Sessions are told apart by their UUID, so that doing it twice changes nothing. All of them come, or none.
    New ones that name nobody become `person`'s. What is kept there of persons comes too. Damaged records of
    the other store stay behind; that store is not changed.

    Args:
        only: what is of this person alone.

    Raises:
        InputError: the other store cannot be read. UsageError: it is this very one.
        StoreError: this one cannot be read or written.
    """
    if path.exists() and store.path.exists() and path.samefile(store.path):
        raise UsageError(f"{path} is this very store.")
    with _told_as_input():
        is_damaged = bool(damage_in(path) or damaged_persons_in(path))
    if not is_damaged:
        return Absorbed(_absorb_whole(store, path, person, only))
    make_private_folder(store.path.parent)
    with TemporaryDirectory(prefix=".absorbing-", dir=store.path.parent) as folder:
        mended = Path(folder) / "mended.db"
        with _told_as_input():
            n_left_out = mended_copy(path, mended)
        return Absorbed(_absorb_whole(store, mended, person, only), n_left_out)


def _absorb_whole(store: Store, path: Path, person: str, only: str | None) -> tuple[int, ...]:
    with ExitStack() as opened:
        with _told_as_input():
            source = opened.enter_context(reading(path))
        opened.enter_context(told(store.path))
        target = opened.enter_context(closing(open_for_writing(store.path)))
        opened.enter_context(writing(target))
        records = person_rows.read(source)
        person_rows.take_in(target, {name: each for name, each in records.items() if only in (None, name)})
        return tuple(
            session_id
            for row in tuple(named(source, "SELECT * FROM session ORDER BY id"))
            if (only is None or _is_of(row, only))
            and (session_id := _absorb_session(source, row, target, person)) is not None
        )


def _is_of(row: Mapping[str, Any], person: str) -> bool:
    """Is a session this one's, be it with others?"""
    try:
        persons: list[str] = json.loads(row["config"]).get("persons", [])
    except (TypeError, ValueError):
        persons = []
    return person in (row["person"], *persons) if any(persons) else row["person"] == person


@contextmanager
def _told_as_input() -> Generator[None]:
    """What is wrong with the other store is a fault of the input, and says how to mend that one."""
    try:
        yield
    except UnusableStore as fault:
        is_torn = isinstance(fault, DamagedStore)
        raise InputError(fault.message, _MEND if is_torn else fault.advice) from fault


def _absorb_session(
    source: sqlite3.Connection, row: Mapping[str, Any], target: sqlite3.Connection, person: str
) -> int | None:
    stored = [each[1] for each in source.execute("PRAGMA table_info(session)") if each[1] != "id"]
    changes = target.total_changes
    target.execute(
        f"INSERT INTO session ({', '.join(stored)}) VALUES ({', '.join('?' * len(stored))})"
        " ON CONFLICT (uuid) DO NOTHING",
        [row[name] or person if name == "person" else row[name] for name in stored],
    )
    target.execute(
        f"UPDATE session SET {', '.join(f'{name} = ?' for name in _LATE)} WHERE uuid = ?"
        " AND summary IS NULL AND ? IS NOT NULL",
        [*(row[name] for name in _LATE), row["uuid"], row["summary"]],
    )
    (session_id,) = target.execute("SELECT id FROM session WHERE uuid = ?", (row["uuid"],)).fetchone()
    for table, columns in (("event", "seq, t_s, kind, body"), ("effect", "seq, event_seq, t_s, kind, body")):
        rows = source.execute(
            f"SELECT {columns} FROM {table} WHERE session_id = ? AND json_valid(body)", (row["id"],)
        )
        places = ", ".join("?" * (len(columns.split(",")) + 1))
        target.executemany(
            f"INSERT OR IGNORE INTO {table} VALUES ({places})", ((session_id, *each) for each in rows)
        )
    return session_id if target.total_changes > changes else None
