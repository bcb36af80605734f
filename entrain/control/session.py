"""The whole controller: `reduce(state, event) -> (state, effects)`.

A session is waiting -> baseline -> match -> descend -> hold -> silence -> ended, in these words:

- waiting     until the first pulse; without a sensor, or with nothing to measure, it is skipped.
- baseline    silence and free breathing; only time with a pulse counts.
- match       the beat begins a little below the pulse and stays.
- descend     the policy lowers tempo and breath within the bounds; a hold suspends it.
- hold        the goal is reached; the policy goes on looking.
- silence     the sound fades; measuring goes on.
- ended       by time, by the person, by a recording's end, or for safety; nothing follows.

Descend and hold share what baseline, match and silence leave of the planned length. Time moves by ticks; the
core reads no clock. Effects come out in order; those about onsets and cues speak of the near future, up to
the commit horizon, and are final.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, assert_never

from entrain.control import guide, stages
from entrain.control.events import (
    Author,
    BreathCued,
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
    Phase,
    PhaseBegan,
    PulseMeasured,
    Rate,
    SensorChanged,
    SensorFrames,
    SoundChanged,
    Stop,
    StrapDescribed,
    Tick,
)
from entrain.control.person import obey
from entrain.control.protocol import SessionConfig
from entrain.control.safety import reason_to_stop
from entrain.control.state import (
    GUIDED,
    MINUTE_S,
    SessionState,
    SoundState,
    has_sensor,
    length_s,
    with_pulse,
)
from entrain.control.track import (
    HeartTrack,
    breaths_measured,
    group_breath_per_min,
    group_state,
    with_breath_at,
    with_description,
    with_frames,
    with_link,
    with_notification,
    with_sensor,
    with_time,
)
from entrain.frozen import changed
from entrain.heart.beat import HeartState
from entrain.heart.median import median
from entrain.score import LEAD_S, Score

_Change = Callable[[HeartTrack], tuple[HeartTrack, tuple[Effect, ...]]]

STOPPED: Final = "stopped, as you asked"
STOP_FADE_S: Final = 2.0
UNLED: Final = "no pulse to go by: your breath is guided by itself"
UNLED_AFTER_S: Final = 30.0  # in a doubt that leaves no pulse
LEAST_BASELINE_S: Final = 15.0  # a pulse known for less is not worth measuring against


def start(config: SessionConfig) -> SessionState:
    """The state before the first event."""
    return SessionState(
        config=config,
        t_s=0.0,
        tracks=tuple(HeartTrack(strap) for strap in config.straps),
        volume=config.preset.sound.volume,
        reason="looking for your heart" if config.straps else "beginning without a sensor",
    )


def reduce(
    state: SessionState, event: Event, reports: bool = True
) -> tuple[SessionState, tuple[Effect, ...]]:
    """Fold one event in. Pure: the same state and event give the same result, bit for bit.

    Events come in order of time; one that is stamped earlier than the state is taken at the state's time.
    Without `reports` the effects that only report are left out (beats, pulse and breath as measured, onsets
    and cues to come, and their count in the state): a crowd of simulated people has no log and no ears.
    """
    if state.phase is Phase.ENDED and not _matters_after_the_end(event):
        return state, ()
    t_s = max(state.t_s, event.t_s)
    out: list[Effect] = []
    # The two that come every second make their one new state themselves.
    if isinstance(event, Tick):
        return _tick(state, t_s, out, reports), tuple(out)
    if isinstance(event, NotificationArrived):
        return _after_notification(state, t_s, event, out, reports), tuple(out)
    state = changed(state, t_s=t_s)
    match event:
        case LinkChanged():
            state = _on_track(state, t_s, event.strap, lambda track: with_link(track, event), out)
            state = _after_link(state, event, out)
        case StrapDescribed():
            state = _on_track(state, t_s, event.strap, lambda track: with_description(track, event), out)
        case SensorChanged():
            state = _on_track(state, t_s, event.strap, lambda track: with_sensor(track, event), out)
        case SensorFrames():
            state = _on_track(state, t_s, event.strap, lambda track: with_frames(track, event), out)
        case SoundChanged():
            n_gaps = state.sound.n_gaps + (event.gap_s > 0.0)
            sound = SoundState(event.sound, event.device, event.detail, event.advice, n_gaps)
            state = changed(state, sound=sound)
        case LogChanged(fault=fault, advice=advice):
            state = changed(state, log_fault=f"{fault} {advice}".strip() or None)
        case OnsetPlayed():
            pass  # kept in the log; nothing is decided on it
        case CommandGiven(command=command):
            if isinstance(command, Stop):
                out.append(Decided(state.t_s, "stop", Author.PERSON, None, None, STOPPED))
                state = _end(state, STOPPED, completed=False, out=out)
            else:
                state = obey(state, command, group_state(state.tracks, state.t_s), out)
        case _:
            assert_never(event)
    return state, tuple(out)


def _matters_after_the_end(event: Event) -> bool:
    return isinstance(event, CommandGiven) and isinstance(event.command, Rate | Mark)


# ---- time --------------------------------------------------------------------------------------------------


def _tick(state: SessionState, t_s: float, out: list[Effect], reports: bool) -> SessionState:
    state = _with_time(state, t_s, out)
    heart = group_state(state.tracks, t_s)
    since_s = 0.0 if state.last_tick_s is None else t_s - state.last_tick_s
    spent_s = 0.0 if state.paused or not _counts(state, heart) else since_s
    if reports and has_sensor(state):
        out.append(PulseMeasured(t_s, heart.bpm, heart.age_s, heart.source, heart.rmssd_ms))
    pulses_from_s = state.phase_since_s if state.phase is Phase.BASELINE else t_s - MINUTE_S
    committed_s = state.committed_s
    state = changed(
        state,
        t_s=t_s,
        last_tick_s=t_s,
        phase_spent_s=state.phase_spent_s + spent_s,
        spent_s=state.spent_s + spent_s,
        committed_s=max(committed_s, t_s + LEAD_S),
        pulses=with_pulse(state.pulses, heart, t_s, pulses_from_s),
        tracks=tuple([with_breath_at(track, t_s, state.score) for track in state.tracks]),
    )
    if reports:
        out.extend(breaths_measured(state.tracks, t_s))
    state = _advance_phase(state, heart, out)
    if state.phase in GUIDED:
        state, stop = reason_to_stop(state, heart)
        if stop:
            out.append(Decided(state.t_s, "stop", Author.BOUND, None, None, stop))
            return _end(state, stop, completed=False, out=out)
        state = guide.with_hold(guide.with_step(state), heart, out)
        state = guide.steer(state, heart, out)
        state = guide.pace_breath(state, spent_s, out)
    return _said(state, committed_s, out, reports)


def _with_time(state: SessionState, t_s: float, out: list[Effect]) -> SessionState:
    """Each heart is judged by the time that passes as well; nearly always nothing comes of it."""
    judged = [with_time(track, t_s) for track in state.tracks]
    if all(track is before for (track, _), before in zip(judged, state.tracks, strict=True)):
        return state
    for _, effects in judged:
        out.extend(effects)
    return changed(state, tracks=tuple(track for track, _ in judged))


def _counts(state: SessionState, heart: HeartState) -> bool:
    """Waiting costs no session time, and a baseline is only as long as what was measured in it."""
    if state.phase is Phase.WAITING:
        return False
    return state.phase is not Phase.BASELINE or heart.bpm is not None


def _advance_phase(state: SessionState, heart: HeartState, out: list[Effect]) -> SessionState:
    preset = state.config.preset
    times = preset.phases
    match state.phase:
        case Phase.WAITING:
            if not has_sensor(state):
                return _begin_guiding(state, heart, "no sensor: the beat begins by itself", out)
            if _is_hopeless(state, heart):
                return _begin_guiding(state, heart, UNLED, out)
            if heart.bpm is None and preset.needs_heart:
                return state
            if times.baseline_s <= 0.0 or not preset.needs_heart:
                return _begin_guiding(state, heart, "the beat begins", out)
            return _enter(state, Phase.BASELINE, "listening to your resting pulse, in silence", out)
        case Phase.BASELINE if _is_hopeless(state, heart):
            return _begin_guiding(_with_baseline(state, out), heart, UNLED, out)
        case Phase.BASELINE if state.phase_spent_s >= times.baseline_s:
            state = _with_baseline(state, out)
            return _begin_guiding(state, heart, "the beat meets your pulse", out)
        case Phase.MATCH | Phase.DESCEND | Phase.HOLD if state.config.stages:
            return _advance_stages(state, out)
        case Phase.MATCH if _guiding_is_over(state):
            return _enter_silence(state, out)
        case Phase.MATCH if state.phase_spent_s >= times.match_s:
            return _enter(state, Phase.DESCEND, "the beat leads, gently", out)
        case Phase.DESCEND | Phase.HOLD if _guiding_is_over(state):
            return _enter_silence(state, out)
        case Phase.DESCEND if _at_goal(state):
            return _enter(state, Phase.HOLD, "you are there: stay with this beat and this breath", out)
        case Phase.SILENCE if state.spent_s >= length_s(state):
            return _end(state, "the session is complete", completed=True, out=out)
        case _:
            return state


def _is_hopeless(state: SessionState, heart: HeartState) -> bool:
    """Data comes, and for long no pulse to lead by: the breath is guided by itself."""
    if heart.doubt is None or not heart.doubt.withholds or not has_sensor(state):
        return False
    since_s = max(state.phase_since_s, state.pulses[-1][0] if state.pulses else 0.0)
    return state.t_s - since_s >= UNLED_AFTER_S


def _advance_stages(state: SessionState, out: list[Effect]) -> SessionState:
    """Every stage and every rest is a phase of its own, so that the log says where each began."""
    since_s = state.t_s - (state.guided_since_s or state.t_s)
    if since_s >= stages.length_s(state.config.stages):
        return _enter_silence(state, out)
    said = stages.now_said(state.config.stages, since_s)
    return state if said == state.reason else _enter(state, Phase.HOLD, said, out)


def _begin_guiding(state: SessionState, heart: HeartState, reason: str, out: list[Effect]) -> SessionState:
    return guide.begin(_enter(state, Phase.MATCH, reason, out), heart, out)


def _with_baseline(state: SessionState, out: list[Effect]) -> SessionState:
    """The resting pulse and RMSSD: medians over the baseline's ticks."""
    if len(state.pulses) < LEAST_BASELINE_S:
        return state
    bpm = median([bpm for _, bpm, _ in state.pulses])
    rmssds = [ms for _, _, ms in state.pulses if ms is not None]
    rmssd_ms = median(rmssds) if rmssds else None
    breath_per_min = group_breath_per_min(state.tracks)
    inputs = (("n", float(len(state.pulses))), ("rmssd_ms", rmssd_ms), ("breath_per_min", breath_per_min))
    reason = f"your resting pulse is {bpm:.0f}"
    out.append(Decided(state.t_s, "baseline_bpm", Author.PROTOCOL, None, bpm, reason, inputs))
    return changed(
        state, baseline_bpm=bpm, baseline_rmssd_ms=rmssd_ms, baseline_breath_per_min=breath_per_min
    )


