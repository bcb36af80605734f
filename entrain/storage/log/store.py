"""The store of sessions: begin one, list, load, annotate, delete, back up.

A `Store` is a path and holds nothing open; every call opens the database, does its work and closes it, so any
thread may call and several programs may share one file. Its form is described in `docs/reference/log.md`.
"""

import hashlib
import json
import os
import platform
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from entrain import __version__
from entrain.control.protocol import RULES, SessionConfig
from entrain.errors import InputError, UsageError
from entrain.person.pseudonym import checked
from entrain.storage.encryption import cipher
from entrain.storage.log import apart, codec, person_rows
from entrain.storage.log import write_lock as sign
from entrain.storage.log.database import connect, is_database, open_for_writing, reading, told, writing
from entrain.storage.log.erasing import erase
from entrain.storage.log.rows import Head
from entrain.storage.log.session_log import SessionLog
from entrain.storage.log.stored import (
    INTERRUPTED,
    SessionOutcome,
    SessionRow,
    StoredSession,
    all_rows,
    row_of,
    session_of,
)
from entrain.storage.log.writer import OnFault
from entrain.storage.places import check_new, sessions_path
from entrain.system.ticking import monotonic_s
from entrain.units import S_PER_MIN


@dataclass(frozen=True, slots=True)
class Store:
    """The sessions in the database at `path`, which need not exist yet."""

    path: Path

    @classmethod
    def open(cls, path: Path | None = None) -> Self:
        """The store at `path`, or the person's own. Nothing is touched until something is asked of it."""
        return cls(sessions_path() if path is None else path)

    @classmethod
    def given(cls, path: Path | None) -> Self:
        """The store that somebody named, or the person's own.

        Raises:
            InputError: there is no store at `path`; of an empty file SQLite would make one.
        """
        if path is not None and not path.exists():
            raise InputError(f"There is no store at {path}.", "Check the name and the folder.")
        if path is not None and not is_database(path):
            raise InputError(f"{path} is no store of sessions.", "`entrain analyse` reads recordings.")
        return cls.open(path)

    def begin(
        self,
        config: SessionConfig,
        *,
        preset_text: str,
        hearts: Sequence[str] = (),
        audio: str = "",
        voice: str = "",
        person: str = "",
        origin_monotonic_s: float | None = None,
        on_fault: OnFault | None = None,
    ) -> SessionLog:
        """Begin the log of a session; never fails and never waits for the disk.

        Args:
            preset_text: the preset file as it was read, to the letter.
            hearts: where the pulse comes from, as it was asked for ("sim:7", "ble:H10").
            audio: where the sound goes, as it was asked for.
            voice: the voice that was chosen.
            person: whose session it is, as `people.checked` gives it.
            origin_monotonic_s: `monotonic_s()` at `t_s` = 0; None: now.
            on_fault: see `SessionLog`.
        """
        now_monotonic_s, now_epoch_s = monotonic_s(), time.time()
        origin_s = now_monotonic_s if origin_monotonic_s is None else origin_monotonic_s
        head = Head(
            uuid=str(uuid.uuid4()),
            origin_epoch_s=now_epoch_s - (now_monotonic_s - origin_s),
            origin_monotonic_s=origin_s,
            config=codec.encode(replace(config, rules=RULES)),
            preset_text=preset_text,
            preset_sha256=hashlib.sha256(preset_text.encode()).hexdigest(),
            hearts=json.dumps(list(hearts)),
            audio=audio,
            voice=voice,
            entrain_version=__version__,
            python_version=platform.python_version(),
            platform=platform.platform(),
            person=person,
        )
        return SessionLog(self.path, head, on_fault)

    def sessions(self) -> tuple[SessionRow, ...]:
        """All sessions, the oldest first."""
        if not self.path.exists():
            return ()
        with reading(self.path) as connection:
            return all_rows(connection, self.path)

    def people(self) -> tuple[str, ...]:
        """The pseudonyms of those who are known here; who practised last comes first."""
        if not self.path.exists():
            return ()
        with reading(self.path) as connection:
            named = (
                "SELECT pseudonym FROM (SELECT person AS pseudonym, origin_epoch_s FROM session"
                " UNION ALL SELECT whose.value, origin_epoch_s FROM session,"
                " json_each(CASE WHEN json_valid(config) THEN config ELSE '{}' END, '$.persons') AS whose"
                " UNION ALL SELECT pseudonym, 0.0 FROM person) WHERE pseudonym != ''"
                " GROUP BY pseudonym ORDER BY max(origin_epoch_s) DESC, pseudonym"
            )
            return tuple(person for (person,) in connection.execute(named))

    def find(self, name: str) -> int:
        """The number of the session called `name`: its number, `last`, or the beginning of its UUID.

        Raises:
            UsageError: there is none, or more than one.
        """
        rows = self.sessions()
        if name == "last" and rows:
            return rows[-1].id
        found = [row.id for row in rows if str(row.id) == name]
        if not found and len(name) >= 4:
            found = [row.id for row in rows if row.uuid.startswith(name.lower())]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(
                f"{name!r} begins the UUID of {len(found)} sessions: {found}.", "Give more of it."
            )
        raise UsageError(f"There is no session {name!r}.", "`entrain sessions list` shows them all.")

    def load(self, session_id: int) -> StoredSession:
        """A session with all that was stored of it; its records are read when they are asked for.

        Raises:
            UsageError: there is no such session. StoreError: the store cannot be read.
        """
        with reading(self.path) as connection:
            return session_of(connection, self.path, session_id)

    def note(self, session_id: int, text: str, *, replace: bool = False) -> None:
        """Add a line to a session's note, or replace the note."""
        with reading(self.path) as connection:
            row = row_of(connection, self.path, session_id)
        whole = text if replace or not row.note else f"{row.note}\n{text}"
        with told(self.path), closing(open_for_writing(self.path)) as connection, writing(connection):
            connection.execute("UPDATE session SET note = ? WHERE id = ?", (whole, session_id))

    def unfinished(self) -> tuple[SessionRow, ...]:
        """Sessions that were cut off and that nobody has closed since, the newest first."""
        if not self.path.exists():
            return ()
        with reading(self.path) as connection:
            query = "SELECT id FROM session WHERE end_epoch_s IS NULL ORDER BY origin_epoch_s DESC"
            rows = [
                row_of(connection, self.path, number) for (number,) in connection.execute(query).fetchall()
            ]
        return tuple(row for row in rows if row.state is SessionOutcome.INTERRUPTED)

    def close_interrupted(self, session_id: int) -> None:
        """Let a session that was cut off have ended with its newest record; nothing of it is changed else.

        Raises:
            UsageError: there is no such session.
        """
        with reading(self.path) as connection:
            row = row_of(connection, self.path, session_id)
        if row.state is not SessionOutcome.INTERRUPTED:
            return
        lasted_s = row.minutes * S_PER_MIN
        with told(self.path), closing(open_for_writing(self.path)) as connection, writing(connection):
            connection.execute(
                "UPDATE session SET end_epoch_s = origin_epoch_s + ?,"
                " end_monotonic_s = origin_monotonic_s + ?, end_reason = ?"
                " WHERE id = ? AND end_epoch_s IS NULL",
                (lasted_s, lasted_s, INTERRUPTED, session_id),
            )
        sign.forget(self.path, row.uuid)

    def rename_person(self, old: str, new: str) -> int:
        """Call `old` by another pseudonym, `new`, in every session and in the record; '' is nobody.

        Returns: the number of sessions.

        Raises:
            UsageError: `new` is no pseudonym.
        """
        person = checked(new)
        if not self.path.exists():
            return 0
        with told(self.path), closing(open_for_writing(self.path)) as connection, writing(connection):
            person_rows.rename(connection, old, person)
            theirs = [row for row in all_rows(connection, self.path) if row.is_of(old)]
            for row in theirs:
                if any(row.persons):
                    apart.rename(connection, row.id, old, person)
                else:
                    connection.execute("UPDATE session SET person = ? WHERE id = ?", (person, row.id))
            return len(theirs)

    def delete(self, *session_ids: int) -> None:
        """Remove sessions for good: their bytes are overwritten, and the file shrinks.

        Raises:
            UsageError: there is no such session. StoreError: one is running, or others keep the store busy.
        """
        with reading(self.path) as connection:
            rows = [row_of(connection, self.path, number) for number in session_ids]
        erase(self.path, rows)

    def forget(self, person: str) -> int:
        """Remove all of somebody for good: every session and the record. The number of sessions.

        Of a session with others only what is theirs goes; the others keep it.

        Raises:
            StoreError: one of the sessions is running, or others keep the store busy.
        """
        rows = [row for row in self.sessions() if row.is_of(person)]
        together = [row for row in rows if any(name != person for name in row.persons)]
        if self.path.exists():
            erase(self.path, [row for row in rows if row not in together], person, together)
        return len(rows)

    def leave_only(self, person: str) -> None:
        """Of sessions with others keep what is this person's alone; for a store that is handed on.

        Raises:
            StoreError: it cannot be read or written.
        """
        together = [row for row in self.sessions() if any(name != person for name in row.persons)]
        if not together:
            return
        with told(self.path), closing(open_for_writing(self.path)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            with writing(connection):
                for row in together:
                    apart.only_person(connection, row.id, person)
            connection.execute("VACUUM")

    def backup(self, path: Path) -> None:
        """Copy the whole store to a new file, also while sessions are being written.

        Raises:
            UsageError: there is a file already, or no folder for it. StoreError: it cannot be written.
        """
        check_new(path)
        cipher.same_as(path, self.path)
        with reading(self.path) as source, told(path):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            try:
                target = connect(path, "rw")
                try:
                    source.backup(target)
                    # One file that can be carried about, with nothing beside it.
                    target.execute("PRAGMA journal_mode = DELETE")
                finally:
                    target.close()
            except BaseException:
                path.unlink(missing_ok=True)
                raise
