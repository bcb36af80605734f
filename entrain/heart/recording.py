"""A recorded series of RR intervals, wherever it was read from."""

from dataclasses import dataclass
from enum import StrEnum


class TimeKind(StrEnum):
    """What a recording knows of time."""

    NONE = "none"  # intervals only: time is their sum
    CUMULATED = "cumulated"  # a running sum, with jumps where something was lost
    ARRIVAL = "arrival"  # when each interval's packet came in


@dataclass(frozen=True, slots=True)
class Gap:
    """Before interval `index` the recording lacks `seconds`, so the two neighbours are not joined.

    An estimate where lines were left out.
    """

    index: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Recording:
    """Raw intervals in order, nothing left out and nothing corrected."""

    name: str
    intervals_ms: tuple[float, ...]
    time: TimeKind
    arrival_s: tuple[float, ...] | None  # one for each interval, never falling, 0 at the first; or None
    gaps: tuple[Gap, ...]
    unit: str  # of the intervals as written: "ms" or "s"
    format: str  # what the file was taken for, in words
    warnings: tuple[str, ...] = ()  # what a person should know about it, one sentence each
    began_epoch_s: float | None = None  # the first interval's beginning on the wall's clock; None: not said

    @property
    def duration_s(self) -> float:
        """Of intervals and gaps together."""
        return sum(self.intervals_ms) / 1000.0 + sum(gap.seconds for gap in self.gaps)
