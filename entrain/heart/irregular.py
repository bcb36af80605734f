"""Whether beats follow each other without order, told from how neighbouring intervals differ.

Every second beat early, missed or counted twice, or no order at all: distances then jump to and fro.
Breathing swings them, turns more slowly than from beat to beat, and is one wave.
"""

from math import cos, fsum, pi, sin
from operator import mul
from typing import Final

DIFFERENCES: Final = 24  # of neighbours, whose medians tell irregular from regular
FEW_DIFFERENCES: Final = 11
MOST: Final = 2 / 3  # single ectopic beats are fewer than the third
NEARLY_ALL: Final = 5 / 6
JUMPS: Final = 0.16  # of the interval; healthy breathing at rest stays below …
BENDS: Final = 1.3  # … or turns more slowly than from beat to beat …
BREATHS_BEATS: Final = tuple([3.2 * 1.09**n for n in range(16)])  # … or is one wave of so many beats
WAVE_SHARE: Final = 0.6
CALM_JUMPS: Final = 0.12

_WAVES: Final = tuple(
    tuple(tuple(wave(2.0 * pi / beats * n) for n in range(DIFFERENCES)) for wave in (cos, sin))
    for beats in BREATHS_BEATS
)


def is_irregular(jumps: tuple[float, ...], bends: tuple[float, ...], was_irregular: bool) -> bool:
    """Judge the newest differences.

    Args:
        jumps: of up to `DIFFERENCES` neighbours, the difference as a share of them, oldest first.
        bends: sizes of the differences of those.
        was_irregular: it then has to calm down clearly to be regular again.
    """
    if len(jumps) < FEW_DIFFERENCES or len(bends) < FEW_DIFFERENCES:
        return False
    if was_irregular:
        return _share(jumps, NEARLY_ALL) > CALM_JUMPS and not _is_breathing(jumps)
    usual = _share(jumps, MOST)
    return usual > JUMPS and _share(bends, MOST) > BENDS * usual and not _is_breathing(jumps)


def _is_breathing(jumps: tuple[float, ...]) -> bool:
    """One wave of three beats or more explains nearly all of the differences: breathing does that to a slow
    heart, and no rhythm without order does."""
    power = fsum(map(mul, jumps, jumps))
    for cosine, sine in _WAVES:
        across, along = fsum(map(mul, jumps, cosine)), fsum(map(mul, jumps, sine))
        if 2.0 * (across * across + along * along) > WAVE_SHARE * len(jumps) * power:
            return True
    return False


def _share(values: tuple[float, ...], share: float) -> float:
    """The size that this share of the values stays below."""
    return sorted(map(abs, values))[int(share * len(values))]
