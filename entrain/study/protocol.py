"""What a study file says: who is compared with whom, how the lot falls, and what ends it."""

from dataclasses import dataclass, field
from itertools import permutations
from typing import Final

from entrain.control.arms import ArmKind

PARALLEL: Final = "parallel"
CROSS_OVER: Final = "cross-over"
DESIGNS: Final = (PARALLEL, CROSS_OVER)

# Outcomes a session gives by itself; each is after minus before.
PULSE: Final = "pulse_change_bpm"
RMSSD: Final = "rmssd_change_ms"
TENSION: Final = "tension_change"
OUTCOMES: Final = (PULSE, RMSSD, TENSION)

MOST_ORDERED_EVERY_WAY: Final = 3  # arms; more are ordered in a Williams design


@dataclass(frozen=True, slots=True)
class StudyConsent:
    """What a person agrees to before they are enrolled."""

    text: str = ""
    version: str = "1"


@dataclass(frozen=True, slots=True)
class StopRules:
    """An event of `severity` or more ends that person's part; `events` of them end the study."""

    severity: int = 3
    events: int = 2


@dataclass(frozen=True, slots=True)
class StudyOutline:
    """The settings of a study file beside its arms. `preset` is the session that all arms are made of."""

    title: str
    version: str = "1"
    summary: str = ""
    preset: str = "desk"
    minutes: float | None = None  # None: as long as the preset
    design: str = PARALLEL
    people: int = 24
    sessions: int = 1  # of a person: in all, or with a cross-over under each arm
    washout_days: int = 0  # between the arms of a cross-over
    days_between: int = 0  # between any two sessions of a person
    blocks: tuple[int, ...] = ()  # their sizes; empty: the two smallest
    strata: tuple[str, ...] = ()
    primary: str = TENSION
    scales: tuple[str, ...] = ()
    consent: StudyConsent = field(default_factory=StudyConsent)
    stop: StopRules = field(default_factory=StopRules)


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm, by the name that stands in the file. `share`: so many of these to one share of another."""

    kind: str = ArmKind.CLOSED_LOOP.value
    share: int = 1
    fixed_bpm: float | None = None  # for "fixed"; None: the tempo that the beat began with
    above_fraction: float = 0.10  # for "quicker": so much above the pulse


@dataclass(frozen=True, slots=True)
class StudyProtocol:
    """A study file, read. `sha256` is that of its text."""

    outline: StudyOutline
    arms: tuple[tuple[str, Arm], ...]  # in the order of the file
    sha256: str

    @property
    def is_cross_over(self) -> bool:
        """Does everybody come to every arm?"""
        return self.outline.design == CROSS_OVER

    @property
    def strata(self) -> tuple[str, ...]:
        """Those there are; one without a name where nobody is told apart."""
        return self.outline.strata or ("",)

    @property
    def n_periods(self) -> int:
        """Through how many arms a person goes."""
        return len(self.arms) if self.is_cross_over else 1

    @property
    def n_sessions(self) -> int:
        """How many sessions a person has in all."""
        return self.n_periods * self.outline.sessions

    @property
    def blocks(self) -> tuple[int, ...]:
        """The sizes of blocks, in people."""
        n = len(self.units)
        return self.outline.blocks or (n, 2 * n)

    @property
    def units(self) -> tuple[tuple[str, ...], ...]:
        """What a smallest block holds, each once: sequences of arms, of one arm where nobody crosses over."""
        return units_of(self.outline.design, self.arms)

    def arm(self, name: str) -> Arm:
        """The arm of a name that is there."""
        return dict(self.arms)[name]


def units_of(design: str, arms: tuple[tuple[str, Arm], ...]) -> tuple[tuple[str, ...], ...]:
    """The sequences of a smallest block.

    Up to three arms come in every order; more in the orders of Williams (1949), in which every arm follows
    every other equally often.
    """
    if design != CROSS_OVER:
        return tuple((name,) for name, arm in arms for _ in range(arm.share))
    names = [name for name, _ in arms]
    if len(names) <= MOST_ORDERED_EVERY_WAY:
        return tuple(permutations(names))
    return _williams(names)


def _williams(names: list[str]) -> tuple[tuple[str, ...], ...]:
    n = len(names)
    first = [0, *((at + 1) // 2 if at % 2 else n - at // 2 for at in range(1, n))]
    rows = [[(each + shift) % n for each in first] for shift in range(n)]
    if n % 2:
        rows += [row[::-1] for row in rows]
    return tuple(tuple(names[at] for at in row) for row in rows)
