"""A report as one HTML file: nothing is loaded from anywhere, and nothing runs."""

from base64 import b64encode
from collections.abc import Iterator
from itertools import count
from typing import Final

from entrain.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Figure,
    Pair,
    Paragraph,
    Section,
    Table,
    Terms,
)
from entrain.report.drawing.svg import Drawing, plain
from entrain.report.letterhead import Letterhead
from entrain.report.stylesheet import page_css

HALF_PX: Final = 400.0  # a figure no wider than this takes half of the page
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html(document: Document) -> str:
    """The whole page. It forbids itself to load or run anything, whatever may have got into it."""
    writer = _Writer()
    has_footer = bool(document.small_print.blocks)
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
        f"<title>{plain(document.title)}, {plain(document.subtitle)}</title>",
        f"<style>\n{page_css()}</style>\n</head>\n<body>\n<main>",
        _letterhead(document.letterhead),
        f"<header><h1>{plain(document.title)}</h1><p>{plain(document.subtitle)}</p></header>",
        f'<p class="notice" role="note">{plain(document.notice)}</p>' if document.notice else "",
        '<div class="lead">' + "".join(f"<p>{plain(each)}</p>" for each in document.lead) + "</div>"
        if document.lead
        else "",
        *(writer.row(row) for row in document.rows()),
        '<footer class="small">' * has_footer + "".join(writer.parts(document.small_print)) * has_footer,
        *(
            f"<details><summary>{plain(each.what)}: {plain(each.name)}</summary>"
            f"<pre>{plain(each.text)}</pre></details>"
            for each in document.attachments
        ),
        "</footer>" * has_footer,
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _letterhead(found: Letterhead | None) -> str:
    """The practice's own head; its logo is in the page itself."""
    if found is None:
        return ""
    lines = "".join(f"<p>{plain(line)}</p>" for line in found.lines)
    logo = ""
    if found.logo is not None:
        data = b64encode(found.logo.data).decode()
        logo = f'<img src="data:{found.logo.mime};base64,{data}" alt="The practice\'s logo"/>'
    return f'<div class="letterhead"><div>{lines}</div>{logo}</div>'


class _Writer:
    """Counts the figures, for each needs a name of its own."""

    def __init__(self) -> None:
        self._n = count(1)

    def row(self, sections: tuple[Section, ...]) -> str:
        inner = "".join("<section>" + "".join(self.parts(section)) + "</section>" for section in sections)
        return inner if len(sections) == 1 else f'<div class="beside">{inner}</div>'

    def parts(self, section: Section) -> Iterator[str]:
        yield f"<h2>{plain(section.title)}</h2>"
        for block in section.blocks:
            yield self._block(block)

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph(text=text):
                return f'<p class="after">{plain(text)}</p>'
            case Bullets(items=items):
                return "<ul>" + "".join(f"<li>{plain(item)}</li>" for item in items) + "</ul>"
            case Table():
                return self._table(block)
            case Figure():
                return self._figure(block)
            case Pair(left=left, right=right):
                return f'<div class="pair">{self._figure(left)}{self._figure(right)}</div>'
            case Terms(items=items, is_small=True):
                return "".join(f"<p><b>{plain(term)}</b> {plain(text)}</p>" for term, text in items)
            case Terms(items=items):
                return (
                    "<dl>"
                    + "".join(f"<dt>{plain(term)}</dt><dd>{plain(text)}</dd>" for term, text in items)
                    + "</dl>"
                )

    def _figure(self, figure: Figure) -> str:
        caption = f"<figcaption>{plain(figure.caption)}</figcaption>" if figure.caption else ""
        kind = "" if figure.drawing.width > HALF_PX else ' class="half"'
        return f'<figure{kind}><div class="wide">{self._svg(figure.drawing)}</div>{caption}</figure>'

    def _svg(self, drawing: Drawing) -> str:
        return drawing.svg(f"figure-{next(self._n)}")

    def _table(self, table: Table) -> str:
        head = "".join(
            f'<th scope="col"{_kind(column)}>{plain(column.title)}</th>' for column in table.columns
        )
        rows = "".join(f"<tr>{self._row(table, row)}</tr>" for row in table.rows)
        return (
            f'<div class="wide"><table><caption>{plain(table.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _row(self, table: Table, row: tuple[Cell, ...]) -> str:
        cells: list[str] = []
        for k, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            inner = self._svg(cell) if isinstance(cell, Drawing) else plain(cell)
            cells.append(
                f'<th scope="row"{_kind(column)}>{inner}</th>'
                if k == 0
                else f"<td{_kind(column)}>{inner}</td>"
            )
        return "".join(cells)


def _kind(column: Column) -> str:
    return ' class="number"' if column.is_number else ""
