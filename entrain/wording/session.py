"""A stored session in words: what it was, how it went, and why everything was decided as it was."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from entrain.control.events import Author, Decided, Phase, PhaseBegan
from entrain.control.view import Summary
from entrain.foreign import many_lines, one_line
from entrain.heart.recording import Recording
from entrain.history.row import Heart
from entrain.person.record import is_made_up
from entrain.reason import Code, Reason
from entrain.storage.log.stored import SessionMeta, SessionRow, StoredSession
from entrain.units import S_PER_MIN
from entrain.wording.columns import aligned
from entrain.wording.decisions import end_said, said, sentence
from entrain.wording.figures import CORRECTED, LIVE, corrected, live, run_on
from entrain.wording.group import heart_lines
from entrain.wording.screen import SIMULATED
from entrain.wording.summary import MADE_UP
from entrain.wording.times import clock, local

_WHO: Final = {
    Author.PROTOCOL: "the preset",
    Author.POLICY: "the policy",
    Author.BOUND: "a bound",
    Author.PERSON: "the person",
}
# What figures are called, and how they are written. Others appear under their own names.
_FIGURES: Final = {
    "tempo_bpm": "tempo {}",
    "breath_beats": "beats a breath {}",
    "baseline_bpm": "resting pulse {}",
    "goal_bpm": "goal {}",
    "goal_breath_per_min": "goal {}",
    "pulse_bpm": "pulse {}",
    "wish_bpm": "wish {}",
    "per_min": "at {} a minute",
    "age_s": "data {} s old",
    "rmssd_ms": "RMSSD {} ms",
    "breath_per_min": "breath {} a minute",
    "n": "{} seconds",
    "stages": "stages {}",
    "lock": "held {}",
    "away": "away {}",
    "breath_line_per_min": "breath asked for {} a minute",
    "rest_s": "rest {} s",
}


def who(person: str) -> str:
    """A pseudonym, or that nobody is named."""
    return one_line(person) or "nobody named"


def how_it_ended(row: SessionRow) -> str:
    """The state, and the reason where it says more."""
    state = row.state.value
    ended = one_line(end_said(row.end_reason))
    return state if ended in ("", state) else f"{state}: {ended}"


def rows_text(rows: Iterable[SessionRow]) -> list[str]:
    """The list of sessions; with a column for the person where somebody is named."""
    shown = list(rows)
    named = any(row.whose for row in shown)
    table = [("ID", "STARTED", *(("PERSON",) * named), "MINUTES", "PRESET", "EVENTS", "HOW IT ENDED")]
    for row in shown:
        ended = how_it_ended(row) + (f"; {SIMULATED}" if is_made_up(row.hearts) else "")
        minutes, events = f"{row.minutes:.1f}", str(row.n_events)
        person = ((row.whose or "-"),) * named
        table.append((str(row.id), local(row.started), *person, minutes, row.preset, events, ended))
    return aligned(table, right=frozenset({0, 2 + named, 4 + named}))


def row_json(row: SessionRow) -> dict[str, Any]:
    """A row of the list as `json.dumps` takes it."""
    return {
        "id": row.id,
        "uuid": row.uuid,
        "started_utc": row.started.isoformat(),
        "minutes": row.minutes,
        "person": row.person,
        "persons": row.persons,
        "preset": row.preset,
        "simulated": is_made_up(row.hearts),
        "n_events": row.n_events,
        "state": row.state.value,
        "end_reason": end_said(row.end_reason) or None,
        "end_code": row.end_reason,
        "note": row.note,
    }


def recording_text(recording: Recording) -> str:
    """What was read of a recording, in a line."""
    n, gaps = len(recording.intervals_ms), len(recording.gaps)
    broken = f", {times(gaps, 'gap')}" if gaps else ""
    return f"{n} intervals, {recording.duration_s / S_PER_MIN:.1f} minutes{broken}: {recording.format}"


def head_text(session: StoredSession) -> list[str]:
    """What the session was."""
    meta, row = session.meta, session.meta.row
    ended = how_it_ended(row)
    lines = [
        one_line(f"Session {row.id}: {session.config.preset.title} ({row.preset})"),
        f"{local(row.started)}, {row.minutes:.1f} minutes, {ended}.",
        *([one_line(f"Of {row.whose}.")] if row.whose else []),
        *([MADE_UP] if is_made_up(meta.hearts) else []),
        origin(meta),
    ]
    lines += [f"Note: {line}" for line in many_lines(row.note).splitlines()]
    lines += filter(None, [session.damage()])
    return lines


def origin(meta: SessionMeta) -> str:
    """Heart, sound, voice and versions, in a line."""
    parts = [
        f"heart {', '.join(meta.hearts) or 'none'}",
        f"sound {meta.audio or 'none'}",
        f"voice {meta.voice or 'none'}",
        f"entrain {meta.entrain_version} under Python {meta.python_version}",
    ]
    return one_line(", ".join(parts), 600) + "."


def summary_text(summary: Summary, hearts: Mapping[str, Heart]) -> list[str]:
    """The session in figures; what was not measured is a dash. `hearts`: corrected, by strap."""
    s = summary
    alone = next(iter(hearts.values()), Heart())
    rows = [
        (LIVE, run_on(live(s)) or "-"),
        (CORRECTED, run_on(corrected(alone)) or "-"),
        ("beat", f"down to {_number(s.lowest_tempo_bpm)} a minute; {s.n_onsets} of them"),
        ("breath", _breath(s)),
        ("guided", f"{clock(s.guided_s)}, {times(s.n_holds, 'hold')}"),
        ("data", f"{_beats(s)}; {_outages(s)}"),
        ("marks", str(s.n_markers)),
        ("tension", f"{_number(s.rating_before)} before, {_number(s.rating_after)} after, of 10"),
    ]
    if s.hearts:  # what belongs to a person stands below, for each
        rows = [row for row in rows if row[0] not in (LIVE, CORRECTED, "tension")]
    return [f"  {line}" for line in (*aligned(rows), *heart_lines(s, hearts))]


def measured_text(summary: Summary) -> list[str]:
    """What there is to say of a recording in which nothing was guided."""
    rows = [
        (
            LIVE,
            f"pulse {_number(summary.end_bpm)}, RMSSD {_number(summary.end_rmssd_ms)} ms in the last minute",
        ),
        ("data", f"{_beats(summary)}; {times(summary.n_outages, 'gap')}"),
    ]
    return [f"  {line}" for line in aligned(rows)]


def _beats(summary: Summary) -> str:
    share = f" ({100 * summary.n_artefacts / summary.n_beats:.1f} %)" if summary.n_beats else ""
    return f"{summary.n_beats} beats, {summary.n_artefacts} set aside{share}"


def _breath(summary: Summary) -> str:
    if summary.hearts:
        slowest = summary.slowest_breath_per_min
        return "not guided" if slowest is None else f"guided down to {slowest:.1f} a minute"
    own = f"{_number(summary.baseline_breath_per_min, 1)} a minute at rest"
    if summary.slowest_breath_per_min is None:
        return f"{own}, not guided"
    return f"{own}, guided down to {summary.slowest_breath_per_min:.1f}"


def _outages(summary: Summary) -> str:
    if not summary.n_outages:
        return "the strap was never lost"
    return f"the strap was lost {times(summary.n_outages, 'time')}, for {summary.outage_s:.0f} s"


def times(n: int, what: str) -> str:
    """`1 hold`, `3 holds`."""
    return f"{n} {what}{'s' * (n != 1)}"


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
    """Each phase with its time, its length and its reason."""
    rows: list[tuple[str, str, str, str]] = []
    if phases and phases[0].t_s > 0.0:
        phases = [PhaseBegan(0.0, Phase.WAITING, Reason(Code.WAITING_FOR_PULSE)), *phases]
    for index, phase in enumerate(phases):
        until_s = phases[index + 1].t_s if index + 1 < len(phases) else None
        lasted = "" if until_s is None or phase.phase is Phase.ENDED else clock(until_s - phase.t_s)
        rows.append((clock(phase.t_s), phase.phase.value, lasted, said(phase.reason)))
    return [f"  {line}" for line in aligned(rows, right=frozenset({0, 2}))]


def decisions_text(decisions: list[Decided]) -> list[str]:
    """Each decision with its time, its author, its reason and the figures it was made on."""
    rows = [(clock(each.t_s), who_decided(each), why(each)) for each in decisions]
    return [f"  {line}" for line in aligned(rows, right=frozenset({0}))]


def who_decided(decision: Decided) -> str:
    """Who brought a decision about, in words."""
    return _WHO[decision.author]


def why(decision: Decided) -> str:
    """The reason of a decision, with the figures it was made on."""
    figures = [_named(decision.what, _change(decision))] if decision.after is not None else []
    if decision.what in ("hold", "stop"):
        figures = []  # the reason has said it
    figures += [_named(name, _figure(value)) for name, value in decision.inputs]
    reason = sentence(decision.reason)
    return f"{reason} [{', '.join(figures)}]" if figures else reason


def _named(name: str, figure: str) -> str:
    return _FIGURES.get(name, f"{name} {{}}").format(figure)


def _change(decision: Decided) -> str:
    after = _figure(decision.after)
    return after if decision.before is None else f"{_figure(decision.before)} to {after}"


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f}".removesuffix(".0")


def numbered(ids: Sequence[int]) -> str:
    """ "session 3", "sessions 3, 4"."""
    return f"session{'s' * (len(ids) > 1)} {', '.join(map(str, ids))}"
