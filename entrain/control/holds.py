"""Holds: while one stands, tempo and breath stay where they are; they may still finish a rise.

The most pressing cause counts, in this order, and its reason names whose it is where there are several
hearts:

- paused by the person;
- no data: no strap is connected, or nobody's pulse is fresh. One lost strap of several holds nobody;
- somebody's breath has been out of step with the guided one for `OUT_OF_STEP_S`, and is the quicker of the
  two: whoever breathes more slowly is waited for by the pace coming down;
- held by the person, or easing off for a while;
- somebody's pulse is up against their own resting pulse (with hysteresis, see `entrain.control.heart`). This
  holds the beat and not the breath, for the breath is what calms.

Paced stages know the first two only: their rates are given. The end of a hold says what is known: a breath
that can no longer be told is not called in step.
"""

from typing import Final

from entrain.breath.estimate import InStep
from entrain.control import group
from entrain.control.events import Author, Decided, Effect
from entrain.control.group import States
from entrain.control.heart import HeartTrack, above_rest_bpm, edit_track
from entrain.control.state import HoldCause, SessionState, edit, has_sensor
from entrain.reason import Code, Reason

OUT_OF_STEP_S: Final = 10.0  # shorter than that is no reason to wait
RELEASE_BPM: Final = 1.5  # a raised pulse must come back this far before the hold ends

_BY_PERSON: Final = frozenset({HoldCause.PAUSED, HoldCause.PERSON, HoldCause.EASED})
_GOING_ON: Final = {
    HoldCause.PAUSED: Code.RESUMED,
    HoldCause.NO_DATA: Code.PULSE_BACK,
    HoldCause.PULSE_UP: Code.PULSE_DOWN,
    HoldCause.OUT_OF_STEP: Code.IN_STEP_AGAIN,
    HoldCause.PERSON: Code.LET_GO,
    HoldCause.EASED: Code.EASING_OVER,
}


def author_of(cause: HoldCause | None) -> Author:
    """Who brings such a hold about."""
    return Author.PERSON if cause in _BY_PERSON else Author.BOUND


def with_hold(state: SessionState, states: States, out: list[Effect]) -> SessionState:
    """Begin, change or end a hold, and say why."""
    state = _with_raised(state, states)
    cause, reason = _cause(state, states)
    if cause is state.hold:
        return state if reason == state.hold_reason else edit(state, hold_reason=reason)
    heart = group.heard_of(state, states)
    inputs = (("pulse_bpm", heart.bpm), ("baseline_bpm", group.baseline_of(state)), ("age_s", heart.age_s))
    author = author_of(cause or state.hold)
    begun, before = float(cause is not None), float(state.hold is not None)
    why = reason or _going_on(state)
    out.append(Decided(state.t_s, "hold", author, before, begun, why, inputs))
    n_holds = state.n_holds + (state.hold is None and cause is not None)
    return edit(state, hold=cause, hold_reason=reason, n_holds=n_holds)


def _going_on(state: SessionState) -> Reason:
    assert state.hold is not None, "a hold that ends has begun"
    code = _GOING_ON[state.hold]
    if state.hold is HoldCause.OUT_OF_STEP and not _is_in_step_again(state):
        code = Code.EASY if _is_easy_again(state) else Code.STEP_NOT_SEEN
    return Reason(code, whose=None if state.hold_reason is None else state.hold_reason.whose)


def _is_in_step_again(state: SessionState) -> bool:
    """Is it known of the very person who held the rest? That others are in step says nothing of them."""
    return all(track.in_step is InStep.YES for track in _held_by(state))


def _is_easy_again(state: SessionState) -> bool:
    """Is it known of that person, or their own word?"""
    return all(track.in_step is InStep.YES or track.strap in state.easy for track in _held_by(state))


def _held_by(state: SessionState) -> list[HeartTrack]:
    whose = None if state.hold_reason is None else state.hold_reason.whose
    return [track for track in state.tracks if whose is None or track.strap == whose]


def _with_raised(state: SessionState, states: States) -> SessionState:
    """Whose pulse is up: raised beyond the bound, and not come back far enough yet."""
    most = state.config.preset.bounds.pulse_rise_bpm
    for index, (track, heart) in enumerate(zip(state.tracks, states, strict=True)):
        above = above_rest_bpm(track, heart)
        is_up = above is not None and above > most - (RELEASE_BPM if track.is_up else 0.0)
        if is_up is not track.is_up:
            state = group.with_track(state, index, edit_track(track, is_up=is_up))
    return state


def _cause(state: SessionState, states: States) -> tuple[HoldCause | None, Reason | None]:
    if state.paused:
        return HoldCause.PAUSED, Reason(Code.PAUSED)
    if has_sensor(state):
        if not group.is_any_connected(state.tracks):
            return HoldCause.NO_DATA, Reason(Code.NOT_CONNECTED)
        heart = group.heard_of(state, states)
        if heart.age_s is None or heart.age_s > state.config.preset.bounds.stale_s:
            return HoldCause.NO_DATA, Reason(Code.NO_FRESH_PULSE)
    if state.config.stages:
        return None, None
    raised, out_of_step = _of_somebody(state, states)
    if out_of_step is None and _stays_met(state):
        out_of_step = state.hold_reason
    if out_of_step is not None:
        return HoldCause.OUT_OF_STEP, out_of_step
    if state.person_holds:
        return HoldCause.PERSON, Reason(Code.HELD)
    if state.t_s < state.eased_until_s:
        return HoldCause.EASED, Reason(Code.EASED)
    return (None, None) if raised is None else (HoldCause.PULSE_UP, raised)


def _stays_met(state: SessionState) -> bool:
    """Whoever was met at their own rate is left there until they are seen in step, or say it is easy."""
    is_met = state.hold is HoldCause.OUT_OF_STEP and state.came_back
    return is_met and not _is_easy_again(state)


def _of_somebody(state: SessionState, states: States) -> tuple[Reason | None, Reason | None]:
    """The first whose pulse is up and the first who is out of step, of those who are led."""
    raised: Reason | None = None
    out_of_step: Reason | None = None
    for track, heart in zip(state.tracks, states, strict=True):
        if not (track.is_up or track.out_of_step_since_s is not None) or not group.is_counted(track):
            continue
        whose = track.strap if len(states) > 1 else None
        above = above_rest_bpm(track, heart)
        if track.is_up and above is not None and raised is None:
            raised = Reason(Code.PULSE_UP, (("above_bpm", float(round(above))),), whose=whose)
        since_s = track.out_of_step_since_s
        lasts = since_s is not None and state.t_s - since_s >= OUT_OF_STEP_S
        if lasts and out_of_step is None and not _is_slower(track, state):
            out_of_step = Reason(Code.OUT_OF_STEP, whose=whose)
    return raised, out_of_step


def _is_slower(track: HeartTrack, state: SessionState) -> bool:
    """Is the own breath slower than the guided one?"""
    own, pace_per_min = (
        track.own_breath,
        None if state.score is None else state.score.breath_rate_at(state.t_s),
    )
    if own is None or own.rate_per_min is None or pace_per_min is None:
        return False
    return own.rate_per_min < pace_per_min
