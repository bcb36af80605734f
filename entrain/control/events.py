"""Every message of a session, in one file: what comes in (events) and what goes out (effects).

All are plain frozen data on the session's clock (`t_s`, seconds since the session began). The log stores all
of them; feeding the stored events back into `reduce` gives the stored effects again, bit for bit.
"""

from dataclasses import dataclass
from enum import StrEnum

from entrain.breath.estimate import BreathSource, InStep
from entrain.breath.pattern import BreathPart
from entrain.frozen import quick
from entrain.heart.beat import Beat, PulseSource
from entrain.heart.doubt import Doubt
from entrain.heart.pmd.control import Sensor
from entrain.reason import Reason
from entrain.remark import Remark
from entrain.score import Score

# ---- commands: what a person asks for ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    """Fade and end now."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence, and nothing goes on, until `Resume`."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after `Pause`."""


@dataclass(frozen=True, slots=True)
class StepAway:
    """Too much just now: the sound fades at once, and all waits until `Resume` or `Stop`."""


@dataclass(frozen=True, slots=True)
class LeaveBreath:
    """No breath to follow any more in this session; the beat goes on."""


@dataclass(frozen=True, slots=True)
class NotRight:
    """What sounded was not right for this person: an answer that is kept, with the voice that is meant."""

    voice: str


@dataclass(frozen=True, slots=True)
class EaseOff:
    """A little quicker and shallower again, and stay there for a while."""


@dataclass(frozen=True, slots=True)
class SkipRest:
    """Begin as soon as the pulse is known: the rest before it is for figures, which not everybody wants."""


@dataclass(frozen=True, slots=True)
class HoldTempo:
    """Stay at this tempo and this breath until `GoOn`."""


@dataclass(frozen=True, slots=True)
class GoOn:
    """End `HoldTempo` and `EaseOff`."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """Move the tempo by `bpm` as fast as the bounds permit."""

    bpm: float


@dataclass(frozen=True, slots=True)
class SetGoal:
    """Change where the session goes; None leaves that part as it is."""

    tempo_bpm: float | None = None
    breath_per_min: float | None = None


@dataclass(frozen=True, slots=True)
class SetVolume:
    """Master volume, 0 to 1."""

    volume: float


@dataclass(frozen=True, slots=True)
class SetMuted:
    """No sound, or sound again; everything else goes on."""

    muted: bool


@dataclass(frozen=True, slots=True)
class SetVoice:
    """Another voice for the beat, and for what else sounds in its way. It must be one there is."""

    voice: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment worth finding again; it was `ago_s` before the command, while the note was written.

    `strap` is the heart of the person it is about; None: nobody's or everybody's.
    """

    note: str = ""
    ago_s: float = 0.0
    strap: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """How one feels, 0 (calm) to 10 (as tense as can be): SUDS, Wolpe 1969. `when`: "before" or "after".

    `strap` is the heart of the person who feels so; None where there is one person.
    """

    value: int
    when: str
    strap: str | None = None


class Feeling(StrEnum):
    """A person's own word for how the breathing is."""

    EASY = "easy"  # the breath may go on to its goal, whether it can be seen or not
    LIGHT_HEADED = "light-headed"  # too much air: it comes up, and goes no lower in this session


@dataclass(frozen=True, slots=True)
class Feel:
    """What nothing measures here, and only the person can say.

    `strap` is the heart of the person who says it; None: whoever is there.
    """

    feeling: Feeling
    strap: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseHeart:
    """Guide a group without this heart from now on: it holds nobody back, and goes on being measured."""

    strap: str


@dataclass(frozen=True, slots=True)
class LeadHeart:
    """Take a heart that was released back into the group."""

    strap: str


Steering = (
    Pause
    | Resume
    | StepAway
    | LeaveBreath
    | NotRight
    | EaseOff
    | SkipRest
    | HoldTempo
    | GoOn
    | Nudge
    | SetGoal
    | Feel
    | SetVolume
    | SetMuted
    | SetVoice
    | Mark
    | Rate
    | ReleaseHeart
    | LeadHeart
)
Command = Stop | Steering

