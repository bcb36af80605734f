"""How far each setting of a preset may go, and what does not fit together.

The limits marked hard are the program's own (`entrain.control.protocol`): the controller enforces them
whatever a preset says, and a file that asks for more is told so instead of being cut down in silence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from entrain.control import protocol as hard
from entrain.control.protocol import Preset
from entrain.units import S_PER_MIN

LEAST_BASELINE_S: Final = 30.0  # a resting pulse needs that long to settle


@dataclass(frozen=True, slots=True)
class Limit:
    """The range of a number, ends included."""

    least: float
    most: float
    is_hard: bool = False

    def broken_by(self, value: float) -> str:
        """What is wrong with `value`, in words; empty where nothing is."""
        if self.least <= value <= self.most:
            return ""
        side = f"below {self.least:g}" if value < self.least else f"above {self.most:g}"
        side = side if value == value else "no number"
        return f"= {value:g} is {side}{', which no session may pass' if self.is_hard else ''}"


_TEMPO: Final = Limit(hard.HARD_TEMPO_FLOOR_BPM, hard.HARD_TEMPO_CEILING_BPM, is_hard=True)
_BREATH: Final = Limit(hard.HARD_BREATH_FLOOR_PER_MIN, 30.0, is_hard=True)
_LOUDNESS: Final = Limit(0.0, 1.0)

LIMITS: Final[Mapping[str, Limit]] = {
    "minutes": Limit(1.0, hard.HARD_SESSION_MAX_MIN, is_hard=True),
    "phases.baseline_s": Limit(0.0, 600.0),
    "phases.match_s": Limit(0.0, 600.0),
    "phases.silence_s": Limit(0.0, 900.0),
    "tempo.start_fraction": Limit(-hard.HARD_LEAD_FRACTION, 0.30, is_hard=True),
    "tempo.goal_bpm": _TEMPO,
    "tempo.free_bpm": _TEMPO,
    "tempo.fixed_bpm": _TEMPO,
    "tempo.offset_fraction": Limit(-hard.HARD_LEAD_FRACTION, 0.30, is_hard=True),
    "tempo.step_fraction": Limit(0.0, 0.20),
    "tempo.step_s": Limit(10.0, 600.0),
    "breath.own_fraction": Limit(0.0, 1.0),
    "breath.start_per_min": _BREATH,
    "breath.goal_per_min": _BREATH,
    "breath.ratio": Limit(0.0, 20.0),
    "bounds.tempo_floor_bpm": _TEMPO,
    "bounds.tempo_floor_fraction": Limit(hard.HARD_TEMPO_FLOOR_FRACTION, 1.0, is_hard=True),
    "bounds.tempo_ceiling_bpm": _TEMPO,
    "bounds.lead_fraction": Limit(0.0, hard.HARD_LEAD_FRACTION, is_hard=True),
    "bounds.fall_bpm_per_min": Limit(0.0, hard.HARD_FALL_BPM_PER_MIN, is_hard=True),
    "bounds.fall_fraction_per_min": Limit(0.0, 0.05),
    "bounds.rise_bpm_per_min": Limit(1.0, 30.0),
    "bounds.breath_floor_per_min": _BREATH,
    "bounds.breath_fall_per_min2": Limit(0.0, hard.HARD_BREATH_FALL_PER_MIN2, is_hard=True),
    "bounds.pulse_rise_bpm": Limit(1.0, 20.0),
    "bounds.stale_s": Limit(2.0, 10.0),
    "bounds.slow_pulse_bpm": Limit(30.0, 60.0),
    "bounds.artefacts_per_min": Limit(1.0, 30.0),
    "sound.volume": _LOUDNESS,
    "sound.beat": _LOUDNESS,
    "sound.breath": _LOUDNESS,
    "sound.background_volume": _LOUDNESS,
    "sound.music_volume": _LOUDNESS,
    "sound.music_bpm": Limit(20.0, 300.0),
    "sound.end_gong": _LOUDNESS,
    "sound.rest": _LOUDNESS,
    "sound.delay_s": Limit(0.0, 120.0),
    "sound.fade_in_s": Limit(0.0, 60.0),
    "sound.sink_to": Limit(0.1, 1.0),
    "sound.fade_out_s": Limit(0.0, 900.0),
}


Said = tuple[str, str] | None
"""What is wrong and what to do, or None."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Settings that depend on each other. The first key is the one a person would change first."""

    keys: tuple[str, ...]
    broken_by: Callable[[Preset], Said]


