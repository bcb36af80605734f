"""Where a study stands, and what may come next: a pure function of its protocol and its log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from entrain.study.protocol import StudyProtocol
from entrain.study.records import DONT_KNOW, EventAction, StudyAct, StudyRecord


class Refusal(StrEnum):
    """Why something may not be done."""

    NOT_SEALED = "not sealed"
    SEALED_ALREADY = "sealed already"
    ENROLLED_ALREADY = "enrolled already"
    NO_SUCH_STRATUM = "no such stratum"
    STRATUM_FULL = "stratum full"
    NOT_ENROLLED = "not enrolled"
    HAS_LEFT = "has left"
    ALL_DONE = "all done"
    TOO_EARLY = "too early"
    STUDY_STOPPED = "study stopped"
    UNBLINDED_ALREADY = "unblinded already"
    NO_SESSION_YET = "no session yet"
    NO_SUCH_ARM = "no such arm"


class Refused(Exception):
    """Raised by the rules below; the command tells it as a `UsageError`. `until_utc`: when it may be."""

    def __init__(self, why: Refusal, until_utc: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.until_utc = until_utc


@dataclass(frozen=True, slots=True)
class Participation:
    """One person in the study. `number` is their place in their stratum's list, from 1."""

    person: str
    stratum: str
    number: int
    sessions: tuple[StudyRecord, ...] = ()
    events: tuple[StudyRecord, ...] = ()
    guesses: tuple[StudyRecord, ...] = ()
    left: StudyRecord | None = None
    unblinded: StudyRecord | None = None

    @property
    def done(self) -> tuple[StudyRecord, ...]:
        """The sessions that count: those that did not end before their time."""
        return tuple(each for each in self.sessions if each.of.get("completed"))


@dataclass(frozen=True, slots=True)
class StudyState:
    """The study as its log tells it."""

    sealed: StudyRecord | None
    people: tuple[Participation, ...]  # in the order in which they came
    n_serious: int
    is_stopped: bool
    unblinded: StudyRecord | None  # of the whole study

    @property
    def commitment(self) -> str:
        """What was committed to; empty where nothing is sealed."""
        return "" if self.sealed is None else self.sealed.text("commitment")

    def person(self, name: str) -> Participation | None:
        """Somebody who was enrolled."""
        return next((each for each in self.people if each.person == name), None)

    def is_blind(self, person: str) -> bool:
        """May nobody know yet which arm this person is in?"""
        found = self.person(person)
        return self.unblinded is None and (found is None or found.unblinded is None)


@dataclass(frozen=True, slots=True)
class NextSession:
    """What comes next for somebody; both from 1."""

    period: int
    number: int  # of all their sessions that count


def standing(protocol: StudyProtocol, records: Sequence[StudyRecord]) -> StudyState:
    """Where the study stands after these records."""
    of: dict[str, list[StudyRecord]] = {}
    for each in records:
        if each.person:
            of.setdefault(each.person, []).append(each)
    people = tuple(_participation(person, mine) for person, mine in of.items())
    stop = protocol.outline.stop
    n_serious = sum(_is_serious(each, protocol) for each in records)
    return StudyState(
        next((each for each in records if each.act is StudyAct.SEALED), None),
        tuple(each for each in people if each.number),
        n_serious,
        n_serious >= stop.events,
        next((each for each in records if each.act is StudyAct.UNBLINDED and not each.person), None),
    )


def _participation(person: str, records: Sequence[StudyRecord]) -> Participation:
    def all_of(act: StudyAct) -> tuple[StudyRecord, ...]:
        return tuple(each for each in records if each.act is act)

    enrolled = all_of(StudyAct.ENROLLED)
    return Participation(
        person,
        enrolled[0].text("stratum") if enrolled else "",
        enrolled[0].whole("number") if enrolled else 0,
        all_of(StudyAct.SESSION),
        all_of(StudyAct.EVENT),
        all_of(StudyAct.GUESS),
        next((each for each in all_of(StudyAct.EVENT) if each.text("action") == EventAction.LEFT), None),
        next(iter(all_of(StudyAct.UNBLINDED)), None),
    )


def _is_serious(record: StudyRecord, protocol: StudyProtocol) -> bool:
    return record.act is StudyAct.EVENT and record.whole("severity") >= protocol.outline.stop.severity


# ---- what may be done --------------------------------------------------------------------------------------


