"""What a stored session gives the analysis: one heart, corrected, and what the person was given with it."""

from dataclasses import dataclass, field
from typing import Any

from entrain.analysis.correction import Correction
from entrain.analysis.findings import Guidance
from entrain.control.events import (
    BeatSeen,
    BreathCued,
    CommandGiven,
    Effect,
    Event,
    HeartDoubted,
    OnsetPlayed,
    Phase,
    PhaseBegan,
    Rate,
)
from entrain.errors import InputError
from entrain.history.believed import BelievedBeats
from entrain.history.heart import breath_starts, corrected, fullest, origin_s, rhythm, stretch
from entrain.storage.log.stored import StoredSession


@dataclass(frozen=True, slots=True)
class Given:
    """One recording, corrected, with what the person was given and what there is to say about its source.

    All times are on the intervals' clock; `origin_s` is where that begins on the session's.
    """

    name: str
    correction: Correction
    guidance: Guidance
    remarks: tuple[str, ...]
    origin_s: float = 0.0
    strap: str = ""
    reading: dict[str, Any] | None = None  # of a file: what it was taken for, for programs


@dataclass(slots=True)
class _Log:
    """What of a session's log the analysis wants, in order."""

    believed: BelievedBeats = field(default_factory=BelievedBeats)
    sounds_s: list[float] = field(default_factory=list[float])
    cues: list[BreathCued] = field(default_factory=list[BreathCued])
    phases: list[PhaseBegan] = field(default_factory=list[PhaseBegan])
    # By (when, the heart it is about).
    ratings: dict[tuple[str, str | None], int] = field(default_factory=dict[tuple[str, str | None], int])

    def take(self, event: Event, effects: tuple[Effect, ...]) -> None:
        match event:
            case OnsetPlayed(planned_t_s=planned_t_s, dac_t_s=dac_t_s):
                self.sounds_s.append(planned_t_s if dac_t_s is None else dac_t_s)
            case CommandGiven(command=Rate() as rate):
                self.ratings[rate.when, rate.strap] = rate.value
            case _:
                pass
        for effect in effects:
            match effect:
                case BeatSeen() | HeartDoubted():
                    self.believed.take(effect)
                case BreathCued():
                    self.cues.append(effect)
                case PhaseBegan():
                    self.phases.append(effect)
                case _:
                    pass


def of_session(session: StoredSession, strap: str | None = None) -> Given:
    """A stored session's heart (the only one, the one named, or the one with most beats) and its guidance.

    Raises:
        InputError: it holds no beats, or none of the strap named.
    """
    log, number = _Log(), session.meta.row.id
    for event, effects in session.records:
        log.take(event, effects)
    beats_of = {name: beats for name, beats in log.believed.by_strap.items() if beats}
    if strap is not None and strap not in beats_of:
        known = ", ".join(beats_of) or "none"
        raise InputError(f"Session {number} has no beats of a strap {strap!r}.", f"It has: {known}.")
    if not beats_of:
        raise InputError(f"Session {number} holds no heart beats.", "It was held without a strap.")
    chosen = strap or fullest(beats_of)
    beats = beats_of[chosen]
    others = sorted(set(beats_of) - {chosen})
    remarks = [
        f"Session {number}, strap {chosen}.",
        *([f"Not looked at: {', '.join(others)}."] * bool(others)),
        *_doubted(log.believed, chosen),
        *filter(None, [session.damage()]),
    ]
    if not log.sounds_s:
        remarks.append("No sound was played, so there is no entrainment to test.")
    began_s = origin_s(beats)
    return Given(
        name=f"session {number}",
        correction=corrected(beats),
        guidance=_guidance(log, began_s, chosen, is_alone=len(session.config.straps) == 1),
        remarks=tuple(remarks),
        origin_s=began_s,
        strap=chosen,
    )


def _doubted(believed: BelievedBeats, strap: str) -> list[str]:
    """What of the heart the session itself did not believe."""
    doubts = sorted(doubt.value for doubt in believed.doubts.get(strap, ()))
    if not doubts:
        return []
    n = believed.n_unbelieved.get(strap, 0)
    left_out = f" {n} intervals are left out for it." if n else ""
    return [f"Doubted while it ran: {', '.join(doubts)}.{left_out}"]


def _guidance(log: _Log, origin_s: float, strap: str, *, is_alone: bool) -> Guidance:
    def rating(when: str) -> int | None:
        """Of this heart's person; one that names nobody is theirs where nobody else is there."""
        own = log.ratings.get((when, strap))
        return log.ratings.get((when, None)) if own is None and is_alone else own

    return Guidance(
        sound_s=rhythm(log.sounds_s, origin_s),
        breath_starts_s=breath_starts(log.cues, origin_s),
        baseline_s=stretch(log.phases, Phase.BASELINE, origin_s),
        after_s=stretch(log.phases, Phase.SILENCE, origin_s),
        rating_before=rating("before"),
        rating_after=rating("after"),
    )
