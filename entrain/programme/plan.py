"""What a programme file says: steps of one preset each, and the rules by which somebody goes on or back.

Nothing here is laxer than these, whatever a file says: at most a step a week, and nobody whose breath cannot
be seen to follow goes below `UNSEEN_FLOOR_PER_MIN` on their own word alone.
"""

from dataclasses import dataclass, field
from typing import Final

from entrain.control.protocol import Preset

LEAST_DAYS_A_STEP: Final = 7
UNSEEN_FLOOR_PER_MIN: Final = 8.0
BETWEEN: Final = "."  # in the name of a session's preset: programme, step; no preset's own name has it

IN_STEP: Final = "in step"
COMPLETED: Final = "completed"
GOES_BY: Final = (IN_STEP, COMPLETED)


@dataclass(frozen=True, slots=True)
class Forward:
    """A step on: of the last `of_last` sessions at this step, `good` were good, and none was too much."""

    by: str = IN_STEP  # what a good one is: in step enough, or simply done to its end
    of_last: int = 3
    good: int = 2
    in_step: float = 0.7  # of the time in which it could be told
    least_days: int = LEAST_DAYS_A_STEP


@dataclass(frozen=True, slots=True)
class Back:
    """A step back: after "dizzy", after so many poor ones in a row, after so many days without any."""

    poor: int = 2
    in_step: float = 0.4  # less of the time is poor
    gap_days: int = 10


@dataclass(frozen=True, slots=True)
class Outline:
    """The settings of a programme file beside its steps. `name` is what one types, `title` what one reads."""

    name: str
    title: str
    summary: str
    weeks: int = 4
    minutes_a_week: float = 30.0
    locked: tuple[str, ...] = ()  # settings that no key, flag or preset loosens; see `entrain.control.locks`
    sources: tuple[str, ...] = ()  # what it rests on
    unknown: str = ""  # what is not known
    forward: Forward = field(default_factory=Forward)
    back: Back = field(default_factory=Back)


@dataclass(frozen=True, slots=True)
class Step:
    """One preset, for as long as it takes. `assess`: the own rate is best looked for before it."""

    name: str
    preset: Preset
    assess: bool = False

    @property
    def goal_per_min(self) -> float | None:
        """Where its breath goes to; None: it is not guided."""
        return self.preset.breath.goal_per_min if self.preset.breath.guided else None


@dataclass(frozen=True, slots=True)
class ProgrammePlan:
    """A programme file, read; the steps in the order in which it has them."""

    outline: Outline
    steps: tuple[Step, ...]

    @property
    def name(self) -> str:
        """What one types."""
        return self.outline.name

    @property
    def title(self) -> str:
        """What one reads."""
        return self.outline.title


def session_name(programme: str, step: str) -> str:
    """What the preset of a session in a programme is called: the log alone tells where it belongs."""
    return f"{programme}{BETWEEN}{step}"


def of_session(preset: str) -> tuple[str, str] | None:
    """(programme, step) of a session by its preset's name; None: it belongs to none."""
    programme, is_one, step = preset.partition(BETWEEN)
    return (programme, step) if is_one and programme and step else None
