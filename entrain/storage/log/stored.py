"""What the store gives back: sessions as rows of a list, and one session with all its records.

Damage costs what is damaged and nothing else. A row that does not read as what it should be (`rows.event_of`)
is left out: an event takes nothing with it, for what came of it stays, with the event before. A session whose
own row is damaged is shown with what of it can still be read.
"""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from entrain import __version__
from entrain.control.events import Effect, Event
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.view import Summary
from entrain.errors import UsageError
from entrain.storage.log import codec, rows
from entrain.storage.log import write_lock as sign
from entrain.storage.log.database import named, reading
from entrain.units import S_PER_MIN
from entrain.whatif.imported import PREFIX

INTERRUPTED: Final = "interrupted"  # the reason of an end that was written afterwards
# Where no sign tells: an unfinished session whose newest record is younger is taken to be running.
ALIVE_S: Final = 15.0

Record = tuple[Event, tuple[Effect, ...]]
AnEffect = TypeVar("AnEffect", bound=Effect)
T = TypeVar("T")
LOST: Final = "lost"  # the preset of a session whose own is not known any more


class SessionOutcome(StrEnum):
    """How a session stands in the store."""

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
    persons: tuple[str, ...] = ()  # of several hearts, whose each is; '' where nobody is named
    hearts: tuple[str, ...] = ()  # as they were typed

    @property
    def everybody(self) -> tuple[str, ...]:
        """All whose session it is; empty where nobody is named."""
        return tuple(name for name in dict.fromkeys((self.person, *self.persons)) if name)

    @property
    def whose(self) -> str:
        """The same, to be read; '' where nobody is named."""
        return ", ".join(self.everybody)

    def is_of(self, person: str) -> bool:
        """Is it this one's, be it with others? '' is whoever was not named."""
        return person in self.everybody if person else not self.everybody


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
    damaged: tuple[str, ...] = ()  # the columns of the session's own row that cannot be read


