"""A crowd: the same people under each policy, on all cores. A study gives the same outcomes anywhere."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from gc import disable as no_garbage_collection
from os import cpu_count
from random import Random
from typing import Final

from entrain.cohort.life import Lives, Outcome, Tempo, arm
from entrain.control.protocol import Preset
from entrain.devices.simulated.person import Kind, Person

GROUP: Final = 4  # people who are yoked to each other; fixed, so that outcomes do not depend on the machine
YOKED_TO: Final = "glide"

OnProgress = Callable[[int, int], None]
"""Told how many people are done, of how many."""


@dataclass(frozen=True, slots=True)
class Study:
    preset: Preset
    policies: tuple[str, ...]
    people: int
    seed: int = 0
    kind: Kind | None = None  # None: a mixed crowd


@dataclass(frozen=True, slots=True)
class Participant:
    person: int  # from 0
    kind: Kind
    outcomes: tuple[Outcome, ...]  # one for each policy of the study, in its order


def conduct(study: Study, on_progress: OnProgress | None = None) -> list[Participant]:
    """All of the study's sessions; in order of the people."""
    groups = [range(first, min(study.people, first + GROUP)) for first in range(0, study.people, GROUP)]
    everybody: list[Participant] = []
    n_workers = max(1, min(cpu_count() or 1, len(groups)))
    # A session makes no cycles, only garbage that is freed at once: looking for cycles is time lost.
    with ProcessPoolExecutor(n_workers, initializer=no_garbage_collection) as pool:
        try:
            for group in pool.map(partial(_group, study), groups):
                everybody += group
                if on_progress is not None:
                    on_progress(len(everybody), study.people)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return everybody


def draw(study: Study, person: int) -> Person:
    """Person number `person` of the study's crowd."""
    return Person.draw(Random(f"{study.seed}/{person}").getrandbits(31), study.kind)


def _group(study: Study, people: Sequence[int]) -> list[Participant]:
    lives: dict[int, Lives] = {}
    tempi: dict[int, Tempo] = {}

    def lived(person: int, policy: str, yoked: Tempo = ()) -> Outcome:
        if person not in lives:
            lives[person] = Lives(draw(study, person), study.preset)
        found, tempo = lives[person].under(arm(study.preset, policy), yoked)
        if policy == YOKED_TO:
            tempi[person] = tempo
        return found

    def outcome(policy: str, index: int) -> Outcome:
        if policy != "yoked":
            return lived(people[index], policy)
        # In a ring, each to the next; who is alone, to somebody outside the study.
        other = people[(index + 1) % len(people)] if len(people) > 1 else people[index] + 1
        if other not in tempi:
            lived(other, YOKED_TO)
        return lived(people[index], policy, tempi[other])

    # Policy by policy, so that those who are yoked find the others' tempi.
    rows = [[outcome(policy, index) for index in range(len(people))] for policy in study.policies]
    return [
        Participant(person, draw(study, person).kind, tuple(row[index] for row in rows))
        for index, person in enumerate(people)
    ]
