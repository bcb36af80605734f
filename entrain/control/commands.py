"""What a person asks of a session: steering, volume, marks, ratings. Stopping is `session`'s own affair.

- The bounds hold for a person's wishes too; what they do not permit is said, not swallowed.
- A nudge is a wish that stays (`entrain.control.tempo_guide`); a goal is one that the policy goes to.
- "This is easy" and "light-headed" are asked of the person, never guessed.
- What is locked is not loosened (`entrain.control.locks`).
- A heart that is released holds nobody back any more and goes on being measured; the last one stays.
"""

from typing import assert_never

from entrain.control import group
from entrain.control.breath_guide import leave_breath, relieve
from entrain.control.events import (
    Author,
    Decided,
    EaseOff,
    Effect,
    Feel,
    Feeling,
    GoOn,
    HoldTempo,
    LeadHeart,
    LeaveBreath,
    Mark,
    NotRight,
    Nudge,
    Pause,
    Phase,
    Rate,
    ReleaseHeart,
    Resume,
    SetGoal,
    SetMuted,
    SetVoice,
    SetVolume,
    SkipRest,
    Steering,
    StepAway,
    VoiceChanged,
    VolumeChanged,
)
from entrain.control.group import States
from entrain.control.heart import HeartTrack, edit_track
from entrain.control.holds import with_hold
from entrain.control.locks import is_held
from entrain.control.scoring import goal_bpm, goal_breath_per_min, is_led
from entrain.control.state import GUIDED, NOBODYS, SessionState, edit
from entrain.control.tempo_guide import ease_off, nudge, steer
from entrain.reason import Code, Reason


def obey(state: SessionState, command: Steering, states: States, out: list[Effect]) -> SessionState:
    """Do what the person asks, as far as the bounds permit; what they do not permit is said."""
    if is_held(state, command):
        out.append(Decided(state.t_s, "lock", Author.BOUND, None, None, Reason(Code.LOCKED)))
        return state
    match command:
        case Pause():
            return _pause(state, True, states, out)
        case Resume():
            return _pause(state, False, states, out)
        case StepAway():
            return _step_away(state, states, out)
        case LeaveBreath():
            return leave_breath(state, out)
        case NotRight():
            return state  # the log has it; what follows from it is for the next session
        case EaseOff():
            return ease_off(state, states, out)
        case SkipRest():
            return _skip_rest(state, out)
        case HoldTempo():
            return _hold(state, True, states, out)
        case GoOn():
            return _hold(edit(state, eased_until_s=state.t_s), False, states, out)
        case Nudge(bpm=bpm):
            return nudge(state, bpm, states, out)
        case SetGoal(tempo_bpm=tempo_bpm, breath_per_min=breath_per_min):
            return _set_goal(state, tempo_bpm, breath_per_min, out)
        case Feel():
            return _feel(state, command, states, out)
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


def _step_away(state: SessionState, states: States, out: list[Effect]) -> SessionState:
    if not state.paused:
        out.append(Decided(state.t_s, "away", Author.PERSON, None, None, Reason(Code.STEPPED_AWAY)))
    return _pause(edit(state, n_away=state.n_away + 1), True, states, out)


def _skip_rest(state: SessionState, out: list[Effect]) -> SessionState:
    if state.phase not in (Phase.WAITING, Phase.BASELINE) or state.is_rest_skipped:
        return state
    out.append(Decided(state.t_s, "rest_s", Author.PERSON, None, None, Reason(Code.REST_SKIPPED)))
    return edit(state, is_rest_skipped=True)


def _hold(state: SessionState, holds: bool, states: States, out: list[Effect]) -> SessionState:
    state = edit(state, person_holds=holds, asked_bpm=None)
    if state.phase in GUIDED:
        state = steer(with_hold(state, states, out), states, out)
    return state


def _set_goal(
    state: SessionState, tempo_bpm: float | None, breath_per_min: float | None, out: list[Effect]
) -> SessionState:
    if tempo_bpm is not None:
        before = goal_bpm(state)
        state = edit(state, goal_bpm=tempo_bpm, shift_bpm=0.0, asked_bpm=None)
        goal = goal_bpm(state)
        limit = Reason.of(Code.SLOWEST, floor_bpm=goal) if goal > tempo_bpm else None
        author, reason = _last_word(Reason.of(Code.NEW_TEMPO_GOAL, bpm=goal), limit)
        out.append(Decided(state.t_s, "goal_bpm", author, before, goal, reason))
        state = edit(state, goal_bpm=goal)
    if breath_per_min is not None:
        before = goal_breath_per_min(state)
        state = edit(state, goal_breath_per_min=breath_per_min)
        goal = goal_breath_per_min(state)
        limit = Reason.of(Code.SLOWEST_BREATH, floor_per_min=goal) if goal > breath_per_min else None
        author, reason = _last_word(Reason.of(Code.NEW_BREATH_GOAL, per_min=goal), limit)
        out.append(Decided(state.t_s, "goal_breath_per_min", author, before, goal, reason))
        state = edit(state, goal_breath_per_min=goal)
    return state


def _last_word(wish: Reason, limit: Reason | None) -> tuple[Author, Reason]:
    """A new goal bears the name of whoever had the last word on it."""
    return (Author.PERSON, wish) if limit is None else (Author.BOUND, limit)


def _feel(state: SessionState, command: Feel, states: States, out: list[Effect]) -> SessionState:
    """A word that nothing measures: easy lets the breath go on, light-headed brings it up."""
    straps = {track.strap for track in state.tracks if command.strap in (None, track.strap)}
    if not straps:
        straps = {NOBODYS}
    if command.feeling is Feeling.LIGHT_HEADED:
        state = edit(state, said_dizzy=state.said_dizzy | straps)
    else:
        state = edit(state, said_easy=state.said_easy | straps)
    if state.score is None or state.score.breath is None or not is_led(state):
        return state
    if command.feeling is Feeling.LIGHT_HEADED:
        return relieve(ease_off(state, states, out), straps, out)
    if not straps <= state.easy:
        line, whose = state.breath_line_per_min, command.strap if len(state.tracks) > 1 else None
        reason = Reason(Code.EASY, whose=whose)
        out.append(Decided(state.t_s, "breath_line_per_min", Author.PERSON, line, line, reason))
    return edit(state, easy=state.easy | straps)


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
