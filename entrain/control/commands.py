"""What a person asks of a session: steering, volume, marks, ratings. Stopping is `session`'s own affair.

- The bounds hold for a person's wishes too; what they do not permit is said, not swallowed.
- A nudge down becomes the goal, or the policy would undo it; a nudge up makes the policy wait for a while.
- A heart that is released holds nobody back any more and goes on being measured; the last one stays.
"""

from typing import assert_never

from entrain.control import group
from entrain.control.events import (
    Author,
    Decided,
    EaseOff,
    Effect,
    GoOn,
    HoldTempo,
    LeadHeart,
    Mark,
    Nudge,
    Pause,
    Rate,
    ReleaseHeart,
    Resume,
    SetGoal,
    SetMuted,
    SetVoice,
    SetVolume,
    Steering,
    VoiceChanged,
    VolumeChanged,
)
from entrain.control.group import States
from entrain.control.heart import HeartTrack, edit_track
from entrain.control.holds import with_hold
from entrain.control.scoring import edit_time_s, goal_bpm, goal_breath_per_min, is_led
from entrain.control.state import GUIDED, SessionState, edit
from entrain.control.tempo_guide import EASE_S, ease_off, steer, wish_tempo
from entrain.reason import Code, Reason
from entrain.tempo.policy import Wish


def obey(state: SessionState, command: Steering, states: States, out: list[Effect]) -> SessionState:
    """Do what the person asks, as far as the bounds permit; what they do not permit is said."""
    match command:
        case Pause():
            return _pause(state, True, states, out)
        case Resume():
            return _pause(state, False, states, out)
        case EaseOff():
            return ease_off(state, states, out)
        case HoldTempo():
            return _hold(state, True, states, out)
        case GoOn():
            return _hold(edit(state, eased_until_s=state.t_s), False, states, out)
        case Nudge(bpm=bpm):
            return _nudge(state, bpm, states, out)
        case SetGoal(tempo_bpm=tempo_bpm, breath_per_min=breath_per_min):
            return _set_goal(state, tempo_bpm, breath_per_min, out)
        case SetVolume(volume=volume):
            state = edit(state, volume=min(1.0, max(0.0, volume)))
            return _say_volume(state, out)
        case SetMuted(muted=muted):
            return _say_volume(edit(state, muted=muted), out)
        case SetVoice(voice=voice):
            out.append(VoiceChanged(state.t_s, voice))
            return edit(state, voice=voice)
        case Mark():
            return edit(state, n_markers=state.n_markers + 1)
        case Rate():
            return _rate(state, command)
        case ReleaseHeart(strap=strap):
            return _lead(state, strap, False)
        case LeadHeart(strap=strap):
            return _lead(state, strap, True)
        case _:
            assert_never(command)


def _pause(state: SessionState, paused: bool, states: States, out: list[Effect]) -> SessionState:
    if paused is state.paused:
        return state
    state = _say_volume(edit(state, paused=paused), out)
    if state.phase in GUIDED:
        state = steer(with_hold(state, states, out), states, out)
    return state


def _hold(state: SessionState, holds: bool, states: States, out: list[Effect]) -> SessionState:
    state = edit(state, person_holds=holds)
    if state.phase in GUIDED:
        state = steer(with_hold(state, states, out), states, out)
    return state


def _nudge(state: SessionState, bpm: float, states: States, out: list[Effect]) -> SessionState:
    """The person's hand on the tempo: it becomes the goal too, or the policy would undo it."""
    if state.score is None or not is_led(state):
        return state
    to_bpm = state.score.tempo.bpm_at(edit_time_s(state)) + bpm
    if bpm < 0.0 and to_bpm < goal_bpm(state):
        state = edit(state, goal_bpm=to_bpm)
    if bpm > 0.0:
        # Upwards the policy would lead down again at once: it waits, as after an ease-off.
        state = with_hold(edit(state, eased_until_s=state.t_s + EASE_S), states, out)
    wish = Wish(to_bpm, Reason.of(Code.NUDGED, by_bpm=bpm))
    return wish_tempo(state, states, wish, Author.PERSON, out)


def _set_goal(
    state: SessionState, tempo_bpm: float | None, breath_per_min: float | None, out: list[Effect]
) -> SessionState:
    before, before_breath = goal_bpm(state), goal_breath_per_min(state)
    state = edit(
        state,
        goal_bpm=state.goal_bpm if tempo_bpm is None else tempo_bpm,
        goal_breath_per_min=state.goal_breath_per_min if breath_per_min is None else breath_per_min,
    )
    if tempo_bpm is not None:
        goal = goal_bpm(state)
        reason = Reason.of(Code.NEW_TEMPO_GOAL, bpm=goal)
        out.append(Decided(state.t_s, "goal_bpm", Author.PERSON, before, goal, reason))
    if breath_per_min is not None:
        goal = goal_breath_per_min(state)
        reason = Reason.of(Code.NEW_BREATH_GOAL, per_min=goal)
        out.append(Decided(state.t_s, "goal_breath_per_min", Author.PERSON, before_breath, goal, reason))
    return state


def _say_volume(state: SessionState, out: list[Effect]) -> SessionState:
    out.append(VolumeChanged(state.t_s, state.volume, state.muted or state.paused))
    return state


def _rate(state: SessionState, command: Rate) -> SessionState:
    value = min(10, max(0, command.value))
    if command.strap is not None:
        return _with_rating(state, command.strap, command.when, value)
    if command.when == "before":
        return edit(state, rating_before=value)
    return edit(state, rating_after=value)


def _with_rating(state: SessionState, strap: str, when: str, value: int) -> SessionState:
    for index, track in enumerate(state.tracks):
        if track.strap == strap:
            return group.with_track(state, index, _rated(track, when, value))
    return state


def _rated(track: HeartTrack, when: str, value: int) -> HeartTrack:
    if when == "before":
        return edit_track(track, rating_before=value)
    return edit_track(track, rating_after=value)


def _lead(state: SessionState, strap: str, is_led: bool) -> SessionState:
    others = [track for track in state.tracks if track.is_led and track.strap != strap]
    if not is_led and not others:
        return state
    for index, track in enumerate(state.tracks):
        if track.strap == strap:
            return group.with_track(state, index, edit_track(track, is_led=is_led))
    return state
