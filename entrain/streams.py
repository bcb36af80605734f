"""A session as laboratories pass it about: streams of numbers with their moments, and markers in words.

The same table serves what is exported and what is sent out while it happens, so that both say the same.
Times are the session's; a guided beat or breath is stamped with the moment it is for, up to a second ahead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import nan
from typing import Final

from entrain.breath.pattern import BreathPart
from entrain.control.events import (
    BeatSeen,
    BreathCued,
    BreathMeasured,
    CommandGiven,
    Decided,
    Effect,
    Ended,
    Event,
    HeartDoubted,
    HeartMeasured,
    LinkChanged,
    Mark,
    OnsetPlanned,
    OnsetPlayed,
    PhaseBegan,
    PulseMeasured,
    Rate,
    ScoreChanged,
    SegmentBegan,
    SoundChanged,
    Tick,
)
from entrain.heart.beat import Verdict
from entrain.score import Score
from entrain.units import MS_PER_S

PARTS: Final = (BreathPart.INHALE, BreathPart.HOLD_IN, BreathPart.EXHALE, BreathPart.HOLD_OUT)


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of a stream."""

    label: str
    unit: str  # "" for counts and codes
    meaning: str


@dataclass(frozen=True, slots=True)
class Stream:
    """Samples at irregular moments. `kind` is the content type of the Lab Streaming Layer."""

    name: str
    kind: str
    channels: tuple[Channel, ...]
    strap: str | None = None


@dataclass(frozen=True, slots=True)
class StreamSample:
    """One value for each channel of the stream called `stream`; NaN where nothing is known."""

    stream: str
    t_s: float
    values: tuple[float, ...]


class MarkerKind(StrEnum):
    """What a marker marks."""

    PHASE = "phase"
    DECISION = "decision"
    MARK = "mark"  # a moment that somebody marked
    RATING = "rating"
    LINK = "link"
    SEGMENT = "segment"
    DOUBT = "doubt"  # a heart is not believed, or again
    SOUND = "sound"
    END = "end"


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened, in words."""

    t_s: float
    kind: MarkerKind
    text: str

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.text}"


def streams_of(straps: tuple[str, ...]) -> tuple[Stream, ...]:
    """Every stream of numbers that a session with these straps can have."""
    return (
        *(Stream(rr_name(strap), "RR", _RR, strap) for strap in straps),
        *(Stream(own_breath_name(strap), "Breathing", _OWN_BREATH, strap) for strap in straps),
        Stream("pulse", "HeartRate", _PULSE),
        *(Stream(own_pulse_name(strap), "HeartRate", _PULSE, strap) for strap in straps if len(straps) > 1),
        Stream("guide", "Tempo", _GUIDE),
        Stream("onset", "Onset", _ONSET),
        Stream("sounded", "Onset", _SOUNDED),
        Stream("breath", "BreathPhase", _BREATH),
    )


def rr_name(strap: str) -> str:
    """What the stream of a strap's intervals is called."""
    return f"rr {strap}"


def own_pulse_name(strap: str) -> str:
    """What the stream of a heart's own pulse is called."""
    return f"pulse {strap}"


def own_breath_name(strap: str) -> str:
    """What the stream of a person's own breath is called."""
    return f"own breath {strap}"


class Sampler:
    """Turns records, in order, into samples; the newest score is remembered and sampled at each tick."""

    def __init__(self) -> None:
        self._score: Score | None = None

    def samples(self, event: Event, effects: tuple[Effect, ...]) -> Iterator[StreamSample]:
        """The samples that a record gives, in order."""
        for effect in effects:
            if isinstance(effect, ScoreChanged):
                self._score = effect.score
            sample = _sample(effect)
            if sample is not None:
                yield sample
        if isinstance(event, Tick):
            yield from self._guide(event.t_s)
        elif isinstance(event, OnsetPlayed) and event.dac_t_s is not None:
            late_ms = (event.dac_t_s - event.planned_t_s) * MS_PER_S
            uncertainty_ms = nan if event.uncertainty_s is None else event.uncertainty_s * MS_PER_S
            yield StreamSample("sounded", event.dac_t_s, (float(event.n), late_ms, uncertainty_ms))

    def _guide(self, t_s: float) -> Iterator[StreamSample]:
        score = self._score
        if score is not None and t_s >= score.tempo.start_s:
            values = (score.tempo.bpm_at(t_s), _or_nan(score.breath_rate_at(t_s)), score.presence.at(t_s))
            yield StreamSample("guide", t_s, values)


