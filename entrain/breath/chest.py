"""The breath, felt by an accelerometer on the chest: gravity turns a little with every breath.

Breathing tips the breastbone by half a degree or two, so what the axes feel of gravity moves by 5 to 40 mg.
On means of a quarter of a second, over the last `WINDOW_S`:

1. *Movements* are steps far larger than the usual ones. They count for nothing, so a new posture leaves no
   step behind. Slow sinking goes with a moving mean.
2. *Direction.* What is left of three axes is looked at along the one direction in which it changes most; an
   axis that is dead changes nothing and drops out by itself.
3. *Two ways to the rate* that fail differently: breaths *counted* from turn to turn of the trace, however
   uneven they are, and the *strongest wave* of the changes. The heart's own wave is a third witness.

A rate is told where two agree, or where the count stays the same for breaths twice as deep. The chest alone
is not believed where another wave rivals the strongest, nor where it is slow, small and not paced: the
trunk sways near 6/min, and a sway looks like a breath. `benchmarks/chest.py` says how often what is told
holds, on people on whom nothing here was tuned.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import cos, floor, fsum, hypot, pi, sin
from operator import mul
from typing import Final

from entrain.breath.estimate import BreathEstimate, BreathSource, InStep
from entrain.breath.tachogram import Pacer
from entrain.breath.turns import LEAST_BREATHS, Turns, kept, paced_turns
from entrain.frozen import quick
from entrain.units import S_PER_MIN

BIN_S: Final = 0.25
WINDOW_S: Final = 48.0
N: Final = round(WINDOW_S / BIN_S)
LEAST_N: Final = round(0.6 * N)
STALE_S: Final = 6.0
MOST_MOVED: Final = 0.5  # of the window; the rest tells too little
TO_DEVIATION: Final = 1.48  # of the median of sizes, for a bell curve
STILL_MG: Final = 0.2  # a trace that moves less hangs on no living chest

MOVED_MG: Final = 15.0  # within three bins: a movement where it is also so many times the usual
MOVED_TIMES: Final = 8.0
SINKING_N: Final = 65  # bins of the moving mean that goes: 16 s
SHALLOW: Final = 0.2  # of the usual swing makes a breath …
DEEP: Final = 0.4  # … and so much one beyond doubt

AGREE: Final = 0.16  # of the rate …
AGREE_PER_MIN: Final = 0.6  # … or so much
SAME: Final = 0.08  # of the rate, or half as much: counts that are alike
LEAST_CLEAR: Final = 0.3  # confidence of a chest whose two ways do not agree
SLOW_PER_MIN: Final = 9.0
SLOW_SPREAD_MG: Final = 6.0  # standard deviation that a slow breath has at least
MOST_RIVAL: Final = 0.5  # power of the next wave, of the strongest's …
MOST_RIVAL_ABOVE: Final = 0.25  # … and of the next quicker one, where the strongest is slow
ON_PACE: Final = 0.12

_RATES_PER_MIN: Final = tuple(3.0 + 0.5 * k for k in range(67))
_SPECTRUM_N: Final = N // 2  # of steps of half a second
_HANN: Final = tuple(sin(pi * (n + 0.5) / _SPECTRUM_N) ** 2 for n in range(_SPECTRUM_N))
_WAVES: Final = tuple(
    tuple(
        tuple(wave(2.0 * pi * rate / S_PER_MIN * 2.0 * BIN_S * n) for n in range(_SPECTRUM_N))
        for wave in (cos, sin)
    )
    for rate in _RATES_PER_MIN
)

Vector = tuple[float, float, float]


@quick
class ChestTrace:
    """State: means of `BIN_S`, oldest first, up to bin `at` - 1. Fold samples in with `with_samples`."""

    at: int = 0
    bins: tuple[Vector | None, ...] = ()  # None: nothing came
    partial: tuple[int, Vector] = (0, (0.0, 0.0, 0.0))  # samples of bin `at` so far, and their sum

    @property
    def newest_s(self) -> float:
        """The time of the newest bin, in session seconds."""
        return self.at * BIN_S


@quick
class ChestBreath:
    """What one look at the trace gives."""

    counted_per_min: float | None
    deep_per_min: float | None  # counting only breaths that are beyond doubt
    peak_per_min: float
    rival: float  # 0..1: power of the next wave, of the strongest's
    rival_above: float  # and of the next that is quicker
    spread_mg: float  # standard deviation of the trace
    tops_s: tuple[float, ...]  # where the trace turns, once for each breath


def with_samples(
    trace: ChestTrace, times_s: Sequence[float], samples: Sequence[Sequence[float]]
) -> ChestTrace:
    """Fold in samples (x, y, z) in any one unit; those older than the newest bin are left out."""
    at, bins = trace.at, list(trace.bins)
    n, (x, y, z) = trace.partial
    for t_s, sample in zip(times_s, samples, strict=True):
        index = floor(t_s / BIN_S)
        if not bins and n == 0:
            at = index
        if index < at:
            continue
        if index > at:
            bins.append((x / n, y / n, z / n) if n else None)
            bins.extend([None] * min(index - at - 1, N))
            at, n, x, y, z = index, 0, 0.0, 0.0, 0.0
        n, x, y, z = n + 1, x + sample[0], y + sample[1], z + sample[2]
    return ChestTrace(at, tuple(bins[-N:]), (n, (x, y, z)))


def breath_at(trace: ChestTrace, t_s: float) -> ChestBreath | None:
    """What the trace shows at `t_s`; None where it is too short, too old, too restless or too still."""
    if t_s - trace.newest_s > STALE_S or len(trace.bins) < LEAST_N:
        return None
    known = [each for each in trace.bins if each is not None]
    if len(known) < 0.8 * len(trace.bins):
        return None
    bins = _filled(trace.bins, known[0])
    moved = _moved(bins)
    if sum(moved) > MOST_MOVED * len(moved):
        return None
    series = [_level(_smooth(_joined(axis, moved))) for axis in zip(*bins, strict=True)]
    along = _direction(series)
    line = [fsum(map(mul, along, values)) for values in zip(*series, strict=True)]
    spread_mg = (fsum(map(mul, line, line)) / len(line)) ** 0.5
    if spread_mg < STILL_MG:
        return None
    usual_mg = 2.0 * TO_DEVIATION * sorted(map(abs, line))[len(line) // 2]
    from_s = trace.newest_s - len(line) * BIN_S
    line = _smooth(line)
    tops_s, deep_s = (_tops_s(line, share * usual_mg, from_s) for share in (SHALLOW, DEEP))
    peak, rival, rival_above = _strongest(line)
    return ChestBreath(_counted(tops_s), _counted(deep_s), peak, rival, rival_above, spread_mg, tops_s)


def fused(
    chest: ChestBreath, heart: BreathEstimate, pacer: Pacer | None, turns: Turns = ()
) -> BreathEstimate:
    """One estimate of chest and heart: a rate where two agree, and whether it keeps to the pacer.

    Args:
        turns: of the breaths so far; left out: of those that the chest shows now.
    """
    rate, confidence, source = _rate(chest, heart.rate_per_min, pacer)
    if rate is None:
        said = InStep.NO_PACER if heart.in_step is InStep.NO_PACER else InStep.LISTENING
        return BreathEstimate(heart.t_s, None, None, 0.0, said, source)
    turns = turns or paced_turns(chest.tops_s, pacer)
    in_step = kept(rate, chest.tops_s, pacer, turns) or heart.in_step
    return BreathEstimate(heart.t_s, rate, heart.rsa_ms, confidence, in_step, source)


def _rate(
    chest: ChestBreath, seen: float | None, pacer: Pacer | None
) -> tuple[float | None, float, BreathSource]:
    """The rate, how well those who say so agree (1: wholly, 0: just), and who they are."""
    counted, peak = chest.counted_per_min, chest.peak_per_min
    for rate in (counted, peak):
        closeness = _closeness(rate, seen)
        if closeness is not None:
            return rate, closeness, BreathSource.BOTH
    closeness = _closeness(counted, peak)
    if closeness is None and _is_same(counted, chest.deep_per_min):
        closeness = LEAST_CLEAR
    if counted is None or closeness is None or _is_doubtful(chest, counted, pacer):
        return None, 0.0, BreathSource.CHEST
    return counted, closeness, BreathSource.CHEST


def _is_doubtful(chest: ChestBreath, rate: float, pacer: Pacer | None) -> bool:
    """Whether what the chest shows by itself may be a sway, or one of two waves."""
    if chest.rival > MOST_RIVAL:
        return True
    paced = None if pacer is None or not chest.tops_s else pacer(chest.tops_s[-1])
    if rate >= SLOW_PER_MIN or (paced is not None and abs(rate - paced[1]) <= ON_PACE * paced[1]):
        return False
    return chest.spread_mg < SLOW_SPREAD_MG or chest.rival_above > MOST_RIVAL_ABOVE


def _closeness(one: float | None, other: float | None) -> float | None:
    """1 where both are the same, 0 where they just agree; None where they do not."""
    if one is None or other is None:
        return None
    limit = max(AGREE_PER_MIN, AGREE * 0.5 * (one + other))
    return 1.0 - abs(one - other) / limit if abs(one - other) <= limit else None


def _is_same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return False
    return abs(one - other) <= max(0.5 * AGREE_PER_MIN, SAME * 0.5 * (one + other))


# ---- the trace ---------------------------------------------------------------------------------------------


def _filled(bins: Sequence[Vector | None], first: Vector) -> list[Vector]:
    """What is missing stays where it was."""
    return list(accumulate(bins, lambda last, now: last if now is None else now, initial=first))[1:]


def _moved(bins: Sequence[Vector]) -> list[bool]:
    """For each step from bin to bin: whether it belongs to a movement."""
    wide = [hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]) for a, b in zip(bins, bins[3:], strict=False)]
    usual = sorted(wide)[len(wide) // 2]
    moved = [False] * (len(bins) - 1)
    for k, size in enumerate(wide):
        if size > max(MOVED_MG, MOVED_TIMES * usual):
            first, last = max(0, k - 2), min(len(moved), k + 5)
            moved[first:last] = [True] * (last - first)
    return moved


def _joined(axis: Sequence[float], moved: Sequence[bool]) -> list[float]:
    """The axis with every movement cut out and its two ends joined."""
    steps = [0.0 if skip else b - a for (a, b), skip in zip(pairwise(axis), moved, strict=True)]
    return list(accumulate(steps, initial=0.0))


def _smooth(axis: list[float]) -> list[float]:
    """Means of three."""
    padded = [axis[0], *axis, axis[-1]]
    return [(a + b + c) / 3.0 for a, b, c in zip(padded, padded[1:], padded[2:], strict=False)]


def _level(axis: list[float]) -> list[float]:
    """Without what changes more slowly than a breath: less the moving mean."""
    half = SINKING_N // 2
    padded = [axis[0]] * half + axis + [axis[-1]] * half
    sums = list(accumulate(padded, initial=0.0))
    return [x - (b - a) / SINKING_N for x, a, b in zip(axis, sums, sums[SINKING_N:], strict=False)]


def _direction(series: Sequence[Sequence[float]]) -> list[float]:
    """The unit vector along which the changes are largest: powers of their covariance."""
    steps = [[b - a for a, b in pairwise(axis)] for axis in series]
    covariance = [[fsum(map(mul, a, b)) for b in steps] for a in steps]
    largest = max(range(3), key=lambda k: covariance[k][k])
    along = [1.0 if k == largest else 0.0 for k in range(3)]
    for _ in range(12):
        ahead = [fsum(map(mul, row, along)) for row in covariance]
        size = hypot(*ahead)
        if size <= 0.0:
            return along
        along = [value / size for value in ahead]
    return along


# ---- two ways to the rate ----------------------------------------------------------------------------------


def _tops_s(line: Sequence[float], least_swing: float, from_s: float) -> tuple[float, ...]:
    """Where the trace turns downwards, after and before a swing of at least `least_swing`."""
    tops_s: list[float] = []
    high = low = line[0]
    high_k = 0
    rising: bool | None = None
    for k, now in enumerate(line):
        if rising is not False and now > high:
            high, high_k = now, k
        if rising is not True and now < low:
            low = now
        if rising is not False and now < high - least_swing:
            if rising:
                tops_s.append(from_s + high_k * BIN_S)
            rising, low = False, now
        elif rising is not True and now > low + least_swing:
            rising, high, high_k = True, now, k
    return tuple(tops_s)


def _counted(tops_s: Sequence[float]) -> float | None:
    if len(tops_s) < LEAST_BREATHS:
        return None
    return S_PER_MIN * (len(tops_s) - 1) / (tops_s[-1] - tops_s[0])


def _strongest(line: Sequence[float]) -> tuple[float, float, float]:
    """The strongest wave in the changes from half second to half second, in breaths/min, and its rivals."""
    halves = line[len(line) % 2 :: 2]
    steps = [b - a for a, b in pairwise(halves)]
    steps = [0.0] * (_SPECTRUM_N - len(steps)) + steps
    windowed = list(map(mul, steps, _HANN))
    size = [hypot(fsum(map(mul, windowed, a)), fsum(map(mul, windowed, b))) for a, b in _WAVES]
    top = max(range(len(size)), key=size.__getitem__)
    peak, rates = _RATES_PER_MIN[top], _RATES_PER_MIN
    if 0 < top < len(size) - 1:
        # A parabola through the peak and its neighbours.
        a, b, c = size[top - 1 : top + 2]
        peak += 0.25 * (a - c) / (a - 2.0 * b + c)
    others = [
        (rates[k], size[k])
        for k in range(1, len(size) - 1)
        if size[k - 1] < size[k] >= size[k + 1] and not _belongs(rates[k], peak)
    ]
    rival = max((value for _, value in others), default=0.0)
    above = max((value for rate, value in others if rate > peak), default=0.0)
    return peak, (rival / size[top]) ** 2, (above / size[top]) ** 2


def _belongs(rate: float, peak: float) -> bool:
    """Whether a wave is the peak's own: of uneven breaths, or an overtone."""
    return 0.62 <= rate / peak <= 1.6 or abs(rate - 2.0 * peak) <= 1.2 or abs(rate - 3.0 * peak) <= 1.5
