"""The guided breath: a whole number of beats, lengthened as slowly as its bound wants.

- There is a line, the slowest breathing asked for so far. It falls by at most `breath_fall_per_min2`, only
  while time is spent outside the match and no hold stands, and never below the goal.
- A breath gets as many whole beats as the line permits, one more at a time, from its next boundary on.
- A falling tempo may take a breath a little under the line; only a clear miss takes a beat away again.
- No breath gets so many beats that it could fall below its floor before it has ended, wherever the tempo goes
  meanwhile: the plan's own goal counts, and the fastest fall that is permitted from here.
- Out of step for a minute, with a breath longer than the first one: back to the length before.
"""

from dataclasses import replace
from math import floor
from typing import Final

from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.control import bounds as limits
from entrain.control import group
from entrain.control.events import Author, Decided, Effect, Phase
from entrain.control.scoring import edit_time_s, goal_breath_per_min, is_led, with_score
from entrain.control.state import HoldCause, SessionState, edit
from entrain.reason import Code, Reason
from entrain.score import Score
from entrain.units import S_PER_MIN

LOOK_AHEAD_S: Final = 20.0  # a breath must not fall below its floor before it ends
QUICKEST_START_PER_MIN: Final = 16.0
SHORTEN_S: Final = 60.0  # out of step for so long: a breath has a beat less, the length that went before
FEWEST_BEATS: Final = 2


def first_breath(state: SessionState, bpm: float) -> BreathPattern:
    """The breath that the guiding begins with, near the person's own rate, at a tempo of `bpm`."""
    preset = state.config.preset
    beats = max(FEWEST_BEATS, round(bpm / _start_per_min(state)))
    most = floor(bpm / preset.bounds.breath_floor_per_min)
    return BreathPattern.of_beats(max(FEWEST_BEATS, min(beats, most)), preset.breath.ratio)


def _start_per_min(state: SessionState) -> float:
    """Where the guided breath begins: a share of the person's own rate where it is known.

    Pacing at three quarters of one's own rate slowed breathing more than a fixed 6/min (Leslie 2019).
    """
    rule, own = state.config.preset.breath, group.quickest_breath_per_min(state)
    if own is None or rule.own_fraction <= 0.0:
        return rule.start_per_min
    return max(rule.goal_per_min, min(QUICKEST_START_PER_MIN, rule.own_fraction * own))


def pace_breath(state: SessionState, spent_s: float, out: list[Effect]) -> SessionState:
    """Move the line on by `spent_s` seconds, and fit the breath to it."""
    score = state.score
    if score is None or score.breath is None or not is_led(state):
        return state
    if _should_shorten(state):
        return _shorten(state, score, out)
    line = state.breath_line_per_min
    if state.phase is not Phase.MATCH and state.hold is None:
        fall = state.config.preset.bounds.breath_fall_per_min2 * spent_s / S_PER_MIN
        goal = goal_breath_per_min(state)
        line = max(goal, line - fall) if line > goal else min(goal, line + fall)
        if line != state.breath_line_per_min:
            state = edit(state, breath_line_per_min=line)
    return fit_breath(state, out)


def fit_breath(state: SessionState, out: list[Effect]) -> SessionState:
    """Give the breath as many whole beats as the line permits, from its next boundary on."""
    score = state.score
    if score is None or score.breath is None:
        return state
    at_s = edit_time_s(state)
    tempo_bpm = score.tempo.bpm_at(at_s)
    slowest_bpm = min(tempo_bpm, score.tempo.bpm_at(at_s + LOOK_AHEAD_S))
    phase = score.tempo.phase_at(at_s)
    current, planned = score.breath.pattern_at(phase).beats, score.breath.pattern.beats
    floor_per_min = state.config.preset.bounds.breath_floor_per_min
    most = floor(_worst_bpm(state, score, tempo_bpm) / floor_per_min + 1e-9)
    fitting = floor(slowest_bpm / max(state.breath_line_per_min, floor_per_min) + 1e-9)
    fitting = max(FEWEST_BEATS, min(fitting, most))
    slowest = max(floor_per_min, 0.97 * state.breath_line_per_min, goal_breath_per_min(state) - 0.01)
    if fitting > planned:
        beats = min(fitting, current + 1)  # one beat at a time: a step that a breath can follow
    elif slowest_bpm / planned < slowest or planned > max(FEWEST_BEATS, most):
        beats = fitting
    else:
        return state
    if beats == planned:
        return state
    breath = score.breath.changed(phase, _pattern_of(state, beats))
    per_min = slowest_bpm / beats
    reason = Reason.of(Code.BREATH_LENGTH, beats=beats, per_min=per_min)
    out.append(Decided(state.t_s, "breath_beats", Author.PROTOCOL, planned, beats, reason))
    state = edit(state, slowest_breath_per_min=min(state.slowest_breath_per_min or per_min, per_min))
    return with_score(state, replace(score, breath=breath), at_s, out)


def _worst_bpm(state: SessionState, score: Score, tempo_bpm: float) -> float:
    """The slowest that the tempo can become before a breath that is planned now has ended."""
    bounds = state.config.preset.bounds
    fall_bpm = limits.fall_per_min(bounds, tempo_bpm) * LOOK_AHEAD_S / S_PER_MIN
    return max(bounds.tempo_floor_bpm, min(tempo_bpm - fall_bpm, score.tempo.goal_bpm))


def _should_shorten(state: SessionState) -> bool:
    """Out of step for a minute, and a minute since the last time, with a breath longer than the first one."""
    first, score = state.first_pattern, state.score
    if first is None or score is None or score.breath is None or state.hold is not HoldCause.OUT_OF_STEP:
        return False
    since_s = [
        track.out_of_step_since_s
        for track in state.tracks
        if track.out_of_step_since_s is not None and group.is_counted(track)
    ]
    if not since_s or state.t_s - max(min(since_s), state.shortened_s) < SHORTEN_S:
        return False
    return score.breath.pattern.beats > first.beats


def _shorten(state: SessionState, score: Score, out: list[Effect]) -> SessionState:
    """Back to the length before, which the person kept up with; from there it may grow again."""
    breath: BreathPlan | None = score.breath
    assert breath is not None, "what is shortened is there"
    at_s = edit_time_s(state)
    planned = breath.pattern.beats
    beats, bpm = planned - 1, score.tempo.bpm_at(at_s)
    reason = Reason.of(Code.BREATH_SHORTER, beats=beats)
    out.append(Decided(state.t_s, "breath_beats", Author.PROTOCOL, planned, beats, reason))
    line = max(state.breath_line_per_min, bpm / beats)
    state = edit(state, breath_line_per_min=line, shortened_s=state.t_s)
    plan = breath.changed(score.tempo.phase_at(at_s), _pattern_of(state, beats))
    return with_score(state, replace(score, breath=plan), at_s, out)


def _pattern_of(state: SessionState, beats: int) -> BreathPattern:
    """A breath of so many beats, in the preset's ratio or grown by its way out alone."""
    rule, first = state.config.preset.breath, state.first_pattern
    if rule.lengthen == "out" and first is not None:
        return replace(first, exhale=max(1, beats - (first.beats - first.exhale)))
    return BreathPattern.of_beats(beats, rule.ratio)
