"""Hypothesis strategies for every message of a session, made from the type hints themselves.

A message or a field added to the contracts is generated without a change here.
"""

from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from entrain.breath.pattern import BreathPattern
from entrain.control.events import Effect, Event
from entrain.control.protocol import SessionConfig
from entrain.control.view import Summary

_SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    float: st.floats(allow_nan=False, allow_infinity=False),
    int: st.integers(-(2**63), 2**63 - 1),
    str: st.text(max_size=20),
    bool: st.booleans(),
    bytes: st.binary(max_size=20),
    NoneType: st.none(),
}


@cache
def of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type hint; dataclasses by their fields."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    if hint is BreathPattern:
        positive, any_number = st.integers(1, 40), st.integers(0, 40)
        return st.builds(
            BreathPattern, inhale=positive, exhale=positive, hold_in=any_number, hold_out=any_number
        )
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: of(hints[field.name]) for field in fields(hint)})
    if get_origin(hint) is tuple:
        items = get_args(hint)
        if items[-1] is Ellipsis:
            return st.lists(of(items[0]), max_size=3).map(tuple)
        return st.tuples(*map(of, items))
    if get_origin(hint) in (UnionType, Union):
        return st.one_of(*map(of, get_args(hint)))
    raise TypeError(f"no strategy for {hint!r}")


events: st.SearchStrategy[Event] = of(Event)
effects: st.SearchStrategy[Effect] = of(Effect)
records: st.SearchStrategy[tuple[Event, tuple[Effect, ...]]] = st.tuples(
    events, st.lists(effects, max_size=4).map(tuple)
)
configs: st.SearchStrategy[SessionConfig] = of(SessionConfig)
summaries: st.SearchStrategy[Summary] = of(Summary)
