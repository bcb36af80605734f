"""Tables that entrain writes itself, and others that hold several hearts or many kinds of rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from entrain.errors import InputError, UsageError
from entrain.recordings.names import ColumnName, Role, column_name, words_in
from entrain.recordings.numbers import quoted
from entrain.recordings.options import TimeUnit
from entrain.recordings.tables import TableRow, TextTable

# Somebody, or something that records; and what may stand beside that in a column's name.
_SOMEBODY: Final = words_in("""
    subject subjects person participant patient proband probandin teilnehmer teilnehmerin versuchsperson
    vp sujet sujeto paciente client athlete user sub subj pid probandid who name animal strap heart
    """)
_SOMETHING: Final = words_in("device deviceid session record recording file filename id")
_BESIDE: Final = words_in("id ids no nr number code uuid address")
_MANY: Final = 8  # names that a message lists


def refuse_own(heading: Sequence[str], name: str) -> None:
    """
    Raises:
        InputError: the heading is that of one of our own tables without intervals.
    """
    heading = tuple(text for text in heading if text != "session_uuid")
    if heading[:1] == ("recording",) and (
        "sdnn_ms" in heading or "n_intervals" in heading or "rmssd_ms" in heading
    ):
        raise InputError(
            f"{name} is a table of results by `entrain analyse`, not a recording.",
            "Give the recordings that it names in its first column.",
        )
    if (heading[:2] == ("seq", "t_s") and "rr_ms" not in heading) or heading[:2] == ("seq", "n"):
        raise InputError(
            f"{name} is a table of an entrain session without its beats.",
            "The beats are in the table beat of the same folder; give the folder, or that file.",
        )


def one_heart(
    heading: Sequence[str], rows: Sequence[TableRow], name: str, strap: str | None
) -> tuple[Sequence[TableRow], list[str]]:
    """The rows of one heart, where a column says whose each row is.

    Raises:
        InputError: there are several, and none was chosen. UsageError: the chosen one is not there.
    """
    alone: set[str] = set()
    for n, text in enumerate(heading):
        words = set(column_name(text).words)
        is_somebody = bool(words & _SOMEBODY) and not words - _SOMEBODY - _SOMETHING - _BESIDE
        if not is_somebody and (not words or words - _SOMETHING - _BESIDE or not words & _SOMETHING):
            continue
        owners = Counter(row.cells[n] for row in rows if n < len(row.cells) and row.cells[n])
        # A number for each row is nobody's name; a person for each row is a table of persons.
        alone |= owners.keys()
        if len(owners) < 2 or (not is_somebody and len(owners) > 0.2 * len(rows)):
            continue
        if strap is not None and strap in owners:
            chosen = [row for row in rows if n < len(row.cells) and row.cells[n] == strap]
            return chosen, [f"Of {len(owners)} in {quoted(text)} {quoted(strap)} was read."]
        there = ", ".join(map(quoted, list(owners)[:_MANY])) + (", ..." if len(owners) > _MANY else "")
        said = f"{name} holds the rows of {len(owners)} in {quoted(text)}: {there}."
        if strap is not None:
            raise UsageError(f"{name} holds nothing of {quoted(strap)}.", said)
        raise InputError(said, "Choose one with --strap NAME, or make a file of each.")
    if strap is not None and strap not in alone:
        raise UsageError(
            f"{name} does not say that anything in it is of {quoted(strap)}.", "Leave out --strap."
        )
    return rows, []


# ---- rows of many kinds ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EventRows:
    """The rows about intervals of a table whose rows say what they are about."""

    table: TextTable
    value: int  # the column of the intervals
    unit: TimeUnit | None
    notes: tuple[str, ...]


def event_rows(names: Sequence[ColumnName], table: TextTable) -> EventRows | None:
    """None where the table is not of that kind (`event,value,timestamp`)."""
    kinds = [n for n, each in enumerate(names) if each.role in (Role.EVENT, Role.OTHER, Role.WHO)]
    values = [n for n, each in enumerate(names) if each.role is Role.VALUE]
    intervals = [n for n, each in enumerate(names) if each.role is Role.INTERVAL]
    for n in kinds:
        labels = Counter(row.cells[n] for row in table.rows if n < len(row.cells))
        if len(labels) > 50 or len(values) != 1 or intervals:
            continue
        wanted = [label for label in labels if column_name(label).role is Role.INTERVAL]
        if not wanted:
            continue
        if len(wanted) > 1:
            raw = [label for label in wanted if not column_name(label).is_corrected]
            wanted = raw if len(raw) == 1 else wanted
        if len(wanted) > 1:
            raise InputError(
                f"Rows of several kinds can be intervals: {', '.join(map(quoted, wanted))}.",
                "Keep those of one kind.",
            )
        chosen = [row for row in table.rows if n < len(row.cells) and row.cells[n] == wanted[0]]
        n_others = len(table.rows) - len(chosen)
        notes = (f"Rows of {quoted(wanted[0])} were read; {n_others} others left aside.",) if n_others else ()
        return EventRows(replace(table, rows=tuple(chosen)), values[0], column_name(wanted[0]).unit, notes)
    return None
