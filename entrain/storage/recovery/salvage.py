"""What can be saved of a damaged store goes into a new one; the damaged one is put aside, never changed.

A row is taken for a record of a session only where it reads as one, to the last field: its kind is known, its
JSON decodes by the program's own types, and its time is the one in its JSON. What is lost shows as missing
numbers (`seq`). A session whose own row is lost gets a stand-in, so that its beats are not lost with it.
"""

import json
import sqlite3
import uuid
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from entrain.control.events import Effect, Event
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.view import Summary
from entrain.errors import StoreError
from entrain.person.record import PersonRecord
from entrain.storage.encryption import cipher
from entrain.storage.log import codec, person_rows
from entrain.storage.log.database import check_schema, open_for_writing, told, writing
from entrain.storage.recovery.pages import Row, rows_in, schema_of

_COLUMNS: Final = (
    *("uuid", "origin_epoch_s", "origin_monotonic_s", "config", "preset_text", "preset_sha256", "hearts"),
    *("audio", "voice", "entrain_version", "python_version", "platform", "end_epoch_s", "end_monotonic_s"),
    *("end_reason", "summary", "note", "person"),
)
_CONFIG, _SUMMARY = _COLUMNS.index("config"), _COLUMNS.index("summary")
_N_OLDEST: Final = len(_COLUMNS) - 1  # rows of schema 1 stay without a person in the file
_NULLABLE: Final = frozenset({"end_epoch_s", "end_monotonic_s", "end_reason", "summary"})


@dataclass(frozen=True, slots=True)
class Salvaged:
    """`n_lost` records are known to be missing; more may be, at the end of a session."""

    n_sessions: int
    n_events: int
    n_effects: int
    n_lost: int
    n_stand_ins: int  # sessions whose own row is lost: date, preset and summary are not known any more


def repair(path: Path) -> tuple[Salvaged, Path]:
    """Put a new store in the place of the damaged one at `path`.

    Returns: what was saved, and where the damaged file is now.
    Raises:
        StoreError: a file cannot be read or written; the damaged store is where it was.
        NewerStore: it is of a schema whose rows this version might take for damage.
    """
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    new = path.with_name(f"{path.stem}.new-{stamp}.db")
    saved = salvage(path, new)
    return saved, put_in_place(new, path, path.with_name(f"{path.stem}.damaged-{stamp}.db"))


def put_in_place(new: Path, path: Path, aside: Path) -> Path:
    """The store at `new` becomes the one at `path`, whose files go to `aside`, where they stay as they are.

    Raises:
        StoreError: a file cannot be renamed.
    """
    with told(path):
        for ending in ("-wal", "-shm"):
            beside = Path(f"{path}{ending}")
            if beside.exists():
                beside.rename(f"{aside}{ending}")
        path.rename(aside)
        new.rename(path)
    cipher.same_as(aside, path)
    return aside


def salvage(path: Path, new: Path) -> Salvaged:
    """Write what the store at `path` still holds into a new store at `new`.

    Raises:
        StoreError: `path` cannot be read, or `new` not written.
    """
    if new.exists():
        raise StoreError(f"{new} exists already.")
    found = _Found()
    cipher.same_as(new, path)
    with told(path):
        opener = cipher.opener(path)
        check_schema(schema_of(path, opener), path)
        for rowid, row in rows_in(path, opener):
            found.take(rowid, row)
    with told(new), closing(open_for_writing(new)) as connection, writing(connection):
        return found.write(connection)


