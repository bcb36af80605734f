"""Frozen data that is cheap to make: a session makes some twenty objects a second, a crowd is a thousand
sessions.
"""

from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def quick(kind: type[T]) -> type[T]:
    """A frozen, slotted dataclass that is made often: in half the time, for it is the strict type check alone
    that keeps it frozen. A dataclass that guards itself fills each field by way of `object.__setattr__`.
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)


def changed(state: T, **changes: Any) -> T:
    """What `dataclasses.replace` gives, at a tenth of its cost; for frozen dataclasses *without* slots.

    A copy of a dict of forty fields takes half a microsecond; forty slots, filled one by one, take six.

    Raises:
        TypeError: a name is no field.
    """
    copy = object.__new__(type(state))
    values = copy.__dict__
    values.update(state.__dict__)
    n_fields = len(values)
    values.update(changes)
    if len(values) > n_fields:
        unknown = ", ".join(changes.keys() - state.__dict__.keys())
        raise TypeError(f"{type(state).__name__} has no field {unknown}")
    return copy