def _guiding_is_over(state: SessionState) -> bool:
    return state.spent_s >= length_s(state) - state.config.preset.phases.silence_s


def _at_goal(state: SessionState) -> bool:
    if state.score is None or state.hold is not None:
        return False
    tempo = state.score.tempo
    still = abs(tempo.bpm_at(state.t_s) - tempo.goal_bpm) < guide.SAME_BPM
    # One tick of policy first: at the very start of the descent the plan is still as well.
    if not still or state.phase_spent_s < LEAD_S:
        return False
    breath = state.config.preset.breath
    return not breath.guided or state.breath_line_per_min <= guide.goal_breath_per_min(state)


def _enter(state: SessionState, phase: Phase, reason: str, out: list[Effect]) -> SessionState:
    out.append(PhaseBegan(state.t_s, phase, reason))
    lengths = (*state.phase_lengths, (state.phase, state.t_s - state.phase_since_s))
    return changed(
        state,
        phase=phase,
        phase_since_s=state.t_s,
        phase_spent_s=0.0,
        reason=reason,
        phase_lengths=lengths,
    )


def _enter_silence(state: SessionState, out: list[Effect]) -> SessionState:
    if state.config.preset.phases.silence_s <= 0.0:
        return _end(state, "the session is complete", completed=True, out=out)
    state = _enter(state, Phase.SILENCE, "the sound fades; stay as you are", out)
    state = changed(state, hold=None, hold_reason="")
    return _fade(state, state.config.preset.sound.fade_out_s, out)


