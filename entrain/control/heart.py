"""One heart inside a session, and the person it belongs to: everything that is a rule for one person.

- Its bytes become beats in time, a screened pulse, a breath; a lost link or an interval that does not fit
  breaks the chain, and nothing is joined across a break.
- Its resting pulse, RMSSD and breathing rate are medians over its own ticks of the baseline; whoever comes
  later is measured over the first minute in which a pulse is known, and leads or holds nobody before.
- It is *up* while its pulse is more than `pulse_rise_bpm` above its own resting pulse, and until it has come
  back by `RELEASE_BPM`.
- It is *out of step* since its breath was first told to be out of step, until it is seen in step, or cannot
  be told for `UNTOLD_S`: a judgement that comes and goes is no news. When it was last seen in step is kept.
- Its alarms are in `entrain.control.alarms`. Several hearts are combined in `entrain.control.group` and
  nowhere else.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Protocol, TypedDict, Unpack

from entrain.breath.estimate import BreathEstimate, BreathTrack, InStep, with_interval, with_tick
from entrain.control import chest
from entrain.control.chest import ChestTrack
from entrain.control.events import (
    BeatSeen,
    BreathMeasured,
    Effect,
    HeartDoubted,
    IntervalReported,
    Link,
    LinkChanged,
    NotificationArrived,
    PayloadRejected,
    SegmentBegan,
    SensorChanged,
    SensorFrames,
    StrapDescribed,
)
from entrain.errors import MalformedMeasurement
from entrain.frozen import changed, quick
from entrain.heart import artefacts, timeline, trust
from entrain.heart.artefacts import Screen
from entrain.heart.beat import Beat, HeartState, Verdict
from entrain.heart.gatt import HeartRateMeasurement
from entrain.heart.median import median
from entrain.heart.rate import PulseWindow, heart_state, with_beat, with_field
from entrain.heart.timeline import TimedInterval, Timeline
from entrain.heart.trust import UNTRIED, Trust
from entrain.reason import Code, Reason
from entrain.remark import Remark
from entrain.score import Score
from entrain.units import MS_PER_S, RR_TICKS_PER_S, ticks_to_s

_CONNECTED: Final = frozenset({Link.STREAMING, Link.SILENT})
LEAST_BASELINE_S: Final = 15  # a pulse known for less is not worth measuring against
JOIN_S: Final = 60  # so long a late-comer is measured
MINUTE_S: Final = 60.0
UNTOLD_S: Final = 20.0

Pulses = tuple[tuple[float, float, float | None], ...]
"""(t_s, bpm, RMSSD in ms) of each tick at which a pulse was known."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Since when a reason to stop has stood, in session seconds; None: it does not."""

    slow_since_s: float | None = None
    jump_since_s: float | None = None
    artefacts_since_s: float | None = None


QUIET: Final = Alarm()


@dataclass(frozen=True, slots=True)
class Resting:
    """How somebody is at rest; what a session is measured against."""

    bpm: float
    rmssd_ms: float | None
    breath_per_min: float | None  # where the heart shows it
    n_s: int  # seconds that were measured


