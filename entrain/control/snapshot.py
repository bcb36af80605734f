"""From a session's state to the pictures that others see: the view of a moment, the summary of the whole."""

from math import fsum
from typing import Final

from entrain.breath.estimate import InStep
from entrain.control import group, stages
from entrain.control.breath_guide import waits_gently
from entrain.control.events import Phase
from entrain.control.heart import MINUTE_S, HeartTrack, Resting
from entrain.control.protocol import SessionConfig
from entrain.control.scoring import goal_bpm, goal_breath_per_min
from entrain.control.state import GUIDED, SessionState, length_s, rest_s
from entrain.control.view import (
    HeartSummary,
    Sample,
    SessionView,
    SoundView,
    StageView,
    StrapView,
    StreamView,
    Summary,
)
from entrain.heart.beat import HeartState
from entrain.heart.median import median
from entrain.heart.wave import WavePoint
from entrain.reason import Code, Reason


def view(
    state: SessionState,
    t_s: float,
    trend: tuple[Sample, ...] = (),
    wave: tuple[WavePoint, ...] = (),
) -> SessionView:
    """The picture at `t_s`, which may be a little after the newest event: ages go on, nothing is guessed."""
    t_s = max(t_s, state.t_s)
    states = group.states_at(state.tracks, t_s)
    guided = state.phase in GUIDED and state.score is not None and t_s >= state.score.tempo.start_s
    return SessionView(
        t_s=t_s,
        preset=state.config.preset,
        phase=state.phase,
        phase_since_s=state.phase_since_s,
        phase_left_s=_phase_left_s(state),
        session_left_s=None
        if state.phase in (Phase.WAITING, Phase.ENDED)
        else max(0.0, length_s(state) - state.spent_s),
        reason=state.hold_reason or _waiting(state) or state.reason,
        hold_reason=state.hold_reason,
        paused=state.paused,
        heart=group.heard_of(state, states) if states else group.NO_HEART,
        baseline_bpm=group.baseline_of(state),
        score=state.score,
        tempo_bpm=state.score.tempo.bpm_at(t_s) if guided and state.score else None,
        breath_per_min=state.score.breath_rate_at(t_s) if guided and state.score else None,
        goal_bpm=goal_bpm(state) if guided else None,
        goal_breath_per_min=goal_breath_per_min(state) if guided else None,
        straps=tuple(
            _strap_view(state.config, index, track, states[index]) for index, track in enumerate(state.tracks)
        ),
        sound=SoundView(
            state.sound.sound,
            state.sound.device,
            state.sound.remark,
            state.volume,
            state.muted,
            state.voice or state.config.preset.sound.voice,
        ),
        n_markers=state.n_markers,
        trend=trend,
        last_beat_t_s=max(
            (track.last_beat_t_s for track in state.tracks if track.last_beat_t_s is not None), default=None
        ),
        log_fault=state.log_fault,
        ended=state.reason if state.phase is Phase.ENDED else None,
        own_breath_per_min=group.seen_breath_per_min(state.tracks) if state.tracks else None,
        in_step=group.in_step_of(state.tracks) if state.tracks else InStep.NO_PACER,
        in_step_s=state.tracks[0].in_step_s if len(state.tracks) == 1 else 0.0,
        judged_s=state.tracks[0].judged_s if len(state.tracks) == 1 else 0.0,
        stage=_stage(state, t_s),
        wave=wave,
    )


def _waiting(state: SessionState) -> Reason | None:
    """The breath that waits for a word of the person's."""
    if state.phase not in GUIDED or not waits_gently(state):
        return None
    return Reason.of(Code.BREATH_GENTLE, per_min=state.breath_line_per_min)


