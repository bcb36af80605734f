"""Text without names that has many intervals in a line: one after another, or one heart in each column."""

from itertools import pairwise
from statistics import mean
from typing import Final

from entrain.errors import InputError
from entrain.recordings.numbers import plain
from entrain.recordings.series import Series
from entrain.recordings.tables import TextTable

LEAST_WIDE: Final = 4  # cells in a line from which they can be a series


def in_lines(table: TextTable, name: str) -> Series | None:
    """The intervals of lines with several each, in reading order; None where the table is an ordinary one.

    Raises:
        InputError: they may as well be one heart in each column, or a comma parts digits from decimals.
    """
    if table.width < LEAST_WIDE:
        return None
    rows = [[plain(cell) for cell in row.cells] for row in table.rows]
    numbers = [value for row in rows for value in row if value is not None]
    n_cells = sum(map(len, rows))
    if not numbers or len(numbers) < n_cells - len(rows):
        return None
    good = [value for value in numbers if any(250.0 <= value * scale <= 3000.0 for scale in (1.0, 1000.0))]
    if len(good) < 0.9 * len(numbers):
        if len(table.rows) < 3 or _alternates([value for value in rows[0] if value is not None]):
            raise InputError(
                f"{name} has {table.width} numbers in a line, and not all can be intervals.",
                "A comma that parts columns and decimals at once does that; write one interval a line.",
            )
        return None
    if any(
        len(cell) > 1 and cell[0] == "0" and cell[1].isdigit() for row in table.rows for cell in row.cells
    ):
        raise InputError(f"In {name} commas seem to part digits from decimals.", "Write decimal points.")
    near = mean([abs(a - b) for a, b in pairwise(numbers)] or [0.0])
    if mean([abs(a - b) for a, b in zip(numbers, numbers[2:], strict=False)] or [0.0]) < 0.3 * near:
        raise InputError(f"In {name} every other number is of another kind.", "Write one interval a line.")
    columns = [[row[n] for row in rows if n < len(row) and row[n] is not None] for n in range(table.width)]
    if any(
        len(each) > 2 and all((a or 0.0) <= (b or 0.0) for a, b in pairwise(each)) and each[0] != each[-1]
        for each in columns
    ):
        return None  # one column is a clock
    if len(table.rows) > 2:
        along = mean(abs(a - b) for a, b in pairwise(numbers))
        down = mean([abs((a or 0.0) - (b or 0.0)) for each in columns for a, b in pairwise(each)] or [0.0])
        if along > 0.8 * down:
            raise InputError(
                f"{name} has {table.width} numbers in each line: one heart, or one in each column?",
                "Write one interval a line, or choose one column with --column NUMBER.",
            )
    lines = [
        row.line
        for row, values in zip(table.rows, rows, strict=True)
        for value in values
        if value is not None
    ]
    empty = [
        (row.line, "a cell is no number")
        for row, values in zip(table.rows, rows, strict=True)
        if None in values[:-1]
    ]
    said = f"{table.width} numbers in a line were read one after another."
    return Series(
        tuple(numbers), tuple(lines), "text with many intervals in a line", bad=tuple(empty), notes=(said,)
    )


def _alternates(values: list[float]) -> bool:
    """0, 872, 0, 898: what a decimal comma leaves of numbers."""
    return len(values) > 3 and len(set(values[::2])) <= 2 < len(set(values[1::2]))