@dataclass(frozen=True)  # without slots, for `changed`
class HeartTrack:
    """All that is known of one heart, and of the person it belongs to."""

    strap: str
    link: Link = Link.OFF
    remark: Remark | None = None
    name: str | None = None
    battery_percent: int | None = None
    timeline: Timeline = Timeline()
    trust: Trust = UNTRIED
    screen: Screen = Screen()
    rate: PulseWindow = PulseWindow()
    # (segment, number) of the newest accepted beat: its successor is its neighbour.
    newest: tuple[int, int] = (-1, -1)
    breath: BreathTrack = BreathTrack()
    chest: ChestTrack | None = None  # None: no accelerometer was asked for
    streams: tuple[SensorChanged, ...] = ()  # how each one that was asked for stands
    last_beat_t_s: float | None = None
    n_beats: int = 0
    n_artefacts: int = 0
    n_outages: int = 0
    lost_since_s: float | None = None
    outage_s: float = 0.0
    # The person's own rules.
    is_led: bool = True  # False: released from the group
    resting: Resting | None = None
    pulses: Pulses = ()  # of the last minute or, in the baseline, of all of it
    alarm: Alarm = QUIET
    is_up: bool = False
    out_of_step_since_s: float | None = None
    out_of_step_at_s: float | None = None  # when it was last seen so
    in_step_at_s: float | None = None  # when the breath was last seen in step
    rating_before: int | None = None
    rating_after: int | None = None

    @property
    def is_connected(self) -> bool:
        """Is there a link over which data could come?"""
        return self.link in _CONNECTED

    @property
    def own_breath(self) -> BreathEstimate | None:
        """The person's own breath at the newest tick, by heart and, where it is felt, chest."""
        return self.breath.estimate if self.chest is None else self.chest.seen

    @property
    def shows_breath(self) -> bool:
        """A heart in a doubt that leaves no pulse shows no breath either."""
        return self.trust.doubt is None or not self.trust.doubt.withholds

    @property
    def in_step(self) -> InStep:
        """By the chest where it is felt, else by the heart."""
        if self.chest is None or self.chest.seen is None:
            return self.breath.in_step if self.shows_breath else InStep.UNKNOWN
        return self.chest.seen.in_step

    @property
    def in_step_s(self) -> float:
        """How long it was in step."""
        return self.breath.in_step_s if self.chest is None else self.chest.in_step_s

    @property
    def judged_s(self) -> float:
        """How long it could be told whether the breath was in step."""
        return self.breath.judged_s if self.chest is None else self.chest.judged_s

    @property
    def baseline_bpm(self) -> float | None:
        """The own resting pulse; None before it is known."""
        return None if self.resting is None else self.resting.bpm

    def state_at(self, t_s: float) -> HeartState:
        """The smoothed pulse and what goes with it at `t_s`."""
        return heart_state(self.rate, t_s, self.trust.doubt)


class TrackEdits(TypedDict, total=False):
    """The fields of a `HeartTrack`, for the type check of `edit_track`; a test holds the two together."""

    link: Link
    remark: Remark | None
    name: str | None
    battery_percent: int | None
    timeline: Timeline
    trust: Trust
    screen: Screen
    rate: PulseWindow
    newest: tuple[int, int]
    breath: BreathTrack
    chest: ChestTrack | None
    streams: tuple[SensorChanged, ...]
    last_beat_t_s: float | None
    n_beats: int
    n_artefacts: int
    n_outages: int
    lost_since_s: float | None
    outage_s: float
    is_led: bool
    resting: Resting | None
    pulses: Pulses
    alarm: Alarm
    is_up: bool
    out_of_step_since_s: float | None
    out_of_step_at_s: float | None
    in_step_at_s: float | None
    rating_before: int | None
    rating_after: int | None


class _EditTrack(Protocol):
    def __call__(self, state: HeartTrack, **changes: Unpack[TrackEdits]) -> HeartTrack: ...


edit_track: Final[_EditTrack] = changed


def with_notification(
    track: HeartTrack, event: NotificationArrived, score: Score | None = None, reports: bool = True
) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """Decode, place in time, screen, and look for the breath beside the one that `score` guides.

    Bytes that are no measurement change nothing and are said.
    """
    try:
        measurement = HeartRateMeasurement.from_bytes(event.payload)
    except MalformedMeasurement:
        track, said = _with_trust(track, trust.rejected(track.trust, event.t_s), event.t_s)
        return track, (PayloadRejected(event.t_s, event.strap, _malformed(event.payload)), *said)
    judged, ticks = trust.heard(track.trust, event.t_s, event.payload, measurement)
    chain, intervals, was_broken = timeline.advance(track.timeline, event.t_s, ticks)
    heard = _Heard(event.t_s, judged, chain, intervals, was_broken, measurement.contact, measurement.bpm)
    return _with_heard(track, heard, score, reports)


def with_interval_reported(
    track: HeartTrack, event: IntervalReported, score: Score | None = None, reports: bool = True
) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """An interval with its beat's own time: screened and believed like any other."""
    ticks = event.rr_ms * RR_TICKS_PER_S / MS_PER_S
    judged = trust.reported(track.trust, event.t_s, ticks_to_s(ticks))
    chain, interval, was_broken = timeline.placed(track.timeline, event.beat_t_s, ticks)
    return _with_heard(track, _Heard(event.t_s, judged, chain, (interval,), was_broken), score, reports)


