"""When a session stops by itself, with a reason in plain words. A precaution, not a diagnosis.

Each reason must stand for a while before it counts: a moment's bad contact stops nothing.
"""

from bisect import bisect_right
from operator import itemgetter
from typing import Final

from entrain.control.state import QUIET, Alarm, SessionState
from entrain.frozen import changed
from entrain.heart.beat import HeartState

SLOW_FOR_S: Final = 15.0
JUMP_FOR_S: Final = 20.0
JUMP_FRACTION: Final = 0.25
JUMP_BACK_S: Final = 30.0  # against the pulse this long ago
ARTEFACTS_FOR_S: Final = 120.0


def reason_to_stop(state: SessionState, heart: HeartState) -> tuple[SessionState, str]:
    """Look at the alarms; returns the state with them and why to stop, or an empty string."""
    bounds = state.config.preset.bounds
    t_s = state.t_s
    slow = heart.bpm is not None and heart.bpm < bounds.slow_pulse_bpm
    artefacts = heart.bpm is not None and heart.artefacts_per_min > bounds.artefacts_per_min
    jumped = _jumped(state, heart)
    if not (slow or jumped or artefacts) and state.alarm is QUIET:  # as nearly always
        return state, ""
    alarm = Alarm(
        slow_since_s=_since(state.alarm.slow_since_s, slow, t_s),
        jump_since_s=_since(state.alarm.jump_since_s, jumped, t_s),
        artefacts_since_s=_since(state.alarm.artefacts_since_s, artefacts, t_s),
    )
    state = changed(state, alarm=QUIET if alarm == QUIET else alarm)
    if _stood(alarm.slow_since_s, SLOW_FOR_S, t_s):
        return state, f"stopping to be careful: a pulse below {bounds.slow_pulse_bpm:.0f} was measured"
    if _stood(alarm.jump_since_s, JUMP_FOR_S, t_s):
        return state, "stopping to be careful: your pulse changed suddenly by a quarter"
    if _stood(alarm.artefacts_since_s, ARTEFACTS_FOR_S, t_s):
        return state, "stopping: for two minutes the strap's signal was too irregular to go by"
    return state, ""


def _jumped(state: SessionState, heart: HeartState) -> bool:
    """A quarter away from the pulse before; once the alarm stands, from the pulse before the alarm."""
    before_s = state.t_s if state.alarm.jump_since_s is None else state.alarm.jump_since_s
    n_earlier = bisect_right(state.pulses, before_s - JUMP_BACK_S, key=itemgetter(0))
    if heart.bpm is None or not n_earlier:
        return False
    _, earlier, _ = state.pulses[n_earlier - 1]
    return abs(heart.bpm - earlier) > JUMP_FRACTION * earlier


def _since(since_s: float | None, stands: bool, t_s: float) -> float | None:
    if not stands:
        return None
    return t_s if since_s is None else since_s


def _stood(since_s: float | None, for_s: float, t_s: float) -> bool:
    return since_s is not None and t_s - since_s >= for_s
