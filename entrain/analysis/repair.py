"""What the intervals that are off should have been.

A run of them takes some time. Where that time is a whole number of beats, so many beats are put there and the
time is kept: more of them than intervals is a missed beat, fewer an extra one, as many a beat in the wrong
place.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entrain.analysis.detection import CorrectionSettings
from entrain.analysis.series import BeatFault, BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class CorrectedInterval:
    """Raw intervals from `first` on, `raw_ms`, became `nn_ms` (empty: cut out) because of `fault`."""

    first: int
    raw_ms: tuple[float, ...]
    nn_ms: tuple[float, ...]
    fault: BeatFault
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Intervals without the gaps, and which of them are off. Indices count these, not raw intervals."""

    nn: FloatArray
    joined: BoolArray  # interval i follows on interval i − 1
    off: BoolArray
    standing_out: BoolArray
    settings: CorrectionSettings

    def changes(self) -> Iterator[CorrectedInterval]:
        """One change for each run of intervals that are off, in order; none where all is within bounds."""
        end = 0
        for first, last in self._runs():
            change = self._repaired(max(first, end), last, end)
            if change is not None:
                yield change
                end = change.first + len(change.raw_ms)

    def _runs(self) -> list[tuple[int, int]]:
        """(first, one past the last) of each run of flagged intervals within a chain."""
        index = np.flatnonzero(self.off)
        if not index.size:
            return []
        new = np.append(True, (np.diff(index) > 1) | ~self.joined[index[1:]])
        firsts, lasts = index[new], index[np.append(new[1:], True)]
        return [(int(a), int(b) + 1) for a, b in zip(firsts, lasts, strict=True)]

    def _repaired(self, first: int, last: int, free_from: int) -> CorrectedInterval | None:
        """What the run [first, last) should have been; None where it is nothing out of the ordinary."""
        first, last = self._trimmed(first, last)
        if first >= last:
            return None
        if last - first > self.settings.longest_fault_beats and self.standing_out[first:last].mean() > 0.3:
            return self._made(
                first, last, (), BeatFault.GAP, "too many beats in a row are off to tell where they were"
            )
        for a, b in self._extents(first, last, free_from):
            total, usual = float(self.nn[a:b].sum()), self._usual(a, b)
            beats = round(total / usual)
            if beats < 1 or (b - a, beats) == (1, 1):
                continue
            if abs(total / usual - beats) > self.settings.fit_share:
                continue
            if not self._likely(a, b, beats, usual):
                continue
            expected = self._expected(a, b, beats)
            values = expected * (total / float(expected.sum()))
            return self._made(a, b, tuple(values.tolist()), *self._named(a, b, beats))
        return self._replaced(first, last)

    def _trimmed(self, first: int, last: int) -> tuple[int, int]:
        """The run less intervals at its ends that are as their neighbours: a fault makes those stand out."""
        while last - first > 1:
            near = self.settings.same_share * self._usual(first, last)
            if abs(self.nn[first] - self._usual(first, last)) < near:
                first += 1
            elif abs(self.nn[last - 1] - self._usual(first, last)) < near:
                last -= 1
            else:
                break
        return first, last

    def _likely(self, first: int, last: int, beats: int, usual: float) -> bool:
        """Whether intervals like these come about by a missed, an extra or a displaced beat."""
        run = self.nn[first:last]
        if beats > last - first:
            return float(run.max()) > (1.0 + self.settings.long_share) * usual
        if beats < last - first:
            return float(run.min()) < self.settings.short_share * usual
        return bool(self.standing_out[first:last].any())

    def _extents(self, first: int, last: int, free_from: int) -> list[tuple[int, int]]:
        """The run itself, then with the neighbour before, after, and both: a displaced beat spoils two."""
        left = first > free_from and bool(self.joined[first])
        right = last < self.nn.size and bool(self.joined[last])
        tries = [(first, last, True), (first - 1, last, left), (first, last + 1, right)]
        tries.append((first - 1, last + 1, left and right))
        return [(a, b) for a, b, possible in tries if possible]

    def _replaced(self, first: int, last: int) -> CorrectedInterval | None:
        """The run's time fits no whole number of beats: its values are replaced, one by one."""
        expected = self._expected(first, last, last - first)
        off = (self.nn[first:last] - expected) / self._usual(first, last)
        short = self.standing_out[first:last] & (off < 0.0)
        if not (short.any() or (off > self.settings.long_share).any()):
            return None
        fault = BeatFault.ECTOPIC if off[0] < 0.0 else BeatFault.SHIFTED
        reason = f"off its neighbours by {off[0]:+.0%}"
        return self._made(first, last, tuple(expected.tolist()), fault, reason)

    def _neighbours(self, first: int, last: int) -> tuple[list[int], list[int]]:
        """The two nearest unflagged intervals before and after [first, last), nearest first."""
        before = [i for i in range(first - 1, max(-1, first - 9), -1) if not self.off[i]][:2]
        after = [i for i in range(last, min(self.nn.size, last + 8)) if not self.off[i]][:2]
        return before, after

    def _usual(self, first: int, last: int) -> float:
        before, after = self._neighbours(first, last)
        beside = before + after
        return float(np.mean(self.nn[beside])) if beside else float(np.median(self.nn))

    def _expected(self, first: int, last: int, beats: int) -> FloatArray:
        """`beats` intervals in place of [first, last): a cubic through two neighbours on each side."""
        before, after = self._neighbours(first, last)
        if len(before) < 2 or len(after) < 2:
            return np.full(beats, self._usual(first, last))
        at = np.array([i - first for i in before] + [i - last + beats for i in after], dtype=np.float64)
        x = np.arange(beats, dtype=np.float64)
        value = np.zeros(beats)
        for k, i in enumerate(before + after):
            others = np.delete(at, k)
            value += self.nn[i] * np.prod((x[:, None] - others) / (at[k] - others), axis=1)
        usual = self._usual(first, last)
        return np.clip(value, 0.5 * usual, 1.5 * usual)

    def _named(self, first: int, last: int, beats: int) -> tuple[BeatFault, str]:
        n = last - first
        if beats > n:
            return BeatFault.MISSED, f"{n} interval{'s' * (n > 1)} as long as {beats} beats"
        if beats < n:
            return BeatFault.EXTRA, f"{n} intervals as long as {beats} beat{'s' * (beats > 1)}"
        if self.nn[first] < self._usual(first, last):
            return BeatFault.ECTOPIC, "a beat came early, the next one late by as much"
        return BeatFault.SHIFTED, "a beat came late, the next one early by as much"

    def _made(
        self, first: int, last: int, values: tuple[float, ...], fault: BeatFault, reason: str
    ) -> CorrectedInterval:
        return CorrectedInterval(first, tuple(self.nn[first:last].tolist()), values, fault, reason)
