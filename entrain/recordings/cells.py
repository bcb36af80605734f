"""The chosen columns' cells as one series of numbers, with the columns of times beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from entrain.errors import InputError
from entrain.recordings.choice import Choice, cell_of, column_of
from entrain.recordings.dialect import TableRow, TextTable
from entrain.recordings.moments import Moments, moments_of
from entrain.recordings.names import TIME_WORDS, ColumnName, Role, unit_in
from entrain.recordings.numbers import is_missing, list_of, number_of, plain
from entrain.recordings.options import TimeUnit
from entrain.recordings.series import BadLine, Series, quoted

PACKET: Final = 9  # intervals that one packet can hold
_CLOCKS: Final = frozenset({Role.TIME, Role.BEATS})


def read_cells(table: TextTable, choice: Choice, name: str, notes: Sequence[str]) -> Series:
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
        for cell in cells or [cell_of(row, min(choice.columns))]:
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
    untimed = [n for n, time in enumerate(clocks[0].values) if time is None] if clocks else []
    if untimed:  # such as a line with means below the table
        bad += [
            (table.rows[rows[n]].line, f"it has no time: {quoted(' '.join(table.rows[rows[n]].cells))}")
            for n in untimed
        ]
        keep = [n for n in range(len(values)) if clocks[0].values[n] is not None]
        clocks = [replace(each, values=tuple(each.values[n] for n in keep)) for each in clocks]
        place = {n: at for at, n in enumerate(keep)}
        breaks = {place[n] for n in breaks if n in place}
        values, rows = [values[n] for n in keep], [rows[n] for n in keep]
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
        bad=tuple(sorted(bad)),
        notes=(*said, *aside),
        place=table.place,
    )


def _fault(row: TableRow, table: TextTable, choice: Choice) -> str:
    n_cells = len(row.cells)
    wanted = min(choice.columns) + 1
    if n_cells > table.width or n_cells < wanted:
        return f"{n_cells} columns where there should be {table.width}: {quoted(' '.join(row.cells))}"
    return ""


def _check_lists(longest: int, table: TextTable, name: str) -> None:
    """Cells with more intervals than a packet holds are whole recordings.

    Raises:
        InputError: there are several of them.
    """
    if longest > PACKET and len(table.rows) > 1:
        raise InputError(
            f"{name} holds {len(table.rows)} recordings, one in each line.",
            "Make a file of each: keep the heading and one line.",
        )


def _unit_said(
    table: TextTable, choice: Choice, units: Counter[TimeUnit], n: int, name: str
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


def _time_columns(table: TextTable, choice: Choice) -> list[int]:
    """The columns that can be times; without names any other."""
    names = choice.names
    if not names:
        return [n for n in range(table.width) if n not in choice.columns]
    wanted = [n for n, each in enumerate(names) if each.role in _CLOCKS and n not in choice.columns]
    return [n for n in wanted if TIME_WORDS & set(names[n].words)] or wanted


def _times(
    table: TextTable, choice: Choice, columns: list[int], rows: Sequence[int]
) -> tuple[list[Moments], list[str]]:
    """The columns of times, a value for each of `rows`; and a sentence for each that cannot be read."""
    names = choice.names
    found: list[Moments] = []
    said: list[str] = []
    cells = {n: [cell_of(table.rows[at], n) for at in rows] for n in columns}
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
        len(known) > 2
        and known[0] < known[-1]
        and sum(a <= b for a, b in pairwise(known)) > 0.9 * (len(known) - 1)
    )


def _rates(table: TextTable, choice: Choice, rows: Sequence[int]) -> tuple[float, ...]:
    columns = [n for n, each in enumerate(choice.names) if each.role is Role.RATE]
    if len(columns) != 1:
        return ()
    cells = column_of(table, columns[0])
    numbers = [value for at in rows if (value := plain(cells[at])) is not None and 20.0 <= value <= 250.0]
    return tuple(numbers) if len(numbers) > 0.5 * len(rows) else ()


def _alike(table: TextTable, rows: Sequence[int]) -> tuple[int, ...]:
    seen: dict[tuple[str, ...], int] = {}
    return tuple(seen.setdefault(table.rows[at].cells, len(seen)) for at in rows)


def _what(table: TextTable, choice: Choice) -> str:
    if table.width == 1 and table.what == "plain text":
        return "plain text, one interval per line"
    if len(choice.columns) > 1:
        return f"{table.what} with several numbers in a row"
    column = choice.first
    named = f" ({column.text!r})" if column else ""
    kind = "beats" if choice.are_beats else "intervals"
    return f"{table.what} with {kind} in column {min(choice.columns) + 1}{named}"
