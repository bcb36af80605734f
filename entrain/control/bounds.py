"""The bounds: whatever a policy or a person asks, these have the last word.

- The tempo never goes below the floor of anybody who is led by it: the preset's, the share of their own
  resting pulse, and the HARD ones. Where a floor comes up meanwhile (somebody joins), the tempo rises to it
  at the rise bound and never falls before.
- It is never led further below anybody's current pulse than `lead_fraction`; where a pulse rises under it,
  the tempo comes after at the rise bound.
- It falls no faster than `fall_bpm_per_min` and `fall_fraction_per_min`, and rises no faster than
  `rise_bpm_per_min`.
- Without fresh data from any expected heart it never falls.
- The breath never goes below its floor, whatever the tempo does before the breath has ended.
"""

from typing import Final

from entrain.control.protocol import Bounds
from entrain.frozen import quick
from entrain.reason import Code, Reason
from entrain.tempo.plan import TempoPlan
from entrain.tempo.policy import Wish

# A trembling pulse must not redraw the plan every second: a tempo that has come up to the lead bound goes on
# falling only when it has this much room again.
ROOM_BPM: Final = 1.0
COME_UP_BPM: Final = 2.5  # so far above the bound a beat comes up: once, not every minute a little
NEAR_BPM: Final = 0.1  # a fall stops this much before the lead bound, for the edit takes a moment to arrive


@quick
class Lowest:
    """The lowest tempo for now, and by whom where there are several hearts.

    `floor_bpm` is the highest of the floors, `lead_bpm` the highest of what the pulses permit, 0 without one.
    `may_fall` is False while no expected heart has fresh data.
    """

    floor_bpm: float
    lead_bpm: float
    may_fall: bool = True
    floor_whose: str | None = None
    lead_whose: str | None = None


@quick
class Bounded:
    """What is left of a wish; `limit` is the bound that cut it, None where none did."""

    to_bpm: float
    per_min: float
    limit: Reason | None = None


def tempo_floor_bpm(bounds: Bounds, baseline_bpm: float | None) -> float:
    """The lowest tempo for somebody with that resting pulse."""
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


def start_bpm(wish_bpm: float, bounds: Bounds, lowest: Lowest) -> Bounded:
    """Where the beat may begin; no slew applies, for nothing sounds yet."""
    to_bpm, limit = _within(wish_bpm, bounds, lowest)
    if to_bpm >= lowest.lead_bpm:
        return Bounded(to_bpm, 0.0, limit)
    return Bounded(lowest.lead_bpm, 0.0, Reason(Code.NO_FURTHER_BELOW, whose=lowest.lead_whose))


def bounded(wish: Wish, plan: TempoPlan, tempo: float, bounds: Bounds, lowest: Lowest) -> Bounded:
    """Cut a wish down to what is permitted from a moment on at which `plan` has come to `tempo` bpm."""
    falling, rising = plan.goal_bpm < tempo, plan.goal_bpm > tempo
    to_bpm, limit = _within(wish.to_bpm, bounds, lowest)
    lead = lowest.lead_bpm
    if to_bpm < tempo and not lowest.may_fall:
        to_bpm, limit = tempo, _NOTHING_FALLS
    if tempo < lead and to_bpm < lead + COME_UP_BPM:
        # Under way up already, far enough: leave it, or a rising pulse would redraw the plan every second.
        enough = plan.goal_bpm if plan.goal_bpm >= lead else lead + COME_UP_BPM
        to_bpm = min(enough, bounds.tempo_ceiling_bpm)
        limit = Reason(Code.QUICKER_AGAIN, whose=lowest.lead_whose)
    elif to_bpm < tempo <= lead + (NEAR_BPM if falling else ROOM_BPM):
        # A rise that is under way may finish, or it would be cut as soon as it has reached the bound.
        code = Code.QUICKER_AGAIN if rising else Code.BEAT_WAITS
        to_bpm, limit = plan.goal_bpm if rising else tempo, Reason(code, whose=lowest.lead_whose)
    # Near the floor the fall is slowest: measured at the lower end it holds on the whole way.
    most = fall_per_min(bounds, to_bpm) if to_bpm < tempo else bounds.rise_bpm_per_min
    per_min = most if wish.per_min is None else min(most, wish.per_min)
    return Bounded(to_bpm, per_min, limit) if per_min > 0.0 else Bounded(tempo, 0.0, limit)


_NOTHING_FALLS: Final = Reason(Code.NOTHING_FALLS)


def _within(wish_bpm: float, bounds: Bounds, lowest: Lowest) -> tuple[float, Reason | None]:
    """The wish between floor and ceiling, and which of them cut it."""
    if wish_bpm > (ceiling := bounds.tempo_ceiling_bpm):
        return ceiling, Reason.of(Code.QUICKEST, ceiling_bpm=ceiling)
    if wish_bpm < (floor := lowest.floor_bpm):
        return floor, Reason(Code.SLOWEST, (("floor_bpm", floor),), whose=lowest.floor_whose)
    return wish_bpm, None
