"""A report as plain data: what stands in it and in which order, whatever it is written in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from entrain.report.drawing.svg import Drawing
from entrain.report.letterhead import Letterhead


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text that is read on."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences, one below the other."""

    items: tuple[str, ...]


Cell = str | Drawing


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column."""

    title: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Each row's first cell names it. `caption` is for those who do not see what stands above it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with what is to be said below it."""

    drawing: Drawing
    caption: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures side by side where there is room."""

    left: Figure
    right: Figure


@dataclass(frozen=True, slots=True)
class Terms:
    """Names, each with what there is to say of it; `is_small`: run on, in small print."""

    items: tuple[tuple[str, str], ...]
    is_small: bool = False


Block = Paragraph | Bullets | Table | Figure | Pair | Terms


@dataclass(frozen=True, slots=True)
class Section:
    """`is_narrow`: two such in a row may stand side by side."""

    title: str
    blocks: tuple[Block, ...]
    is_narrow: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it was, to the letter."""

    name: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """`notice` stands above everything and cannot be passed over; empty: there is none."""

    title: str
    subtitle: str
    dated: datetime  # what it is about began then
    notice: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    small_print: Section  # without blocks: there is none
    attachments: tuple[Attachment, ...] = ()
    letterhead: Letterhead | None = None

    def rows(self) -> list[tuple[Section, ...]]:
        """The sections as they stand: two narrow neighbours side by side, all others alone."""
        rows: list[tuple[Section, ...]] = []
        for section in self.sections:
            before = rows[-1] if rows else ()
            if section.is_narrow and len(before) == 1 and before[0].is_narrow:
                rows[-1] = (*before, section)
            else:
                rows.append((section,))
        return rows

    def drawings(self) -> Iterator[Drawing]:
        """Every drawing in the order in which it appears."""
        for section in (*self.sections, self.small_print):
            for block in section.blocks:
                yield from _drawings(block)


def _drawings(block: Block) -> Iterator[Drawing]:
    match block:
        case Figure(drawing=drawing):
            yield drawing
        case Pair(left=left, right=right):
            yield left.drawing
            yield right.drawing
        case Table(rows=rows):
            yield from (cell for row in rows for cell in row if isinstance(cell, Drawing))
        case _:
            pass
