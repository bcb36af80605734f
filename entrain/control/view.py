"""The picture of a session that a front end draws: immutable, complete, and nothing but plain data."""

from dataclasses import dataclass

from entrain.breath.estimate import InStep
from entrain.control.events import Link, Phase, SensorState, Sound
from entrain.control.protocol import Preset
from entrain.heart.beat import HeartState
from entrain.heart.pmd.control import Sensor
from entrain.heart.wave import WavePoint
from entrain.reason import Reason
from entrain.remark import Remark
from entrain.score import Score


@dataclass(frozen=True, slots=True)
class StreamView:
    """How a measurement stream of a strap stands."""

    sensor: Sensor
    state: SensorState
    remark: Remark | None


@dataclass(frozen=True, slots=True)
class StrapView:
    """One heart: whose it is, how it is reached, what it does."""

    strap: str
    link: Link
    remark: Remark | None
    name: str | None
    battery_percent: int | None
    heart: HeartState
    n_beats: int
    n_outages: int
    person: str = ""  # a pseudonym; '' where nobody is named
    baseline_bpm: float | None = None
    own_breath_per_min: float | None = None
    in_step: InStep = InStep.NO_PACER
    is_led: bool = True  # False: released from the group
    streams: tuple[StreamView, ...] = ()  # those that were asked for


@dataclass(frozen=True, slots=True)
class SoundView:
    """The sound, as a front end shows it."""

    sound: Sound
    device: str
    remark: Remark | None
    volume: float
    muted: bool
    voice: str  # that sounds, or would


@dataclass(frozen=True, slots=True)
class StageView:
    """Where a protocol of paced stages stands: in stage `number` of `of`, or in the rest before it."""

    number: int
    of: int
    per_min: float
    to_per_min: float | None  # where it slides to
    resting: bool
    left_s: float  # of the stage, or of the rest


@dataclass(frozen=True, slots=True)
class Sample:
    """One point of the trend, once a tick."""

    t_s: float
    pulse_bpm: float | None
    tempo_bpm: float | None
    breath_per_min: float | None


@dataclass(frozen=True, slots=True)
class SessionView:
    """`t_s` is the moment of the picture; `score` can be asked for any moment up to `LEAD_S` later."""

    t_s: float
    preset: Preset
    phase: Phase
    phase_since_s: float
    phase_left_s: float | None  # None: it ends by an event, not by time
    session_left_s: float | None
    reason: Reason  # why things are as they are
    hold_reason: Reason | None
    paused: bool
    heart: HeartState  # of the group; for one strap, that strap's
    baseline_bpm: float | None
    score: Score | None  # None: nothing is guided yet
    tempo_bpm: float | None
    breath_per_min: float | None
    goal_bpm: float | None
    goal_breath_per_min: float | None
    straps: tuple[StrapView, ...]
    sound: SoundView
    n_markers: int
    trend: tuple[Sample, ...]
    last_beat_t_s: float | None
    log_fault: Remark | None  # what keeps the log from the disk; None: all is kept
    ended: Reason | None  # why, once it is over
    own_breath_per_min: float | None = None  # the person's own breathing, as the heart shows it
    in_step: InStep = InStep.NO_PACER
    in_step_s: float = 0.0  # so long it was in step …
    judged_s: float = 0.0  # … of so long in which it could be told
    stage: StageView | None = None  # None: a policy guides, or nothing does
    wave: tuple[WavePoint, ...] = ()  # the pulse beat by beat, of the first heart

    def heart_after(self, strap: str | None) -> str | None:
        """Going round all hearts: the one after `strap`; after the last one None, which is all of them."""
        straps = [None, *(each.strap for each in self.straps)]
        return straps[(straps.index(strap) + 1) % len(straps)] if strap in straps else None


@dataclass(frozen=True, slots=True)
class HeartSummary:
    """What belongs to one person of a group."""

    strap: str
    person: str
    baseline_bpm: float | None
    end_bpm: float | None
    baseline_rmssd_ms: float | None
    end_rmssd_ms: float | None
    baseline_breath_per_min: float | None
    in_step_s: float
    judged_s: float
    n_beats: int
    n_artefacts: int
    n_outages: int
    outage_s: float
    rating_before: int | None
    rating_after: int | None
    says_easy: bool = False  # this person's own words for the breath
    says_dizzy: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """A session in figures as they were seen while it ran. None where it could not be measured.

    Of a group, what belongs to a person is None here and stands in `hearts`.
    """

    reason: Reason
    completed: bool
    duration_s: float
    guided_s: float
    phases: tuple[tuple[Phase, float], ...]  # how long each lasted
    n_beats: int
    n_artefacts: int
    n_outages: int
    outage_s: float
    n_onsets: int
    baseline_bpm: float | None
    end_bpm: float | None  # over the last minute with a pulse
    baseline_rmssd_ms: float | None
    end_rmssd_ms: float | None
    lowest_tempo_bpm: float | None
    slowest_breath_per_min: float | None
    n_holds: int
    n_markers: int
    rating_before: int | None
    rating_after: int | None
    session_id: int | None = None
    baseline_breath_per_min: float | None = None
    in_step_s: float = 0.0
    judged_s: float = 0.0  # how long it could be told whether the breath was in step
    hearts: tuple[HeartSummary, ...] = ()  # of a group: each by itself
    says_easy: bool = False  # the person's own words for the breath
    says_dizzy: bool = False
    n_away: int = 0  # so often somebody stepped away
    voice: str = ""  # that sounded last
