"""Everybody who practises here, for whoever accompanies them.

A list, what somebody agreed to, notes, all of one person in a folder, forgetting, how long sessions are kept.
"""

import hashlib
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from entrain.app.whose import practised
from entrain.errors import InputError, UsageError
from entrain.foreign import many_lines
from entrain.person.care import MUSIC, CareRule
from entrain.person.record import CaseNote, Consent, PersonRecord
from entrain.presets import own as own_presets
from entrain.storage import backups, forgetting, people
from entrain.storage.export import export
from entrain.storage.formats.files import new_folder, new_text
from entrain.storage.log import codec
from entrain.storage.log.person_rows import now_utc
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionRow
from entrain.storage.places import check_new
from entrain.storage.recovery.absorb import absorb
from entrain.synth.voices import BACKGROUNDS, CATALOGUE
from entrain.toml_lines import text_of
from entrain.whatif import progression

LARGEST_CONSENT: Final = 200_000  # bytes


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody with their sessions, the oldest first, and what is kept of them."""

    person: str  # a pseudonym; '' is whoever was not named
    record: PersonRecord | None  # None: only sessions name them
    sessions: tuple[SessionRow, ...]

    @property
    def last(self) -> datetime | None:
        """When their newest session began, in UTC; None without one."""
        return max((row.started for row in self.sessions), default=None)


@dataclass(frozen=True, slots=True)
class OverDays:
    """How far somebody has come with a preset that comes down over days."""

    preset: str
    n_counted: int
    n_sessions: int
    goal_per_min: float  # of a session today


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What is gone, and where something may still be."""

    n_sessions: int
    named_in: tuple[Path, ...]  # files of entrain's own
    backups: tuple[Path, ...]
    unseen: tuple[Path, ...]  # backups that are not here to look into


def clients(store: Store) -> tuple[Client, ...]:
    """Everybody known here; who practised last comes first, whoever was not named at the end.

    Raises:
        StoreError: the store cannot be read.
    """
    records, rows = people.everybody(store), store.sessions()
    unnamed = [""] if any(row.is_of("") for row in rows) else []
    return tuple(
        Client(name, records.get(name), tuple(row for row in rows if row.is_of(name)))
        for name in (*store.people(), *unnamed)
    )


def client(store: Store, person: str) -> Client:
    """
    Raises:
        UsageError: nobody of that pseudonym is known here.
    """
    for each in clients(store):
        if each.person == person:
            return each
    raise UsageError(
        f"Nobody here is called {person!r}." if person else "Every session here names somebody.",
        "`entrain person list` shows everybody; `entrain person new P` adds somebody.",
    )


def check_known(store: Store, person: str) -> None:
    """
    Raises:
        UsageError: nobody of that pseudonym is known here.
    """
    if person and person not in store.people():
        raise UsageError(f"Nobody here is called {person!r}.", "`entrain person list` shows everybody.")


def add(store: Store, person: str) -> None:
    """
    Raises:
        UsageError: somebody is called so already, or nothing names them. StoreError: it cannot be kept.
    """
    if not person:
        raise UsageError("A new person needs a pseudonym, such as P01.")
    if any(each.person == person for each in clients(store)):
        raise UsageError(f"Somebody here is called {person} already.", "Take another pseudonym.")
    people.change(store, person, lambda now: now)


def over_days(store: Store, person: str) -> tuple[OverDays, ...]:
    """Of each preset with `over_days` that somebody has practised: what counted, and where it leads."""
    found: list[OverDays] = []
    for name, loaded in own_presets.usable(person).items():
        sessions = practised(store, person, name) if loaded.preset.breath.over_days else ()
        if sessions:
            steps = progression.steps_done(sessions, time.time())
            goal = progression.goal_per_min(loaded.preset, steps)
            found.append(OverDays(name, sum(each.counts for each in sessions), len(sessions), goal))
    return tuple(found)


# ---- consent and notes -------------------------------------------------------------------------------------


def give_consent(store: Store, person: str, text: Path, version: str | None) -> Consent:
    """Keep that somebody agreed to the text in this file; its version is the file's name where none is given.

    Raises:
        UsageError: nobody is called so. InputError: the file cannot be read. StoreError: it cannot be kept.
    """
    client(store, person)
    try:
        data = text.read_bytes()
        said = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{text} is not text in UTF-8.", "Save the consent as plain text.") from None
    except OSError as error:
        raise InputError(f"{text} cannot be read: {error.strerror or error}.") from None
    if not said.strip() or len(data) > LARGEST_CONSENT:
        raise InputError(f"{text} is {'empty' if not said.strip() else 'too long for a consent'}.")
    given = Consent(version or text.stem, said, hashlib.sha256(data).hexdigest(), now_utc())
    people.change(store, person, lambda now: replace(now, consents=(*now.consents, given)))
    return given


