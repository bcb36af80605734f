"""The bounds: whatever a policy or a person asks, these have the last word.

- The tempo never goes below its floor: the preset's, the share of the baseline pulse, and the HARD ones.
- It is never led further below the current pulse than `lead_fraction`.
- It falls no faster than `fall_bpm_per_min` and `fall_fraction_per_min`, and rises no faster than
  `rise_bpm_per_min`.
- Without fresh data from an expected heart it never falls.
- The breath never goes below its floor.
"""

from typing import Final

from entrain.control.protocol import Bounds
from entrain.frozen import quick
from entrain.tempo.plan import TempoPlan
from entrain.tempo.policy import Wish

# A trembling pulse must not redraw the plan every second: a tempo that has come up to the lead bound goes on
# falling only when it has this much room again.
ROOM_BPM: Final = 1.0
NEAR_BPM: Final = 0.1  # a fall stops this much before the lead bound, for the edit takes a moment to arrive


@quick
class Bounded:
    """What is left of a wish; `limit` says in words which bound cut it, empty where none did."""

    to_bpm: float
    per_min: float
    limit: str = ""


def tempo_floor_bpm(bounds: Bounds, baseline_bpm: float | None) -> float:
    if baseline_bpm is None:
        return bounds.tempo_floor_bpm
    share_bpm = bounds.tempo_floor_fraction * baseline_bpm
    return min(max(bounds.tempo_floor_bpm, share_bpm), bounds.tempo_ceiling_bpm)


def lead_floor_bpm(bounds: Bounds, pulse_bpm: float | None) -> float:
    """The slowest beat that does not lead `pulse_bpm` too far; 0 where no pulse is known."""
    if pulse_bpm is None:
        return 0.0
    return min(pulse_bpm * (1.0 - bounds.lead_fraction), bounds.tempo_ceiling_bpm)


def fall_per_min(bounds: Bounds, bpm: float) -> float:
    """The fastest fall permitted at a tempo of `bpm`, in bpm per minute."""
    return min(bounds.fall_bpm_per_min, bounds.fall_fraction_per_min * bpm)


def start_bpm(
    wish_bpm: float, bounds: Bounds, baseline_bpm: float | None, pulse_bpm: float | None
) -> Bounded:
    """Where the beat may begin; no slew applies, for nothing sounds yet."""
    to_bpm, limit = _within(wish_bpm, bounds, baseline_bpm)
    lead = lead_floor_bpm(bounds, pulse_bpm)
    if to_bpm >= lead:
        return Bounded(to_bpm, 0.0, limit)
    return Bounded(lead, 0.0, "no further below your pulse than that")


def bounded(
    wish: Wish,
    plan: TempoPlan,
    tempo: float,
    bounds: Bounds,
    baseline_bpm: float | None,
    pulse_bpm: float | None,
    may_fall: bool,
) -> Bounded:
    """Cut a wish down to what is permitted from a moment on at which `plan` has come to `tempo` bpm.

    `may_fall` is False while an expected heart has no fresh data.
    """
    falling, rising = plan.goal_bpm < tempo, plan.goal_bpm > tempo
    to_bpm, limit = _within(wish.to_bpm, bounds, baseline_bpm)
    lead = lead_floor_bpm(bounds, pulse_bpm)
    if to_bpm < tempo and not may_fall:
        to_bpm, limit = tempo, "no fresh pulse, so nothing is lowered"
    if tempo < lead and to_bpm < lead + ROOM_BPM:
        # Under way up already, far enough: leave it, or a rising pulse would redraw the plan every second.
        enough = plan.goal_bpm if plan.goal_bpm >= lead else lead + ROOM_BPM
        to_bpm, limit = min(enough, bounds.tempo_ceiling_bpm), _TOO_FAR
    elif to_bpm < tempo <= lead + (NEAR_BPM if falling else ROOM_BPM):
        # A rise that is under way may finish, or it would be cut as soon as it has reached the bound.
        to_bpm, limit = (plan.goal_bpm, _TOO_FAR) if rising else (tempo, _WAITS)
    # Near the floor the fall is slowest: measured at the lower end it holds on the whole way.
    most = fall_per_min(bounds, to_bpm) if to_bpm < tempo else bounds.rise_bpm_per_min
    per_min = most if wish.per_min is None else min(most, wish.per_min)
    return Bounded(to_bpm, per_min, limit) if per_min > 0.0 else Bounded(tempo, 0.0, limit)


_WAITS: Final = "the beat waits here for your pulse"
_TOO_FAR: Final = "a little quicker again: the beat had come too far below your pulse"


def _within(wish_bpm: float, bounds: Bounds, baseline_bpm: float | None) -> tuple[float, str]:
    """The wish between floor and ceiling, and which of them cut it."""
    if wish_bpm > (ceiling := bounds.tempo_ceiling_bpm):
        return ceiling, f"{ceiling:.0f} is the quickest it goes"
    if wish_bpm < (floor := tempo_floor_bpm(bounds, baseline_bpm)):
        return floor, f"{floor:.0f} is the slowest it goes for you"
    return wish_bpm, ""
