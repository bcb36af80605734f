"""A session that follows a script: real views, a real score, and no runtime behind them.

The picture is a pure function of the time and of the commands so far, so a test that freezes the clock
freezes the screen.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import floor, pi, sin

from entrain.breath.estimate import InStep
from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.clock import Clock, ManualClock
from entrain.control import events as ev
from entrain.control.events import Link, Phase, Sound
from entrain.control.protocol import Preset, SoundRule
from entrain.control.view import Sample, SessionView, SoundView, StageView, StrapView, Summary
from entrain.heart.beat import HeartState, PulseSource
from entrain.heart.wave import WavePoint
from entrain.reason import Code, Reason
from entrain.remark import Remark
from entrain.score import Presence, Score
from entrain.tempo.plan import TempoPlan

EVENING = Preset(
    name="evening",
    title="Evening wind-down",
    summary="From your resting pulse slowly down to six breaths a minute.",
    minutes=12,
    sound=SoundRule(voice="soft"),
)


@dataclass(frozen=True, slots=True)
class Incident:
    """Between two moments the strap's link, or the sound, is not as it should be."""

    from_s: float
    to_s: float
    link: Link | None = None
    sound: Sound | None = None
    detail: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """When each phase begins, in seconds, and what goes wrong."""

    match_s: float = 60.0
    descend_s: float = 120.0
    hold_s: float = 480.0
    silence_s: float = 600.0
    end_s: float = 720.0
    preset: Preset = EVENING
    incidents: tuple[Incident, ...] = ()
    straps: tuple[str, ...] = ("Polar H10 8A2F41",)
    battery_percent: int | None = 84
    has_intervals: bool = True
    stage: StageView | None = None  # in place of a policy
    begins_at_s: float = 0.0  # where in the script the clock's zero is

    def phase_at(self, t_s: float) -> tuple[Phase, float, float]:
        """(phase, since, until) at `t_s`."""
        starts = (
            (Phase.BASELINE, 0.0),
            (Phase.MATCH, self.match_s),
            (Phase.DESCEND, self.descend_s),
            (Phase.HOLD, self.hold_s),
            (Phase.SILENCE, self.silence_s),
            (Phase.ENDED, self.end_s),
        )
        index = max(i for i, (_, start_s) in enumerate(starts) if start_s <= max(0.0, t_s))
        until_s = starts[index + 1][1] if index + 1 < len(starts) else self.end_s
        return starts[index][0], starts[index][1], until_s

    def score(self) -> Score:
        tempo = TempoPlan.steady(self.match_s, 66.0).edited(
            self.descend_s, 60.0, self.hold_s - self.descend_s
        )
        breath = BreathPlan.steady(BreathPattern.of_beats(6)).changed(
            tempo.phase_at(self.descend_s), BreathPattern.of_beats(8)
        )
        breath = breath.changed(
            tempo.phase_at((self.descend_s + self.hold_s) / 2), BreathPattern.of_beats(10)
        )
        presence = Presence().changed(self.match_s, 1.0, 4.0).changed(self.silence_s, 0.0, 8.0)
        return Score(tempo, breath, presence)

    def incident_at(self, t_s: float) -> Incident | None:
        return next((i for i in self.incidents if i.from_s <= t_s < i.to_s), None)


_REASONS = {
    Phase.BASELINE: Reason.of_older("measuring your resting pulse and how it varies: breathe as you like"),
    Phase.MATCH: Reason.of_older("the beat begins a little below your pulse"),
    Phase.DESCEND: Reason.of_older("about 1 beat a minute slower each minute, never far below your pulse"),
    Phase.HOLD: Reason.of_older("six breaths a minute is where this session goes"),
    Phase.SILENCE: Reason.of_older("the sound has faded; two quiet minutes to see what stays"),
    Phase.ENDED: Reason.of_older("the session came to its end"),
}


def _stage_reason(stage: StageView) -> Reason:
    return Reason.of(Code.STAGE, number=stage.number, of=stage.of, per_min=stage.per_min)


def pulse_at(t_s: float) -> float:
    """A made-up smoothed pulse that wanders and calms down a little."""
    calm = 5.0 * min(1.0, max(0.0, (t_s - 60.0) / 500.0))
    return 70.5 - calm + 1.4 * sin(t_s / 23.0) + 0.8 * sin(2 * pi * t_s / 41.0)


def beats_at(t_s: float, script: Script, for_s: float = 120.0) -> tuple[WavePoint, ...]:
    """Made-up beats up to `t_s`: while a breath is guided the pulse swings with it, before that a little."""
    score = script.score()
    points: list[WavePoint] = []
    at_s = max(4.0, floor(t_s - for_s))
    while at_s <= t_s:
        moment = score.breath_at(at_s) if script.match_s <= at_s < script.silence_s else None
        swing = 1.2 * sin(at_s / 0.7) if moment is None else 4.6 * sin(2 * pi * (moment.fraction - 0.08))
        incident = script.incident_at(at_s)
        lost = incident is not None and incident.link is not None
        bpm = pulse_at(at_s) + swing
        if not lost:
            points.append(WavePoint(at_s, bpm))
        at_s += 60.0 / bpm
    return tuple(points)


