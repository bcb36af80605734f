"""What is kept of one person, beside their sessions.

One record belongs to one pseudonym; the empty one is whoever sits here alone and was never named. What is
kept of one person says nothing about another: each has a notice to read, a rate, a strap and likes of their
own. What somebody has practised stands in no record: it is always told from their sessions.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeVar

from entrain.person.care import CareRule, both

Dated = TypeVar("Dated")

# Hearts that were on somebody while the session ran, by how they are typed before the colon. Not: simulated
# (sim), played back (replay), tapped by hand (tap), another program's recording (import), none.
REAL: Final = frozenset({"ble", "lsl"})


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The safety notice was read to its end. `version` is that of its text."""

    version: str
    accepted_utc: str


@dataclass(frozen=True, slots=True)
class KnownStrap:
    """`address` is the Bluetooth address, or on macOS the UUID which the system gives in its place."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class KnownResonance:
    """What an assessment with a clear peak found, on a real heart. `session` is the UUID of that session."""

    per_min: float
    confidence: float  # 0 to 1
    measured_utc: str
    session: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was chosen last; None where nothing was."""

    preset: str | None = None
    voice: str | None = None
    volume: float | None = None  # 0 to 1
    figure: str | None = None  # of the breath
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """Somebody agreed to a text of the practice's own. `sha256` is the text's, of its UTF-8."""

    version: str
    text: str
    sha256: str
    given_utc: str
    withdrawn_utc: str | None = None


@dataclass(frozen=True, slots=True)
class CaseNote:
    """What the practice noted, in four fields of which any may be empty."""

    written_utc: str
    said: str = ""  # by the client
    seen: str = ""
    thought: str = ""
    plan: str = ""


class ProgrammeDeed(StrEnum):
    """What somebody does with a programme."""

    BEGAN = "began"
    PAUSED = "paused"
    RESUMED = "resumed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class ProgrammeEvent:
    """Something somebody did with a programme. What it leads to is told from these and from the sessions.

    A beginning keeps the file to the letter, with the clock of the place: whoever has the record can tell the
    same, whatever becomes of the file or of the computer.
    """

    deed: ProgrammeDeed
    programme: str
    moment_utc: str
    utc_offset_s: float = 0.0  # of the place where it was begun
    text: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """All of it. Moments are in UTC, ISO 8601; None and empty where nothing is known.

    `chosen_in_app_utc` and `named_outside_utc` tell who was at the desk last, and who told so.
    """

    since_utc: str
    changed_utc: str  # of two states of one record, the later one holds
    notice: Acceptance | None = None
    resonances: tuple[KnownResonance, ...] = ()  # the earliest first
    strap: KnownStrap | None = None  # the one used last
    preferences: Preferences = Preferences()
    consents: tuple[Consent, ...] = ()  # the earliest first
    notes: tuple[CaseNote, ...] = ()  # the earliest first
    programmes: tuple[ProgrammeEvent, ...] = ()  # the earliest first
    care: CareRule = CareRule()
    away_text: str = ""  # of one's own, for the moment of `x`; empty: the program's
    chosen_in_app_utc: str = ""
    named_outside_utc: str = ""

    @property
    def resonance(self) -> KnownResonance | None:
        """The newest one."""
        return self.resonances[-1] if self.resonances else None

    @property
    def consent(self) -> Consent | None:
        """The one given last, withdrawn or not."""
        return self.consents[-1] if self.consents else None

    def has_accepted(self, version: str) -> bool:
        """Was this version of the notice read to its end?"""
        return self.notice is not None and self.notice.version == version


def has_real_heart(hearts: Iterable[str]) -> bool:
    """Was every heart of a session on somebody, by a sensor, as it ran? False where there was none."""
    kinds = {heart.partition(":")[0] for heart in hearts}
    return bool(kinds) and kinds <= REAL


def is_made_up(hearts: Iterable[str]) -> bool:
    """Was every heart of a session simulated? Then nobody was measured, and it is said everywhere."""
    return {heart.partition(":")[0] for heart in hearts} == {"sim"}


def with_resonance(record: PersonRecord, found: KnownResonance) -> PersonRecord:
    """The record with this outcome in the place of an earlier look at the same session."""
    others = [each for each in record.resonances if each.session != found.session]
    return replace(record, resonances=tuple(sorted((*others, found), key=lambda each: each.measured_utc)))


def merged(record: PersonRecord, other: PersonRecord) -> PersonRecord:
    """Two records of one person as one: nothing dated is lost; where only one can hold, it is `record`'s."""
    mine, theirs = record.preferences, other.preferences
    return replace(
        record,
        since_utc=min(record.since_utc, other.since_utc),
        notice=record.notice or other.notice,
        resonances=_both(record.resonances, other.resonances, lambda each: each.measured_utc),
        strap=record.strap or other.strap,
        preferences=Preferences(
            preset=mine.preset or theirs.preset,
            voice=mine.voice or theirs.voice,
            volume=theirs.volume if mine.volume is None else mine.volume,
            figure=mine.figure or theirs.figure,
            theme=mine.theme or theirs.theme,
        ),
        consents=_both(record.consents, other.consents, lambda each: each.given_utc),
        notes=_both(record.notes, other.notes, lambda each: each.written_utc),
        care=both(record.care, other.care),
        away_text=record.away_text or other.away_text,
        programmes=_both(record.programmes, other.programmes, lambda each: each.moment_utc),
        chosen_in_app_utc=max(record.chosen_in_app_utc, other.chosen_in_app_utc),
        named_outside_utc=max(record.named_outside_utc, other.named_outside_utc),
    )


def _both(
    mine: tuple[Dated, ...], theirs: tuple[Dated, ...], moment: Callable[[Dated], str]
) -> tuple[Dated, ...]:
    return tuple(sorted(dict.fromkeys((*mine, *theirs)), key=moment))