def _room(preset: Preset) -> Said:
    times = preset.phases
    taken_s = times.baseline_s + times.match_s + times.silence_s
    if taken_s < preset.minutes * S_PER_MIN:
        return None
    return (
        f"= {preset.minutes:g} leaves no time to lead: baseline, match and silence take {taken_s:g} s",
        f"Use more than {taken_s / S_PER_MIN:g} minutes, or shorten them.",
    )


def _baseline(preset: Preset) -> Said:
    if not preset.needs_heart or preset.phases.baseline_s >= LEAST_BASELINE_S:
        return None
    return (
        f"= {preset.phases.baseline_s:g} is too short to know a resting pulse",
        f"Use at least {LEAST_BASELINE_S:g}, or set needs_heart = false.",
    )


def _breath_goal(preset: Preset) -> Said:
    rule, floor = preset.breath, preset.bounds.breath_floor_per_min
    if rule.goal_per_min > rule.start_per_min:
        return (
            f"= {rule.goal_per_min:g} is quicker than the beginning, start_per_min = {rule.start_per_min:g}",
            "A session leads to slower breathing: give a goal that is not quicker.",
        )
    if rule.goal_per_min < floor:
        return (
            f"= {rule.goal_per_min:g} is below this preset's bounds.breath_floor_per_min = {floor:g}",
            f"Use {floor:g} or more, or lower that bound.",
        )
    return None


def _ratio(preset: Preset) -> Said:
    inhale, _, exhale, _ = preset.breath.ratio
    if inhale > 0.0 and exhale > 0.0:
        return None
    return "has no time to breathe in or none to breathe out", "Its first and third number must not be 0."


def _tempo_bounds(preset: Preset) -> Said:
    bounds = preset.bounds
    if bounds.tempo_floor_bpm < bounds.tempo_ceiling_bpm:
        return None
    return (
        f"= {bounds.tempo_floor_bpm:g} is not below tempo_ceiling_bpm = {bounds.tempo_ceiling_bpm:g}",
        "The floor must be the smaller of the two.",
    )


def _within_bounds(key: str, tempo_of: Callable[[Preset], float | None]) -> Rule:
    def broken_by(preset: Preset) -> Said:
        bpm, bounds = tempo_of(preset), preset.bounds
        if bpm is None or bounds.tempo_floor_bpm <= bpm <= bounds.tempo_ceiling_bpm:
            return None
        low, high = bounds.tempo_floor_bpm, bounds.tempo_ceiling_bpm
        return (
            f"= {bpm:g} is outside this preset's own bounds, {low:g} to {high:g}",
            "Change it, or the bounds.",
        )

    return Rule((key, "bounds.tempo_floor_bpm", "bounds.tempo_ceiling_bpm"), broken_by)


def _lead(preset: Preset) -> Said:
    start, lead = preset.tempo.start_fraction, preset.bounds.lead_fraction
    if start >= -lead:
        return None
    return (
        f"= {start:g} begins further below the pulse than bounds.lead_fraction = {lead:g} permits",
        f"Use {-lead:g} or more.",
    )


def _fixed(preset: Preset) -> Said:
    if preset.tempo.fixed_bpm is None or preset.tempo.policy == "fixed":
        return None
    return f'has no effect with policy = "{preset.tempo.policy}"', 'Leave it out, or set policy = "fixed".'


def _follow(preset: Preset) -> Said:
    if preset.tempo.policy != "follow" or preset.needs_heart:
        return None
    return '= "follow" has nothing to follow without a heart', "Set needs_heart = true."


RULES: Final = (
    Rule(("minutes", "phases.baseline_s", "phases.match_s", "phases.silence_s"), _room),
    Rule(("phases.baseline_s", "needs_heart"), _baseline),
    Rule(("breath.goal_per_min", "breath.start_per_min", "bounds.breath_floor_per_min"), _breath_goal),
    Rule(("breath.ratio",), _ratio),
    Rule(("bounds.tempo_floor_bpm", "bounds.tempo_ceiling_bpm"), _tempo_bounds),
    _within_bounds("tempo.goal_bpm", lambda preset: preset.tempo.goal_bpm),
    _within_bounds("tempo.free_bpm", lambda preset: preset.tempo.free_bpm),
    _within_bounds("tempo.fixed_bpm", lambda preset: preset.tempo.fixed_bpm),
    Rule(("tempo.start_fraction", "bounds.lead_fraction"), _lead),
    Rule(("tempo.fixed_bpm", "tempo.policy"), _fixed),
    Rule(("tempo.policy", "needs_heart"), _follow),
)
