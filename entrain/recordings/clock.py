"""What a column of times means beside the intervals, and where it says that something is lacking.

Times are a running sum of the intervals, stamped at an interval's start or its end; or they are when packets
came in, late by up to a second and several intervals at once; or whole seconds of either. Which of them shows
in how they fit the intervals, not in the column's name. What fits nothing is a counter, or says that the
intervals are none: one value a second, one mean for each five minutes, two hearts in one table.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from math import floor
from statistics import fmean, median
from typing import Final

from entrain.heart.recording import TimeKind
from entrain.recordings.clock_numbers import SAME_S, only_counts, per_second, resolution_of
from entrain.recordings.moments import Moments
from entrain.recordings.numbers import quoted
from entrain.recordings.options import (
    MILLISECONDS,
    TICKS,
    TimeUnit,
    samples,
)
from entrain.recordings.turns import Straightened, straightened

LEAST: Final = 3  # intervals from which one can tell
GAP_S: Final = 0.25  # a running sum that jumps by more lacks something
LATE_S: Final = 2.0  # packets that are later than this from some interval on: something was lost on air
AROUND: Final = 30  # intervals before and after that say how late packets usually are
PACKET_S: Final = 0.95  # what one packet carries spans less
COARSE_S: Final = 0.5  # times of this resolution or a worse one are only good for finding holes
TOO_COARSE_S: Final = 5.0
MANY: Final = 10  # gaps that are named one by one
_DOUBLED: Final = 0.7  # of the rows at most stand there first, where a file is doubled
_RATES_HZ: Final = (100, 125, 128, 130, 200, 250, 256, 300, 360, 400, 500, 512, 600, 800, 1000, 1024, 2000)


@dataclass(frozen=True, slots=True)
class ClockFit:
    """How one column of times goes with the intervals; `rank` 0: not at all."""

    rank: int
    notes: tuple[str, ...] = ()
    fault: str = ""  # why the intervals cannot be what they seem
    advice: str = ""
    time: TimeKind = TimeKind.NONE
    keep: tuple[int, ...] = ()  # of the intervals, in this order
    at_s: tuple[float, ...] = ()  # for each kept interval, 0 at the first
    gaps_s: dict[int, float] = field(default_factory=dict[int, float])  # by the place in `keep`
    unit: TimeUnit | None = None  # of the intervals, where the clock shows another than was taken
    first: float | None = None  # moment of the first interval's beginning in s, on the clock's own scale


def fitted(
    clock: Moments,
    values: Sequence[float],
    unit: TimeUnit,
    is_sure: bool,
    same: Sequence[int],
    lines: Sequence[int],
    place: str = "line",
) -> ClockFit:
    """Lay the times beside the intervals.

    Args:
        values: in `unit`; `is_sure` where a name or a person says so, and it was not judged by size.
        same: equal numbers for equal rows; () where rows were not compared.
    """
    found = _fitted(clock, values, unit, is_sure, same, lines, place)
    once = _first_of(same)
    if found.rank > 0 or not same or len(once) >= _DOUBLED * len(values):
        return found
    clock = replace(clock, values=tuple(clock.values[n] for n in once))
    undoubled = _fitted(clock, [values[n] for n in once], unit, is_sure, (), [lines[n] for n in once], place)
    if undoubled.rank == 0:
        return found
    said = f"{len(values) - len(once)} rows that stood there twice were read once."
    keep = tuple(once[n] for n in undoubled.keep)
    return replace(undoubled, keep=keep, notes=(said, *undoubled.notes))


def _fitted(
    clock: Moments,
    values: Sequence[float],
    unit: TimeUnit,
    is_sure: bool,
    same: Sequence[int],
    lines: Sequence[int],
    place: str = "line",
) -> ClockFit:
    times = [time for time in clock.values if time is not None]
    called = f"The times in {quoted(clock.name)}" if clock.name else "Its column of times"
    if len(times) < LEAST or len(times) < len(values):
        return ClockFit(0)
    if only_counts(times, clock):
        return ClockFit(
            0, (f"{called} only count the rows and were left aside.".replace("The times", "The numbers"),)
        )
    if max(times) <= min(times):
        return ClockFit(0, (f"{called} never change and were left aside.",))
    rr_s = [value / unit.per_s for value in values]
    per_s, note = per_second(clock, times, rr_s)
    if per_s is None:
        usual = median([b - a for a, b in pairwise(times)])
        if usual > 0.0 and _is_regular(times, usual) and not usual.is_integer():
            return ClockFit(0, fault=f"{called} go on by {usual:g}: samples, not each interval once.")
        return ClockFit(0, (f"{called} do not fit the intervals and were left aside.",))
    scaled = [time / per_s for time in times]
    resolution_s = resolution_of(times, per_s)
    straight = straightened(scaled, rr_s, clock, same, lines, resolution_s)
    if straight is None:
        return ClockFit(0, (f"{called} run back again and again and were left aside.",))
    notes = (*((clock.note,) if clock.note else ()), *((note,) if note else ()), *straight.notes)
    kept_s = [rr_s[n] for n in straight.keep]
    found = _running(straight, kept_s, resolution_s, unit, is_sure) or _arriving(
        straight, kept_s, resolution_s, unit, is_sure, called
    )
    kept_lines = [lines[n] for n in straight.keep]
    return ClockFit(
        found.rank,
        (
            *notes,
            *found.notes,
            *_gaps_said(found.gaps_s, [f"{place} {line}" for line in kept_lines]),
        ),
        found.fault,
        found.advice,
        found.time,
        straight.keep,
        found.at_s,
        {n: max(0.0, seconds) for n, seconds in found.gaps_s.items()},
        found.unit,
        None if found.first is None else scaled[straight.keep[0]] - found.first,
    )


def _first_of(same: Sequence[int]) -> list[int]:
    """The rows that do not stand there before, cell for cell."""
    seen: set[int] = set()
    return [n for n, row in enumerate(same) if not (row in seen or seen.add(row))]


# ---- how they lie beside the intervals ---------------------------------------------------------------------


def _running(
    straight: Straightened, rr_s: Sequence[float], resolution_s: float, unit: TimeUnit, is_sure: bool
) -> ClockFit | None:
    """A running sum of the intervals; None where the times are none."""
    if resolution_s >= COARSE_S:
        return None
    at_s = straight.at_s
    joined = [n for n in range(1, len(at_s)) if n not in straight.breaks]
    steps_s = [at_s[n] - at_s[n - 1] for n in joined]
    found: list[tuple[int, list[float], bool, float]] = []
    for by_end in (True, False):
        joins = [rr_s[n if by_end else n - 1] for n in joined]
        scale = _scale(steps_s, joins)
        near_s = max(SAME_S, 1.02 * resolution_s)
        close = sum(abs(step - scale * rr) <= near_s for step, rr in zip(steps_s, joins, strict=True))
        found.append((close, joins, by_end, scale))
    n_close, joins, by_end, scale = max(found, key=lambda each: each[0])
    if not steps_s or n_close <= 0.9 * len(steps_s) or scale <= 0.0:  # times that hardly ever change
        return None
    shown = None
    if scale != 1.0:
        shown = _shown_by(scale, unit)
        if shown is None or is_sure:
            says = f"{shown.name}" if shown else f"{1e3 * scale / unit.per_s:.4g} ms each"
            return ClockFit(
                0, fault=f"By its times the intervals are in {says}, not in {unit.name}.",
                advice="Say what they are in: --unit s, ms, us, 1/1024 or samples:HZ.",
            )  # fmt: skip
    gaps_s = dict.fromkeys(straight.breaks, 0.0)
    for n, step, rr in zip(joined, steps_s, joins, strict=True):
        if abs(step - scale * rr) > max(GAP_S, 1.5 * resolution_s):  # less time than the interval: a turn
            gaps_s[n] = step - scale * rr
    notes = (f"By its times the intervals are in {shown.name}, and were read so.",) if shown else ()
    first_s = rr_s[0] * scale if by_end else 0.0
    at = tuple(time - at_s[0] for time in at_s)
    return ClockFit(2, notes, time=TimeKind.CUMULATED, at_s=at, gaps_s=gaps_s, unit=shown, first=first_s)


def _scale(steps_s: Sequence[float], joins: Sequence[float]) -> float:
    """Seconds of the clock in a second of intervals; exactly 1 where it is that within half a percent."""
    ratios = [step / rr for step, rr in zip(steps_s, joins, strict=True) if rr > 0.0]
    if not ratios:
        return 1.0
    middle = median(ratios)
    good = [(step, rr) for step, rr in zip(steps_s, joins, strict=True) if abs(step - middle * rr) < 0.06]
    total_s = sum(rr for _, rr in good)
    scale = sum(step for step, _ in good) / total_s if total_s else middle
    return 1.0 if abs(scale - 1.0) < 0.005 else scale


def _shown_by(scale: float, unit: TimeUnit) -> TimeUnit | None:
    """The unit that a clock shows where another was taken by size."""
    per_s = unit.per_s / scale
    if abs(per_s / TICKS.per_s - 1.0) < 0.003:
        return TICKS
    return next((samples(rate) for rate in _RATES_HZ if abs(per_s / rate - 1.0) < 0.003), None)


def _arriving(
    straight: Straightened,
    rr_s: Sequence[float],
    resolution_s: float,
    unit: TimeUnit,
    is_sure: bool,
    called: str,
) -> ClockFit:
    """Arrival times: a gap is where packets become later, for good, than the intervals explain."""
    at_s = [time - straight.at_s[0] for time in straight.at_s]
    by_start = sum(abs(b - a - rr) <= SAME_S for (a, b), rr in zip(pairwise(at_s), rr_s, strict=False))
    if by_start > 0.1 * len(at_s) and resolution_s < COARSE_S:
        at_s = _packet_times(at_s, rr_s)
    at_s = list(accumulate(at_s, max))
    gaps_s = dict.fromkeys(straight.breaks, 0.0) | _lateness(at_s, rr_s, resolution_s)
    total_s, span_s = sum(rr_s[1:]), at_s[-1]
    slack = 1.5 * max(1.0, resolution_s) / total_s
    left = (span_s - sum(gaps_s.values())) / total_s
    usual_s = median([b - a for a, b in pairwise(at_s)])
    regular = _is_regular(at_s, usual_s)
    varied = max(rr_s) - min(rr_s) > 0.04 * median(rr_s)
    if usual_s > 3.0 * median(rr_s):
        return ClockFit(
            0, fault=f"There is one value every {usual_s:g} s: means or other results, not each interval.",
            advice="Give the recording that they were reckoned from.",
        )  # fmt: skip
    if regular and varied and abs(span_s / total_s - 1.0) > 0.03 + slack:
        return ClockFit(
            0, fault=f"There is one value every {usual_s:g} s: samples, not each interval once.",
            advice="Give the intervals as the strap sent them, each once.",
        )  # fmt: skip
    if left < 0.985 - slack:
        if abs(left - 1000.0 / TICKS.per_s) < 0.004 and unit is MILLISECONDS and not is_sure and slack < 0.01:
            note = "By its times the intervals are in 1/1024, and were read so."
            return _with_times(at_s, gaps_s, resolution_s, (note,), TICKS, rr_s[0])
        return ClockFit(
            0, fault=f"The intervals add up to {total_s:.0f} s, its times to {left * total_s:.0f} s.",
            advice="Two hearts or doubled rows in one file do that, and a wrong unit (--unit).",
        )  # fmt: skip
    if resolution_s >= TOO_COARSE_S:
        return ClockFit(0, (f"{called} are too coarse to find a gap and were left aside.",))
    notes: tuple[str, ...] = ()
    if left > 1.08 + slack:
        notes = (f"The intervals cover only {100 * total_s / span_s:.0f} % of the time; some are missing.",)
    return _with_times(at_s, gaps_s, resolution_s, notes, None, rr_s[0])


def _is_regular(times: Sequence[float], usual: float) -> bool:
    """Whether most steps are the usual one, as where something is sampled."""
    return sum(abs(b - a - usual) < 0.02 * usual for a, b in pairwise(times)) > 0.9 * (len(times) - 1)


def _with_times(
    at_s: Sequence[float],
    gaps_s: dict[int, float],
    resolution_s: float,
    notes: tuple[str, ...],
    unit: TimeUnit | None,
    first_s: float,
) -> ClockFit:
    kind = TimeKind.CUMULATED if resolution_s >= COARSE_S else TimeKind.ARRIVAL
    return ClockFit(1, notes, time=kind, at_s=tuple(at_s), gaps_s=gaps_s, unit=unit, first=first_s)


def _lateness(at_s: Sequence[float], rr_s: Sequence[float], resolution_s: float) -> dict[int, float]:
    elapsed_s, delays_s = 0.0, list[float]()
    for arrival_s, rr in zip(at_s, rr_s, strict=True):
        elapsed_s += rr
        delays_s.append(arrival_s - elapsed_s)
    limit_s = LATE_S + (resolution_s if resolution_s > 1.0 else 0.0)
    around = max(AROUND, floor(4.0 * resolution_s / median(rr_s)))
    gaps_s: dict[int, float] = {}
    since = 0
    for index in range(1, len(delays_s)):
        before_s = min(delays_s[max(since, index - around) : index])
        if delays_s[index] - before_s <= limit_s:
            continue
        late_s = min(delays_s[index : index + around]) - before_s
        if late_s > limit_s:
            if resolution_s >= COARSE_S:  # cut-off seconds spread evenly, and so does their mean
                late_s = fmean(delays_s[index : index + around]) - fmean(
                    delays_s[max(since, index - around) : index]
                )
            gaps_s[index] = late_s
            since = index
    return gaps_s


def _packet_times(at_s: Sequence[float], rr_s: Sequence[float]) -> list[float]:
    """FatMaxxer stamps the later intervals of a packet by adding them up; give them the packet's own time."""
    packets_s = list(at_s[:1])
    for before_s, stamp_s, rr in zip(at_s, at_s[1:], rr_s, strict=False):
        added = abs(stamp_s - before_s - rr) <= SAME_S
        packets_s.append(packets_s[-1] if added and stamp_s - packets_s[-1] < PACKET_S else stamp_s)
    # A sum that ran past the next packet came with that at the latest.
    for n in range(len(packets_s) - 2, -1, -1):
        packets_s[n] = min(packets_s[n], packets_s[n + 1])
    return packets_s


def _gaps_said(gaps_s: dict[int, float], places: Sequence[str]) -> list[str]:
    named = [(index, seconds) for index, seconds in sorted(gaps_s.items()) if seconds > 0.0]
    said = [f"{seconds:.1f} s are missing before {places[index]}." for index, seconds in named[:MANY]]
    more = [f"There are {len(named) - MANY} more gaps."] if len(named) > MANY else []
    back = [(places[n], -seconds) for n, seconds in sorted(gaps_s.items()) if seconds < 0.0]
    return (
        said
        + more
        + [f"Time runs back by {s:.1f} s at {at}; the chain is broken there." for at, s in back[:MANY]]
    )
