"""The beats of a stored session that the session itself believed, by strap.

What its coach would not go by is not looked at afterwards either: more intervals than time, intervals that
contradict the strap's own rate, a figure that stands still. The raw ones stay in the log.
"""

from dataclasses import dataclass, field
from typing import Final

from entrain.control.events import BeatSeen, Effect, HeartDoubted
from entrain.heart.beat import Beat
from entrain.heart.doubt import Doubt

UNBELIEVED: Final = frozenset({Doubt.TOO_MANY, Doubt.CONTRADICTS, Doubt.FROZEN})


@dataclass(slots=True)
class BelievedBeats:
    """Takes the effects of a log in order."""

    by_strap: dict[str, list[Beat]] = field(default_factory=dict[str, list[Beat]])
    doubts: dict[str, set[Doubt]] = field(default_factory=dict[str, set[Doubt]])  # that were ever told
    n_unbelieved: dict[str, int] = field(default_factory=dict[str, int])
    _now: dict[str, Doubt | None] = field(default_factory=dict[str, Doubt | None])

    def take(self, effect: Effect) -> None:
        match effect:
            case HeartDoubted(strap=strap, doubt=doubt):
                self._now[strap] = doubt
                if doubt is not None:
                    self.doubts.setdefault(strap, set()).add(doubt)
            case BeatSeen(beat=beat):
                kept = self.by_strap.setdefault(beat.strap, [])
                if self._now.get(beat.strap) in UNBELIEVED:
                    self.n_unbelieved[beat.strap] = self.n_unbelieved.get(beat.strap, 0) + 1
                else:
                    kept.append(beat)
            case _:
                pass
