"""What a recording's column of times means, and where it says that something is lacking.

Times are a running sum of the intervals, stamped at an interval's start or its end; or they are when packets
came in, late by up to a second and several intervals at once. Which of them shows in how they fit the
intervals, not in the column's name.
"""

from dataclasses import replace
from itertools import pairwise
from math import log10
from typing import Final

from entrain.heart.recording import Gap, Recording, TimeKind
from entrain.units import MS_PER_S

LEAST: Final = 3  # intervals from which one can tell
SAME_S: Final = 0.002  # times and intervals agree within this
GAP_S: Final = 0.25  # a running sum that jumps by more lacks something
LATE_S: Final = 2.0  # packets that are later than this from some interval on: something was lost on air
AROUND: Final = 30  # intervals before and after that say how late packets usually are
PACKET_S: Final = 0.95  # what one packet carries spans less
MANY: Final = 10  # gaps that are named one by one
EARLIEST_S: Final = 1e9  # seconds since 1970 that a date can be, and not a count
LATEST_S: Final = 4.1e9


def timed(recording: Recording, lines: list[int], times: list[float]) -> Recording:
    """`recording` with what its column of `times`, one for each interval, has to say.

    `lines` are the intervals' line numbers in the file, for the warnings.
    """
    if len(times) < LEAST:
        return recording
    rr_s = [ms / MS_PER_S for ms in recording.intervals_ms]
    per_s = _per_second(times, rr_s)
    if per_s is None:
        said = "Its column of times does not fit the intervals and was left aside."
        return replace(recording, warnings=(*recording.warnings, said))
    recording = replace(
        recording, began_epoch_s=_epoch(times[0] / per_s - rr_s[0]) or recording.began_epoch_s
    )
    at_s = [(time - times[0]) / per_s for time in times]
    steps_s = [b - a for a, b in pairwise(at_s)]
    by_start = sum(abs(step_s - rr) <= SAME_S for step_s, rr in zip(steps_s, rr_s, strict=False))
    by_end = sum(abs(step_s - rr) <= SAME_S for step_s, rr in zip(steps_s, rr_s[1:], strict=True))
    if max(by_start, by_end) > 0.9 * len(steps_s):
        joins = rr_s[:-1] if by_start >= by_end else rr_s[1:]
        return _cumulated(recording, [step_s - rr for step_s, rr in zip(steps_s, joins, strict=True)], lines)
    if by_start > 0.1 * len(steps_s):
        at_s = _packet_times(at_s, rr_s)
    return _arrived(recording, at_s, lines)


def _epoch(time_s: float) -> float | None:
    """The time, if it can be one on the wall's clock: between 2001 and 2100."""
    return time_s if EARLIEST_S < time_s < LATEST_S else None


def _packet_times(at_s: list[float], rr_s: list[float]) -> list[float]:
    """FatMaxxer stamps the later intervals of a packet by adding them up; give them the packet's own time."""
    packets_s = at_s[:1]
    for before_s, stamp_s, rr in zip(at_s, at_s[1:], rr_s, strict=False):
        added = abs(stamp_s - before_s - rr) <= SAME_S
        packets_s.append(packets_s[-1] if added and stamp_s - packets_s[-1] < PACKET_S else stamp_s)
    # A sum that ran past the next packet came with that at the latest.
    for n in range(len(packets_s) - 2, -1, -1):
        packets_s[n] = min(packets_s[n], packets_s[n + 1])
    return packets_s


def _per_second(times: list[float], rr_s: list[float]) -> float | None:
    """How many of the time column's units make a second: 1, or a thousand, million or thousand million."""
    span, total_s = times[-1] - times[0], sum(rr_s[1:])
    if span <= 0.0:
        return None
    power = round(log10(span / total_s) / 3.0)
    return 1000.0**power if 0 <= power <= 3 else None


def _cumulated(recording: Recording, jumps_s: list[float], lines: list[int]) -> Recording:
    warnings = list(recording.warnings)
    gaps: list[Gap] = []
    for index, jump_s in enumerate(jumps_s, 1):
        if jump_s > GAP_S:
            gaps.append(Gap(index, jump_s))
        elif jump_s < -GAP_S:
            warnings.append(
                f"Time runs back by {-jump_s:.1f} s at line {lines[index]}; the intervals are kept."
            )
    text = f"{recording.format}, with a running time"
    return replace(
        recording,
        time=TimeKind.CUMULATED,
        gaps=tuple(gaps),
        format=text,
        warnings=(*warnings, *_gaps_said(gaps, lines)),
    )


def _arrived(recording: Recording, at_s: list[float], lines: list[int]) -> Recording:
    """Arrival times: a gap is where packets become later, for good, than the intervals explain."""
    backwards = next((n for n, (a, b) in enumerate(pairwise(at_s), 1) if b < a), None)
    if backwards is not None:
        said = f"The times run back at line {lines[backwards]} and were left aside."
        return replace(recording, warnings=(*recording.warnings, said))
    elapsed_s, delays_s = 0.0, list[float]()
    for arrival_s, ms in zip(at_s, recording.intervals_ms, strict=True):
        elapsed_s += ms / MS_PER_S
        delays_s.append(arrival_s - elapsed_s)
    gaps: list[Gap] = []
    since = 0
    for index in range(1, len(delays_s)):
        before_s = min(delays_s[max(since, index - AROUND) : index])
        late_s = min(delays_s[index : index + AROUND]) - before_s
        if late_s > LATE_S:
            gaps.append(Gap(index, late_s))
            since = index
    return replace(
        recording,
        time=TimeKind.ARRIVAL,
        arrival_s=tuple(at_s),
        gaps=tuple(gaps),
        format=f"{recording.format}, with arrival times",
        warnings=(*recording.warnings, *_gaps_said(gaps, lines)),
    )


def _gaps_said(gaps: list[Gap], lines: list[int]) -> list[str]:
    said = [f"{gap.seconds:.1f} s are missing before line {lines[gap.index]}." for gap in gaps[:MANY]]
    return said + ([f"There are {len(gaps) - MANY} more gaps."] if len(gaps) > MANY else [])
