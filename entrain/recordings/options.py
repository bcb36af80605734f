"""What a person may say about a file that cannot be seen in it, and the units that intervals come in."""

import re
from dataclasses import dataclass
from typing import Final

from entrain.errors import UsageError
from entrain.units import MS_PER_S, RR_TICKS_PER_S

UNITS: Final = "s, ms, us, 1/1024 or samples:HZ"


@dataclass(frozen=True, slots=True)
class TimeUnit:
    """A unit of intervals or times: `per_s` of them make a second."""

    name: str  # as `--unit` takes it
    per_s: float

    @property
    def to_ms(self) -> float:
        """What a value of this unit is multiplied by."""
        return MS_PER_S / self.per_s


SECONDS: Final = TimeUnit("s", 1.0)
MILLISECONDS: Final = TimeUnit("ms", 1e3)
MICROSECONDS: Final = TimeUnit("us", 1e6)
NANOSECONDS: Final = TimeUnit("ns", 1e9)
TICKS: Final = TimeUnit("1/1024", float(RR_TICKS_PER_S))
MINUTES: Final = TimeUnit("min", 1.0 / 60.0)
HOURS: Final = TimeUnit("h", 1.0 / 3600.0)
DAYS: Final = TimeUnit("days", 1.0 / 86400.0)
_SAMPLES: Final = re.compile(r"samples:(\d+(?:\.\d+)?)")


def samples(rate_hz: float) -> TimeUnit:
    """Counts of samples, `rate_hz` of which make a second."""
    return TimeUnit(f"samples:{rate_hz:g}", rate_hz)


def unit_of(word: str) -> TimeUnit:
    """The unit that `--unit` names.

    Raises:
        UsageError: there is no such unit.
    """
    known = {unit.name: unit for unit in (SECONDS, MILLISECONDS, MICROSECONDS, TICKS)}
    if word in known:
        return known[word]
    counted = _SAMPLES.fullmatch(word)
    if counted is not None and 1.0 <= float(counted[1]) <= 1e6:
        return samples(float(counted[1]))
    raise UsageError(f"There is no unit {word!r}.", f"--unit is one of {UNITS}, for instance samples:500.")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What overrides the looking. The same options of the same file give the same recording anywhere."""

    unit: str | None = None  # as `unit_of` takes it
    column: str | None = None  # of the intervals: its name, or its number from 1
    beats: bool = False  # the numbers are moments of beats, not intervals
    strap: str | None = None  # of a file with several hearts, this one
    keep_good: bool = False  # leave out lines that cannot be read instead of refusing the file


AS_IT_LOOKS: Final = ReadOptions()