def withdraw_consent(store: Store, person: str) -> Consent:
    """
    Raises:
        UsageError: there is none to withdraw. StoreError: it cannot be kept.
    """
    record = client(store, person).record
    last = None if record is None else record.consent
    if last is None or last.withdrawn_utc is not None:
        raise UsageError(f"There is no consent of {person} to withdraw.")
    withdrawn = replace(last, withdrawn_utc=now_utc())

    def how(now: PersonRecord) -> PersonRecord:
        return replace(now, consents=tuple(withdrawn if each == last else each for each in now.consents))

    people.change(store, person, how)
    return withdrawn


def add_note(store: Store, person: str, note: CaseNote) -> None:
    """
    Raises:
        UsageError: nobody is called so. StoreError: it cannot be kept.
    """
    client(store, person)
    people.change(store, person, lambda now: replace(now, notes=(*now.notes, note)))


def change_care(
    store: Store,
    person: str,
    *,
    never: str | None = None,
    body_sounds: bool | None = None,
    figures: bool | None = None,
    locked: bool | None = None,
    away_text: Path | None = None,
) -> None:
    """Change what somebody is spared; None leaves a thing as it is. `never`: names, with commas; "none".

    Raises:
        UsageError: nobody is called so, or there is no such sound. InputError: the text cannot be read.
        StoreError: it cannot be kept.
    """
    client(store, person)
    names = None if never is None else sounds_named(never)
    text = None if away_text is None else many_lines(text_of(away_text)).strip()

    def how(now: PersonRecord) -> PersonRecord:
        care = now.care
        changed = CareRule(
            never=care.never if names is None else names,
            body_sounds=care.body_sounds if body_sounds is None else body_sounds,
            figures=care.figures if figures is None else figures,
            locked=care.locked if locked is None else locked,
        )
        return replace(now, care=changed, away_text=now.away_text if text is None else text)

    people.change(store, person, how)


def sounds_named(typed: str) -> tuple[str, ...]:
    """Voices and backgrounds by their names, with commas between; "none" for none.

    Raises:
        UsageError: there is no such sound.
    """
    names = sorted({each.strip() for each in typed.split(",")} - {"", "none"})
    known = (*dict.fromkeys((*CATALOGUE, *BACKGROUNDS)), MUSIC)
    for name in names:
        if name not in known:
            raise UsageError(f"There is no sound {name!r}.", f"There are {', '.join(known)}.")
    return tuple(names)


# ---- all of one person -------------------------------------------------------------------------------------


def export_person(store: Store, person: str, folder: Path) -> tuple[str, ...]:
    """Write all there is of somebody into a new folder; what it holds, in sentences.

    Of a session with others it holds what is theirs alone.

    Raises:
        UsageError: nobody is called so, or there is something at `folder`. OutputError: it cannot be written.
    """
    found = client(store, person)
    check_new(folder)
    with new_folder(folder):
        record = found.record or people.new()
        with new_text(folder / "person.json") as file:
            file.write(codec.encode(record) + "\n")
        for n, consent in enumerate(record.consents, start=1):
            with new_text(folder / f"consent-{n}.txt") as file:
                file.write(consent.text)
        own = Store(folder / "sessions.db")
        absorb(own, store.path, only=person)
        own.leave_only(person)
        number_of = {row.uuid: row.id for row in own.sessions()}
        for row in found.sessions:
            export(own, number_of[row.uuid], "jsonl", folder / f"session-{row.id}.jsonl")
    return (
        "person.json: what is kept beside the sessions",
        f"session-N.jsonl: {len(found.sessions)} of them, whole, as text",
        "sessions.db: the same for another entrain: entrain sessions import sessions.db",
    )


def forget(store: Store, person: str) -> Forgotten:
    """Remove all of somebody from this computer, as far as it is entrain's, and look where something stays.

    Raises:
        UsageError: nobody is called so. StoreError: a session is running, or others keep the store busy.
    """
    uuids = frozenset(row.uuid for row in client(store, person).sessions)
    n = store.forget(person)
    return _left(store, person, uuids, n)


def would_stay(store: Store, person: str) -> Forgotten:
    """What `forget` would come to, with nothing changed."""
    sessions = client(store, person).sessions
    return _left(store, person, frozenset(row.uuid for row in sessions), len(sessions))


def _left(store: Store, person: str, uuids: frozenset[str], n_sessions: int) -> Forgotten:
    holding, unseen = backups.still_in(store, uuids, person)
    named_in = forgetting.still_named(store, person) if person else ()
    return Forgotten(n_sessions, tuple(each for each in named_in if each not in holding), holding, unseen)


# ---- how long sessions are kept ----------------------------------------------------------------------------


def past_keeping(store: Store, keep_days: int, now: datetime | None = None) -> tuple[SessionRow, ...]:
    """Sessions that began more than `keep_days` ago; one whose date is lost is never among them.

    Raises:
        StoreError: the store cannot be read.
    """
    before = (now or datetime.now(UTC)) - timedelta(days=keep_days)
    return tuple(row for row in store.sessions() if 0.0 < row.started.timestamp() < before.timestamp())
