"""From a table to one series of numbers: which column, by its name and the unit in it, else by its look.

What was chosen, left aside or passed over is said. Where two columns can be meant, the table is refused and
`--column` decides.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isclose
from statistics import median
from typing import Final

from entrain.errors import InputError, UsageError
from entrain.recordings.dialect import Table, TableRow
from entrain.recordings.moments import Moments, moments_of
from entrain.recordings.names import TIME_WORDS, ColumnName, Role, column_name, unit_in
from entrain.recordings.numbers import is_missing, list_of, number_of, plain
from entrain.recordings.options import MILLISECONDS, SECONDS, ReadOptions, TimeUnit
from entrain.recordings.own import EventRows, event_rows, one_heart, refuse_own
from entrain.recordings.series import BadLine, Series, quoted
from entrain.recordings.wide import in_lines

_CLOCKS: Final = frozenset({Role.TIME, Role.BEATS})
_PACKET: Final = 9  # intervals that one packet can hold
_NAME_IT: Final = "Name the column of the intervals rr (in ms or s), or choose it with --column NAME."


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns to read: several are the intervals of one packet, rr1, rr2 and so on."""

    columns: tuple[int, ...]
    names: tuple[ColumnName, ...]  # of all columns; () where they have none
    are_beats: bool = False
    notes: tuple[str, ...] = ()

    @property
    def first(self) -> ColumnName | None:
        return self.names[self.columns[0]] if self.columns[0] < len(self.names) else None


def series_of(table: Table, name: str, options: ReadOptions) -> Series:
    """
    Raises:
        InputError: no column can be told to hold intervals, or the table is known to hold something else.
        UsageError: `--column` names none.
    """
    refuse_own(table.heading, name)
    if not table.rows:
        return Series((), (), table.what, notes=table.notes)
    flat = None if table.heading or options.column else in_lines(table, name)
    if flat is not None:
        return flat
    names = tuple(column_name(text) for text in table.heading)
    rows, notes = one_heart(table.heading, table.rows, name, options.strap)
    table = replace(table, rows=tuple(rows))
    events = event_rows(names, table) if options.column is None else None
    if events is not None:
        return _read(events.table, _of_events(events, names), name, (*notes, *events.notes))
    choice = _choice(names, table, name, options)
    return _read(table, choice, name, notes)


# ---- which column ------------------------------------------------------------------------------------------


def _choice(names: tuple[ColumnName, ...], table: Table, name: str, options: ReadOptions) -> Choice:
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
    beats = [n for n, each in enumerate(names) if each.role is Role.BEATS and _rises(table, n)]
    if len(beats) == 1:
        return Choice((beats[0],), names, are_beats=True)
    durations = [n for n, each in enumerate(names) if each.words[:1] == ("duration",)]
    if len(durations) == 1 and all(
        each.role is Role.TIME for n, each in enumerate(names) if n not in durations
    ):
        return Choice(
            (durations[0],), names, notes=(f"{names[durations[0]].text!r} was taken for the intervals.",)
        )
    raise _no_interval(names, name)


def _asked(names: tuple[ColumnName, ...], table: Table, wanted: str, name: str) -> int:
    exact = [n for n, each in enumerate(names) if each.text.strip().lower() == wanted.strip().lower()]
    if exact:
        return exact[0]
    if wanted.isdigit() and 1 <= int(wanted) <= max(table.width, len(names)):
        return int(wanted) - 1
    there = ", ".join(repr(each.text) for each in names) or f"1 to {table.width}, without names"
    raise UsageError(f"{name} has no column {wanted!r}.", f"Its columns are {there}.")


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


