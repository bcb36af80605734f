"""Rows of text cells with the names of their columns, wherever they came from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table with its line in the file, from 1."""

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
    holes: tuple[int, ...] = ()  # lines that stand behind an empty one, or one taken out
    may_be_decimal: bool = False  # bare commas part its cells and none has a point: they may be decimal signs
