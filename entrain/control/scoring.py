"""Edits of the score, and what every guide asks before it makes one."""

from typing import Final

from entrain.control import bounds as limits
from entrain.control import group
from entrain.control.events import Effect, Phase, ScoreChanged
from entrain.control.protocol import Preset, SoundRule
from entrain.control.state import GUIDED, SessionState, edit
from entrain.score import LEAD_S, Presence, Score
from entrain.tempo.policy import UNHEARD
from entrain.units import S_PER_MIN

KEEP_S: Final = 30.0  # how much of the past a score carries along


def edit_time_s(state: SessionState) -> float:
    """The earliest moment that is not committed yet."""
    return max(state.committed_s, state.t_s + LEAD_S)


def with_score(state: SessionState, score: Score, from_s: float, out: list[Effect]) -> SessionState:
    """The state with another score from `from_s` on, which is said."""
    score = score.since(min(state.t_s, from_s) - KEEP_S)
    out.append(ScoreChanged(state.t_s, from_s, score))
    return edit(state, score=score)


def is_led(state: SessionState) -> bool:
    """Is there a beat to be steered? Paced stages are given, not steered."""
    return state.score is not None and state.phase in GUIDED and not state.config.stages


def asks_policy(state: SessionState) -> bool:
    """Is it the policy that says where the tempo goes? Not in the match, and not while it is held."""
    return is_led(state) and state.phase is not Phase.MATCH and state.hold is None


def goal_bpm(state: SessionState) -> float:
    """Where the tempo is to end: the person's word, the preset's, or as low as the floor permits."""
    preset = state.config.preset
    wish = state.goal_bpm if state.goal_bpm is not None else preset.tempo.goal_bpm
    floor_bpm = _floor_bpm(state)
    return floor_bpm if wish is None else max(floor_bpm, wish)


def _floor_bpm(state: SessionState) -> float:
    bounds = state.config.preset.bounds
    if len(state.tracks) == 1:
        return limits.tempo_floor_bpm(bounds, state.tracks[0].baseline_bpm)
    floors = [
        limits.tempo_floor_bpm(bounds, track.baseline_bpm)
        for track in state.tracks
        if group.is_counted(track)
    ]
    return max(floors, default=bounds.tempo_floor_bpm)


def goal_breath_per_min(state: SessionState) -> float:
    """Where the breath is to end: the person's word or the preset's, never below the floor, nor below where
    the person felt light-headed."""
    preset = state.config.preset
    wish = state.goal_breath_per_min
    wish = preset.breath.goal_per_min if wish is None else wish
    return max(preset.bounds.breath_floor_per_min, wish, state.breath_limit_per_min)


def presence_from(sound: SoundRule, at_s: float, length_s: float) -> Presence:
    """The sound fades in, and, where the preset says so, sinks during the `length_s` of guidance."""
    heard_s = at_s + sound.delay_s
    presence = Presence().changed(heard_s, 1.0, sound.fade_in_s)
    if sound.sink_to >= 1.0:
        return presence
    there_s = heard_s + sound.fade_in_s
    return presence.changed(there_s, sound.sink_to, max(sound.fade_in_s, at_s + length_s - there_s))


def presence_of(preset: Preset, at_s: float) -> Presence:
    """How present the sound of a session is whose guiding begins at `at_s`."""
    if preset.tempo.policy in UNHEARD:
        return Presence()
    times = preset.phases
    length_s = preset.minutes * S_PER_MIN - times.baseline_s - times.silence_s
    return presence_from(preset.sound, at_s, length_s)
