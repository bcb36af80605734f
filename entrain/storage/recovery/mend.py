"""A store whose pages are whole and in which single rows are damaged: a copy of it without those.

What can still be read of a damaged session's own row stays. Everything else is copied as it is.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from entrain.errors import StoreError
from entrain.storage.log import codec, person_rows, rows
from entrain.storage.log.database import open_for_writing, reading, told, writing
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome, StoredSession, is_newer, n_damaged, session_of
from entrain.storage.recovery.salvage import put_in_place

# An index over the JSON of events: a row that is no JSON could not be taken out of it.
_INDEX: Final = "onset_played"


@dataclass(frozen=True, slots=True)
class Damage:
    """Of one session: how many of its rows do not read as what they should be."""

    session_id: int
    n_rows: int


def damage_in(path: Path) -> tuple[Damage, ...]:
    """The damaged sessions of the store at `path`; reads every record, some 10 µs each.

    Raises:
        StoreError: it cannot be read.
    """
    with reading(path) as connection:
        found = [
            Damage(number, n_damaged(connection, number) + bool(session.meta.damaged))
            for number, session in _ours(connection, path)
        ]
    return tuple(each for each in found if each.n_rows)


def damaged_persons_in(path: Path) -> tuple[str, ...]:
    """Whose records in the store at `path` cannot be understood; nobody's where a later version wrote here.

    Raises:
        StoreError: it cannot be read.
    """
    with reading(path) as connection:
        return _damaged_persons(connection)


def mend(path: Path) -> tuple[int, Path]:
    """Take the damaged rows out of the store at `path`; how many those were, and where the old store is now.

    Raises:
        StoreError: a session is running, or a file cannot be read or written; the store is as it was.
    """
    running = [row.id for row in Store(path).sessions() if row.state is SessionOutcome.RUNNING]
    if running:
        raise StoreError(f"Session {running[0]} is running.", "Stop it, then repair the store.")
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    new = path.with_name(f"{path.stem}.new-{stamp}.db")
    n_rows = mended_copy(path, new)
    return n_rows, put_in_place(new, path, path.with_name(f"{path.stem}.damaged-{stamp}.db"))


def mended_copy(path: Path, new: Path) -> int:
    """Copy the store at `path` to the new file `new`, without its damaged rows; how many those were.

    Raises:
        StoreError: one of the two cannot be read or written. UsageError: there is a file at `new`.
    """
    Store(path).backup(new)
    try:
        with told(new), closing(open_for_writing(new)) as connection:
            return _mend(connection, new)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _mend(connection: sqlite3.Connection, path: Path) -> int:
    sessions = _ours(connection, path)
    (index,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (_INDEX,)).fetchone()
    n_rows = 0
    with writing(connection):
        connection.execute(f"DROP INDEX {_INDEX}")
        for number, session in sessions:
            n_rows += _without_damaged_rows(connection, number)
            n_rows += _with_what_is_left(connection, session)
        persons = _damaged_persons(connection)
        person_rows.remove(connection, persons)
        connection.execute(index)
    return n_rows + len(persons)


def _damaged_persons(connection: sqlite3.Connection) -> tuple[str, ...]:
    versions = connection.execute("SELECT DISTINCT entrain_version FROM session")
    if any(is_newer(str(version)) for (version,) in versions.fetchall()):
        return ()
    return person_rows.damaged(connection)


def _without_damaged_rows(connection: sqlite3.Connection, number: int) -> int:
    n_rows = 0
    for table, as_message in (("event", rows.event_of), ("effect", rows.effect_of)):
        query = f"SELECT seq, t_s, kind, body FROM {table} WHERE session_id = ?"
        damaged = [
            seq for seq, *stored in connection.execute(query, (number,)) if as_message(*stored) is None
        ]
        connection.executemany(
            f"DELETE FROM {table} WHERE session_id = ? AND seq = ?", ((number, seq) for seq in damaged)
        )
        n_rows += len(damaged)
    return n_rows


def _with_what_is_left(connection: sqlite3.Connection, session: StoredSession) -> bool:
    """Put what was read in the place of a damaged row's columns."""
    meta = session.meta
    instead: dict[str, str | float | None] = {
        "config": codec.encode(session.config),
        "hearts": "[]",
        "summary": None,
        "origin_epoch_s": meta.origin_epoch_s,
        "origin_monotonic_s": meta.origin_monotonic_s,
    }
    for name in meta.damaged:
        connection.execute(
            f"UPDATE session SET {name} = ? WHERE id = ?", (instead.get(name, ""), meta.row.id)
        )
    return bool(meta.damaged)


def _ours(connection: sqlite3.Connection, path: Path) -> list[tuple[int, StoredSession]]:
    """Every session, by its number, but those of a later version: what is strange there is not damage."""
    numbers = [number for (number,) in connection.execute("SELECT id FROM session ORDER BY id").fetchall()]
    sessions = [(number, session_of(connection, path, number)) for number in numbers]
    return [(number, each) for number, each in sessions if not is_newer(each.meta.entrain_version)]