def summary(state: SessionState, session_id: int | None = None) -> Summary:
    """The session in figures. Meant for its end, valid at any moment."""
    lengths = (*state.phase_lengths, (state.phase, state.t_s - state.phase_since_s))
    hearts = tuple(
        _heart_summary(state, index, state.config.persons[index] if state.config.persons else "")
        for index in range(len(state.tracks))
    )
    one = hearts[0] if len(hearts) == 1 else None
    return Summary(
        reason=state.reason,
        completed=state.completed,
        duration_s=state.phase_since_s if state.phase is Phase.ENDED else state.t_s,
        guided_s=fsum(length for phase, length in lengths if phase in GUIDED),
        phases=tuple((phase, length) for phase, length in lengths if phase is not Phase.ENDED),
        n_beats=sum(heart.n_beats for heart in hearts),
        n_artefacts=sum(heart.n_artefacts for heart in hearts),
        n_outages=sum(heart.n_outages for heart in hearts),
        outage_s=fsum(heart.outage_s for heart in hearts),
        n_onsets=state.n_onsets,
        baseline_bpm=one and one.baseline_bpm,
        end_bpm=one and one.end_bpm,
        baseline_rmssd_ms=one and one.baseline_rmssd_ms,
        end_rmssd_ms=one and one.end_rmssd_ms,
        lowest_tempo_bpm=state.lowest_tempo_bpm,
        slowest_breath_per_min=state.slowest_breath_per_min,
        n_holds=state.n_holds,
        n_markers=state.n_markers,
        rating_before=state.rating_before if one is None else _first(state.rating_before, one.rating_before),
        rating_after=state.rating_after if one is None else _first(state.rating_after, one.rating_after),
        session_id=session_id,
        baseline_breath_per_min=one and one.baseline_breath_per_min,
        in_step_s=one.in_step_s if one else 0.0,
        judged_s=one.judged_s if one else 0.0,
        hearts=() if one else hearts,
        says_easy=bool(state.said_easy),
        says_dizzy=bool(state.said_dizzy),
        n_away=state.n_away,
        voice=state.voice or state.config.preset.sound.voice,
    )


_UNKNOWN: Final = Resting(0.0, None, None, 0)


def _heart_summary(state: SessionState, index: int, person: str) -> HeartSummary:
    track = state.tracks[index]
    minute = [(bpm, ms) for t_s, bpm, ms in track.pulses if t_s > state.t_s - MINUTE_S]
    last, last_rmssd = [bpm for bpm, _ in minute], [ms for _, ms in minute if ms is not None]
    rest = track.resting or _UNKNOWN
    return HeartSummary(
        strap=track.strap,
        person=person,
        baseline_bpm=track.baseline_bpm,
        end_bpm=median(last) if last else None,
        baseline_rmssd_ms=rest.rmssd_ms,
        end_rmssd_ms=median(last_rmssd) if last_rmssd else None,
        baseline_breath_per_min=rest.breath_per_min,
        in_step_s=track.in_step_s,
        judged_s=track.judged_s,
        n_beats=track.n_beats,
        n_artefacts=track.n_artefacts,
        n_outages=track.n_outages,
        outage_s=_outage_s(track, state.t_s),
        rating_before=track.rating_before,
        rating_after=track.rating_after,
        says_easy=track.strap in state.said_easy,
        says_dizzy=track.strap in state.said_dizzy,
    )


def _first(one: int | None, other: int | None) -> int | None:
    return other if one is None else one


def _phase_left_s(state: SessionState) -> float | None:
    preset, spent_s = state.config.preset, state.phase_spent_s
    times = preset.phases
    until_silence_s = max(0.0, length_s(state) - times.silence_s - state.spent_s)
    match state.phase:
        case Phase.BASELINE:
            return max(0.0, rest_s(state) - spent_s)
        case Phase.MATCH:
            return min(max(0.0, times.match_s - spent_s), until_silence_s)
        case Phase.DESCEND | Phase.HOLD:
            return until_silence_s
        case Phase.SILENCE:
            return max(0.0, length_s(state) - state.spent_s)
        case Phase.WAITING | Phase.ENDED:
            return None


def _stage(state: SessionState, t_s: float) -> StageView | None:
    if state.phase not in GUIDED or state.guided_since_s is None:
        return None
    return stages.now(state.config.stages, t_s - state.guided_since_s)


def _strap_view(config: SessionConfig, index: int, track: HeartTrack, heart: HeartState) -> StrapView:
    return StrapView(
        strap=track.strap,
        link=track.link,
        remark=track.remark,
        name=track.name,
        battery_percent=track.battery_percent,
        heart=heart,
        n_beats=track.n_beats,
        n_outages=track.n_outages,
        person=config.persons[index] if config.persons else "",
        baseline_bpm=track.baseline_bpm,
        own_breath_per_min=track.own_breath and track.own_breath.rate_per_min,
        in_step=track.in_step,
        is_led=track.is_led,
        streams=tuple([StreamView(e.sensor, e.state, e.remark) for e in track.streams]),
    )


def _outage_s(track: HeartTrack, t_s: float) -> float:
    return track.outage_s + (0.0 if track.lost_since_s is None else t_s - track.lost_since_s)
