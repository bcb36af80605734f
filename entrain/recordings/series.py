"""Numbers read from a file, before it is decided what they are; and how bad lines are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from entrain.errors import InputError
from entrain.recordings.moments import Moments
from entrain.recordings.options import TimeUnit

MANY: Final = 10  # bad lines that are named one by one

BadLine = tuple[int, str]  # its number, and what is wrong with it


@dataclass(frozen=True, slots=True)
class Series:
    """One number for each interval or beat, in the file's own order and unit."""

    values: tuple[float, ...]
    lines: tuple[int, ...]  # where each stands
    what: str  # in words, what the file was taken for
    unit: TimeUnit | None = None  # as the file says it
    unit_said_by: str = ""  # where it says so
    are_beats: bool = False  # by their name: moments of beats
    are_intervals: bool = False  # by the format: nothing else can be meant
    counts_samples: bool = False  # of a rate that is not said
    column: str = ""
    clocks: tuple[Moments, ...] = ()  # columns of times, a value for each of `values`
    rates_bpm: tuple[float, ...] = ()
    breaks: frozenset[int] = (
        frozenset()
    )  # indices that do not follow on the one before, nobody knows by how much
    after_empty: frozenset[int] = (
        frozenset()
    )  # indices behind rows that held none; the times say whether one lacks
    results: tuple[str, ...] = ()  # columns beside, of figures that only many intervals have
    same: tuple[int, ...] = ()  # equal numbers for rows that are equal in every cell; () where nobody looked
    bad: tuple[BadLine, ...] = ()
    notes: tuple[str, ...] = ()
    began_epoch_s: float | None = None
    stops_s: Mapping[int, float] = field(
        default_factory=dict[int, float]
    )  # seconds that a recorder stood still, by what follows
    place: str = "line"  # what `lines` count


def refuse(name: str, bad: Sequence[BadLine], place: str = "line") -> None:
    """
    Raises:
        InputError: there are bad lines; the first ten are named.
    """
    if bad:
        raise InputError(
            f"{name} has {counted(len(bad), place)} that cannot be read:{listed(bad, place)}",
            "Mend or remove them and try again; nothing was read."
            " `entrain sessions import --keep-good` takes what is good.",
        )


def counted(n: int, place: str) -> str:
    """ "1 line", "3 lines", "2 entries"."""
    return f"{n} {place}" if n == 1 else f"{n} {place[:-1]}ies" if place.endswith("y") else f"{n} {place}s"


def listed(bad: Sequence[BadLine], place: str = "line") -> str:
    """Faults line by line, the first of them where they are many."""
    more = f"\n  and {len(bad) - MANY} more" if len(bad) > MANY else ""
    return "".join(f"\n  {place} {number}: {what}" for number, what in bad[:MANY]) + more
