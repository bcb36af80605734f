"""The course of a sound that no heart leads: tempo and breath from one end to the other, as a score."""

from dataclasses import dataclass, replace
from typing import Final

from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.control.protocol import (
    HARD_BREATH_FLOOR_PER_MIN,
    HARD_FALL_BPM_PER_MIN,
    HARD_SESSION_MAX_MIN,
    HARD_TEMPO_CEILING_BPM,
    HARD_TEMPO_FLOOR_BPM,
    Preset,
)
from entrain.control.scoring import presence_from
from entrain.errors import UsageError
from entrain.score import Score
from entrain.tempo.plan import TempoPlan
from entrain.units import S_PER_MIN

LEAD_IN_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class RenderCourse:
    """What is rendered: tempo and breath from one end to the other, as steeply as the bounds permit."""

    minutes: float
    from_bpm: float
    to_bpm: float
    breath: tuple[float, float] | None  # breaths a minute, first and last; None: no breath to follow


def course_of(
    preset: Preset,
    minutes: float | None = None,
    from_bpm: float | None = None,
    to_bpm: float | None = None,
    breath_per_min: float | None = None,
) -> RenderCourse:
    """The preset's course, with what was asked for in its place.

    Without a pulse to meet, the tempo begins where the preset begins without a sensor. What would be steeper
    than the bounds ends where they permit.

    Raises:
        UsageError: what was asked for lies beyond what no preset can pass.
    """
    minutes = preset.minutes if minutes is None else minutes
    _check("minutes", minutes, 0.1, HARD_SESSION_MAX_MIN)
    rule, bounds = preset.tempo, preset.bounds
    is_fixed = rule.policy == "fixed" and rule.fixed_bpm is not None
    if from_bpm is None:
        from_bpm = rule.fixed_bpm if is_fixed and rule.fixed_bpm is not None else rule.free_bpm
    fall = bounds.fall_bpm_per_min if to_bpm is None else HARD_FALL_BPM_PER_MIN
    if to_bpm is None:
        lowest_bpm = max(bounds.tempo_floor_bpm, from_bpm * bounds.tempo_floor_fraction)
        to_bpm = from_bpm if is_fixed else max(lowest_bpm, rule.goal_bpm or 0.0)
    for bpm in (from_bpm, to_bpm):
        _check("beats a minute", bpm, HARD_TEMPO_FLOOR_BPM, HARD_TEMPO_CEILING_BPM)
    to_bpm = max(to_bpm, from_bpm - fall * minutes)
    to_bpm = min(to_bpm, from_bpm + bounds.rise_bpm_per_min * minutes)
    if breath_per_min is not None:
        _check("breaths a minute", breath_per_min, HARD_BREATH_FLOOR_PER_MIN, 30.0)
        breath = (breath_per_min, breath_per_min)
    elif preset.breath.guided:
        start = preset.breath.start_per_min
        fall = bounds.breath_fall_per_min2
        breath = (start, max(preset.breath.goal_per_min, start - fall * minutes))
    else:
        breath = None
    return RenderCourse(minutes, from_bpm, to_bpm, breath)


def score_of(course: RenderCourse, preset: Preset) -> Score:
    """The course as a score that begins after a second and is faded out when its minutes are over."""
    length_s = course.minutes * S_PER_MIN
    tempo = TempoPlan.steady(LEAD_IN_S, course.from_bpm).edited(LEAD_IN_S, course.to_bpm, length_s)
    fade_in_s = min(preset.sound.fade_in_s, length_s / 4)
    fade_out_s = min(preset.sound.fade_out_s, length_s / 4)
    # A file needs no time to settle: it begins when it is played.
    sound = replace(preset.sound, fade_in_s=fade_in_s, delay_s=0.0)
    presence = presence_from(sound, LEAD_IN_S, length_s - fade_out_s)
    presence = presence.changed(LEAD_IN_S + length_s - fade_out_s, 0.0, fade_out_s)
    return Score(tempo, None if course.breath is None else _breaths(tempo, course, preset), presence)


def _breaths(tempo: TempoPlan, course: RenderCourse, preset: Preset) -> BreathPlan:
    """Breath after breath, each of as many whole beats as bring it nearest to the course's line."""
    assert course.breath is not None
    first, last = course.breath
    length_s = course.minutes * S_PER_MIN

    def pattern_at(beat: int, most_beats: int) -> BreathPattern:
        t_s = tempo.time_of_beat(beat)
        share = min(1.0, (t_s - LEAD_IN_S) / length_s)
        wish_per_min = first + (last - first) * share
        slowest = int(tempo.bpm_at(t_s) / HARD_BREATH_FLOOR_PER_MIN)
        beats = max(2, min(round(tempo.bpm_at(t_s) / wish_per_min), slowest, most_beats))
        return BreathPattern.of_beats(beats, preset.breath.ratio)

    plan = BreathPlan.steady(pattern_at(0, most_beats=100))
    beat = 0
    while tempo.time_of_beat(beat) < LEAD_IN_S + length_s:
        beat += plan.pattern.beats
        plan = plan.changed(beat, pattern_at(beat, most_beats=plan.pattern.beats + 1))
    return plan


def _check(what: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise UsageError(f"{value:g} {what} cannot be rendered.", f"From {least:g} to {most:g} is possible.")
