"""A programme's sessions as an iCalendar text (RFC 5545) that any calendar reads.

The times are of no time zone: half past six is half past six wherever one is, before and after the clocks
change. Nothing in it says who it is for, nor anything about a heart.
"""

import hashlib
from datetime import UTC, datetime, time, timedelta
from typing import Final

from entrain.programme.plan import ProgrammePlan

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_OCTETS: Final = 75  # of a line; longer ones are folded


def text(programme: ProgrammePlan, days: tuple[int, ...], at: time, length_min: float, now: datetime) -> str:
    """Sessions on these days of the week (0: Monday), from the first such day after `now` on.

    Args:
        now: aware; on the clock of the place.
    """
    weeks = programme.outline.weeks
    first = _first(days, at, now)
    seed = f"{programme.name} {first:%Y%m%dT%H%M} {days} {weeks}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//entrain//programme//EN",
        "BEGIN:VEVENT",
        f"UID:{hashlib.sha256(seed.encode()).hexdigest()[:32]}@entrain",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{first:%Y%m%dT%H%M%S}",
        f"DURATION:PT{max(1, round(length_min))}M",
        f"RRULE:FREQ=WEEKLY;COUNT={weeks * len(days)};BYDAY={','.join(DAYS[day] for day in days)}",
        f"SUMMARY:{_escaped(programme.title)}",
        f"DESCRIPTION:{_escaped('entrain: as it suits you. A day left out is no loss.')}",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _first(days: tuple[int, ...], at: time, now: datetime) -> datetime:
    today = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0, tzinfo=None)
    coming = (today + timedelta(days=n) for n in range(8))
    return next(day for day in coming if day.weekday() in days and day > now.replace(tzinfo=None))


def _escaped(value: str) -> str:
    for raw, as_text in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(raw, as_text)
    return value


def _folded(line: str) -> str:
    """At most so many octets a line, no character torn; the rest goes on behind a blank."""
    out, used = "", 0
    for character in line:
        size = len(character.encode())
        if used + size > _OCTETS:
            out, used = out + "\r\n ", 1
        out, used = out + character, used + size
    return out