class Records:
    """The records of a session in order, without damaged ones; can be gone through any number of times."""

    def __init__(self, path: Path, session_id: int) -> None:
        self._path = path
        self._session_id = session_id

    def __iter__(self) -> Iterator[Record]:
        """Reads as it goes, from one state of the database.

        Raises:
            StoreError: the database cannot be read.
        """
        with reading(self._path) as connection:
            effects = connection.execute(
                "SELECT event_seq, t_s, kind, body FROM effect WHERE session_id = ? ORDER BY seq",
                (self._session_id,),
            )
            waiting = effects.fetchone()
            event: Event | None = None
            of_event: list[Effect] = []
            for seq, *stored in connection.execute(
                "SELECT seq, t_s, kind, body FROM event WHERE session_id = ? ORDER BY seq",
                (self._session_id,),
            ):
                following = rows.event_of(*stored)
                if following is not None:
                    if event is not None:
                        yield event, tuple(of_event)
                        of_event = []
                    event = following
                while waiting is not None and not _is_after(waiting[0], seq):
                    effect = rows.effect_of(*waiting[1:])
                    if effect is not None:
                        of_event.append(effect)
                    waiting = effects.fetchone()
            if event is not None:
                yield event, tuple(of_event)

    def effects(self, *kinds: type[AnEffect]) -> Iterator[AnEffect]:
        """Only what came of the events, and only of these classes: much quicker than all records.

        Raises:
            StoreError: the database cannot be read.
        """
        names = [kind.__name__ for kind in kinds]
        with reading(self._path) as connection:
            for stored in connection.execute(
                "SELECT t_s, kind, body FROM effect WHERE session_id = ?"
                f" AND kind IN ({', '.join('?' * len(names))}) ORDER BY seq",
                (self._session_id, *names),
            ):
                effect = rows.effect_of(*stored)
                if effect is not None:
                    yield cast(AnEffect, effect)

    def n_damaged(self) -> int:
        """How many rows are left out; reads all of them, some 10 µs each.

        Raises:
            StoreError: the database cannot be read.
        """
        with reading(self._path) as connection:
            return n_damaged(connection, self._session_id)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session with all that was stored of it."""

    config: SessionConfig
    records: Records
    meta: SessionMeta

    def n_damaged(self) -> int:
        """How many rows of it cannot be read any more, its own among them; goes through all of them.

        Raises:
            StoreError: the database cannot be read.
        """
        return self.records.n_damaged() + bool(self.meta.damaged)

    def damage(self) -> str:
        """What is left out of it, in a sentence; empty where nothing is. Raises as `n_damaged`."""
        n = self.n_damaged()
        if n == 0:
            return ""
        records = "One record of it is" if n == 1 else f"{n} records of it are"
        if is_newer(self.meta.entrain_version):
            return (
                f"{records} of a kind that entrain {self.meta.entrain_version} wrote and this one leaves out."
            )
        return f"{records} damaged and left out; `entrain doctor --repair` sets aside what is damaged."


def _is_after(event_seq: Any, seq: int) -> bool:
    return isinstance(event_seq, int) and event_seq > seq


def is_newer(version: str) -> bool:
    """Is `version` of this program later than this one? What it wrote need not be damaged to be strange."""
    return _numbers(version) > _numbers(__version__)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def n_damaged(connection: sqlite3.Connection, session_id: int) -> int:
    """How many events and effects of a session do not read as what they should be."""
    return sum(
        as_message(*stored) is None
        for table, as_message in (("event", rows.event_of), ("effect", rows.effect_of))
        for stored in connection.execute(
            f"SELECT t_s, kind, body FROM {table} WHERE session_id = ?", (session_id,)
        )
    )


def all_rows(connection: sqlite3.Connection, path: Path) -> tuple[SessionRow, ...]:
    """Every session in the store at `path`, the oldest first."""
    return tuple(_row(each, path) for each in named(connection, f"{_OVERVIEW} ORDER BY id"))


def row_of(connection: sqlite3.Connection, path: Path, session_id: int) -> SessionRow:
    """
    Raises:
        UsageError: there is no such session.
    """
    for each in named(connection, f"{_OVERVIEW} WHERE id = ?", session_id):
        return _row(each, path)
    raise UsageError(f"There is no session {session_id}.", "`entrain sessions list` shows them all.")


def session_of(connection: sqlite3.Connection, path: Path, session_id: int) -> StoredSession:
    """
    Raises:
        UsageError: there is no such session.
    """
    row = row_of(connection, path, session_id)
    stored = next(named(connection, f"SELECT {_STORED} FROM session WHERE id = ?", session_id))
    damaged: list[str] = []

    def read(name: str, as_what: Callable[[Any], T], instead: Callable[[], T]) -> T:
        try:
            return as_what(stored[name])
        except (codec.Undecodable, TypeError, ValueError):
            damaged.append(name)
            return instead()

    config = read("config", _config, lambda: lost_config(_straps_in(connection, session_id)))
    meta = SessionMeta(
        row=row,
        hearts=read("hearts", _hearts, tuple[str, ...]),
        summary=read("summary", _summary, lambda: None),
        origin_epoch_s=read("origin_epoch_s", float, float),
        origin_monotonic_s=read("origin_monotonic_s", float, float),
        preset_text=read("preset_text", _text, str),
        preset_sha256=read("preset_sha256", _text, str),
        audio=read("audio", _text, str),
        voice=read("voice", _text, str),
        entrain_version=read("entrain_version", _text, str),
        python_version=read("python_version", _text, str),
        platform=read("platform", _text, str),
        damaged=tuple(damaged),
    )
    return StoredSession(config, Records(path, session_id), meta)


def lost_config(straps: tuple[str, ...]) -> SessionConfig:
    """In place of a session's configuration that cannot be read any more."""
    preset = Preset(name=LOST, title="A session whose preset is lost", summary="What it was is lost.")
    return SessionConfig(preset, straps)


