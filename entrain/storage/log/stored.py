"""What the store gives back: sessions as rows of a list, and one session with all its records."""

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from entrain.control.events import Effect, Event
from entrain.control.protocol import SessionConfig
from entrain.control.view import Summary
from entrain.errors import StoreError
from entrain.storage.log import codec
from entrain.storage.log import write_lock as sign
from entrain.storage.log.database import named, reading
from entrain.units import S_PER_MIN
from entrain.whatif.imported import PREFIX

INTERRUPTED: Final = "interrupted"  # the reason of an end that was written afterwards
# Where no sign tells: an unfinished session whose newest record is younger is taken to be running.
ALIVE_S: Final = 15.0

Record = tuple[Event, tuple[Effect, ...]]
AnEffect = TypeVar("AnEffect", bound=Effect)


class SessionOutcome(StrEnum):
    COMPLETED = "completed"
    STOPPED = "stopped"  # ended before its time, by the person or by a rule
    INTERRUPTED = "interrupted"  # the program ended without a word
    IMPORTED = "imported"  # another program's recording; nothing was guided
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as a list shows it. `started` is in UTC."""

    id: int
    uuid: str
    started: datetime
    minutes: float
    person: str  # a pseudonym; '' where nobody is named
    preset: str
    n_events: int
    state: SessionOutcome
    end_reason: str | None
    note: str


@dataclass(frozen=True, slots=True)
class SessionMeta:
    """What is known of a session beside its records. The two origins are the clocks at `t_s` = 0."""

    row: SessionRow
    origin_epoch_s: float
    origin_monotonic_s: float
    preset_text: str
    preset_sha256: str
    hearts: tuple[str, ...]
    audio: str
    voice: str
    entrain_version: str
    python_version: str
    platform: str
    summary: Summary | None


class Records:
    """The records of a session in order; can be gone through any number of times."""

    def __init__(self, path: Path, session_id: int) -> None:
        self._path = path
        self._session_id = session_id

    def __iter__(self) -> Iterator[Record]:
        """Reads as it goes, from one state of the database.

        Raises:
            StoreError: the database cannot be read, or a record in it cannot be understood.
        """
        with reading(self._path) as connection:
            effects = connection.execute(
                "SELECT event_seq, seq, kind, body FROM effect WHERE session_id = ? ORDER BY seq",
                (self._session_id,),
            )
            waiting = effects.fetchone()
            for seq, kind, body in connection.execute(
                "SELECT seq, kind, body FROM event WHERE session_id = ? ORDER BY seq", (self._session_id,)
            ):
                try:
                    event = codec.decode_event(kind, body)
                    of_event: list[Effect] = []
                    while waiting is not None and waiting[0] == seq:
                        of_event.append(codec.decode_effect(waiting[2], waiting[3]))
                        waiting = effects.fetchone()
                except codec.Undecodable as error:
                    raise StoreError(
                        f"Record {seq} of session {self._session_id} cannot be read: {error.message}."
                    ) from error
                yield event, tuple(of_event)

    def effects(self, *kinds: type[AnEffect]) -> Iterator[AnEffect]:
        """Only what came of the events, and only of these classes: much quicker than all records.

        Raises:
            StoreError: the database cannot be read, or a record in it cannot be understood.
        """
        names = [kind.__name__ for kind in kinds]
        with reading(self._path) as connection:
            for seq, kind, body in connection.execute(
                "SELECT seq, kind, body FROM effect WHERE session_id = ?"
                f" AND kind IN ({', '.join('?' * len(names))}) ORDER BY seq",
                (self._session_id, *names),
            ):
                try:
                    yield cast(AnEffect, codec.decode_effect(kind, body))
                except codec.Undecodable as error:
                    raise StoreError(
                        f"Effect {seq} of session {self._session_id} cannot be read: {error.message}."
                    ) from error


@dataclass(frozen=True, slots=True)
class StoredSession:
    config: SessionConfig
    records: Records
    meta: SessionMeta


def all_rows(connection: sqlite3.Connection, path: Path) -> tuple[SessionRow, ...]:
    """Every session in the store at `path`, the oldest first."""
    return tuple(_row(each, path) for each in named(connection, f"{_OVERVIEW} ORDER BY id"))


def row_of(connection: sqlite3.Connection, path: Path, session_id: int) -> SessionRow:
    """
    Raises:
        StoreError: there is no such session.
    """
    for each in named(connection, f"{_OVERVIEW} WHERE id = ?", session_id):
        return _row(each, path)
    raise StoreError(f"There is no session {session_id}.", "`entrain sessions list` shows them all.")


def session_of(connection: sqlite3.Connection, path: Path, session_id: int) -> StoredSession:
    """
    Raises:
        StoreError: there is no such session, or it cannot be understood.
    """
    row = row_of(connection, path, session_id)
    stored = next(named(connection, "SELECT * FROM session WHERE id = ?", session_id))
    try:
        config = codec.decode(SessionConfig, stored["config"])
        summary = stored["summary"] and codec.decode(Summary, stored["summary"])
    except codec.Undecodable as error:
        raise StoreError(f"Session {session_id} cannot be read: {error.message}.") from error
    meta = SessionMeta(
        row=row,
        hearts=tuple(json.loads(stored["hearts"])),
        summary=summary,
        **{name: stored[name] for name in _PLAIN},
    )
    return StoredSession(config, Records(path, session_id), meta)


_OVERVIEW: Final = (
    "SELECT *, (SELECT hearts FROM session WHERE session.id = overview.id) AS hearts FROM overview"
)
_PLAIN: Final = (
    "origin_epoch_s",
    "origin_monotonic_s",
    "preset_text",
    "preset_sha256",
    "audio",
    "voice",
    "entrain_version",
    "python_version",
    "platform",
)


def _row(row: Mapping[str, Any], path: Path) -> SessionRow:
    return SessionRow(
        id=row["id"],
        uuid=row["uuid"],
        started=datetime.fromtimestamp(row["origin_epoch_s"], UTC),
        minutes=row["last_t_s"] / S_PER_MIN,
        person=row["person"],
        preset=row["preset"],
        n_events=row["n_events"],
        state=_state(row, path),
        end_reason=row["end_reason"],
        note=row["note"],
    )


def _state(row: Mapping[str, Any], path: Path) -> SessionOutcome:
    if row["hearts"].startswith(f'["{PREFIX}'):
        return SessionOutcome.IMPORTED
    if row["finished"]:
        return SessionOutcome.COMPLETED if row["completed"] else SessionOutcome.STOPPED
    if row["end_epoch_s"] is not None:
        return SessionOutcome.INTERRUPTED
    is_written = sign.is_up(path, row["uuid"])
    if is_written is None:
        silent_s = time.time() - (row["origin_epoch_s"] + row["last_t_s"])
        is_written = abs(silent_s) < ALIVE_S
    return SessionOutcome.RUNNING if is_written else SessionOutcome.INTERRUPTED
