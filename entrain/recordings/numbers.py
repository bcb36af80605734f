"""What stands in a cell: a number, perhaps with its unit, a list of them, or nothing."""

import re
from dataclasses import dataclass
from math import isfinite
from typing import Final

from entrain.recordings.options import MICROSECONDS, MILLISECONDS, SECONDS, TimeUnit

MISSING: Final = frozenset(
    {"", "-", "--", "na", "n/a", "nan", "none", "null", "nil", "?", "#n/a", "inf", "-inf"}
)
UNIT_WORDS: Final = {
    **dict.fromkeys(("ms", "msec", "msecs", "millis", "millisec", "millisecs", "millisecond"), MILLISECONDS),
    **dict.fromkeys(("milliseconds", "millisekunden", "mseg", "msek"), MILLISECONDS),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sekunden", "sek", "seg"), SECONDS),
    **dict.fromkeys(("us", "µs", "μs", "usec", "usecs", "microsecond", "microseconds"), MICROSECONDS),
}
_PLAIN: Final = r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER: Final = re.compile(rf"({_PLAIN})\s*([a-zA-Zµμ]*)\.?", re.ASCII | re.IGNORECASE)
_GROUPED: Final = re.compile(
    r"[+-]?[1-9](?:[0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+|[0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+)"
)
_BRACKETS: Final = re.compile(r"^[\[({<]\s*|\s*[\])}>]$")


@dataclass(frozen=True, slots=True)
class CellNumber:
    value: float
    unit: TimeUnit | None = None  # written behind the number


def number_of(cell: str) -> CellNumber | None:
    """The finite number in a cell, a decimal comma being as good as a point; None where there is none."""
    cell = cell.strip()
    if _GROUPED.fullmatch(cell):
        comma_last = cell.rindex(",") > cell.rindex(".")
        plain = cell.replace(".", "").replace(",", ".") if comma_last else cell.replace(",", "")
        return CellNumber(float(plain))
    found = _NUMBER.fullmatch(cell)
    if found is None:
        return None
    unit = None
    if found[2]:
        unit = UNIT_WORDS.get(found[2].lower())
        if unit is None:
            return None
    value = float(found[1].replace(",", "."))
    return CellNumber(value, unit) if isfinite(value) else None


def plain(cell: str) -> float | None:
    """The value alone."""
    found = number_of(cell)
    return None if found is None else found.value


def is_missing(cell: str) -> bool:
    return cell.strip().lower() in MISSING


def list_of(cell: str) -> list[str]:
    """The cells within a cell: "[872, 898]", "872;898", "0,872; 0,898". One alone where it is no list.

    A comma between two numbers and nothing else is a decimal comma: two of them make a list.
    """
    inner = _BRACKETS.sub("", cell.strip()).strip()
    if not inner:
        return []
    if re.fullmatch(_PLAIN, inner) or number_of(inner) is not None:
        return [inner]
    for separator in (r"\s*[;|/]\s*", r"\s*,\s+", r"\s+", r"\s*,\s*"):
        parts = [part for part in re.split(separator, inner) if part]
        if len(parts) > 1 and all(plain(part) is not None for part in parts):
            return parts
    return [inner]
