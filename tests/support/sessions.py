"""A session made by hand: one of each message, so that what readers see can be written down beside it."""

from entrain.breath.estimate import InStep
from entrain.breath.pattern import BreathPart, BreathPattern, BreathPlan
from entrain.control.events import (
    Author,
    BeatSeen,
    BreathCued,
    BreathMeasured,
    CommandGiven,
    Decided,
    Effect,
    Ended,
    Event,
    Link,
    LinkChanged,
    LogChanged,
    Mark,
    NotificationArrived,
    OnsetPlanned,
    OnsetPlayed,
    PayloadRejected,
    Phase,
    PhaseBegan,
    PulseMeasured,
    Rate,
    ScoreChanged,
    SegmentBegan,
    SensorChanged,
    SensorFrames,
    SensorState,
    Sound,
    SoundChanged,
    StrapDescribed,
    Tick,
    VoiceChanged,
    VolumeChanged,
)
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.view import Summary
from entrain.heart.beat import Beat, PulseSource, RRInterval, Verdict
from entrain.heart.pmd.control import Sensor
from entrain.heart.pmd.frames import SensorFrame
from entrain.reason import Reason
from entrain.remark import Remark, Topic
from entrain.score import Level, Presence, Score
from entrain.storage.log.store import Store
from entrain.tempo.plan import TempoPlan

Record = tuple[Event, tuple[Effect, ...]]

CONFIG = SessionConfig(
    preset=Preset(name="desk", title="Ten minutes at the desk", summary="A short one."),
    straps=("sim:7",),
    seed=7,
)

SCORE = Score(
    TempoPlan.steady(2.0, 66.0).edited(10.0, 60.0, 120.0),
    BreathPlan.steady(BreathPattern.of_beats(8)),
    Presence((Level(2.0, 1.0, 4.0),)),
)

ACC_FRAME = bytes(SensorFrame(Sensor.ACC, 599616000000000000, 1, ((-184, -28, 949),)))

RECORDS: tuple[Record, ...] = (
    (
        LinkChanged(0.1, "sim:7", Link.STREAMING, Remark.of(Topic.SENDING, strap="Simulated")),
        (PhaseBegan(0.1, Phase.BASELINE, Reason.of_older("The first pulse has come.")),),
    ),
    (StrapDescribed(0.2, "sim:7", name="Simulated", battery_percent=83, signal_dbm=-61), ()),
    (
        NotificationArrived(1.0, "sim:7", b"\x10\x44\x73\x03"),
        (
            SegmentBegan(1.0, "sim:7", 0, Reason.of_older("The strap began to send.")),
            BeatSeen(1.0, Beat(0.9, RRInterval(883), Verdict.OK, "sim:7", 0, 0)),
        ),
    ),
    (
        Tick(1.5),
        (
            PulseMeasured(1.5, 69.5, 0.6, PulseSource.INTERVALS, 31.25),
            BreathMeasured(1.5, "sim:7", 13.5, 42.0, 0.75, InStep.NO_PACER),
            Decided(
                1.5,
                "tempo_bpm",
                Author.POLICY,
                None,
                66.0,
                Reason.of_older("the beat begins 5 % below the pulse"),
                (("pulse_bpm", 69.5), ("baseline_bpm", None)),
            ),
            ScoreChanged(1.5, 2.0, SCORE),
            PhaseBegan(1.5, Phase.MATCH, Reason.of_older("The baseline is known.")),
            OnsetPlanned(2.0, 0),
            BreathCued(2.0, BreathPart.INHALE, 3, 2.727, 8.25),
            OnsetPlanned(2.0 + 60 / 66, 1),
        ),
    ),
    (SoundChanged(1.6, Sound.PLAYING, "Loudspeaker", gap_s=0.25), ()),
    (OnsetPlayed(1.7, 0, 2.0, 2.0125, 0.001, 96000), ()),
    (
        SensorChanged(
            2.0,
            "sim:7",
            Sensor.ACC,
            SensorState.STREAMING,
            Remark.as_told("It sends.", "Sit still."),
            rate_hz=25.0,
            factor=0.5,
        ),
        (),
    ),
    (SensorFrames(2.25, "sim:7", Sensor.ACC, (2.125, 2.25), (ACC_FRAME, ACC_FRAME)), ()),
    (LogChanged(2.5, Remark.as_told("The disk is full.", "Make some room.")), ()),
    (CommandGiven(3.0, Mark("a door", 0.5)), ()),
    (CommandGiven(3.5, Rate(6, "before")), ()),
    (
        NotificationArrived(4.0, "sim:7", b"\x10"),
        (PayloadRejected(4.0, "sim:7", Reason.of_older("too short")),),
    ),
    (
        Tick(600.0),
        (
            VolumeChanged(600.0, 0.5, muted=True),
            VoiceChanged(600.0, "rain"),
            PhaseBegan(600.0, Phase.ENDED, Reason.of_older("The time is over.")),
            Ended(600.0, Reason.of_older("The time is over."), 8.0, completed=True),
        ),
    ),
)

SUMMARY = Summary(
    reason=Reason.of_older("The time is over."),
    completed=True,
    duration_s=600.0,
    guided_s=420.0,
    phases=((Phase.BASELINE, 60.0), (Phase.MATCH, 60.0)),
    n_beats=690,
    n_artefacts=2,
    n_outages=0,
    outage_s=0.0,
    n_onsets=650,
    baseline_bpm=69.5,
    end_bpm=66.0,
    baseline_rmssd_ms=31.25,
    end_rmssd_ms=38.0,
    lowest_tempo_bpm=60.0,
    slowest_breath_per_min=7.5,
    n_holds=1,
    n_markers=1,
    rating_before=6,
    rating_after=None,
)


def beats_of(store: Store, session_id: int = 1) -> list[Beat]:
    """Every beat of a session, in the order of the log."""
    records = store.load(session_id).records
    return [effect.beat for _, effects in records for effect in effects if isinstance(effect, BeatSeen)]
