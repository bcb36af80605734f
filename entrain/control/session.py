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

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, assert_never

from entrain.control import group, stages
from entrain.control.alarms import reason_to_stop
from entrain.control.breath_guide import pace_breath
from entrain.control.commands import obey
from entrain.control.events import (
    Author,
    BreathCued,
    CommandGiven,
    Decided,
    Effect,
    Ended,
    Event,
    HeartMeasured,
    IntervalReported,
    Link,
    LinkChanged,
    LogChanged,
    Mark,
    NotificationArrived,
    NotRight,
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
from entrain.control.group import States
from entrain.control.heart import (
    MINUTE_S,
    HeartTrack,
    breaths_measured,
    may_be_sparse,
    rested,
    with_description,
    with_frames,
    with_interval_reported,
    with_link,
    with_notification,
    with_sensor,
    with_tick_at,
    with_time,
)
from entrain.control.holds import with_hold
from entrain.control.protocol import SessionConfig
from entrain.control.scoring import KEEP_S, edit_time_s, goal_breath_per_min, with_score
from entrain.control.state import GUIDED, SessionState, SoundState, edit, has_sensor, length_s, rest_s
from entrain.control.tempo_guide import SAME_BPM, begin, steer
from entrain.heart.beat import HeartState
from entrain.reason import Code, Reason
from entrain.score import LEAD_S, Score

_Change = Callable[[HeartTrack], tuple[HeartTrack, tuple[Effect, ...]]]

STOPPED: Final = Reason(Code.STOPPED)
COMPLETED: Final = Reason(Code.COMPLETED)
STOP_FADE_S: Final = 2.0
UNLED_AFTER_S: Final = 30.0  # in a doubt that leaves no pulse


def start(config: SessionConfig) -> SessionState:
    """The state before the first event."""
    return SessionState(
        config=config,
        t_s=0.0,
        tracks=tuple(HeartTrack(strap) for strap in config.straps),
        volume=config.preset.sound.volume,
        reason=Reason(Code.WAITING_FOR_PULSE if config.straps else Code.WITHOUT_SENSOR),
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
    if isinstance(event, NotificationArrived | IntervalReported):
        return _after_notification(state, t_s, event, out, reports), tuple(out)
    state = edit(state, t_s=t_s)
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
            sound = SoundState(event.sound, event.device, event.remark, n_gaps)
            state = edit(state, sound=sound)
        case LogChanged():
            state = edit(state, log_fault=event.remark)
        case OnsetPlayed():
            pass  # kept in the log; nothing is decided on it
        case CommandGiven(command=command):
            if isinstance(command, Stop):
                out.append(Decided(state.t_s, "stop", Author.PERSON, None, None, STOPPED))
                state = _end(state, STOPPED, completed=False, out=out)
            else:
                state = obey(state, command, group.states_at(state.tracks, state.t_s), out)
        case _:
            assert_never(event)
    return state, tuple(out)


def _matters_after_the_end(event: Event) -> bool:
    return isinstance(event, CommandGiven) and isinstance(event.command, Rate | Mark | NotRight)


# ---- time --------------------------------------------------------------------------------------------------


def _tick(state: SessionState, t_s: float, out: list[Effect], reports: bool) -> SessionState:
    state = _with_time(state, t_s, out)
    states = group.states_at(state.tracks, t_s)
    heart = group.heard_of(state, states)
    since_s = 0.0 if state.last_tick_s is None else t_s - state.last_tick_s
    spent_s = 0.0 if state.paused or not _counts(state, heart) else since_s
    if reports and has_sensor(state):
        out.extend(_pulses_measured(state, states, heart, t_s))
    pulses_from_s = state.phase_since_s if state.phase is Phase.BASELINE else t_s - MINUTE_S
    committed_s = state.committed_s
    state = edit(
        state,
        t_s=t_s,
        last_tick_s=t_s,
        phase_spent_s=state.phase_spent_s + spent_s,
        spent_s=state.spent_s + spent_s,
        committed_s=max(committed_s, t_s + LEAD_S),
        tracks=tuple(
            [
                with_tick_at(track, own, t_s, pulses_from_s, state.score)
                for track, own in zip(state.tracks, states, strict=True)
            ]
        ),
    )
    if reports:
        out.extend(breaths_measured(state.tracks, t_s))
    state = _advance_phase(state, states, heart, out)
    if state.phase in GUIDED:
        state, stop = reason_to_stop(group.with_newcomers(state), states)
        if stop is not None:
            out.append(Decided(state.t_s, "stop", Author.BOUND, None, None, stop))
            return _end(state, stop, completed=False, out=out)
        state = with_hold(state, states, out)
        state = steer(state, states, out)
        state = pace_breath(state, spent_s, out)
    return _said(state, committed_s, out, reports)


def _with_time(state: SessionState, t_s: float, out: list[Effect]) -> SessionState:
    """Each heart is judged by the time that passes as well; nearly always nothing comes of it."""
    if not any(may_be_sparse(track, t_s) for track in state.tracks):
        return state
    judged = [with_time(track, t_s) for track in state.tracks]
    for _, effects in judged:
        out.extend(effects)
    return edit(state, tracks=tuple(track for track, _ in judged))


def _pulses_measured(
    state: SessionState, states: States, heart: HeartState, t_s: float
) -> Iterator[PulseMeasured | HeartMeasured]:
    yield PulseMeasured(t_s, heart.bpm, heart.age_s, heart.source, heart.rmssd_ms)
    if len(states) > 1:
        for track, own in zip(state.tracks, states, strict=True):
            yield HeartMeasured(t_s, track.strap, own.bpm, own.age_s, own.source, own.rmssd_ms)


def _counts(state: SessionState, heart: HeartState) -> bool:
    """Waiting costs no session time, and a baseline is only as long as what was measured in it."""
    if state.phase is Phase.WAITING:
        return False
    return state.phase is not Phase.BASELINE or heart.bpm is not None


def _advance_phase(state: SessionState, states: States, heart: HeartState, out: list[Effect]) -> SessionState:
    preset = state.config.preset
    times = preset.phases
    match state.phase:
        case Phase.WAITING:
            if not has_sensor(state):
                return _begin_guiding(state, states, Code.BEGINS_WITHOUT_SENSOR, out)
            if _is_hopeless(state, heart):
                return _begin_guiding(state, states, Code.UNLED, out)
            if heart.bpm is None and preset.needs_heart:
                return state
            if times.baseline_s <= 0.0 or not preset.needs_heart:
                return _begin_guiding(state, states, Code.BEGINS, out)
            return _enter(state, Phase.BASELINE, Reason(Code.RESTING), out)
        case Phase.BASELINE if _is_hopeless(state, heart):
            return _begin_guiding(_with_baselines(state, out), states, Code.UNLED, out)
        case Phase.BASELINE if state.phase_spent_s >= rest_s(state):
            state = _with_baselines(state, out)
            return _begin_guiding(state, states, Code.MEETS_PULSE, out)
        case Phase.MATCH | Phase.DESCEND | Phase.HOLD if state.config.stages:
            return _advance_stages(state, out)
        case Phase.MATCH if _guiding_is_over(state):
            return _enter_silence(state, out)
        case Phase.MATCH if state.phase_spent_s >= times.match_s:
            return _enter(state, Phase.DESCEND, Reason(Code.LEADS), out)
        case Phase.DESCEND | Phase.HOLD if _guiding_is_over(state):
            return _enter_silence(state, out)
        case Phase.DESCEND if _at_goal(state):
            return _enter(state, Phase.HOLD, Reason(Code.ARRIVED), out)
        case Phase.SILENCE if state.spent_s >= length_s(state):
            return _end(state, COMPLETED, completed=True, out=out)
        case _:
            return state


def _is_hopeless(state: SessionState, heart: HeartState) -> bool:
    """Data comes, and for long no pulse to lead by: the breath is guided by itself."""
    if heart.doubt is None or not heart.doubt.withholds or not has_sensor(state):
        return False
    known_s = [track.pulses[-1][0] for track in state.tracks if track.pulses]
    since_s = max(state.phase_since_s, *known_s, 0.0)
    return state.t_s - since_s >= UNLED_AFTER_S


def _advance_stages(state: SessionState, out: list[Effect]) -> SessionState:
    """Every stage and every rest is a phase of its own, so that the log says where each began."""
    since_s = state.t_s - (state.guided_since_s or state.t_s)
    if since_s >= stages.length_s(state.config.stages):
        return _enter_silence(state, out)
    now = stages.now_reason(state.config.stages, since_s)
    return state if now == state.reason else _enter(state, Phase.HOLD, now, out)


def _begin_guiding(state: SessionState, states: States, code: Code, out: list[Effect]) -> SessionState:
    return begin(_enter(state, Phase.MATCH, Reason(code), out), states, out)


def _with_baselines(state: SessionState, out: list[Effect]) -> SessionState:
    """The resting pulse of everybody whose pulse was known long enough."""
    for index, track in enumerate(state.tracks):
        track = rested(track)
        if track.resting is None:
            continue
        state, rest = group.with_track(state, index, track), track.resting
        inputs = (
            ("n", float(rest.n_s)),
            ("rmssd_ms", rest.rmssd_ms),
            ("breath_per_min", rest.breath_per_min),
        )
        whose = track.strap if len(state.tracks) > 1 else None
        reason = Reason(Code.RESTING_PULSE, (("bpm", rest.bpm),), whose=whose)
        out.append(Decided(state.t_s, "baseline_bpm", Author.PROTOCOL, None, rest.bpm, reason, inputs))
    return state


def _guiding_is_over(state: SessionState) -> bool:
    return state.spent_s >= length_s(state) - state.config.preset.phases.silence_s


def _at_goal(state: SessionState) -> bool:
    if state.score is None or state.hold is not None:
        return False
    tempo = state.score.tempo
    still = abs(tempo.bpm_at(state.t_s) - tempo.goal_bpm) < SAME_BPM
    # One tick of policy first: at the very start of the descent the plan is still as well.
    if not still or state.phase_spent_s < LEAD_S:
        return False
    breath = state.config.preset.breath
    return not breath.guided or state.breath_line_per_min <= goal_breath_per_min(state)


def _enter(state: SessionState, phase: Phase, reason: Reason, out: list[Effect]) -> SessionState:
    out.append(PhaseBegan(state.t_s, phase, reason))
    lengths = (*state.phase_lengths, (state.phase, state.t_s - state.phase_since_s))
    return edit(
        state,
        phase=phase,
        phase_since_s=state.t_s,
        phase_spent_s=0.0,
        reason=reason,
        phase_lengths=lengths,
    )


def _enter_silence(state: SessionState, out: list[Effect]) -> SessionState:
    if state.config.preset.phases.silence_s <= 0.0:
        return _end(state, COMPLETED, completed=True, out=out)
    state = _enter(state, Phase.SILENCE, Reason(Code.FADES), out)
    state = edit(state, hold=None, hold_reason=None)
    return _fade(state, state.config.preset.sound.fade_out_s, out)


def _fade(state: SessionState, fade_s: float, out: list[Effect]) -> SessionState:
    if state.score is None:
        return state
    at_s = edit_time_s(state)
    presence = state.score.presence.changed(at_s, 0.0, fade_s)
    return with_score(state, replace(state.score, presence=presence), at_s, out)


def _end(state: SessionState, reason: Reason, *, completed: bool, out: list[Effect]) -> SessionState:
    state = _enter(state, Phase.ENDED, reason, out)
    out.append(Ended(state.t_s, reason, STOP_FADE_S, completed))
    return edit(state, completed=completed, hold=None, hold_reason=None, paused=False)


def _said(state: SessionState, from_s: float, out: list[Effect], reports: bool) -> SessionState:
    """Say what will sound from `from_s` up to the horizon; from here on nothing can change it."""
    score, n_onsets, lowest = state.score, state.n_onsets, state.lowest_tempo_bpm
    if score is None:
        return state
    if reports and not state.paused:
        # After a long sleep of the computer the score knows no further back; nothing of that has sounded.
        from_s = max(from_s, state.t_s - KEEP_S)
        n_onsets += _say_what_will_sound(score, from_s, state.committed_s, out)
    if state.phase in GUIDED and lowest is not None:
        lowest = min(lowest, score.tempo.bpm_at(state.t_s))
    if n_onsets == state.n_onsets and lowest == state.lowest_tempo_bpm:
        return state
    return edit(state, n_onsets=n_onsets, lowest_tempo_bpm=lowest)


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
    state: SessionState,
    t_s: float,
    event: NotificationArrived | IntervalReported,
    out: list[Effect],
    reports: bool,
) -> SessionState:
    tracks = state.tracks
    for index, track in enumerate(tracks):
        if track.strap == event.strap:
            if isinstance(event, IntervalReported):
                track, effects = with_interval_reported(track, event, state.score, reports)
            else:
                track, effects = with_notification(track, event, state.score, reports)
            out.extend(effects)
            tracks = (*tracks[:index], track, *tracks[index + 1 :])
    return edit(state, t_s=t_s, tracks=tracks)


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
    return edit(state, t_s=t_s, tracks=tuple(tracks))


def _after_link(state: SessionState, event: LinkChanged, out: list[Effect]) -> SessionState:
    if state.tracks and all(track.link is Link.FINISHED for track in state.tracks):
        return _end(state, Reason(Code.RECORDING_OVER), completed=True, out=out)
    if state.phase in GUIDED:
        # A lost strap freezes the tempo at once, not at the next tick.
        states = group.states_at(state.tracks, state.t_s)
        state = steer(with_hold(state, states, out), states, out)
    return state
