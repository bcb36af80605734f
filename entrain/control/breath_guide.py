"""The guided breath: a whole number of beats, lengthened as slowly as its bound wants.

- There is a line, the slowest breathing asked for so far. It falls by at most `breath_fall_per_min2`, only
  while time is spent outside the match and nothing holds the breath. A pulse that is up holds the beat alone.
- How far it falls is what is known of the person. Who was seen in step within `SEEN_S`, or says that it is
  easy, is led to the goal. Where nobody can tell, the breath goes no lower than `GENTLE_PER_MIN` below where
  the person was met, and that is said. Who breathes more slowly than the pace is met where they are.
- Who is out of step is not led away from. After `BACK_S`, and every `BACK_S` more, a breath has a beat less,
  as far as the person's own rate; from there it goes on only while they are seen in step.
- A breath gets as many whole beats as the line permits, one more at a time, from its next boundary on.
- Whole beats seldom hit the line: a breath may lie a little under it (`NEAR`), and where a falling tempo
  takes it further down, only a clear miss (`MISSED`) takes a beat away again.
- No breath gets so many beats that it could fall below its floor before it has ended, wherever the tempo goes
  meanwhile: the plan's own goal counts, and the fastest fall that is permitted from here.
- Light-headed, a word that only the person can say: the breath comes up by `RELIEF_PER_MIN`, and in this
  session it goes no lower than that again.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from math import floor
from typing import Final

from entrain.breath.estimate import InStep
from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.control import bounds as limits
from entrain.control import group
from entrain.control.events import Author, Decided, Effect, Phase
from entrain.control.heart import HeartTrack
from entrain.control.scoring import edit_time_s, goal_breath_per_min, is_led, with_score
from entrain.control.state import HoldCause, SessionState, edit
from entrain.reason import Code, Reason
from entrain.score import Score
from entrain.units import S_PER_MIN

LOOK_AHEAD_S: Final = 20.0  # a breath must not fall below its floor before it ends
QUICKEST_START_PER_MIN: Final = 16.0
BACK_S: Final = 30.0
SEEN_S: Final = 60.0  # the phase is judged over 40 to 60 s: what was seen then speaks for about as long
GENTLE_PER_MIN: Final = 2.0
RELIEF_PER_MIN: Final = 2.0
NEAR: Final = 0.96
MISSED: Final = 0.94
FEWEST_BEATS: Final = 2
_SAME_PER_MIN: Final = 0.05
_LEAVES_BREATH: Final = frozenset({None, HoldCause.PULSE_UP})  # holds under which a breath may lengthen


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
    if (beats := _beats_back(state, score)) is not None:
        return _go_back(state, score, beats, out)
    if state.phase is not Phase.MATCH and state.hold in _LEAVES_BREATH:
        state = _lower_line(state, spent_s, out)
    return fit_breath(state, out)


def _lower_line(state: SessionState, spent_s: float, out: list[Effect]) -> SessionState:
    """The line comes down as far as what is known of the person permits; it says where it waits."""
    line, goal = state.breath_line_per_min, goal_breath_per_min(state)
    most = state.config.preset.bounds.breath_fall_per_min2 * spent_s / S_PER_MIN
    if line <= goal:
        # Nothing is left to fall; a goal that has come up is gone to.
        return state if line == goal else edit(state, breath_line_per_min=min(goal, line + most))
    lowest = _lowest_line(state, goal)
    if lowest < line:
        return edit(state, breath_line_per_min=max(lowest, line - most))
    if line > goal + _SAME_PER_MIN and not (state.is_gentle or state.came_back):
        reason = Reason.of(Code.BREATH_GENTLE, per_min=line)
        out.append(Decided(state.t_s, "breath_line_per_min", Author.BOUND, line, line, reason))
        return edit(state, is_gentle=True)
    return state


def _lowest_line(state: SessionState, goal: float) -> float:
    """How slow a breath may be asked of these people for now."""
    counted = [track for track in state.tracks if group.is_counted(track)]
    if counted:
        may_go_on = all(track.strap in state.easy or _was_seen(track, state.t_s) for track in counted)
    else:
        may_go_on = bool(state.easy)
    if may_go_on:
        return goal
    slower = group.own_below(state.tracks, state.breath_line_per_min)
    if slower is not None:
        return max(goal, slower)
    return max(goal, state.met_per_min - (0.0 if state.came_back else GENTLE_PER_MIN))


def waits_gently(state: SessionState) -> bool:
    """Does the breath wait above its goal for want of anybody who can tell how it is followed?"""
    line, goal = state.breath_line_per_min, goal_breath_per_min(state)
    if not state.is_gentle or state.came_back or line <= goal + _SAME_PER_MIN:
        return False
    return _lowest_line(state, goal) >= line - _SAME_PER_MIN


def _was_seen(track: HeartTrack, t_s: float) -> bool:
    """Was the breath in step lately, and is not out of step now?"""
    at_s = track.in_step_at_s
    return track.in_step is not InStep.NO and at_s is not None and t_s - at_s <= SEEN_S


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
    slowest = max(floor_per_min, NEAR * state.breath_line_per_min, state.breath_limit_per_min)
    fitting = max(FEWEST_BEATS, min(floor(slowest_bpm / slowest + 1e-9), most))
    slowest = max(floor_per_min, MISSED * state.breath_line_per_min, NEAR * goal_breath_per_min(state) - 0.01)
    if fitting > planned and state.hold in _LEAVES_BREATH:
        beats = min(fitting, current + 1)  # one beat at a time: a step that a breath can follow
    elif fitting < planned and (slowest_bpm / planned < slowest or planned > max(FEWEST_BEATS, most)):
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


def _beats_back(state: SessionState, score: Score) -> int | None:
    """How many beats a breath is to have for people who cannot follow; None where it stays as it is."""
    if state.hold is not HoldCause.OUT_OF_STEP or score.breath is None:
        return None
    lost = [
        track for track in state.tracks if track.out_of_step_since_s is not None and group.is_counted(track)
    ]
    since_s = [track.out_of_step_since_s for track in lost if track.out_of_step_since_s is not None]
    if not since_s or state.t_s - max(min(since_s), state.shortened_s) < BACK_S:
        return None
    planned, bpm = score.breath.pattern.beats, score.tempo.bpm_at(edit_time_s(state))
    fewest = round(bpm / _met_again_per_min(state, lost))
    return planned - 1 if planned > max(FEWEST_BEATS, fewest) else None


def _met_again_per_min(state: SessionState, lost: Sequence[HeartTrack]) -> float:
    """Where those who are lost are met: at their own rate, where it shows, and no quicker than at rest.

    Whoever is always a little ahead must not chase the pace upwards.
    """
    own = [
        min(track.own_breath.rate_per_min, _rest_per_min(track))
        for track in lost
        if track.own_breath is not None and track.own_breath.rate_per_min is not None
    ]
    first = state.first_pattern
    began_per_min = 0.0 if first is None else state.start_bpm / first.beats
    return max([began_per_min, *own])


def _rest_per_min(track: HeartTrack) -> float:
    known = None if track.resting is None else track.resting.breath_per_min
    return QUICKEST_START_PER_MIN if known is None else known


def _go_back(state: SessionState, score: Score, beats: int, out: list[Effect]) -> SessionState:
    """Towards the people's own breath; from there it goes on only while they are seen in step."""
    breath: BreathPlan | None = score.breath
    assert breath is not None, "what is shortened is there"
    at_s = edit_time_s(state)
    per_min = score.tempo.bpm_at(at_s) / beats
    reason = Reason.of(Code.BREATH_BACK, beats=beats, per_min=per_min)
    out.append(Decided(state.t_s, "breath_beats", Author.PROTOCOL, breath.pattern.beats, beats, reason))
    line = max(state.breath_line_per_min, per_min)
    state = edit(
        state,
        breath_line_per_min=line,
        met_per_min=line,
        came_back=True,
        shortened_s=state.t_s,
        easy=state.easy.difference(
            track.strap for track in state.tracks if track.out_of_step_since_s is not None
        ),
    )
    plan = breath.changed(score.tempo.phase_at(at_s), _pattern_of(state, beats))
    return with_score(state, replace(score, breath=plan), at_s, out)


