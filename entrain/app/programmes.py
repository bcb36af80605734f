"""Programmes, for one person: begin, pause, leave, where they stand, today's session.

All of it is told from the record and from the sessions in the store; nothing else is kept.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from entrain.errors import EntrainError, UsageError
from entrain.history.recorded import sittings
from entrain.history.row import HowItEnded, Sitting
from entrain.person.record import PersonRecord, ProgrammeDeed, ProgrammeEvent
from entrain.presets import programmes
from entrain.presets.library import LoadedPreset
from entrain.presets.programmes import LoadedProgramme
from entrain.programme.plan import ProgrammePlan, Step, of_session
from entrain.programme.standing import Begun, Practice, Standing, standing
from entrain.storage import people
from entrain.storage.log.person_rows import now_utc
from entrain.storage.log.store import Store
from entrain.storage.places import own_programmes_path

NONE: Final = "No programme is under way{whose}."
BEGIN: Final = "`entrain programme list` shows them; `entrain programme start ID` begins one."


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Somebody's programme, and where they stand in it."""

    loaded: LoadedProgramme
    begun: Begun
    standing: Standing
    assess_first: bool  # the step is best begun after an assessment, and none was made since the start

    @property
    def programme(self) -> ProgrammePlan:
        return self.loaded.programme

    @property
    def step(self) -> Step:
        """Today's."""
        return self.standing.current(self.programme)


@dataclass(frozen=True, slots=True)
class TodaysSession:
    """The session of today, and what is locked in it."""

    loaded: LoadedPreset
    locked: tuple[str, ...]


def under_way(store: Store, person: str, now_epoch_s: float | None = None) -> UnderWay | None:
    """The programme that this person has begun and not left; None: there is none.

    Raises:
        StoreError: the store cannot be read. PresetError: the programme is none any more that can be used.
    """
    record = people.load(store, person)
    deeds = current_deeds(record.programmes)
    if not deeds:
        return None
    now_s = time.time() if now_epoch_s is None else now_epoch_s
    return of_log(record, sittings(store, person), now_s)


def of_log(record: PersonRecord, sessions: Iterable[Sitting], now_epoch_s: float) -> UnderWay | None:
    """The same from what the log holds of a person."""
    deeds = current_deeds(record.programmes)
    if not deeds:
        return None
    began, resonance = deeds[0], record.resonance
    loaded = programmes.of_text(began.text, began.programme, None if resonance is None else resonance.per_min)
    begun = Begun(_epoch_s(began.moment_utc), began.utc_offset_s, _pauses(deeds))
    done = (_done(each) for each in sessions)
    name = loaded.programme.name
    where = standing(loaded.programme, begun, (each for of, each in done if of == name), now_epoch_s)
    known_s = None if resonance is None else _epoch_s(resonance.measured_utc)
    is_unknown = known_s is None or known_s < begun.began_epoch_s
    return UnderWay(loaded, begun, where, where.current(loaded.programme).assess and is_unknown)


def current_deeds(log: Iterable[ProgrammeEvent]) -> tuple[ProgrammeEvent, ...]:
    """The beginning of what is under way and what was done with it since; empty where nothing is."""
    deeds: list[ProgrammeEvent] = []
    for each in sorted(log, key=lambda each: each.moment_utc):
        if each.deed is ProgrammeDeed.BEGAN:
            deeds = [each]
        elif deeds and each.programme == deeds[0].programme:
            deeds = [] if each.deed is ProgrammeDeed.LEFT else [*deeds, each]
    return tuple(deeds)


def begin(store: Store, person: str, loaded: LoadedProgramme, *, again: bool = False) -> UnderWay:
    """Begin a programme now; one that was under way is left.

    Raises:
        UsageError: it is under way already. StoreError: it cannot be kept.
    """
    before = under_way(store, person)
    if before is not None and before.programme.name == loaded.programme.name and not again:
        raise UsageError(
            f"{before.programme.title} is under way already.", "Add --again to begin it from its first step."
        )
    now = datetime.now().astimezone()
    offset = now.utcoffset()
    event = ProgrammeEvent(
        ProgrammeDeed.BEGAN,
        loaded.programme.name,
        now_utc(),
        0.0 if offset is None else offset.total_seconds(),
        loaded.text,
        loaded.sha256,
    )
    _keep(store, person, event)
    found = under_way(store, person)
    assert found is not None
    return found


