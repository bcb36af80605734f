"""New states from old ones. A controller makes two or three a second, so what a copy costs is what a session
costs when a thousand of them are simulated."""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def changed(instance: T, **changes: Any) -> T:
    """What `dataclasses.replace` gives, at half its cost; for dataclasses of two fields or more.

    Raises:
        TypeError: a name is no field.
    """
    kind = type(instance)
    names, values = _fields(kind)
    arguments = dict(zip(names, values(instance), strict=True))
    arguments.update(changes)
    if len(arguments) > len(names):
        raise TypeError(f"{kind.__name__} has no field {', '.join(changes.keys() - set(names))}")
    return kind(*arguments.values())


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names)
