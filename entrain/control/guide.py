"""Where tempo and breath go next: policy, bounds, holds, and the edits to the score."""

from dataclasses import replace
from math import floor
from typing import Final

from entrain.breath.estimate import InStep
from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.control import bounds as limits
from entrain.control import stages
from entrain.control.events import Author, Decided, Effect, Phase, ScoreChanged
from entrain.control.protocol import Preset, SoundRule
from entrain.control.state import GUIDED, HoldCause, SessionState, has_sensor
from entrain.control.track import group_in_step, is_any_connected
from entrain.frozen import changed
from entrain.heart.beat import HeartState
from entrain.score import LEAD_S, Presence, Score
from entrain.tempo.plan import TempoPlan
from entrain.tempo.policy import POLICIES, UNHEARD, Situation, Wish
from entrain.units import S_PER_MIN

EASE_FRACTION: Final = 0.04  # how much quicker an ease-off makes the beat
EASE_BREATH_PER_MIN: Final = 1.0
EASE_S: Final = 60.0
QUICKEST_START_PER_MIN: Final = 16.0
OUT_OF_STEP_S: Final = 10.0  # shorter than that is no reason to wait
SHORTEN_S: Final = 60.0  # out of step for so long: a breath has a beat less, the length that went before
RELEASE_BPM: Final = 1.5  # a raised pulse must come back this far before the hold ends
SAME_BPM: Final = 0.05
TREMBLE_BPM: Final = 0.5  # a policy that follows the pulse need not follow its trembling
LOOK_AHEAD_S: Final = 20.0  # a breath must not fall below its floor before it ends
KEEP_S: Final = 30.0  # how much of the past a score carries along


def edit_time_s(state: SessionState) -> float:
    """The earliest moment that is not committed yet."""
    return max(state.committed_s, state.t_s + LEAD_S)


def begin(state: SessionState, heart: HeartState, out: list[Effect]) -> SessionState:
    """The beat begins: a little below the pulse, with a breath near the person's own rate."""
    if state.config.stages:
        return _begin_stages(state, heart, out)
    preset = state.config.preset
    rule, breath = preset.tempo, preset.breath
    pulse = heart.bpm if heart.bpm is not None else state.baseline_bpm
    met_bpm = rule.free_bpm if pulse is None else pulse * (1.0 + rule.start_fraction)
    wish_bpm = rule.fixed_bpm if rule.policy == "fixed" and rule.fixed_bpm is not None else met_bpm
    start = limits.start_bpm(wish_bpm, preset.bounds, state.baseline_bpm, pulse)
    at_s = edit_time_s(state)
    plan, breaths, line = TempoPlan.steady(at_s, start.to_bpm), None, 0.0
    if breath.guided and rule.policy not in UNHEARD:
        slowest = preset.bounds.breath_floor_per_min
        beats = max(2, round(start.to_bpm / _start_per_min(state)))
        beats = max(2, min(beats, floor(start.to_bpm / slowest)))
        breaths = BreathPlan.steady(BreathPattern.of_beats(beats, breath.ratio))
        line = start.to_bpm / beats
    score = Score(plan, breaths, _presence(preset, at_s))
    why = (
        f"no pulse to meet, so the beat begins at {start.to_bpm:.0f}"
        if pulse is None
        else f"the beat begins at {start.to_bpm:.0f}, your pulse is {pulse:.0f}"
    )
    author = Author.BOUND if start.limit else Author.POLICY
    inputs = (("pulse_bpm", pulse), ("baseline_bpm", state.baseline_bpm), ("wish_bpm", wish_bpm))
    reason = f"{why}: {start.limit}" if start.limit else why
    out.append(Decided(state.t_s, "tempo_bpm", author, None, start.to_bpm, reason, inputs))
    if breaths is not None:
        reason = f"{breaths.pattern.beats} beats a breath, about {line:.0f} breaths a minute"
        out.append(Decided(state.t_s, "breath_beats", Author.PROTOCOL, None, breaths.pattern.beats, reason))
    state = changed(
        state,
        start_bpm=start.to_bpm,
        guided_since_s=at_s,
        breath_line_per_min=line,
        first_pattern=None if breaths is None else breaths.pattern,
        committed_s=at_s,
        lowest_tempo_bpm=start.to_bpm,
        slowest_breath_per_min=line if breaths is not None else None,
    )
    return with_score(state, score, at_s, out)


