"""The tempo: where it begins, where it goes next, and why.

- It begins a little below the pulse that the policy goes by, as far as the bounds permit.
- Once a tick the policy is asked for its wish, except in the match and in a hold: there a rise that is under
  way may finish, and nothing falls.
- Every wish, whoever asks, goes through `entrain.control.bounds`; what is left of it edits the score where
  that changes anything. A bound that cut a wish is the author of what came of it.
- A policy that follows the pulse need not follow its trembling: less than `TREMBLE_BPM` is not edited.
- A person's nudge is a wish that stays: it goes on top of whatever the policy wishes, within the bounds,
  until it is taken back by a nudge the other way or by a new goal. What the bounds refuse is said, not kept.
- Easing off makes the beat a little quicker and the breath a little shallower, and holds both for a while.
"""

from dataclasses import replace
from typing import Final

from entrain.breath.pattern import BreathPlan
from entrain.control import bounds as limits
from entrain.control import group, stages
from entrain.control.breath_guide import first_breath, fit_breath
from entrain.control.events import Author, Decided, Effect
from entrain.control.group import States
from entrain.control.holds import author_of, with_hold
from entrain.control.scoring import (
    asks_policy,
    edit_time_s,
    goal_bpm,
    is_led,
    presence_of,
    with_score,
)
from entrain.control.state import HoldCause, SessionState, edit, has_sensor
from entrain.reason import Code, Reason
from entrain.score import Score
from entrain.tempo.plan import TempoPlan
from entrain.tempo.policy import POLICIES, UNHEARD, Situation, Wish
from entrain.units import S_PER_MIN

EASE_FRACTION: Final = 0.04  # how much quicker an ease-off makes the beat
EASE_BREATH_PER_MIN: Final = 1.0
EASE_S: Final = 60.0
SAME_BPM: Final = 0.05
TREMBLE_BPM: Final = 0.5

# Holds under which a person may ask for less.
ASKABLE: Final = frozenset({None, HoldCause.PERSON, HoldCause.EASED})
_MEETING: Final = Reason(Code.MEETING)


def begin(state: SessionState, states: States, out: list[Effect]) -> SessionState:
    """The beat begins: a little below the pulse, with a breath near the person's own rate."""
    if state.config.stages:
        return _begin_stages(state, states, out)
    preset = state.config.preset
    rule, breath, baseline_bpm = preset.tempo, preset.breath, group.baseline_of(state)
    pulse = _pulse_to_meet(state, states)
    met_bpm = rule.free_bpm if pulse is None else pulse * (1.0 + rule.start_fraction)
    wish_bpm = rule.fixed_bpm if rule.policy == "fixed" and rule.fixed_bpm is not None else met_bpm
    lowest = group.lowest(state, states)
    if pulse is not None:
        lowest = replace(lowest, lead_bpm=max(lowest.lead_bpm, limits.lead_floor_bpm(preset.bounds, pulse)))
    start = limits.start_bpm(wish_bpm, preset.bounds, lowest)
    at_s = edit_time_s(state)
    plan, breaths, line = TempoPlan.steady(at_s, start.to_bpm), None, 0.0
    if breath.guided and not state.is_breath_left and rule.policy not in UNHEARD:
        breaths = BreathPlan.steady(first_breath(state, start.to_bpm))
        line = start.to_bpm / breaths.pattern.beats
    score = Score(plan, breaths, presence_of(preset, at_s))
    inputs = (("pulse_bpm", pulse), ("baseline_bpm", baseline_bpm), ("wish_bpm", wish_bpm))
    author = Author.POLICY if start.limit is None else Author.BOUND
    out.append(Decided(state.t_s, "tempo_bpm", author, None, start.to_bpm, _why_there(start, pulse), inputs))
    if breaths is not None:
        beats = breaths.pattern.beats
        reason = Reason.of(Code.BREATH_BEGINS, beats=beats, per_min=line)
        out.append(Decided(state.t_s, "breath_beats", Author.PROTOCOL, None, beats, reason))
    state = edit(
        state,
        start_bpm=start.to_bpm,
        guided_since_s=at_s,
        breath_line_per_min=line,
        met_per_min=line,
        first_pattern=None if breaths is None else breaths.pattern,
        committed_s=at_s,
        lowest_tempo_bpm=start.to_bpm,
        slowest_breath_per_min=line if breaths is not None else None,
    )
    return with_score(state, score, at_s, out)


