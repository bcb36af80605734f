"""The heart's own vocabulary: intervals, beats, and what is known of a pulse."""

from enum import StrEnum

from entrain.frozen import quick
from entrain.heart.doubt import Doubt
from entrain.units import ticks_to_ms, ticks_to_s


class Verdict(StrEnum):
    """What the online screening makes of one RR interval; everything but OK keeps it out of the pulse."""

    OK = "ok"
    SHORT = "short"  # below 300 ms: faster than a heart at a desk
    LONG = "long"  # above 2,000 ms
    EXTRA = "extra"  # two intervals that make one: a beat counted that was none
    MISSED = "missed"  # about twice the usual: a beat was missed
    ECTOPIC = "ectopic"  # off the others' course by more than they vary
    FILL = "fill"  # a strap's filler of exactly 500 ms, off the others' course
    NO_CONTACT = "no contact"  # the strap says it does not touch the skin
    LEARNING = "learning"  # no course known yet, and far from plausible neighbours


@quick
class RRInterval:
    """A raw interval between two beats as it was measured, in ticks of 1/1024 s: a strap's are whole ones."""

    ticks: float

    @property
    def seconds(self) -> float:
        """The interval in s."""
        return ticks_to_s(self.ticks)

    @property
    def ms(self) -> float:
        """The interval in ms."""
        return ticks_to_ms(self.ticks)


@quick
class Beat:
    """A heart beat on the session's clock, with the raw interval that ended in it."""

    t_s: float
    rr: RRInterval
    verdict: Verdict
    strap: str
    segment: int  # beats of one segment are joined by an unbroken chain of intervals
    n: int  # counts this strap's beats over the whole session


class PulseSource(StrEnum):
    """Where a pulse comes from, best first."""

    INTERVALS = "intervals"
    HEART_RATE_FIELD = "heart rate only"  # the strap sends no RR intervals
    NONE = "none"


@quick
class HeartState:
    """What is known of one heart at a moment.

    `bpm` is None until enough is known and whenever the newest usable data is older than `STALE_S`.
    """

    bpm: float | None
    age_s: float | None  # of the newest usable data; None: there was none yet
    source: PulseSource
    rmssd_ms: float | None
    artefacts_per_min: float
    settled: bool  # the smoothing window is full
    doubt: Doubt | None = None  # why it is not, or not wholly, believed
