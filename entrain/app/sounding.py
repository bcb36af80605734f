"""A score to a file of sound, as a device would play it: what `entrain render` and a film share."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from entrain.app.course import LEAD_IN_S, RenderCourse
from entrain.app.layers import layers_of
from entrain.app.telling import tell
from entrain.clock import ManualClock
from entrain.control.events import Event, Sound, SoundChanged
from entrain.control.protocol import Preset, SoundRule
from entrain.errors import OutputError
from entrain.score import Score
from entrain.synth.music.piece import Playlist
from entrain.units import S_PER_MIN
from entrain.wording.remarks import advised, told

STEP_S: Final = 5.0  # of sound between two looks at the clock


def end_of(course: RenderCourse, preset: Preset) -> float:
    """When the sound of a course is over, with what rings on; seconds of the file."""
    from entrain.synth.end_gong import LENGTH_S

    rule = preset.sound
    end_s = LEAD_IN_S + course.minutes * S_PER_MIN
    return end_s + max(0.0, LENGTH_S - rule.fade_out_s) if rule.end_gong > 0.0 else end_s


async def sound_to_file(
    path: Path,
    voice: str,
    rule: SoundRule,
    score: Score,
    end_s: float,
    music: Playlist | None,
    progress: Callable[[float, float], None],
    *,
    bits: int = 16,
) -> None:
    """Write the sound of `score` from second 0 to `end_s` into a new file.

    Args:
        progress: is told (seconds done, seconds in all).
        bits: of a sample, where the format has samples: 16 or 24.

    Raises:
        UsageError: there is no such voice or format, or the file is there already.
        OutputError: it cannot be written any more.
    """
    from entrain.devices.audio.file import FileSound

    faults: list[SoundChanged] = []

    def emit(event: Event) -> None:
        if not isinstance(event, SoundChanged):
            return
        if event.sound is Sound.LOST:
            faults.append(event)
        elif event.remark is not None:
            tell(f"entrain: {told(event.remark)}")

    sound = FileSound(path, voice, rule.beat, rule.breath, rule.volume, layers_of(rule, music), bits=bits)
    running = asyncio.create_task(sound.run(emit, ManualClock()))
    sound.play(score)
    try:
        t_s = 0.0
        while t_s < end_s and not faults:
            t_s = min(t_s + STEP_S, end_s)
            sound.play(score.since(t_s - 2 * S_PER_MIN))
            sound.advance(t_s)
            progress(t_s, end_s)
            await asyncio.sleep(0)
    finally:
        await sound.close(0.0)
    await running
    if faults:
        raise OutputError(told(faults[0].remark), advised(faults[0].remark))
