"""From a session's state to the pictures that others see: the view of a moment, the summary of the whole."""

from math import fsum

from entrain.breath.estimate import InStep
from entrain.control import stages
from entrain.control.events import Phase
from entrain.control.guide import goal_bpm, goal_breath_per_min
from entrain.control.state import GUIDED, MINUTE_S, SessionState, length_s
from entrain.control.track import HeartTrack, group_breath_per_min, group_in_step, group_state
from entrain.control.view import Sample, SessionView, SoundView, StageView, StrapView, Summary
from entrain.heart.beat import HeartState, PulseSource
from entrain.heart.median import median


def view(state: SessionState, t_s: float, trend: tuple[Sample, ...] = ()) -> SessionView:
    """The picture at `t_s`, which may be a little after the newest event: ages go on, nothing is guessed."""
    t_s = max(t_s, state.t_s)
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
        reason=state.hold_reason or state.reason,
        hold_reason=state.hold_reason or None,
        paused=state.paused,
        heart=group_state(state.tracks, t_s) if state.tracks else _NO_HEART,
        baseline_bpm=state.baseline_bpm,
        score=state.score,
        tempo_bpm=state.score.tempo.bpm_at(t_s) if guided and state.score else None,
        breath_per_min=state.score.breath_rate_at(t_s) if guided and state.score else None,
        goal_bpm=goal_bpm(state) if guided else None,
        goal_breath_per_min=goal_breath_per_min(state) if guided else None,
        straps=tuple(_strap_view(track, t_s) for track in state.tracks),
        sound=SoundView(
            state.sound.sound,
            state.sound.device,
            state.sound.detail,
            state.sound.advice,
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
        own_breath_per_min=group_breath_per_min(state.tracks),
        in_step=group_in_step(state.tracks) if state.tracks else InStep.NO_PACER,
        in_step_s=_mean(tuple(track.in_step_s for track in state.tracks)),
        judged_s=_mean(tuple(track.judged_s for track in state.tracks)),
        stage=_stage(state, t_s),
    )


def summary(state: SessionState, session_id: int | None = None) -> Summary:
    """The session in figures. Meant for its end, valid at any moment."""
    lengths = (*state.phase_lengths, (state.phase, state.t_s - state.phase_since_s))
    minute = [(bpm, ms) for t_s, bpm, ms in state.pulses if t_s > state.t_s - MINUTE_S]
    last, last_rmssd = [bpm for bpm, _ in minute], [ms for _, ms in minute if ms is not None]
    return Summary(
        reason=state.reason,
        completed=state.completed,
        duration_s=state.t_s,
        guided_s=fsum(length for phase, length in lengths if phase in GUIDED),
        phases=tuple((phase, length) for phase, length in lengths if phase is not Phase.ENDED),
        n_beats=sum(track.n_beats for track in state.tracks),
        n_artefacts=sum(track.n_artefacts for track in state.tracks),
        n_outages=sum(track.n_outages for track in state.tracks),
        outage_s=fsum(_outage_s(track, state.t_s) for track in state.tracks),
        n_onsets=state.n_onsets,
        baseline_bpm=state.baseline_bpm,
        end_bpm=median(last) if last else None,
        baseline_rmssd_ms=state.baseline_rmssd_ms,
        end_rmssd_ms=median(last_rmssd) if last_rmssd else None,
        lowest_tempo_bpm=state.lowest_tempo_bpm,
        slowest_breath_per_min=state.slowest_breath_per_min,
        n_holds=state.n_holds,
        n_markers=state.n_markers,
        rating_before=state.rating_before,
        rating_after=state.rating_after,
        session_id=session_id,
        baseline_breath_per_min=state.baseline_breath_per_min,
        in_step_s=_mean(tuple(track.in_step_s for track in state.tracks)),
        judged_s=_mean(tuple(track.judged_s for track in state.tracks)),
    )


def _phase_left_s(state: SessionState) -> float | None:
    preset, spent_s = state.config.preset, state.phase_spent_s
    times = preset.phases
    until_silence_s = max(0.0, length_s(state) - times.silence_s - state.spent_s)
    match state.phase:
        case Phase.BASELINE:
            return max(0.0, times.baseline_s - spent_s)
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


def _strap_view(track: HeartTrack, t_s: float) -> StrapView:
    return StrapView(
        strap=track.strap,
        link=track.link,
        detail=track.detail,
        advice=track.advice,
        name=track.name,
        battery_percent=track.battery_percent,
        heart=track.state_at(t_s),
        n_beats=track.n_beats,
        n_outages=track.n_outages,
    )


def _mean(values: tuple[float, ...]) -> float:
    return fsum(values) / len(values) if values else 0.0


def _outage_s(track: HeartTrack, t_s: float) -> float:
    return track.outage_s + (0.0 if track.lost_since_s is None else t_s - track.lost_since_s)


_NO_HEART = HeartState(
    bpm=None, age_s=None, source=PulseSource.NONE, rmssd_ms=None, artefacts_per_min=0.0, settled=False
)