def _fade(state: SessionState, fade_s: float, out: list[Effect]) -> SessionState:
    if state.score is None:
        return state
    at_s = guide.edit_time_s(state)
    presence = state.score.presence.changed(at_s, 0.0, fade_s)
    return guide.with_score(state, replace(state.score, presence=presence), at_s, out)


def _end(state: SessionState, reason: str, *, completed: bool, out: list[Effect]) -> SessionState:
    state = _enter(state, Phase.ENDED, reason, out)
    out.append(Ended(state.t_s, reason, STOP_FADE_S, completed))
    return changed(state, completed=completed, hold=None, hold_reason="", paused=False)


def _said(state: SessionState, from_s: float, out: list[Effect], reports: bool) -> SessionState:
    """Say what will sound from `from_s` up to the horizon; from here on nothing can change it."""
    score, n_onsets, lowest = state.score, state.n_onsets, state.lowest_tempo_bpm
    if score is None:
        return state
    if reports and not state.paused:
        n_onsets += _say_what_will_sound(score, from_s, state.committed_s, out)
    if state.phase in GUIDED and lowest is not None:
        lowest = min(lowest, score.tempo.bpm_at(state.t_s))
    if n_onsets == state.n_onsets and lowest == state.lowest_tempo_bpm:
        return state
    return changed(state, n_onsets=n_onsets, lowest_tempo_bpm=lowest)


