"""The report of a course: several sessions of one person, with what changed and how certain that is."""

from collections.abc import Iterator, Sequence
from typing import Final

from entrain import __version__
from entrain.analysis.time_domain import TIME_DOMAIN_SETTINGS
from entrain.errors import UsageError
from entrain.history import slope
from entrain.history.row import Sitting
from entrain.history.trend import Line, Trend, Way, trend
from entrain.person.record import CaseNote
from entrain.report.document import Cell, Column, Document, Figure, Pair, Paragraph, Section, Table, Terms
from entrain.report.drawing.course import Measured, Sat, course, day
from entrain.report.edition import NOTES
from entrain.report.methods import listed
from entrain.wording import history as wording
from entrain.wording import person as person_words
from entrain.wording import report as words
from entrain.wording.analysis_json import SETTINGS
from entrain.wording.figures import CORRECTED_MEANS, LIVE_MEANS, OF_A_COURSE

UNKNOWN: Final = "–"
MOST_SENTENCES: Final = 4  # beside the first


def course_page(sittings: Sequence[Sitting], notes: Sequence[CaseNote] = ()) -> Document:
    """
    Args:
        sittings: measured ones, see `entrain.history.recorded.measured`.
        notes: what the practice noted on this person.

    Raises:
        UsageError: none of them was guided.
    """
    if not sittings:
        raise UsageError("There are no sessions to report on.")
    found = trend(sittings, max(each.began for each in sittings).date())
    if not found.sittings:
        raise UsageError(
            "Nothing was guided in these sessions, so there is no course to report on.",
            "An imported recording has a report of its own: entrain report ID.",
        )
    first, last = found.sittings[0], found.sittings[-1]
    people = {each.person for each in found.sittings}
    whose = f"{first.person}: " if people == {first.person} and first.person else ""
    n = len(found.sittings)
    is_simulated = all(each.is_simulated for each in found.sittings)
    return Document(
        title=f"{whose}{words.times(n, 'session')}",
        subtitle=f"{words.when(first.began)} to {words.when(last.began)}",
        dated=last.began,
        notice="The hearts in this report are simulated. Nobody was measured." if is_simulated else "",
        lead=tuple(_lead(found)),
        sections=(_figures(found.sittings), _changes(found), _sessions(found.sittings), *_notes(notes)),
        small_print=_small_print(found),
    )


def _lead(found: Trend) -> Iterator[str]:
    n, minutes = len(found.sittings), found.minutes
    lately = f"{found.lately_per_week:.1f}".removesuffix(".0")
    often = f"; in the last four weeks {lately} a week" if len(found.weeks) > 1 else ""
    yield f"{words.times(n, 'session')}, {minutes:.0f} minutes in all{often}."
    if found.n_left_out:
        yield f"{words.times(found.n_left_out, 'session')} with simulated or imported hearts left out."
    told = [line for line in found.lines if line.way is not Way.TOO_FEW]
    if not told:
        weeks = f"{slope.LEAST_DAYS / 7:.0f} weeks"
        yield f"Too few to tell a trend from chance: it takes {slope.FEWEST} sessions over {weeks}."
        return
    clear = [line for line in told if line.way is not Way.UNCLEAR]
    for line in clear[:MOST_SENTENCES]:
        yield wording.sentence(line)
    if not clear:
        yield "Nothing shows a clear trend; that is the usual result."


def _figures(sittings: Sequence[Sitting]) -> Section:
    hearts = [(each, each.heart) for each in sittings]
    pulse = tuple(Sat(s.began, h and h.pulse_before_bpm, h and h.pulse_after_bpm) for s, h in hearts)
    rmssd = tuple(Sat(s.began, h and h.rmssd_before_ms, h and h.rmssd_after_ms) for s, h in hearts)
    tension = tuple(Sat(s.began, s.rating_before, s.rating_after) for s in sittings)
    in_step = tuple(Sat(s.began, _percent(s.in_step_share)) for s in sittings)
    known = (
        Measured("Pulse", "beats a minute", pulse, least=12.0),
        Measured("RMSSD", "ms", rmssd, least=20.0),
        Measured("Tension", "as you said, 0 to 10", tension, scale=(0.0, 10.0)),
        Measured("Breath in step", "% of what could be told", in_step, has_after=False, scale=(0.0, 100.0)),
    )
    figures = [
        Figure(course(each), "")
        for each in known
        if any(sat.before is not None or sat.after is not None for sat in each.sessions)
    ]
    pairs = [Pair(*figures[k : k + 2]) for k in range(0, len(figures) - 1, 2)]
    return Section("From session to session", (*pairs, *figures[2 * len(pairs) :]))


