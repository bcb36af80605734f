"""A course in plain words: what was done, what changed, how certain that is. Nobody is praised or scolded."""

from datetime import date
from typing import Final

from entrain.course.slope import FEWEST, LEAST_DAYS
from entrain.course.trend import Line, Trend, Way

CAUTION: Final = "A trend says that something changed, not why: sleep, seasons and coffee make trends too."
BARS: Final = "▁▂▃▄▅▆▇█"
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
    return said


def sentence(line: Line) -> str:
    """What became of one measure."""
    named, n = line.meaning, len(line.values)
    label = named.label[:1].upper() + named.label[1:]
    if line.low is None or line.high is None or line.per_week is None:
        weeks = f"{LEAST_DAYS / 7:.0f} weeks"
        return f"{label}: too few sessions to tell ({n}; it takes {FEWEST} over {weeks})."
    digits = named.digits + 1
    interval = f"95 % interval {line.low:+.{digits}f} to {line.high:+.{digits}f}"
    over = f"over {n} sessions"
    if line.way is Way.UNCLEAR:
        return f"{label}: no clear trend {over} ({interval} {named.unit} a week)."
    by = f"{abs(line.per_week):.{digits}f} {named.unit} a week"
    return f"{label} {line.way.value} by {by} {over} ({interval})."


def verdict(line: Line) -> str:
    """The same in a few characters."""
    if line.per_week is None or line.way in (Way.TOO_FEW, Way.UNCLEAR):
        return line.way.value
    return f"{line.way.value} {abs(line.per_week):.{line.meaning.digits + 1}f} a week"


def figure(line: Line, value: float) -> str:
    """A value of the measure, without its unit."""
    sign = "+" if line.meaning.is_change else ""
    return f"{value:{sign}.{line.meaning.digits}f}".replace("-", "−")


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
