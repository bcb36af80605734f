"""The calendar of a programme: read back by other people's readers, of no time zone, and naming nobody."""

from datetime import datetime, time, timedelta, timezone

import pytest
import vobject
from icalendar import Calendar

from entrain.presets import programmes
from entrain.programme import calendar

SLOWER = programmes.load("slower-breath").programme
NOW = datetime(
    2026, 3, 20, 12, 0, tzinfo=timezone(timedelta(hours=1))
)  # a Friday, nine days before the clocks change
TEXT = calendar.text(SLOWER, (0, 2, 4), time(18, 30), 10.0, NOW)


def test_two_readers_find_the_same_sessions() -> None:
    (event,) = Calendar.from_ical(TEXT).walk("VEVENT")
    other = vobject.readOne(TEXT).vevent
    first = datetime(2026, 3, 20, 18, 30)  # noqa: DTZ001  of no zone, wherever one is
    assert event.decoded("dtstart") == other.dtstart.value == first
    assert event.decoded("duration") == other.duration.value == timedelta(minutes=10)
    assert str(event["summary"]) == other.summary.value == SLOWER.title
    assert event["rrule"].to_ical().decode() == other.rrule.value == "FREQ=WEEKLY;COUNT=18;BYDAY=MO,WE,FR"
    held = list(other.getrruleset())
    assert len(held) == 18
    assert {moment.weekday() for moment in held} == {0, 2, 4}
    assert {moment.time() for moment in held} == {time(18, 30)}  # before and after the clocks change
    assert held[-1] - held[0] < timedelta(days=42)


def test_its_lines_are_short_and_end_as_they_should() -> None:
    lines = TEXT.split("\r\n")
    assert lines[-1] == ""
    assert all(len(line.encode()) <= 75 and "\n" not in line for line in lines)
    assert "DTSTAMP:20260320T110000Z" in lines


@pytest.mark.parametrize("title", ["a; b, c\\d", "Stille für die Woche " * 8, "静かな週" * 20])
def test_any_title_comes_back(title: str) -> None:
    from dataclasses import replace

    other = replace(SLOWER, outline=replace(SLOWER.outline, title=title))
    text = calendar.text(other, (6,), time(7, 0), 10.0, NOW)
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert str(event["summary"]) == title
    assert vobject.readOne(text).vevent.summary.value == title
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_today_is_the_first_day_only_while_its_time_is_to_come() -> None:
    late = calendar.text(SLOWER, (4,), time(11, 0), 10.0, NOW)
    assert "DTSTART:20260327T110000" in late
