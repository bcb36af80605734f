"""Numbers that never fall: moments of beats, and the intervals between them."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

from entrain.errors import InputError
from entrain.recordings.numbers import is_pulse_ms
from entrain.recordings.options import MICROSECONDS, MILLISECONDS, SECONDS, ReadOptions, TimeUnit, unit_of
from entrain.recordings.series import Series

FEW: Final = 5  # numbers that may well rise by chance
SURE: Final = 10  # and from which on that cannot be chance
_LONG: Final = 8  # from here on not even what somebody made up for a trial rises
_HOLE_S: Final = 3.0  # no beat for so long, and for three usual intervals: not an interval but a hole
_EPOCH_MS: Final = 1e11  # from here on a moment is in ms since 1970


def must_be_beats(series: Series, name: str, options: ReadOptions) -> bool:
    """Whether the numbers never fall, so that they are moments of beats; False where they are intervals."""
    values = series.values
    steps = [b - a for a, b in pairwise(values)]
    if len(values) < 3 or min(steps) < 0.0 or values[0] == values[-1]:
        return False
    if sum(step > 0.0 for step in steps) < 0.5 * len(steps):
        return False
    usual = median(steps)
    unit = unit_of(options.unit) if options.unit else series.unit
    units = [unit] if unit is not None else [SECONDS, MILLISECONDS, MICROSECONDS]
    are_intervals = any(is_pulse_ms(values[0] * u.to_ms) and is_pulse_ms(values[-1] * u.to_ms) for u in units)
    if not any(is_pulse_ms(usual * each.to_ms) for each in units):
        if (are_intervals and len(values) < _LONG) or len(values) < SURE:
            return False  # few, and as long as intervals are; or refused for its size
        raise InputError(
            f"The numbers in {name} never fall, so they are no intervals.",
            "A counter? Choose with --column NAME; for moments of beats say their unit with --unit.",
        )
    if len(values) < SURE:
        if len(values) < FEW or not are_intervals:
            return False
        raise InputError(
            f"The {len(values)} numbers in {name} only rise: they can be intervals or moments of beats.",
            "For moments of beats add --beats; for intervals give a longer recording.",
        )
    if unit is None and len(set(steps)) == 1:
        raise InputError(
            f"The numbers in {name} go up by {usual:g} each time: they count something.",
            "Name the right column with --column NAME; for moments of beats add --beats and their --unit.",
        )
    return True


def can_be_samples(beats: Sequence[float]) -> bool:
    """Whole numbers, and not so large as the ms of an epoch."""
    return all(value.is_integer() for value in beats) and max(beats) < _EPOCH_MS


def between(series: Series, unit: TimeUnit, name: str) -> tuple[Series, dict[int, float]]:
    """The intervals between beats, and the holes (by the interval that follows, in s)."""
    beats, notes = series.values, list(series.notes)
    usual_s = median([step for a, b in pairwise(beats) if (step := b - a) > 0.0] or [0.0]) / unit.per_s
    values: list[float] = []
    at: list[int] = []
    breaks: set[int] = set()
    holes_s: dict[int, float] = {}
    n_double = 0
    for n in range(1, len(beats)):
        step = beats[n] - beats[n - 1]
        if step == 0.0:
            n_double += 1
        elif step < 0.0:
            breaks.add(len(values))
            notes.append(f"Time runs back at {series.place} {series.lines[n]}; the chain is broken there.")
        elif n in series.breaks or step / unit.per_s > max(_HOLE_S, 3.0 * usual_s):
            holes_s[len(values)] = step / unit.per_s
        else:
            values.append(step)
            at.append(n)
    if not values:
        raise InputError(f"{name} holds fewer than two beats in a row.")
    if n_double:
        notes.append(f"{n_double} moment{'s' * (n_double > 1)} that stood there twice read once.")
    n_values = len(values)
    first_s = beats[0] / unit.per_s
    began = series.began_epoch_s or (first_s if 1e9 < first_s < 4.1e9 else None)
    return replace(
        series,
        values=tuple(values),
        lines=tuple(series.lines[n] for n in at),
        clocks=(),
        same=(),
        after_empty=frozenset(),
        rates_bpm=(),
        breaks=frozenset(n for n in breaks if 0 < n < n_values),
        notes=tuple(notes),
        began_epoch_s=began,
    ), {n: seconds for n, seconds in holes_s.items() if 0 < n < n_values}


def holes_said(holes_s: dict[int, float], series: Series) -> list[str]:
    said = [
        f"{seconds:.1f} s without a beat before {series.place} {series.lines[n]}: taken for a gap."
        for n, seconds in list(holes_s.items())[:10]
    ]
    return said + ([f"There are {len(holes_s) - 10} more gaps."] if len(holes_s) > 10 else [])
