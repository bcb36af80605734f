"""What a session knows at a moment. Only `entrain.control.session.reduce` makes a new one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, TypedDict, Unpack

from entrain.breath.pattern import BreathPattern
from entrain.control.events import Phase, Sound
from entrain.control.heart import LEAST_BASELINE_S, HeartTrack
from entrain.control.protocol import SessionConfig
from entrain.frozen import changed
from entrain.reason import Code, Reason
from entrain.remark import Remark
from entrain.score import Score

TICK_S: Final = 1.0
_UNSTARTED: Final = Reason(Code.WITHOUT_SENSOR)
NOBODYS: Final = ""  # in place of a heart, in a session without one
GUIDED: Final = frozenset({Phase.MATCH, Phase.DESCEND, Phase.HOLD})


class HoldCause(StrEnum):
    """Why tempo and breath stay where they are, most pressing first. The last one holds the tempo alone."""

    PAUSED = "paused"
    NO_DATA = "no data"
    OUT_OF_STEP = "out of step"
    PERSON = "person"
    EASED = "eased off"
    PULSE_UP = "pulse up"


@dataclass(frozen=True, slots=True)
class SoundState:
    """The sound as it was told last."""

    sound: Sound = Sound.OFF
    device: str = ""
    remark: Remark | None = None
    n_gaps: int = 0


@dataclass(frozen=True)  # without slots, for `changed`
class SessionState:
    """All that the next decision rests on. Made anew, never changed."""

    config: SessionConfig
    t_s: float
    tracks: tuple[HeartTrack, ...]
    phase: Phase = Phase.WAITING
    phase_since_s: float = 0.0
    phase_spent_s: float = 0.0  # of the phase, without pauses and, in the baseline, without missing data
    spent_s: float = 0.0  # of the session's planned length
    reason: Reason = _UNSTARTED
    last_tick_s: float | None = None
    is_rest_skipped: bool = False
    # Guidance.
    score: Score | None = None
    committed_s: float = 0.0
    start_bpm: float = 0.0
    guided_since_s: float | None = None
    first_pattern: BreathPattern | None = None  # the breath that the guiding began with
    breath_line_per_min: float = 0.0  # the slowest breathing asked for so far; falls no faster than its bound
    goal_bpm: float | None = None  # a person's change of goal
    goal_breath_per_min: float | None = None
    shift_bpm: float = 0.0  # a person's wish on top of the policy's, until it is taken back
    asked_bpm: float | None = None  # where a person wants the tempo while no policy is asked
    met_per_min: float = 0.0  # the breath at which the person was last met
    came_back: bool = False  # they were out of step there: on it goes only while they are seen in step
    shortened_s: float = 0.0  # when a breath last lost a beat for being out of step
    is_gentle: bool = False  # it was said that the breath waits, for nobody can tell how well it is followed
    easy: frozenset[str] = (
        frozenset()
    )  # the hearts of those who say it is; of a session without hearts, `NOBODYS`
    said_easy: frozenset[str] = frozenset()  # once in this session; `easy` can be taken back
    said_dizzy: frozenset[str] = frozenset()
    breath_limit_per_min: float = 0.0  # light-headed below it: no slower in this session
    hold: HoldCause | None = None
    hold_reason: Reason | None = None
    n_holds: int = 0
    person_holds: bool = False
    eased_until_s: float = 0.0
    paused: bool = False
    # Sound and the person.
    sound: SoundState = SoundState()
    volume: float = 1.0
    muted: bool = False
    voice: str | None = None  # another one than the preset's, chosen meanwhile
    log_fault: Remark | None = None
    n_onsets: int = 0
    n_markers: int = 0
    n_away: int = 0  # so often somebody stepped away
    is_breath_left: bool = False  # no breath is guided any more, as the person asked
    rating_before: int | None = None
    rating_after: int | None = None
    lowest_tempo_bpm: float | None = None
    slowest_breath_per_min: float | None = None
    phase_lengths: tuple[tuple[Phase, float], ...] = ()
    completed: bool = False


class SessionEdits(TypedDict, total=False):
    """The fields of a `SessionState`, for the type check of `edit`; a test holds the two together."""

    config: SessionConfig
    t_s: float
    tracks: tuple[HeartTrack, ...]
    phase: Phase
    phase_since_s: float
    phase_spent_s: float
    spent_s: float
    reason: Reason
    last_tick_s: float | None
    is_rest_skipped: bool
    score: Score | None
    committed_s: float
    start_bpm: float
    guided_since_s: float | None
    first_pattern: BreathPattern | None
    breath_line_per_min: float
    goal_bpm: float | None
    goal_breath_per_min: float | None
    shift_bpm: float
    asked_bpm: float | None
    met_per_min: float
    came_back: bool
    shortened_s: float
    is_gentle: bool
    easy: frozenset[str]
    said_easy: frozenset[str]
    said_dizzy: frozenset[str]
    breath_limit_per_min: float
    hold: HoldCause | None
    hold_reason: Reason | None
    n_holds: int
    person_holds: bool
    eased_until_s: float
    paused: bool
    sound: SoundState
    volume: float
    muted: bool
    voice: str | None
    log_fault: Remark | None
    n_onsets: int
    n_markers: int
    n_away: int
    is_breath_left: bool
    rating_before: int | None
    rating_after: int | None
    lowest_tempo_bpm: float | None
    slowest_breath_per_min: float | None
    phase_lengths: tuple[tuple[Phase, float], ...]
    completed: bool


class _Edit(Protocol):
    def __call__(self, state: SessionState, **changes: Unpack[SessionEdits]) -> SessionState: ...


edit: Final[_Edit] = changed
"""A session's state with some fields changed. Names and types are checked strictly; the cost is that of
`entrain.frozen.changed`."""


def rest_s(state: SessionState) -> float:
    """How long the baseline is; skipped, it is as short as a pulse can be known in."""
    baseline_s = state.config.preset.phases.baseline_s
    return min(baseline_s, float(LEAST_BASELINE_S)) if state.is_rest_skipped else baseline_s


def length_s(state: SessionState) -> float:
    """The session's planned length in seconds, silence included."""
    return state.config.preset.minutes * 60.0


def has_sensor(state: SessionState) -> bool:
    """Is any heart expected?"""
    return bool(state.tracks)
