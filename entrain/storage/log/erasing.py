"""Removing for good: the bytes of what is deleted are overwritten, and the file shrinks."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from entrain.errors import StoreError
from entrain.storage.log import apart
from entrain.storage.log import write_lock as sign
from entrain.storage.log.database import open_for_writing, told, writing
from entrain.storage.log.stored import SessionOutcome, SessionRow


def erase(
    path: Path, rows: Sequence[SessionRow], person: str | None = None, together: Sequence[SessionRow] = ()
) -> None:
    """Remove these sessions from the store at `path`, with what lies beside it of them; all, or none.

    Args:
        person: remove the record of this one too.
        together: sessions with others, of which only what is this person's goes.

    Raises:
        StoreError: one of them is running, or others keep the store busy.
    """
    running = [row.id for row in (*rows, *together) if row.state is SessionOutcome.RUNNING]
    if running:
        raise StoreError(f"Session {running[0]} is running.", "Stop it, then delete it.")
    with told(path), closing(open_for_writing(path)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        with writing(connection):
            connection.executemany("DELETE FROM session WHERE id = ?", [(row.id,) for row in rows])
            for row in together:
                apart.without_person(connection, row.id, person or "")
            if person is not None:
                connection.execute("DELETE FROM person WHERE pseudonym = ?", (person,))
        # The first checkpoint overwrites the rows in the file, before VACUUM cuts off what is free.
        is_clean = _checkpoint(connection)
        connection.execute("VACUUM")
        is_clean = _checkpoint(connection) and is_clean
        for row in (*rows, *together):
            for rescue in path.parent.glob(f"entrain-rescue-{row.uuid}.db*"):
                rescue.unlink()
            sign.forget(path, row.uuid)
    if not is_clean:
        raise StoreError(
            f"{_what(rows, person)} deleted, but traces stay in {path.name}-wal while another program reads"
            " the store.",
            "They go when that program ends.",
        )


def _what(rows: Sequence[SessionRow], person: str | None) -> str:
    if person is not None:
        return f"{person or 'Whoever was never named'} is"
    if len(rows) == 1:
        return f"Session {rows[0].id} is"
    return f"{len(rows)} sessions are"


def _checkpoint(connection: sqlite3.Connection) -> bool:
    """Bring the write-ahead log into the database and empty it; False: others are in the way."""
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
