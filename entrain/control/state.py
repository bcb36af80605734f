"""What a session knows at a moment. Only `entrain.control.session.reduce` makes a new one."""

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import Final

from entrain.breath.pattern import BreathPattern
from entrain.control.events import Phase, Sound
from entrain.control.protocol import SessionConfig
from entrain.control.track import HeartTrack
from entrain.heart.beat import HeartState
from entrain.score import Score

TICK_S: Final = 1.0
MINUTE_S: Final = 60.0
GUIDED: Final = frozenset({Phase.MATCH, Phase.DESCEND, Phase.HOLD})


class HoldCause(StrEnum):
    """Why tempo and breath stay where they are, most pressing first."""

    PAUSED = "paused"
    NO_DATA = "no data"
    PULSE_UP = "pulse up"
    OUT_OF_STEP = "out of step"
    PERSON = "person"
    EASED = "eased off"


@dataclass(frozen=True, slots=True)
class SoundState:
    sound: Sound = Sound.OFF
    device: str = ""
    detail: str = ""
    advice: str = ""
    n_gaps: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """Since when a reason to stop has stood, in session seconds; None: it does not."""

    slow_since_s: float | None = None
    jump_since_s: float | None = None
    artefacts_since_s: float | None = None


QUIET: Final = Alarm()

Pulses = tuple[tuple[float, float, float | None], ...]
"""(t_s, bpm, RMSSD in ms) of each tick at which a pulse was known."""


@dataclass(frozen=True)  # without slots, for `changed`
class SessionState:
    config: SessionConfig
    t_s: float
    tracks: tuple[HeartTrack, ...]
    phase: Phase = Phase.WAITING
    phase_since_s: float = 0.0
    phase_spent_s: float = 0.0  # of the phase, without pauses and, in the baseline, without missing data
    spent_s: float = 0.0  # of the session's planned length
    reason: str = ""
    last_tick_s: float | None = None
    # Guidance.
    score: Score | None = None
    committed_s: float = 0.0
    start_bpm: float = 0.0
    guided_since_s: float | None = None
    first_pattern: BreathPattern | None = None  # the breath that the guiding began with
    breath_line_per_min: float = 0.0  # the slowest breathing asked for so far; falls no faster than its bound
    goal_bpm: float | None = None  # a person's change of goal
    goal_breath_per_min: float | None = None
    out_of_step_since_s: float | None = None
    shortened_s: float = 0.0  # when a breath last lost a beat for being out of step
    hold: HoldCause | None = None
    hold_reason: str = ""
    n_holds: int = 0
    person_holds: bool = False
    eased_until_s: float = 0.0
    paused: bool = False
    # Measurement.
    baseline_bpm: float | None = None
    baseline_rmssd_ms: float | None = None
    baseline_breath_per_min: float | None = None  # the person's own, where the heart shows it
    pulses: Pulses = ()  # of the last minute or, in the baseline, of all of it
    alarm: Alarm = QUIET
    # Sound and the person.
    sound: SoundState = SoundState()
    volume: float = 1.0
    muted: bool = False
    voice: str | None = None  # another one than the preset's, chosen meanwhile
    log_fault: str | None = None
    n_onsets: int = 0
    n_markers: int = 0
    rating_before: int | None = None
    rating_after: int | None = None
    lowest_tempo_bpm: float | None = None
    slowest_breath_per_min: float | None = None
    phase_lengths: tuple[tuple[Phase, float], ...] = ()
    completed: bool = False


def length_s(state: SessionState) -> float:
    """The session's planned length in seconds, silence included."""
    return state.config.preset.minutes * 60.0


def with_pulse(pulses: Pulses, heart: HeartState, t_s: float, since_s: float) -> Pulses:
    """What is known of the heart at `t_s` joins the rest; what was before `since_s` is dropped."""
    if heart.bpm is None:
        return pulses
    first = bisect_right(pulses, since_s, key=itemgetter(0))
    return (*pulses[first:], (t_s, heart.bpm, heart.rmssd_ms))


def has_sensor(state: SessionState) -> bool:
    return bool(state.tracks)
