"""A crowd: the same people under each policy, on all cores. A study gives the same outcomes anywhere."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from gc import disable as no_garbage_collection
from os import cpu_count
from random import Random
from typing import Final

from entrain.cohort.life import YOKED, Lives, Outcome
from entrain.control.arms import under_policy
from entrain.control.protocol import Preset
from entrain.devices.simulated.person import Kind, Person

GROUP: Final = 4  # people who are yoked to each other; fixed, so that outcomes do not depend on the machine
YOKED_TO: Final = "glide"

OnProgress = Callable[[int, int], None]
"""Told how many people are done, of how many."""


@dataclass(frozen=True, slots=True)
class Study:
    """Which people are held under which policies. The same study has the same outcomes anywhere."""

    preset: Preset
    policies: tuple[str, ...]
    people: int
    seed: int = 0
    kind: Kind | None = None  # None: a mixed crowd


@dataclass(frozen=True, slots=True)
class Participant:
    """One person of a study, with what came of each policy."""

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
    is_yoked = YOKED in study.policies
    policies = (*study.policies, YOKED_TO) if is_yoked else study.policies
    presets = [under_policy(study.preset, policy) for policy in dict.fromkeys(policies)]
    lives = [Lives(draw(study, person), presets) for person in people]
    if is_yoked:
        # In a ring, each to the next; who is alone, to somebody outside the study.
        others = [*lives[1:], lives[0]]
        if len(lives) == 1:
            others = [Lives(draw(study, people[0] + 1), (under_policy(study.preset, YOKED_TO),))]
        for one, other in zip(lives, others, strict=True):
            _, tempo = other.lived[YOKED_TO]
            one.yoke(tempo)
    return [
        Participant(
            person, draw(study, person).kind, tuple(one.lived[policy][0] for policy in study.policies)
        )
        for person, one in zip(people, lives, strict=True)
    ]
