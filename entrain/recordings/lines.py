"""One line of a text: its cells by a separator, and whether a cell holds something to reckon with."""

import csv
from typing import Final

from entrain.recordings.moments import moments_of
from entrain.recordings.numbers import list_of, number_of

LOOKED_AT: Final = 400  # lines that a text is judged by

csv.field_size_limit(1 << 26)  # a cell may hold the intervals of a whole night


def cells_of(line: str, separator: str, quote: str) -> list[str]:
    if separator == " ":
        return line.split()
    (row,) = csv.reader([line], delimiter=separator, quotechar=quote, skipinitialspace=True, strict=True)
    return row


def is_numeric(cell: str) -> bool:
    return number_of(cell) is not None or _is_moment(cell) or len(list_of(cell)) > 1


def _is_moment(cell: str) -> bool:
    return len(cell) > 4 and any(c.isdigit() for c in cell) and moments_of("", (cell,), None) is not None
