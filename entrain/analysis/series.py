"""The one input of every measure here: intervals between normal beats, with where each one comes from.

RR is what a strap measured, NN what is left when artefacts are corrected and gaps are cut out. They are
different types on purpose: a measure of variability takes an `NNSeries`, so an artefact cannot slip in
unseen.
"""

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from entrain.errors import InputError
from entrain.units import MS_PER_S

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class BeatFault(IntEnum):
    """What was wrong with the raw intervals that an NN interval stands for; OK: it was measured as it is."""

    OK = 0
    ECTOPIC = 1  # a beat that came early, mostly with a pause after it
    MISSED = 2  # a beat that was not detected: one interval in place of two
    EXTRA = 3  # a detection that was no beat: two intervals in place of one
    SHIFTED = 4  # a beat detected too early or too late, or an interval off course for no known reason
    GAP = 5  # data is missing: nothing is put in its place

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, eq=False)
class NNSeries:
    """Intervals between normal beats in order of time. All arrays have shape (n,) and are read-only.

    `nn_ms` is the length of each interval, `t_s` the time at which it ends, `segment` the number of the
    unbroken chain it belongs to (never falling), `fault` the `BeatFault` it was corrected for. Two neighbours
    are successive beats only if their segment is the same.
    """

    nn_ms: FloatArray
    t_s: FloatArray
    segment: IntArray
    fault: NDArray[np.int8]

    def __post_init__(self) -> None:
        n = self.nn_ms.size
        for array in (self.nn_ms, self.t_s, self.segment, self.fault):
            if array.shape != (n,):
                raise ValueError(
                    f"an NN series needs four arrays of one length, not {array.shape} and ({n},)"
                )
            array.flags.writeable = False

    @classmethod
    def of(cls, nn_ms: ArrayLike, t_s: ArrayLike | None = None, segment: ArrayLike | None = None) -> Self:
        """Intervals in ms that need no correction; without `t_s` the first interval begins at 0 s.

        Raises:
            InputError: an interval is not a positive, finite number.
        """
        nn = _intervals(nn_ms)
        times = np.cumsum(nn) / MS_PER_S if t_s is None else np.array(t_s, dtype=np.float64)
        segments = np.zeros(nn.size, np.int64) if segment is None else np.array(segment, dtype=np.int64)
        return cls(nn, times, segments, np.zeros(nn.size, np.int8))

    @classmethod
    def from_beats(cls, beat_s: ArrayLike) -> Self:
        """The intervals between beats at `beat_s` (seconds, rising)."""
        beats = np.array(beat_s, dtype=np.float64)
        return cls.of(np.diff(beats) * MS_PER_S, beats[1:])

    def __len__(self) -> int:
        return self.nn_ms.size

    @property
    def duration_s(self) -> float:
        """Time covered by intervals; gaps do not count."""
        return float(self.nn_ms.sum()) / MS_PER_S

    @property
    def measured(self) -> BoolArray:
        """True where the interval stands as it was measured."""
        return self.fault == BeatFault.OK

    def between(self, from_s: float, to_s: float) -> "NNSeries":
        """The intervals that end at from_s <= t < to_s."""
        first, last = np.searchsorted(self.t_s, [from_s, to_s])
        return self.part(slice(int(first), int(last)))

    def part(self, which: slice) -> "NNSeries":
        """The intervals that `which`, a mask or a slice, picks."""
        return NNSeries(self.nn_ms[which], self.t_s[which], self.segment[which], self.fault[which])

    def segments(self) -> list[slice]:
        """One slice for each unbroken chain."""
        if not len(self):
            return []
        cuts = np.flatnonzero(np.diff(self.segment)) + 1
        edges = [0, *(int(i) for i in cuts), len(self)]
        return [slice(a, b) for a, b in pairwise(edges)]

    def differences_ms(self, measured_only: bool = True) -> FloatArray:
        """Successive differences NN[i+1] − NN[i] within segments.

        `measured_only` leaves out those that touch a corrected interval: what was interpolated is smoother
        than a heart, and counting it would understate the variability.
        """
        keep = np.diff(self.segment) == 0
        if measured_only:
            ok = self.measured
            keep &= ok[1:] & ok[:-1]
        return np.diff(self.nn_ms)[keep]

    def beats_s(self) -> list[FloatArray]:
        """The times of all beats, one array for each segment (one longer than the segment's intervals)."""
        return [
            np.concatenate(([self.t_s[s.start] - self.nn_ms[s.start] / MS_PER_S], self.t_s[s]))
            for s in self.segments()
        ]


Intervals = NNSeries | ArrayLike


def as_series(intervals: Intervals) -> NNSeries:
    """An `NNSeries` as it is; anything else is taken for NN intervals in ms."""
    return intervals if isinstance(intervals, NNSeries) else NNSeries.of(intervals)


def _intervals(values_ms: ArrayLike) -> FloatArray:
    values = np.array(values_ms, dtype=np.float64)
    if values.ndim != 1:
        raise InputError(f"intervals must be one row of numbers, not an array of shape {values.shape}")
    bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if bad.size:
        at = int(bad[0])
        raise InputError(
            f"interval {at + 1} is {values[at]:g} ms, which no heart beats",
            "Remove the line, or leave it to `correct` as a gap by cutting the recording there.",
        )
    return values