@quick
class _Heard:
    """What came of a heart at one moment, believed and placed in time."""

    t_s: float
    trust: Trust
    timeline: Timeline
    intervals: tuple[TimedInterval, ...]
    was_broken: bool  # the chain of intervals, before these
    contact: bool | None = None
    bpm: int = 0  # as the strap says; 0: it does not


def _with_heard(
    track: HeartTrack, heard: _Heard, score: Score | None, reports: bool
) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """Screen the intervals, fold them into pulse and breath, and say them, and a doubt that comes or goes."""
    t_s, contact, judged = heard.t_s, heard.contact, heard.trust
    screen, rate, newest, breath = track.screen, track.rate, track.newest, track.breath
    out: list[Effect] = []
    if judged.doubt is not track.trust.doubt:
        out.append(HeartDoubted(t_s, track.strap, judged.doubt))
    if heard.was_broken:
        out.append(SegmentBegan(t_s, track.strap, heard.timeline.segment, Reason(Code.CHAIN_BROKEN)))
        screen, judged = artefacts.restart(screen), trust.neighbourless(judged)
    pacer = None if score is None else score.paced_at
    shows_breath = judged.doubt is None or not judged.doubt.withholds
    n_artefacts = track.n_artefacts
    for interval in heard.intervals:
        screen, verdict = artefacts.screen(screen, interval.rr.ticks, contact)
        beat = Beat(interval.t_s, interval.rr, verdict, track.strap, interval.segment, interval.n)
        if reports:
            out.append(BeatSeen(t_s, beat))
        rate = with_beat(rate, t_s, beat, joined=newest == (beat.segment, beat.n - 1))
        if verdict is Verdict.OK:
            newest = (beat.segment, beat.n)
            if shows_breath:
                breath = with_interval(breath, beat.t_s, beat.rr.ms, pacer)
        else:
            n_artefacts += 1
    if heard.bpm and contact is not False:
        rate = with_field(rate, t_s, heard.bpm)
    return edit_track(
        track,
        trust=judged,
        timeline=heard.timeline,
        screen=screen,
        rate=rate,
        newest=newest,
        breath=breath,
        last_beat_t_s=heard.intervals[-1].t_s if heard.intervals else track.last_beat_t_s,
        n_beats=track.n_beats + len(heard.intervals),
        n_artefacts=n_artefacts,
    ), tuple(out)


def _with_trust(track: HeartTrack, judged: Trust, t_s: float) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """Another judgement of the heart; a doubt that comes or goes is said."""
    said = () if judged.doubt is track.trust.doubt else (HeartDoubted(t_s, track.strap, judged.doubt),)
    return edit_track(track, trust=judged), said


def may_be_sparse(track: HeartTrack, t_s: float) -> bool:
    """Is a strap connected, and the pause since its last word a long one?"""
    return track.link is Link.STREAMING and trust.is_pause(track.trust, t_s)


def with_time(track: HeartTrack, t_s: float) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """A strap that is connected and says nothing is doubted by the time that passes."""
    if not may_be_sparse(track, t_s):
        return track, ()
    return _with_trust(track, trust.passed(track.trust, t_s), t_s)


def _malformed(payload: bytes) -> Reason:
    return Reason.of(Code.PAYLOAD_MALFORMED, n_bytes=len(payload))


def with_tick_at(
    track: HeartTrack, heart: HeartState, t_s: float, pulses_from_s: float, score: Score | None = None
) -> HeartTrack:
    """What is known of pulse and breath at a tick, beside the breath that `score` guides.

    Pulses from before `pulses_from_s` are forgotten.
    """
    breath, felt, out_s = with_tick(track.breath, t_s), track.chest, track.out_of_step_since_s
    in_step = breath.in_step
    if felt is not None:
        felt = chest.with_tick(felt, t_s, breath.estimate, None if score is None else score.paced_at)
        in_step = in_step if felt.seen is None else felt.seen.in_step
    strayed_s = t_s if in_step is InStep.NO else track.out_of_step_at_s
    if in_step is InStep.NO:
        out_s = t_s if out_s is None else out_s
    elif in_step is InStep.YES or (strayed_s is not None and t_s - strayed_s >= UNTOLD_S):
        out_s = None
    pulses = with_pulse(track.pulses, heart, t_s, pulses_from_s)
    return edit_track(
        track,
        breath=breath,
        chest=felt,
        pulses=pulses,
        out_of_step_since_s=out_s,
        out_of_step_at_s=strayed_s,
        in_step_at_s=t_s if in_step is InStep.YES else track.in_step_at_s,
    )


