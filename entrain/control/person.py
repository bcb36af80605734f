"""What a person asks of a session: steering, volume, marks, ratings. Stopping is `session`'s own affair."""

from typing import assert_never

from entrain.control import guide
from entrain.control.events import (
    Author,
    Decided,
    EaseOff,
    Effect,
    GoOn,
    HoldTempo,
    Mark,
    Nudge,
    Pause,
    Rate,
    Resume,
    SetGoal,
    SetMuted,
    SetVoice,
    SetVolume,
    Steering,
    VoiceChanged,
    VolumeChanged,
)
from entrain.control.state import GUIDED, SessionState
from entrain.frozen import changed
from entrain.heart.beat import HeartState
from entrain.tempo.policy import Wish


def obey(state: SessionState, command: Steering, heart: HeartState, out: list[Effect]) -> SessionState:
    """Do what the person asks, as far as the bounds permit; what they do not permit is said."""
    match command:
        case Pause():
            return _pause(state, True, heart, out)
        case Resume():
            return _pause(state, False, heart, out)
        case EaseOff():
            return guide.ease_off(state, heart, out)
        case HoldTempo():
            return _hold(state, True, heart, out)
        case GoOn():
            return _hold(changed(state, eased_until_s=state.t_s), False, heart, out)
        case Nudge(bpm=bpm):
            return _nudge(state, bpm, heart, out)
        case SetGoal(tempo_bpm=tempo_bpm, breath_per_min=breath_per_min):
            return _set_goal(state, tempo_bpm, breath_per_min, out)
        case SetVolume(volume=volume):
            state = changed(state, volume=min(1.0, max(0.0, volume)))
            return _say_volume(state, out)
        case SetMuted(muted=muted):
            return _say_volume(changed(state, muted=muted), out)
        case SetVoice(voice=voice):
            out.append(VoiceChanged(state.t_s, voice))
            return changed(state, voice=voice)
        case Mark():
            return changed(state, n_markers=state.n_markers + 1)
        case Rate(value=value, when=when):
            value = min(10, max(0, value))
            if when == "before":
                return changed(state, rating_before=value)
            return changed(state, rating_after=value)
        case _:
            assert_never(command)


def _pause(state: SessionState, paused: bool, heart: HeartState, out: list[Effect]) -> SessionState:
    if paused is state.paused:
        return state
    state = _say_volume(changed(state, paused=paused), out)
    if state.phase in GUIDED:
        state = guide.steer(guide.with_hold(state, heart, out), heart, out)
    return state


def _hold(state: SessionState, holds: bool, heart: HeartState, out: list[Effect]) -> SessionState:
    state = changed(state, person_holds=holds)
    if state.phase in GUIDED:
        state = guide.steer(guide.with_hold(state, heart, out), heart, out)
    return state


def _nudge(state: SessionState, bpm: float, heart: HeartState, out: list[Effect]) -> SessionState:
    """The person's hand on the tempo: it becomes the goal too, or the policy would undo it."""
    if state.score is None or not guide.is_led(state):
        return state
    to_bpm = state.score.tempo.bpm_at(guide.edit_time_s(state)) + bpm
    if bpm < 0.0 and to_bpm < guide.goal_bpm(state):
        state = changed(state, goal_bpm=to_bpm)
    if bpm > 0.0:
        # Upwards the policy would lead down again at once: it waits, as after an ease-off.
        state = guide.with_hold(changed(state, eased_until_s=state.t_s + guide.EASE_S), heart, out)
    wish = Wish(to_bpm, f"{bpm:+.0f} a minute, as you asked")
    return guide.wish_tempo(state, heart, wish, Author.PERSON, out)


def _set_goal(
    state: SessionState, tempo_bpm: float | None, breath_per_min: float | None, out: list[Effect]
) -> SessionState:
    before, before_breath = guide.goal_bpm(state), guide.goal_breath_per_min(state)
    state = changed(
        state,
        goal_bpm=state.goal_bpm if tempo_bpm is None else tempo_bpm,
        goal_breath_per_min=state.goal_breath_per_min if breath_per_min is None else breath_per_min,
    )
    if tempo_bpm is not None:
        goal = guide.goal_bpm(state)
        reason = f"the goal is {goal:.0f} beats a minute now, as you asked"
        out.append(Decided(state.t_s, "goal_bpm", Author.PERSON, before, goal, reason))
    if breath_per_min is not None:
        goal = guide.goal_breath_per_min(state)
        reason = f"the goal is {goal:.1f} breaths a minute now, as you asked"
        out.append(Decided(state.t_s, "goal_breath_per_min", Author.PERSON, before_breath, goal, reason))
    return state


def _say_volume(state: SessionState, out: list[Effect]) -> SessionState:
    out.append(VolumeChanged(state.t_s, state.volume, state.muted or state.paused))
    return state
