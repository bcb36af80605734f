"""Where a column of times runs back: the hour that comes twice in autumn, rows that stand twice, a file that
begins anew, a list with the newest on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from entrain.recordings.moments import Moments

BACK_S: Final = 1.5  # packets that come in late, or stamps that were added up, run back by less
HOUR_S: Final = 3600.0
_NEAR_HOUR_S: Final = 4.0
_NAMED: Final = 10  # turns that are named one by one
_TOO_MANY: Final = 0.2  # turns for each row, from which it is no time at all


@dataclass(frozen=True, slots=True)
class Straightened:
    """Times that fall by little at most; `breaks` are the places in `keep` where they fell by more."""

    keep: tuple[int, ...]
    at_s: tuple[float, ...]
    breaks: frozenset[int]
    notes: tuple[str, ...]


def straightened(
    times_s: Sequence[float],
    rr_s: Sequence[float],
    clock: Moments,
    same: Sequence[int],
    lines: Sequence[int],
    resolution_s: float,
) -> Straightened | None:
    """None where the times run back too often to be times."""
    notes: list[str] = []
    order = list(range(len(times_s)))
    if times_s[-1] < times_s[0] and all(b <= a for a, b in pairwise(times_s)):
        order.reverse()
        notes.append("The newest row stands on top; the rows were read from the bottom up.")
    if clock.is_clock and clock.is_local:
        times_s, said = _without_clock_changes(order, times_s, rr_s, lines)
        notes += said
    turns = [n for before, n in pairwise(order) if times_s[n] < times_s[before] - BACK_S]
    if len(turns) > max(3, _TOO_MANY * len(order)):
        return None
    order, n_double = _once(order, times_s, rr_s, same, resolution_s)
    if n_double:
        were = "rows that stood there twice were" if n_double > 1 else "row that stood there twice was"
        notes.append(f"{n_double} {were} read once.")
    # Where the rows at the turn stood there twice, what follows them begins the new chain.
    breaks = {place for turn in turns if (place := next((p for p, n in enumerate(order) if n >= turn), 0))}
    notes += [
        f"Time runs back by {times_s[n - 1] + rr_s[n] - times_s[n]:.1f} s at line {lines[n]};"
        " the chain is broken there."
        for n in turns[:_NAMED]
    ]
    out_s = [times_s[order[0]]]
    shift_s = 0.0
    for place, n in enumerate(order[1:], 1):
        if place in breaks:
            shift_s = out_s[-1] + rr_s[n] - times_s[n]
        out_s.append(times_s[n] + shift_s)
    return Straightened(tuple(order), tuple(out_s), frozenset(breaks), tuple(notes))


def _without_clock_changes(
    order: Sequence[int], times_s: Sequence[float], rr_s: Sequence[float], lines: Sequence[int]
) -> tuple[list[float], list[str]]:
    """The times as if summer time had neither begun nor ended, and what was taken for that."""
    out_s, said, shift_s = list(times_s), list[str](), 0.0
    for before, n in pairwise(order):
        if _is_clock_change(times_s[before], times_s[n], rr_s[n]):
            back = times_s[n] < times_s[before]
            shift_s += HOUR_S if back else -HOUR_S
            way = "back" if back else "forward"
            said.append(
                f"The clock was put {way} by an hour before line {lines[n]}; nothing is missing there."
            )
        out_s[n] = times_s[n] + shift_s
    return out_s, said


def _is_clock_change(before_s: float, after_s: float, rr: float) -> bool:
    """Summer time begins or ends: an hour more or less than the interval, at a full hour."""
    step_s = after_s - before_s
    if abs(step_s + HOUR_S - rr) < _NEAR_HOUR_S:
        return after_s % HOUR_S < _NEAR_HOUR_S and before_s % HOUR_S > HOUR_S - _NEAR_HOUR_S
    if abs(step_s - HOUR_S - rr) < _NEAR_HOUR_S:
        return after_s % HOUR_S < _NEAR_HOUR_S and before_s % HOUR_S > HOUR_S - _NEAR_HOUR_S
    return False


def _once(
    order: list[int],
    times_s: Sequence[float],
    rr_s: Sequence[float],
    same: Sequence[int],
    resolution_s: float,
) -> tuple[list[int], int]:
    """Without rows that are there already, cell for cell; how many they were.

    Two equal intervals of one packet are such rows too where times are those of packets. They stay: rows go
    only where the intervals would last longer than the clock with them, or where time had run back.
    """
    if not same:
        return order, 0
    seen: set[int] = set()
    latest_s = times_s[order[0]]
    doubled: list[int] = []
    again: list[int] = []
    for n in order:
        if same[n] in seen:
            (again if times_s[n] < latest_s - BACK_S else doubled).append(n)
        seen.add(same[n])
        latest_s = max(latest_s, times_s[n])
    gone = set(again)
    if doubled:
        span_s = max(times_s) - min(times_s)
        total_s = sum(rr_s[n] for n in order if n not in gone) - rr_s[order[0]]
        twice_s = sum(rr_s[n] for n in doubled)
        fine = resolution_s < 0.05
        if total_s > span_s + 0.5 * twice_s + BACK_S or (
            fine and _adds_up(order, set(doubled) | gone, times_s, rr_s)
        ):
            gone |= set(doubled)
    return [n for n in order if n not in gone], len(gone)


def _adds_up(order: list[int], gone: set[int], times_s: Sequence[float], rr_s: Sequence[float]) -> bool:
    """Whether the times are a running sum once those rows are gone."""
    kept = [n for n in order if n not in gone]
    close = [
        abs(times_s[b] - times_s[a] - rr_s[b]) < 0.02 or abs(times_s[b] - times_s[a] - rr_s[a]) < 0.02
        for a, b in pairwise(kept)
    ]
    return bool(close) and sum(close) > 0.9 * len(close)
