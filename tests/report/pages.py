"""Reading a report back: as XML, as lines of a figure, as words."""

import re
from collections.abc import Iterator
from functools import cache
from xml.etree import ElementTree

from entrain.report.html import html
from entrain.report.writing import document
from entrain.storage.log.store import Store

Point = tuple[float, float]
_SVG = "{http://www.w3.org/2000/svg}"


@cache
def page_of(store: Store, *ids: int) -> str:
    return html(document(store, ids))


def parsed(page: str) -> ElementTree.Element:
    """The page as XML: it is well-formed, or this fails."""
    return ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>"))


def words_of(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def tables(page: str) -> dict[str, list[list[str]]]:
    """Rows of words by the table's caption, its heading first."""
    return {
        words_of(table.find("caption")): [[words_of(cell) for cell in row] for row in table.iter("tr")]
        for table in parsed(page).iter("table")
    }


def terms(page: str) -> dict[str, str]:
    """What is said of each name, over all lists."""
    found: dict[str, str] = {}
    for element in parsed(page).iter("dl"):
        names, said = element.findall("dt"), element.findall("dd")
        found |= {words_of(dt): words_of(dd) for dt, dd in zip(names, said, strict=True)}
    return found


def figures(page: str) -> dict[str, ElementTree.Element]:
    return {svg.find(f"{_SVG}title").text: svg for svg in parsed(page).iter(f"{_SVG}svg")}


def chains(svg: ElementTree.Element, kind: str) -> Iterator[list[Point]]:
    """The unbroken lines of one class, as points on the page."""
    for path in svg.iter(f"{_SVG}path"):
        if path.get("class") == kind:
            for chain in path.get("d").split("M")[1:]:
                pairs = re.findall(r"(-?[\d.]+),(-?[\d.]+)", chain)
                yield [(float(x), float(y)) for x, y in pairs]


def boxes(svg: ElementTree.Element, kind: str) -> list[tuple[float, float]]:
    """Left and right edge of each rectangle of one class."""
    return [
        (float(rect.get("x")), float(rect.get("x")) + float(rect.get("width")))
        for rect in svg.iter(f"{_SVG}rect")
        if rect.get("class") == kind
    ]