@dataclass
class ScriptedPort:
    """Satisfies `SessionPort`. `sent` holds every command in order."""

    clock: Clock
    script: Script = field(default_factory=Script)
    fails_with: Exception | None = None
    fade_s: float = 0.05
    sent: list[ev.Command] = field(default_factory=list[ev.Command])
    authors: list[str] = field(default_factory=list[str])
    broken: bool = False  # view() raises
    running: bool = False
    _stopped_s: float | None = None
    _paused: bool = False
    _held: bool = False
    _volume: float = 0.7
    _voice: str = "soft"
    _goal_bpm: float = 60.0
    _goal_breath_per_min: float = 6.0
    _muted: bool = False
    _markers: int = 0
    _ratings: dict[str, int] = field(default_factory=dict[str, int])
    _trend: list[Sample] = field(default_factory=list[Sample])
    _beats: tuple[WavePoint, ...] = ()
    _beats_at_s: float | None = None

    @property
    def t_s(self) -> float:
        return self.clock.now_s() + self.script.begins_at_s

    def view(self) -> SessionView:
        if self.broken:
            raise RuntimeError("no picture today")
        t_s = self.t_s
        script = self.script
        phase, since_s, until_s = script.phase_at(t_s)
        ended = self._ended()
        incident = script.incident_at(t_s)
        guided = phase in (Phase.MATCH, Phase.DESCEND, Phase.HOLD)
        score = script.score() if t_s >= script.match_s - 1.0 else None
        heart = self._heart(t_s, incident)
        return SessionView(
            t_s=t_s,
            preset=script.preset,
            phase=Phase.ENDED if ended else phase,
            phase_since_s=since_s,
            phase_left_s=until_s - t_s,
            session_left_s=max(0.0, script.end_s - t_s),
            reason=_REASONS[phase] if script.stage is None else _stage_reason(script.stage),
            hold_reason=self._hold_reason(phase, incident),
            paused=self._paused,
            heart=heart,
            baseline_bpm=70.2 if t_s >= script.match_s else None,
            score=score,
            tempo_bpm=score.tempo.bpm_at(t_s) if score is not None and guided else None,
            breath_per_min=score.breath_rate_at(t_s) if score is not None and guided else None,
            goal_bpm=self._goal_bpm if guided else None,
            goal_breath_per_min=self._goal_breath_per_min if guided else None,
            log_fault=None,
            own_breath_per_min=8.1 if guided and t_s > script.descend_s else None,
            in_step=InStep.YES if guided and t_s > script.descend_s else InStep.LISTENING,
            stage=script.stage if guided else None,
            straps=tuple(self._strap(name, heart, incident) for name in script.straps),
            sound=self._sound(incident),
            n_markers=self._markers,
            trend=self._trend_to(t_s),
            wave=self._wave_to(t_s),
            last_beat_t_s=None if heart.age_s is None else t_s - heart.age_s,
            ended=ended,
        )

    def send(self, command: ev.Command, author: str = "person") -> None:
        self.sent.append(command)
        self.authors.append(author)
        match command:
            case ev.Stop():
                self._stopped_s = self.clock.now_s() if self._stopped_s is None else self._stopped_s
            case ev.Pause():
                self._paused = True
            case ev.Resume():
                self._paused = False
            case ev.HoldTempo():
                self._held = True
            case ev.GoOn():
                self._held = False
            case ev.SetVolume(volume):
                self._volume = volume
            case ev.SetMuted(muted):
                self._muted = muted
            case ev.SetVoice(voice):
                self._voice = voice
            case ev.SetGoal(tempo_bpm, breath_per_min):
                self._goal_bpm = tempo_bpm or self._goal_bpm
                self._goal_breath_per_min = breath_per_min or self._goal_breath_per_min
            case ev.Mark():
                self._markers += 1
            case ev.Rate(value, when):
                self._ratings[when] = value
            case _:
                pass

    def summary(self) -> Summary | None:
        return self._summary() if self._ended() else None

    async def run(self) -> Summary:
        self.running = True
        while not self._ended():
            if self.fails_with is not None:
                raise self.fails_with
            await asyncio.sleep(0.005)
        await asyncio.sleep(self.fade_s)
        self.running = False
        return self._summary()

    # ---- the picture's parts --------------------------------------------------------------------------

    def _ended(self) -> Reason | None:
        if self._stopped_s is not None:
            return Reason.of_older("You stopped the session.")
        is_over = self.t_s >= self.script.end_s
        return Reason.of_older("The session came to its end.") if is_over else None

    def _heart(self, t_s: float, incident: Incident | None) -> HeartState:
        if not self.script.straps or t_s < 4.0:
            return HeartState(None, None, PulseSource.NONE, None, 0.0, False)
        if incident is not None and incident.link is not None:
            age_s = t_s - incident.from_s + 0.4
            return HeartState(
                None if age_s > 10.0 else pulse_at(incident.from_s),
                age_s,
                PulseSource.INTERVALS,
                None,
                0.0,
                False,
            )
        source = PulseSource.INTERVALS if self.script.has_intervals else PulseSource.HEART_RATE_FIELD
        return HeartState(pulse_at(t_s), t_s % 0.9, source, 34.0, 0.4, t_s > 20.0)

    def _strap(self, name: str, heart: HeartState, incident: Incident | None) -> StrapView:
        link, remark = Link.STREAMING, None
        if self.t_s < 2.0:
            link = Link.SEARCHING
        elif incident is not None and incident.link is not None:
            link, remark = incident.link, Remark.as_told(incident.detail, incident.advice)
        return StrapView(
            strap=name.lower(),
            link=link,
            remark=remark,
            name=name,
            battery_percent=self.script.battery_percent,
            heart=heart,
            n_beats=int(self.t_s * 1.1),
            n_outages=sum(i.link is not None and i.from_s < self.t_s for i in self.script.incidents),
        )

    def _sound(self, incident: Incident | None) -> SoundView:
        if incident is not None and incident.sound is not None:
            remark = Remark.as_told(incident.detail, incident.advice)
            return SoundView(incident.sound, "", remark, self._volume, self._muted, self._voice)
        return SoundView(Sound.PLAYING, "Built-in", None, self._volume, self._muted, self._voice)

    def _hold_reason(self, phase: Phase, incident: Incident | None) -> Reason | None:
        if incident is not None and incident.link is not None and phase is not Phase.BASELINE:
            return Reason.of_older("holding: no pulse comes, so the tempo stays where it is")
        return Reason.of_older("holding: you asked to stay here") if self._held else None

    def _wave_to(self, t_s: float) -> tuple[WavePoint, ...]:
        if not self.script.straps or not self.script.has_intervals:
            return ()
        if self._beats_at_s is None or not 0.0 <= t_s - self._beats_at_s < 1.0:
            self._beats_at_s, self._beats = t_s, beats_at(t_s + 1.0, self.script)
        return tuple(point for point in self._beats if point.t_s <= t_s)

    def _trend_to(self, t_s: float) -> tuple[Sample, ...]:
        start_s = self._trend[-1].t_s + 1.0 if self._trend else max(0.0, t_s - 300.0)
        score = self.script.score()
        at_s = start_s
        while at_s <= t_s:
            guided = self.script.match_s <= at_s < self.script.silence_s
            incident = self.script.incident_at(at_s)
            lost = incident is not None and incident.link is not None
            self._trend.append(
                Sample(
                    at_s,
                    None if lost or at_s < 4.0 or not self.script.straps else pulse_at(at_s),
                    score.tempo.bpm_at(at_s) if guided else None,
                    score.breath_rate_at(at_s) if guided else None,
                )
            )
            at_s += 1.0
        return tuple(self._trend[-300:])

    def _summary(self) -> Summary:
        duration_s = min(self.t_s, self.script.end_s)
        summary = EXAMPLE_SUMMARY if duration_s > 300 else SHORT_SUMMARY
        return replace(
            summary,
            reason=self._ended() or Reason.of_older(""),
            completed=self._stopped_s is None,
            duration_s=duration_s,
            guided_s=max(0.0, duration_s - self.script.match_s),
            n_markers=self._markers,
            rating_before=self._ratings.get("before"),
            rating_after=self._ratings.get("after"),
        )


