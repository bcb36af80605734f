"""Reads other programs' recordings of RR intervals. What a file is, is detected and said; see `Recording`.

Known, each seen in the wild:

- plain text, one interval per line, in ms or s (Elite HRV, Kubios, HRV4Training, `entrain sessions export`);
- tables with `,` `;` tab or spaces, with or without a heading: a column of intervals (rr, ibi, nn ...) and
  perhaps one of times, which may be arrival times (Polar Sensor Logger, FatMaxxer, OpenHRV) or a running sum;
- Polar `.hrm` with `Interval=238`, which is how it says that [HRData] holds RR intervals in ms;
- FIT files of watches with HRV recording on (see `entrain.recordings.fit`).

Nothing is dropped in silence: a line that is no interval makes the file unreadable, and the error names the
first ten; whoever asks for the good lines gets them with a gap where each bad one was. An interval that no
heart makes is kept, for judging is the screening's part.
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from math import isfinite
from pathlib import Path
from statistics import median, mode
from typing import Final

from entrain.errors import InputError
from entrain.heart.recording import Gap, Recording, TimeKind
from entrain.recordings.clock import timed
from entrain.units import MS_PER_S

PAUSE_MS: Final = 2500.0
LONGEST_MS: Final = 60_000.0  # a packet can say no more than 64 s; beyond a minute it is no interval
MANY: Final = 10  # bad lines that an error names

_RR_NAME: Final = re.compile(
    r"(^|[^a-z])(rr|rri|r-r|ibi|nn|nni)([^a-z]|$)|interval|^duration$", re.IGNORECASE
)
_TIME_NAME: Final = re.compile(r"time|stamp|elapsed|since|clock|date|^t$|_s$|^t_ms$|second", re.IGNORECASE)
_DECIMAL_COMMA: Final = re.compile(r"\d,\d+")
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_SEPARATORS: Final = ("\t", ";", ",")


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    value: float  # of the interval, in the file's own unit
    time: float | None


_Bad = tuple[int, str]  # number of a line, and what is wrong with it


@dataclass(frozen=True, slots=True)
class _Series:
    """What was read from a file before its units are known."""

    rows: list[_Row]
    bad: list[_Bad]
    format: str
    warnings: tuple[str, ...] = ()
    began_epoch_s: float | None = None


def read_recording(path: Path | str, *, keep_good: bool = False) -> Recording:
    """Read a file of RR intervals.

    Args:
        keep_good: leave out the lines that cannot be read instead of refusing the file.
    Raises:
        InputError: there is no such file, it is none of the known kinds, or some of its lines are not what
            they should be (the first ten are named with their numbers).
        MissingExtra: it is a FIT file, and the library for those is not installed.
    """
    path = Path(path)
    data = _bytes_of(path)
    if data[8:12] == b".FIT":
        from entrain.recordings.fit import parse_fit

        return parse_fit(data, path.name, keep_good=keep_good)
    return parse_recording(_text_of(data, path), path.name, keep_good=keep_good)


def parse_recording(text: str, name: str, *, keep_good: bool = False) -> Recording:
    """Like `read_recording`, of a file's text; `name` is what the file is called in messages."""
    lines = text.splitlines()
    if not any(line.strip() for line in lines):
        raise InputError(f"{name} is empty.")
    if lines[0].lstrip().startswith("{"):
        raise InputError(
            f"{name} is JSON, not a table of intervals.",
            "Of a session exported as jsonl, the formats rr and csv can be read again, and the store itself.",
        )
    is_hrm = lines[0].strip() == "[Params]"
    series = _polar_hrm(lines, name) if is_hrm else _table(lines, name)
    if not keep_good:
        _refuse(name, series.bad)
    if not series.rows:
        raise InputError(f"{name} holds no interval.", f"It was taken for {series.format}.")
    unit, to_ms = _unit_of([row.value for row in series.rows], name)
    strange = [(row, _strange(row.value, unit)) for row in series.rows]
    rows = [row for row, said in strange if not said]
    bad = sorted([*series.bad, *((row.line, said) for row, said in strange if said)])
    if not keep_good:
        _refuse(name, bad)
    intervals_ms = tuple(row.value * to_ms for row in rows)
    recording = Recording(
        name=name,
        intervals_ms=intervals_ms,
        time=TimeKind.NONE,
        arrival_s=None,
        gaps=(),
        unit=unit,
        format=f"{series.format}, intervals in {unit}",
        warnings=(*series.warnings, *_pauses_said(rows, to_ms)),
        began_epoch_s=series.began_epoch_s,
    )
    times = [row.time for row in rows if row.time is not None]
    if times:
        recording = timed(recording, [row.line for row in rows], times)
    return _without(recording, bad, [row.line for row in rows])


