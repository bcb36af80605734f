"""What changed from session to session, measure by measure. "No clear trend" is the ordinary answer.

No score and no streak: a week without a session is a week without a session.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from entrain.history.calendar import Week, weeks
from entrain.history.row import Sitting, practice
from entrain.history.slope import slope

DAYS_PER_WEEK: Final = 7.0
LATELY_WEEKS: Final = 4
S_PER_DAY: Final = 86400.0


class TrendMeasure(StrEnum):
    """What is followed from session to session."""

    PULSE = "pulse_before_bpm"
    PULSE_CHANGE = "pulse_change_bpm"
    RMSSD = "rmssd_before_ms"
    RMSSD_CHANGE = "rmssd_change_ms"
    TENSION = "rating_before"
    TENSION_CHANGE = "rating_change"
    IN_STEP = "in_step_percent"


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a measure is called and written; `digits` after the point, one more for its change."""

    label: str
    unit: str
    digits: int
    is_change: bool  # within the session: written with its sign
    of: Callable[[Sitting], float | None]


def _less(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _share(sitting: Sitting) -> float | None:
    return None if sitting.in_step_share is None else 100.0 * sitting.in_step_share


MEANINGS: Final[Mapping[TrendMeasure, Meaning]] = MappingProxyType(
    {
        TrendMeasure.PULSE: Meaning(
            "pulse at rest", "/min", 0, False, lambda s: s.heart and s.heart.pulse_before_bpm
        ),
        TrendMeasure.PULSE_CHANGE: Meaning(
            "pulse change",
            "/min",
            0,
            True,
            lambda s: s.heart and _less(s.heart.pulse_after_bpm, s.heart.pulse_before_bpm),
        ),
        TrendMeasure.RMSSD: Meaning(
            "RMSSD at rest", "ms", 0, False, lambda s: s.heart and s.heart.rmssd_before_ms
        ),
        TrendMeasure.RMSSD_CHANGE: Meaning(
            "RMSSD change",
            "ms",
            0,
            True,
            lambda s: s.heart and _less(s.heart.rmssd_after_ms, s.heart.rmssd_before_ms),
        ),
        TrendMeasure.TENSION: Meaning("tension before", "of 10", 0, False, lambda s: s.rating_before),
        TrendMeasure.TENSION_CHANGE: Meaning(
            "tension change", "of 10", 0, True, lambda s: _less(s.rating_after, s.rating_before)
        ),
        TrendMeasure.IN_STEP: Meaning("breath in step", "%", 0, False, _share),
    }
)


class Way(StrEnum):
    """What a line does."""

    RISES = "rises"
    FALLS = "falls"
    UNCLEAR = "no clear trend"
    TOO_FEW = "too few to tell"


@dataclass(frozen=True, slots=True)
class Line:
    """One measure over the sessions in which it is known. The slope is per week, with its 95 % interval."""

    measure: TrendMeasure
    began: tuple[datetime, ...]
    values: tuple[float, ...]
    per_week: float | None
    low: float | None
    high: float | None

    @property
    def meaning(self) -> Meaning:
        """How the measure is called and written."""
        return MEANINGS[self.measure]

    @property
    def way(self) -> Way:
        """What can be said of the slope, by its interval."""
        if self.low is None or self.high is None:
            return Way.TOO_FEW
        if self.low > 0.0:
            return Way.RISES
        return Way.FALLS if self.high < 0.0 else Way.UNCLEAR


@dataclass(frozen=True, slots=True)
class Trend:
    """A course as a whole. `lines` are of what was measured at least once."""

    sittings: tuple[Sitting, ...]
    n_left_out: int  # imported recordings, and simulated hearts beside real ones
    weeks: tuple[Week, ...]
    lately_per_week: float  # sessions, in the last four weeks or since the first one
    lines: tuple[Line, ...]

    @property
    def minutes(self) -> float:
        """Of all sessions together."""
        return sum(each.minutes for each in self.sittings)


def trend(sittings: Sequence[Sitting], today: date) -> Trend:
    """The course of these sessions, in order of time; measures need `measured` sittings."""
    every = tuple(sittings)
    practised = practice(every)
    return Trend(
        sittings=practised,
        n_left_out=len(every) - len(practised),
        weeks=weeks(practised, today),
        lately_per_week=_lately_per_week(practised, today),
        lines=tuple(line for measure in TrendMeasure if (line := line_of(practised, measure)) is not None),
    )


def _lately_per_week(sittings: Sequence[Sitting], today: date) -> float:
    ages_days = [(today - each.began.date()).days for each in sittings]
    if not ages_days:
        return 0.0
    over_weeks = min(float(LATELY_WEEKS), max(1.0, (max(ages_days) + 1) / DAYS_PER_WEEK))
    return sum(age < LATELY_WEEKS * DAYS_PER_WEEK for age in ages_days) / over_weeks


def line_of(sittings: Sequence[Sitting], measure: TrendMeasure) -> Line | None:
    """One measure over these sessions; None where it is known of none."""
    of = MEANINGS[measure].of
    known = [(each.began, float(value)) for each in sittings if (value := of(each)) is not None]
    if not known:
        return None
    began, values = zip(*known, strict=True)
    found = slope([(each - began[0]).total_seconds() / S_PER_DAY for each in began], values)
    if found is None:
        return Line(measure, began, values, None, None, None)
    low = None if found.low is None else DAYS_PER_WEEK * found.low
    high = None if found.high is None else DAYS_PER_WEEK * found.high
    return Line(measure, began, values, DAYS_PER_WEEK * found.per_day, low, high)
