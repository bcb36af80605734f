"""A course in plain words: what was done, what changed, how certain that is. Nobody is praised or scolded."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from entrain.history.slope import FEWEST, LEAST_DAYS
from entrain.history.trend import Line, Trend, Way
from entrain.wording.figures import OF_A_COURSE

CAUTION: Final = "A trend says that something changed, not why: sleep, seasons and coffee make trends too."
BARS: Final = "▁▂▃▄▅▆▇"  # no full block: lines that stand above each other must not run together
# For nothing, a little, more …; told apart by their height, so that no colour is needed.
DAY_MARKS: Final = "·▂▄▆█"
LEGEND: Final = "minutes a day:  · none  ▂ to 7  ▄ to 15  ▆ to 25  █ more"


def overview(trend: Trend, today: date) -> str:
    """How many sessions there were, how long, how often of late."""
    n = len(trend.sittings)
    if n == 0:
        return "No sessions yet."
    first, last = trend.sittings[0].began.date(), trend.sittings[-1].began.date()
    sessions = f"{n} session{'s' * (n != 1)}, {_hours(trend.minutes)} in all"
    if first == last:
        return f"{sessions}, {_day(last, today)}."
    lately = f"{trend.lately_per_week:.1f}".removesuffix(".0")
    often = f"; in the last four weeks {lately} a week" if len(trend.weeks) > 1 else ""
    return f"{sessions}, from {_day(first, today)} to {_day(last, today)}{often}."


def remarks(trend: Trend) -> list[str]:
    """What one has to know to read the rest."""
    said: list[str] = []
    if trend.sittings and all(each.is_simulated for each in trend.sittings):
        said.append("All of them with a simulated heart.")
    if trend.n_left_out:
        n = trend.n_left_out
        said.append(f"{n} simulated or imported {'is' if n == 1 else 'are'} not counted here.")
    if trend.lines:
        said.append(OF_A_COURSE)
    return said


def sentence(line: Line) -> str:
    """What became of one measure."""
    named, n = line.meaning, len(line.values)
    label = named.label[:1].upper() + named.label[1:]
    if line.low is None or line.high is None or line.per_week is None:
        return f"{label}: {too_few(n)}."
    interval = f"95 % interval {_rate(line, line.low)} to {_rate(line, line.high)}"
    if line.way is Way.UNCLEAR:
        return f"{label}: no clear trend over {n} sessions ({interval} {named.unit} a week)."
    by = f"{_rate(line, line.per_week).lstrip('+−')} {named.unit} a week"
    return f"{label} {line.way.value} by {by} over {n} sessions ({interval})."


def conclusion(lines: Sequence[Line]) -> list[str]:
    """What can be said of all measures together: each clear trend, or that there is none."""
    clear = [sentence(line) for line in lines if line.way in (Way.RISES, Way.FALLS)]
    if clear:
        return [*clear, CAUTION]
    n = max((len(line.values) for line in lines), default=0)
    if all(line.way is Way.TOO_FEW for line in lines):
        return [f"A trend: {too_few(n)}."]
    return ["Nothing here shows a clear trend. That is the usual outcome."]


def in_brief(lines: Sequence[Line]) -> str:
    """The same in a few words."""
    ways = {line.way for line in lines}
    if not ways:
        return ""
    if ways == {Way.TOO_FEW}:
        return f"A trend takes {FEWEST} sessions over {LEAST_DAYS / 7:.0f} weeks."
    if ways & {Way.RISES, Way.FALLS}:
        return "rises, falls: beyond chance (95 %)"
    return "No clear trend in any of them."


def too_few(n: int) -> str:
    """Why nothing is said of a trend."""
    return f"too few sessions to tell ({n}; it takes {FEWEST} over {LEAST_DAYS / 7:.0f} weeks)"


def weekly(line: Line) -> str:
    """The slope's interval in a few characters; empty where there is none."""
    if line.low is None or line.high is None:
        return ""
    return f"{_rate(line, line.low)} to {_rate(line, line.high)}"


def figure(line: Line, value: float) -> str:
    """A value of the measure, without its unit."""
    return _signed(value, line.meaning.digits, plus=line.meaning.is_change)


def _rate(line: Line, per_week: float) -> str:
    """A change per week, with as many digits as its interval needs."""
    digits = line.meaning.digits + 1
    if line.low is not None and line.high is not None and line.high - line.low < 2.0 * 10.0**-digits:
        digits += 1
    return _signed(per_week, digits, plus=True)


def _signed(value: float, digits: int, *, plus: bool) -> str:
    text = f"{value:{'+' if plus else ''}.{digits}f}"
    is_zero = not text.strip("+-0.")
    return text.lstrip("+-") if is_zero else text.replace("-", "−")


def sparkline(values: tuple[float, ...], width: int) -> str:
    """The newest `width` values as bars between the lowest and the highest of them."""
    shown = values[-width:] if width > 0 else ()
    if not shown:
        return ""
    low, high = min(shown), max(shown)
    if high == low:
        return BARS[3] * len(shown)
    top = len(BARS) - 1
    return "".join(BARS[round(top * (value - low) / (high - low))] for value in shown)


def _hours(minutes: float) -> str:
    whole = round(minutes)
    hours, rest = divmod(whole, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _day(day: date, today: date) -> str:
    days = (today - day).days
    if days in (0, 1):
        return ("today", "yesterday")[days]
    return f"{day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")
