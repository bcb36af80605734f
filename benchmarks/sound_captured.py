"""Draws what a sound server was given: python -m benchmarks.sound_captured

Three voices, one after the other, chosen while it plays: through the engine, PortAudio and a private
PulseAudio, recorded from its monitor. The picture goes to docs/pictures/sound-captured.png.
"""

import asyncio
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from scipy.signal import spectrogram

from benchmarks.voices import INK, PATTERN, axes, heat, save
from entrain.breath.pattern import BreathPlan
from entrain.control.events import Sound, SoundChanged
from entrain.devices.audio.device import DeviceSound
from entrain.score import Presence, Score
from entrain.synth.cast import CROSSFADE_S
from entrain.tempo.plan import TempoPlan
from entrain.wording.remarks import told
from tests.devices.audio.hearing import Session, largest_step
from tests.support.pulse import RATE_HZ, Pulse, private_pulse

VOICES: Final = ("soft", "ocean", "kalimba")
EACH_S: Final = 15.0
LEAD_S: Final = 0.6
PICTURE: Final = Path(__file__).parents[1] / "docs" / "pictures" / "sound-captured.png"


async def captured(pulse: Pulse) -> tuple[np.ndarray, list[SoundChanged]]:
    with pulse.recording() as recording:
        async with Session(DeviceSound(VOICES[0])) as session:
            await session.until_states(Sound.PLAYING)
            tempo = TempoPlan.steady(session.clock.now_s() + LEAD_S, 60.0)
            session.sound.play(Score(tempo, BreathPlan.steady(PATTERN), Presence().changed(0.0, 1.0, 0.0)))
            await asyncio.sleep(LEAD_S + EACH_S)
            for voice in VOICES[1:]:
                session.sound.set_voice(voice)
                await asyncio.sleep(EACH_S)
            said = session.of(SoundChanged)
        sound = recording.stop()
    return sound[int(np.flatnonzero(sound.any(axis=1))[0]) :], said


def draw(sound: np.ndarray) -> None:
    figure, (above, below) = axes()
    t_s = np.arange(len(sound)) / RATE_HZ
    pieces = sound[: len(sound) // 480 * 480, 0].reshape(-1, 480)
    above.fill_between(t_s[::480][: len(pieces)], pieces.min(1), pieces.max(1), color=INK, lw=0)
    above.set(ylim=(-0.6, 0.6), ylabel="level", xlim=(0.0, EACH_S * len(VOICES)))
    for axis in (above, below):
        for n in range(1, len(VOICES)):
            axis.axvspan(n * EACH_S, n * EACH_S + CROSSFADE_S, color="#c8793f", alpha=0.25, lw=0)
    title = "recorded from the sound server: " + ", then ".join(VOICES)
    above.set_title(f"{title} (shaded: one gives way to the other)", fontsize=9, loc="left")
    heat(below, *spectrogram(sound[:, 0], RATE_HZ, nperseg=4096, noverlap=2048, mode="psd"), highest=4000.0)
    below.set(ylabel="Hz", yscale="log", ylim=(50.0, 4000.0), xlabel="seconds")
    save(figure, PICTURE)


def main() -> None:
    with pytest.MonkeyPatch.context() as patch, private_pulse(patch) as pulse:
        sound, said = asyncio.run(captured(pulse))
    draw(sound)
    gaps = [told(event.remark) for event in said if event.gap_s > 0.0]
    print(f"{len(sound) / RATE_HZ:.1f} s captured; gaps told: {gaps or 'none'}")
    highest = float(np.abs(sound).max())
    print(f"largest step {largest_step(sound):.4f}, highest sample {highest:.3f} of full scale")
    print(PICTURE)


if __name__ == "__main__":
    main()