def _begin_stages(state: SessionState, heart: HeartState, out: list[Effect]) -> SessionState:
    """The score of a whole protocol of paced stages."""
    preset, at_s = state.config.preset, edit_time_s(state)
    pulse = heart.bpm if heart.bpm is not None else state.baseline_bpm
    met_bpm = preset.tempo.free_bpm if pulse is None else pulse
    score = stages.score_of(state.config.stages, at_s, met_bpm, preset.breath.ratio, preset.sound)
    bpm, inputs = score.tempo.bpm_at(at_s), (("pulse_bpm", pulse),)
    reason = f"a protocol of {len(state.config.stages)} paced stages"
    out.append(Decided(state.t_s, "stages", Author.PROTOCOL, None, len(state.config.stages), reason, inputs))
    state = changed(
        state,
        start_bpm=bpm,
        guided_since_s=at_s,
        committed_s=at_s,
        lowest_tempo_bpm=bpm,
        slowest_breath_per_min=min(min(s.per_min, s.to_per_min or s.per_min) for s in state.config.stages),
    )
    return with_score(state, score, at_s, out)


def is_led(state: SessionState) -> bool:
    """Is there a beat to be steered? Paced stages are given, not steered."""
    return state.score is not None and state.phase in GUIDED and not state.config.stages


def asks_policy(state: SessionState) -> bool:
    """Is it the policy that says where the tempo goes? Not in the match, and not while it is held."""
    return is_led(state) and state.phase is not Phase.MATCH and state.hold is None


def presence_from(sound: SoundRule, at_s: float, length_s: float) -> Presence:
    """The sound fades in, and, where the preset says so, sinks during the `length_s` of guidance."""
    heard_s = at_s + sound.delay_s
    presence = Presence().changed(heard_s, 1.0, sound.fade_in_s)
    if sound.sink_to >= 1.0:
        return presence
    there_s = heard_s + sound.fade_in_s
    return presence.changed(there_s, sound.sink_to, max(sound.fade_in_s, at_s + length_s - there_s))


def _presence(preset: Preset, at_s: float) -> Presence:
    if preset.tempo.policy in UNHEARD:
        return Presence()
    times = preset.phases
    length_s = preset.minutes * S_PER_MIN - times.baseline_s - times.silence_s
    return presence_from(preset.sound, at_s, length_s)


def _start_per_min(state: SessionState) -> float:
    """Where the guided breath begins: a share of the person's own rate where it is known.

    Pacing at three quarters of one's own rate slowed breathing more than a fixed 6/min (Leslie 2019).
    """
    rule, own = state.config.preset.breath, state.baseline_breath_per_min
    if own is None or rule.own_fraction <= 0.0:
        return rule.start_per_min
    return max(rule.goal_per_min, min(QUICKEST_START_PER_MIN, rule.own_fraction * own))


def with_score(state: SessionState, score: Score, from_s: float, out: list[Effect]) -> SessionState:
    score = score.since(min(state.t_s, from_s) - KEEP_S)
    out.append(ScoreChanged(state.t_s, from_s, score))
    return changed(state, score=score)


def goal_bpm(state: SessionState) -> float:
    """Where the tempo is to end: the person's word, the preset's, or as low as the floor permits."""
    preset = state.config.preset
    lowest = limits.tempo_floor_bpm(preset.bounds, state.baseline_bpm)
    wish = state.goal_bpm if state.goal_bpm is not None else preset.tempo.goal_bpm
    return lowest if wish is None else max(lowest, wish)


def goal_breath_per_min(state: SessionState) -> float:
    preset = state.config.preset
    wish = state.goal_breath_per_min
    wish = preset.breath.goal_per_min if wish is None else wish
    return max(preset.bounds.breath_floor_per_min, wish)


