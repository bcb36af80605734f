"""Remarks as sentences: the one way from a topic and its values to what people read."""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Final

from entrain.errors import DeviceError
from entrain.remark import Remark, Remarked, Topic
from entrain.system.host import Host
from entrain.wording import english

_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_NAME: Final = re.compile(r"\{(\w+)")
_HOSTS: Final = {host.value: host for host in Host}


def told(remark: Remark | None) -> str:
    """What is so, in a sentence; nothing where there is no remark."""
    if remark is None or remark.topic is Topic.AS_TOLD:
        return "" if remark is None else remark.text
    text = _with_rescue(0, english.REMARKS[remark.topic][0], remark)
    return f"{text[:1].upper()}{text[1:]}"


def advised(remark: Remark | None) -> str:
    """What to do about it; nothing where there is nothing to do."""
    if remark is None or remark.topic is Topic.AS_TOLD:
        return "" if remark is None else remark.advice
    host = _HOSTS.get(str(remark.values.get("host", "")))
    here = None if host is None else english.HOST_ADVICE.get((remark.topic, host))
    return _with_rescue(1, english.REMARKS[remark.topic][1], remark) if here is None else here


def as_fault(remark: Remark | None) -> DeviceError:
    """The fault that a remark is, in words."""
    return DeviceError(told(remark), advised(remark))


@contextmanager
def in_words() -> Generator[None]:
    """A device's fault leaves with its sentence and advice.

    Raises:
        DeviceError: in the place of `Remarked`.
    """
    try:
        yield
    except Remarked as fault:
        raise as_fault(fault.remark) from fault


def _with_rescue(which: int, text: str, remark: Remark) -> str:
    rescued = english.RESCUED[which] if "rescue" in remark.values else ""
    return _filled(f"{text} {rescued}".strip(), remark.values)


def _filled(text: str, values: Mapping[str, float | str]) -> str:
    whole = _OPTIONAL.sub(lambda part: part[1] if values.keys() >= set(_NAME.findall(part[1])) else "", text)
    return whole.format_map(_Values(values))


class _Values(dict[str, float | str]):
    """A remark's values; what it lacks is said in general words."""

    def __init__(self, values: Mapping[str, float | str]) -> None:
        super().__init__(values)
        if (sensor := str(values.get("sensor", ""))) in english.SENSORS:
            self["sensor"] = english.SENSORS[sensor]

    def __missing__(self, name: str) -> str:
        return english.UNSAID.get(name, "…")
