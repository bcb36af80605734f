"""From a table to one series of numbers: which column, by its name and the unit in it, else by its look.

What was chosen, left aside or passed over is said. Where two columns can be meant, the table is refused and
`--column` decides.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

from entrain.errors import InputError, UsageError
from entrain.recordings.cells import PACKET, read_cells
from entrain.recordings.choice import Choice, column_of
from entrain.recordings.names import ColumnName, Role, column_name, names_a_stretch
from entrain.recordings.numbers import is_missing, plain, quoted
from entrain.recordings.options import MICROSECONDS, MILLISECONDS, SECONDS, TICKS, ReadOptions
from entrain.recordings.own import EventRows, event_rows, one_heart, refuse_own
from entrain.recordings.series import Series
from entrain.recordings.tables import TextTable
from entrain.recordings.wide import in_lines

_NAME_IT: Final = "Name the column of the intervals rr (in ms or s), or choose it with --column NAME."


_PER_S: Final = [unit.per_s for unit in (SECONDS, MILLISECONDS, MICROSECONDS, TICKS)]
_RATIOS: Final = [a / b for a in _PER_S for b in _PER_S if a != b]


def series_of(table: TextTable, name: str, options: ReadOptions) -> Series:
    """
    Raises:
        InputError: no column can be told to hold intervals, or the table is known to hold something else.
        UsageError: `--column` names none.
    """
    refuse_own(table.heading, name)
    if not table.rows:
        return Series((), (), table.what, notes=table.notes)
    flat = None if table.heading or options.column or options.strap else in_lines(table, name)
    if flat is not None:
        return flat
    names = tuple(column_name(text) for text in table.heading)
    _check_rows(names, table, name, options)
    notes: list[str] = []
    if options.strap or any(each.role in (Role.INTERVAL, Role.BEATS, Role.VALUE) for each in names):
        rows, notes = one_heart(table.heading, table.rows, name, options.strap)
        table = replace(table, rows=tuple(rows))
    events = event_rows(names, table) if options.column is None else None
    if events is not None:
        return read_cells(events.table, _of_events(events, names), name, (*notes, *events.notes))
    choice = _choice(names, table, name, options)
    return read_cells(table, choice, name, notes)


def _check_rows(names: tuple[ColumnName, ...], table: TextTable, name: str, options: ReadOptions) -> None:
    """
    Raises:
        InputError: each row is of a window, an hour or a night.
    """
    if options.column is not None:
        return
    for n, each in enumerate(names):
        if names_a_stretch(each) and _only_counts(table, n) and len(table.rows) > 2:
            raise InputError(
                f"{name} has one row for each {quoted(each.text)}: results, not each interval.",
                "Give the recording that they were reckoned from; --column NAME reads it all the same.",
            )


# ---- which column ------------------------------------------------------------------------------------------


def _choice(names: tuple[ColumnName, ...], table: TextTable, name: str, options: ReadOptions) -> Choice:
    if options.column is not None:
        column = _asked(names, table, options.column, name)
        are_beats = bool(names) and names[column].role is Role.BEATS
        return Choice((column,), names, are_beats)
    if not names:
        return _by_look(table, name)
    if len(names) == 1 and table.width == 1:
        return _single(names, name)
    found = [n for n, each in enumerate(names) if each.role is Role.INTERVAL]
    if found:
        return _of_several(found, names, table, name)
    beats = [n for n, each in enumerate(names) if each.role is Role.BEATS]
    timed = [n for n in beats if _rises(table, n) and not _only_counts(table, n)]
    if beats and not timed:  # `beat,time`: the beats are counted, and their moments stand beside
        timed = [n for n, each in enumerate(names) if each.role is Role.TIME and _rises(table, n)]
    if len(timed) == 1:
        return Choice((timed[0],), names, are_beats=True)
    durations = [n for n, each in enumerate(names) if each.words[:1] == ("duration",)]
    if len(durations) == 1 and all(
        each.role is Role.TIME for n, each in enumerate(names) if n not in durations
    ):
        return Choice(
            (durations[0],),
            names,
            notes=(f"{quoted(names[durations[0]].text)} was taken for the intervals.",),
        )
    raise _no_interval(names, name)


def _asked(names: tuple[ColumnName, ...], table: TextTable, wanted: str, name: str) -> int:
    exact = [n for n, each in enumerate(names) if each.text.strip().lower() == wanted.strip().lower()]
    if exact:
        return exact[0]
    if wanted.isdigit() and 1 <= int(wanted) <= max(table.width, len(names)):
        return int(wanted) - 1
    there = ", ".join(quoted(each.text) for each in names) or f"1 to {table.width}, without names"
    raise UsageError(f"{name} has no column {quoted(wanted)}.", f"Its columns are {there}.")


def _single(names: tuple[ColumnName, ...], name: str) -> Choice:
    """One column with a heading: whatever it is called, unless its name says that it is something else."""
    role = names[0].role
    if role is Role.RATE or role is Role.RESULT:
        raise _no_interval(names, name)
    if role is Role.INTERVAL:
        return Choice((0,), names)
    said = (
        () if role is Role.BEATS else (f"The first line was taken for a heading: {quoted(names[0].text)}.",)
    )
    return Choice((0,), names, role is Role.BEATS, said)


def _of_several(found: list[int], names: tuple[ColumnName, ...], table: TextTable, name: str) -> Choice:
    """One of the columns called like intervals: the raw one; or several, where they are one packet's."""
    filled = [n for n in found if any(not is_missing(cell) for cell in column_of(table, n))]
    if not filled:
        return Choice((found[0],), names)
    if len(filled) == 1:
        return Choice((filled[0],), names)
    packet = [n for n in filled if names[n].number is not None and names[n].stem == names[filled[0]].stem]
    unnumbered = [n for n in filled if names[n].number is None and names[n].stem == names[filled[0]].stem]
    if (
        len(packet) + len(unnumbered) == len(filled)
        and len(packet) >= len(filled) - 1
        and len(filled) <= PACKET
    ):
        in_order = tuple(
            sorted(filled, key=lambda n: -1 if names[n].number is None else names[n].number or 0)
        )
        return _of_packet(in_order, names, table, name)
    alike = _same_in_other_units(filled, names, table)
    if alike is not None:
        return Choice((alike,), names, notes=(_chosen(alike, filled, names, "the same in other units"),))
    raw = [n for n in filled if names[n].is_raw] or [n for n in filled if not names[n].is_corrected]
    if len(raw) == 1:
        return Choice((raw[0],), names, notes=(_chosen(raw[0], filled, names, "corrected, or not raw"),))
    several = ", ".join(quoted(names[n].text) for n in filled)
    raise InputError(
        f"{name} has several columns that are called like intervals: {several}.",
        "Choose one with --column NAME.",
    )