# ---- what kind of text -------------------------------------------------------------------------------------


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"There is no file {path}.", "Check the name and the folder.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def _text_of(data: bytes, path: Path) -> str:
    """UTF-8, or what spreadsheets on Windows write: UTF-16 with its mark, and the Western code page."""
    try:
        if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return data.decode("utf-16")
        if _NO_TEXT.search(data):
            raise UnicodeError
        try:
            return data.decode("utf-8-sig")
        except UnicodeError:
            return data.decode("cp1252")
    except UnicodeError:
        raise InputError(
            f"{path} is no text file.", "Export the RR intervals as text: one per line, or a CSV table."
        ) from None


def _polar_hrm(lines: list[str], name: str) -> _Series:
    """Polar's HRM file, versions 1.02 to 1.07: an INI-like text whose [HRData] has one sample per line."""
    section = ""
    params: dict[str, str] = {}
    rows: list[_Row] = []
    bad: list[_Bad] = []
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if line.startswith("["):
            section = line
        elif section == "[Params]":
            key, _, value = line.partition("=")
            params[key] = value
        elif section == "[HRData]" and line:
            _take(number, line.split()[0], None, rows, bad)
    if params.get("Interval") != "238":
        every = params.get("Interval", "?")
        raise InputError(
            f"{name} is a Polar HRM file with heart rates every {every} s, not with RR intervals.",
            "Record with the watch's RR function on; such a file says Interval=238.",
        )
    return _Series(rows, bad, "a Polar HRM file", began_epoch_s=_polar_began(params))


def _polar_began(params: dict[str, str]) -> float | None:
    """Date=20080208 and StartTime=08:50:31.0 are the watch's local time; taken for that of this computer."""
    try:
        return datetime.fromisoformat(f"{params['Date']}T{params['StartTime']}").timestamp()
    except (KeyError, ValueError):
        return None


def _table(lines: list[str], name: str) -> _Series:
    """One or more columns; the heading, the separator and the columns are found by looking."""
    numbered = [(n, x.strip()) for n, x in enumerate(lines, 1)]
    numbered = [(n, x) for n, x in numbered if x and not x.startswith("#")]
    if not numbered:
        return _Series([], [], "a text of comments")
    separator = _separator([x for _, x in numbered])
    cells = [(n, _split(x, separator)) for n, x in numbered]
    first, heading = 0, list[str]()
    if all(_number(cell) is None for cell in cells[0][1]):
        (first, heading), cells = cells[0], cells[1:]
    width = mode([len(row) for _, row in cells]) if cells else len(heading)
    rr_column, time_column = _columns_by_name(heading, name) or _columns_by_look(
        [row for _, row in cells if len(row) == width]
    )
    rows: list[_Row] = []
    bad: list[_Bad] = []
    for number, row in cells:
        if len(row) <= max(rr_column, time_column or 0) or len(row) > width == 1:
            bad.append((number, f"{len(row)} columns where there should be {width}: {' '.join(row)!r}"))
            continue
        time = None
        if time_column is not None:
            time = _number(row[time_column])
            if time is None:
                bad.append((number, f"{row[time_column]!r} is no time"))
                continue
        _take(number, row[rr_column], time, rows, bad)
    if width == 1:
        warnings = (f"Line {first} was taken for a heading: {heading[0]!r}.",) if heading else ()
        return _Series(rows, bad, "plain text, one interval per line", warnings)
    named = f" ({heading[rr_column]!r})" if rr_column < len(heading) else ""
    return _Series(rows, bad, f"a table with intervals in column {rr_column + 1}{named}")


def _separator(lines: list[str]) -> str | None:
    """What parts most lines; None: spaces, or nothing. A lone comma may be a decimal one: 0,857."""
    below = lines if "," in lines[0] else lines[1:]  # a word without a comma may be their heading
    if below and all(_DECIMAL_COMMA.fullmatch(line) for line in below):
        return None
    return next((s for s in _SEPARATORS if 2 * sum(s in line for line in lines) > len(lines)), None)


def _split(line: str, separator: str | None) -> list[str]:
    return [cell.strip().strip('"') for cell in (line.split(separator) if separator else line.split())]


def _columns_by_name(heading: list[str], name: str) -> tuple[int, int | None] | None:
    """(interval column, time column) where there is a heading that can tell."""
    if len(heading) < 2:
        return None
    rr = [n for n, x in enumerate(heading) if _RR_NAME.search(x)]
    if not rr:
        raise InputError(
            f"{name} has the columns {', '.join(heading)}; none is called like an RR interval.",
            "Name the column of the intervals rr (in ms or s).",
        )
    time = [n for n, x in enumerate(heading) if _TIME_NAME.search(x) and n != rr[0]]
    return rr[0], time[0] if time else None