class _Found:
    """The rows that are what they should be. Sessions by their number, records by session and `seq`."""

    def __init__(self) -> None:
        self.sessions: dict[int, Row] = {}
        self.events: dict[tuple[int, int], Row] = {}
        self.effects: dict[tuple[int, int], Row] = {}
        self.persons: dict[str, PersonRecord] = {}

    def take(self, rowid: int | None, row: Row) -> None:
        match row:
            case (int() as number, int() as seq, int() | float() as t_s, str() as kind, str() as body):
                if _is(codec.decode_event, t_s, kind, body):
                    self.events[number, seq] = row
            case (int() as number, int() as seq, int(), int() | float() as t_s, str() as kind, str() as body):
                if _is(codec.decode_effect, t_s, kind, body):
                    self.effects[number, seq] = row
            case (str() as pseudonym, str() as body) if rowid is None:
                self._take_person(pseudonym, body)
            case (None, *rest) if rowid is not None and len(rest) in (_N_OLDEST, len(_COLUMNS)):
                session = (*rest, "")[: len(_COLUMNS)]
                known = self.sessions.get(rowid)
                # An older state of a row has no summary yet.
                if _is_session(session) and (known is None or known[_SUMMARY] is None):
                    self.sessions[rowid] = session
            case _:
                pass

    def _take_person(self, pseudonym: str, body: str) -> None:
        try:
            record = codec.decode(PersonRecord, body)
        except codec.Undecodable:
            return
        known = self.persons.get(pseudonym)
        if known is None or known.changed_utc < record.changed_utc:
            self.persons[pseudonym] = record

    def write(self, connection: sqlite3.Connection) -> Salvaged:
        lost = {number for number, _ in self.events} - self.sessions.keys()
        for number in lost:
            self.sessions[number] = _stand_in(
                {row[4] for key, row in self.events.items() if key[0] == number}
            )
        names = ", ".join(("id", *_COLUMNS))
        places = ", ".join("?" * (len(_COLUMNS) + 1))
        connection.executemany(
            f"INSERT INTO session ({names}) VALUES ({places})",
            ((number, *row) for number, row in sorted(self.sessions.items())),
        )
        person_rows.take_in(connection, self.persons)
        events = self.events
        # What came of an event that is lost stays: a beat that was heard is a beat.
        effects = {key: row for key, row in self.effects.items() if key[0] in self.sessions}
        connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?)", events.values())
        connection.executemany("INSERT INTO effect VALUES (?, ?, ?, ?, ?, ?)", effects.values())
        return Salvaged(
            n_sessions=len(self.sessions),
            n_events=len(events),
            n_effects=len(effects),
            n_lost=_n_missing(events) + _n_missing(effects),
            n_stand_ins=len(lost),
        )


def _stand_in(bodies: set[object]) -> Row:
    """A session's row, without its id, for events with these bodies; no date: 1970."""
    straps = {json.loads(body).get("strap") for body in bodies if isinstance(body, str)} - {None}
    preset = Preset(name="lost", title="A salvaged session", summary="What it was is lost.")
    config = codec.encode(SessionConfig(preset, tuple(sorted(straps))))
    stands = {
        "uuid": str(uuid.uuid4()),
        "origin_epoch_s": 0.0,
        "origin_monotonic_s": 0.0,
        "config": config,
        "hearts": "[]",
        "note": "Salvaged from a damaged store; its date, its preset and its summary are lost.",
    }
    return tuple(stands.get(name, None if name in _NULLABLE else "") for name in _COLUMNS)


def _is(decode: Callable[[str, str], Event | Effect], t_s: float, kind: str, body: str) -> bool:
    try:
        return decode(kind, body).t_s == t_s
    except codec.Undecodable:
        return False


def _is_session(row: Row) -> bool:
    if any(value is None and name not in _NULLABLE for name, value in zip(_COLUMNS, row, strict=True)):
        return False
    config, summary = row[_CONFIG], row[_SUMMARY]
    try:
        codec.decode(SessionConfig, config if isinstance(config, str) else "")
        if isinstance(summary, str):
            codec.decode(Summary, summary)
    except codec.Undecodable:
        return False
    return True


def _n_missing(rows: Iterable[tuple[int, int]]) -> int:
    """How many numbers are not there below the highest of each session."""
    highest: dict[int, int] = {}
    n = 0
    for number, seq in rows:
        highest[number] = max(seq, highest.get(number, -1))
        n += 1
    return sum(each + 1 for each in highest.values()) - n
