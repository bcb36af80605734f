"""Whose session it is, and what is remembered of them. A session never fails because of it.

Where the store cannot be read, somebody is as new: the notice is shown again and the goal is the first one's,
which is the lesser harm.
"""

import time
from collections.abc import Callable

from entrain.errors import StoreError
from entrain.history.recorded import sittings
from entrain.person.record import PersonRecord
from entrain.presets import own as own_presets
from entrain.storage import people
from entrain.storage.log.store import Store
from entrain.whatif import progression
from entrain.whatif.progression import Practised


def record_of(person: str) -> PersonRecord:
    """What is kept of somebody. Never raises."""
    try:
        return people.load(Store.open(), person)
    except StoreError:
        return people.new()


def keep(person: str, how: Callable[[PersonRecord], PersonRecord]) -> str:
    """Remember something of somebody; what is wrong where that fails, in a sentence. Never raises."""
    try:
        people.change(Store.open(), person, how)
    except StoreError as fault:
        return f"{fault.message} {fault.advice}".rstrip()
    return ""


def steps_done(person: str, preset: str) -> int:
    """How many steps down over days somebody has come with this preset. Never raises."""
    try:
        return progression.steps_done(practised(Store.open(), person, preset), time.time())
    except StoreError:
        return 0


def goals_today(person: str) -> tuple[tuple[str, float], ...]:
    """(preset, breaths a minute) of each that comes down over days: where it goes to today. Never raises."""
    return tuple(
        (name, progression.goal_per_min(loaded.preset, steps_done(person, name)))
        for name, loaded in own_presets.usable(person).items()
        if loaded.preset.breath.over_days
    )


def practised(store: Store, person: str, preset: str) -> list[Practised]:
    """This person's sessions with this preset, for `entrain.whatif.progression`.

    Raises:
        StoreError: the store cannot be read.
    """
    return [
        Practised(each.began.timestamp(), each.has_real_heart, each.judged_min, each.in_step_min)
        for each in sittings(store, person)
        if each.preset == preset
    ]
