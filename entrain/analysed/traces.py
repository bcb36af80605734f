"""What a session's log says moment by moment: one pass through its records."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isnan
from typing import Final

from entrain.control.events import (
    CommandGiven,
    Decided,
    Effect,
    Event,
    Mark,
    OnsetPlayed,
    PhaseBegan,
    Rate,
    SensorFrames,
    StrapDescribed,
)
from entrain.heart.pmd.control import Sensor
from entrain.streams import Sampler

Reading = tuple[float, tuple[float, ...]]  # (session seconds, a value for each channel of a stream)
Points = tuple[tuple[float, float], ...]  # (session seconds, value)
Chains = tuple[Points, ...]  # what lies between two chains is not known

JOINED_S: Final = 1.5  # samples once a second; further apart they are not joined


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a session, in session seconds."""

    from_s: float
    to_s: float

    @property
    def length_s(self) -> float:
        return self.to_s - self.from_s


@dataclass(frozen=True, slots=True)
class Note:
    """A moment that was marked."""

    t_s: float
    text: str


@dataclass(slots=True)
class Log:
    """Takes the records in order."""

    sampler: Sampler = field(default_factory=Sampler)
    samples: dict[str, list[Reading]] = field(default_factory=dict[str, list[Reading]])
    phases: list[PhaseBegan] = field(default_factory=list[PhaseBegan])
    decisions: list[Decided] = field(default_factory=list[Decided])
    notes: list[Note] = field(default_factory=list[Note])
    ratings: dict[str, int] = field(default_factory=dict[str, int])
    n_sounded: int = 0
    strap_name: str = ""
    has_ecg: bool = False
    last_s: float = 0.0

    def take(self, event: Event, effects: tuple[Effect, ...]) -> None:
        """Fold one record in; they come in order of time."""
        self.last_s = max(self.last_s, event.t_s)
        match event:
            case CommandGiven(t_s=t_s, command=Mark(note=note, ago_s=ago_s)):
                self.notes.append(Note(max(0.0, t_s - ago_s), note or "marked"))
            case CommandGiven(command=Rate(value=value, when=when)):
                self.ratings[when] = value
            case OnsetPlayed():
                self.n_sounded += 1
            case StrapDescribed(name=name) if name:
                self.strap_name = name
            case SensorFrames(sensor=Sensor.ECG):
                self.has_ecg = True
            case _:
                pass
        for sample in self.sampler.samples(event, effects):
            self.samples.setdefault(sample.stream, []).append((sample.t_s, sample.values))
        self.phases += [effect for effect in effects if isinstance(effect, PhaseBegan)]
        self.decisions += [effect for effect in effects if isinstance(effect, Decided)]

    def guide(self) -> list[Reading]:
        """Tempo and breath where they were present."""
        return [(t_s, values) for t_s, values in self.samples.get("guide", ()) if values[2] > 0.0]


def chains(samples: Iterable[Reading], channel: int, gaps: Iterable[Span] = ()) -> Chains:
    """The known values of a channel, broken where one is missing.

    What lies in a gap is left out: for some seconds the coach went on with what it had.
    """
    holes = tuple(gaps)
    known = [
        (t_s, values[channel])
        for t_s, values in samples
        if not isnan(values[channel]) and not any(hole.from_s < t_s < hole.to_s for hole in holes)
    ]
    unbroken: list[list[tuple[float, float]]] = []
    for point in known:
        if unbroken and point[0] - unbroken[-1][-1][0] <= JOINED_S:
            unbroken[-1].append(point)
        else:
            unbroken.append([point])
    return tuple(tuple(chain) for chain in unbroken)
