"""What a console may ask for: each message becomes a command, which the bounds answer as any other."""

import json
from collections.abc import Callable, Collection, Mapping
from math import isfinite
from typing import Any, Final

from entrain.control import events as ev

AUTHOR: Final = "console"  # what the log says of who asked
NOTE_LENGTH: Final = 500
_NUDGE_BPM: Final = 2.0  # either way, as in the terminal

_PLAIN: Final[Mapping[str, Callable[[], ev.Command]]] = {
    "hold": ev.HoldTempo,
    "go on": ev.GoOn,
    "ease off": ev.EaseOff,
    "pause": ev.Pause,
    "resume": ev.Resume,
    "skip rest": ev.SkipRest,
    "stop": ev.Stop,
    "slower": lambda: ev.Nudge(-_NUDGE_BPM),
    "quicker": lambda: ev.Nudge(_NUDGE_BPM),
    "mute": lambda: ev.SetMuted(True),
    "unmute": lambda: ev.SetMuted(False),
}


class NotUnderstood(ValueError):
    """A message that no page of ours sends."""


def message_of(text: str | bytes) -> dict[str, Any]:
    """A message as its fields.

    Raises:
        NotUnderstood: it is no JSON object with names as keys.
    """
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(str(error)) from error
    if not isinstance(message, dict):
        raise NotUnderstood("not an object")
    return message  # pyright: ignore[reportUnknownVariableType]


def order_of(message: Mapping[str, Any], voices: Collection[str]) -> ev.Command:
    """The command in a console's message; `voices` are those one can change to.

    Raises:
        NotUnderstood: there is no such order, or its figure or name cannot be.
    """
    match message.get("do"):
        case str(name) if name in _PLAIN:
            return _PLAIN[name]()
        case "volume":
            return ev.SetVolume(_figure(message, 0.0, 1.0))
        case "tempo goal":
            return ev.SetGoal(tempo_bpm=_figure(message, 20.0, 240.0))
        case "breath goal":
            return ev.SetGoal(breath_per_min=_figure(message, 1.0, 60.0))
        case "voice" if message.get("value") in voices:
            return ev.SetVoice(str(message["value"]))
        case "mark" if isinstance(note := message.get("value"), str) and len(note) <= NOTE_LENGTH:
            return ev.Mark(note, ago_s=_figure(message, 0.0, 3600.0, "ago_s"))
        case unknown:
            raise NotUnderstood(f"no order: {unknown!r:.80}")


def _figure(message: Mapping[str, Any], least: float, most: float, name: str = "value") -> float:
    value = message.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise NotUnderstood(f"{name} is no number")
    if not least <= value <= most:
        raise NotUnderstood(f"{name} is not within {least:g} to {most:g}")
    return float(value)
