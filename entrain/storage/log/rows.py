"""A session's rows in the database: its own, its events', its effects'. See `docs/reference/log.md`."""

import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from typing import Any

from entrain.control.events import Effect, Event
from entrain.control.view import Summary
from entrain.storage.log import codec

EventRow = tuple[int, float, str, str]  # seq, t_s, kind, body
EffectRow = tuple[int, int, float, str, str]  # seq, event_seq, t_s, kind, body


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a session when it begins: columns of its row, see `docs/reference/log.md`."""

    uuid: str
    origin_epoch_s: float
    origin_monotonic_s: float
    config: str
    preset_text: str
    preset_sha256: str
    hearts: str
    audio: str
    voice: str
    entrain_version: str
    python_version: str
    platform: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """When a session ended, by both clocks, and how."""

    epoch_s: float
    monotonic_s: float
    summary: Summary | None


def rows_of(
    event: Event, effects: tuple[Effect, ...], seq: int, effect_seq: int
) -> tuple[EventRow, list[EffectRow]]:
    """The rows of record number `seq`, whose first effect is number `effect_seq` of the session.

    Raises:
        TypeError, ValueError: it holds something that cannot be stored.
    """
    row = (seq, event.t_s, codec.kind_of(event), codec.encode(event))
    return row, [
        (effect_seq + index, seq, effect.t_s, codec.kind_of(effect), codec.encode(effect))
        for index, effect in enumerate(effects)
    ]


def event_of(t_s: Any, kind: Any, body: Any) -> Event | None:
    """The event in a row; None where the row is damaged: it does not decode, or not at its own time."""
    try:
        event = codec.decode_event(kind, body) if _is_sound(kind, body) else None
    except codec.Undecodable:
        return None
    return event if event is not None and event.t_s == t_s else None


def effect_of(t_s: Any, kind: Any, body: Any) -> Effect | None:
    """The effect in a row; None as of `event_of`."""
    try:
        effect = codec.decode_effect(kind, body) if _is_sound(kind, body) else None
    except codec.Undecodable:
        return None
    return effect if effect is not None and effect.t_s == t_s else None


def _is_sound(kind: Any, body: Any) -> bool:
    """The codec writes ASCII alone: any other byte came there by itself."""
    return isinstance(kind, str) and isinstance(body, str) and body.isascii()


def begin(connection: sqlite3.Connection, head: Head) -> int:
    """The number of the session's row, which is made where it is missing."""
    names = [field.name for field in fields(head)]
    connection.execute(
        f"INSERT INTO session ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        " ON CONFLICT (uuid) DO NOTHING",
        astuple(head),
    )
    (session_id,) = connection.execute("SELECT id FROM session WHERE uuid = ?", (head.uuid,)).fetchone()
    return session_id


def insert(
    connection: sqlite3.Connection, session_id: int, events: Iterable[EventRow], effects: Iterable[EffectRow]
) -> None:
    """Add rows; those that are there already stay as they are."""
    connection.executemany(
        "INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?)", ((session_id, *row) for row in events)
    )
    connection.executemany(
        "INSERT OR IGNORE INTO effect VALUES (?, ?, ?, ?, ?, ?)", ((session_id, *row) for row in effects)
    )


def end(connection: sqlite3.Connection, session_id: int, ending: Ending) -> None:
    """Write the end into the session's row."""
    summary = ending.summary
    connection.execute(
        "UPDATE session SET end_epoch_s = ?, end_monotonic_s = ?, end_reason = ?, summary = ? WHERE id = ?",
        (
            ending.epoch_s,
            ending.monotonic_s,
            summary and str(summary.reason),
            summary and codec.encode(summary),
            session_id,
        ),
    )
