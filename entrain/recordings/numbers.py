"""What stands in a cell: a number, perhaps with its unit, a list of them, or nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Final

from entrain.recordings.options import MICROSECONDS, MILLISECONDS, SECONDS, TimeUnit

MISSING: Final = frozenset(
    {
        *(
            "",
            "-",
            "--",
            "—",
            "–",
            "…",
            "...",
            ".",
            "*",
            "?",
            "na",
            "n/a",
            "<na>",
            "nan",
            "nat",
            "none",
            "nil",
        ),
        *("null", "(null)", "inf", "-inf", "undefined", "missing", "fehlt", "k.a.", "nan(ind)", "-nan(ind)"),
        *("1.#ind", "-1.#ind", "1.#qnan", "#n/a", "#nv", "#div/0!", "#value!", "#wert!", "#num!", "#zahl!"),
        *("#ref!", "#bezug!", "#name?", "#null!"),
    }
)
# What programs write where they have no value, in ms or s. Hardly any pause is as long to the ms.
STAND_INS: Final = frozenset({9999, 8888, 7777, 32767, 32768, 16383, 8191, 4095, 2047, 65535})
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
_LEAST_MS, _MOST_MS = 250, 3000
_REMEMBERED: Final = 4096  # a day has a hundred thousand intervals and some hundred different ones
_BRACKETS: Final = re.compile(r"^[\[({<]\s*|\s*[\])}>]$")


@dataclass(frozen=True, slots=True)
class CellNumber:
    """A number out of a cell, with the unit written behind it."""

    value: float
    unit: TimeUnit | None = None  # written behind the number


@lru_cache(_REMEMBERED)
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


def quoted(cell: str) -> str:
    """A cell in a message: short, and nothing in it that a terminal would obey."""
    return repr(cell if len(cell) <= 40 else f"{cell[:37]}...")


@lru_cache(_REMEMBERED)
def is_missing(cell: str) -> bool:
    """Does the cell say that there is no value?"""
    return cell.strip().lower() in MISSING


def is_pulse_ms(value: float) -> bool:
    """An interval of 20 to 240 beats a minute, in ms."""
    return _LEAST_MS <= value <= _MOST_MS


def without_thousands(cells: Sequence[str], first_digits: int) -> list[str]:
    """The cells of a column where some are 989 and others 1.063 or 1 063: there the mark parts thousands.

    Where every cell has the mark, or one has other than three digits behind it, it is a decimal sign.

    Args:
        first_digits: how many digits may stand before the first mark; 857 899 can be two intervals.
    """
    grouped = re.compile(rf"[1-9][0-9]{{0,{first_digits - 1}}}([.,' ’])[0-9]{{3}}(?:\1[0-9]{{3}})*")
    there = [cell for cell in cells if not is_missing(cell)]
    marked = [cell for cell in there if grouped.fullmatch(cell)]
    bare = [cell for cell in there if re.fullmatch(r"[0-9]{1,3}", cell)]
    is_certain = any(re.fullmatch(r"[0-9]+([.,' ’])[0-9]{3}\1[0-9]{3}", cell) for cell in marked)
    if not marked or len(marked) + len(bare) < len(there) or not (bare or is_certain):
        return list(cells)
    return [re.sub(r"[.,' ’]", "", cell) if grouped.fullmatch(cell) else cell for cell in cells]


def two_by_comma(cells: Sequence[str]) -> bool:
    """Whether "857,899" in a column is two intervals: both parts can be, they are near each other, always.

    Digits behind a decimal comma would be near the ones before it half of the time.
    """
    pairs = [cell.split(",") for cell in cells if re.fullmatch(r"[0-9]{3,4},[0-9]{3,4}", cell)]
    n_single = sum(cell.isdigit() for cell in cells)
    return len(pairs) >= (3 if n_single >= 0.2 * len(pairs) else 10) and all(
        is_pulse_ms(int(part)) for pair in pairs for part in pair
    ) and all(abs(int(a) - int(b)) < 0.4 * max(int(a), int(b)) for a, b in pairs)  # fmt: skip


@lru_cache(_REMEMBERED)
def list_of(cell: str) -> tuple[str, ...]:
    """The cells within a cell: "[872, 898]", "872;898", "0,872; 0,898". One alone where it is no list.

    A comma between two numbers and nothing else is a decimal comma: two of them make a list.
    """
    inner = _BRACKETS.sub("", cell.strip()).strip()
    if not inner:
        return ()
    if re.fullmatch(_PLAIN, inner) or number_of(inner) is not None:
        return (inner,)
    for separator in (r"\s*[;|/]\s*", r"\s*,\s+", r"\s+", r"\s*,\s*"):
        parts = [part for part in re.split(separator, inner) if part]
        if len(parts) > 1 and all(plain(part) is not None for part in parts):
            return tuple(parts)
    return (inner,)
