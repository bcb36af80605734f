"""Slow breathing is come down to over days, not on the first one; after a gap it is gone back a step.

The rule, for one person and one preset with `over_days`:
- A session counts if a heart was on it (a strap or a stream: not simulated, played back, tapped or absent),
  if it could be told for three minutes or more whether the breath was in step, and if for 70 % of that time
  it was.
- Three that count are a step. The goal is 9 breaths a minute, and one less for each step, never below the
  preset's own.
- Ten days without one that counts take a step away, and every ten days more another: so what is long ago says
  nothing any more.

It is told from the sessions alone: the same on every computer that has them, and after a deletion it is as if
that session had not been.

Of 16 untrained people 37.5 % blew off too much carbon dioxide on their first day at 6 breaths a minute (PLoS
ONE 2019, 14(6): e0218550), and RESPeRATE's manual has people come below 10 over weeks. How many sessions a
step takes, what is in step enough and how long a gap is are our own judgement; eight of eight simulated
people who follow the breath were in step enough.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from entrain.control.protocol import Preset

FIRST_GOAL_PER_MIN: Final = 9.0
SESSIONS_A_STEP: Final = 3
STEP_PER_MIN: Final = 1.0
LEAST_JUDGED_MIN: Final = 3.0
IN_STEP_ENOUGH: Final = 0.7  # of the time judged
GAP_S: Final = 10 * 86_400.0


@dataclass(frozen=True, slots=True)
class Practised:
    """What a session says of how far somebody has come. Time in seconds since 1970."""

    began_epoch_s: float
    has_real_heart: bool
    judged_min: float  # so long it could be told whether the breath was in step
    in_step_min: float

    @property
    def counts(self) -> bool:
        """Was it on a real heart, judged for long enough, and in step enough?"""
        return (
            self.has_real_heart
            and self.judged_min >= LEAST_JUDGED_MIN
            and self.in_step_min >= IN_STEP_ENOUGH * self.judged_min
        )


def steps_done(practised: Iterable[Practised], now_epoch_s: float) -> int:
    """How many steps down somebody has come by now, with one preset; the sessions in any order."""
    done, last_s = 0, None
    for each in sorted(each.began_epoch_s for each in practised if each.counts):
        done = _after_gap(done, last_s, each) + 1
        last_s = each
    return _after_gap(done, last_s, now_epoch_s) // SESSIONS_A_STEP


def goal_per_min(preset: Preset, steps: int) -> float:
    """Where the breath ends after so many steps."""
    return max(preset.breath.goal_per_min, FIRST_GOAL_PER_MIN - STEP_PER_MIN * steps)


def today(preset: Preset, steps: int) -> Preset:
    """The preset as it is meant today, where it steps down over days; else as it is."""
    goal = goal_per_min(preset, steps)
    if not preset.breath.over_days or goal <= preset.breath.goal_per_min:
        return preset
    return replace(preset, breath=replace(preset.breath, goal_per_min=goal))


def _after_gap(done: int, last_s: float | None, now_s: float) -> int:
    """How many sessions are left of `done` when the last was at `last_s`."""
    if last_s is None:
        return 0
    gaps = int(max(0.0, now_s - last_s) // GAP_S)
    return max(0, done - SESSIONS_A_STEP * gaps)