def with_step(state: SessionState) -> SessionState:
    """Remember since when the breath has been out of step with the guided one."""
    is_out, was_out = group_in_step(state.tracks) is InStep.NO, state.out_of_step_since_s is not None
    if is_out is was_out:
        return state
    return changed(state, out_of_step_since_s=state.t_s if is_out else None)


def with_hold(state: SessionState, heart: HeartState, out: list[Effect]) -> SessionState:
    """Begin, change or end a hold, and say why."""
    cause, reason = _cause(state, heart)
    if cause is state.hold:
        return state if reason == state.hold_reason else changed(state, hold_reason=reason)
    inputs = (("pulse_bpm", heart.bpm), ("baseline_bpm", state.baseline_bpm), ("age_s", heart.age_s))
    author = _author_of(cause or state.hold)
    said = reason if cause is not None or state.hold is None else _GOING_ON[state.hold]
    begun, before = float(cause is not None), float(state.hold is not None)
    out.append(Decided(state.t_s, "hold", author, before, begun, said, inputs))
    n_holds = state.n_holds + (state.hold is None and cause is not None)
    return changed(state, hold=cause, hold_reason=reason, n_holds=n_holds)


_BY_PERSON: Final = frozenset({HoldCause.PAUSED, HoldCause.PERSON, HoldCause.EASED})
_GOING_ON: Final = {
    HoldCause.PAUSED: "going on after the pause, as you asked",
    HoldCause.NO_DATA: "going on: your pulse is there again",
    HoldCause.PULSE_UP: "going on: your pulse has come back near to where you began",
    HoldCause.OUT_OF_STEP: "going on: your breath no longer lags behind",
    HoldCause.PERSON: "going on, as you asked",
    HoldCause.EASED: "going on: the time of easing off is over",
}


def _author_of(cause: HoldCause | None) -> Author:
    return Author.PERSON if cause in _BY_PERSON else Author.BOUND


def _cause(state: SessionState, heart: HeartState) -> tuple[HoldCause | None, str]:
    bounds = state.config.preset.bounds
    if state.paused:
        return HoldCause.PAUSED, "paused"
    if has_sensor(state):
        if not is_any_connected(state.tracks):
            return HoldCause.NO_DATA, "staying at this tempo: the strap is not connected"
        if heart.age_s is None or heart.age_s > bounds.stale_s:
            return HoldCause.NO_DATA, "staying at this tempo: no fresh pulse"
    if state.config.stages:
        return None, ""
    if state.baseline_bpm is not None and heart.bpm is not None:
        above = heart.bpm - state.baseline_bpm
        held = state.hold is HoldCause.PULSE_UP
        if above > bounds.pulse_rise_bpm - (RELEASE_BPM if held else 0.0):
            return HoldCause.PULSE_UP, f"holding: your pulse is {above:.0f} above where you began"
    if state.out_of_step_since_s is not None and state.t_s - state.out_of_step_since_s >= OUT_OF_STEP_S:
        return HoldCause.OUT_OF_STEP, "holding until your breath comes along; let it come by itself"
    if state.person_holds:
        return HoldCause.PERSON, "holding, as you asked"
    if state.t_s < state.eased_until_s:
        return HoldCause.EASED, "easing off, as you asked"
    return None, ""


def steer(state: SessionState, heart: HeartState, out: list[Effect]) -> SessionState:
    """Ask the policy, cut its wish to the bounds, and edit the score where that changes it."""
    if state.score is None or not is_led(state):
        return state
    at_s = edit_time_s(state)
    tempo = state.score.tempo.bpm_at(at_s)
    rule = state.config.preset.tempo
    if not asks_policy(state):
        # An ease-off or a nudge up that is under way may finish; nothing falls.
        wish = Wish(max(tempo, state.score.tempo.goal_bpm), state.hold_reason or "meeting your pulse")
    else:
        pulse = heart.bpm
        situation = Situation(
            guided_s=state.t_s - (state.guided_since_s or state.t_s),
            tempo_bpm=tempo,
            plan_bpm=state.score.tempo.goal_bpm,
            pulse_bpm=pulse,
            baseline_bpm=state.baseline_bpm,
            start_bpm=state.start_bpm,
            goal_bpm=goal_bpm(state),
            fixed_bpm=rule.fixed_bpm,
            offset_fraction=rule.offset_fraction,
            step_fraction=rule.step_fraction,
            step_s=rule.step_s,
            yoked=state.config.yoked,
        )
        wish = POLICIES[rule.policy](situation)
    return wish_tempo(state, heart, wish, Author.POLICY, out)


