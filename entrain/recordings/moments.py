"""A column of moments as seconds: numbers, dates and times of day in the ways that programs write them.

Local dates are taken as if there were no time zones, so that no computer's own zone moves them; where the
clock was changed in between shows in them, and is told apart from a hole (`entrain.recordings.clock`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from entrain.recordings.numbers import plain, quoted, without_thousands
from entrain.recordings.options import TimeUnit

DAY_S: Final = 86_400.0
_LEAST: Final = 0.9  # of a column's cells have to be readable, or it holds something else
_CLOCK: Final = re.compile(
    r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)\s*([ap])?\.?m?\.?(\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?",
    re.IGNORECASE | re.ASCII,
)
_DATE: Final = re.compile(r"(\d{1,4})[./-](\d{1,2}|[A-Za-z]{3,9})[./-](\d{1,4})", re.ASCII)
_SPELT: Final = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(?:(\d{1,2})\.?\s+([A-Za-z]{3,9})|([A-Za-z]{3,9})\s+(\d{1,2})),?\s+(\d{4})"
)
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)[T_ ]?(\d\d)(\d\d)(\d\d(?:[.,]\d+)?)(Z)?", re.ASCII)
_CJK: Final = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]\s*", re.ASCII)
_COLON_MS: Final = re.compile(r"(\d{1,2}:\d\d:\d\d):(\d{3}|\d{6})(?!\d)", re.ASCII)  # 08:15:30:836
_MONTHS: Final = {
    name: n
    for n, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}


@dataclass(frozen=True, slots=True)
class Moments:
    """One column of times, a value for each row; None where it cannot be read."""

    name: str
    values: tuple[float | None, ...]
    unit: TimeUnit | None  # None: numbers whose unit is not written
    is_clock: bool = False  # dates or times of day, in s
    is_local: bool = False  # of the wall's clock where it was, without a zone
    has_date: bool = False
    is_short: bool = False  # such as 10:58, minutes and seconds as it stands, or hours and minutes
    insists: bool = True  # False: where it contradicts the intervals, they are believed
    is_named: bool = (
        True  # False: nothing says that these are times, so only the intervals' own sum is believed
    )
    note: str = ""  # what was decided in reading it


@dataclass(frozen=True, slots=True)
class _Stamp:
    date: tuple[int, int, int] | None  # as written, in order
    order: str  # "ymd", "dmy" or "" where day and month cannot be told apart
    time_s: float
    offset_s: float | None


def moments_of(name: str, cells: Sequence[str], unit: TimeUnit | None) -> Moments | None:
    """The column `cells` as times; None where it holds none."""
    numbers = [plain(cell) for cell in without_thousands(cells, 3)]
    if _enough(numbers) and not all(_COMPACT.fullmatch(cell) and cell[:2] in ("19", "20") for cell in cells):
        return Moments(name, tuple(numbers), unit)
    stamps = [_stamp(cell.strip()) for cell in cells]
    if not _enough(stamps):
        return None
    dated = [stamp for stamp in stamps if stamp is not None and stamp.date is not None]
    is_local = all(stamp is None or stamp.offset_s is None for stamp in stamps)
    if not dated:
        is_short = all(re.fullmatch(r"\d{1,3}:\d\d", cell.strip()) for cell in cells)
        times = _past_midnight(stamps)
        return Moments(name, times, None, is_clock=True, is_local=is_local, is_short=is_short)
    note, values = "", list[float | None]()
    by_order = {order: [_seconds(stamp, order) for stamp in stamps] for order in ("dmy", "mdy")}
    readable = {order: column for order, column in by_order.items() if _enough(column)}
    if not readable:
        return None
    best = min(readable, key=lambda order: (readable[order].count(None), _span(readable[order])))
    values = readable[best]
    if all(stamp.order == "" for stamp in dated) and len(readable) > 1:
        first = "day" if best == "dmy" else "month"
        note = f"{quoted(name)} does not say what is day and what month; the {first} was taken to come first."
    return Moments(name, tuple(values), None, True, is_local, True, note=note)


def _enough(values: Sequence[object | None]) -> bool:
    return bool(values) and sum(value is not None for value in values) >= _LEAST * len(values)


def _span(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return max(known) - min(known)


def _past_midnight(stamps: Sequence[_Stamp | None]) -> tuple[float | None, ...]:
    """Times of day that fall by more than half a day have passed midnight."""
    out: list[float | None] = []
    days, before_s = 0.0, None
    for stamp in stamps:
        if stamp is None:
            out.append(None)
            continue
        if before_s is not None and stamp.time_s < before_s - DAY_S / 2.0:
            days += DAY_S
        before_s = stamp.time_s
        out.append(days + stamp.time_s)
    return tuple(out)


def _stamp(cell: str) -> _Stamp | None:
    """A date, a time of day, or both."""
    compact = _COMPACT.fullmatch(cell)
    if compact is not None:
        y, m, d, hours, minutes, seconds, zone = compact.groups()
        cell = f"{y}-{m}-{d} {hours}:{minutes}:{seconds}{zone or ''}"
    cell = _CJK.sub(r"\1-\2-\3 ", cell)
    cell = _COLON_MS.sub(r"\1.\2", cell)
    rest, date, order = cell, None, ""
    found = _DATE.search(cell)
    spelt = None if found is not None else _SPELT.search(cell)
    if found is not None:
        rest = (cell[: found.start()] + " " + cell[found.end() :]).strip()
        date, order = _ordered(*found.groups())
    elif spelt is not None:
        rest = (cell[: spelt.start()] + " " + cell[spelt.end() :]).strip()
        month = _MONTHS.get((spelt[2] or spelt[3])[:3].lower())
        date, order = (None if month is None else (int(spelt[5]), month, int(spelt[1] or spelt[4]))), "ymd"
    if (found is not None or spelt is not None) and date is None:
        return None
    rest = rest.lstrip("T, ").strip()
    if not rest:
        return None if date is None else _Stamp(date, order, 0.0, None)
    clock = _CLOCK.fullmatch(rest)
    if clock is None:
        return None
    hours, minutes, seconds = clock[1], int(clock[2]), float(clock[3].replace(",", "."))
    if hours is None and date is not None:  # 10:58 of a day is hours and minutes
        hours, minutes, seconds = clock[2], int(seconds), 0.0
    hour = int(hours or 0)
    if clock[4]:
        hour = hour % 12 + 12 * (clock[4].lower() == "p")
    if (minutes > 59 and hours is not None) or seconds >= 61.0 or (date is not None and hour > 24):
        return None
    return _Stamp(date, order, hour * 3600.0 + minutes * 60.0 + seconds, _offset_s(clock[5]))


def _offset_s(zone: str | None) -> float | None:
    if not zone:
        return None
    zone = zone.strip().upper().replace(":", "")
    if zone in ("Z", "UTC", "GMT"):
        return 0.0
    sign = -1.0 if zone[0] == "-" else 1.0
    return sign * (int(zone[1:3]) * 3600.0 + int(zone[3:5]) * 60.0)


def _ordered(first: str, middle: str, last: str) -> tuple[tuple[int, int, int] | None, str]:
    """The three parts of a date, and in which order they are; "" where that cannot be told."""
    if not middle.isdigit():
        month = _MONTHS.get(middle[:3].lower())
        if month is None:
            return None, ""
        return (
            ((int(first), month, int(last)), "ymd") if len(first) == 4 else (_year(last, month, first), "ymd")
        )
    if len(first) == 4:
        return (int(first), int(middle), int(last)), "ymd"
    parts = (int(first), int(middle), int(last) + 2000 * (len(last) <= 2))
    if parts[0] > 12:
        return parts, "dmy"
    return parts, "mdy" if parts[1] > 12 else ""


def _year(year: str, month: int, day: str) -> tuple[int, int, int]:
    return int(year) + 2000 * (len(year) <= 2), month, int(day)


def _seconds(stamp: _Stamp | None, order: str) -> float | None:
    """Since 1970, with the date's parts taken in `order` unless they show another."""
    if stamp is None or stamp.date is None:
        return None
    first, middle, last = stamp.date
    order = stamp.order or order
    year, month, day = {
        "ymd": (first, middle, last),
        "dmy": (last, middle, first),
        "mdy": (last, first, middle),
    }[order]
    try:
        midnight = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    return (midnight + timedelta(seconds=stamp.time_s - (stamp.offset_s or 0.0))).timestamp()
