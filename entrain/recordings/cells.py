"""The chosen columns' cells as one series of numbers, with the columns of times beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Final

from entrain.errors import InputError
from entrain.recordings.breaks import broken_before, is_a_state
from entrain.recordings.choice import Choice, cell_of, column_of
from entrain.recordings.names import Role, names_results
from entrain.recordings.numbers import (
    STAND_INS,
    is_missing,
    list_of,
    number_of,
    plain,
    quoted,
    two_by_comma,
    without_thousands,
)
from entrain.recordings.options import TimeUnit
from entrain.recordings.series import BadLine, Series
from entrain.recordings.stated import unit_stated
from entrain.recordings.tables import TableRow, TextTable
from entrain.recordings.times import time_columns, times_of, unnamed_times

PACKET: Final = 9  # intervals that one packet can hold
_MANY: Final = 6  # columns that are named one by one
_YEARS: Final = range(1990, 2041)


@dataclass(slots=True)
class _Numbers:
    """What the cells said so far; a value, its row's index and what may part it from the one before."""

    values: list[float] = field(default_factory=list[float])
    rows: list[int] = field(default_factory=list[int])
    bad: list[BadLine] = field(default_factory=list[BadLine])
    units: Counter[TimeUnit] = field(default_factory=Counter["TimeUnit"])
    breaks: set[int] = field(default_factory=set[int])
    after_empty: set[int] = field(default_factory=set[int])
    n_empty: int = 0
    longest: int = 0

    def leave_out(self, faults: Mapping[int, str], lines: Sequence[int]) -> None:
        """Make bad lines of these values."""
        self.bad += [(lines[self.rows[n]], fault) for n, fault in faults.items()]
        keep = [n for n in range(len(self.values)) if n not in faults]
        place = {n: at for at, n in enumerate(keep)}
        self.values, self.rows = [self.values[n] for n in keep], [self.rows[n] for n in keep]
        self.breaks = {place[n] for n in self.breaks if n in place}
        self.after_empty = {place[n] for n in self.after_empty if n in place}


def read_cells(table: TextTable, choice: Choice, name: str, notes: Sequence[str]) -> Series:
    """
    Raises:
        InputError: the cells are lists of a whole recording each, or not all of one unit.
    """
    columns = time_columns(table, choice)
    broken, said_broken = broken_before(table, choice, is_timed=bool(columns))
    found = _numbers(table, choice, broken, is_timed=bool(columns))
    _check_lists(found.longest, table, name)
    clocks, aside = times_of(table, choice, columns, found.rows)
    faults = _faults(found, table, clocks[0].values if clocks else ())
    if faults:
        keep = [n for n in range(len(found.values)) if n not in faults]
        clocks = [replace(each, values=tuple(each.values[n] for n in keep)) for each in clocks]
        found.leave_out(faults, [row.line for row in table.rows])
    others = unnamed_times(table, choice, found.rows)
    stated = unit_stated(table, choice, found.units, found.values, name, is_timed=bool(clocks or others))
    said = [*table.notes, *notes, *choice.notes, *said_broken]
    if found.n_empty:
        said.append(f"{found.n_empty} row{'s' * (found.n_empty > 1)} without an interval passed over.")
    column = choice.first
    return Series(
        values=tuple(found.values),
        lines=tuple(table.rows[at].line for at in found.rows),
        what=_what(table, choice),
        unit=stated.unit,
        unit_said_by=stated.said_by,
        are_beats=choice.are_beats,
        counts_samples=stated.counts_samples,
        column=column.text if column else "",
        clocks=(*clocks, *(moments for _, moments in others)),
        rates_bpm=_rates(table, choice, found.rows),
        breaks=frozenset(found.breaks),
        after_empty=frozenset(found.after_empty) if len(choice.columns) == 1 else frozenset(),
        same=_alike(table, found.rows) if found.longest == 1 else (),
        bad=tuple(sorted(found.bad)),
        notes=(*said, *aside, *_unused(choice, columns)),
        results=tuple(each.text for each in choice.names if names_results(each)),
        place=table.place,
    )


def _numbers(table: TextTable, choice: Choice, broken: frozenset[int], *, is_timed: bool) -> _Numbers:
    found = _Numbers()
    written = {n: _as_written(column_of(table, n), choice) for n in choice.columns}
    waiting = is_empty = False
    for at, row in enumerate(table.rows):
        waiting = waiting or at in broken
        fault = _fault(row, table, choice)
        if fault:
            found.bad.append((row.line, fault))
            continue
        cells = [cell for n in choice.columns if n < len(row.cells) for cell in list_of(written[n][at])]
        cells = [cell for cell in cells if not is_missing(cell)]
        if len(choice.columns) > 1:  # places of a packet that were not used
            cells = [cell for cell in cells if plain(cell) != 0.0]
        if not cells and (is_timed or len(choice.columns) > 1):
            found.n_empty += 1
            is_empty = True
            continue
        found.longest = max(found.longest, len(cells))
        for cell in cells or [cell_of(row, min(choice.columns))]:
            number = number_of(cell)
            if number is None:
                found.bad.append((row.line, f"{quoted(cell)} is no number"))
            elif number.value <= 0.0 and not choice.are_beats:
                found.bad.append((row.line, f"an interval cannot be {cell.strip()}"))
            else:
                found.breaks |= {len(found.values)} if waiting and found.values else set()
                found.after_empty |= {len(found.values)} if is_empty and found.values else set()
                waiting = is_empty = False
                found.values.append(number.value)
                found.rows.append(at)
                found.units.update([number.unit] if number.unit is not None else [])
    return found


def _as_written(cells: list[str], choice: Choice) -> list[str]:
    """Thousands without their marks, and two intervals with a comma between as two."""
    if not choice.are_beats and two_by_comma(cells):
        return [cell.replace(",", "; ") for cell in cells]
    return without_thousands(cells, 3 if choice.are_beats else 2)


def _faults(found: _Numbers, table: TextTable, times: Sequence[float | None]) -> dict[int, str]:
    """Of values that are no interval by what stands around them: what is wrong with each."""
    faults: dict[int, str] = {}
    usual = median(found.values) if found.values else 0.0
    for n, value in enumerate(found.values):
        if value > 2.0 * usual and int(f"{value:.12g}".replace(".", "").partition("e")[0]) in STAND_INS:
            faults[n] = f"{value:g} is what programs write where a value is missing"
        elif n == 0 and value in _YEARS and value > 1.6 * max(found.values[1:21], default=value):
            faults[n] = f"{value:g} looks like a year"
    for n, time in enumerate(times):
        if time is None:  # such as a line with means below the table
            faults[n] = f"it has no time: {quoted(' '.join(table.rows[found.rows[n]].cells))}"
    return faults


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


def _unused(choice: Choice, times: Sequence[int]) -> list[str]:
    """The columns that nothing was made of."""
    used = {*choice.columns, *times}
    read = (Role.SEGMENT, Role.RATE, Role.INTERVAL, Role.WHO, Role.EVENT)
    names = [
        each.text
        for n, each in enumerate(choice.names)
        if n not in used and each.role not in read and each.text.strip() and not is_a_state(each)
    ]
    if not names:
        return []
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    are = "were" if len(names) > 1 else "was"
    return [f"{', '.join(map(quoted, names[:_MANY]))}{more} {are} not used."]


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
    named = f" ({quoted(column.text)})" if column else ""
    kind = "beats" if choice.are_beats else "intervals"
    return f"{table.what} with {kind} in column {min(choice.columns) + 1}{named}"
