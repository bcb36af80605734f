"""One strap inside a session: its link, its chain of beats, its pulse."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import fsum
from typing import Final

from entrain.breath.estimate import BreathEstimate, BreathTrack, InStep, with_interval, with_tick
from entrain.control import chest
from entrain.control.chest import ChestTrack
from entrain.control.events import (
    BeatSeen,
    BreathMeasured,
    Effect,
    HeartDoubted,
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
from entrain.frozen import changed
from entrain.heart import artefacts, timeline, trust
from entrain.heart.artefacts import Screen
from entrain.heart.beat import Beat, HeartState, PulseSource, Verdict
from entrain.heart.gatt import HeartRateMeasurement
from entrain.heart.median import median
from entrain.heart.rate import PulseWindow, heart_state, with_beat, with_field
from entrain.heart.timeline import Timeline
from entrain.heart.trust import UNTRIED, Trust
from entrain.score import Score

_CONNECTED: Final = frozenset({Link.STREAMING, Link.SILENT})


@dataclass(frozen=True)  # without slots, for `changed`
class HeartTrack:
    strap: str
    link: Link = Link.OFF
    detail: str = ""
    advice: str = ""
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
    last_beat_t_s: float | None = None
    n_beats: int = 0
    n_artefacts: int = 0
    n_outages: int = 0
    lost_since_s: float | None = None
    outage_s: float = 0.0

    @property
    def is_connected(self) -> bool:
        return self.link in _CONNECTED

    @property
    def own_breath(self) -> BreathEstimate | None:
        """The person's own breath at the newest tick, by heart and, where it is felt, chest."""
        return self.breath.estimate if self.chest is None else self.chest.seen

    @property
    def in_step(self) -> InStep:
        if self.chest is None or self.chest.seen is None:
            return self.breath.in_step
        return self.chest.seen.in_step

    @property
    def in_step_s(self) -> float:
        return self.breath.in_step_s if self.chest is None else self.chest.in_step_s

    @property
    def judged_s(self) -> float:
        """How long it could be told whether the breath was in step."""
        return self.breath.judged_s if self.chest is None else self.chest.judged_s

    def state_at(self, t_s: float) -> HeartState:
        return heart_state(self.rate, t_s, self.trust.doubt)


def with_notification(
    track: HeartTrack, event: NotificationArrived, score: Score | None = None, reports: bool = True
) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """Decode, place in time, screen, and look for the breath beside the one that `score` guides.

    Bytes that are no measurement change nothing and are said.
    """
    try:
        measurement = HeartRateMeasurement.from_bytes(event.payload)
    except MalformedMeasurement as error:
        track, said = _with_trust(track, trust.rejected(track.trust, event.t_s), event.t_s)
        return track, (PayloadRejected(event.t_s, event.strap, error.message), *said)
    out: list[Effect] = []
    judged, ticks = trust.heard(track.trust, event.t_s, event.payload, measurement)
    track, said = _with_trust(track, judged, event.t_s)
    out.extend(said)
    chain, intervals, was_broken = timeline.advance(track.timeline, event.t_s, ticks)
    screen, rate, newest, breath = track.screen, track.rate, track.newest, track.breath
    pacer = None if score is None else score.paced_at
    n_artefacts = track.n_artefacts
    if was_broken:
        reason = "the chain of intervals does not fit the time that passed"
        out.append(SegmentBegan(event.t_s, event.strap, chain.segment, reason))
        screen = artefacts.restart(screen)
    for interval in intervals:
        screen, verdict = artefacts.screen(screen, interval.rr.ticks, measurement.contact)
        beat = Beat(interval.t_s, interval.rr, verdict, event.strap, interval.segment, interval.n)
        if reports:
            out.append(BeatSeen(event.t_s, beat))
        rate = with_beat(rate, event.t_s, beat, joined=newest == (beat.segment, beat.n - 1))
        if verdict is Verdict.OK:
            newest = (beat.segment, beat.n)
            breath = with_interval(breath, beat.t_s, beat.rr.ms, pacer)
        else:
            n_artefacts += 1
    if measurement.contact is not False:
        rate = with_field(rate, event.t_s, measurement.bpm)
    track = changed(
        track,
        trust=trust.neighbourless(track.trust) if was_broken else track.trust,
        timeline=chain,
        screen=screen,
        rate=rate,
        newest=newest,
        breath=breath,
        last_beat_t_s=intervals[-1].t_s if intervals else track.last_beat_t_s,
        n_beats=track.n_beats + len(intervals),
        n_artefacts=n_artefacts,
    )
    return track, tuple(out)


def _with_trust(track: HeartTrack, judged: Trust, t_s: float) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """Another judgement of the heart; a doubt that comes or goes is said."""
    said = () if judged.doubt is track.trust.doubt else (HeartDoubted(t_s, track.strap, judged.doubt),)
    return changed(track, trust=judged), said


