"""A session without sound, because nobody asked for any."""

from asyncio import Event as Signal

from entrain.clock import Clock
from entrain.control.events import Sound, SoundChanged
from entrain.devices.ports import Emit
from entrain.score import Score


class NoSound:
    """A `SoundOutput` that says it is off, once, and plays nothing."""

    def __init__(self) -> None:
        self._closed = Signal()

    async def run(self, emit: Emit, clock: Clock) -> None:
        emit(SoundChanged(clock.now_s(), Sound.OFF))
        await self._closed.wait()

    def play(self, score: Score) -> None:
        pass

    def set_volume(self, volume: float, muted: bool) -> None:
        pass

    def hush(self) -> None:
        pass  # nothing is on its way

    def set_voice(self, voice: str) -> None:
        pass

    def advance(self, t_s: float) -> None:
        pass

    async def close(self, fade_s: float) -> None:
        self._closed.set()
