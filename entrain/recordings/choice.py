"""Which columns of a table are read, and how to get at their cells."""

from dataclasses import dataclass

from entrain.recordings.names import ColumnName
from entrain.recordings.tables import TableRow, TextTable


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


def column_of(table: TextTable, n: int) -> list[str]:
    return [cell_of(row, n) for row in table.rows]


def cell_of(row: TableRow, n: int) -> str:
    return row.cells[n] if n < len(row.cells) else ""
