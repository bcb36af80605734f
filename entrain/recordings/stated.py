"""The unit of intervals, as a file states it: behind each number, in a name, in a row of units, above.

A rate of sampling that stands above says how the ECG was sampled; whether the intervals are counted in its
samples or in ms shows in their size, or not at all.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from entrain.errors import InputError
from entrain.recordings.choice import Choice
from entrain.recordings.names import TIME_WORDS, Role, column_name, rate_in, unit_in, words_of
from entrain.recordings.numbers import quoted
from entrain.recordings.options import MICROSECONDS, MILLISECONDS, SECONDS, TimeUnit, samples
from entrain.recordings.tables import TextTable
from entrain.units import S_PER_MIN

_USUAL_BPM: Final = (40.0, 120.0)  # what a reading is held for likely by


@dataclass(frozen=True, slots=True)
class StatedUnit:
    """A unit that is written down, and where."""

    unit: TimeUnit | None = None
    said_by: str = ""  # where it stands
    counts_samples: bool = False  # of a rate that is not said


def unit_stated(
    table: TextTable,
    choice: Choice,
    units: Counter[TimeUnit],
    values: Sequence[float],
    name: str,
    *,
    is_timed: bool,
) -> StatedUnit:
    """
    Args:
        units: that stood behind the numbers.
        is_timed: times beside them will show what they are counted in.
    Raises:
        InputError: they are not of one unit, or can be ms as well as samples.
    """
    if units:
        if len(units) > 1 or sum(units.values()) < len(values):
            raise InputError(
                f"Not all intervals in {name} have the same unit written behind them.", "Write one unit."
            )
        return StatedUnit(next(iter(units)), "the unit behind each")
    column = choice.first
    if column is not None and (column.unit is not None or column.counts_samples):
        return StatedUnit(column.unit, f"its name {quoted(column.text)}", column.counts_samples)
    if table.units and choice.columns[0] < len(table.units):
        unit, counts = unit_in(table.units[choice.columns[0]])
        if unit is not None or counts:
            return StatedUnit(unit, "the row of units", counts)
    for line in table.above:
        lower = line.lower()
        is_of_others = bool(TIME_WORDS & set(words_of(line))) and column_name(line).role is Role.TIME
        if ("unit" in lower or "einheit" in lower) and "hz" not in lower and not is_of_others:
            unit, _ = unit_in(line)
            if unit is not None:
                return StatedUnit(unit, f"the line {quoted(line.strip())}")
    for said in ((column.text,) if column is not None else ()) + table.above:
        rate_hz = rate_in(said)
        if rate_hz is not None and choice.are_beats and all(value.is_integer() for value in values):
            return StatedUnit(samples(rate_hz), f"the line {quoted(said.strip())}")
        if rate_hz is not None and values and not is_timed and not choice.are_beats:
            return _by_rate(rate_hz, said.strip(), values, name)
    return StatedUnit()


def _by_rate(rate_hz: float, said: str, values: Sequence[float], name: str) -> StatedUnit:
    middle = median(values)
    can_be_counts = all(value.is_integer() for value in values) and _is_usual(middle / rate_hz)
    can_be_time = any(_is_usual(middle / unit.per_s) for unit in (SECONDS, MILLISECONDS, MICROSECONDS))
    if can_be_counts and can_be_time and rate_hz != MILLISECONDS.per_s:
        raise InputError(
            f"The intervals in {name} can be ms, or samples of {rate_hz:g} Hz ({quoted(said)}).",
            f"Say which: --unit ms or --unit samples:{rate_hz:g}.",
        )
    return StatedUnit(samples(rate_hz), f"the line {quoted(said)}") if can_be_counts else StatedUnit()


def _is_usual(interval_s: float) -> bool:
    return _USUAL_BPM[0] <= S_PER_MIN / interval_s <= _USUAL_BPM[1]
