"""What the screen expects of the world outside: nothing else crosses.

The screen pulls pictures and sends commands. It is handed these by whoever starts it, so it never learns what
a strap, a sound card or a file is.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from entrain.control.events import Command
from entrain.control.protocol import Preset
from entrain.control.view import Sample, SessionView, Summary
from entrain.history.row import Sitting
from entrain.person.desk_settings import DeskSettings, KeyNames, OwnTheme


class SessionPort(Protocol):
    """One session, from the screen's side."""

    def view(self) -> SessionView:
        """The picture of this moment. Cheap and never blocking: called at every frame."""
        ...

    def send(self, command: Command, author: str = "person") -> None:
        """Hand in a command, and who gave it; what came of it shows in a later view. Never blocks.

        After the end, a rating "after" and a mark with a note are still taken and kept with the session.
        """
        ...

    def summary(self) -> Summary | None:
        """The session in figures; None until it has ended."""
        ...

    async def run(self) -> Summary:
        """Drive the session; returns when it has ended by itself or after `Stop`."""
        ...


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that is ready to run. `tap` is where the space bar goes when the heart is tapped.

    `close` finishes its log when everything has been said about it: the history then shows it as it ended.
    It waits for the disk, so it belongs into a thread; so does `report`, which finishes the log and writes a
    page about the session. `voices` are those one can change to meanwhile.
    """

    port: SessionPort
    tap: Callable[[], None] | None = None
    close: Callable[[], None] | None = None
    voices: tuple[str, ...] = ()
    report: Callable[[], Path] | None = None
    person: str = ""  # whose it is, by pseudonym; '' where nobody was named
    is_simulated: bool = False  # no heart of anybody: it is said on every page of the session
    away_text: str = ""  # of this person's own, for when they step away; empty: the program's
    not_right: Callable[[str], str] | None = None  # leaves a voice out from now on; a sentence where it can't


Listen = Callable[[str], Awaitable[None]]
"""Some seconds of a voice, by its name. Raises `EntrainError` where none is heard; fades when cancelled."""


class HeartKind(StrEnum):
    """Where a pulse comes from."""

    STRAP = "strap"
    SIMULATED = "simulated"
    TAP = "tap"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class HeartChoice:
    """Where the pulse is to come from. A strap without an address is whichever is found first."""

    kind: HeartKind
    address: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SessionChoice:
    """Everything a person chooses before a session. `goes_on` is the number of the one it goes on from."""

    heart: HeartChoice
    preset: Preset
    voice: str
    minutes: float
    person: str = ""  # a pseudonym; '' for no name
    goes_on: int | None = None


@dataclass(frozen=True, slots=True)
class StrapOnAir:
    """A strap that is on the air; None where nothing is known."""

    name: str | None
    address: str
    signal_dbm: int | None = None
    battery_percent: int | None = None


FindStraps = Callable[[], AsyncIterator[StrapOnAir]]
"""Looks for straps and yields each when it is found, and again when more is known. Ends by itself.

Raises `DeviceError`, with advice, where there is no Bluetooth.
"""

OpenSession = Callable[[SessionChoice], Awaitable[OpenedSession]]
"""Makes the session that was chosen. Raises `EntrainError`, with advice, where it cannot be."""


# ---- presets -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PresetProblem:
    """One thing that is wrong with a preset's text. `field` is empty for a fault of the whole."""

    line: int  # from 1
    field: str
    text: str  # what is wrong, and what to write instead
    file: str = ""  # where it could be one of several


@dataclass(frozen=True, slots=True)
class ShelvedPreset:
    """A preset file. `preset` is None where its text has faults: then it is a draft."""

    name: str
    text: str | None  # None: it cannot be read
    is_own: bool
    preset: Preset | None
    faults: tuple[PresetProblem, ...] = ()


