"""From raw RR intervals to NN intervals: gaps first, then artefacts; every change listed, none final.

Detection follows Lipponen & Tarvainen 2019 (see `detection`). Where we go beyond it, and why (figures in
docs/evidence/analysis.md):

- A gap is no artefact. An interval of several beats' length stands for lost data; halving it would invent
beats.
  Gaps are cut out before anything is classified, and no difference reaches across one.
- A threshold never falls below a share of the heart's own interval: during exercise the spread is a few
  milliseconds, and a strap's timing jitter would be "corrected" by the hundred.
- A long interval alone is what breathing does. It is taken for a fault only where it is a multiple of its
  neighbours, or where its neighbour is short by as much.
- What is corrected keeps its total time where that time fits a whole number of beats.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from entrain.analysis.detection import CorrectionSettings, off_course, standing_out
from entrain.analysis.repair import Candidates, CorrectedInterval
from entrain.analysis.rolling import rolling_quantile
from entrain.analysis.series import BeatFault, BoolArray, FloatArray, IntArray, NNSeries
from entrain.errors import InputError
from entrain.units import MS_PER_S

NOTHING_MS: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """Raw intervals and what was changed: `series` is the raw ones with `changes` applied, no more."""

    raw_ms: FloatArray  # shape (n,)
    raw_t_s: FloatArray  # the end of each raw interval
    segment: IntArray  # the unbroken chain that each raw interval belongs to
    changes: tuple[CorrectedInterval, ...]  # in order, never overlapping
    series: NNSeries

    def without(self, *changes: CorrectedInterval) -> "Correction":
        """The same recording with `changes` taken back."""
        kept = [change for change in self.changes if change not in changes]
        return _applied(self.raw_ms, self.raw_t_s, self.segment, kept)

    def count(self, fault: BeatFault) -> int:
        """How many intervals had this fault."""
        return sum(change.fault == fault for change in self.changes)

    @property
    def artefact_share(self) -> float:
        """The share of raw intervals that were changed, gaps aside."""
        changed = sum(len(c.raw_ms) for c in self.changes if c.fault != BeatFault.GAP)
        return changed / max(1, self.raw_ms.size)


def correct(
    rr_ms: ArrayLike,
    arrival_s: ArrayLike | None = None,
    gaps_s: Mapping[int, float] | None = None,
    settings: CorrectionSettings | None = None,
) -> Correction:
    """Find and correct artefacts in raw RR intervals.

    Args:
        rr_ms: intervals in ms, oldest first, shape (n,). Less than 1 ms stands for an interval that was lost.
        arrival_s: when each interval arrived; tells apart lost packets from long intervals.
        gaps_s: index of each interval that does not follow on the one before (a reconnect, lost data), with
            the seconds missing before it, 0 where nobody knows. Arrival times, where given, tell better.
        settings: None for the defaults.

    Raises:
        InputError: there are no intervals, one is not a number, or arrival times are missing.
    """
    settings = settings or CorrectionSettings()
    raw = _raw(rr_ms)
    segment, raw_t_s = _timeline(raw, arrival_s, gaps_s or {}, settings)
    gaps = _gaps(raw, settings)
    changes = [_cut_out(raw, int(index)) for index in np.flatnonzero(gaps)]
    kept = np.flatnonzero(~gaps)
    if kept.size:
        nn = raw[kept]
        joined = np.append(False, np.diff((segment + np.cumsum(gaps))[kept]) == 0)
        out, pairs = standing_out(nn, joined, settings)
        off = off_course(nn, joined, settings) | pairs
        found = Candidates(nn, joined, off, out, settings).changes()
        changes += [replace(change, first=int(kept[change.first])) for change in found]
    changes.sort(key=lambda change: change.first)
    return _applied(raw, raw_t_s, segment, changes)


def _raw(rr_ms: ArrayLike) -> FloatArray:
    raw = np.array(rr_ms, dtype=np.float64)
    if raw.ndim != 1 or raw.size == 0:
        raise InputError("there are no intervals to correct")
    bad = np.flatnonzero(~np.isfinite(raw))
    if bad.size:
        raise InputError(f"interval {int(bad[0]) + 1} is not a number")
    return np.maximum(raw, 0.0)


def _timeline(
    raw: FloatArray, arrival_s: ArrayLike | None, gaps_s: Mapping[int, float], settings: CorrectionSettings
) -> tuple[IntArray, FloatArray]:
    """(segment, end of each interval in s). Within a chain time is the sum of intervals, never arrival."""
    starts, missing_s = np.zeros(raw.size, np.int64), np.zeros(raw.size)
    for index, seconds in gaps_s.items():
        starts[index], missing_s[index] = 1, seconds
    t_s = np.cumsum(raw / MS_PER_S + missing_s)
    if arrival_s is None:
        return np.cumsum(starts), t_s
    arrival = np.array(arrival_s, dtype=np.float64)
    if arrival.shape != raw.shape:
        raise InputError(f"{raw.size} intervals came with {arrival.size} arrival times")
    # Arrival lags the beat by a varying, never negative delay, so a chain's offset is the smallest one.
    lag = arrival - t_s
    starts[1:] |= np.diff(lag) > settings.arrival_jump_s
    starts[0] = 0
    segment = np.cumsum(starts)
    first = np.append(0, np.flatnonzero(starts))
    return segment, t_s + np.minimum.reduceat(lag, first)[segment]


def _gaps(raw: FloatArray, settings: CorrectionSettings) -> BoolArray:
    """True where an interval spans several beats."""
    usual = rolling_quantile(raw, 2 * settings.median_beats - 1, 0.5)
    return (raw < NOTHING_MS) | (raw > settings.gap_beats * usual)


def _cut_out(raw: FloatArray, index: int) -> CorrectedInterval:
    lost = raw[index] < NOTHING_MS
    return CorrectedInterval(
        index, (float(raw[index]),), (), BeatFault.GAP, "no interval" if lost else "as long as several beats"
    )


def _applied(
    raw: FloatArray, raw_t_s: FloatArray, segment: IntArray, changes: Iterable[CorrectedInterval]
) -> Correction:
    """The raw intervals with every change made, in order."""
    made = tuple(changes)
    pieces: list[NNSeries] = []
    at, cuts = 0, 0
    for change in made:
        first, last = change.first, change.first + len(change.raw_ms)
        pieces.append(_piece(raw[at:first], raw_t_s[at:first], segment[at:first] + cuts, BeatFault.OK))
        at = last
        if not change.nn_ms:
            cuts += 1
            continue
        values = np.array(change.nn_ms)
        start_s = float(raw_t_s[first] - raw[first] / MS_PER_S)
        # What is put in ends where the raw intervals ended, also where its sum is another.
        times = start_s + np.cumsum(values) * (float(raw_t_s[last - 1] - start_s) / float(values.sum()))
        pieces.append(_piece(values, times, np.full(values.size, segment[first] + cuts), change.fault))
    pieces.append(_piece(raw[at:], raw_t_s[at:], segment[at:] + cuts, BeatFault.OK))
    series = NNSeries(
        np.concatenate([piece.nn_ms for piece in pieces]),
        np.concatenate([piece.t_s for piece in pieces]),
        np.concatenate([piece.segment for piece in pieces]),
        np.concatenate([piece.fault for piece in pieces]),
    )
    return Correction(raw, raw_t_s, segment, made, series)


def _piece(nn_ms: FloatArray, t_s: FloatArray, segment: IntArray, fault: BeatFault) -> NNSeries:
    return NNSeries(nn_ms.copy(), t_s.copy(), segment, np.full(nn_ms.size, fault, np.int8))
