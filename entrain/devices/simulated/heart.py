"""A simulated person with a strap on, as a heart whose time can be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import merge
from math import floor
from random import Random
from typing import TYPE_CHECKING, Final

from entrain.control.events import Event
from entrain.devices.simulated.lungs import Breathing, Lungs
from entrain.devices.simulated.person import Person
from entrain.devices.simulated.sinus import Sinus
from entrain.devices.simulated.strap import Strap
from entrain.heart.pmd.control import Sensor
from entrain.score import Score

if TYPE_CHECKING:  # imported when a stream is asked for
    from entrain.devices.simulated.streams import SimulatedStreams

# A power of two, so that the grid of steps is exact however far it goes.
STEP_S: Final = 0.25


@dataclass(slots=True)
class Truth:
    """What no strap tells, for tests and benchmarks."""

    beats_s: list[float] = field(default_factory=list[float])
    ectopics_s: list[float] = field(default_factory=list[float])  # those of `beats_s` that are ectopic
    breathing: list[Breathing] = field(default_factory=list[Breathing])  # at (index + 1) * STEP_S
    bpm: list[float] = field(default_factory=list[float])  # the rate the sinus node ran at in each step

    def copy(self) -> "Truth":
        """The same, for another life to go on from."""
        return Truth(self.beats_s[:], self.ectopics_s[:], self.breathing[:], self.bpm[:])


class SimulatedHeart:
    """A `VirtualHeart`: the same person under the same score sends the same bytes, however it is stepped.

    The body moves on an absolute grid of `STEP_S`, each step under the score handed to the call that passes
    its end; so a score that is valid from `STEP_S` and the person's reaction time (under a second) before
    `t_s` up to `t_s` is enough.
    """

    def __init__(
        self,
        person: Person,
        strap: str | None = None,
        keep_truth: bool = False,
        sensors: Sequence[Sensor] = (),
    ) -> None:
        self.person = person
        self.strap = f"sim:{person.seed}" if strap is None else strap
        self.truth: Truth | None = Truth() if keep_truth else None
        self._n_steps = 0
        self._lungs = Lungs(person.lungs, STEP_S, Random(f"{person.seed}/lungs"))
        self._sinus = Sinus(person.heart, STEP_S, Random(f"{person.seed}/sinus"))
        self._strap = Strap(self.strap, person.strap, f"{person.seed}/strap")
        self._streams = _streams(self.strap, person.seed, sensors)

    @property
    def breathing(self) -> Breathing:
        """How the person truly breathes now, PetCO2 and all."""
        return self._lungs.now

    def until(self, t_s: float, score: Score | None) -> Sequence[Event]:
        for beat_s in self.live(t_s, score):
            self._strap.beat(beat_s)
        events = self._strap.until(t_s)
        if self._streams is None:
            return events
        return list(merge(events, self._streams.until(t_s), key=lambda event: event.t_s))

    def live(self, t_s: float, score: Score | None) -> list[float]:
        """The body alone, up to `t_s`; the times of its beats, of which the strap knows nothing."""
        first, self._n_steps = self._n_steps, max(self._n_steps, floor(t_s / STEP_S))
        from_s = first * STEP_S
        breathing = self._lungs.run(from_s, self._n_steps - first, score)
        beats_s, ectopics_s, rates_bpm = self._sinus.run(from_s, breathing, score)
        if self.truth is not None:
            self.truth.beats_s += beats_s
            self.truth.ectopics_s += ectopics_s
            self.truth.breathing += breathing
            self.truth.bpm += rates_bpm
        if self._streams is not None:
            self._streams.live([moment.volume for moment in breathing], beats_s)
        return beats_s


def _streams(strap: str, seed: int, sensors: Sequence[Sensor]) -> "SimulatedStreams | None":
    if not sensors:
        return None
    from entrain.devices.simulated.streams import SimulatedStreams

    return SimulatedStreams(strap, str(seed), sensors, STEP_S)
