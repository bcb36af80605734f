"""Frozen data that is cheap to make: a session makes some twenty objects a second, a crowd is a thousand
sessions.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")


def quick(kind: type[T]) -> type[T]:
    """Decorates a frozen, slotted dataclass that is made often: the same, made in half the time.

    A frozen dataclass fills each field by way of `object.__setattr__`, which looks the field up again. Here
    an object is filled while it is of a like class that is not frozen. For classes without `__post_init__`
    and without default factories.
    """
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    filling = type(kind.__name__, (), {"__slots__": tuple(names)})
    known: dict[str, Any] = {"become": object.__setattr__, "filling": filling, "kind": kind}
    parameters: list[str] = []
    for field in fields(kind):  # type: ignore[arg-type]
        if field.default is MISSING:
            parameters.append(field.name)
        else:
            known[f"default_{field.name}"] = field.default
            parameters.append(f"{field.name}=default_{field.name}")
    body = ["become(self, '__class__', filling)", *(f"self.{name} = {name}" for name in names)]
    body.append("self.__class__ = kind")
    exec(f"def __init__(self, {', '.join(parameters)}):\n " + "\n ".join(body), known)
    init: Callable[..., None] = known["__init__"]
    init.__qualname__, init.__module__ = f"{kind.__qualname__}.__init__", kind.__module__
    init.__annotations__ = dict(kind.__init__.__annotations__)
    kind.__init__ = init
    return kind


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