def _of_several(found: list[int], names: tuple[ColumnName, ...], table: Table, name: str) -> Choice:
    """One of the columns called like intervals: the raw one; or several of them, where they are one packet's."""
    filled = [n for n in found if any(not is_missing(cell) for cell in _column(table, n))]
    if not filled:
        return Choice((found[0],), names)
    if len(filled) == 1:
        return Choice((filled[0],), names)
    packet = [n for n in filled if names[n].number is not None and names[n].stem == names[filled[0]].stem]
    unnumbered = [n for n in filled if names[n].number is None and names[n].stem == names[filled[0]].stem]
    if (
        len(packet) + len(unnumbered) == len(filled)
        and len(packet) >= len(filled) - 1
        and len(filled) <= _PACKET
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
    several = ", ".join(repr(names[n].text) for n in filled)
    raise InputError(
        f"{name} has several columns that are called like intervals: {several}.",
        "Choose one with --column NAME.",
    )


def _chosen(one: int, all_of_them: Sequence[int], names: tuple[ColumnName, ...], why: str) -> str:
    others = ", ".join(repr(names[n].text) for n in all_of_them if n != one)
    return f"{names[one].text!r} was read and {others} left aside ({why}); --column NAME chooses."


def _of_packet(columns: tuple[int, ...], names: tuple[ColumnName, ...], table: Table, name: str) -> Choice:
    """rr1, rr2 and so on hold the intervals of one row in turn, so the later ones are often empty."""
    filled = [sum(not is_missing(cell) and plain(cell) != 0.0 for cell in _column(table, n)) for n in columns]
    if len(table.rows) > 20 and filled[-1] == filled[0] == len(table.rows):
        several = ", ".join(repr(names[n].text) for n in columns)
        raise InputError(
            f"In {name} the columns {several} are all full: intervals of several hearts, or several in each row.",
            "Choose one with --column NAME.",
        )
    texts = ", ".join(repr(names[n].text) for n in columns)
    return Choice(columns, names, notes=(f"{texts} were read as the intervals of each row, in turn.",))


def _same_in_other_units(columns: list[int], names: tuple[ColumnName, ...], table: Table) -> int | None:
    """Of columns that say the same in several units the one in ms, else in s, else the first; None: they differ."""
    rows = [
        [plain(row.cells[n]) if n < len(row.cells) else None for n in columns] for row in table.rows[:500]
    ]
    full = [[value for value in row if value is not None] for row in rows]
    full = [row for row in full if len(row) == len(columns) and all(value > 0.0 for value in row)]
    if len(full) < 3:
        return None
    for at in range(1, len(columns)):
        ratios = sorted(row[at] / row[0] for row in full)
        middle = ratios[len(ratios) // 2]
        if isclose(middle, 1.0, rel_tol=1e-3) or any(
            not isclose(each, middle, rel_tol=0.003) for each in ratios
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


def _by_look(table: Table, name: str) -> Choice:
    """Without names: the one column whose numbers can be intervals and do not just rise."""
    if table.width < 2:
        return Choice((0,), ())
    good: list[int] = []
    rising: list[int] = []
    for n in range(table.width):
        numbers = [value for cell in _column(table, n) if (value := plain(cell)) is not None]
        if len(numbers) < 0.9 * len(table.rows) or not numbers:
            continue
        if len(numbers) > 2 and all(a <= b for a, b in pairwise(numbers)) and numbers[0] < numbers[-1]:
            rising.append(n)
        elif any(250.0 <= median(numbers) * scale <= 3000.0 for scale in (1.0, 1000.0, 0.001)):
            good.append(n)
    if len(good) == 1:
        return Choice((good[0],), ())
    if len(good) > 1:
        raise InputError(
            f"In {name} the columns {', '.join(str(n + 1) for n in good)} can all be intervals, and none has a name.",
            "Choose one with --column NUMBER.",
        )
    plausible = [n for n in rising if all(_can_be_interval(plain(cell)) for cell in _column(table, n))]
    if len(plausible) == 1:
        return Choice((plausible[0],), ())
    raise InputError(f"No column of {name} can be RR intervals by its numbers.", _NAME_IT)


def _can_be_interval(value: float | None) -> bool:
    return value is not None and any(250.0 <= value * scale <= 3000.0 for scale in (1.0, 1000.0))


def _rises(table: Table, column: int) -> bool:
    numbers = [value for cell in _column(table, column) if (value := plain(cell)) is not None]
    return len(numbers) > 2 and sum(a < b for a, b in pairwise(numbers)) > 0.9 * (len(numbers) - 1)


def _column(table: Table, n: int) -> list[str]:
    return [_cell(row, n) for row in table.rows]


def _of_events(events: EventRows, names: tuple[ColumnName, ...]) -> Choice:
    of_value = names[events.value]
    named = replace(of_value, unit=events.unit or of_value.unit, role=Role.INTERVAL)
    return Choice(
        (events.value,), tuple(named if n == events.value else each for n, each in enumerate(names))
    )


# ---- reading it --------------------------------------------------------------------------------------------


def _read(table: Table, choice: Choice, name: str, notes: Sequence[str]) -> Series:
    time_columns = _time_columns(table, choice)
    segments = [n for n, each in enumerate(choice.names) if each.role is Role.SEGMENT]
    values: list[float] = []
    rows: list[int] = []
    bad: list[BadLine] = []
    units: Counter[TimeUnit] = Counter()
    breaks: set[int] = set()
    n_empty, longest, waiting = 0, 0, False
    repeats = iter(table.repeats)
    repeat = next(repeats, None)
    segment = None
    for at, row in enumerate(table.rows):
        if repeat is not None and row.line > repeat:
            waiting, repeat = True, next(repeats, None)
        if segments and len(row.cells) > segments[0]:
            waiting = waiting or (segment is not None and row.cells[segments[0]] != segment)
            segment = row.cells[segments[0]]
        fault = _fault(row, table, choice)
        if fault:
            bad.append((row.line, fault))
            continue
        cells = [cell for n in choice.columns if n < len(row.cells) for cell in list_of(row.cells[n])]
        cells = [cell for cell in cells if not is_missing(cell)]
        if len(choice.columns) > 1:  # places of a packet that were not used
            cells = [cell for cell in cells if plain(cell) != 0.0]
        if not cells and (time_columns or len(choice.columns) > 1):
            n_empty += 1
            continue
        longest = max(longest, len(cells))
        for cell in cells or [row.cells[choice.columns[0]]]:
            number = number_of(cell)
            if number is None:
                bad.append((row.line, f"{quoted(cell)} is no number"))
            elif number.value <= 0.0 and not choice.are_beats:
                bad.append((row.line, f"an interval cannot be {cell.strip()}"))
            else:
                if waiting and values:
                    breaks.add(len(values))
                waiting = False
                values.append(number.value)
                rows.append(at)
                if number.unit is not None:
                    units[number.unit] += 1
    _check_lists(longest, table, name)
    column = choice.first
    unit, said_by, counts = _unit_said(table, choice, units, len(values), name)
    said = [*table.notes, *notes, *choice.notes]
    if table.repeats:
        said.append(f"The heading stands again at line {table.repeats[0]}; the chain is broken there.")
    if n_empty:
        said.append(f"{n_empty} row{'s' * (n_empty > 1)} without an interval passed over.")
    clocks, aside = _times(table, choice, time_columns, rows)
    return Series(
        values=tuple(values),
        lines=tuple(table.rows[at].line for at in rows),
        what=_what(table, choice),
        unit=unit,
        unit_said_by=said_by,
        are_beats=choice.are_beats,
        counts_samples=counts,
        column=column.text if column else "",
        clocks=tuple(clocks),
        rates_bpm=_rates(table, choice, rows),
        breaks=frozenset(breaks),
        same=_alike(table, rows) if longest == 1 else (),
        bad=tuple(bad),
        notes=(*said, *aside),
        place=table.place,
    )


def _fault(row: TableRow, table: Table, choice: Choice) -> str:
    n_cells = len(row.cells)
    wanted = min(choice.columns) + 1
    if n_cells > table.width or n_cells < wanted:
        return f"{n_cells} columns where there should be {table.width}: {quoted(' '.join(row.cells))}"
    return ""


def _check_lists(longest: int, table: Table, name: str) -> None:
    """Cells with more intervals than a packet holds are whole recordings.

    Raises:
        InputError: there are several of them.
    """
    if longest > _PACKET and len(table.rows) > 1:
        raise InputError(
            f"{name} holds {len(table.rows)} recordings, one in each line.",
            "Make a file of each: keep the heading and one line.",
        )


def _unit_said(
    table: Table, choice: Choice, units: Counter[TimeUnit], n: int, name: str
) -> tuple[TimeUnit | None, str, bool]:
    """(the unit that the file says, where it says so, whether it says counts of samples of unknown rate)."""
    if units:
        if len(units) > 1 or sum(units.values()) < n:
            raise InputError(
                f"Not all intervals in {name} have the same unit written behind them.", "Write one unit."
            )
        return next(iter(units)), "the unit behind each", False
    column = choice.first
    if column is not None and (column.unit is not None or column.counts_samples):
        return column.unit, f"its name {column.text!r}", column.counts_samples
    if table.units and choice.columns[0] < len(table.units):
        unit, counts = unit_in(table.units[choice.columns[0]])
        if unit is not None or counts:
            return unit, "the row of units", counts
    for line in table.above:
        lower = line.lower()
        if (
            "unit" in lower
            or "einheit" in lower
            or ("sampl" in lower and "hz" in lower)
            or lower.lstrip("#% ").startswith("fs")
        ):
            unit, counts = unit_in(line if "hz" not in lower else f"{line} samples")
            if unit is not None:
                return unit, f"the line {quoted(line.strip())}", counts
    return None, "", False


def _time_columns(table: Table, choice: Choice) -> list[int]:
    """The columns that can be times; without names any other."""
    names = choice.names
    if not names:
        return [n for n in range(table.width) if n not in choice.columns]
    wanted = [n for n, each in enumerate(names) if each.role in _CLOCKS and n not in choice.columns]
    return [n for n in wanted if TIME_WORDS & set(names[n].words)] or wanted


def _times(
    table: Table, choice: Choice, columns: list[int], rows: Sequence[int]
) -> tuple[list[Moments], list[str]]:
    """The columns of times, a value for each of `rows`; and a sentence for each that cannot be read."""
    names = choice.names
    found: list[Moments] = []
    said: list[str] = []
    cells = {n: [_cell(table.rows[at], n) for at in rows] for n in columns}
    joined = _date_and_time(cells, names)
    if joined is not None:
        found.append(joined)
    for n in columns:
        unit = names[n].unit if names else None
        if unit is None and table.units and n < len(table.units):
            unit = unit_in(table.units[n])[0]
        called = names[n].text if names else ""
        if all(is_missing(cell) for cell in cells[n]):
            continue
        moments = moments_of(called, cells[n], unit)
        if moments is None:
            if names and joined is None:
                said.append(
                    f"The times in {called!r} ({quoted(cells[n][0])}) cannot be read and were left aside."
                )
        elif names or _may_be_times(moments):
            found.append(moments)
    return found, said


def _cell(row: TableRow, n: int) -> str:
    return row.cells[n] if n < len(row.cells) else ""


def _date_and_time(cells: Mapping[int, list[str]], names: tuple[ColumnName, ...]) -> Moments | None:
    """A column of dates and one of times of day, as one."""
    for a, dates in cells.items():
        for b, times in cells.items():
            if a == b or not dates or ":" in dates[0] or ":" not in times[0] or plain(dates[0]) is not None:
                continue
            if moments_of("", dates[:1], None) is not None:
                called = f"{names[a].text} and {names[b].text}" if names else ""
                return moments_of(called, [f"{x} {y}" for x, y in zip(dates, times, strict=True)], None)
    return None


def _may_be_times(moments: Moments) -> bool:
    """Without a name: numbers that go up most of the time."""
    known = [value for value in moments.values if value is not None]
    return (
        len(known) > 2 and known[0] < known[-1] and sum(a <= b for a, b in pairwise(known)) > 0.9 * (len(known) - 1)
    )


def _rates(table: Table, choice: Choice, rows: Sequence[int]) -> tuple[float, ...]:
    columns = [n for n, each in enumerate(choice.names) if each.role is Role.RATE]
    if len(columns) != 1:
        return ()
    cells = _column(table, columns[0])
    numbers = [value for at in rows if (value := plain(cells[at])) is not None and 20.0 <= value <= 250.0]
    return tuple(numbers) if len(numbers) > 0.5 * len(rows) else ()


def _alike(table: Table, rows: Sequence[int]) -> tuple[int, ...]:
    seen: dict[tuple[str, ...], int] = {}
    return tuple(seen.setdefault(table.rows[at].cells, len(seen)) for at in rows)


def _what(table: Table, choice: Choice) -> str:
    if table.width == 1 and table.what == "plain text":
        return "plain text, one number per line"
    if len(choice.columns) > 1:
        return f"{table.what} with several numbers in a row"
    column = choice.first
    named = f" ({column.text!r})" if column else ""
    kind = "beats" if choice.are_beats else "intervals"
    return f"{table.what} with {kind} in column {choice.columns[0] + 1}{named}"
