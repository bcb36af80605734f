"""What there is to say about intervals that were read."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from entrain.heart.recording import TimeKind
from entrain.recordings.clock import ClockFit
from entrain.recordings.options import TimeUnit
from entrain.recordings.series import BadLine, Series, counted, listed
from entrain.units import MS_PER_S, S_PER_MIN

PAUSE_MS: Final = 2500.0
UNLIKELY_BPM: Final = 115.0  # at rest; counts of samples at 500 a second look like that
_SLOW_BPM: Final = 40.0  # at rest; counts of samples at 2,000 a second look like that
_RATES_DIFFER: Final = 0.1
_SMOOTH, _SMOOTH_FROM = 0.97, 100  # correlation of neighbouring steps; steps that it takes


def format_said(what: str, unit: TimeUnit, how: str, are_beats: bool, fit: ClockFit | None) -> str:
    """What a file was read as, and how that was judged."""
    said = f"by {how}" if how and not how.startswith("by") else how or "by their size; see --unit"
    kind = "moments of beats" if are_beats else "intervals"
    words = f"{what}, {kind} in {unit.name} ({said})"
    if fit is None:
        return words
    return f"{words}, with {'arrival times' if fit.time is TimeKind.ARRIVAL else 'a running time'}"


def pauses_said(series: Series, unit: TimeUnit) -> list[str]:
    """A remark on intervals that are pauses."""
    pauses = [n for n, value in enumerate(series.values) if value * unit.to_ms > PAUSE_MS]
    if not pauses:
        return []
    return [
        f"{len(pauses)} interval{'s' * (len(pauses) > 1)} of more than {PAUSE_MS / MS_PER_S:g} s, the first"
        f" at {series.place} {series.lines[pauses[0]]}: kept, though no heart at rest makes them."
    ]


def rate_said(intervals_ms: Sequence[float], is_sure: bool, series: Series) -> list[str]:
    """A remark on a pulse that nobody has."""
    bpm = S_PER_MIN * MS_PER_S / median(intervals_ms)
    said: list[str] = []
    if not is_sure and not _SLOW_BPM <= bpm <= UNLIKELY_BPM:
        said.append(f"That is a pulse of {bpm:.0f}. If these are counts of samples, say --unit samples:HZ.")
    if _is_smooth(intervals_ms):
        said.append(
            "They go on as smoothly as a signal sampled at an even rate; the intervals of a heart hardly do."
        )
    if series.rates_bpm and abs(bpm / median(series.rates_bpm) - 1.0) > _RATES_DIFFER:
        said.append(
            f"The intervals say a pulse of {bpm:.0f}, the rates beside them {median(series.rates_bpm):.0f}."
        )
    return said


def _is_smooth(intervals_ms: Sequence[float]) -> bool:
    """Whether each step is nearly the one before: a correlation that beats in slow breathing do not reach."""
    steps = [b - a for a, b in pairwise(intervals_ms)]
    total = sum(step * step for step in steps)
    if len(steps) < _SMOOTH_FROM or total == 0.0:
        return False
    return sum(a * b for a, b in pairwise(steps)) / total > _SMOOTH


def left_out(bad: Sequence[BadLine], place: str) -> list[str]:
    """A remark on rows that were left out."""
    if not bad:
        return []
    return [f"{counted(len(bad), place)} left out, and the chain broken there:{listed(bad, place)}"]