def wish_tempo(
    state: SessionState, heart: HeartState, wish: Wish, author: Author, out: list[Effect]
) -> SessionState:
    """Bring one wish for a tempo, whoever's it is, through the bounds and into the score."""
    if state.score is None:
        return state
    at_s = edit_time_s(state)
    plan = state.score.tempo
    tempo = plan.bpm_at(at_s)
    # What the plan does already needs no new pulse; without one it must not fall any further.
    may_fall = not has_sensor(state) or (heart.bpm is not None and state.hold is not HoldCause.NO_DATA)
    bounds, baseline = state.config.preset.bounds, state.baseline_bpm
    bounded = limits.bounded(wish, plan, tempo, bounds, baseline, heart.bpm, may_fall)
    tremble = author is Author.POLICY and not bounded.limit and state.hold is None
    if not _is_new(bounded, plan, tempo, TREMBLE_BPM if tremble else SAME_BPM):
        if author is Author.PERSON and bounded.limit:
            # What a person asks for and cannot have is said, not swallowed.
            reason = f"{wish.reason}: {bounded.limit}"
            out.append(Decided(state.t_s, "tempo_bpm", Author.BOUND, tempo, plan.goal_bpm, reason))
        return state
    change = abs(bounded.to_bpm - tempo)
    duration_s = change / bounded.per_min * S_PER_MIN if change > 0.0 else 0.0
    edited = plan.edited(at_s, bounded.to_bpm, duration_s)
    inputs = (
        ("pulse_bpm", heart.bpm),
        ("baseline_bpm", state.baseline_bpm),
        ("wish_bpm", wish.to_bpm),
        ("per_min", bounded.per_min),
    )
    reason = bounded.limit or wish.reason
    if bounded.limit:
        author = Author.BOUND
    elif author is Author.POLICY and state.hold is not None:
        author = _author_of(state.hold)  # in a hold no policy is asked
    out.append(Decided(state.t_s, "tempo_bpm", author, tempo, bounded.to_bpm, reason, inputs))
    return with_score(state, replace(state.score, tempo=edited), at_s, out)


def _is_new(bounded: limits.Bounded, plan: TempoPlan, tempo: float, same_bpm: float) -> bool:
    """Does a bounded wish ask for anything the plan, now at `tempo`, does not do, give or take `same_bpm`?"""
    if abs(bounded.to_bpm - plan.goal_bpm) < same_bpm:
        return False
    return abs(bounded.to_bpm - tempo) >= SAME_BPM or abs(plan.goal_bpm - tempo) >= SAME_BPM


def pace_breath(state: SessionState, spent_s: float, out: list[Effect]) -> SessionState:
    """Let the breath lengthen by whole beats, no faster than its bound, and never below its floor."""
    score = state.score
    if score is None or score.breath is None or not is_led(state):
        return state
    if _should_shorten(state):
        return _shorten_breath(state, score, score.breath, out)
    bounds = state.config.preset.bounds
    line = state.breath_line_per_min
    if state.phase is not Phase.MATCH and state.hold is None:
        fall = bounds.breath_fall_per_min2 * spent_s / S_PER_MIN
        goal = goal_breath_per_min(state)
        line = max(goal, line - fall) if line > goal else min(goal, line + fall)
        if line != state.breath_line_per_min:
            state = changed(state, breath_line_per_min=line)
    return fit_breath(state, out)


