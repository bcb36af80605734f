"""From text to rows of cells: what parts them, what is quoted, what stands above them.

The separator is the one that parts most lines into the same number of cells with numbers in them; quotes are
those of the csv module. Where a comma can be both separator and decimal sign the text is refused.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from entrain.errors import InputError
from entrain.recordings.moments import moments_of
from entrain.recordings.names import Role, column_name, unit_in
from entrain.recordings.numbers import is_missing, list_of, number_of, plain

csv.field_size_limit(1 << 26)  # a cell may hold the intervals of a whole night

SEPARATORS: Final = ("\t", ";", "|", ",", " ")

_COMMENTS: Final = ("#", "%", "//")
_LOOKED_AT: Final = 400  # lines that the separator is judged by
_HEADING_WITHIN: Final = 500  # rows above the heading at most
_KNOWN: Final = frozenset({Role.INTERVAL, Role.BEATS, Role.TIME, Role.RESULT, Role.RATE, Role.VALUE})


@dataclass(frozen=True, slots=True)
class TableRow:
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextTable:
    """Rows of text with the names of their columns, wherever they came from."""

    heading: tuple[str, ...]  # () where the columns have no names
    units: tuple[str, ...]  # of a row of units below the heading; () where there is none
    rows: tuple[TableRow, ...]
    width: int
    what: str = "a table"
    repeats: tuple[int, ...] = ()  # lines where the heading stands again
    notes: tuple[str, ...] = ()
    above: tuple[str, ...] = ()  # lines above the heading
    place: str = "line"  # what the rows' numbers count


def table_of(text: str, name: str, *, is_inner: bool = False) -> TextTable:
    """The table in `text`; `name` is what the file is called in messages.

    Raises:
        InputError: a quote is never closed, or a comma is both separator and decimal sign.
    """
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    told = None
    if lines and lines[0][1].strip().lower().strip('"').startswith("sep="):
        told = lines[0][1].strip().strip('"')[4:] or "\t"
        lines = lines[1:]
    comments = [line.strip() for _, line in lines if line.lstrip(' "').startswith(_COMMENTS)]
    lines = [(n, line) for n, line in lines if not line.lstrip(' "').startswith(_COMMENTS)]
    if told is not None:
        separator, quote = told[0], '"'
    else:
        quote = _quote([line for _, line in lines])
        separator = _separator([line for _, line in lines], quote)
    rows = list(_rows(lines, separator, quote, name))
    if not is_inner and quote in text and _is_quoted_whole(rows):
        return table_of("\n".join(row.cells[0] for row in rows), name, is_inner=True)
    return _with_heading(rows, comments, separator, name)


# ---- what parts the cells ----------------------------------------------------------------------------------


def _quote(lines: Sequence[str]) -> str:
    some = lines[:_LOOKED_AT]
    return (
        "'"
        if sum(line.count("'") >= 2 for line in some) > 0.5 * len(some) and '"' not in "".join(some)
        else '"'
    )


def _separator(lines: list[str], quote: str) -> str:
    """One of SEPARATORS, or "" where a line is one number."""
    middle = len(lines) // 2
    some = lines[:_LOOKED_AT] + lines[max(_LOOKED_AT, middle) : middle + _LOOKED_AT]
    # 0.872,872 is two cells: a point and a comma in one number are seen only where another mark parts cells.
    single = sum("." not in line or "," not in line for line in some if number_of(line.strip().strip(quote)))
    if some and single >= 0.5 * len(some):
        bare = [line.strip() for line in some if number_of(line.strip())]
        return "," if _has_two_names(some) or _is_pair_of_columns(bare) else ""
    best, found = 0.0, ""
    for separator in SEPARATORS:
        score = _score(some, separator, quote)
        if separator == " ":  # it stands within dates and quotes as well
            score *= 0.3 if any(quote in line for line in some) else 0.9
        if score > best + 1e-9:
            best, found = score, separator
    return found


def _score(lines: Sequence[str], separator: str, quote: str) -> float:
    """The share of lines with as many cells as most, two or more, times the share of numbers in them."""
    try:
        rows = [_cells(line, separator, quote) for line in lines]
    except csv.Error:
        return 0.0
    many = [row for row in rows if len(row) > 1]
    if not many:
        return 0.0
    width, _ = Counter(len(row) for row in many).most_common(1)[0]
    usual = [row for row in many if len(row) == width]
    numeric = sum(_is_numeric(cell) for row in usual for cell in row) / (width * len(usual))
    has_number = 1.0 if any(_is_numeric(cell) for row in usual for cell in row) else 0.0
    share = len(usual) / len(rows) if len(usual) > 1 else len(many) / len(rows)
    return share * has_number * (0.25 + 0.75 * numeric)


def _cells(line: str, separator: str, quote: str) -> list[str]:
    if separator == " ":
        return line.split()
    (row,) = csv.reader([line], delimiter=separator, quotechar=quote, skipinitialspace=True, strict=True)
    return row


def _is_numeric(cell: str) -> bool:
    return number_of(cell) is not None or _is_moment(cell) or len(list_of(cell)) > 1


def _is_moment(cell: str) -> bool:
    return len(cell) > 4 and any(c.isdigit() for c in cell) and moments_of("", (cell,), None) is not None


def _has_two_names(lines: Sequence[str]) -> bool:
    """A heading of two names with a comma between, over lines that may be 1,872."""
    heading = next((line for line in lines if number_of(line.strip()) is None), "").split(",")
    return len(heading) == 2 and any(column_name(cell).role in _KNOWN for cell in heading)


def _is_pair_of_columns(lines: Sequence[str]) -> bool:
    """Lines such as 17,857: two columns, where the first counts or rises; else a decimal comma.

    Raises:
        InputError: it can be either.
    """
    pairs = [line.split(",") for line in lines if line.count(",") == 1 and "." not in line]
    if len(pairs) < len(lines) or len(pairs) < 3 or not all(a.isdigit() and b.isdigit() for a, b in pairs):
        return False
    first, second = [int(a) for a, _ in pairs], [int(b) for _, b in pairs]
    is_fraction = any(len(b) > 1 and b[0] == "0" for _, b in pairs) or len({len(b) for _, b in pairs}) > 1
    looks_like_intervals = all(250 <= value <= 3000 for value in second)
    if all(b - a == 1 for a, b in pairwise(first)) and looks_like_intervals:
        return True
    decimal = [float(line.replace(",", ".")) for line in lines]
    is_rising = all(a <= b for a, b in pairwise(decimal))
    if looks_like_intervals and not is_rising and max(first) > 10 and not is_fraction and len(lines) >= 8:
        raise InputError(
            "A comma stands between two numbers in each line: it can be a decimal comma or part two columns.",
            "Write a decimal point, or part the columns with semicolons.",
        )
    return False


def _rows(lines: Sequence[tuple[int, str]], separator: str, quote: str, name: str) -> Iterator[TableRow]:
    if separator in ("", " "):
        for number, line in lines:
            bare = line.strip()
            yield TableRow(number, tuple(bare.split()) if separator else (bare.strip(quote),))
        return
    at = 0

    def fed() -> Iterator[str]:
        nonlocal at
        for number, line in lines:
            at = number
            yield line + "\n"

    reader = csv.reader(fed(), delimiter=separator, quotechar=quote, skipinitialspace=True, strict=True)
    began = at
    try:
        for row in reader:
            yield TableRow(at, tuple(cell.strip() for cell in row))
            began = at
    except csv.Error as error:
        raise InputError(
            f"{name} has a quote that is not closed, or not where it should be, after line {began}: {error}.",
            "Mend the line; quotes stand around a whole cell.",
        ) from None


def _is_quoted_whole(rows: Sequence[TableRow]) -> bool:
    """Each line in quotes as one cell, with the real cells within."""
    if len(rows) < 2 or any(len(row.cells) != 1 for row in rows):
        return False
    cells = [row.cells[0] for row in rows]
    is_number = [number_of(cell) is not None and not ("." in cell and "," in cell) for cell in cells[1:]]
    return all("," in cell or ";" in cell for cell in cells) and not all(is_number)


# ---- what stands above -------------------------------------------------------------------------------------


def _with_heading(rows: list[TableRow], comments: Sequence[str], separator: str, name: str) -> TextTable:
    with_numbers = [row for row in rows if any(_is_numeric(cell) for cell in row.cells)]
    if not with_numbers:
        at = _named_at(rows, None)
        heading = rows[at].cells if at is not None else ()
        return TextTable(heading, (), (), len(heading), above=_joined(rows if at is None else rows[:at]))
    some = with_numbers[:_LOOKED_AT] + with_numbers[len(with_numbers) // 2 :][:_LOOKED_AT]
    width = Counter(len(_trimmed(row.cells)) for row in some).most_common(1)[0][0]
    at = _named_at(rows, width)
    if at is None and not any(_is_numeric(cell) for cell in rows[0].cells):
        at = 0 if _without_names(rows, width) else None
    heading = rows[at].cells if at is not None else ()
    body = rows if at is None else rows[at + 1 :]
    above = _joined(rows[: at or 0])
    if at is None:
        heading = _in_comment(comments, separator, width)
        body, above = _below_words(rows)
    units: tuple[str, ...] = ()
    if heading and body and _are_units(body[0].cells):
        units, body = body[0].cells, body[1:]
    repeats = tuple(row.line for row in body if heading and row.cells == heading)
    body = [row for row in body if not (heading and row.cells == heading)]
    heading, body = _fitted(heading, body, width, separator, name)
    notes = (f"{len(above)} line{'s' * (len(above) > 1)} above the table left aside.",) if above else ()
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
        if any(_is_numeric(cell) for cell in cells):
            continue
        if width is not None and width > 1 and len(cells) < 2:
            continue
        if any(column_name(cell).role in _KNOWN for cell in cells) and not _are_units(cells):
            return n
    return None


def _without_names(rows: Sequence[TableRow], width: int) -> bool:
    """Whether the first row is a heading that names nothing known: as wide as the rest, or a single word."""
    return len(_trimmed(rows[0].cells)) == width


def _below_words(rows: list[TableRow]) -> tuple[list[TableRow], tuple[str, ...]]:
    """Rows from the first with a number on; those above are words."""
    n = next((n for n, row in enumerate(rows) if any(_is_numeric(cell) for cell in row.cells)), 0)
    return rows[n:], _joined(rows[:n])


def _in_comment(comments: Sequence[str], separator: str, width: int) -> tuple[str, ...]:
    """The heading as NumPy writes it: a comment with as many names as there are columns."""
    for comment in reversed(comments):
        bare = comment.lstrip("#%/ ")
        try:
            cells = tuple(cell.strip() for cell in _cells(bare, separator or "\t", '"'))
        except csv.Error:
            continue
        if len(cells) == width and any(column_name(cell).role in _KNOWN for cell in cells):
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
    if width == len(heading) + 1 and _are_row_names(body):
        return ("", *heading), body
    if separator == "," and width == 2 * len(heading):
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