def _chosen(one: int, all_of_them: Sequence[int], names: tuple[ColumnName, ...], why: str) -> str:
    others = ", ".join(quoted(names[n].text) for n in all_of_them if n != one)
    return f"{quoted(names[one].text)} was read and {others} left aside ({why}); --column NAME chooses."


def _of_packet(
    columns: tuple[int, ...], names: tuple[ColumnName, ...], table: TextTable, name: str
) -> Choice:
    """rr1, rr2 and so on hold the intervals of one row in turn, so the later ones are often empty."""
    filled = [
        sum(not is_missing(cell) and plain(cell) != 0.0 for cell in column_of(table, n)) for n in columns
    ]
    if len(table.rows) > 20 and filled[-1] == filled[0] == len(table.rows):
        several = ", ".join(quoted(names[n].text) for n in columns)
        raise InputError(
            f"In {name} the columns {several} are all full: several hearts, or several in a row.",
            "Choose one with --column NAME.",
        )
    texts = ", ".join(quoted(names[n].text) for n in columns)
    return Choice(columns, names, notes=(f"{texts} were read as the intervals of each row, in turn.",))


def _same_in_other_units(columns: list[int], names: tuple[ColumnName, ...], table: TextTable) -> int | None:
    """Of columns that say the same the one in ms, else in s, else the first; None: they differ."""
    rows = [
        [plain(row.cells[n]) if n < len(row.cells) else None for n in columns] for row in table.rows[:500]
    ]
    full = [[value for value in row if value is not None] for row in rows]
    full = [row for row in full if len(row) == len(columns) and all(value > 0.0 for value in row)]
    if len(full) < 3:
        return None
    for at in range(1, len(columns)):
        steps = [1.0 if all(row[n].is_integer() for row in full) else 0.001 for n in (0, at)]
        if not any(
            all(abs(row[at] - each * row[0]) <= 0.51 * (steps[1] + each * steps[0]) for row in full)
            for each in _RATIOS
        ):
            return None
    for wanted in (MILLISECONDS, SECONDS):
        for n in columns:
            if names[n].unit is wanted:
                return n
    return columns[0]