def _config(stored: Any) -> SessionConfig:
    return codec.decode(SessionConfig, _text(stored))


def _summary(stored: Any) -> Summary | None:
    return None if stored is None else codec.decode(Summary, _text(stored))


def _hearts(stored: Any) -> tuple[str, ...]:
    return tuple(_text(heart) for heart in json.loads(_text(stored)))


def _text(stored: Any) -> str:
    if not isinstance(stored, str):
        raise TypeError("no text")
    return stored


def _straps_in(connection: sqlite3.Connection, session_id: int) -> tuple[str, ...]:
    query = (
        "SELECT DISTINCT json_extract(body, '$.strap') AS strap FROM event"
        " WHERE session_id = ? AND kind IN ('NotificationArrived', 'IntervalReported')"
        " AND json_valid(body) ORDER BY strap"
    )
    return tuple(strap for (strap,) in connection.execute(query, (session_id,)) if isinstance(strap, str))


# Without what is computed from JSON: where that is damaged it would end the query.
_STORED: Final = (
    "config, hearts, summary, origin_epoch_s, origin_monotonic_s, preset_text, preset_sha256, audio, voice,"
    " entrain_version, python_version, platform"
)
# JSON that is damaged would end the whole query, and with it the list of all the other sessions.
_OVERVIEW: Final = """\
SELECT id, uuid, origin_epoch_s, end_epoch_s, person, end_reason, note, hearts,
       CASE WHEN json_valid(config) THEN json_extract(config, '$.preset.name') END AS preset,
       summary IS NOT NULL AS finished,
       CASE WHEN json_valid(summary) THEN json_extract(summary, '$.completed') END AS completed,
       CASE WHEN json_valid(summary) THEN json_extract(summary, '$.duration_s') END AS duration_s,
       CASE WHEN json_valid(config) THEN json_extract(config, '$.persons') END AS persons,
       (SELECT seq + 1 FROM event WHERE session_id = session.id ORDER BY seq DESC LIMIT 1) AS n_events,
       (SELECT t_s FROM event WHERE session_id = session.id ORDER BY seq DESC LIMIT 1) AS last_t_s
FROM session"""
_TEXTS: Final = (
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
        started=_moment(row["origin_epoch_s"]),
        minutes=_seconds(row["duration_s"] or row["last_t_s"]) / S_PER_MIN,
        person=row["person"],
        preset=row["preset"] or LOST,
        n_events=row["n_events"] or 0,
        state=_state(row, path),
        end_reason=row["end_reason"],
        note=row["note"],
        persons=_names(row["persons"]),
        hearts=_names(row["hearts"]),
    )


def _names(stored: Any) -> tuple[str, ...]:
    """A list of texts in JSON; nobody where it is none."""
    try:
        return tuple(_text(name) for name in json.loads(stored))
    except (TypeError, ValueError):
        return ()


def _moment(epoch_s: Any) -> datetime:
    """1970 where what is stored is no moment."""
    try:
        return datetime.fromtimestamp(epoch_s, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0.0, UTC)


def _seconds(stored: Any) -> float:
    return stored if isinstance(stored, int | float) else 0.0


def _state(row: Mapping[str, Any], path: Path) -> SessionOutcome:
    if str(row["hearts"]).startswith(f'["{PREFIX}'):
        return SessionOutcome.IMPORTED
    if row["finished"]:
        return SessionOutcome.COMPLETED if row["completed"] else SessionOutcome.STOPPED
    if row["end_epoch_s"] is not None:
        return SessionOutcome.INTERRUPTED
    is_written = sign.is_up(path, row["uuid"])
    if is_written is None:
        silent_s = time.time() - (_seconds(row["origin_epoch_s"]) + _seconds(row["last_t_s"]))
        is_written = abs(silent_s) < ALIVE_S
    return SessionOutcome.RUNNING if is_written else SessionOutcome.INTERRUPTED
