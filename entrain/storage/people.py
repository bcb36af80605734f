"""Who practises here: a record for each person, in the store, so that what encrypts it covers them too.

Before there were records, one file of settings held what belonged to a person. What is in it still is moved
here, once, the first time that anybody asks.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from entrain.person.record import PersonRecord, Preferences, merged
from entrain.storage import old_settings
from entrain.storage.log import person_rows
from entrain.storage.log.database import open_for_writing, reading, told, writing
from entrain.storage.log.person_rows import now_utc
from entrain.storage.log.store import Store
from entrain.storage.places import sessions_path, settings_path


def load(store: Store, pseudonym: str) -> PersonRecord:
    """The record of somebody; a new one, not kept yet, where there is none.

    Raises:
        StoreError: the store cannot be read.
    """
    _adopt_settings(store)
    if store.path.exists():
        with reading(store.path) as connection:
            found = person_rows.find(connection, pseudonym)
        if found is not None:
            return found
    return new()


def everybody(store: Store) -> dict[str, PersonRecord]:
    """Every record there is, by pseudonym. Somebody may have sessions and no record yet, see `Store.people`.

    Raises:
        StoreError: the store cannot be read.
    """
    _adopt_settings(store)
    if not store.path.exists():
        return {}
    with reading(store.path) as connection:
        return person_rows.read(connection)


def change(store: Store, pseudonym: str, how: Callable[[PersonRecord], PersonRecord]) -> PersonRecord:
    """Load, change and keep: `change(store, "P01", lambda now: replace(now, strap=strap))`.

    Raises:
        StoreError: it cannot be kept.
    """
    _adopt_settings(store)
    with told(store.path), closing(open_for_writing(store.path)) as connection, writing(connection):
        before = person_rows.find(connection, pseudonym) or new()
        after = how(before)
        if after != before:
            after = replace(after, changed_utc=now_utc())
        person_rows.write(connection, pseudonym, after)
    return after


def prefer(store: Store, pseudonym: str, how: Callable[[Preferences], Preferences]) -> PersonRecord:
    """`change`, of what somebody likes."""
    return change(store, pseudonym, lambda now: replace(now, preferences=how(now.preferences)))


def new() -> PersonRecord:
    """Somebody of whom nothing is known yet."""
    moment = now_utc()
    return PersonRecord(since_utc=moment, changed_utc=moment)


def _adopt_settings(store: Store) -> None:
    """Move what the settings hold of persons into the store. Twice changes nothing, so a kill loses nothing.

    Raises:
        StoreError: it cannot be moved; then all is as it was.
    """
    path = settings_path()
    if store.path != sessions_path() or old_settings.read(path) is None:
        return
    with told(store.path), closing(open_for_writing(store.path)) as connection, writing(connection):
        old = old_settings.read(path)  # unless another program was quicker
        records = {} if old is None else old_settings.as_records(old, connection)
        for pseudonym, record in records.items():
            mine = person_rows.find(connection, pseudonym)
            person_rows.write(connection, pseudonym, record if mine is None else merged(mine, record))
    with told(path):
        old_settings.drop(path)
