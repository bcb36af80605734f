"""A report as PDF, set by Typst from the same document and the same figures as the HTML page.

The type is one that Typst brings along, so a report looks alike on every computer; the file is tagged for
screen readers (PDF/UA-1, where there are fonts for all of it), and the same report gives the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from entrain import extras
from entrain.foreign import clean
from entrain.report.document import (
    Attachment,
    Block,
    Bullets,
    Cell,
    Document,
    Figure,
    Pair,
    Paragraph,
    Section,
    Table,
    Terms,
)
from entrain.report.drawing.svg import Drawing
from entrain.report.letterhead import Letterhead
from entrain.report.stylesheet import LIGHT, figure_css, style

FONT: Final = "Libertinus Serif"
_PT_PER_PX: Final = 0.6  # of figures that stand in a line
COLUMNS: Final = 3  # of the small print
_BLANK: Final = 30  # characters that the end of an item leaves empty
_WIDE_PX: Final = 300.0  # wider figures fill what room they are given …
_HALF_PX: Final = 400.0  # … which is half of the page up to here


def pdf(document: Document) -> bytes:
    """
    Raises:
        MissingExtra: Typst is not installed.
    """
    typst = extras.load("typst", "report", "A report as PDF")
    source, dated = typst_source(document).encode(), document.dated.replace(microsecond=0)
    try:
        return typst.compile(source, format="pdf", pdf_standards=["ua-1"], timestamp=dated)
    except typst.TypstError:
        # The standard forbids signs that no font here can show, and a note may hold some; these become boxes.
        return typst.compile(source, format="pdf", timestamp=dated)


def typst_source(document: Document) -> str:
    """The document in Typst's language."""
    inks = {"ink": "ink", "faint": "soft", "hair": "hair", "pale": "notice"}
    parts = [
        *(f"#let {name} = rgb({_quoted(LIGHT[colour])})" for name, colour in inks.items()),
        f"#let face = {_quoted(FONT)}",
        f"#set document(title: {_quoted(f'{document.title}, {document.subtitle}')})",
        style("head.typ"),
        _letterhead(document.letterhead),
        f"#heading(level: 1, {_quoted(document.title)})",
        f"#block(above: 0.8em, soft({_quoted(document.subtitle)}))",
        f"#notice({_quoted(document.notice)})" if document.notice else "",
        f"#{_called('lead', document.lead)}" if document.lead else "",
        *(_row(row) for row in document.rows()),
        *(("#rule", *_section(document.small_print)) if document.small_print.blocks else ()),
        *(_attached(each) for each in document.attachments),
    ]
    return "\n".join(parts)


def _letterhead(found: Letterhead | None) -> str:
    if found is None:
        return ""
    logo = "none"
    if found.logo is not None:
        data = ", ".join(map(str, found.logo.data))
        logo = (
            f'image(bytes(({data},)), format: "{found.logo.kind}", height: 16mm, alt: "The practice\'s logo")'
        )
    return f"#letterhead(({''.join(f'{_quoted(line)}, ' for line in found.lines)}), {logo})"


def _row(sections: tuple[Section, ...]) -> str:
    if len(sections) == 1:
        return "".join(_section(sections[0]))
    cells = ", ".join("[" + "".join(_section(section, is_narrow=True)) + "]" for section in sections)
    return f"#beside({cells})"


def _section(section: Section, *, is_narrow: bool = False) -> Iterator[str]:
    yield f"#heading(level: 2, {_quoted(section.title)})\n"
    for block in section.blocks:
        yield f"#{_block(block, is_narrow=is_narrow)}\n"


def _block(block: Block, *, is_narrow: bool) -> str:
    match block:
        case Paragraph(text=text):
            return f"after({_quoted(text)})"
        case Bullets(items=items):
            return _called("lines", items)
        case Table():
            return _table(block)
        case Figure():
            return _figure(block, is_alone=True)
        case Pair(left=left, right=right):
            return f"grid(columns: (1fr, 1fr), column-gutter: 14pt, {_figure(left)}, {_figure(right)})"
        case Terms(items=items, is_small=True):
            columns = ", ".join(f"[#{_terms('small', column)}]" for column in _columns(items))
            return f"small-columns({columns})"
        case Terms(items=items):
            return _terms("run-in" if is_narrow else "terms-list", items)


def _terms(kind: str, items: Iterable[tuple[str, str]]) -> str:
    return f"{kind}(" + "".join(f"({_quoted(term)}, {_quoted(text)}), " for term, text in items) + ")"


def _called(function: str, sentences: Iterable[str]) -> str:
    return f"{function}({', '.join(map(_quoted, sentences))})"


def _columns(items: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The items dealt out, in order, to columns of about the same length."""
    columns: list[list[tuple[str, str]]] = [[] for _ in range(COLUMNS)]
    whole = sum(len(term) + len(text) + _BLANK for term, text in items)
    done = 0
    for term, text in items:
        length = len(term) + len(text) + _BLANK
        columns[min(COLUMNS - 1, int(COLUMNS * (done + length / 2) / whole))].append((term, text))
        done += length
    return columns


def _figure(figure: Figure, *, is_alone: bool = False) -> str:
    said = f", {_quoted(figure.caption)}" if figure.caption else ""
    shown = f"shown({_drawn(figure.drawing)}{said})"
    return f"block(width: 48%, {shown})" if is_alone and figure.drawing.width < _HALF_PX else shown


def _drawn(drawing: Drawing) -> str:
    width = "100%" if drawing.width > _WIDE_PX else f"{_PT_PER_PX * drawing.width:.1f}pt"
    source = drawing.svg("figure", figure_css(FONT))
    return f"drawn({_quoted(source)}, {_quoted(f'{drawing.title}. {drawing.says}')}, {width})"


def _table(table: Table) -> str:
    widths = ", ".join("1fr" if k == 0 else "auto" for k, _ in enumerate(table.columns))
    sides = ", ".join("right" if column.is_number else "left" for column in table.columns)
    head = "".join(f"{_quoted(column.title)}, " for column in table.columns)
    cells = "".join(f"{_cell(cell)}, " for row in table.rows for cell in row)
    return f"tabled(({widths}), ({sides}), ({head}), {cells})"


def _cell(cell: Cell) -> str:
    return _drawn(cell) if isinstance(cell, Drawing) else f"[#{_quoted(cell)}]"


def _attached(each: Attachment) -> str:
    data = f"bytes({_quoted(each.text)})"
    return (
        f'#pdf.attach({_quoted(each.name)}, {data}, mime-type: "text/plain", '
        f'description: {_quoted(each.what)}, relationship: "source")'
    )


def _quoted(text: str) -> str:
    """A string literal of Typst: what is in it is never markup."""
    out: list[str] = []
    for char in clean(text):
        if char in '"\\':
            out.append(f"\\{char}")
        elif ord(char) < 32:
            out.append(f"\\u{{{ord(char):x}}}")
        else:
            out.append(char)
    return '"' + "".join(out) + '"'
