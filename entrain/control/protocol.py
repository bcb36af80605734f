"""What a preset says: phases, rules and bounds of a session, as plain data.

Defaults tagged [judged] in `docs/evidence/coach.md` are ours. The constants named HARD cannot be passed by
any preset nor by any key; a preset may only be stricter.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from entrain.person.care import CareRule

HARD_TEMPO_FLOOR_BPM: Final = 50.0
HARD_TEMPO_FLOOR_FRACTION: Final = 0.85  # of the baseline pulse
HARD_LEAD_FRACTION: Final = 0.30  # how far below the pulse the beat may be
HARD_FALL_BPM_PER_MIN: Final = 2.0
HARD_BREATH_FLOOR_PER_MIN: Final = 4.0
HARD_BREATH_FALL_PER_MIN2: Final = 2.0
HARD_TEMPO_CEILING_BPM: Final = 140.0
HARD_SESSION_MAX_MIN: Final = 60.0
HARD_SLOW_PULSE_BPM: Final = 33.0  # slower than that ends a session, whoever's it is

# Counted up with every change after which the same events can lead to another decision.
# 1: reasons were sentences, and several hearts one median. 2: reasons are codes; every heart has its own
# rules. 3: breath and beat are let go apart; the breath goes down as far as it is seen to be followed, and
# back to whoever does not follow; a nudge stays a wish; a slow pulse is measured against one's own; a strap's
# placeholders and single repeats are left out; the chest's breath is in step after 73 s at one moment.
RULES: Final = 3

MOST_AROUND: Final = 0.6  # of a shortened session may go to baseline, match and silence


@dataclass(frozen=True, slots=True)
class Bounds:
    """What no policy can pass. Fractions are of 1, rates per minute. None is laxer than the HARD ones."""

    tempo_floor_bpm: float = 50.0
    tempo_floor_fraction: float = 0.85
    tempo_ceiling_bpm: float = 120.0
    lead_fraction: float = 0.10
    fall_bpm_per_min: float = 1.0
    fall_fraction_per_min: float = 0.02
    rise_bpm_per_min: float = 6.0
    breath_floor_per_min: float = 4.5
    breath_fall_per_min2: float = 1.5
    pulse_rise_bpm: float = 3.0  # above baseline: hold
    stale_s: float = 5.0  # older data: hold
    slow_pulse_bpm: float = 40.0  # a pulse below this for long: stop; see `entrain.control.alarms`
    artefacts_per_min: float = 20.0  # more than this for long: stop

    def __post_init__(self) -> None:
        for name, stricter, hard in (
            ("tempo_floor_bpm", max, HARD_TEMPO_FLOOR_BPM),
            ("tempo_floor_fraction", max, HARD_TEMPO_FLOOR_FRACTION),
            ("tempo_ceiling_bpm", min, HARD_TEMPO_CEILING_BPM),
            ("lead_fraction", min, HARD_LEAD_FRACTION),
            ("fall_bpm_per_min", min, HARD_FALL_BPM_PER_MIN),
            ("breath_floor_per_min", max, HARD_BREATH_FLOOR_PER_MIN),
            ("breath_fall_per_min2", min, HARD_BREATH_FALL_PER_MIN2),
        ):
            object.__setattr__(self, name, stricter(hard, getattr(self, name)))


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """Lengths in seconds; descend and hold share what is left of the session."""

    baseline_s: float = 120.0
    match_s: float = 60.0
    silence_s: float = 120.0


@dataclass(frozen=True, slots=True)
class TempoRule:
    """How the beat goes."""

    policy: str = "glide"
    start_fraction: float = -0.05  # of the pulse: the beat begins this much below it
    goal_bpm: float | None = None  # None: as low as the bounds permit
    free_bpm: float = 66.0  # where the beat begins when there is no pulse to meet
    fixed_bpm: float | None = None  # for the fixed policy
    offset_fraction: float = -0.05  # for the offset policy: this much away from the pulse
    step_fraction: float = 0.015  # for the step policy: each step is so much lower …
    step_s: float = 120.0  # … and so long, the way down included


@dataclass(frozen=True, slots=True)
class BreathRule:
    """How the breath goes."""

    guided: bool = True
    own_fraction: float = 0.75  # of the person's own rate, where the heart shows it; 0: start_per_min always
    start_per_min: float = 12.0
    goal_per_min: float = 6.0
    ratio: tuple[float, float, float, float] = (4.0, 0.0, 6.0, 0.0)
    lengthen: str = "both"  # "out": what a breath grows by goes into breathing out alone
    over_days: bool = False  # the first sessions end at a quicker breath; see `entrain.whatif.progression`


@dataclass(frozen=True, slots=True)
class SoundRule:
    """What sounds, and how loud."""

    voice: str = "soft"
    breath_voice: str = "own"  # whose breath cues; "own": the voice's
    background: str = "own"  # what goes on under it; "own": the voice's, if it has one
    scale: str = "own"  # what tuned voices play; "own": each its own
    volume: float = 0.7
    beat: float = 1.0  # loudness of the beat, 0 to 1
    breath: float = 0.8  # loudness of the breath cues, 0 to 1
    background_volume: float = 1.0  # loudness of the background, 0 to 1
    music: str = ""  # a file of music, or a folder of them; empty: none
    music_volume: float = 0.8  # loudness of the music, 0 to 1
    music_bpm: float | None = None  # its tempo; None: found by listening
    end_gong: float = 0.0  # loudness of a gong as the guidance ends, 0 to 1
    rest: float = 0.5  # loudness of what is heard in the rest before the beat, 0 to 1
    delay_s: float = 0.0  # the beat is there, but not yet to be heard
    fade_in_s: float = 4.0
    sink_to: float = 1.0  # the share of its presence that is left when the guidance ends
    fade_out_s: float = 8.0


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Whose pulse a beat that several people hear is made for; see `entrain.control.group`."""

    rule: str = "highest-floor"  # or "median", or "leader"
    leader: str = ""  # for the rule "leader": a person's pseudonym or a heart


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of session. `name` is what one types, `title` what one reads."""

    name: str
    title: str
    summary: str
    minutes: float = 10.0
    needs_heart: bool = True
    sensors: tuple[str, ...] = ()  # measurement streams asked of a strap: "ecg", "acc"
    phases: PhaseTimes = field(default_factory=PhaseTimes)
    tempo: TempoRule = field(default_factory=TempoRule)
    breath: BreathRule = field(default_factory=BreathRule)
    bounds: Bounds = field(default_factory=Bounds)
    sound: SoundRule = field(default_factory=SoundRule)
    group: GroupRule = field(default_factory=GroupRule)
    care: CareRule = field(default_factory=CareRule)


def with_minutes(preset: Preset, minutes: float) -> Preset:
    """The preset, `minutes` long. Where that leaves too little for guiding, its other phases shrink alike."""
    times, length_s = preset.phases, minutes * 60.0
    around_s = times.baseline_s + times.match_s + times.silence_s
    if around_s <= MOST_AROUND * length_s:
        return replace(preset, minutes=minutes)
    share = MOST_AROUND * length_s / around_s
    phases = PhaseTimes(times.baseline_s * share, times.match_s * share, times.silence_s * share)
    return replace(preset, minutes=minutes, phases=phases)


@dataclass(frozen=True, slots=True)
class PacedStage:
    """A time of paced breathing after a silent rest, at one rate or sliding to another."""

    per_min: float
    duration_s: float
    to_per_min: float | None = None
    rest_s: float = 0.0  # before it


@dataclass(frozen=True, slots=True)
class ChosenPiece:
    """A piece of the listener's own music: which it was, never its sound."""

    name: str
    sha256: str  # of the file
    duration_s: float
    bpm: float | None  # None: no steady beat was found


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """All that a session is made from beside its events. Stored with the log: replay starts alike."""

    preset: Preset
    straps: tuple[str, ...]  # the hearts expected; empty: guide without a sensor
    seed: int = 0
    yoked: tuple[tuple[float, float], ...] = ()  # (s since its beat began, bpm) of another session
    stages: tuple[PacedStage, ...] = ()  # in place of a policy; see `entrain.control.stages`
    music: tuple[ChosenPiece, ...] = ()  # in the order in which they play
    persons: tuple[str, ...] = ()  # whose each strap is, by pseudonym; empty: one person or nobody named
    n_gone: int = 0  # hearts that were taken out of the log afterwards: it cannot be decided again
    locked: tuple[str, ...] = ()  # settings that nothing loosens; see `entrain.control.locks`
    rules: int = 1  # the version of the rules it was decided by; the log states it, see `RULES`
