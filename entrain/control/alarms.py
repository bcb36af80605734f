"""When a session stops by itself. A precaution, not a diagnosis.

Each heart is looked at by itself, as if it were alone; whoever's alarm stands ends the session for all who
hear it. A reason must stand for a while before it counts: a moment's bad contact stops nothing.

- A pulse below `slow_pulse_bpm` for `SLOW_FOR_S`. A resting pulse that is slow is no reason to stop: for such
  people it is `SLOW_FRACTION` of their own, and never below `HARD_SLOW_PULSE_BPM`.
- A pulse a quarter away from the one half a minute before, for `JUMP_FOR_S`; once that stands, it is measured
  from the pulse before it began.
- More than `artefacts_per_min` intervals a minute set aside, for `ARTEFACTS_FOR_S`: so many that what is left
  is no pulse to go by. Extra beats now and then are set aside and stop nothing.
- A heart without a fresh pulse raises no alarm, and one that was released none either.
"""

from bisect import bisect_right
from operator import itemgetter
from typing import Final

from entrain.control.group import States, with_track
from entrain.control.heart import QUIET, Alarm, HeartTrack, edit_track
from entrain.control.protocol import HARD_SLOW_PULSE_BPM, Bounds
from entrain.control.state import SessionState
from entrain.heart.beat import HeartState
from entrain.reason import Code, Reason

SLOW_FOR_S: Final = 15.0
SLOW_FRACTION: Final = 0.85  # of the own resting pulse
JUMP_FOR_S: Final = 20.0
JUMP_FRACTION: Final = 0.25
JUMP_BACK_S: Final = 30.0  # against the pulse this long ago
ARTEFACTS_FOR_S: Final = 120.0


def reason_to_stop(state: SessionState, states: States) -> tuple[SessionState, Reason | None]:
    """Look at every heart; returns the state with their alarms, and why to stop, or None.

    `states` are those of the hearts at this moment, in the order of the tracks.
    """
    bounds, t_s = state.config.preset.bounds, state.t_s
    stop: Reason | None = None
    for index, (track, heart) in enumerate(zip(state.tracks, states, strict=True)):
        alarm = _alarm(track, heart, bounds, t_s) if track.is_led else QUIET
        if alarm is not track.alarm:
            state = with_track(state, index, edit_track(track, alarm=alarm))
        if alarm is not QUIET and stop is None:
            slowest_bpm = slow_bpm(bounds, track.baseline_bpm)
            stop = _why(alarm, slowest_bpm, t_s, track.strap if len(state.tracks) > 1 else None)
    return state, stop


def _alarm(track: HeartTrack, heart: HeartState, bounds: Bounds, t_s: float) -> Alarm:
    before = track.alarm
    slow = heart.bpm is not None and heart.bpm < slow_bpm(bounds, track.baseline_bpm)
    artefacts = heart.bpm is not None and heart.artefacts_per_min > bounds.artefacts_per_min
    jumped = _jumped(track, heart, t_s)
    if not (slow or jumped or artefacts):  # as nearly always
        return QUIET
    return Alarm(
        slow_since_s=_since(before.slow_since_s, slow, t_s),
        jump_since_s=_since(before.jump_since_s, jumped, t_s),
        artefacts_since_s=_since(before.artefacts_since_s, artefacts, t_s),
    )


def slow_bpm(bounds: Bounds, baseline_bpm: float | None) -> float:
    """Below which pulse a session ends, for somebody with that resting pulse."""
    if baseline_bpm is None:
        return bounds.slow_pulse_bpm
    return min(bounds.slow_pulse_bpm, max(HARD_SLOW_PULSE_BPM, SLOW_FRACTION * baseline_bpm))


def _why(alarm: Alarm, slowest_bpm: float, t_s: float, whose: str | None) -> Reason | None:
    if _stood(alarm.slow_since_s, SLOW_FOR_S, t_s):
        return Reason(Code.PULSE_SLOW, (("below_bpm", slowest_bpm),), whose=whose)
    if _stood(alarm.jump_since_s, JUMP_FOR_S, t_s):
        return Reason(Code.PULSE_JUMPED, whose=whose)
    if _stood(alarm.artefacts_since_s, ARTEFACTS_FOR_S, t_s):
        return Reason(Code.TOO_IRREGULAR, whose=whose)
    return None


def _jumped(track: HeartTrack, heart: HeartState, t_s: float) -> bool:
    """A quarter away from the pulse before; once the alarm stands, from the pulse before the alarm."""
    since_s = track.alarm.jump_since_s
    before_s = t_s if since_s is None else since_s
    n_earlier = bisect_right(track.pulses, before_s - JUMP_BACK_S, key=itemgetter(0))
    if heart.bpm is None or not n_earlier:
        return False
    _, earlier, _ = track.pulses[n_earlier - 1]
    return abs(heart.bpm - earlier) > JUMP_FRACTION * earlier


def _since(since_s: float | None, stands: bool, t_s: float) -> float | None:
    if not stands:
        return None
    return t_s if since_s is None else since_s


def _stood(since_s: float | None, for_s: float, t_s: float) -> bool:
    return since_s is not None and t_s - since_s >= for_s