class PresetShelf(Protocol):
    """All presets, and what a person may do with their own. All may raise `EntrainError`, with advice."""

    def everything(self) -> Sequence[ShelvedPreset]:
        """Shipped and own ones, drafts too, the default first."""
        ...

    def check(self, name: str, text: str) -> ShelvedPreset:
        """What a text says, and everything that is wrong with it. Called while one types."""
        ...

    def name_for_copy(self, name: str) -> str:
        """A name that is free, to begin with."""
        ...

    def copy(self, each: ShelvedPreset, own: str) -> None:
        """Keep an own preset named `own` with the same text."""
        ...

    def write(self, name: str, text: str) -> None:
        """Keep the text of an own preset, right or wrong."""
        ...

    def delete(self, name: str) -> None:
        """Remove an own preset."""
        ...

    def export(self, each: ShelvedPreset, to: str) -> str:
        """Write a preset to a file or into a folder; where it went."""
        ...

    def take_in(self, path: str) -> str:
        """Make an own preset of a file; its name."""
        ...


# ---- what works here ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `ok` is None while it is being looked at."""

    what: str
    ok: bool | None
    found: str
    advice: str = ""


Examine = Callable[[], AsyncIterator[Check]]
"""Looks at everything at once: yields each thing before it is looked at, and again when it was."""


# ---- the resonance assessment ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AssessmentChoice:
    """An assessment that is to be made: five rates with rests, or one slow fall through all."""

    heart: HeartChoice
    sliding: bool
    person: str = ""  # whose it is, by pseudonym


@dataclass(frozen=True, slots=True)
class SwingAt:
    """How far the pulse swings at a rate, and the error of that."""

    per_min: float
    swing_bpm: float
    error_bpm: float


@dataclass(frozen=True, slots=True)
class AssessmentOutcome:
    """What an assessment found, in figures for the curve and in words for the rest."""

    title: str
    swings: tuple[SwingAt, ...]  # slowest first
    curve: tuple[tuple[float, float], ...]  # (breaths/min, bpm), fitted; empty with too few rates
    resonance_per_min: float | None  # None: no clear peak
    table: tuple[str, ...]  # lines of equal columns: heads, units, and the criteria at each rate
    verdict: tuple[str, ...]
    compared: tuple[str, ...]  # with the one before, if there was one


class AssessmentPort(Protocol):
    """The resonance assessment. Everything may raise `EntrainError`, with advice."""

    def minutes(self, sliding: bool) -> float:
        """How long the assessment lasts."""
        ...

    def before(self) -> str:
        """What was found last, in a sentence; empty where nothing was."""
        ...

    async def open(self, choice: AssessmentChoice) -> OpenedSession:
        """Make its session ready to run."""
        ...

    async def outcome(self) -> AssessmentOutcome:
        """What the session opened last says; keeps a clear peak as the person's own. Takes some seconds."""
        ...

    def use(self) -> str:
        """Make an own preset that goes to the person's own rate, unless there is one; its name."""
        ...


# ---- whose session it is -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProgrammeToday:
    """A programme somebody has begun: where they stand in a line, and today's session."""

    title: str
    line: str
    preset: Preset


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody who sits down here, with what they chose last; None where they have not chosen yet."""

    person: str  # a pseudonym; '' for no name
    has_read_notice: bool
    heart: HeartChoice | None = None
    preset: str | None = None
    voice: str | None = None
    figure: str | None = None
    theme: str | None = None
    remark: str = ""  # what there is to know of them before they start
    never: tuple[str, ...] = ()  # voices that are not offered
    programme: ProgrammeToday | None = None  # None: none is under way
    goals: tuple[tuple[str, float], ...] = ()  # (preset, breaths a minute): where it goes to for them today


class DeskPort(Protocol):
    """Who sits at this desk. Quick; nothing raises: where nothing is known, somebody is as new."""

    def sitter(self) -> Sitter:
        """Who sits here now."""
        ...

    def sit_down(self, person: str) -> Sitter:
        """From now on it is `person` who sits here."""
        ...

    def named_outside(self) -> str | None:
        """Who was named outside the app since somebody sat down here; None where that is no other."""
        ...

    def read_notice(self) -> None:
        """Who sits here has read the safety notice to its end."""
        ...


# ---- settings ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeptSettings:
    """The settings as they hold for somebody, with everything that is wrong in their files."""

    settings: DeskSettings
    themes: tuple[OwnTheme, ...] = ()
    faults: tuple[PresetProblem, ...] = ()
    path: str = ""  # of the file, for whoever writes in it


class SettingsPort(Protocol):
    """The settings of this desk, and what is a named person's own."""

    def now(self, person: str, key_names: KeyNames) -> KeptSettings:
        """As they are now. Never raises."""
        ...

    def keep(self, person: str, name: str, value: str | float | bool | None) -> None:
        """Change one, by its dotted name; None: as it comes. Raises `EntrainError`, with advice."""
        ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """What else the app has behind its home screen; None where it has not."""

    shelf: PresetShelf | None = None
    examine: Examine | None = None
    assessment: AssessmentPort | None = None
    desk: DeskPort | None = None


