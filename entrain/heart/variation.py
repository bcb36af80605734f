"""How much a pulse varies from beat to beat, minute by minute, against what is usual for that person today.

- A minute counts where it has `LEAST_PAIRS` pairs of believed neighbours; its figure is RMSSD.
- Usual is the median over up to `KEEP_MIN` minutes before the last `LOW_MIN`, of which there must be
  `LEAST_USUAL_MIN`.
- It is low while the median of the last `LOW_MIN` minutes is below `LOW_FRACTION` of what is usual and beyond
  `SPREADS` of its spread, and the pulse is no more than `RISE_BPM` above its own usual: whoever walks about
  has a pulse that varies less, and needs no pause for that.
- Something is offered no sooner than `APART_MIN` after the last offer, and `MOST` times at all.

All of it is our own judgement; how often it offers something to people to whom nothing happens is counted in
`benchmarks/watch.py`. Pure: no clock.
"""

from dataclasses import dataclass, replace
from math import log, sqrt
from typing import Final

from entrain.heart.beat import Beat, Verdict
from entrain.heart.median import median
from entrain.units import S_PER_MIN

LEAST_PAIRS: Final = 30
LEAST_USUAL_MIN: Final = 30
KEEP_MIN: Final = 240
LOW_MIN: Final = 5
LOW_FRACTION: Final = 0.7
SPREADS: Final = 2.5  # of 1.4826 median absolute deviations, in logarithms
RISE_BPM: Final = 8.0
APART_MIN: Final = 90
MOST: Final = 4
_MAD_TO_SD: Final = 1.4826


@dataclass(frozen=True, slots=True)
class MinuteOfBeats:
    """A whole minute, by its number since the beginning."""

    n: int
    rmssd_ms: float
    bpm: float


@dataclass(frozen=True, slots=True)
class Offer:
    """A good moment for a pause: how much the pulse varies now, and usually."""

    minute: int
    rmssd_ms: float
    usual_ms: float


@dataclass(frozen=True, slots=True)
class Variation:
    """What is known so far. `minutes` are the newest `KEEP_MIN` and `LOW_MIN` that count."""

    minutes: tuple[MinuteOfBeats, ...] = ()
    offers: tuple[Offer, ...] = ()
    now: int = 0  # the minute that is being gathered
    squares: float = 0.0  # of it
    n_pairs: int = 0
    sum_ms: float = 0.0
    n_beats: int = 0
    newest: Beat | None = None

    @property
    def usual_ms(self) -> float | None:
        """What is usual for this person today; None while too little is known."""
        before = self.minutes[:-LOW_MIN]
        return median([each.rmssd_ms for each in before]) if len(before) >= LEAST_USUAL_MIN else None


def with_beat(seen: Variation, beat: Beat) -> Variation:
    """A beat more; at the end of a minute there may be an offer more."""
    minute = int(beat.t_s // S_PER_MIN)
    if minute > seen.now:
        seen = _closed(seen, minute)
    newest = seen.newest
    if beat.verdict is not Verdict.OK:
        return replace(seen, newest=None)
    is_next = newest is not None and (newest.segment, newest.n + 1) == (beat.segment, beat.n)
    step_ms = beat.rr.ms - newest.rr.ms if is_next and newest is not None else 0.0
    return replace(
        seen,
        newest=beat,
        squares=seen.squares + step_ms * step_ms,
        n_pairs=seen.n_pairs + is_next,
        sum_ms=seen.sum_ms + beat.rr.ms,
        n_beats=seen.n_beats + 1,
    )


def _closed(seen: Variation, minute: int) -> Variation:
    """With the minute that is over, where it counts, and what follows from it."""
    minutes, offers = seen.minutes, seen.offers
    if seen.n_pairs >= LEAST_PAIRS and seen.squares > 0.0:
        bpm = S_PER_MIN * 1000.0 * seen.n_beats / seen.sum_ms
        new = MinuteOfBeats(seen.now, sqrt(seen.squares / seen.n_pairs), bpm)
        minutes = (*minutes, new)[-KEEP_MIN - LOW_MIN :]
        offer = _offer(replace(seen, minutes=minutes))
        offers = offers if offer is None else (*offers, offer)
    return replace(
        seen, minutes=minutes, offers=offers, now=minute, squares=0.0, n_pairs=0, sum_ms=0.0, n_beats=0
    )


def _offer(seen: Variation) -> Offer | None:
    usual_ms, last = seen.usual_ms, seen.minutes[-LOW_MIN:]
    if usual_ms is None or last[-1].n - last[0].n >= 2 * LOW_MIN:
        return None
    if len(seen.offers) >= MOST or (seen.offers and last[-1].n - seen.offers[-1].minute < APART_MIN):
        return None
    before = seen.minutes[:-LOW_MIN]
    now_ms = median([each.rmssd_ms for each in last])
    middle = log(usual_ms)
    spread = _MAD_TO_SD * median([abs(log(each.rmssd_ms) - middle) for each in before])
    is_low = now_ms < LOW_FRACTION * usual_ms and middle - log(now_ms) > SPREADS * spread
    is_up = median([each.bpm for each in last]) > median([each.bpm for each in before]) + RISE_BPM
    return Offer(last[-1].n, now_ms, usual_ms) if is_low and not is_up else None
