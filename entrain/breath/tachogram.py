"""RR intervals as an even series of changes, its sliding spectrum, and the pacer's phase beside it.

Each interval stands at its own middle; between them straight lines, sampled every 0.5 s on the session's
grid. Kept are the *steps* from one sample to the next, not the levels: slow wander and Mayer waves make a
background whose power falls with about the square of the frequency, and differences multiply power by just
that square, so a quiet breath at 15/min stands out against a loud wave at 6/min. What is unknown (the start,
a gap) is a step of nothing and needs no mending.

The spectrum is a sliding discrete Fourier transform of the last 60 s (Jacobsen & Lyons 2003): one bin per
breath/min, renewed with one complex turn per bin and sample, so that a second costs microseconds.
"""

from cmath import exp as turned
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor, pi
from typing import Final

SAMPLE_S: Final = 0.5
WINDOW_S: Final = 60.0
N: Final = round(WINDOW_S / SAMPLE_S)
PACED_N: Final = round(40.0 / SAMPLE_S)  # how long the pacer's phase is kept
FASTEST_BIN: Final = 24  # breaths/min, as a bin is one
GAP_S: Final = 5.0  # nothing is drawn through a longer one

_BINS: Final = range(FASTEST_BIN + 3)  # a Hann window and a peak each need a neighbour
_TURNS: Final = tuple(turned(2j * pi * k / N) for k in _BINS)

Pacer = Callable[[float], tuple[float, float] | None]
"""At a time: the fraction of the paced breath (0 where it begins) and its rate per minute; None: no pacer."""


@dataclass(frozen=True, slots=True)
class Tachogram:
    """State; fold intervals in with `extended`. Series are oldest first and end at sample `at` - 1."""

    newest: tuple[float, float] | None = None  # (middle in s, RR in ms) of the newest interval
    at: int = 0  # the next sample, in units of SAMPLE_S on the session's clock
    level_ms: float | None = None  # of the newest sample
    steps: tuple[float, ...] = (0.0,) * N  # in ms
    known: tuple[bool, ...] = (False,) * N
    spectrum: tuple[complex, ...] = (0j,) * len(_BINS)  # of `steps`, rectangular window
    paced: tuple[complex, ...] = (0j,) * PACED_N  # turns a step back by the pacer's phase; 0: no pacer
    paced_per_min: float | None = None  # at the newest sample

    @property
    def newest_s(self) -> float:
        """The time of the newest sample."""
        return (self.at - 1) * SAMPLE_S


def extended(tachogram: Tachogram, t_s: float, rr_ms: float, pacer: Pacer | None) -> Tachogram:
    """Fold in an accepted interval that ended at `t_s`. One that is not later than the last is left out."""
    middle_s = t_s - rr_ms / 2000.0
    before = tachogram.newest
    if before is None or middle_s - before[0] > WINDOW_S:
        return Tachogram(newest=(middle_s, rr_ms), at=ceil(middle_s / SAMPLE_S))
    before_s, before_ms = before
    if middle_s <= before_s:
        return tachogram
    joined = middle_s - before_s <= GAP_S
    slope = (rr_ms - before_ms) / (middle_s - before_s)
    level_ms, paced_per_min = tachogram.level_ms, tachogram.paced_per_min
    steps, known = list(tachogram.steps), list(tachogram.known)
    spectrum, paced = list(tachogram.spectrum), list(tachogram.paced)
    first, end = tachogram.at, floor(middle_s / SAMPLE_S) + 1
    for n in range(first, end):
        sample_s = n * SAMPLE_S
        now_ms = before_ms + slope * (sample_s - before_s) if joined else None
        is_known = now_ms is not None and level_ms is not None
        step = now_ms - level_ms if now_ms is not None and level_ms is not None else 0.0
        level_ms = now_ms
        change = step - steps[n - first]
        spectrum = [(z + change) * turn for z, turn in zip(spectrum, _TURNS, strict=True)]
        steps.append(step)
        known.append(is_known)
        moment = None if pacer is None else pacer(sample_s)
        paced.append(0j if moment is None else turned(-2j * pi * moment[0]))
        paced_per_min = None if moment is None else moment[1]
    return Tachogram(
        newest=(middle_s, rr_ms),
        at=end,
        level_ms=level_ms,
        steps=tuple(steps[-N:]),
        known=tuple(known[-N:]),
        spectrum=tuple(spectrum),
        paced=tuple(paced[-PACED_N:]),
        paced_per_min=paced_per_min,
    )