# ---- sessions that were ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened in a session, in words."""

    t_s: float
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class PastSession:
    """A session with all that one may want to look at again."""

    sitting: Sitting
    summary: Summary
    trail: tuple[Sample, ...]  # one a second
    phases: tuple[Told, ...]
    decisions: tuple[Told, ...]  # `what` is who decided
    marks: tuple[Told, ...]
    note: str
    source: str  # heart, sound and voice, in a line


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A session that the program did not live to end. `choice` is the rest of it; None: it cannot go on."""

    session_id: int
    began: datetime  # on the clock of this place
    minutes: float
    n_older: int  # others before it
    choice: SessionChoice | None
    person: str = ""  # whose it is, by pseudonym


@dataclass(frozen=True, slots=True)
class ExportForm:
    """A format one can export to, and what it holds in a few words."""

    name: str
    holds: str


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who can be chosen. `last` is when their last session began, on the clock of this place."""

    person: str
    n_sessions: int = 0
    last: datetime | None = None
    consent: str = ""  # in a few words; empty where none is kept


class Archive(Protocol):
    """The sessions that were. Every call may take its time: it belongs into a thread.

    All of them raise `EntrainError`, with advice, where the store cannot be read or written.
    """

    def now(self) -> datetime:
        """This moment, on the clock of this place."""
        ...

    def people(self) -> Sequence[KnownPerson]:
        """Those who are known here; who practised last comes first."""
        ...

    def checked(self, name: str) -> str:
        """`name` as a pseudonym; '' is nobody. Raises `EntrainError` where it is none."""
        ...

    def sittings(self, person: str | None) -> Sequence[Sitting]:
        """Every session of somebody, or of all, the earliest first; quick, and not measured yet."""
        ...

    def measured(self, sitting: Sitting) -> Sitting:
        """The same with what its intervals say."""
        ...

    def past(self, session_id: int) -> PastSession:
        """All of one session."""
        ...

    def note(self, session_id: int, text: str) -> None:
        """Add a line to its note."""
        ...

    def backups(self, session_id: int) -> Sequence[str]:
        """What will remain of a session when it is deleted here: a sentence for each backup."""
        ...

    def delete(self, session_id: int) -> None:
        """Remove a session for good."""
        ...

    def forms(self) -> Sequence[ExportForm]:
        """The formats one can export to."""
        ...

    def export(self, session_id: int, form: str, *, deidentify: bool) -> str:
        """Write it into the current folder; a sentence on what was written, and where."""
        ...

    def interrupted(self) -> Interrupted | None:
        """The newest session that was cut off and that nobody has closed yet."""
        ...

    def close_interrupted(self, session_id: int) -> None:
        """Keep it as it is, and all older ones that were cut off."""
        ...


Report = Callable[[int], Path]
"""Writes a page about the session of that number and tells where. Raises `EntrainError`, with advice."""
