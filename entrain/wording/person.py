"""Somebody who practises here, in words: a list for whoever accompanies them, and all that is kept of one."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from entrain.person.record import CaseNote, Consent, PersonRecord
from entrain.wording.columns import aligned
from entrain.wording.session import times, who
from entrain.wording.times import local

NEVER: Final = "never"
FIELDS: Final = (("said", "Said"), ("seen", "Seen"), ("thought", "Thought"), ("plan", "Next"))


def day(moment_utc: str) -> str:
    """A moment of a record as a day of this place."""
    return local(datetime.fromisoformat(moment_utc))[:10]


def consent_said(record: PersonRecord | None) -> str:
    """In a few words; empty where none was asked for."""
    consent = None if record is None else record.consent
    if consent is None:
        return ""
    if consent.withdrawn_utc is not None:
        return f"withdrawn {day(consent.withdrawn_utc)}"
    return f"{consent.version}, {day(consent.given_utc)}"


def consent_day(record: PersonRecord | None) -> str:
    """Since when somebody agrees, or no longer does; empty where none was asked for."""
    consent = None if record is None else record.consent
    if consent is None:
        return ""
    gone = consent.withdrawn_utc
    return day(consent.given_utc) if gone is None else f"withdrawn {day(gone)}"


def withdrawn_said(record: PersonRecord) -> str:
    """Where somebody agrees no more; empty where that is not so."""
    consent = record.consent
    gone = None if consent is None else consent.withdrawn_utc
    return "" if gone is None else f"consent withdrawn {day(gone)}"


def row(person: str, n_sessions: int, last: datetime | None, record: PersonRecord | None) -> tuple[str, ...]:
    """A line of the list of persons."""
    rate = None if record is None else record.resonance
    return (
        who(person),
        str(n_sessions),
        NEVER if last is None else local(last),
        "-" if rate is None else f"{rate.per_min:.1f}/min, {day(rate.measured_utc)}",
        consent_said(record) or "-",
    )


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows of persons below their heads."""
    heads = ("PERSON", "SESSIONS", "LAST", "OWN RATE", "CONSENT")
    return aligned([heads, *rows], right=frozenset({1}))


def record_text(record: PersonRecord) -> Iterator[str]:
    """What is kept of somebody, a line each; what is not known is said so."""
    notice, rate, strap, likes = record.notice, record.resonance, record.strap, record.preferences
    yield f"known since      {day(record.since_utc)}"
    read = "not read yet" if notice is None else f"version {notice.version}, {day(notice.accepted_utc)}"
    yield f"safety notice    {read}"
    if rate is None:
        yield "own rate         not known: `entrain assess --person P` with a strap finds it, if there is one"
    else:
        sure = f"confidence {rate.confidence:.0%}"
        yield f"own rate         {rate.per_min:.2f} breaths a minute ({sure}), {day(rate.measured_utc)}"
    yield f"strap            {'none yet' if strap is None else strap.name or strap.address}"
    chosen = (likes.preset, likes.voice, likes.figure, likes.theme)
    yield f"chosen last      {', '.join(each for each in chosen if each) or 'nothing yet'}"
    for consent in record.consents:
        yield f"consent          {consent_text(consent)}"
    if not record.consents:
        yield "consent          none kept here"
    if record.notes:
        last = day(record.notes[-1].written_utc)
        yield f"notes            {times(len(record.notes), 'note')}, the last {last}"


def consent_text(consent: Consent) -> str:
    """What was agreed to, when, and whether it still holds."""
    ended = "" if consent.withdrawn_utc is None else f", withdrawn {day(consent.withdrawn_utc)}"
    return f"{consent.version}, given {day(consent.given_utc)}{ended}; SHA-256 {consent.sha256[:12]}…"


def over_days_text(preset: str, n_counted: int, n_sessions: int, goal_per_min: float) -> str:
    """How far somebody has come with a preset."""
    counted = f"{n_counted} of {times(n_sessions, 'session')} counted"
    return f"{preset:<16} {counted}; today to {goal_per_min:g} breaths a minute"


def note_text(note: CaseNote) -> list[str]:
    """A note with its day, only the fields that say something."""
    said = [f"  {label:<8} {getattr(note, name)}" for name, label in FIELDS if getattr(note, name)]
    return [local(datetime.fromisoformat(note.written_utc)), *said]


def note_terms(note: CaseNote) -> list[tuple[str, str]]:
    """A note for a report: (day, field) and then the other fields that say something."""
    said = [f"{label}: {getattr(note, name)}" for name, label in FIELDS if getattr(note, name)]
    return [(day(note.written_utc) if n == 0 else "\u00a0", each) for n, each in enumerate(said)]


def care_text(record: PersonRecord) -> list[str]:
    """What somebody is spared, a line each."""
    care = record.care
    return [
        f"never heard   {', '.join(care.never) or 'nothing is left out'}",
        f"body sounds   {'yes' if care.body_sounds else 'no heartbeat, no breath'}",
        f"figures       {'yes' if care.figures else 'none on the screen'}",
        f"keys          {'only what is gentler' if care.locked else 'all'}",
        f"text for x    {'of their own' if record.away_text else 'the usual one'}",
    ]
