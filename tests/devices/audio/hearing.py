"""Playing through the real thing, and finding in a recording what was played."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from entrain.clock import MonotonicClock
from entrain.control.events import Event, OnsetPlayed, Sound, SoundChanged
from entrain.devices.audio.device import DeviceSound

RATE_HZ = 48_000
PATIENCE_S = 12.0  # for what happens at once on a machine with nothing else to do

E = TypeVar("E", bound=Event)


@dataclass
class Session:
    """What a runtime is to a sound output: a clock, and an ear for events."""

    sound: DeviceSound
    clock: MonotonicClock = field(default_factory=MonotonicClock)
    events: list[Event] = field(default_factory=list)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def states(self) -> list[Sound]:
        """The states it went through, each once however often it was said."""
        said = [event.sound for event in self.of(SoundChanged)]
        return [state for i, state in enumerate(said) if i == 0 or said[i - 1] is not state]

    async def until(self, what: Callable[[], object]) -> None:
        end_s = self.clock.now_s() + PATIENCE_S
        while not what():
            assert self.clock.now_s() < end_s, f"waited {PATIENCE_S} s in vain; heard {self.of(SoundChanged)}"
            await asyncio.sleep(0.01)

    async def until_states(self, *states: Sound) -> None:
        await self.until(lambda: self.states[-len(states) :] == list(states))

    async def until_onsets(self, count: int) -> None:
        await self.until(lambda: len(self.of(OnsetPlayed)) >= count)

    async def __aenter__(self) -> "Session":
        self._running = asyncio.create_task(self.sound.run(self.events.append, self.clock))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.sound.close(0.05)
        await self._running


def onsets_in(recorded: np.ndarray, silence_frames: int = 2_000) -> np.ndarray:
    """The frames of a recording at which sound begins after that much exact silence."""
    loud = np.flatnonzero(recorded.any(axis=1))
    return loud[np.diff(loud, prepend=-silence_frames - 1) > silence_frames]


def largest_step(recorded: np.ndarray) -> float:
    return float(np.abs(np.diff(recorded, axis=0)).max())
