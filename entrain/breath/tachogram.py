"""RR intervals as an even series of changes, its sliding spectrum, and the pacer's phase beside it.

Each interval stands at its own middle; between them straight lines, sampled every second on the session's
grid. Kept are the *steps* from one sample to the next, not the levels: slow wander and Mayer waves make a
background whose power falls with about the square of the frequency, and differences multiply power by just
that square, so a quiet breath at 15/min stands out against a loud wave at 6/min. What is unknown (the start,
a gap) is a step of nothing and needs no mending.

The spectrum is a sliding discrete Fourier transform of the last 60 s (Jacobsen & Lyons 2003): one bin per
breath/min, renewed with one complex turn per bin and sample, so that a second costs microseconds. The lock to
a pacer slides likewise: each step is turned back by the pacer's phase, and what a Hann window of 20 s sums up
of them is three bins of such a transform.
"""

from cmath import exp as turned
from collections.abc import Callable
from itertools import repeat
from math import ceil, floor, pi
from operator import add, mul
from typing import Final

from entrain.frozen import quick

SAMPLE_S: Final = 1.0  # half a second tells no more (`benchmarks/breath.py`)
WINDOW_S: Final = 60.0
N: Final = round(WINDOW_S / SAMPLE_S)
LOCK_N: Final = round(20.0 / SAMPLE_S)  # samples in a window of the lock
LOCKS_N: Final = 2 * LOCK_N + 1  # so that the newest window and two that share no sample are kept
FASTEST_BIN: Final = 24  # breaths/min, as a bin is one
GAP_S: Final = 5.0  # nothing is drawn through a longer one

UNIFORM: Final = 1.0 / 6.0  # the mean of u(1 - u) where samples lie anywhere between intervals
BETWEEN_SHARE: Final = SAMPLE_S / 30.0  # of that mean, for each new sample

_BINS: Final = range(FASTEST_BIN + 3)  # a Hann window and a peak each need a neighbour
_TURNS: Final = tuple(turned(2j * pi * k / N) for k in _BINS)
_LOCK_TURN: Final = turned(2j * pi / LOCK_N)
_BACK: Final = _LOCK_TURN.conjugate()

Pacer = Callable[[float], tuple[float, float] | None]
"""At a time: the fraction of the paced breath (0 where it begins) and its rate per minute; None: no pacer."""


@quick
class Lock:
    """Over the last `LOCK_N` steps: bins 0, 1 and -1 of the turned steps, bins 0 and 1 of their squares."""

    z0: complex = 0j
    z1: complex = 0j
    z9: complex = 0j
    e0: float = 0.0
    e1: complex = 0j


@quick
class Tachogram:
    """State; fold intervals in with `extended`. Series are oldest first and end at sample `at` - 1."""

    newest: tuple[float, float] | None = None  # (middle in s, RR in ms) of the newest interval
    began: int = 0  # the first sample, in units of SAMPLE_S on the session's clock
    at: int = 0  # the next one
    level_ms: float | None = None  # of the newest sample
    between: float = UNIFORM  # mean u(1 - u); u: how far from one interval to the next a sample lies
    steps: tuple[float, ...] = (0.0,) * N  # in ms
    unknown: tuple[int, ...] = ()  # those samples of the last N since `began` that have no step
    spectrum: tuple[complex, ...] = (0j,) * len(_BINS)  # of `steps`, rectangular window
    turned: tuple[complex, ...] = (0j,) * LOCK_N  # the newest steps, turned back by the pacer's phase
    lock: Lock = Lock()
    locks: tuple[tuple[complex, float], ...] = ((0j, 0.0),) * LOCKS_N  # (sum, energy) in a Hann window
    paced_from: int | None = None  # the sample since which there has been a pacer
    paced_per_min: float | None = None  # at the newest sample

    @property
    def newest_s(self) -> float:
        """The time of the newest sample."""
        return (self.at - 1) * SAMPLE_S

    def n_known(self, last: int) -> int:
        """How many of the last samples have a step; `last` is at most N."""
        first = self.at - last
        n_unknown = sum(n >= first for n in self.unknown) if self.unknown else 0
        return self.at - max(first, self.began) - n_unknown


def extended(tachogram: Tachogram, t_s: float, rr_ms: float, pacer: Pacer | None) -> Tachogram:
    """Fold in an accepted interval that ended at `t_s`. One that is not later than the last is left out."""
    middle_s = t_s - rr_ms / 2000.0
    before = tachogram.newest
    if before is None or middle_s - before[0] > WINDOW_S:
        at = ceil(middle_s / SAMPLE_S)
        return Tachogram(newest=(middle_s, rr_ms), began=at, at=at)
    before_s, before_ms = before
    if middle_s <= before_s:
        return tachogram
    apart_s, between = middle_s - before_s, tachogram.between
    joined = apart_s <= GAP_S
    slope = (rr_ms - before_ms) / apart_s
    level_ms, paced_from, paced_per_min = tachogram.level_ms, tachogram.paced_from, tachogram.paced_per_min
    steps, unknown, spectrum = tachogram.steps, tachogram.unknown, tachogram.spectrum
    back, locks, lock = tachogram.turned, tachogram.locks, tachogram.lock
    z0, z1, z9, e0, e1 = lock.z0, lock.z1, lock.z9, lock.e0, lock.e1
    end = floor(middle_s / SAMPLE_S) + 1
    for at in range(tachogram.at, end):
        sample_s = at * SAMPLE_S
        now_ms = before_ms + slope * (sample_s - before_s) if joined else None
        if now_ms is None or level_ms is None:
            step, unknown = 0.0, (*unknown, at)
        else:
            step = now_ms - level_ms
        level_ms = now_ms
        u = (sample_s - before_s) / apart_s
        between += (u * (1.0 - u) - between) * BETWEEN_SHARE
        # In maps, for this is most of the work: (z + change) * turn in each bin.
        spectrum = tuple(map(mul, map(add, spectrum, repeat(step - steps[0])), _TURNS))
        moment: tuple[float, float] | None = None if pacer is None else pacer(sample_s)
        if moment is None:
            x, paced_from, paced_per_min = 0j, None, None
        else:
            x, paced_per_min = step * turned(-2j * pi * moment[0]), moment[1]
            paced_from = at if paced_from is None else paced_from
        change = x - back[0]
        e = step * step - steps[-LOCK_N] ** 2
        z0, z1, z9 = z0 + change, (z1 + change) * _LOCK_TURN, (z9 + change) * _BACK
        e0, e1 = e0 + e, (e1 + e) * _LOCK_TURN
        steps, back = (*steps[1:], step), (*back[1:], x)
        locks = (*locks[1:], (0.5 * z0 - 0.25 * (z1 + z9), 0.5 * (e0 - e1.real)))
    if unknown and unknown[0] < end - N:
        unknown = tuple(n for n in unknown if n >= end - N)
    # By place: by name it would take as long again.
    return Tachogram(
        (middle_s, rr_ms),
        tachogram.began,
        end,
        level_ms,
        between,
        steps,
        unknown,
        spectrum,
        back,
        Lock(z0, z1, z9, e0, e1),
        locks,
        paced_from,
        paced_per_min,
    )
