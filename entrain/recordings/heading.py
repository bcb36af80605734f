"""Where a table begins: its heading, what stands above it, the row of units below, how wide its rows are."""

import csv
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from entrain.errors import InputError
from entrain.recordings.lines import LOOKED_AT, cells_of, is_numeric
from entrain.recordings.names import Role, column_name, unit_in
from entrain.recordings.numbers import is_missing, plain
from entrain.recordings.tables import TableRow, TextTable

_HEADING_WITHIN: Final = 500  # rows above the heading at most
KNOWN: Final = frozenset({Role.INTERVAL, Role.BEATS, Role.TIME, Role.RESULT, Role.RATE, Role.VALUE})
_LEAST_COUNTED: Final = 20  # lines from which their number above them is no chance


def with_heading(rows: list[TableRow], comments: Sequence[str], separator: str, name: str) -> TextTable:
    with_numbers = [row for row in rows if any(is_numeric(cell) for cell in row.cells)]
    if not with_numbers:
        at = _named_at(rows, None)
        heading = rows[at].cells if at is not None else ()
        return TextTable(heading, (), (), len(heading), above=_joined(rows if at is None else rows[:at]))
    some = with_numbers[:LOOKED_AT] + with_numbers[len(with_numbers) // 2 :][:LOOKED_AT]
    width = Counter(len(_trimmed(row.cells)) for row in some).most_common(1)[0][0]
    at = _named_at(rows, width)
    if at is None and not any(is_numeric(cell) for cell in rows[0].cells):
        at = 0 if _without_names(rows, width) else None
    heading = rows[at].cells if at is not None else ()
    body = rows if at is None else rows[at + 1 :]
    above = _joined(rows[: at or 0])
    if at is None and _is_epoch_and_name(rows[0].cells, width):
        heading, body = tuple("time" if is_numeric(cell) else cell for cell in rows[0].cells), rows[1:]
    elif at is None:
        heading = _in_comment(comments, separator, width)
        body, above = _below_words(rows)
    counted = body and not heading and width == 1 and body[0].cells == (str(len(body) - 1),)
    body = body[1:] if counted and len(body) > _LEAST_COUNTED else body
    units: tuple[str, ...] = ()
    if heading and body and _are_units(body[0].cells):
        units, body = body[0].cells, body[1:]
    repeats = tuple(row.line for row in body if heading and row.cells == heading)
    body = [row for row in body if not (heading and row.cells == heading)]
    heading, body = _fitted(heading, body, width, separator, name)
    notes = (f"{len(above)} line{'s' * (len(above) > 1)} above the table left aside.",) if above else ()
    if counted:
        notes = (*notes, f"The first number, {len(body)}, is how many follow, and was left aside.")
    return TextTable(
        heading, units, tuple(body), max(width, len(heading)), "a table" if width > 1 else "plain text",
        repeats, notes, (*above, *comments),
    )  # fmt: skip


def _joined(rows: Sequence[TableRow]) -> tuple[str, ...]:
    return tuple(" ".join(row.cells) for row in rows)


def _trimmed(cells: Sequence[str]) -> Sequence[str]:
    """Without the empty cells at the end that a trailing separator makes."""
    end = len(cells)
    while end > 1 and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _named_at(rows: Sequence[TableRow], width: int | None) -> int | None:
    """Where the first row stands that has no number and names a column that is known."""
    for n, row in enumerate(rows[:_HEADING_WITHIN]):
        cells = _trimmed(row.cells)
        if any(is_numeric(cell) for cell in cells):
            continue
        if width is not None and width > 1 and len(cells) < 2:
            continue
        if any(column_name(cell).role in KNOWN for cell in cells) and not _are_units(cells):
            return n
    return None


def _is_epoch_and_name(cells: Sequence[str], width: int) -> bool:
    """A first row such as "1700000000.0, IBI": when it began, above the times since then."""
    numeric = [cell for cell in cells if is_numeric(cell)]
    named = [cell for cell in cells if column_name(cell).role is Role.INTERVAL]
    return len(cells) == width == 2 and len(numeric) == len(named) == 1


def _without_names(rows: Sequence[TableRow], width: int) -> bool:
    """Whether the first row is a heading that names nothing known: as wide as the rest, or a single word."""
    return len(_trimmed(rows[0].cells)) == width


def _below_words(rows: list[TableRow]) -> tuple[list[TableRow], tuple[str, ...]]:
    """Rows from the first with a number on; those above are words."""
    n = next((n for n, row in enumerate(rows) if any(is_numeric(cell) for cell in row.cells)), 0)
    return rows[n:], _joined(rows[:n])


def _in_comment(comments: Sequence[str], separator: str, width: int) -> tuple[str, ...]:
    """The heading as NumPy writes it: a comment with as many names as there are columns."""
    for comment in reversed(comments):
        bare = comment.lstrip("#%/ ")
        try:
            cells = tuple(cell.strip() for cell in cells_of(bare, separator or "\t", '"'))
        except csv.Error:
            continue
        roles = {column_name(cell).role for cell in cells}
        if len(cells) == width and roles & (KNOWN if width > 1 else {Role.INTERVAL, Role.BEATS}):
            return cells
    return ()


def _are_units(cells: Sequence[str]) -> bool:
    """A row that says units alone, such as "s;ms"."""
    said = [unit_in(cell)[0] is not None for cell in cells if cell and not is_missing(cell)]
    short = all(len(cell.strip("[]() ")) <= 12 and plain(cell) is None for cell in cells)
    return (
        bool(said)
        and short
        and 2 * sum(said) >= len(said)
        and all(
            column_name(cell).role in (Role.TIME, Role.OTHER, Role.RESULT, Role.RATE)
            for cell in cells
            if cell
        )
    )


def _fitted(
    heading: tuple[str, ...], body: list[TableRow], width: int, separator: str, name: str
) -> tuple[tuple[str, ...], list[TableRow]]:
    """Heading and rows of the same width.

    Raises:
        InputError: the rows have more cells than the heading has names.
    """
    widest = max(width, len(heading))
    body = [
        row if len(row.cells) <= widest else TableRow(row.line, tuple(_trimmed(row.cells))) for row in body
    ]
    if not heading or len(heading) >= width or (len(heading) == 1 and separator in (" ", "")):
        return heading, body
    may_be_decimal = separator == "," and not any("." in cell for row in body for cell in row.cells)
    if width == len(heading) + 1 and _are_row_names(body) and not may_be_decimal:
        return ("", *heading), body
    if separator == "," and (width == 2 * len(heading) or may_be_decimal):
        raise InputError(
            f"In {name} the comma is separator and decimal sign at once.",
            "Export it with semicolons or tabs between the columns, or with decimal points.",
        )
    raise InputError(
        f"In {name} the heading has {len(heading)} names and the rows have {width} cells.",
        "A comma that parts columns and decimals at once does that; export it with other separators.",
    )


def _are_row_names(body: Sequence[TableRow]) -> bool:
    """A first column without a name that counts the rows, as R writes it."""
    firsts = [row.cells[0] for row in body]
    numbers = [int(cell) for cell in firsts if cell.isdigit()]
    return len(numbers) == len(firsts) and all(b - a == 1 for a, b in pairwise(numbers))