def _say_what_will_sound(score: Score, from_s: float, until_s: float, out: list[Effect]) -> int:
    n_onsets = 0
    for n, t_s in score.onsets_between(from_s, until_s):
        if score.presence.at(t_s) > 0.0:
            out.append(OnsetPlanned(t_s, n))
            n_onsets += 1
    for cue in score.cues_between(from_s, until_s):
        if score.presence.at(cue.t_s) > 0.0:
            rate = score.breath_rate_at(cue.t_s) or 0.0
            out.append(BreathCued(cue.t_s, cue.part, cue.beats, cue.duration_s, rate))
    return n_onsets


# ---- hearts ------------------------------------------------------------------------------------------------


def _after_notification(
    state: SessionState, t_s: float, event: NotificationArrived, out: list[Effect], reports: bool
) -> SessionState:
    tracks = state.tracks
    for index, track in enumerate(tracks):
        if track.strap == event.strap:
            track, effects = with_notification(track, event, state.score, reports)
            out.extend(effects)
            tracks = (*tracks[:index], track, *tracks[index + 1 :])
    return changed(state, t_s=t_s, tracks=tracks)


def _on_track(
    state: SessionState, t_s: float, strap: str, change: _Change, out: list[Effect]
) -> SessionState:
    """Apply a change to one strap's track; a strap nobody expects is not invented."""
    tracks: list[HeartTrack] = []
    for track in state.tracks:
        if track.strap == strap:
            track, effects = change(track)
            out.extend(effects)
        tracks.append(track)
    return changed(state, t_s=t_s, tracks=tuple(tracks))


def _after_link(state: SessionState, event: LinkChanged, out: list[Effect]) -> SessionState:
    if state.tracks and all(track.link is Link.FINISHED for track in state.tracks):
        return _end(state, "the recording has come to its end", completed=True, out=out)
    if state.phase in GUIDED:
        # A lost strap freezes the tempo at once, not at the next tick.
        heart = group_state(state.tracks, state.t_s)
        state = guide.with_hold(state, heart, out)
        state = guide.steer(state, heart, out)
    return state
