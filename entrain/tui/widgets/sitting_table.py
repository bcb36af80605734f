"""The list of sessions, the newest first; a row for each, which is filled in as it is measured."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rich.text import Text
from textual.widgets import DataTable

from entrain.history.row import Sitting
from entrain.wording import figures
from entrain.wording import history_screen as words

MARK: Final = "●"
WIDE: Final = 100  # columns from which on titles have room
GAP: Final = 2  # between columns


class SittingTable(DataTable[Text]):
    """Arrows move, enter and a click open; up to two rows can bear a mark."""

    DEFAULT_CSS = """
    SittingTable { height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=0, zebra_stripes=False)
        self.marked: tuple[int, ...] = ()
        self._sittings: dict[int, Sitting] = {}
        self._columns: tuple[_Column, ...] = ()
        self._named = False
        self._is_wide = False
        self._now = datetime.fromtimestamp(0.0, UTC)

    @property
    def here(self) -> Sitting | None:
        """The session under the cursor."""
        if not self.row_count:
            return None
        key = self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value
        return self._sittings[int(key or 0)]

    def show(self, sittings: Sequence[Sitting], now: datetime) -> None:
        """These sessions, the earliest first as they come; the cursor stays with its session."""
        self._now = now
        here = self.here
        self._sittings = {each.id: each for each in sittings}
        self.marked = tuple(number for number in self.marked if number in self._sittings)
        self._named = len({each.person for each in sittings}) > 1
        self._lay_out()
        if here is not None and here.id in self._sittings:
            self.move_cursor(row=self.get_row_index(str(here.id)), animate=False)

    def learn(self, sittings: Iterable[Sitting]) -> None:
        """More is known of these."""
        for each in sittings:
            if each.id in self._sittings:
                self._sittings[each.id] = each
                self._write(each)

    def mark(self, sitting: Sitting) -> None:
        """Mark it, or take its mark away; of three the oldest mark goes."""
        number = sitting.id
        before = self.marked
        if number in before:
            self.marked = tuple(each for each in before if each != number)
        else:
            self.marked = (*before, number)[-2:]
        self.learn(self._sittings[each] for each in {*before, *self.marked})

    def on_resize(self) -> None:
        if self._columns and self._is_wide != (self.size.width >= WIDE):
            self._lay_out()

    def _lay_out(self) -> None:
        row = self.cursor_row
        self._is_wide = self.size.width >= WIDE
        self._columns = self._columns_of()
        self.clear(columns=True)
        for column in self._columns:
            widest = max((len(column.cell(each)) for each in self._sittings.values()), default=0)
            width = max(len(column.name), widest, column.least) + GAP
            self.add_column(Text(column.name, no_wrap=True), width=width, key=column.name)
        for each in reversed(self._sittings.values()):
            self.add_row(*self._cells(each), key=str(each.id))
        self.move_cursor(row=row, animate=False)

    def _columns_of(self) -> tuple["_Column", ...]:
        now = self._now
        columns = (
            _Column("", lambda s: MARK if s.id in self.marked else ""),
            _Column("began", lambda s: words.day(s.began, now)),
            _Column("who", lambda s: s.person or words.NOTHING),
            _Column("session", lambda s: s.title if self._is_wide else s.preset),
            _Column("min", lambda s: f"{s.minutes:3.0f}"),
            # Filled in later, so there must be room already.
            _Column("pulse", lambda s: words.pulse(s.heart), least=7),
            _Column("RMSSD", lambda s: words.rmssd(s.heart), least=8),
            _Column("tension", words.tension),
            _Column("in step", figures.in_step_share),
            _Column(" ", words.remark),
        )
        hidden = {*(() if self._named else ("who",)), *(() if self._is_wide else ("in step",))}
        if self._named and not self._is_wide:
            hidden.add("RMSSD")
        return tuple(column for column in columns if column.name not in hidden)

    def _cells(self, sitting: Sitting) -> list[Text]:
        return [Text(column.cell(sitting), no_wrap=True) for column in self._columns]

    def _write(self, sitting: Sitting) -> None:
        for column, cell in zip(self._columns, self._cells(sitting), strict=True):
            self.update_cell(str(sitting.id), column.name, cell)


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    cell: Callable[[Sitting], str]
    least: int = 1  # characters of its cells
