"""The bounds: whatever a policy or a person asks, these have the last word.

- The tempo never goes below its floor: the preset's, the share of the baseline pulse, and the HARD ones.
- It is never led further below the current pulse than `lead_fraction`.
- It falls no faster than `fall_bpm_per_min` and `fall_fraction_per_min`, and rises no faster than
  `rise_bpm_per_min`.
- Without fresh data from an expected heart it never falls.
- The breath never goes below its floor.
"""

from dataclasses import dataclass
from typing import Final

from entrain.control.protocol import (
    HARD_BREATH_FLOOR_PER_MIN,
    HARD_FALL_BPM_PER_MIN,
    HARD_LEAD_FRACTION,
    HARD_TEMPO_CEILING_BPM,
    HARD_TEMPO_FLOOR_BPM,
    HARD_TEMPO_FLOOR_FRACTION,
    Bounds,
)
from entrain.tempo.policy import Wish

# A trembling pulse must not redraw the plan every second: where the lead bound raises the tempo it leaves
# half of this as room, and only a target lower by more than this is worth a new plan.
ROOM_BPM: Final = 1.0


@dataclass(frozen=True, slots=True)
class Bounded:
    """What is left of a wish; `limit` says in words which bound cut it, empty where none did."""

    to_bpm: float
    per_min: float
    limit: str = ""


def tempo_floor_bpm(bounds: Bounds, baseline_bpm: float | None) -> float:
    floor = max(HARD_TEMPO_FLOOR_BPM, bounds.tempo_floor_bpm)
    if baseline_bpm is None:
        return floor
    fraction = max(HARD_TEMPO_FLOOR_FRACTION, bounds.tempo_floor_fraction)
    return min(max(floor, fraction * baseline_bpm), tempo_ceiling_bpm(bounds))


def tempo_ceiling_bpm(bounds: Bounds) -> float:
    return min(HARD_TEMPO_CEILING_BPM, bounds.tempo_ceiling_bpm)


def breath_floor_per_min(bounds: Bounds) -> float:
    return max(HARD_BREATH_FLOOR_PER_MIN, bounds.breath_floor_per_min)


def lead_floor_bpm(bounds: Bounds, pulse_bpm: float | None) -> float:
    """The slowest beat that does not lead `pulse_bpm` too far; 0 where no pulse is known."""
    if pulse_bpm is None:
        return 0.0
    return pulse_bpm * (1.0 - min(HARD_LEAD_FRACTION, bounds.lead_fraction))


def fall_per_min(bounds: Bounds, bpm: float) -> float:
    """The fastest fall permitted at a tempo of `bpm`, in bpm per minute."""
    return min(HARD_FALL_BPM_PER_MIN, bounds.fall_bpm_per_min, bounds.fall_fraction_per_min * bpm)


def start_bpm(
    wish_bpm: float, bounds: Bounds, baseline_bpm: float | None, pulse_bpm: float | None
) -> Bounded:
    """Where the beat may begin; no slew applies, for nothing sounds yet."""
    floor, lead = tempo_floor_bpm(bounds, baseline_bpm), lead_floor_bpm(bounds, pulse_bpm)
    return _within(wish_bpm, bounds, floor, lead, 0.0)


def bounded(
    wish: Wish,
    tempo_bpm: float,
    bounds: Bounds,
    baseline_bpm: float | None,
    pulse_bpm: float | None,
    may_fall: bool,
) -> Bounded:
    """Cut a wish down to what is permitted now, from a tempo of `tempo_bpm`.

    `may_fall` is False while an expected heart has no fresh data.
    """
    floor, lead = tempo_floor_bpm(bounds, baseline_bpm), lead_floor_bpm(bounds, pulse_bpm)
    inside = _within(wish.to_bpm, bounds, floor, lead, wish.per_min or 0.0)
    to_bpm, limit = inside.to_bpm, inside.limit
    if not may_fall and to_bpm < tempo_bpm:
        return Bounded(tempo_bpm, 0.0, "no fresh pulse, so nothing is lowered")
    # Near the floor the fall is slowest: measured at the lower end it holds on the whole way.
    most = fall_per_min(bounds, min(to_bpm, tempo_bpm)) if to_bpm < tempo_bpm else bounds.rise_bpm_per_min
    return Bounded(to_bpm, most if wish.per_min is None else min(most, wish.per_min), limit)


def _within(wish_bpm: float, bounds: Bounds, floor: float, lead: float, per_min: float) -> Bounded:
    ceiling = tempo_ceiling_bpm(bounds)
    if wish_bpm > ceiling:
        return Bounded(ceiling, per_min, f"{ceiling:.0f} is the quickest it goes")
    lowest = max(floor, lead)
    if wish_bpm >= lowest:
        return Bounded(wish_bpm, per_min)
    if lead > floor:
        to_bpm = min(ceiling, lead + 0.5 * ROOM_BPM)
        return Bounded(to_bpm, per_min, "it may not run further ahead of your pulse")
    return Bounded(floor, per_min, f"{floor:.0f} is the slowest it goes for you")