def _pulse_to_meet(state: SessionState, states: States) -> float | None:
    bpm = group.heard_of(state, states).bpm if states else None
    return bpm if bpm is not None else group.baseline_of(state)


def _why_there(start: limits.Bounded, pulse_bpm: float | None) -> Reason:
    figures = {"bpm": start.to_bpm} | ({} if pulse_bpm is None else {"pulse_bpm": pulse_bpm})
    code = Code.BEAT_MET if pulse_bpm is None or start.to_bpm <= pulse_bpm else Code.BEAT_ABOVE
    reason = Reason.of(Code.BEAT_FREE if pulse_bpm is None else code, **figures)
    return reason if start.limit is None else _cut_by(reason, start.limit)


def _cut_by(reason: Reason, limit: Reason) -> Reason:
    """A reason and the bound that had the last word."""
    return replace(
        reason, figures=(*reason.figures, *limit.figures), bound=limit.code, whose=limit.whose or reason.whose
    )


def _begin_stages(state: SessionState, states: States, out: list[Effect]) -> SessionState:
    """The score of a whole protocol of paced stages."""
    preset, at_s = state.config.preset, edit_time_s(state)
    pulse = _pulse_to_meet(state, states)
    met_bpm = preset.tempo.free_bpm if pulse is None else pulse
    protocol = state.config.stages
    score = stages.score_of(protocol, at_s, met_bpm, preset.breath.ratio, preset.sound)
    bpm, inputs = score.tempo.bpm_at(at_s), (("pulse_bpm", pulse),)
    reason = Reason.of(Code.STAGES, n=len(protocol))
    out.append(Decided(state.t_s, "stages", Author.PROTOCOL, None, len(protocol), reason, inputs))
    state = edit(
        state,
        start_bpm=bpm,
        guided_since_s=at_s,
        committed_s=at_s,
        lowest_tempo_bpm=bpm,
        slowest_breath_per_min=min(min(s.per_min, s.to_per_min or s.per_min) for s in protocol),
    )
    return with_score(state, score, at_s, out)


def steer(state: SessionState, states: States, out: list[Effect]) -> SessionState:
    """Ask the policy, cut its wish to the bounds, and edit the score where that changes it."""
    if state.score is None or not is_led(state):
        return state
    at_s = edit_time_s(state)
    tempo = state.score.tempo.bpm_at(at_s)
    rule = state.config.preset.tempo
    if not asks_policy(state):
        # An ease-off or a nudge up that is under way may finish; nothing falls but what the person asked for.
        asked = state.asked_bpm if state.hold in ASKABLE else None
        to_bpm = max(tempo, state.score.tempo.goal_bpm) if asked is None else asked
        wish = Wish(to_bpm, state.hold_reason or _MEETING)
    else:
        situation = Situation(
            guided_s=state.t_s - (state.guided_since_s or state.t_s),
            tempo_bpm=tempo,
            plan_bpm=state.score.tempo.goal_bpm,
            pulse_bpm=group.heard_of(state, states).bpm if states else None,
            baseline_bpm=group.baseline_of(state),
            start_bpm=state.start_bpm,
            goal_bpm=goal_bpm(state),
            fixed_bpm=rule.fixed_bpm,
            offset_fraction=rule.offset_fraction,
            step_fraction=rule.step_fraction,
            step_s=rule.step_s,
            yoked=state.config.yoked,
        )
        wish = POLICIES[rule.policy](situation)
        if state.shift_bpm and not wish.stays:
            wish = replace(wish, to_bpm=wish.to_bpm + state.shift_bpm)
    return wish_tempo(state, states, wish, Author.POLICY, out)


