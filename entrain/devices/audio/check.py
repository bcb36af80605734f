"""Does sound work here? Asked of the very engine that a session would use."""

import asyncio
from contextlib import suppress
from typing import Final

from entrain.clock import MonotonicClock
from entrain.control.events import Event, Sound, SoundChanged
from entrain.devices.audio.device import DeviceSound
from entrain.remark import Remark, Topic

PATIENCE_S: Final = 20.0


async def sound_checked(device: str | None = None) -> SoundChanged:
    """How the sound stands here: it plays silence. Cancelled, it lets go of the device at once."""
    sound, told = DeviceSound("silence", device=device), asyncio.Event()
    said: list[SoundChanged] = []

    def emit(event: Event) -> None:
        if isinstance(event, SoundChanged) and event.sound is not Sound.OPENING:
            said.append(event)
            told.set()

    running = asyncio.create_task(sound.run(emit, MonotonicClock()))
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), PATIENCE_S)
        await sound.close(0.0)
        await running
    finally:
        running.cancel()
    unanswered = Remark.of(Topic.SOUND_NO_ANSWER, for_s=PATIENCE_S)
    return said[0] if said else SoundChanged(PATIENCE_S, Sound.UNAVAILABLE, remark=unanswered)
