"""The weeks in which somebody practised, from the first to the present one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from entrain.history.row import Sitting

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# Up to so many minutes on a day, for each level above 0.
LEVELS_MIN: Final = (7.0, 15.0, 25.0)


@dataclass(frozen=True, slots=True)
class Week:
    """From Monday to Sunday: sessions and minutes on each day."""

    monday: date
    n_sessions: tuple[int, ...]
    minutes: tuple[float, ...]


def level(minutes: float) -> int:
    """How much that is: 0 for nothing, then 1 to 4."""
    return 0 if minutes <= 0.0 else 1 + sum(minutes > most for most in LEVELS_MIN)


def monday_of(day: date) -> date:
    """The Monday of the week that `day` is in."""
    return day - timedelta(days=day.weekday())


def weeks(sittings: Sequence[Sitting], until: date) -> tuple[Week, ...]:
    """Every week from the first session's to that of `until`, empty ones too; none without sessions."""
    if not sittings:
        return ()
    days = [each.began.date() for each in sittings]
    first, last = monday_of(min(days)), monday_of(max(until, *days))
    n_days = (last - first).days + 7
    counts, minutes = [0] * n_days, [0.0] * n_days
    for day, sitting in zip(days, sittings, strict=True):
        counts[(day - first).days] += 1
        minutes[(day - first).days] += sitting.minutes
    return tuple(
        Week(first + timedelta(days=at), tuple(counts[at : at + 7]), tuple(minutes[at : at + 7]))
        for at in range(0, n_days, 7)
    )


def months(weeks: Sequence[Week]) -> str:
    """The months above the weeks in which they begin, two columns a week; left out where there is no room."""
    line = ""
    for at, week in enumerate(weeks):
        is_new = at == 0 or week.monday.month != weeks[at - 1].monday.month
        # Three letters and a blank need the columns of two weeks.
        if is_new and len(line) <= 2 * at and (at or len(weeks) == 1 or _month_fills(weeks)):
            line = line.ljust(2 * at) + f"{week.monday:%b} "
    return line.rstrip()


def _month_fills(weeks: Sequence[Week]) -> bool:
    return len(weeks) < 3 or weeks[0].monday.month == weeks[1].monday.month