def relieve(state: SessionState, straps: Collection[str], out: list[Effect]) -> SessionState:
    """Whoever has these hearts feels light-headed: a quicker, smaller breath, never as slow again.

    It binds all who share the breath.
    """
    line = state.breath_line_per_min + RELIEF_PER_MIN
    limit = max(state.breath_limit_per_min, line)
    whose = next(iter(straps)) if len(straps) == 1 and len(state.tracks) > 1 else None
    reason = Reason(Code.LIGHT_HEADED, (("per_min", limit),), whose=whose)
    before = goal_breath_per_min(state)
    out.append(Decided(state.t_s, "goal_breath_per_min", Author.PERSON, before, limit, reason))
    state = edit(
        state, breath_line_per_min=line, breath_limit_per_min=limit, easy=state.easy.difference(straps)
    )
    return fit_breath(state, out)


def leave_breath(state: SessionState, out: list[Effect]) -> SessionState:
    """The person wants no breath to follow: the beat alone goes on, from the end of what is committed."""
    if state.is_breath_left or state.config.stages:
        return state
    score = state.score
    if score is None or score.breath is None:
        return edit(state, is_breath_left=True)
    beats, at_s = score.breath.pattern.beats, edit_time_s(state)
    reason = Reason(Code.BREATH_LEFT)
    out.append(Decided(state.t_s, "breath_beats", Author.PERSON, beats, None, reason))
    state = edit(state, is_breath_left=True)
    return with_score(state, replace(score, breath=None), at_s, out)


def _pattern_of(state: SessionState, beats: int) -> BreathPattern:
    """A breath of so many beats, in the preset's ratio or grown by its way out alone."""
    rule, first = state.config.preset.breath, state.first_pattern
    if rule.lengthen == "out" and first is not None:
        return replace(first, exhale=max(1, beats - (first.beats - first.exhale)))
    return BreathPattern.of_beats(beats, rule.ratio)