def with_time(track: HeartTrack, t_s: float) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """A strap that is connected and says nothing is doubted by the time that passes."""
    if track.link is not Link.STREAMING:
        return track, ()
    judged = trust.passed(track.trust, t_s)
    return (track, ()) if judged is track.trust else _with_trust(track, judged, t_s)


def with_breath_at(track: HeartTrack, t_s: float, score: Score | None = None) -> HeartTrack:
    """What is known of the breath at a tick, beside the one that `score` guides."""
    breath = with_tick(track.breath, t_s)
    if track.chest is None:
        return changed(track, breath=breath)
    pacer = None if score is None else score.paced_at
    return changed(track, breath=breath, chest=chest.with_tick(track.chest, t_s, breath.estimate, pacer))


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
    track = changed(track, link=event.link, detail=event.detail, advice=event.advice)
    if was_connected and not is_connected:
        track = changed(track, trust=trust.forgotten(track.trust))
        chain = timeline.broken(track.timeline)
        if chain is not track.timeline:
            reason = event.detail or "the strap was lost"
            out = (SegmentBegan(event.t_s, event.strap, chain.segment, reason),)
        lost = event.link is not Link.FINISHED
        track = changed(
            track,
            timeline=chain,
            screen=artefacts.restart(track.screen),
            n_outages=track.n_outages + lost,
            lost_since_s=event.t_s if lost else None,
        )
    elif is_connected and track.lost_since_s is not None:
        track = changed(track, outage_s=track.outage_s + event.t_s - track.lost_since_s, lost_since_s=None)
    return track, out


def with_description(track: HeartTrack, event: StrapDescribed) -> tuple[HeartTrack, tuple[Effect, ...]]:
    battery = track.battery_percent if event.battery_percent is None else event.battery_percent
    return changed(track, name=event.name or track.name, battery_percent=battery), ()


def with_sensor(track: HeartTrack, event: SensorChanged) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """A measurement stream began, changed or ended."""
    return changed(track, chest=chest.with_sensor(track.chest, event)), ()


def with_frames(track: HeartTrack, event: SensorFrames) -> tuple[HeartTrack, tuple[Effect, ...]]:
    """Follow the chest's movement; frames that cannot be read are said, once for each block."""
    moved, faults = chest.with_frames(track.chest, event)
    out = tuple(PayloadRejected(event.t_s, event.strap, fault) for fault in faults[:1])
    return changed(track, chest=moved), out


def is_any_connected(tracks: tuple[HeartTrack, ...]) -> bool:
    """Is there at least one strap of which data may come?"""
    for track in tracks:  # noqa: SIM110 - asked every second
        if track.link in _CONNECTED:
            return True
    return False


def group_state(tracks: tuple[HeartTrack, ...], t_s: float) -> HeartState:
    """Several hearts as one: the median of those with a fresh pulse. One heart is a group of one."""
    if len(tracks) == 1:
        return tracks[0].state_at(t_s)
    states = [track.state_at(t_s) for track in tracks]
    fresh = [state for state in states if state.bpm is not None]
    if not fresh:
        ages = [state.age_s for state in states if state.age_s is not None]
        doubt = next((state.doubt for state in states if state.doubt is not None), None)
        return HeartState(None, min(ages, default=None), PulseSource.NONE, None, 0.0, False, doubt)
    rmssds = [state.rmssd_ms for state in fresh if state.rmssd_ms is not None]
    return HeartState(
        bpm=median([state.bpm for state in fresh if state.bpm is not None]),
        age_s=max(state.age_s or 0.0 for state in fresh),
        source=PulseSource.INTERVALS
        if all(state.source is PulseSource.INTERVALS for state in fresh)
        else PulseSource.HEART_RATE_FIELD,
        rmssd_ms=fsum(rmssds) / len(rmssds) if rmssds else None,
        artefacts_per_min=max(state.artefacts_per_min for state in fresh),
        settled=all(state.settled for state in fresh),
    )


def group_in_step(tracks: tuple[HeartTrack, ...]) -> InStep:
    """A group is in step when most of those are of whom it can be told; for one heart, that heart."""
    if not tracks:
        return InStep.LISTENING
    if len(tracks) == 1:
        return tracks[0].in_step
    said = [track.in_step for track in tracks]
    n_yes, n_no = said.count(InStep.YES), said.count(InStep.NO)
    if n_yes + n_no == 0:
        return said[0]
    return InStep.YES if n_yes >= n_no else InStep.NO


def group_breath_per_min(tracks: tuple[HeartTrack, ...]) -> float | None:
    """The breathing rate seen in hearts and chests, their median; None where it does not show."""
    estimates = [track.own_breath for track in tracks]
    rates = [
        found.rate_per_min for found in estimates if found is not None and found.rate_per_min is not None
    ]
    return median(rates) if rates else None