# ---- events: what comes in ---------------------------------------------------------------------------------


class Link(StrEnum):
    """A strap's connection, in the order in which it comes about."""

    OFF = "off"
    SEARCHING = "searching"
    CONNECTING = "connecting"
    DISCOVERING = "discovering"
    SUBSCRIBING = "subscribing"
    STREAMING = "streaming"
    SILENT = "silent"  # connected, and nothing comes
    LOST = "lost"  # was streaming; reconnecting follows
    BLOCKED = "blocked"  # no adapter, no permission, no Bluetooth service: the remark says what
    FINISHED = "finished"  # a recording has come to its end


@quick
class NotificationArrived:
    """The very bytes of a 0x2A37 notification, stamped on arrival. Every heart speaks this."""

    t_s: float
    strap: str
    payload: bytes


@quick
class IntervalReported:
    """An interval of a source that knows its beats' own times: it ended at `beat_t_s` and is not rounded."""

    t_s: float
    strap: str
    beat_t_s: float
    rr_ms: float


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """A strap's connection has changed."""

    t_s: float
    strap: str
    link: Link
    remark: Remark | None = None  # what happened


@dataclass(frozen=True, slots=True)
class StrapDescribed:
    """What a strap offers of itself; each time something is learnt."""

    t_s: float
    strap: str
    name: str | None = None
    battery_percent: int | None = None
    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None
    signal_dbm: int | None = None
    address: str | None = None  # what it is known by on this computer
    location: str | None = None  # where on the body it sits: "chest", "wrist" …


class SensorState(StrEnum):
    """How a measurement stream of a strap stands."""

    STREAMING = "streaming"
    SHARED = "streaming, started by another program"  # which may end it, and whose settings it has
    SILENT = "silent"  # started, and no frame comes
    REFUSED = "refused"
    MISSING = "missing"  # the strap has no such sensor
    FAULTY = "faulty"  # frames come and cannot be believed
    OFF = "off"  # stopped, by us or with the link


@dataclass(frozen=True, slots=True)
class SensorChanged:
    """A measurement stream has begun, changed or ended."""

    t_s: float
    strap: str
    sensor: Sensor
    state: SensorState
    remark: Remark | None = None  # what happened
    rate_hz: float | None = None  # what was asked for; the strap keeps it to about 2 %
    factor: float | None = None  # of compressed samples, in g; None: they are in mg


@quick
class SensorFrames:
    """The very bytes of a measurement stream: a block of notifications, each with its arrival."""

    t_s: float  # when the block was handed on
    strap: str
    sensor: Sensor
    arrived_s: tuple[float, ...]
    frames: tuple[bytes, ...]


class Sound(StrEnum):
    """How the sound stands."""

    OFF = "off"  # nobody asked for sound
    OPENING = "opening"
    PLAYING = "playing"
    LOST = "lost"  # the device went away; looking for it again
    UNAVAILABLE = "unavailable"  # no device or no library: silence, said plainly


@dataclass(frozen=True, slots=True)
class SoundChanged:
    """The sound has begun, gone or come back, or was silent for a while."""

    t_s: float
    sound: Sound
    device: str = ""
    remark: Remark | None = None
    gap_s: float = 0.0  # silence that nobody planned, where known


@quick
class OnsetPlayed:
    """Beat `n` was put into the stream at `frame`; `dac_t_s` is when the device sounds it."""

    t_s: float
    n: int
    planned_t_s: float
    dac_t_s: float | None  # None: the device reports no usable time
    uncertainty_s: float | None
    frame: int


@dataclass(frozen=True, slots=True)
class LogChanged:
    """The log's own trouble: what keeps it from the disk, or that all is well again (no `remark`)."""

    t_s: float
    remark: Remark | None = None


@quick
class Tick:
    """Time passes: one every `TICK_S`, on the grid."""

    t_s: float


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """Somebody asked for something; `author` says who, of people and signals."""

    t_s: float
    command: Command
    author: str = "person"