def _no_interval(names: tuple[ColumnName, ...], name: str) -> InputError:
    there = ", ".join(each.text for each in names)
    there = there if len(there) < 200 else f"{there[:197]}..."
    results = [each.text for each in names if each.role is Role.RESULT]
    if results:
        return InputError(
            f"{name} is a table of results ({', '.join(results[:5])}), not of intervals.",
            "Give the recording that they were reckoned from.",
        )
    return InputError(f"{name} has the columns {there}; none is called like an RR interval.", _NAME_IT)


def _by_look(table: TextTable, name: str) -> Choice:
    """Without names: the one column whose numbers can be intervals and do not just rise."""
    if table.width < 2:
        return Choice((0,), ())
    good: list[int] = []
    rising: list[int] = []
    for n in range(table.width):
        numbers = [value for cell in column_of(table, n) if (value := plain(cell)) is not None]
        if len(numbers) < 0.9 * len(table.rows) or not numbers:
            continue
        if len(numbers) > 2 and all(a <= b for a, b in pairwise(numbers)) and numbers[0] < numbers[-1]:
            rising.append(n)
        elif any(250.0 <= median(numbers) * scale <= 3000.0 for scale in (1.0, 1000.0, 0.001)):
            good.append(n)
    if len(table.rows) == 1:
        raise InputError(
            f"{name} has one line with {table.width} cells, and which are intervals cannot be told.",
            "Write one interval a line.",
        )
    if len(good) == 1:
        _check_unit_behind(table, good[0], name)
        if table.may_be_decimal and _may_be_split(table, good[0]):
            raise InputError(
                f"In {name} the commas can part columns, or digits from decimals.",
                "Export it with semicolons or decimal points; --column NUMBER takes them for columns.",
            )
        return Choice((good[0],), ())
    if len(good) > 1:
        raise InputError(
            f"In {name} the columns {', '.join(str(n + 1) for n in good)} can all be intervals.",
            "Choose one with --column NUMBER.",
        )
    plausible = [n for n in rising if all(_can_be_interval(plain(cell)) for cell in column_of(table, n))]
    if len(plausible) == 1:
        return Choice((plausible[0],), ())
    raise InputError(f"No column of {name} can be RR intervals by its numbers.", _NAME_IT)


def _check_unit_behind(table: TextTable, n: int, name: str) -> None:
    """
    Raises:
        InputError: one and the same word stands behind each number, and it is no unit of intervals.
    """
    behind = {cell.strip("[]().") for cell in column_of(table, n + 1)} if n + 1 < table.width else set[str]()
    word = next(iter(behind), "")
    if len(behind) == 1 and len(word) > 1 and plain(word) is None and not is_missing(word):
        raise InputError(
            f"In {name} stands {quoted(word)} behind each number, and that is no unit of intervals.",
            f"Give them in ms or s, or say it all the same: --column {n + 1}.",
        )


def _may_be_split(table: TextTable, n: int) -> bool:
    """Whether a column may be what a decimal comma left of numbers: 0,857 or 857,4."""
    own, left = column_of(table, n), column_of(table, n - 1) if n else []
    right = column_of(table, n + 1) if n + 1 < table.width else []
    if any(_is_cut_off(cell) for cell in own) or (set(left) <= {"0", "1", "2"} and len(set(left)) > 1):
        return True
    is_even = len({len(cell) for cell in right}) == 1 or any(_is_cut_off(cell) for cell in right)
    return len(set(right)) > 1 and is_even and all(cell.isdigit() for cell in right)


def _is_cut_off(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == "0" and cell.isdigit()


def _can_be_interval(value: float | None) -> bool:
    return value is not None and any(250.0 <= value * scale <= 3000.0 for scale in (1.0, 1000.0))


def _only_counts(table: TextTable, column: int) -> bool:
    numbers = [value for cell in column_of(table, column) if (value := plain(cell)) is not None]
    return {b - a for a, b in pairwise(numbers)} == {1.0}


def _rises(table: TextTable, column: int) -> bool:
    numbers = [value for cell in column_of(table, column) if (value := plain(cell)) is not None]
    return len(numbers) > 2 and sum(a < b for a, b in pairwise(numbers)) > 0.9 * (len(numbers) - 1)


def _of_events(events: EventRows, names: tuple[ColumnName, ...]) -> Choice:
    of_value = names[events.value]
    named = replace(of_value, unit=events.unit or of_value.unit, role=Role.INTERVAL)
    return Choice(
        (events.value,), tuple(named if n == events.value else each for n, each in enumerate(names))
    )