def _changes(found: Trend) -> Section:
    columns = (
        Column("Measure"),
        Column("sessions", True),
        Column("change a week", True),
        Column("its 95 % interval"),
        Column("trend"),
    )
    rows = tuple(_change_row(line) for line in found.lines)
    blocks = (Table("What changed from session to session", columns, rows), Paragraph(wording.CAUTION))
    return Section("What changed over the course", blocks if rows else ())


def _change_row(line: Line) -> tuple[Cell, ...]:
    digits = line.meaning.digits + 1

    def told(value: float) -> str:
        return f"{value:+.{digits}f}".replace("-", "−")

    label = f"{line.meaning.label[:1].upper()}{line.meaning.label[1:]}, {line.meaning.unit}"
    bounds = UNKNOWN if line.low is None or line.high is None else f"{told(line.low)} to {told(line.high)}"
    by = UNKNOWN if line.per_week is None or line.low is None else told(line.per_week)
    return label, str(len(line.values)), by, bounds, line.way.value


def _sessions(sittings: Sequence[Sitting]) -> Section:
    columns = (
        Column("Began"),
        Column("No.", True),
        Column("minutes", True),
        Column("pulse", True),
        Column("RMSSD, ms", True),
        Column("tension", True),
        Column("in step", True),
        Column("corrected", True),
        Column("preset, end"),
    )
    rows = tuple(_session_row(each) for each in sittings)
    table = Table("Session by session", columns, rows)
    return Section(
        "Session by session", (table, Paragraph(f"Before → after, where both are known. {OF_A_COURSE}"))
    )


def _session_row(each: Sitting) -> tuple[Cell, ...]:
    heart = each.heart
    share = None if heart is None else heart.artefact_share
    return (
        f"{day(each.began)}, {each.began:%H:%M}".replace(" ", "\u00a0"),
        str(each.id),
        f"{each.minutes:.1f}",
        _both(heart and heart.pulse_before_bpm, heart and heart.pulse_after_bpm),
        _both(heart and heart.rmssd_before_ms, heart and heart.rmssd_after_ms),
        _both(each.rating_before, each.rating_after),
        UNKNOWN if each.in_step_share is None else f"{100.0 * each.in_step_share:.0f} %",
        UNKNOWN if share is None else f"{100.0 * share:.1f} %",
        f"{each.preset}, {each.ended.value}",
    )


def _notes(notes: Sequence[CaseNote]) -> Iterator[Section]:
    """What was noted, the earliest first; the day stands beside the first field of each."""
    items = [(term, said) for note in notes for term, said in person_words.note_terms(note)]
    if items:
        yield Section(NOTES, (Terms(tuple(items)),))


def _both(before: float | None, after: float | None) -> str:
    if before is None and after is None:
        return UNKNOWN
    return " → ".join(UNKNOWN if value is None else f"{value:.0f}" for value in (before, after))


def _percent(share: float | None) -> float | None:
    return None if share is None else 100.0 * share


def _small_print(found: Trend) -> Section:
    least = f"fewer than {slope.FEWEST} sessions or {slope.LEAST_DAYS:.0f} days"
    bootstrap = f"{100 * slope.LEVEL:.0f} % interval from {slope.RESAMPLES} bootstrap samples of the sessions"
    items = (
        (
            "Trend",
            f"median of the slopes between all pairs of sessions (Theil, Sen); {bootstrap}, widened where "
            f"neighbours are alike; none with {least}",
        ),
        (
            "Before and after",
            "the silent baseline, and the silence after the guidance; artefacts corrected "
            f"({SETTINGS['quality']['method']})",
        ),
        ("Time domain", listed(TIME_DOMAIN_SETTINGS)),
        ("Live and corrected", f"{LIVE_MEANS} {CORRECTED_MEANS}"),
        ("Sessions", "; ".join(f"{each.id} {each.uuid}" for each in found.sittings)),
        ("Written by", f"entrain {__version__}"),
    )
    return Section("Methods, settings, versions", (Terms(items, is_small=True),))
