"""From numbers to intervals: what they can be, in which unit, and where the chain is broken.

A series that never falls is no series of intervals: it is moments of beats, or it counts something. A unit
that is written is believed as far as a heart can have such intervals; one that is not is judged by size.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

from entrain.errors import InputError
from entrain.heart.recording import Gap, Recording, TimeKind
from entrain.recordings.clock import ClockFit, fitted
from entrain.recordings.options import (
    MICROSECONDS,
    MILLISECONDS,
    SECONDS,
    UNITS,
    ReadOptions,
    TimeUnit,
    unit_of,
)
from entrain.recordings.series import BadLine, Series, counted, listed, refuse
from entrain.units import MS_PER_S, S_PER_MIN

PAUSE_MS: Final = 2500.0
LONGEST_MS: Final = 60_000.0  # a packet can say no more than 64 s; beyond a minute it is no interval
UNLIKELY_BPM: Final = 115.0  # at rest; counts of samples at 500 a second look like that
_FEW: Final = 5  # numbers that may well rise by chance
_SURE: Final = 10  # and from which on that cannot be chance
_LONG: Final = 60  # from here on not even what somebody made up for a trial rises
_HOLE_S: Final = 3.0  # no beat for so long, and for three usual intervals: not an interval but a hole
_RATES_DIFFER: Final = 0.1
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
    are_beats = are_beats or (not series.are_intervals and _must_be_beats(series, name, options))
    unit, how = _unit(series, are_beats, name, options)
    if are_beats:
        series, holes_s = _between(series, unit, name)
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
        for n in series.breaks:  # where the kept rows say it too
            if n in fit.keep:
                gaps_s.setdefault(fit.keep.index(n), 0.0)
        series = _picked(series, fit.keep)
    else:
        gaps_s = dict.fromkeys(series.breaks, 0.0) | holes_s
    stopped = _stopped(gaps_s, series)
    intervals_ms = tuple(value * unit.to_ms for value in series.values)
    return Recording(
        name=name,
        intervals_ms=intervals_ms,
        time=fit.time if fit is not None else TimeKind.CUMULATED if holes_s else TimeKind.NONE,
        arrival_s=fit.at_s if fit is not None and fit.time is TimeKind.ARRIVAL else None,
        gaps=_gaps(gaps_s, bad, series, median(intervals_ms)),
        unit=unit.name,
        format=_format(series.what, unit, how, are_beats, fit),
        warnings=(
            *series.notes,
            *_holes_said(holes_s, series),
            *aside,
            *(fit.notes if fit is not None else ()),
            *stopped,
            *_pauses_said(series, unit),
            *_rate_said(intervals_ms, is_sure or fit is not None, series),
            *_left_out(bad, series.place),
        ),
        began_epoch_s=_began(series, fit),
    )


# ---- intervals, or what else -------------------------------------------------------------------------------


def _must_be_beats(series: Series, name: str, options: ReadOptions) -> bool:
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
    are_intervals = any(
        _is_pulse_ms(values[0] * u.to_ms) and _is_pulse_ms(values[-1] * u.to_ms) for u in units
    )
    if not any(_is_pulse_ms(usual * each.to_ms) for each in units):
        if (are_intervals and len(values) < _LONG) or len(values) < _SURE:
            return False  # few, and as long as intervals are; or refused for its size
        raise InputError(
            f"The numbers in {name} never fall, so they are no intervals.",
            "A counter? Choose with --column NAME; for moments of beats say their unit with --unit.",
        )
    if len(values) < _SURE:
        if len(values) < _FEW or not are_intervals:
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


def _between(series: Series, unit: TimeUnit, name: str) -> tuple[Series, dict[int, float]]:
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
        rates_bpm=(),
        breaks=frozenset(n for n in breaks if 0 < n < n_values),
        notes=tuple(notes),
        began_epoch_s=began,
    ), {n: seconds for n, seconds in holes_s.items() if 0 < n < n_values}


def _holes_said(holes_s: dict[int, float], series: Series) -> list[str]:
    said = [
        f"{seconds:.1f} s without a beat before {series.place} {series.lines[n]}: taken for a gap."
        for n, seconds in list(holes_s.items())[:10]
    ]
    return said + ([f"There are {len(holes_s) - 10} more gaps."] if len(holes_s) > 10 else [])


# ---- units -------------------------------------------------------------------------------------------------


def _unit(series: Series, are_beats: bool, name: str, options: ReadOptions) -> tuple[TimeUnit, str]:
    """The unit, and what says so: "" where it was judged by size."""
    if options.unit is not None:
        return unit_of(options.unit), "--unit"
    if series.unit is not None:
        return series.unit, series.unit_said_by
    called = f"{series.column!r} in {name}" if series.column else name
    if series.counts_samples:
        raise InputError(
            f"{called} counts samples, and how many make a second is not said.",
            "Say it with --unit samples:HZ, for instance --unit samples:250.",
        )
    values = [b - a for a, b in pairwise(series.values) if b > a] if are_beats else series.values
    middle = median(values) if values else 0.0
    for unit in (MILLISECONDS, SECONDS, MICROSECONDS):
        if _is_pulse_ms(middle * unit.to_ms):
            return unit, ""
    what = "steps between beats" if are_beats else "intervals"
    raise InputError(
        f"The {what} in {name} have a median of {middle:g}: neither milliseconds nor seconds of a pulse.",
        f"Give RR intervals, not heart rates, in ms (857) or s (0.857); --unit takes {UNITS}.",
    )


def _check_plausible(series: Series, unit: TimeUnit, name: str) -> None:
    middle_ms = median(series.values) * unit.to_ms
    if not _is_pulse_ms(middle_ms):
        raise InputError(
            f"The intervals in {name} would have a median of {middle_ms:.4g} ms, taken as {unit.name}.",
            f"Say the unit with --unit: {UNITS}.",
        )


def _strange(value: float, unit: TimeUnit, is_guess: bool) -> str:
    """What makes an interval unusable in its own recording; empty where nothing does."""
    if value <= 0.0:
        return f"an interval cannot be {value:g}"
    if unit is SECONDS and _is_pulse_ms(value):
        return f"{value:g} is in ms, where most are in s"
    # Straps do send stray intervals of 1 or 2 ms, but none with decimals.
    if is_guess and unit is MILLISECONDS and _is_pulse_ms(value * MS_PER_S) and not value.is_integer():
        return f"{value:g} is in s, where most are in ms"
    return f"an interval of {value:g} {unit.name} is over a minute" if value * unit.to_ms > LONGEST_MS else ""


def _is_pulse_ms(value: float) -> bool:
    """An interval of 20 to 240 beats a minute, in ms."""
    return 250.0 <= value <= 3000.0


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
    # A column that is only the intervals' own sum knows nothing of holes; one that shows some knows more.
    best = max(fits, key=lambda fit: (fit.rank > 0, sum(fit.gaps_s.values()) > 0.0, fit.rank), default=None)
    if best is None:
        return None, ()
    if best.rank == 0:
        insisting = [fit for fit, clock in zip(fits, series.clocks, strict=True) if clock.insists]
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
    )


def _gaps(
    gaps_s: dict[int, float], bad: Sequence[BadLine], series: Series, usual_ms: float
) -> tuple[Gap, ...]:
    """Every gap in order; a line left out is one of as many usual intervals as lines."""
    if bad:
        for index, (before, line) in enumerate(pairwise(series.lines), 1):
            n_bad = sum(before < number < line for number, _ in bad)
            if n_bad:
                gaps_s.setdefault(index, n_bad * usual_ms / MS_PER_S)
    return tuple(Gap(n, gaps_s[n]) for n in sorted(gaps_s) if 0 < n < len(series.values))


def _format(what: str, unit: TimeUnit, how: str, are_beats: bool, fit: ClockFit | None) -> str:
    said = f"by {how}" if how and not how.startswith("by") else how or "by their size; see --unit"
    kind = "moments of beats" if are_beats else "intervals"
    words = f"{what}, {kind} in {unit.name} ({said})"
    if fit is None:
        return words
    return f"{words}, with {'arrival times' if fit.time is TimeKind.ARRIVAL else 'a running time'}"


def _began(series: Series, fit: ClockFit | None) -> float | None:
    """The first interval's beginning on the wall's clock, if the times can be that: between 2001 and 2100."""
    if fit is not None and fit.first is not None and 1e9 < fit.first < 4.1e9:
        return fit.first
    return series.began_epoch_s


def _pauses_said(series: Series, unit: TimeUnit) -> list[str]:
    pauses = [n for n, value in enumerate(series.values) if value * unit.to_ms > PAUSE_MS]
    if not pauses:
        return []
    return [
        f"{len(pauses)} interval{'s' * (len(pauses) > 1)} of more than {PAUSE_MS / MS_PER_S:g} s, the first"
        f" at {series.place} {series.lines[pauses[0]]}: kept, though no heart at rest makes them."
    ]


def _rate_said(intervals_ms: Sequence[float], is_sure: bool, series: Series) -> list[str]:
    bpm = S_PER_MIN * MS_PER_S / median(intervals_ms)
    said: list[str] = []
    if not is_sure and bpm > UNLIKELY_BPM:
        said.append(f"That is a pulse of {bpm:.0f}. If these are counts of samples, say --unit samples:HZ.")
    if series.rates_bpm and abs(bpm / median(series.rates_bpm) - 1.0) > _RATES_DIFFER:
        said.append(
            f"The intervals say a pulse of {bpm:.0f}, the rates beside them {median(series.rates_bpm):.0f}."
        )
    return said


def _left_out(bad: Sequence[BadLine], place: str) -> list[str]:
    if not bad:
        return []
    return [f"{counted(len(bad), place)} left out, and the chain broken there:{listed(bad, place)}"]
