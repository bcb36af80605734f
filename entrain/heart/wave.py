"""The pulse beat by beat, as a wave: what slow breathing makes swing, and how far it swings."""

from collections.abc import Sequence
from typing import Final

from entrain.frozen import quick
from entrain.heart.beat import Beat, Verdict
from entrain.heart.median import median
from entrain.units import S_PER_MIN

KEPT: Final = 240  # beats; two to four minutes
BREATHS: Final = 5  # that a swing is told from, the newest ones
LEAST_BREATHS: Final = 2
_LEAST_BEATS: Final = 3  # in a breath whose swing can be told
_BEAT_S: Final = 2.0  # at most so long after its beginning and before its end a breath has a beat
_OWN_PER_MIN: Final = 12.0  # where nobody knows how fast somebody breathes


@quick
class WavePoint:
    """A beat: when it came and the pulse of the interval before it. `bpm` None: not to be believed."""

    t_s: float
    bpm: float | None


def point_of(beat: Beat) -> WavePoint:
    """A beat as a point of the wave; one that the screening set aside leaves a gap."""
    bpm = S_PER_MIN / beat.rr.seconds if beat.verdict is Verdict.OK and beat.rr.ticks > 0 else None
    return WavePoint(beat.t_s, bpm)


def swing_bpm(points: Sequence[WavePoint], t_s: float, breath_per_min: float | None) -> float | None:
    """How far the pulse swings from its lowest to its highest within a breath, in bpm.

    The median over the last `BREATHS` breaths before `t_s`, each as long as `breath_per_min` says. A breath
    with a gap is left out; None with fewer than `LEAST_BREATHS` left.
    """
    length_s = S_PER_MIN / (breath_per_min or _OWN_PER_MIN)
    swings: list[float] = []
    for back in range(BREATHS):
        to_s = t_s - back * length_s
        within = [point for point in points if to_s - length_s < point.t_s <= to_s]
        known = [point.bpm for point in within if point.bpm is not None]
        if len(known) < len(within) or len(known) < _LEAST_BEATS:
            continue
        if within[0].t_s - (to_s - length_s) <= _BEAT_S and to_s - within[-1].t_s <= _BEAT_S:
            swings.append(max(known) - min(known))
    return median(swings) if len(swings) >= LEAST_BREATHS else None
