"""The columns of a table that can be times, a value for each interval."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from entrain.recordings.choice import Choice, cell_of
from entrain.recordings.moments import Moments, moments_of
from entrain.recordings.names import TIME_WORDS, ColumnName, Role, unit_in
from entrain.recordings.numbers import is_missing, plain, quoted
from entrain.recordings.tables import TextTable

_CLOCKS: Final = frozenset({Role.TIME, Role.BEATS})


def time_columns(table: TextTable, choice: Choice) -> list[int]:
    """The columns that can be times; without names any other."""
    names = choice.names
    if not names:
        return [n for n in range(table.width) if n not in choice.columns]
    wanted = [n for n, each in enumerate(names) if each.role in _CLOCKS and n not in choice.columns]
    return [n for n in wanted if TIME_WORDS & set(names[n].words)] or wanted


def unnamed_times(table: TextTable, choice: Choice, rows: Sequence[int]) -> list[tuple[int, Moments]]:
    """Columns whose names say nothing, such as of another language, and whose cells go up as times do."""
    found: list[tuple[int, Moments]] = []
    for n, each in enumerate(choice.names):
        if each.role is not Role.OTHER or n in choice.columns:
            continue
        moments = moments_of(each.text, [cell_of(table.rows[at], n) for at in rows], each.unit)
        if moments is not None and None not in moments.values and _may_be_times(moments):
            found.append((n, replace(moments, insists=False, is_named=moments.is_clock)))
    return found


def times_of(
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
                there = f"{quoted(called)} ({quoted(cells[n][0])})"
                said.append(f"The times in {there} cannot be read and were left aside.")
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
