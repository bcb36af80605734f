"""The sessions of a store, one row for each: what its rows tell at once, then what the intervals say."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from entrain.control.events import BeatSeen, BreathCued, HeartDoubted, PhaseBegan
from entrain.control.protocol import SessionConfig
from entrain.control.view import Summary
from entrain.errors import InputError
from entrain.foreign import one_line
from entrain.heart.beat import Beat
from entrain.history.believed import BelievedBeats
from entrain.history.row import Heart, HowItEnded, Sitting
from entrain.person.record import has_real_heart
from entrain.storage.log import codec
from entrain.storage.log.database import reading
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome, SessionRow, StoredSession, all_rows
from entrain.units import S_PER_MIN

_ENDED: Final = {
    SessionOutcome.COMPLETED: HowItEnded.COMPLETE,
    SessionOutcome.STOPPED: HowItEnded.EARLY,
    SessionOutcome.INTERRUPTED: HowItEnded.INTERRUPTED,
    SessionOutcome.IMPORTED: HowItEnded.IMPORTED,
    SessionOutcome.RUNNING: HowItEnded.RUNNING,
}
_MORE: Final = """\
SELECT id, hearts, voice, summary,
       CASE WHEN json_valid(config) THEN json_extract(config, '$.preset.title') END,
       CASE WHEN json_valid(config) THEN json_extract(config, '$.preset.tempo.policy') END
FROM session"""
_More = tuple[str, str, str | None, str | None, str | None]


def sittings(store: Store, person: str | None = None, since: datetime | None = None) -> tuple[Sitting, ...]:
    """Every session, the earliest first; `heart` is None still. Hundreds come at once.

    Args:
        person: only this one's, by pseudonym; '' for those that name nobody; None for all. Of a session with
            others the row is this person's.
        since: only those that began then or later; aware.
    Raises:
        StoreError: the store cannot be read.
    """
    if not store.path.exists():
        return ()
    with reading(store.path) as connection:
        more: dict[int, _More] = {number: tuple(rest) for number, *rest in connection.execute(_MORE)}
        rows = all_rows(connection, store.path)
    chosen = [
        row
        for row in rows
        if (person is None or row.is_of(person)) and (since is None or row.started >= since)
    ]
    found = (_sitting(row, more[row.id], person) for row in chosen)
    return tuple(sorted(found, key=lambda each: each.began))


def measured(store: Store, sitting: Sitting) -> Sitting:
    """The same with what its intervals say. Some hundredths of a second for ten minutes; imports SciPy.

    Raises:
        UsageError: the session is gone. StoreError: the store cannot be read.
    """
    session = store.load(sitting.id)
    if sitting.ended in (HowItEnded.INTERRUPTED, HowItEnded.RUNNING):
        sitting = _with_summary(sitting, summary_so_far(session))
    hearts = corrected_hearts(session)
    own = strap_of(session.config, sitting.person)
    return replace(sitting, heart=hearts.get(own, Heart()) if own else next(iter(hearts.values()), Heart()))


def strap_of(config: SessionConfig, person: str | None) -> str | None:
    """This person's heart of several; None where that is not told."""
    return dict(zip(config.persons, config.straps, strict=False)).get(person) if person else None


def course(store: Store, person: str | None = None, since: datetime | None = None) -> tuple[Sitting, ...]:
    """`sittings`, all of them measured."""
    return tuple(_each_measured(store, sittings(store, person, since)))


def summary_so_far(session: StoredSession) -> Summary:
    """A session that was cut off has no summary; its events still tell how it went.

    Raises:
        StoreError: it cannot be read.
    """
    from entrain.control.session import reduce, start
    from entrain.control.snapshot import summary

    state = start(session.config)
    for event, _ in session.records:
        state, _ = reduce(state, event)
    return summary(state, session.meta.row.id)


def _each_measured(store: Store, found: Sequence[Sitting]) -> Iterator[Sitting]:
    for each in found:
        yield measured(store, each)


def _sitting(row: SessionRow, more: _More, person: str | None) -> Sitting:
    hearts, voice, summary, title, policy = more
    kinds = {heart.partition(":")[0] for heart in _hearts(hearts)}
    sitting = Sitting(
        id=row.id,
        uuid=row.uuid,
        began=row.started.astimezone(),
        person=person if person and person in row.persons else row.whose,
        preset=one_line(row.preset),
        title=one_line(title or row.preset),
        policy=policy or "",
        voice=voice,
        is_simulated=kinds == {"sim"},
        duration_s=row.minutes * S_PER_MIN,
        ended=_ENDED[row.state],
        end_reason=one_line(row.end_reason or ""),
        n_notes=len(row.note.splitlines()),
        has_real_heart=has_real_heart(json.loads(hearts)),
    )
    try:
        return sitting if summary is None else _with_summary(sitting, codec.decode(Summary, summary))
    except codec.Undecodable:  # damaged: its records still tell, where somebody asks for it alone
        return sitting


def _hearts(stored: str) -> list[str]:
    try:
        return [str(heart) for heart in json.loads(stored)]
    except (TypeError, ValueError):
        return []


def _with_summary(sitting: Sitting, summary: Summary) -> Sitting:
    """Of several hearts, with this person's own figures."""
    theirs = (heart for heart in summary.hearts if sitting.person and heart.person == sitting.person)
    own = next(theirs, summary)
    return replace(
        sitting,
        duration_s=summary.duration_s,
        n_notes=sitting.n_notes + summary.n_markers,
        rating_before=own.rating_before,
        rating_after=own.rating_after,
        paced_min=summary.guided_s / S_PER_MIN,
        in_step_min=own.in_step_s / S_PER_MIN,
        judged_min=own.judged_s / S_PER_MIN,
        said_easy=own.says_easy,
        said_dizzy=own.says_dizzy,
        stepped_away=summary.n_away > 0,
    )


def corrected_hearts(session: StoredSession) -> dict[str, Heart]:
    """What the intervals of each heart say, by strap, the one with most beats first; imports SciPy.

    Raises:
        StoreError: it cannot be read.
    """
    believed = BelievedBeats()
    phases: list[PhaseBegan] = []
    cues: list[BreathCued] = []
    for effect in session.records.effects(BeatSeen, HeartDoubted, PhaseBegan, BreathCued):
        match effect:
            case PhaseBegan():
                phases.append(effect)
            case BreathCued():
                cues.append(effect)
            case _:
                believed.take(effect)
    beats = believed.by_strap
    by_beats = sorted(beats, key=lambda strap: len(beats[strap]), reverse=True)
    return {strap: _heart(beats[strap], phases, cues) for strap in by_beats}


def _heart(beats: Sequence[Beat], phases: Sequence[PhaseBegan], cues: Sequence[BreathCued]) -> Heart:
    from entrain.history.heart import heart_of

    try:
        return heart_of(beats, phases, cues)
    except InputError:
        return Heart()