def sealed_anew(now: StudyState, at_utc: str, commitment: str, protocol_sha256: str) -> StudyRecord:
    """The record of a seal. Raises `Refused` where there is one."""
    if now.sealed is not None:
        raise Refused(Refusal.SEALED_ALREADY)
    return StudyRecord(
        at_utc, StudyAct.SEALED, "", {"commitment": commitment, "protocol_sha256": protocol_sha256}
    )


def enrolled(
    protocol: StudyProtocol, now: StudyState, at_utc: str, person: str, stratum: str, n_places: int
) -> StudyRecord:
    """The record of somebody who comes to the next place of their stratum; nothing in it can be chosen.

    Args:
        n_places: how many places the stratum's list has.

    Raises:
        Refused: they are enrolled already, there is no such stratum, or no place is left in it.
    """
    _goes_on(now)
    if now.person(person) is not None:
        raise Refused(Refusal.ENROLLED_ALREADY)
    if stratum not in protocol.strata:
        raise Refused(Refusal.NO_SUCH_STRATUM)
    number = 1 + sum(each.stratum == stratum for each in now.people)
    if number > n_places or len(now.people) >= protocol.outline.people:
        raise Refused(Refusal.STRATUM_FULL)
    consent = protocol.outline.consent
    return StudyRecord(
        at_utc,
        StudyAct.ENROLLED,
        person,
        {"stratum": stratum, "number": number, "consent_version": consent.version},
    )


def next_session(protocol: StudyProtocol, now: StudyState, at_utc: str, person: str) -> NextSession:
    """What comes next for somebody. Raises `Refused` where nothing may, or not yet."""
    _goes_on(now)
    found = of_person(now, person)
    if found.left is not None or any(_is_serious(each, protocol) for each in found.events):
        raise Refused(Refusal.HAS_LEFT)
    n_done, outline = len(found.done), protocol.outline
    if n_done >= protocol.n_sessions:
        raise Refused(Refusal.ALL_DONE)
    period = n_done // outline.sessions + 1
    if found.done:
        is_new_period = n_done % outline.sessions == 0
        days = max(outline.days_between, outline.washout_days if is_new_period else 0)
        until = datetime.fromisoformat(found.done[-1].at_utc) + timedelta(days=days)
        if datetime.fromisoformat(at_utc) < until:
            raise Refused(Refusal.TOO_EARLY, until.isoformat())
    return NextSession(period, n_done + 1)


def of_person(now: StudyState, person: str) -> Participation:
    """Somebody who was enrolled. Raises `Refused` where they were not."""
    found = now.person(person)
    if found is None:
        raise Refused(Refusal.NOT_ENROLLED)
    return found


def happened(
    now: StudyState, at_utc: str, person: str, text: str, severity: int, action: EventAction
) -> StudyRecord:
    """The record of an event. Raises `Refused` where the person was not enrolled."""
    of_person(now, person)
    return StudyRecord(
        at_utc, StudyAct.EVENT, person, {"text": text, "severity": severity, "action": action.value}
    )


def guessed(
    protocol: StudyProtocol, now: StudyState, at_utc: str, person: str, arm: str, by: str
) -> StudyRecord:
    """The record of a guess: which arm somebody's last session was, as `by` thinks.

    Raises:
        Refused: the person was not enrolled, had no session yet, or there is no such arm.
    """
    found = of_person(now, person)
    if not found.sessions:
        raise Refused(Refusal.NO_SESSION_YET)
    if arm != DONT_KNOW and arm not in dict(protocol.arms):
        raise Refused(Refusal.NO_SUCH_ARM)
    last = found.sessions[-1]
    return StudyRecord(
        at_utc,
        StudyAct.GUESS,
        person,
        {"arm": arm, "by": by, "period": last.whole("period"), "session": last.text("uuid")},
    )


def unblinded(now: StudyState, at_utc: str, why: str, person: str = "") -> StudyRecord:
    """The record of an opened arm, or of all. Raises `Refused` where that was opened before."""
    if now.sealed is None:
        raise Refused(Refusal.NOT_SEALED)
    if person:
        of_person(now, person)
    if not now.is_blind(person):
        raise Refused(Refusal.UNBLINDED_ALREADY)
    return StudyRecord(at_utc, StudyAct.UNBLINDED, person, {"why": why})


def _goes_on(now: StudyState) -> None:
    if now.sealed is None:
        raise Refused(Refusal.NOT_SEALED)
    if now.is_stopped:
        raise Refused(Refusal.STUDY_STOPPED)
