"""The records of persons in the database, on a connection that is open: one row for each pseudonym."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from entrain.errors import StoreError
from entrain.person.record import PersonRecord, merged
from entrain.storage.log import codec


def now_utc() -> str:
    """This moment, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def read(connection: sqlite3.Connection) -> dict[str, PersonRecord]:
    """Every record that can be understood, by pseudonym; a damaged one costs no other."""
    rows = connection.execute("SELECT pseudonym, body FROM person ORDER BY pseudonym").fetchall()
    found: dict[str, PersonRecord] = {}
    for pseudonym, body in rows:
        with suppress(StoreError):
            found[pseudonym] = _decoded(pseudonym, body)
    return found


def damaged(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The pseudonyms of those whose record cannot be understood."""
    known = read(connection)
    rows = connection.execute("SELECT pseudonym FROM person ORDER BY pseudonym")
    return tuple(pseudonym for (pseudonym,) in rows if pseudonym not in known)


def remove(connection: sqlite3.Connection, pseudonyms: Iterable[str]) -> None:
    connection.executemany("DELETE FROM person WHERE pseudonym = ?", ((each,) for each in pseudonyms))


def find(connection: sqlite3.Connection, pseudonym: str) -> PersonRecord | None:
    """The record of one; None where there is none yet.

    Raises:
        StoreError: it cannot be understood.
    """
    found = connection.execute("SELECT body FROM person WHERE pseudonym = ?", (pseudonym,)).fetchone()
    return None if found is None else _decoded(pseudonym, found[0])


def write(connection: sqlite3.Connection, pseudonym: str, record: PersonRecord) -> None:
    """Put a record in the place of the one before."""
    connection.execute(
        "INSERT INTO person VALUES (?, ?) ON CONFLICT (pseudonym) DO UPDATE SET body = excluded.body",
        (pseudonym, codec.encode(record)),
    )


def take_in(connection: sqlite3.Connection, records: Mapping[str, PersonRecord]) -> bool:
    """Add what other records of these persons hold; whether anything was new.

    Whoever was never named there is never taken for whoever was never named here.
    """
    is_new = False
    for pseudonym, other in records.items():
        mine = find(connection, pseudonym)
        if mine is not None and not pseudonym:
            continue
        both = other if mine is None else merged(mine, other)
        if both != mine:
            write(connection, pseudonym, both if mine is None else replace(both, changed_utc=now_utc()))
            is_new = True
    return is_new


def rename(connection: sqlite3.Connection, old: str, new: str) -> None:
    """What was `old`'s is `new`'s; where `new` has a record already, the two become one."""
    leaving = find(connection, old)
    if leaving is None or old == new:
        return
    staying = find(connection, new)
    both = leaving if staying is None else merged(staying, leaving)
    write(connection, new, replace(both, changed_utc=now_utc()))
    connection.execute("DELETE FROM person WHERE pseudonym = ?", (old,))


def _decoded(pseudonym: str, body: str) -> PersonRecord:
    try:
        return codec.decode(PersonRecord, body)
    except codec.Undecodable as error:
        raise StoreError(
            f"The record of {pseudonym!r} cannot be read: {error.message}.",
            "`entrain doctor --repair` sets it aside, and a new one begins.",
        ) from error
