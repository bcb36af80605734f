"""The sessions that were, as the app asks for them: over the store, the exports and the backups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import isnan
from pathlib import Path
from typing import Final

from entrain.app.clients import clients
from entrain.control.events import CommandGiven, Decided, Effect, Event, Mark, PhaseBegan
from entrain.control.view import Sample
from entrain.foreign import many_lines
from entrain.history import recorded
from entrain.history.row import HowItEnded, Sitting
from entrain.person.pseudonym import checked
from entrain.ports import (
    ExportForm,
    HeartChoice,
    HeartKind,
    Interrupted,
    KnownPerson,
    PastSession,
    SessionChoice,
    Told,
)
from entrain.presets.library import LoadedPreset
from entrain.storage import backups
from entrain.storage.deidentify import pseudonym
from entrain.storage.export import FORMATS, export
from entrain.storage.log.store import Store
from entrain.storage.log.stored import StoredSession
from entrain.streams import Sampler
from entrain.wording import person as person_words
from entrain.wording import session as words
from entrain.wording.decisions import said

LEAST_LEFT_MIN: Final = 1.0  # of an interrupted session, for going on with it
_HEARTS: Final = {"sim": HeartKind.SIMULATED, "tap": HeartKind.TAP, "none": HeartKind.NONE}
_ENDINGS: Final = {"rr": ".txt", "jsonl": ".jsonl", "edf": ".edf", "xdf": ".xdf"}  # the others are folders


@dataclass(frozen=True, slots=True)
class StoreArchive:
    """`entrain.ports.Archive` over a store. What was measured once is remembered while the app runs."""

    store: Store
    folder: Callable[[], Path] = Path.cwd
    _measured: dict[str, Sitting] = field(default_factory=dict[str, Sitting])

    def now(self) -> datetime:
        return datetime.now().astimezone()

    def people(self) -> Sequence[KnownPerson]:
        return [
            KnownPerson(
                each.person,
                len(each.sessions),
                None if each.last is None else each.last.astimezone(),
                person_words.consent_day(each.record),
            )
            for each in clients(self.store)
            if each.person
        ]

    def checked(self, name: str) -> str:
        return checked(name)

    def sittings(self, person: str | None) -> Sequence[Sitting]:
        return recorded.sittings(self.store, person)

    def measured(self, sitting: Sitting) -> Sitting:
        known = self._measured.get(sitting.uuid)
        if known is None:
            known = recorded.measured(self.store, sitting)
            if sitting.ended is not HowItEnded.RUNNING:
                self._measured[sitting.uuid] = known
        # Notes, and whose it is, may have changed since.
        new = replace(sitting, heart=known.heart)
        return known if sitting.ended is HowItEnded.INTERRUPTED else new

    def past(self, session_id: int) -> PastSession:
        """All of one session; raises as `Archive` says."""
        session = self.store.load(session_id)
        summary = session.meta.summary or recorded.summary_so_far(session)
        (sitting,) = [each for each in recorded.sittings(self.store) if each.id == session_id]
        story = _Story(session)
        return PastSession(
            sitting=self.measured(sitting),
            summary=summary,
            trail=story.trail.samples(),
            phases=tuple(story.phases),
            decisions=tuple(story.decisions),
            marks=tuple(story.marks),
            note=many_lines(session.meta.row.note),
            source=" ".join(filter(None, (words.origin(session.meta), session.damage()))),
        )

    def note(self, session_id: int, text: str) -> None:
        self.store.note(session_id, text)

    def backups(self, session_id: int) -> Sequence[str]:
        uuid = self.store.load(session_id).meta.row.uuid
        holding, unseen = backups.still_in(self.store, frozenset({uuid}))
        return (
            *(f"It stays in the backup {path}." for path in holding),
            *(f"The backup {path} may hold it; it is not here to look into." for path in unseen),
        )

    def delete(self, session_id: int) -> None:
        """Remove it for good."""
        self.store.delete(session_id)

    def forms(self) -> Sequence[ExportForm]:
        """The formats there are, with what each holds."""
        return tuple(ExportForm(name, form.holds) for name, form in FORMATS.items())

    def export(self, session_id: int, form: str, *, deidentify: bool) -> str:
        person = pseudonym(None) if deidentify else None
        stem = f"entrain-{person}" if person else f"entrain-session-{session_id}"
        path = _free(self.folder() / f"{stem}{_ENDINGS.get(form, '')}")
        remarks = export(self.store, session_id, form, path, pseudonym=person)
        return f"{path}: {'; '.join(remarks)}."

    def report(self, session_id: int) -> Path:
        """A page about the session in the current folder; `entrain.ports.Report`."""
        from entrain.report.writing import write

        return write(self.store, session_id, _free(self.folder() / f"entrain-session-{session_id}.html"))

    # ---- what was cut off ------------------------------------------------------------------------------

    def interrupted(self) -> Interrupted | None:
        rows = [row for row in self.store.unfinished() if row.started.timestamp() > 0.0]
        if not rows:
            return None
        row = rows[0]
        return Interrupted(
            session_id=row.id,
            began=row.started.astimezone(),
            minutes=row.minutes,
            n_older=len(rows) - 1,
            choice=_rest_of(self.store.load(row.id)),
            person=row.whose,
        )

    def close_interrupted(self, session_id: int) -> None:
        for row in self.store.unfinished():
            self.store.close_interrupted(row.id)


def preset_of(session: StoredSession) -> LoadedPreset:
    """The preset of a session, as it was recorded with it."""
    return LoadedPreset(session.config.preset, session.meta.preset_text, session.meta.preset_sha256, Path())


def _rest_of(session: StoredSession) -> SessionChoice | None:
    """A session of the minutes that were left, with the same choices; None where there is none such."""
    config, row = session.config, session.meta.row
    left_min = config.preset.minutes - row.minutes
    heart = _heart(session.meta.hearts)
    if heart is None or config.stages or config.yoked or left_min < LEAST_LEFT_MIN:
        return None
    return SessionChoice(heart, config.preset, session.meta.voice, left_min, row.person, goes_on=row.id)


def _heart(specs: Sequence[str]) -> HeartChoice | None:
    """What was typed for a heart, as a choice; None for what the app cannot offer."""
    if len(specs) != 1:
        return HeartChoice(HeartKind.NONE) if not specs else None
    kind, _, rest = specs[0].partition(":")
    if kind == "ble":
        return HeartChoice(HeartKind.STRAP, rest or None)
    return HeartChoice(_HEARTS[kind]) if kind in _HEARTS else None


# ---- one session in full ---------------------------------------------------------------------------------


class _Story:
    """What a session's records have to say, in the order in which it happened."""

    def __init__(self, session: StoredSession) -> None:
        self.phases: list[Told] = []
        self.decisions: list[Told] = []
        self.marks: list[Told] = []
        self.trail = _Trail()
        sampler = Sampler()
        for event, effects in session.records:
            self._mark(event)
            for effect in effects:
                self._take(effect)
            for sample in sampler.samples(event, effects):
                self.trail.take(sample.stream, sample.t_s, sample.values)

    def _mark(self, event: Event) -> None:
        match event:
            case CommandGiven(t_s=t_s, command=Mark(note=note, ago_s=ago_s)):
                self.marks.append(Told(t_s - ago_s, "mark", note or "marked"))
            case _:
                pass

    def _take(self, effect: Effect) -> None:
        if isinstance(effect, PhaseBegan):
            self.phases.append(Told(effect.t_s, effect.phase.value, said(effect.reason)))
        elif isinstance(effect, Decided):
            self.decisions.append(Told(effect.t_s, words.who_decided(effect), words.why(effect)))


class _Trail:
    """Pulse, tempo and breath of each second, from the streams that others get."""

    def __init__(self) -> None:
        self._pulse: dict[int, float | None] = {}
        self._guide: dict[int, tuple[float | None, float | None]] = {}

    def take(self, stream: str, t_s: float, values: tuple[float, ...]) -> None:
        if stream == "pulse":
            self._pulse[int(t_s)] = _known(values[0])
        elif stream == "guide" and values[2] > 0.0:
            self._guide[int(t_s)] = _known(values[0]), _known(values[1])

    def samples(self) -> tuple[Sample, ...]:
        seconds = sorted(self._pulse.keys() | self._guide.keys())
        return tuple(Sample(float(s), self._pulse.get(s), *self._guide.get(s, (None, None))) for s in seconds)


def _known(value: float) -> float | None:
    return None if isnan(value) else value


def _free(path: Path) -> Path:
    """`path`, or the same with a number where that is taken."""
    candidate, n = path, 1
    while candidate.exists():
        n += 1
        candidate = path.with_name(f"{path.stem}-{n}{path.suffix}")
    return candidate