def pause_or_resume(store: Store, person: str) -> bool:
    """Pause what is under way, or go on with it where it is paused; is it paused now?

    Raises:
        UsageError: nothing is under way. StoreError: it cannot be kept.
    """
    found = needed(store, person)
    is_paused = found.standing.is_paused
    deed = ProgrammeDeed.RESUMED if is_paused else ProgrammeDeed.PAUSED
    _keep(store, person, ProgrammeEvent(deed, found.programme.name, now_utc()))
    return not is_paused


def leave(store: Store, person: str) -> ProgrammePlan:
    """End what is under way; its sessions stay.

    Raises:
        UsageError: nothing is under way. StoreError: it cannot be kept.
    """
    found = needed(store, person)
    _keep(store, person, ProgrammeEvent(ProgrammeDeed.LEFT, found.programme.name, now_utc()))
    return found.programme


def needed(store: Store, person: str) -> UnderWay:
    """
    Raises:
        UsageError: nothing is under way. Otherwise as `under_way`.
    """
    found = under_way(store, person)
    if found is None:
        raise UsageError(NONE.format(whose=f" for {person}" if person else ""), BEGIN)
    return found


def sessions_of(store: Store, person: str) -> tuple[Practice, ...]:
    """The sessions of what is under way, the earliest first.

    Raises:
        UsageError: nothing is under way. Otherwise as `under_way`.
    """
    found = needed(store, person)
    done = (_done(each) for each in sittings(store, person))
    since_s, name = found.begun.began_epoch_s, found.programme.name
    return tuple(each for of, each in done if of == name and each.began_epoch_s >= since_s)


def todays(found: UnderWay) -> TodaysSession:
    """Today's session of a programme, as `run` takes it; the log keeps the whole programme's text with it."""
    loaded = found.loaded
    path = own_programmes_path() / f"{found.programme.name}.toml"  # where what it names would lie
    preset = LoadedPreset(found.step.preset, loaded.text, loaded.sha256, path)
    return TodaysSession(preset, found.programme.outline.locked)


def todays_of(person: str) -> TodaysSession | None:
    """The same for somebody; None where nothing is under way or it cannot be read. Never raises."""
    found = safely_under_way(person)
    return None if found is None else todays(found)


def safely_under_way(person: str) -> UnderWay | None:
    """`under_way`, where no session may fail because of it."""
    try:
        return under_way(Store.open(), person)
    except EntrainError:
        return None


def _keep(store: Store, person: str, event: ProgrammeEvent) -> None:
    people.change(store, person, lambda now: replace(now, programmes=(*now.programmes, event)))


def _pauses(deeds: Iterable[ProgrammeEvent]) -> tuple[tuple[float, float | None], ...]:
    pauses: list[tuple[float, float | None]] = []
    for each in deeds:
        moment_s = _epoch_s(each.moment_utc)
        is_open = bool(pauses) and pauses[-1][1] is None
        if each.deed is ProgrammeDeed.PAUSED and not is_open:
            pauses.append((moment_s, None))
        elif each.deed is ProgrammeDeed.RESUMED and is_open:
            pauses[-1] = pauses[-1][0], moment_s
    return tuple(pauses)


def _done(each: Sitting) -> tuple[str, Practice]:
    """(of which programme, what it says)."""
    programme, step = of_session(each.preset) or ("", "")
    before, after = each.rating_before, each.rating_after
    return programme, Practice(
        began_epoch_s=each.began.timestamp(),
        minutes=each.minutes,
        step=step,
        has_real_heart=each.has_real_heart,
        judged_min=each.judged_min,
        in_step_min=each.in_step_min,
        is_complete=each.ended is HowItEnded.COMPLETE,
        is_easy=each.said_easy,
        is_dizzy=each.said_dizzy,
        stepped_away=each.stepped_away,
        tension_rise=None if before is None or after is None else after - before,
    )


def _epoch_s(moment_utc: str) -> float:
    moment = datetime.fromisoformat(moment_utc)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
