"""XML: Suunto's SML holds intervals; of others it is said what they are."""

from io import BytesIO
from typing import Final
from xml.etree import ElementTree

from entrain.errors import InputError
from entrain.recordings.numbers import plain, quoted
from entrain.recordings.options import MILLISECONDS
from entrain.recordings.series import BadLine, Series

_INTERVALS: Final = frozenset({"r-r", "rr", "ibi", "rr-intervals", "rrintervals"})
_HEART_RATES: Final = (
    "It holds heart rates, of which no intervals can be made; a FIT file of the same training may."
)
_KNOWN: Final = {
    "trainingcenterdatabase": ("TCX, a training as Garmin writes it", _HEART_RATES),
    "gpx": ("GPX, a track", _HEART_RATES),
    "healthdata": (
        "Apple Health's export",
        "It holds heart rates, and beats to 1/100 s at best; export intervals from the app that recorded.",
    ),
    "html": ("a web page", "Save the table itself as CSV."),
    "svg": ("a drawing", "Give the recording itself."),
    "workbook": ("an Excel workbook as XML", "Save its sheet as CSV."),
    "polar-exercise-data": ("Polar's XML", "Export the RR intervals as text instead."),
}


def is_markup(data: bytes) -> bool:
    start = data[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith((b"<?xml", b"<!DOCTYPE", b"<!doctype")) or (
        start[:1] == b"<" and start[1:2].isalpha()
    )


def intervals_in(data: bytes, name: str) -> Series:
    """
    Raises:
        InputError: it is XML of another kind, or damaged.
    """
    if b"<!ENTITY" in data[:100_000]:
        raise InputError(
            f"{name} is XML that defines entities, and is not read.", "Export the intervals as text."
        )
    values: list[float] = []
    bad: list[BadLine] = []
    root, within, seen = "", 0, 0
    try:
        for event, element in ElementTree.iterparse(BytesIO(data), events=("start", "end")):
            tag = element.tag.rpartition("}")[2].lower()
            if event == "start":
                root = root or tag
                if root != "sml":
                    break
                within += tag in _INTERVALS
                continue
            if within and element.text and element.text.strip():
                for cell in element.text.replace(",", " ").split():
                    seen += 1
                    value = plain(cell)
                    if value is None or value <= 0.0:
                        bad.append((seen, f"{quoted(cell)} is no interval"))
                    else:
                        values.append(value)
            within -= tag in _INTERVALS
            element.clear()
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        if root != "sml":
            root = root or _first_tag(data)
        else:
            raise InputError(f"{name} is damaged XML: {error}.", "Copy it again.") from None
    if root == "sml":
        if not values and not bad:
            raise InputError(
                f"{name} is SML (Suunto) without RR intervals.", "Record with a strap and R-R on."
            )
        return Series(
            tuple(values), tuple(range(1, len(values) + 1)), "SML of Suunto", MILLISECONDS, "the format",
            bad=tuple(bad), place="entry",
        )  # fmt: skip
    what, advice = _KNOWN.get(
        root, (f"<{root[:40]}>", "Export the RR intervals as text: one per line, or a CSV table.")
    )
    raise InputError(f"{name} is XML ({what}), not a table of intervals.", advice)


def _first_tag(data: bytes) -> str:
    head = data[:2000].lower()
    return next((tag for tag in _KNOWN if f"<{tag}".encode() in head), "damaged")
