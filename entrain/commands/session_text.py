"""A stored session in words: what it was, how it went, and why everything was decided as it was."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from entrain.commands.aligned import aligned
from entrain.control.events import Author, Decided, Phase, PhaseBegan
from entrain.control.view import Summary
from entrain.storage.stored import SessionMeta, SessionRow, StoredSession

_WHO: Final = {
    Author.PROTOCOL: "the preset",
    Author.POLICY: "the policy",
    Author.BOUND: "a bound",
    Author.PERSON: "the person",
}
_WORDS: Final = {
    "tempo_bpm": "tempo",
    "baseline_bpm": "resting pulse",
    "pulse_bpm": "pulse",
    "wish_bpm": "wish",
    "goal_bpm": "goal",
    "goal_breath_per_min": "goal",
    "breath_beats": "beats a breath",
    "per_min": "a minute",
    "age_s": "age in s",
    "rmssd_ms": "RMSSD in ms",
    "n": "from",
}


def clock(t_s: float) -> str:
    """Minutes and seconds: 12:05."""
    return f"{int(t_s) // 60}:{int(t_s) % 60:02d}"


def local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def rows_text(rows: Iterable[SessionRow]) -> list[str]:
    """The list of sessions."""
    table = [("ID", "STARTED", "MINUTES", "PRESET", "EVENTS", "HOW IT ENDED")]
    for row in rows:
        ended = f"{row.state.value}: {row.end_reason}" if row.end_reason else row.state.value
        minutes, events = f"{row.minutes:.1f}", str(row.n_events)
        table.append((str(row.id), local(row.started), minutes, row.preset, events, ended))
    return aligned(table, right=frozenset({0, 2, 4}))


def row_json(row: SessionRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "uuid": row.uuid,
        "started_utc": row.started.isoformat(),
        "minutes": row.minutes,
        "preset": row.preset,
        "n_events": row.n_events,
        "state": row.state.value,
        "end_reason": row.end_reason,
        "note": row.note,
    }


def head_text(session: StoredSession) -> list[str]:
    """What the session was."""
    meta, row = session.meta, session.meta.row
    ended = f"{row.state.value}: {row.end_reason}" if row.end_reason else row.state.value
    lines = [
        f"Session {row.id}: {session.config.preset.title} ({row.preset})",
        f"{local(row.started)}, {row.minutes:.1f} minutes, {ended}.",
        _origin(meta),
    ]
    lines += [f"Note: {line}" for line in row.note.splitlines()]
    return lines


def _origin(meta: SessionMeta) -> str:
    parts = [
        f"heart {', '.join(meta.hearts) or 'none'}",
        f"sound {meta.audio or 'none'}",
        f"voice {meta.voice or 'none'}",
        f"entrain {meta.entrain_version} under Python {meta.python_version}",
    ]
    return ", ".join(parts) + "."


def summary_text(summary: Summary) -> list[str]:
    """The session in figures; what was not measured is a dash."""
    s = summary
    share = f" ({100 * s.n_artefacts / s.n_beats:.1f} %)" if s.n_beats else ""
    rows = [
        ("pulse", f"{_number(s.baseline_bpm)} at rest, {_number(s.end_bpm)} in the last minute"),
        (
            "RMSSD",
            f"{_number(s.baseline_rmssd_ms)} ms at rest, {_number(s.end_rmssd_ms)} ms in the last minute",
        ),
        (
            "beat",
            f"down to {_number(s.lowest_tempo_bpm)} a minute, {s.n_onsets} beats in {clock(s.guided_s)}",
        ),
        ("breath", f"down to {_number(s.slowest_breath_per_min, 1)} a minute"),
        ("data", f"{s.n_beats} beats, {s.n_artefacts} set aside{share}, {_outages(s)}"),
        ("holds", f"{s.n_holds}"),
        ("marks", f"{s.n_markers}"),
        ("tension", f"{_number(s.rating_before)} before, {_number(s.rating_after)} after, of 10"),
    ]
    return [f"  {line}" for line in aligned(rows)]


def _outages(summary: Summary) -> str:
    if not summary.n_outages:
        return "strap never lost"
    return f"strap lost {summary.n_outages} times, for {summary.outage_s:.0f} s"


def _number(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def story(session: StoredSession) -> tuple[list[PhaseBegan], list[Decided]]:
    """The phases and the decisions of a session, in order."""
    phases: list[PhaseBegan] = []
    decisions: list[Decided] = []
    for _, effects in session.records:
        for effect in effects:
            if isinstance(effect, PhaseBegan):
                phases.append(effect)
            elif isinstance(effect, Decided):
                decisions.append(effect)
    return phases, decisions


def phases_text(phases: list[PhaseBegan]) -> list[str]:
    rows: list[tuple[str, str, str, str]] = []
    for index, phase in enumerate(phases):
        until_s = phases[index + 1].t_s if index + 1 < len(phases) else None
        lasted = "" if until_s is None or phase.phase is Phase.ENDED else clock(until_s - phase.t_s)
        rows.append((clock(phase.t_s), phase.phase.value, lasted, phase.reason))
    return [f"  {line}" for line in aligned(rows, right=frozenset({0, 2}))]


def decisions_text(decisions: list[Decided]) -> list[str]:
    """Each decision with its time, its author, its reason and the figures it was made on."""
    rows = [(clock(each.t_s), _WHO[each.author], _sentence(each)) for each in decisions]
    return [f"  {line}" for line in aligned(rows, right=frozenset({0}))]


def _sentence(decision: Decided) -> str:
    figures = [f"{_WORDS.get(name, name)} {_figure(value)}" for name, value in decision.inputs]
    known = f" ({', '.join(figures)})" if figures else ""
    reason = decision.reason[:1].upper() + decision.reason[1:]
    return f"{reason}{_change(decision)}{known}."


def _change(decision: Decided) -> str:
    what = _WORDS.get(decision.what, decision.what)
    if decision.what in ("hold", "stop") or decision.after is None:
        return ""
    if decision.before is None:
        return f": {what} {_figure(decision.after)}"
    return f": {what} {_figure(decision.before)} to {_figure(decision.after)}"


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f}".removesuffix(".0")
