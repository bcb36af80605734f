"""From numbers to intervals: what they can be, in which unit, and where the chain is broken.

A series that never falls is no series of intervals: it is moments of beats, or it counts something. A unit
that is written is believed as far as a heart can have such intervals; one that is not is judged by size.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

from entrain.errors import InputError
from entrain.heart.recording import Gap, Recording, TimeKind
from entrain.recordings.beats import FEW, SURE, between, can_be_samples, holes_said, must_be_beats
from entrain.recordings.clock import ClockFit, fitted
from entrain.recordings.numbers import is_pulse_ms, quoted
from entrain.recordings.options import (
    MICROSECONDS,
    MILLISECONDS,
    SECONDS,
    UNITS,
    ReadOptions,
    TimeUnit,
    unit_of,
)
from entrain.recordings.remarks import format_said, left_out, pauses_said, rate_said
from entrain.recordings.series import BadLine, Series, refuse
from entrain.units import MS_PER_S

LONGEST_MS: Final = 60_000.0  # a packet can say no more than 64 s; beyond a minute it is no interval
_STOP_WITHIN: Final = 5  # intervals between a stop and the gap that the clock shows of it


def recording_of(series: Series, name: str, options: ReadOptions) -> Recording:
    """
    Raises:
        InputError: the numbers can be no intervals, can be several things, or some of them are bad.
    """
    if not options.keep_good:
        refuse(name, series.bad, series.place)
    if not series.values:
        raise InputError(f"{name} holds no interval.", f"It was taken for {series.what}.")
    are_beats = options.beats or series.are_beats
    are_beats = are_beats or (not series.are_intervals and must_be_beats(series, name, options))
    unit, how = _unit(series, are_beats, name, options)
    if are_beats:
        series, holes_s = between(series, unit, name)
    else:
        holes_s = {}
    _check_plausible(series, unit, name)
    strange = [_strange(value, unit, how == "") for value in series.values]
    bad = sorted(
        [*series.bad, *((line, said) for line, said in zip(series.lines, strange, strict=True) if said)]
    )
    if not options.keep_good:
        refuse(name, bad, series.place)
    series = _picked(series, [n for n, said in enumerate(strange) if not said])
    is_sure = how != ""
    fit, aside = _best_clock(series, unit, is_sure, name, forced=options.unit is not None)
    if fit is not None:
        unit, how = (unit, how) if fit.unit is None else (fit.unit, "by its times")
        gaps_s = dict(fit.gaps_s)
        for place, n in enumerate(fit.keep):  # where the kept rows say it too
            if n in series.breaks:
                gaps_s.setdefault(place, 0.0)
        series = _picked(series, fit.keep)
    else:
        _check_alone(series, name, options)
        gaps_s = dict.fromkeys(series.breaks | series.after_empty, 0.0) | holes_s
    stopped = _stopped(gaps_s, series)
    intervals_ms = tuple(value * unit.to_ms for value in series.values)
    return Recording(
        name=name,
        intervals_ms=intervals_ms,
        time=fit.time if fit is not None else TimeKind.CUMULATED if holes_s else TimeKind.NONE,
        arrival_s=fit.at_s if fit is not None and fit.time is TimeKind.ARRIVAL else None,
        gaps=_gaps(gaps_s, bad, series, median(intervals_ms)),
        unit=unit.name,
        format=format_said(series.what, unit, how, are_beats, fit),
        warnings=(
            *series.notes,
            *holes_said(holes_s, series),
            *aside,
            *(fit.notes if fit is not None else ()),
            *stopped,
            *pauses_said(series, unit),
            *rate_said(intervals_ms, is_sure or fit is not None, series),
            *left_out(bad, series.place),
        ),
        began_epoch_s=_began(series, fit),
    )


def _check_alone(series: Series, name: str, options: ReadOptions) -> None:
    """Without times that fit, intervals beside an RMSSD are means of windows.

    Raises:
        InputError: they are.
    """
    if series.results and options.column is None:
        raise InputError(
            f"{name} has results beside its intervals ({', '.join(series.results[:4])}): means of windows?",
            "Give the recording that they were reckoned from; --column NAME reads the column all the same.",
        )


# ---- units -------------------------------------------------------------------------------------------------


def _unit(series: Series, are_beats: bool, name: str, options: ReadOptions) -> tuple[TimeUnit, str]:
    """The unit, and what says so: "" where it was judged by size."""
    if options.unit is not None:
        return unit_of(options.unit), "--unit"
    if series.unit is not None:
        return series.unit, series.unit_said_by
    called = f"{quoted(series.column)} in {name}" if series.column else name
    if series.counts_samples:
        raise InputError(
            f"{called} counts samples, and how many make a second is not said.",
            "Say it with --unit samples:HZ, for instance --unit samples:250.",
        )
    values = [b - a for a, b in pairwise(series.values) if b > a] if are_beats else series.values
    middle = median(values) if values else 0.0
    for unit in (MILLISECONDS, SECONDS, MICROSECONDS):
        if is_pulse_ms(middle * unit.to_ms):
            if are_beats and can_be_samples(series.values):
                raise InputError(
                    f"{called} holds whole numbers that rise: beats in {unit.name}, or counts of samples?",
                    f"Say which: --unit {unit.name} or --unit samples:HZ, for instance --unit samples:250.",
                )
            return unit, ""
    what = "steps between beats" if are_beats else "intervals"
    raise InputError(
        f"The {what} in {name} have a median of {middle:g}: neither milliseconds nor seconds of a pulse.",
        f"Give RR intervals, not heart rates, in ms (857) or s (0.857); --unit takes {UNITS}.",
    )


def _check_plausible(series: Series, unit: TimeUnit, name: str) -> None:
    pairs = list(zip(series.values[::2], series.values[1::2], strict=False))
    if not series.clocks and len(pairs) >= SURE and all(a == b for a, b in pairs) and len(set(pairs)) > FEW:
        raise InputError(f"In {name} each number stands twice in a row.", "Give each interval once.")
    middle_ms = median(series.values) * unit.to_ms
    if not is_pulse_ms(middle_ms):
        raise InputError(
            f"The intervals in {name} would have a median of {middle_ms:.4g} ms, taken as {unit.name}.",
            f"Say the unit with --unit: {UNITS}.",
        )


def _strange(value: float, unit: TimeUnit, is_guess: bool) -> str:
    """What makes an interval unusable in its own recording; empty where nothing does."""
    if value <= 0.0:
        return f"an interval cannot be {value:g}"
    if unit is SECONDS and is_pulse_ms(value):
        return f"{value:g} is in ms, where most are in s"
    # Straps do send stray intervals of 1 or 2 ms, but none with decimals.
    if is_guess and unit is MILLISECONDS and is_pulse_ms(value * MS_PER_S) and not value.is_integer():
        return f"{value:g} is in s, where most are in ms"
    return f"an interval of {value:g} {unit.name} is over a minute" if value * unit.to_ms > LONGEST_MS else ""


# ---- times, gaps and what is said about them ---------------------------------------------------------------


def _best_clock(
    series: Series, unit: TimeUnit, is_sure: bool, name: str, *, forced: bool
) -> tuple[ClockFit | None, tuple[str, ...]]:
    """The column of times that fits best, and what there is to say about those that do not.

    Raises:
        InputError: by its times the recording holds something else than each interval once.
    """
    fits = [
        fitted(clock, series.values, unit, is_sure, series.same, series.lines, series.place)
        for clock in series.clocks
    ]
    # A column whose name says nothing of time counts only where it is the intervals' own sum.
    pairs = [
        (fit, clock)
        for fit, clock in zip(fits, series.clocks, strict=True)
        if clock.is_named or fit.rank == 2
    ]
    fits, clocks = [fit for fit, _ in pairs], [clock for _, clock in pairs]
    # A column that is only the intervals' own sum knows nothing of holes; one that shows some knows more.
    best = max(fits, key=lambda fit: (fit.rank > 0, sum(fit.gaps_s.values()) > 0.0, fit.rank), default=None)
    if best is None:
        return None, ()
    if best.rank == 0:
        insisting = [fit for fit, clock in zip(fits, clocks, strict=True) if clock.insists]
        fault = next((fit for fit in insisting if fit.fault), None)
        if fault is not None and not forced:
            raise InputError(f"{name}: {fault.fault}", fault.advice)
        said = [f"{fit.fault} The times were left aside." for fit in fits if fit.fault]
        return None, (*said, *(note for fit in fits for note in fit.notes))
    return best, ()


def _stopped(gaps_s: dict[int, float], series: Series) -> list[str]:
    """Put the gaps of a recorder that stood still where it did; what the clock found near is the same."""
    said: list[str] = []
    for index, stop_s in series.stops_s.items():
        near = [n for n in gaps_s if abs(n - index) <= _STOP_WITHIN]
        seconds = sum(gaps_s.pop(n) for n in near) or stop_s
        gaps_s[index] = seconds
        said.append(f"The recorder was stopped for {stop_s:.0f} s before {series.place} {index + 1}.")
    return said


def _picked(series: Series, keep: Sequence[int]) -> Series:
    if len(keep) == len(series.values) and all(a == b for a, b in enumerate(keep)):
        return series
    place = {n: at for at, n in enumerate(keep)}
    return replace(
        series,
        values=tuple(series.values[n] for n in keep),
        lines=tuple(series.lines[n] for n in keep),
        clocks=tuple(replace(clock, values=tuple(clock.values[n] for n in keep)) for clock in series.clocks),
        same=tuple(series.same[n] for n in keep) if series.same else (),
        breaks=frozenset(place[n] for n in series.breaks if n in place and place[n] > 0),
        after_empty=frozenset(place[n] for n in series.after_empty if n in place and place[n] > 0),
    )


def _gaps(
    gaps_s: dict[int, float], bad: Sequence[BadLine], series: Series, usual_ms: float
) -> tuple[Gap, ...]:
    """Every gap in order; a line left out is one of as many usual intervals as lines."""
    if bad:
        numbers = sorted(number for number, _ in bad)
        for index, (before, line) in enumerate(pairwise(series.lines), 1):
            n_bad = bisect_left(numbers, line) - bisect_right(numbers, before)
            if n_bad > 0:
                gaps_s.setdefault(index, n_bad * usual_ms / MS_PER_S)
    return tuple(Gap(n, gaps_s[n]) for n in sorted(gaps_s) if 0 < n < len(series.values))


def _began(series: Series, fit: ClockFit | None) -> float | None:
    """The first interval's beginning on the wall's clock, if the times can be that: between 2001 and 2100."""
    if fit is not None and fit.first is not None and 1e9 < fit.first < 4.1e9:
        return fit.first
    return series.began_epoch_s