def _should_shorten(state: SessionState) -> bool:
    """Out of step for a minute, and a minute since the last time, with a breath longer than the first one."""
    since_s, first = state.out_of_step_since_s, state.first_pattern
    if since_s is None or first is None or state.hold is not HoldCause.OUT_OF_STEP:
        return False
    if state.t_s - max(since_s, state.shortened_s) < SHORTEN_S:
        return False
    return (
        state.score is not None
        and state.score.breath is not None
        and (state.score.breath.pattern.beats > first.beats)
    )


def _shorten_breath(state: SessionState, score: Score, breath: BreathPlan, out: list[Effect]) -> SessionState:
    """Back to the length before, which the person kept up with; from there it may grow again."""
    at_s = edit_time_s(state)
    beats, bpm = breath.pattern.beats - 1, score.tempo.bpm_at(at_s)
    reason = f"{beats} beats a breath again: the longer one was no longer yours for a minute"
    planned = breath.pattern.beats
    out.append(Decided(state.t_s, "breath_beats", Author.PROTOCOL, planned, beats, reason))
    line = max(state.breath_line_per_min, bpm / beats)
    state = changed(state, breath_line_per_min=line, shortened_s=state.t_s)
    plan = breath.changed(score.tempo.phase_at(at_s), _pattern_of(state, beats))
    return with_score(state, replace(score, breath=plan), at_s, out)


def _pattern_of(state: SessionState, beats: int) -> BreathPattern:
    """A breath of so many beats, in the preset's ratio or grown by its way out alone."""
    rule, first = state.config.preset.breath, state.first_pattern
    if rule.lengthen == "out" and first is not None:
        return replace(first, exhale=max(1, beats - (first.beats - first.exhale)))
    return BreathPattern.of_beats(beats, rule.ratio)


def fit_breath(state: SessionState, out: list[Effect]) -> SessionState:
    """Give the breath as many whole beats as the line permits, from its next boundary on."""
    score = state.score
    if score is None or score.breath is None:
        return state
    preset = state.config.preset
    at_s = edit_time_s(state)
    slowest_bpm = min(score.tempo.bpm_at(at_s), score.tempo.bpm_at(at_s + LOOK_AHEAD_S))
    phase = score.tempo.phase_at(at_s)
    current, planned = score.breath.pattern_at(phase).beats, score.breath.pattern.beats
    floor_per_min = preset.bounds.breath_floor_per_min
    fitting = max(2, floor(slowest_bpm / max(state.breath_line_per_min, floor_per_min) + 1e-9))
    # A falling tempo may take a breath a little under the line; only a clear miss takes a beat away again.
    slowest = max(floor_per_min, 0.97 * state.breath_line_per_min, goal_breath_per_min(state) - 0.01)
    too_slow = slowest_bpm / planned < slowest
    if fitting > planned:
        beats = min(fitting, current + 1)  # one beat at a time: a step that a breath can follow
    elif too_slow:
        beats = fitting
    else:
        return state
    if beats == planned:
        return state
    breath = score.breath.changed(phase, _pattern_of(state, beats))
    reason = f"{beats} beats a breath from the next one on, about {slowest_bpm / beats:.1f} breaths a minute"
    out.append(Decided(state.t_s, "breath_beats", Author.PROTOCOL, planned, beats, reason))
    slowest = min(state.slowest_breath_per_min or slowest_bpm / beats, slowest_bpm / beats)
    state = changed(state, slowest_breath_per_min=slowest)
    return with_score(state, replace(score, breath=breath), at_s, out)


def ease_off(state: SessionState, heart: HeartState, out: list[Effect]) -> SessionState:
    """A little quicker and shallower again: RESPeRATE's "refresh", one key."""
    if state.score is None or not is_led(state):
        return state
    tempo = state.score.tempo.bpm_at(edit_time_s(state))
    state = changed(
        state,
        eased_until_s=state.t_s + EASE_S,
        breath_line_per_min=state.breath_line_per_min + EASE_BREATH_PER_MIN,
    )
    state = with_hold(state, heart, out)
    wish = Wish(tempo * (1.0 + EASE_FRACTION), "easing off, as you asked")
    return fit_breath(wish_tempo(state, heart, wish, Author.PERSON, out), out)
