"""Does sound work here? Asked of the very engine that a session would use."""

import asyncio
from contextlib import suppress
from typing import Final

from entrain.clock import MonotonicClock
from entrain.control.events import Event, Sound, SoundChanged
from entrain.devices.audio.device import DeviceSound

PATIENCE_S: Final = 20.0


def check_sound(device: str | None = None) -> tuple[bool, str, str]:
    """(it works, what was found in a sentence, what to do where it does not). Plays nothing but silence."""
    return asyncio.run(sound_checked(device))


async def sound_checked(device: str | None = None) -> tuple[bool, str, str]:
    """The same, for who has a loop already. Cancelled, it lets go of the device at once."""
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
    if not said:
        return False, f"The sound did not answer within {PATIENCE_S:.0f} s.", "Restart the system's sound."
    answer = said[0]
    if answer.sound is Sound.PLAYING:
        return True, f'Sound plays through "{answer.device}": {answer.detail}.', ""
    return False, answer.detail, answer.advice