Event = (
    NotificationArrived
    | IntervalReported
    | LinkChanged
    | StrapDescribed
    | SensorChanged
    | SensorFrames
    | SoundChanged
    | OnsetPlayed
    | LogChanged
    | Tick
    | CommandGiven
)

# ---- effects: what goes out --------------------------------------------------------------------------------


class Phase(StrEnum):
    """Where a session stands, in the order in which it goes."""

    WAITING = "waiting"  # for the first pulse
    BASELINE = "baseline"
    MATCH = "match"
    DESCEND = "descend"
    HOLD = "hold"
    SILENCE = "silence"
    ENDED = "ended"


class Author(StrEnum):
    """Who brought a decision about."""

    PROTOCOL = "protocol"
    POLICY = "policy"
    BOUND = "bound"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class PhaseBegan:
    """A phase has begun, and why."""

    t_s: float
    phase: Phase
    reason: Reason


@dataclass(frozen=True, slots=True)
class Decided:
    """Something was changed or refused: what, by whom, from what to what, why, and on which figures.

    In a group `reason.whose` is the heart it came about by.
    """

    t_s: float
    what: str  # "tempo_bpm", "breath_beats", "hold", "baseline_bpm", "stop" …
    author: Author
    before: float | None
    after: float | None
    reason: Reason
    inputs: tuple[tuple[str, float | None], ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreChanged:
    """What is to be played from now on; equal to the one before up to the commit horizon `from_s`."""

    t_s: float
    from_s: float
    score: Score


@quick
class OnsetPlanned:
    """Beat `n` will sound at `t_s`; said once, when nothing can change it any more."""

    t_s: float
    n: int


@dataclass(frozen=True, slots=True)
class BreathCued:
    """A part of a breath begins at `t_s` and lasts `beats` beats, `duration_s` long."""

    t_s: float
    part: BreathPart
    beats: int
    duration_s: float
    breath_per_min: float


@quick
class BeatSeen:
    """A beat has its place in time."""

    t_s: float  # when it became known; the beat's own time is in `beat`
    beat: Beat


@dataclass(frozen=True, slots=True)
class SegmentBegan:
    """The chain of intervals was broken: what follows is not joined to what was."""

    t_s: float
    strap: str
    segment: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class HeartDoubted:
    """From now on this heart is not, or not wholly, believed; with None it is again."""

    t_s: float
    strap: str
    doubt: Doubt | None


@dataclass(frozen=True, slots=True)
class PayloadRejected:
    """Bytes that are no measurement; they stay in the log."""

    t_s: float
    strap: str
    reason: Reason


@quick
class PulseMeasured:
    """The smoothed pulse that the coach acts on, once a tick. `bpm` is None where nothing fresh is known."""

    t_s: float
    bpm: float | None
    age_s: float | None
    source: PulseSource
    rmssd_ms: float | None


@quick
class HeartMeasured:
    """Of a group: one heart's own smoothed pulse, once a tick."""

    t_s: float
    strap: str
    bpm: float | None
    age_s: float | None
    source: PulseSource
    rmssd_ms: float | None


@quick
class BreathMeasured:
    """The person's own breath as one strap shows it, once a tick; see `entrain.breath.estimate`."""

    t_s: float
    strap: str
    rate_per_min: float | None
    rsa_ms: float | None
    confidence: float
    in_step: InStep
    source: BreathSource = BreathSource.HEART


@dataclass(frozen=True, slots=True)
class VolumeChanged:
    """From now on it is so loud."""

    t_s: float
    volume: float
    muted: bool


@dataclass(frozen=True, slots=True)
class VoiceChanged:
    """From now on this voice sounds, after a crossfade."""

    t_s: float
    voice: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is over: fade what sounds within `fade_s`, save, sum up."""

    t_s: float
    reason: Reason
    fade_s: float
    completed: bool  # False: stopped before its time


Effect = (
    PhaseBegan
    | Decided
    | ScoreChanged
    | OnsetPlanned
    | BreathCued
    | BeatSeen
    | SegmentBegan
    | HeartDoubted
    | PayloadRejected
    | PulseMeasured
    | HeartMeasured
    | BreathMeasured
    | VolumeChanged
    | VoiceChanged
    | Ended
)