EXAMPLE_SUMMARY = Summary(
    reason=Reason.of_older("The session came to its end."),
    completed=True,
    duration_s=720.0,
    guided_s=540.0,
    phases=((Phase.BASELINE, 60.0), (Phase.MATCH, 60.0), (Phase.DESCEND, 360.0), (Phase.SILENCE, 120.0)),
    n_beats=812,
    n_artefacts=5,
    n_outages=1,
    outage_s=14.0,
    n_onsets=560,
    baseline_bpm=70.2,
    end_bpm=65.6,
    baseline_rmssd_ms=31.0,
    end_rmssd_ms=43.0,
    lowest_tempo_bpm=60.0,
    slowest_breath_per_min=6.0,
    n_holds=1,
    n_markers=1,
    rating_before=6,
    rating_after=None,
    session_id=12,
    in_step_s=371.0,
    judged_s=480.0,
)

SHORT_SUMMARY = replace(
    EXAMPLE_SUMMARY,
    n_beats=31,
    n_artefacts=0,
    n_outages=0,
    outage_s=0.0,
    baseline_bpm=None,
    end_bpm=None,
    baseline_rmssd_ms=None,
    end_rmssd_ms=None,
    in_step_s=0.0,
    judged_s=0.0,
)


def presets() -> Sequence[Preset]:
    """Four sessions to choose from."""
    return (
        EVENING,
        Preset("quick", "Five quiet minutes", "A short one between two meetings.", 5),
        Preset("follow", "Only follow", "The beat stays at your pulse and never leads.", 10),
        replace(EVENING, name="plain", title="Just breathe", summary="No sensor needed.", needs_heart=False),
    )


VOICES = (("soft", "a soft low tone"), ("wood", "a wooden tick"), ("bowl", "a singing bowl, far away"))


def view_at(t_s: float, script: Script | None = None) -> SessionView:
    return ScriptedPort(ManualClock(t_s), script or Script()).view()