def wish_tempo(
    state: SessionState, states: States, wish: Wish, author: Author, out: list[Effect]
) -> SessionState:
    """Bring one wish for a tempo, whoever asks, through the bounds and into the score."""
    if state.score is None:
        return state
    at_s = edit_time_s(state)
    plan = state.score.tempo
    tempo = plan.bpm_at(at_s)
    bounds = state.config.preset.bounds
    pulse_bpm = group.heard_of(state, states).bpm if states else None
    # What the plan does already needs no new pulse; without one it must not fall any further.
    may_fall = not has_sensor(state) or (pulse_bpm is not None and state.hold is not HoldCause.NO_DATA)
    lowest = group.lowest(state, states, may_fall)
    bounded = limits.bounded(wish, plan, tempo, bounds, lowest)
    tremble = author is Author.POLICY and bounded.limit is None and state.hold is None and may_fall
    if not _is_new(bounded, plan, tempo, TREMBLE_BPM if tremble else SAME_BPM):
        if author is Author.PERSON and bounded.limit is not None:
            # What a person asks for and cannot have is said, not swallowed.
            reason = _cut_by(wish.reason, bounded.limit)
            out.append(Decided(state.t_s, "tempo_bpm", Author.BOUND, tempo, plan.goal_bpm, reason))
        return state
    change = abs(bounded.to_bpm - tempo)
    duration_s = change / bounded.per_min * S_PER_MIN if change > 0.0 else 0.0
    edited = plan.edited(at_s, bounded.to_bpm, duration_s)
    inputs = (
        ("pulse_bpm", pulse_bpm),
        ("baseline_bpm", group.baseline_of(state)),
        ("wish_bpm", wish.to_bpm),
        ("per_min", bounded.per_min),
    )
    if bounded.limit is not None:
        author = Author.BOUND
    elif author is Author.POLICY and state.hold is not None:
        author = author_of(state.hold)  # in a hold no policy is asked
    reason = bounded.limit or wish.reason
    out.append(Decided(state.t_s, "tempo_bpm", author, tempo, bounded.to_bpm, reason, inputs))
    return with_score(state, replace(state.score, tempo=edited), at_s, out)


def _is_new(bounded: limits.Bounded, plan: TempoPlan, tempo: float, same_bpm: float) -> bool:
    """Does a bounded wish ask for anything the plan, now at `tempo`, does not do, give or take `same_bpm`?"""
    if abs(bounded.to_bpm - plan.goal_bpm) < same_bpm:
        return False
    return abs(bounded.to_bpm - tempo) >= SAME_BPM or abs(plan.goal_bpm - tempo) >= SAME_BPM


def nudge(state: SessionState, bpm: float, states: States, out: list[Effect]) -> SessionState:
    """The person's hand on the tempo, within the bounds; it stays until it is taken back."""
    if state.score is None or not is_led(state):
        return state
    tempo, before = state.score.tempo.bpm_at(edit_time_s(state)), state.score.tempo.goal_bpm
    wish = Reason.of(Code.NUDGED, by_bpm=bpm)
    if bpm < 0.0 and state.hold_reason is not None and state.hold not in ASKABLE:
        reason = _cut_by(wish, state.hold_reason)
        out.append(Decided(state.t_s, "tempo_bpm", Author.BOUND, tempo, before, reason))
        return state
    if bpm > 0.0:
        # Upwards the policy would lead down again at once: it waits, as after an ease-off.
        state = with_hold(edit(state, eased_until_s=state.t_s + EASE_S), states, out)
    to_bpm = bpm + (before if bpm < 0.0 else tempo)
    state = wish_tempo(state, states, Wish(to_bpm, wish), Author.PERSON, out)
    goal = state.score.tempo.goal_bpm if state.score is not None else before
    granted = min(0.0, goal - before) if bpm < 0.0 else max(0.0, min(bpm, goal - tempo))
    asked_bpm = None if asks_policy(state) or not granted else goal
    return edit(state, shift_bpm=state.shift_bpm + granted, asked_bpm=asked_bpm)


def ease_off(state: SessionState, states: States, out: list[Effect]) -> SessionState:
    """A little quicker and shallower again: RESPeRATE's "refresh", one key."""
    if state.score is None or not is_led(state):
        return state
    tempo = state.score.tempo.bpm_at(edit_time_s(state))
    state = edit(
        state,
        asked_bpm=None,
        eased_until_s=state.t_s + EASE_S,
        breath_line_per_min=state.breath_line_per_min + EASE_BREATH_PER_MIN,
    )
    state = with_hold(state, states, out)
    wish = Wish(tempo * (1.0 + EASE_FRACTION), Reason(Code.EASED))
    return fit_breath(wish_tempo(state, states, wish, Author.PERSON, out), out)
