"""From text to rows of cells: what parts them, what is quoted, what stands above them.

The separator is the one that parts most lines into the same number of cells with numbers in them; quotes are
those of the csv module. Where a comma can be both separator and decimal sign the text is refused.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from entrain.errors import InputError
from entrain.recordings.heading import KNOWN, with_heading
from entrain.recordings.lines import LOOKED_AT, cells_of, is_numeric
from entrain.recordings.names import column_name
from entrain.recordings.numbers import is_missing, number_of, plain
from entrain.recordings.tables import TableRow, TextTable

SEPARATORS: Final = ("\t", ";", "|", ",", " ")

_DECIMALS_IN_A_LINE: Final = re.compile(r"\d+,\d+(?: +\d+,\d+)+")  # 0,857 0,899
_COMMENTS: Final = ("#", "%", "//")


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
    comments = [line.strip() for _, line in lines if _is_comment(line)]
    holes = _holes(text)
    lines = [(n, line) for n, line in lines if not _is_comment(line)]
    if told is not None:
        separator, quote = told[0], '"'
    else:
        quote = _quote([line for _, line in lines])
        separator = _separator([line for _, line in lines], quote)
    rows = list(_rows(lines, separator, quote, name))
    if not is_inner and quote in text and _is_quoted_whole(rows):
        return table_of("\n".join(row.cells[0] for row in rows), name, is_inner=True)
    table = with_heading(rows, comments, separator, name)
    has_point = any("." in cell for row in table.rows for cell in row.cells)
    may_be_decimal = separator == "," and quote not in text and not has_point
    return replace(table, may_be_decimal=may_be_decimal, holes=() if is_inner else holes)


def _is_comment(line: str) -> bool:
    """Not #N/A and the like, which spreadsheets write where a value is missing."""
    bare = line.strip(' "')
    return bare.startswith(_COMMENTS) and not is_missing(re.split(r"[,;|\t]", bare, maxsplit=1)[0])


def _holes(text: str) -> tuple[int, ...]:
    """Lines behind an empty one, or behind one that was taken out by a comment sign, such as "# 857"."""
    found: list[int] = []
    behind = False
    for n, line in enumerate(text.split("\n"), 1):
        if not line.strip() or (_is_comment(line) and plain(line.strip(' "#%/')) is not None):
            behind = True
        elif not _is_comment(line):
            if behind:
                found.append(n)
            behind = False
    return tuple(found)


# ---- what parts the cells ----------------------------------------------------------------------------------


def _quote(lines: Sequence[str]) -> str:
    some = lines[:LOOKED_AT]
    return (
        "'"
        if sum(line.count("'") >= 2 for line in some) > 0.5 * len(some) and '"' not in "".join(some)
        else '"'
    )


def _separator(lines: list[str], quote: str) -> str:
    """One of SEPARATORS, or "" where a line is one number."""
    middle = len(lines) // 2
    some = lines[:LOOKED_AT] + lines[max(LOOKED_AT, middle) : middle + LOOKED_AT]
    # 0.872,872 is two cells: a point and a comma in one number are seen only where another mark parts cells.
    single = sum("." not in line or "," not in line for line in some if number_of(line.strip().strip(quote)))
    if some and single >= 0.5 * len(some):
        bare = [line.strip() for line in some if number_of(line.strip())]
        return "," if _has_two_names(some) or _is_pair_of_columns(bare) else ""
    if some and all(_DECIMALS_IN_A_LINE.fullmatch(line.strip()) for line in some):
        return " "
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
    rows: list[list[str]] = []
    n_broken = 0
    for line in lines:
        try:
            rows.append(cells_of(line, separator, quote))
        except csv.Error:  # a cell may go on in the next line
            n_broken += 1
    if n_broken > 0.1 * len(lines):
        return 0.0
    many = [row for row in rows if len(row) > 1]
    if not many:
        return 0.0
    width, _ = Counter(len(row) for row in many).most_common(1)[0]
    usual = [row for row in many if len(row) == width]
    numeric = sum(is_numeric(cell) for row in usual for cell in row) / (width * len(usual))
    has_number = 1.0 if any(is_numeric(cell) for row in usual for cell in row) else 0.0
    share = len(usual) / len(rows) if len(usual) > 1 else len(many) / len(rows)
    return share * has_number * (0.25 + 0.75 * numeric)


def _has_two_names(lines: Sequence[str]) -> bool:
    """A heading of two names with a comma between, over lines that may be 1,872."""
    heading = next((line for line in lines if number_of(line.strip()) is None), "").split(",")
    return len(heading) == 2 and any(column_name(cell).role in KNOWN for cell in heading)


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
    looks_like_intervals = any(all(250 * k <= value <= 3000 * k for value in second) for k in (1, 1000))
    if all(b - a == 1 for a, b in pairwise(first)) and looks_like_intervals:
        return True
    if _are_rates(first, second) or _are_rates(second, first):
        return True
    if min(first) > 1e8 or (
        len(lines) > 8 and all(a < b for a, b in pairwise(second))
    ):  # an epoch, a counter
        return True
    decimal = [float(line.replace(",", ".")) for line in lines]
    is_rising = all(a <= b for a, b in pairwise(decimal))
    is_us = min(first) >= 250_000  # intervals in µs have no fraction
    may_be_columns = looks_like_intervals and not is_fraction and max(first) > 10
    if not is_rising and len(lines) >= 8 and (is_us or may_be_columns):
        raise InputError(
            "A comma stands between two numbers in each line: it can be a decimal comma or part two columns.",
            "Write a decimal point, or part the columns with semicolons.",
        )
    return False


def _are_rates(intervals: Sequence[int], rates: Sequence[int]) -> bool:
    """Whether each of `rates` is the pulse of the interval beside it, in ms, µs or 1/1024 s."""
    return any(
        all(a > 0 and abs(60 * per_s / a - b) <= 1.0 for a, b in zip(intervals, rates, strict=True))
        for per_s in (1_000, 1_000_000, 1_024)
    )


def _rows(lines: Sequence[tuple[int, str]], separator: str, quote: str, name: str) -> Iterator[TableRow]:
    if separator in ("", " "):
        for number, line in lines:
            bare = line.strip()
            yield TableRow(
                number,
                tuple(cell.strip(quote) for cell in bare.split()) if separator else (bare.strip(quote),),
            )
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
