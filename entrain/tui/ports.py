"""What the screen expects of the world outside: nothing else crosses.

The screen pulls pictures and sends commands. It is handed these by whoever starts it, so it never learns what
a strap, a sound card or a file is.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from entrain.control.events import Command
from entrain.control.protocol import Preset
from entrain.control.view import SessionView, Summary


class SessionPort(Protocol):
    """One session, from the screen's side."""

    def view(self) -> SessionView:
        """The picture of this moment. Cheap and never blocking: called at every frame."""
        ...

    def send(self, command: Command) -> None:
        """Hand in a command; what came of it shows in a later view. Never blocks.

        After the end, a rating "after" and a mark with a note are still taken and kept with the session.
        """
        ...

    def summary(self) -> Summary | None:
        """The session in figures; None until it has ended."""
        ...

    async def run(self) -> Summary:
        """Drive the session; returns when it has ended by itself or after `Stop`."""
        ...


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that is ready to run. `tap` is where the space bar goes when the heart is tapped."""

    port: SessionPort
    tap: Callable[[], None] | None = None


class HeartKind(StrEnum):
    STRAP = "strap"
    SIMULATED = "simulated"
    TAP = "tap"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class HeartChoice:
    """Where the pulse is to come from. A strap without an address is whichever is found first."""

    kind: HeartKind
    address: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SessionChoice:
    """Everything a person chooses before a session."""

    heart: HeartChoice
    preset: Preset
    voice: str
    minutes: float


@dataclass(frozen=True, slots=True)
class FoundStrap:
    """A strap that is on the air; None where nothing is known."""

    name: str | None
    address: str
    signal_dbm: int | None = None
    battery_percent: int | None = None


FindStraps = Callable[[], AsyncIterator[FoundStrap]]
"""Looks for straps and yields each when it is found, and again when more is known. Ends by itself.

Raises `DeviceError`, with advice, where there is no Bluetooth.
"""

OpenSession = Callable[[SessionChoice], Awaitable[OpenedSession]]
"""Makes the session that was chosen. Raises `EntrainError`, with advice, where it cannot be."""