def _columns_by_look(rows: list[list[str]]) -> tuple[int, int | None]:
    """Without names: time is the column that never falls, the intervals are the first that does."""
    width = len(rows[0]) if rows else 1
    if width < 2:
        return 0, None
    columns = [[x for row in rows if (x := _number(row[n])) is not None] for n in range(width)]
    rising = [n for n, column in enumerate(columns) if all(a <= b for a, b in pairwise(column))]
    others = [n for n in range(width) if n not in rising]
    rr = others[0] if others else width - 1
    time = next((n for n in rising if n != rr), None)
    return rr, time


def _take(number: int, cell: str, time: float | None, rows: list[_Row], bad: list[_Bad]) -> None:
    value = _number(cell, is_time=False)
    if value is None:
        bad.append((number, f"{cell!r} is no number"))
    elif value <= 0.0:
        bad.append((number, f"an interval cannot be {cell}"))
    else:
        rows.append(_Row(number, value, time))


def _number(cell: str, is_time: bool = True) -> float | None:
    """The finite number in a cell (a decimal comma will do), or a date and time in seconds; else None."""
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        if not is_time:
            return None
        try:
            return datetime.fromisoformat(cell).timestamp()
        except ValueError:
            return None
    return value if isfinite(value) else None


def _refuse(name: str, bad: list[_Bad]) -> None:
    if bad:
        raise InputError(
            f"{name} has {len(bad)} line{'s' * (len(bad) > 1)} that cannot be read:{_listed(bad)}",
            "Mend or remove them and try again; nothing was read."
            " `entrain sessions import --keep-good` takes what is good.",
        )


def _listed(bad: list[_Bad]) -> str:
    more = f"\n  and {len(bad) - MANY} more" if len(bad) > MANY else ""
    return "".join(f"\n  line {number}: {what}" for number, what in bad[:MANY]) + more


def _without(recording: Recording, bad: list[_Bad], lines: list[int]) -> Recording:
    """`recording` without its bad lines: a gap where each was, as long as usual intervals would have been."""
    if not bad:
        return recording
    usual_s = median(recording.intervals_ms) / MS_PER_S
    gaps = {gap.index: gap for gap in recording.gaps}
    for index, (before, line) in enumerate(pairwise(lines), 1):
        n_bad = sum(before < number < line for number, _ in bad)
        if n_bad:
            gaps.setdefault(index, Gap(index, n_bad * usual_s))
    said = f"{len(bad)} line{'s' * (len(bad) > 1)} left out, and the chain broken there:{_listed(bad)}"
    in_order = tuple(gaps[index] for index in sorted(gaps))
    return replace(recording, gaps=in_order, warnings=(*recording.warnings, said))


# ---- units -------------------------------------------------------------------------------------------------


def _unit_of(values: list[float], name: str) -> tuple[str, float]:
    """The intervals' unit and what makes ms of it, judged by their median."""
    middle = median(values)
    if _is_pulse_ms(middle):
        return "ms", 1.0
    if _is_pulse_ms(middle * MS_PER_S):
        return "s", MS_PER_S
    raise InputError(
        f"The intervals in {name} have a median of {middle:g}: neither milliseconds nor seconds of a pulse.",
        "Give RR intervals, not heart rates, in ms (such as 857) or s (such as 0.857).",
    )


def _strange(value: float, unit: str) -> str:
    """What makes an interval unusable in its own recording; empty where nothing does."""
    if unit == "s" and _is_pulse_ms(value):
        return f"{value:g} is in ms, where most are in s"
    # Straps do send stray intervals of 1 or 2 ms, but none with decimals.
    if unit == "ms" and _is_pulse_ms(value * MS_PER_S) and not value.is_integer():
        return f"{value:g} is in s, where most are in ms"
    too_long = value * (MS_PER_S if unit == "s" else 1.0) > LONGEST_MS
    return f"an interval of {value:g} {unit} is over a minute" if too_long else ""


def _is_pulse_ms(value: float) -> bool:
    """An interval of 20 to 240 beats a minute, in ms."""
    return 250.0 <= value <= 3000.0


def _pauses_said(rows: list[_Row], to_ms: float) -> list[str]:
    pauses = [row for row in rows if row.value * to_ms > PAUSE_MS]
    if not pauses:
        return []
    return [
        f"{len(pauses)} interval{'s' * (len(pauses) > 1)} of more than {PAUSE_MS / MS_PER_S:g} s, the first"
        f" at line {pauses[0].line}: kept as they stand, though no heart at rest makes them."
    ]
