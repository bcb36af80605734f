"""Messages as JSON and back, exactly, by their type hints: the one way in which anything is stored.

- A dataclass is an object of its fields; a union of dataclasses adds the class's name under `"type"`.
- Floats are written as Python's `repr` and come back bit for bit; infinities and NaN are refused both ways.
- Enums are their values, bytes are hexadecimal, tuples are arrays, None is null.
- A field that the text lacks takes its default, so that older texts stay readable; a field that the class
  lacks is refused, because dropping it would change what was said. Fields of an older log have their way in
  (`Reason.of_older`, `entrain.remark.of_older`).

Encoders and decoders are built once for each type. Text is ASCII, so any string survives any storage.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Final, TypeGuard, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from entrain.control.events import Effect, Event
from entrain.errors import InputError
from entrain.remark import of_older

T = TypeVar("T")
Encoder = Callable[[Any], Any]
Decoder = Callable[[Any], Any]

TAG: Final = "type"

_to_text = json.JSONEncoder(allow_nan=False, separators=(",", ":"), ensure_ascii=True).encode


class Undecodable(InputError):
    """A text that is not the message it should be; `where` is the path of the field, from the outside in."""

    def __init__(self, problem: str, where: tuple[str, ...] = ()) -> None:
        super().__init__(f"{'.'.join(where)}: {problem}" if where else problem)
        self.problem = problem
        self.where = where

    def under(self, name: str) -> "Undecodable":
        """The same fault, seen from one level further out."""
        return Undecodable(self.problem, (name, *self.where))


def kind_of(message: object) -> str:
    """What a message is called in the store: the name of its class."""
    return type(message).__name__


def encode(message: object) -> str:
    """The JSON object of a dataclass instance; its own type is not part of the text (see `kind_of`).

    Raises:
        ValueError: a number in it is infinite or not a number.
        TypeError: a value is of a type that its field does not allow.
    """
    encoder = _encoder(type(message))
    return _to_text(encoder(message) if encoder else message)


def decode(kind: type[T], text: str) -> T:
    """The instance of the dataclass `kind` that `encode` made `text` from.

    Raises:
        Undecodable: the text is no JSON, or not what the type hints say.
    """
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise Undecodable(f"is not JSON: {error}") from None
    return cast(T, _decoder(kind)(data))


def decode_event(kind: str, text: str) -> Event:
    """An event out of its kind and JSON. Raises `Undecodable`."""
    return cast(Event, decode(_named(kind, _EVENTS, "event"), text))


def decode_effect(kind: str, text: str) -> Effect:
    """An effect out of its kind and JSON. Raises `Undecodable`."""
    return cast(Effect, decode(_named(kind, _EFFECTS, "effect"), text))


# ---- encoding: None instead of a function means that json writes the value as it is ------------------------


@cache
def _encoder(hint: Any) -> Encoder | None:
    if hint in (int, float, str, bool, NoneType):
        return None
    if hint is bytes:
        return bytes.hex
    if _is_enum(hint):
        return None if issubclass(hint, str) else lambda member: member.value
    if is_dataclass(hint):
        return _dataclass_encoder(cast(type, hint))
    if get_origin(hint) is tuple:
        return _tuple_encoder(get_args(hint))
    if get_origin(hint) in (UnionType, Union):
        return _union_encoder(get_args(hint))
    raise TypeError(f"values of {hint!r} cannot be stored")


def _dataclass_encoder(kind: type) -> Encoder:
    hints = get_type_hints(kind)
    parts = [(field.name, _encoder(hints[field.name])) for field in fields(kind)]

    def encode_fields(value: Any) -> dict[str, Any]:
        return {
            name: getattr(value, name) if encoder is None else encoder(getattr(value, name))
            for name, encoder in parts
        }

    return encode_fields


def _tuple_encoder(items: tuple[Any, ...]) -> Encoder | None:
    if items[-1] is Ellipsis:
        encoder = _encoder(items[0])
        return None if encoder is None else lambda values: [encoder(value) for value in values]
    encoders = [_encoder(item) for item in items]
    if not any(encoders):
        return None
    return lambda values: [
        value if each is None else each(value) for value, each in zip(values, encoders, strict=True)
    ]


def _union_encoder(options: tuple[Any, ...]) -> Encoder | None:
    kinds = [option for option in options if option is not NoneType]
    if len(kinds) == 1:
        only = _encoder(kinds[0])
        return None if only is None else lambda value: None if value is None else only(value)
    encoders = {kind: _dataclass_encoder(kind) for kind in _tagged(kinds)}

    def encode_tagged(value: object) -> dict[str, Any] | None:
        if value is None:
            return None
        encoder = encoders.get(type(value))
        if encoder is None:
            raise TypeError(f"{type(value).__name__} is none of {', '.join(k.__name__ for k in encoders)}")
        return {TAG: type(value).__name__, **encoder(value)}

    return encode_tagged


# ---- decoding ----------------------------------------------------------------------------------------------


@cache
def _decoder(hint: Any) -> Decoder:
    if hint is float:
        return _float
    if hint in (int, str, bool, NoneType):
        return _exactly(hint)
    if hint is bytes:
        return _bytes
    if _is_enum(hint):
        return _enum_decoder(hint)
    if is_dataclass(hint):
        return _dataclass_decoder(cast(type, hint))
    if get_origin(hint) is tuple:
        return _tuple_decoder(get_args(hint))
    if get_origin(hint) in (UnionType, Union):
        return _union_decoder(get_args(hint))
    raise TypeError(f"values of {hint!r} cannot be stored")


def _float(value: Any) -> float:
    # A whole number given where a float is expected stays an int: a replayed text must read alike.
    if type(value) not in (float, int) or not isfinite(value):
        raise Undecodable(f"must be a finite number, not {value!r}")
    return value


def _exactly(kind: type) -> Decoder:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise Undecodable(f"must be of type {kind.__name__}, not {value!r}")
        return value

    return check


def _bytes(value: Any) -> bytes:
    try:
        return bytes.fromhex(value)
    except (TypeError, ValueError):
        raise Undecodable(f"must be hexadecimal digits, not {value!r}") from None


def _enum_decoder(kind: type[Enum]) -> Decoder:
    members = {member.value: member for member in kind}

    def check(value: Any) -> Enum:
        try:
            # What is no value now may be the name an earlier version had for one (`_missing_`).
            return members[value] if value in members else kind(value)
        except (ValueError, TypeError):
            raise Undecodable(f"must be one of {', '.join(map(repr, members))}, not {value!r}") from None

    return check


def _dataclass_decoder(kind: type) -> Decoder:
    hints = get_type_hints(kind)
    parts = [(field.name, _decoder(hints[field.name]), _is_required(field)) for field in fields(kind)]
    names = frozenset(name for name, _, _ in parts)

    of_text = getattr(kind, "of_older", None)  # how a text of an older log becomes one

    def build(value: Any) -> Any:
        if of_text is not None and type(value) is str:
            return of_text(value)
        if type(value) is not dict:
            raise Undecodable(f"must be an object ({kind.__name__}), not {value!r}")
        data = cast(dict[str, Any], value)
        if not data.keys() <= names:
            data = of_older(kind.__name__, data)
        if not data.keys() <= names:
            unknown = sorted(data.keys() - names)[0]
            raise Undecodable(
                f"{kind.__name__} has no such field (was it stored by a newer entrain?)", (unknown,)
            )
        arguments: dict[str, Any] = {}
        for name, decoder, required in parts:
            if name in data:
                try:
                    arguments[name] = decoder(data[name])
                except Undecodable as fault:
                    raise fault.under(name) from None
            elif required:
                raise Undecodable(f"is missing from {kind.__name__}", (name,))
        try:
            return kind(**arguments)
        except ValueError as error:
            raise Undecodable(f"is no {kind.__name__}: {error}") from None

    return build


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _tuple_decoder(items: tuple[Any, ...]) -> Decoder:
    endless = items[-1] is Ellipsis
    decoders = [_decoder(item) for item in items if item is not Ellipsis]

    def build(value: Any) -> tuple[Any, ...]:
        if type(value) is not list or not (endless or len(cast(list[Any], value)) == len(decoders)):
            raise Undecodable(f"must be an array{'' if endless else f' of {len(decoders)}'}, not {value!r}")
        values = cast(list[Any], value)
        out: list[Any] = []
        for index, item in enumerate(values):
            try:
                out.append(decoders[0 if endless else index](item))
            except Undecodable as fault:
                raise fault.under(str(index)) from None
        return tuple(out)

    return build


def _union_decoder(options: tuple[Any, ...]) -> Decoder:
    kinds = [option for option in options if option is not NoneType]
    none_allowed = len(kinds) < len(options)
    if len(kinds) == 1:
        only = _decoder(kinds[0])
        return lambda value: None if value is None else only(value)
    decoders = {kind.__name__: _dataclass_decoder(kind) for kind in _tagged(kinds)}

    def build(value: Any) -> Any:
        if value is None and none_allowed:
            return None
        data = dict(cast(dict[str, Any], value)) if type(value) is dict else {}
        decoder = decoders.get(data.pop(TAG, ""))
        if decoder is None:
            raise Undecodable(f'must have "{TAG}" one of {", ".join(decoders)}, not {value!r}')
        return decoder(data)

    return build


# ---- names -------------------------------------------------------------------------------------------------


def _tagged(kinds: list[Any]) -> list[type]:
    """The same kinds, if a tag can tell them apart."""
    if not all(is_dataclass(kind) for kind in kinds):
        raise TypeError(f"only dataclasses can share a field, not {kinds}")
    if any(TAG in get_type_hints(kind) for kind in kinds):
        raise TypeError(f'a field called "{TAG}" would hide the tag of {kinds}')
    return kinds


def _is_enum(hint: Any) -> TypeGuard[type[Enum]]:
    return isinstance(hint, type) and issubclass(hint, Enum)


def _named(kind: str, kinds: Mapping[str, type], role: str) -> type:
    try:
        return kinds[kind]
    except KeyError:
        raise Undecodable(f"no {role} is called {kind!r} (was it stored by a newer entrain?)") from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that can be stored")


_EVENTS: Final[Mapping[str, type]] = {kind.__name__: kind for kind in get_args(Event)}
_EFFECTS: Final[Mapping[str, type]] = {kind.__name__: kind for kind in get_args(Effect)}
