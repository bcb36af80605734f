"""Whether breaths that were felt keep to the pacer: the moments at which they turn, and where it stood then.

Whoever breathes near the pace turns with the pacer for a while without following it. So two things are asked
for: the breaths of now go at its rate and turn at one moment of it, and all those of more than a minute do,
and do not drift along it. Where only the first holds it is not known.
"""

from cmath import exp as turned
from cmath import phase as angle
from collections.abc import Sequence
from math import fsum, pi
from typing import Final

from entrain.breath.estimate import InStep
from entrain.breath.tachogram import Pacer

STEP_WITHIN: Final = 0.10  # of the paced rate
LEAST_LOCKED: Final = 0.7  # 0..1: how much the breaths of now turn at one moment of the pacer's …
LEAST_LOCKED_LONG: Final = 0.6  # … and all that are looked at
LEAST_BREATHS: Final = 3
TURNS_S: Final = 73.0  # of breaths that are looked at …
APART_S: Final = 1.0  # … and no two of them nearer than that
MOST_DRIFT: Final = 0.2  # of a breath, over all of them …
SURE: Final = 2.0  # … where it is so many of its own errors: uneven breaths drift by chance

Turns = tuple[tuple[float, float], ...]
"""Of each breath when it turned, and where the pacer stood then (0 to 1)."""


def paced_turns(tops_s: Sequence[float], pacer: Pacer | None, before: Turns = ()) -> Turns:
    """The paced breaths of the last `TURNS_S`: those to be seen now, and of `before` the earlier ones."""
    if pacer is None or not tops_s:
        return ()
    moments = [(t_s, pacer(t_s)) for t_s in tops_s]
    seen = [(t_s, moment[0]) for t_s, moment in moments if moment is not None]
    from_s, to_s = tops_s[-1] - TURNS_S, tops_s[0] - APART_S
    return (*[turn for turn in before if from_s < turn[0] < to_s], *seen)


def kept(rate_per_min: float, tops_s: Sequence[float], pacer: Pacer | None, turns: Turns) -> InStep | None:
    """Whether breaths keep to the pacer; None where none of those to be seen now was paced."""
    moments = [] if pacer is None else [pacer(t_s) for t_s in tops_s]
    paced = [moment for moment in moments if moment is not None]
    if not paced:
        return None
    if len(paced) < max(LEAST_BREATHS, len(moments) - 1):
        return InStep.LISTENING
    is_off = abs(rate_per_min - paced[-1][1]) > STEP_WITHIN * paced[-1][1]
    if is_off or _locked([fraction for fraction, _ in paced]) < LEAST_LOCKED:
        return InStep.NO
    return InStep.YES if _stand_still(turns) else InStep.UNKNOWN


def _locked(fractions: Sequence[float]) -> float:
    return abs(sum((turned(2j * pi * each) for each in fractions), 0j)) / len(fractions)


def _stand_still(turns: Turns) -> bool:
    """Whether breaths have turned at one moment of the pacer's all the time, and do not drift along it."""
    fractions = [fraction for _, fraction in turns]
    if len(turns) < LEAST_BREATHS or _locked(fractions) < LEAST_LOCKED_LONG:
        return False
    usual = sum((turned(2j * pi * each) for each in fractions), 0j)
    off = [angle(turned(2j * pi * each) * usual.conjugate()) / (2.0 * pi) for each in fractions]
    slope, error = _slope([t_s for t_s, _ in turns], off)
    return abs(slope) * (turns[-1][0] - turns[0][0]) < MOST_DRIFT or abs(slope) < SURE * error


def _slope(times_s: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """Of the straight line through them by least squares, and its standard error; three points at least."""
    n = len(times_s)
    middle_s, mean = fsum(times_s) / n, fsum(values) / n
    spread = fsum([(t - middle_s) ** 2 for t in times_s])
    slope = fsum([(t - middle_s) * x for t, x in zip(times_s, values, strict=True)]) / spread
    rest = [x - mean - slope * (t - middle_s) for t, x in zip(times_s, values, strict=True)]
    return slope, (fsum([x * x for x in rest]) / (n - 2) / spread) ** 0.5