def _sample(effect: Effect) -> StreamSample | None:
    match effect:
        case BeatSeen(beat=beat):
            ok = float(beat.verdict is Verdict.OK)
            return StreamSample(
                rr_name(beat.strap), beat.t_s, (beat.rr.ms, float(beat.segment), float(beat.n), ok)
            )
        case PulseMeasured():
            values = (_or_nan(effect.bpm), _or_nan(effect.age_s), _or_nan(effect.rmssd_ms))
            return StreamSample("pulse", effect.t_s, values)
        case HeartMeasured():
            values = (_or_nan(effect.bpm), _or_nan(effect.age_s), _or_nan(effect.rmssd_ms))
            return StreamSample(own_pulse_name(effect.strap), effect.t_s, values)
        case BreathMeasured():
            values = (_or_nan(effect.rate_per_min), _or_nan(effect.rsa_ms), effect.confidence)
            return StreamSample(own_breath_name(effect.strap), effect.t_s, values)
        case OnsetPlanned():
            return StreamSample("onset", effect.t_s, (float(effect.n),))
        case BreathCued():
            part = float(PARTS.index(effect.part))
            return StreamSample(
                "breath", effect.t_s, (part, float(effect.beats), effect.duration_s, effect.breath_per_min)
            )
        case _:
            return None


def markers(event: Event, effects: tuple[Effect, ...]) -> Iterator[Marker]:
    """What a record has to say in words: changes, not measurements."""
    match event:
        case CommandGiven(command=Mark(note=note, ago_s=ago_s)):
            yield Marker(event.t_s - ago_s, MarkerKind.MARK, note or "marked")
        case CommandGiven(command=Rate(value=value, when=when)):
            yield Marker(event.t_s, MarkerKind.RATING, f"{value} of 10 {when}")
        case LinkChanged():
            text = f"{event.strap} {event.link.value}. {event.remark or ''}".rstrip(". ")
            yield Marker(event.t_s, MarkerKind.LINK, text)
        case SoundChanged():
            text = f"{event.sound.value} {event.device} {event.remark or ''}".strip()
            yield Marker(event.t_s, MarkerKind.SOUND, text)
        case _:
            pass
    for effect in effects:
        match effect:
            case PhaseBegan():
                yield Marker(effect.t_s, MarkerKind.PHASE, f"{effect.phase.value}, {effect.reason}")
            case Decided():
                yield Marker(effect.t_s, MarkerKind.DECISION, _decision(effect))
            case SegmentBegan():
                text = f"{effect.strap} {effect.segment}, {effect.reason}"
                yield Marker(effect.t_s, MarkerKind.SEGMENT, text)
            case HeartDoubted(doubt=doubt):
                said = "believed again" if doubt is None else doubt.value
                yield Marker(effect.t_s, MarkerKind.DOUBT, f"{effect.strap} {said}")
            case Ended():
                yield Marker(effect.t_s, MarkerKind.END, str(effect.reason))
            case _:
                pass


def _decision(decided: Decided) -> str:
    value = "" if decided.after is None else f" {decided.after:.4g}"
    return f"{decided.what}{value} ({decided.author.value}): {decided.reason}"


def _or_nan(value: float | None) -> float:
    return nan if value is None else value


_RR: Final = (
    Channel("rr", "milliseconds", "the raw interval that ended in this beat"),
    Channel("segment", "", "beats of one segment are joined without a break"),
    Channel("n", "", "counts the strap's beats"),
    Channel("ok", "", "1: used for the pulse; 0: the screening kept it out"),
)
_OWN_BREATH: Final = (
    Channel("rate", "breaths per minute", "the person's own breathing as the heart shows it"),
    Channel("rsa", "milliseconds", "peak to trough of the intervals over a breath"),
    Channel("confidence", "", "0 to 1"),
)
_PULSE: Final = (
    Channel("pulse", "beats per minute", "the smoothed pulse that the coach acts on"),
    Channel("age", "seconds", "of the newest usable data"),
    Channel("rmssd", "milliseconds", "online, of joined and accepted intervals"),
)
_GUIDE: Final = (
    Channel("tempo", "beats per minute", "of the beat that guides"),
    Channel("breath", "breaths per minute", "of the breath that guides"),
    Channel("presence", "", "how present the guidance is, 0 (silence) to 1"),
)
_ONSET: Final = (Channel("n", "", "number of the beat that is to sound at this moment"),)
_SOUNDED: Final = (
    Channel("n", "", "number of the beat that the device sounded at this moment"),
    Channel("late", "milliseconds", "after the planned moment"),
    Channel("uncertainty", "milliseconds", "of the device's own time"),
)
_BREATH: Final = (
    Channel("part", "", "0 in, 1 hold in, 2 out, 3 hold out; it begins at this moment"),
    Channel("beats", "", "beats that this part lasts"),
    Channel("duration", "seconds", "so long it lasts"),
    Channel("rate", "breaths per minute", "of the breath that it is a part of"),
)
