"""New states from old ones. A controller makes two or three a second, so what a copy costs is what a session
costs when a thousand of them are simulated.

A state is a frozen dataclass *without* slots: a copy of a dict of forty fields takes half a microsecond, forty
slots that are filled one by one take six.
"""

from typing import Any, TypeVar

T = TypeVar("T")


def changed(state: T, **changes: Any) -> T:
    """What `dataclasses.replace` gives, at a tenth of its cost; for dataclasses without slots.

    Raises:
        TypeError: a name is no field.
    """
    copy = object.__new__(type(state))
    fields = copy.__dict__
    fields.update(state.__dict__)
    n_fields = len(fields)
    fields.update(changes)
    if len(fields) > n_fields:
        unknown = ", ".join(changes.keys() - state.__dict__.keys())
        raise TypeError(f"{type(state).__name__} has no field {unknown}")
    return copy
