"""What a page is told of a session: plain data for `json.dumps`, from `SessionView` and its score alone."""

from collections.abc import Sequence
from typing import Any, Final

from entrain.breath.pattern import BreathPattern
from entrain.control.events import Link, Phase
from entrain.control.view import Sample, SessionView, StrapView
from entrain.score import Score
from entrain.wording import screen as words

_KEPT_S: Final = 600.0  # how much of the past a console is shown
_POINTS: Final = 300  # in so many points at most


def client_picture(view: SessionView, *, with_pulse: bool) -> dict[str, Any]:
    """The breath and its words, and nothing else; the pulse where that was asked for.

    Who is spared numbers is spared them here as well. `counts` tells whether a breath is guided now: then the
    page counts it along by itself.
    """
    now = words.cue(view, None if view.score is None else view.score.breath_at(view.t_s))
    return {
        "kind": "picture",
        "t_s": view.t_s,
        "score": None if view.score is None or view.ended is not None else score_data(view.score, view.t_s),
        "cue": now.text,
        "counts": now.beats > 0,
        "paused": view.paused,
        "ended": view.ended is not None,
        **({"pulse": _pulse(view)} if with_pulse and view.preset.care.figures else {}),
    }


def console_picture(view: SessionView) -> dict[str, Any]:
    """All that whoever leads the session sees in the terminal."""
    advice = words.advice(view)
    pulse = words.pulse(view)
    in_step, well = words.in_step(view, pulse)
    return client_picture(view, with_pulse=False) | {
        "pulse": _pulse(view),
        "title": words.phase_title(view),
        "left": words.phase_left(view),
        "to_go": words.session_left(view),
        "reason": words.reason(view),
        "advice": None if advice is None else {"text": advice.text, "serious": advice.serious},
        "tempo": words.UNKNOWN if view.tempo_bpm is None else f"{view.tempo_bpm:.1f}",
        "tempo_goal": words.goal(view).strip(),
        "breath": words.UNKNOWN if view.breath_per_min is None else f"{view.breath_per_min:.1f}",
        "in_step": {"text": in_step, "well": well},
        "goal_bpm": view.goal_bpm,
        "goal_breath_per_min": view.goal_breath_per_min,
        "rests": view.phase in (Phase.WAITING, Phase.BASELINE),
        "holds": view.hold_reason is not None,
        "straps": [_strap(view, strap) for strap in view.straps],
        "sound": words.sound_line(view.sound),
        "volume": view.sound.volume,
        "muted": view.sound.muted,
        "voice": view.sound.voice,
        "marks": words.markers(view.n_markers),
        "newest": None if not view.trend else _point(view.trend[-1]),
    }


def course(trend: Sequence[Sample], t_s: float) -> list[list[float | None]]:
    """The last ten minutes as [t_s, pulse_bpm, tempo_bpm], thinned to what a page can show."""
    recent = [sample for sample in trend if sample.t_s >= t_s - _KEPT_S]
    return [_point(sample) for sample in recent[:: 1 + len(recent) // _POINTS]]


def score_data(score: Score, t_s: float) -> dict[str, Any]:
    """The score from `t_s` on in its closed form, as `web/figure.js` reads it. Times are session seconds."""
    score = score.since(t_s)
    return {
        "ramps": [[r.start_s, r.phase, r.bpm, r.to_bpm, r.duration_s] for r in score.tempo.ramps],
        "runs": None
        if score.breath is None
        else [[run.first_beat, *_parts(run.pattern)] for run in score.breath.runs],
        "levels": [[each.start_s, each.level, each.duration_s] for each in score.presence.levels],
    }


def _parts(pattern: BreathPattern) -> tuple[int, int, int, int]:
    return pattern.inhale, pattern.hold_in, pattern.exhale, pattern.hold_out


def _pulse(view: SessionView) -> dict[str, Any]:
    pulse = words.pulse(view)
    return {"text": pulse.text, "note": pulse.note, "fresh": pulse.fresh}


def _strap(view: SessionView, strap: StrapView) -> dict[str, Any]:
    fresh = strap.heart.bpm is not None and (strap.heart.age_s or 0.0) <= words.STALE_S
    doubted = strap.heart.doubt is not None and strap.heart.doubt.withholds
    who = words.names(view)[strap.strap]
    known = fresh and not doubted and strap.link is Link.STREAMING
    return {
        "who": who,
        "line": words.strap_line(strap).removeprefix(who).lstrip(":· "),
        "battery": words.battery(strap),
        "well": strap.link is Link.STREAMING,
        "pulse": f"{strap.heart.bpm:.0f}" if known else words.UNKNOWN,
    }


def _point(sample: Sample) -> list[float | None]:
    return [sample.t_s, sample.pulse_bpm, sample.tempo_bpm]
