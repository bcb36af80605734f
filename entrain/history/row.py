"""One row for each session. Nothing here reads anything: front ends draw these without knowing a store."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LEAST_JUDGED_MIN = 1.0  # less, and a share of time in step says nothing


class HowItEnded(StrEnum):
    """How a session came to its end."""

    COMPLETE = "complete"
    EARLY = "stopped early"
    INTERRUPTED = "interrupted"
    IMPORTED = "imported"  # another program's recording: nothing was guided
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Heart:
    """What the intervals say, artefacts corrected: the resting baseline, and the silence after the guidance.

    None where the session has no such stretch, or too few intervals in it.
    """

    pulse_before_bpm: float | None = None
    pulse_after_bpm: float | None = None
    rmssd_before_ms: float | None = None
    rmssd_after_ms: float | None = None
    artefact_share: float | None = None  # of raw intervals over the whole session, gaps aside
    corrected_in_step_min: float | None = None  # so long the heart was in step with the guided breath …
    corrected_paced_min: float | None = None  # … of so long in which a breath was guided


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session in one row. Ratings are of tension, 0 (calm) to 10; None where nothing is known."""

    id: int
    uuid: str
    began: datetime  # on the clock of this place
    person: str  # a pseudonym; '' where nobody was named
    preset: str
    title: str
    policy: str
    voice: str
    is_simulated: bool
    duration_s: float
    ended: HowItEnded
    end_reason: str
    n_notes: int
    rating_before: int | None = None
    rating_after: int | None = None
    paced_min: float = 0.0
    in_step_min: float = 0.0
    judged_min: float = 0.0  # so long it could be told whether the breath was in step
    heart: Heart | None = None  # None: not measured yet
    has_real_heart: bool = False  # a sensor was on somebody as it ran
    said_easy: bool = False  # of the breath, by a key
    said_dizzy: bool = False
    stepped_away: bool = False

    @property
    def minutes(self) -> float:
        """How long it lasted."""
        return self.duration_s / 60.0

    @property
    def in_step_share(self) -> float | None:
        """Of the time in which it could be told."""
        return self.in_step_min / self.judged_min if self.judged_min >= LEAST_JUDGED_MIN else None

    @property
    def is_practice(self) -> bool:
        """Somebody sat, and something was guided."""
        return self.ended is not HowItEnded.IMPORTED


def practice(sittings: tuple[Sitting, ...]) -> tuple[Sitting, ...]:
    """What makes up a course: no imported recordings; simulated hearts only where there is no other."""
    practised = tuple(each for each in sittings if each.is_practice)
    real = tuple(each for each in practised if not each.is_simulated)
    return real or practised
