"""Replay: does the controller decide today what the log says it decided then?

Nothing here knows which controller it is: another one can be compared with the log in the same way. A log
states the version of the rules it was decided by. One of older rules may come out otherwise, and that is then
said so; where its reasons were still sentences, everything but their words is compared.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final, TypeGuard, TypeVar

from entrain.control.events import (
    Decided,
    Effect,
    Ended,
    Event,
    PayloadRejected,
    PhaseBegan,
    SegmentBegan,
)
from entrain.control.protocol import RULES, SessionConfig
from entrain.reason import Code, Reason
from entrain.storage.log import codec
from entrain.storage.log.stored import StoredSession

RULES_WITH_CODES: Final = 2  # before, a reason was a sentence
_WORDLESS: Final = Reason(Code.AS_TOLD)

State = TypeVar("State")
Start = Callable[[SessionConfig], State]
Reduce = Callable[[State, Event], tuple[State, tuple[Effect, ...]]]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first effect that came out otherwise. Effects are `Kind {json}`; None: there was none."""

    n_event: int
    event: Event
    stored: str | None
    replayed: str | None

    def __str__(self) -> str:
        return (
            f"Event {self.n_event} ({codec.kind_of(self.event)} at {self.event.t_s:.3f} s)\n"
            f"  then: {self.stored or 'nothing more'}\n"
            f"  now:  {self.replayed or 'nothing more'}"
        )


@dataclass(frozen=True, slots=True)
class Replay:
    """How a replay went. `n_missing` records could not be stored when the session ran."""

    n_events: int
    n_effects: int
    n_missing: int
    difference: Difference | None
    rules: int = RULES  # it was decided by

    @property
    def is_of_older_rules(self) -> bool:
        """Was it decided by rules that have changed since?"""
        return self.rules < RULES

    @property
    def is_identical(self) -> bool:
        """Did every effect come out again, with no record missing?"""
        return self.difference is None and self.n_missing == 0


def replay(session: StoredSession, start: Start[State], reduce: Reduce[State]) -> Replay:
    """Feed the stored events to a controller and compare what it says with the log, to the last bit.

    Stops at the first difference. Time is that of the controller plus some 10 µs for each effect.
    """
    state, rules = start(session.config), session.config.rules
    said = _said_without_words if rules < RULES_WITH_CODES else _said
    n_events = n_effects = 0
    for event, stored in session.records:
        state, replayed = reduce(state, event)
        then, now = said(stored), said(replayed)
        if then != now:
            difference = Difference(n_events, event, *_first_difference(then, now))
            return Replay(n_events, n_effects, 0, difference, rules)
        n_events += 1
        n_effects += len(stored)
    return Replay(n_events, n_effects, session.meta.row.n_events - n_events, None, rules)


def _said(effects: tuple[Effect, ...]) -> list[str]:
    # As text, because == takes 0.0 for -0.0 and 1 for 1.0, and bit for bit means bit for bit.
    return [f"{codec.kind_of(effect)} {codec.encode(effect)}" for effect in effects]


def _said_without_words(effects: tuple[Effect, ...]) -> list[str]:
    return _said(tuple(replace(each, reason=_WORDLESS) if _has_reason(each) else each for each in effects))


def _has_reason(effect: Effect) -> TypeGuard[PhaseBegan | Decided | SegmentBegan | PayloadRejected | Ended]:
    return isinstance(effect, PhaseBegan | Decided | SegmentBegan | PayloadRejected | Ended)


def _first_difference(stored: list[str], replayed: list[str]) -> tuple[str | None, str | None]:
    return next(pair for pair in zip_longest(stored, replayed) if pair[0] != pair[1])