def with_pulse(pulses: Pulses, heart: HeartState, t_s: float, since_s: float) -> Pulses:
    """What is known of the heart at `t_s` joins the rest; what was before `since_s` is dropped."""
    if heart.bpm is None:
        return pulses
    first = bisect_right(pulses, since_s, key=itemgetter(0))
    return (*pulses[first:], (t_s, heart.bpm, heart.rmssd_ms))


def rested(track: HeartTrack, least_s: int = LEAST_BASELINE_S) -> HeartTrack:
    """With what the pulses say of the person at rest; unchanged where they are known for less than that."""
    if len(track.pulses) < least_s:
        return track
    bpm = median([bpm for _, bpm, _ in track.pulses])
    rmssds = [ms for _, _, ms in track.pulses if ms is not None]
    found = track.own_breath
    own_per_min = None if found is None else found.rate_per_min
    rmssd_ms = median(rmssds) if rmssds else None
    return edit_track(track, resting=Resting(bpm, rmssd_ms, own_per_min, len(track.pulses)))


def above_rest_bpm(track: HeartTrack, heart: HeartState) -> float | None:
    """How far the pulse is above the own resting pulse; None where either is not known."""
    if track.resting is None or heart.bpm is None:
        return None
    return heart.bpm - track.resting.bpm


def breaths_measured(tracks: tuple[HeartTrack, ...], t_s: float) -> Iterator[BreathMeasured]:
    """The newest estimates; nothing is said before there is anything to say."""
    for track in tracks:
        is_silent = track.breath.tachogram.newest is None and track.chest is None
        found = None if is_silent else track.own_breath
        if found is not None:
            yield BreathMeasured(
                t_s,
                track.strap,
                found.rate_per_min,
                found.rsa_ms,
                found.confidence,
                found.in_step,
                found.source,
            )


def with_link(track: HeartTrack, event: LinkChanged) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """Follow the connection. Whatever ends a stream also ends the chain of intervals."""
    was_connected, is_connected = track.is_connected, event.link in _CONNECTED
    out: tuple[Effect, ...] = ()
    track = edit_track(track, link=event.link, remark=event.remark)
    if was_connected and not is_connected:
        track = edit_track(track, trust=trust.forgotten(track.trust))
        chain = timeline.broken(track.timeline)
        if chain is not track.timeline:
            reason = Reason(Code.LINK_ENDED)
            out = (SegmentBegan(event.t_s, event.strap, chain.segment, reason),)
        lost = event.link is not Link.FINISHED
        track = edit_track(
            track,
            timeline=chain,
            screen=artefacts.restart(track.screen),
            n_outages=track.n_outages + lost,
            lost_since_s=event.t_s if lost else None,
        )
    elif is_connected and track.lost_since_s is not None:
        track = edit_track(track, outage_s=track.outage_s + event.t_s - track.lost_since_s, lost_since_s=None)
    return track, out


def with_description(track: HeartTrack, event: StrapDescribed) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """Learn what a strap says of itself; what it leaves out stays."""
    battery = track.battery_percent if event.battery_percent is None else event.battery_percent
    return edit_track(track, name=event.name or track.name, battery_percent=battery), ()


def with_sensor(track: HeartTrack, event: SensorChanged) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """A measurement stream began, changed or ended."""
    streams = (*[each for each in track.streams if each.sensor is not event.sensor], event)
    return edit_track(track, chest=chest.with_sensor(track.chest, event), streams=streams), ()


def with_frames(track: HeartTrack, event: SensorFrames) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """Follow the chest's movement; frames that cannot be read are said, once for each block."""
    moved, n_unread = chest.with_frames(track.chest, event)
    reason = Reason.of(Code.FRAMES_UNREADABLE, n=n_unread)
    out = (PayloadRejected(event.t_s, event.strap, reason),) if n_unread else ()
    return edit_track(track, chest=moved), out
