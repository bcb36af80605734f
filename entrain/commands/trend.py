"""`entrain sessions trend`: a course as a calendar, as lines, in words; and as a table for others."""

import argparse
import csv
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from entrain.app.clients import check_known
from entrain.foreign import json_text
from entrain.history.calendar import DAYS, Week, level, months
from entrain.history.recorded import measured, sittings
from entrain.history.row import Heart, Sitting
from entrain.history.trend import MEANINGS, Line, Trend, trend
from entrain.person.pseudonym import checked
from entrain.storage.formats.files import new_text
from entrain.storage.log.store import Store
from entrain.storage.places import check_new
from entrain.wording import history as wording
from entrain.wording.columns import aligned
from entrain.wording.figures import CORRECTED, LIVE

MOST_WEEKS: Final = 53
SPARK: Final = 20


def show(store: Store, args: argparse.Namespace) -> int:
    """What was asked for, on stdout; the table goes into its file."""
    if args.out is not None:
        check_new(args.out)
    person = None if args.person is None else checked(args.person)
    if person is not None:
        check_known(store, person)
    today = datetime.now().astimezone().date()
    found = tuple(_measured(store, sittings(store, person)))
    course = trend(found, today)
    if args.out is not None:
        write_table(found, args.out)
        print(f"{args.out}: {len(found)} sessions.", file=sys.stderr)
    if args.json:
        print(json_text(as_json(course, today)))
    elif found:
        print("\n".join(text(course, today, shutil.get_terminal_size().columns)))
    else:
        whose = f" of {person}" if person else ""
        print(f"No sessions{whose} yet. `entrain demo` makes one without a strap.", file=sys.stderr)
    return 0


def _measured(store: Store, found: Sequence[Sitting]) -> Iterator[Sitting]:
    shows = sys.stderr.isatty() and len(found) > 20
    for n, each in enumerate(found, 1):
        if shows:
            print(f"\r{n} of {len(found)} sessions", end="", file=sys.stderr, flush=True)
        yield measured(store, each)
    if shows:
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)


# ---- for people --------------------------------------------------------------------------------------------


def text(course: Trend, today: date, width: int) -> list[str]:
    """The calendar, a line for each measure, and what can be said, at most `width` columns wide."""
    lines = _wrapped([wording.overview(course, today), *wording.remarks(course)], width)
    if course.weeks:
        lines += ["", *calendar(course.weeks, width), "", f"     {wording.LEGEND}"]
    if course.lines:
        lines += ["", *_lines(course.lines), "", *_wrapped(wording.conclusion(course.lines), width)]
    return lines


def _wrapped(sentences: Sequence[str], width: int) -> list[str]:
    return [line for each in sentences for line in textwrap.wrap(each, max(20, width))]


def calendar(weeks: Sequence[Week], width: int) -> list[str]:
    """A column for each week, a row for each day; the newest weeks where there is no room for all."""
    shown = weeks[-max(1, min(MOST_WEEKS, (width - 5) // 2)) :]
    lines = ["     " + months(shown)]
    for row, name in enumerate(DAYS):
        marks = (wording.DAY_MARKS[level(week.minutes[row])] for week in shown)
        lines.append(f"{name}  " + " ".join(marks))
    return lines


def _lines(lines: Sequence[Line]) -> list[str]:
    rows: list[tuple[str, ...]] = [("", "", "NEWEST", "A WEEK (95 %)", "")]
    for line in lines:
        newest = f"{wording.figure(line, line.values[-1])} {line.meaning.unit}"
        bars = wording.sparkline(line.values, SPARK)
        rows.append((line.meaning.label, bars, newest, wording.weekly(line), line.way.value))
    return aligned(rows, right=frozenset({2}))


# ---- for programs ------------------------------------------------------------------------------------------


def as_json(course: Trend, today: date) -> dict[str, Any]:
    """The course as `json.dumps` takes it. Slopes are per week, with 95 % intervals."""
    return {
        "today": today.isoformat(),
        "figures": {LIVE: ["in_step_min", "judged_min"], CORRECTED: [each.name for each in fields(Heart)]},
        "n_sessions": len(course.sittings),
        "n_left_out": course.n_left_out,
        "minutes": course.minutes,
        "lately_per_week": course.lately_per_week,
        "sessions": [record(each) for each in course.sittings],
        "weeks": [
            {"monday": week.monday.isoformat(), "n_sessions": week.n_sessions, "minutes": week.minutes}
            for week in course.weeks
        ],
        "lines": [_line_json(line) for line in course.lines],
    }


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "measure": line.measure.value,
        "unit": MEANINGS[line.measure].unit,
        "began": [each.isoformat() for each in line.began],
        "values": line.values,
        "per_week": line.per_week,
        "low": line.low,
        "high": line.high,
        "way": line.way.value,
        "sentence": wording.sentence(line),
    }


def record(sitting: Sitting) -> dict[str, Any]:
    """A session in plain values; those of its heart beside the others."""
    plain = asdict(replace(sitting, heart=None))
    heart = {} if sitting.heart is None else asdict(sitting.heart)
    plain.pop("heart")
    return {**plain, "began": sitting.began.isoformat(), "ended": sitting.ended.value, **heart}


def write_table(found: Sequence[Sitting], path: Path) -> None:
    """One row for each session, imported ones and simulated ones too.

    Raises:
        OutputError: the file cannot be written; then there is none.
    """
    rows = [record(each) for each in found]
    names = list(dict.fromkeys(name for row in rows for name in row))
    with new_text(path) as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
