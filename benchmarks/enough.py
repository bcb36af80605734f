"""How soon `x` is heard: python -m benchmarks.enough [--presses N]

A session of the real runtime plays without a pause into a real, private PulseAudio, whose monitor is recorded
sample for sample. `x` is pressed at odd moments; measured is from the press to the last sample that is not
silence, the recording's own lag included, so what is printed is the most it can have been.
"""

import argparse
import asyncio
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from entrain.control.events import Resume, StepAway, Stop
from entrain.control.protocol import PhaseTimes, Preset, SessionConfig, SoundRule
from entrain.devices.audio import open_sound
from entrain.runtime import Session
from entrain.synth.layers import Layers
from tests.support.pulse import RATE_HZ, Pulse, Recording, private_pulse

SILENCE = 1e-4  # -80 dB of full scale
BEFORE_S, AFTER_S = 2.0, 1.5
PRESET = Preset(
    "p",
    "P",
    "",
    minutes=20,
    needs_heart=False,
    phases=PhaseTimes(0.0, 0.0, 0.0),
    sound=SoundRule("rain", fade_in_s=0.0),
)


async def press(session: Session, recording: Recording) -> float:
    """From pressing `x` to silence, in seconds."""
    pressed_at = len(recording.samples())
    session.send(StepAway())
    await asyncio.sleep(AFTER_S)
    loud = np.flatnonzero(np.abs(recording.samples()).max(axis=1) > SILENCE)
    session.send(Resume())
    return (int(loud[-1]) - pressed_at) / RATE_HZ


async def measured(pulse: Pulse, presses: int) -> list[float]:
    rule = PRESET.sound
    sound = open_sound(
        "device", rule.voice, beat=rule.beat, breath=rule.breath, volume=rule.volume, layers=Layers()
    )
    session = Session(SessionConfig(replace(PRESET, sound=rule), ()), sound)
    chance = Random(1)
    with pulse.recording() as recording:
        running = asyncio.create_task(session.run())
        await asyncio.sleep(4.0)
        out: list[float] = []
        for _ in range(presses):
            await asyncio.sleep(BEFORE_S + chance.random())
            out.append(await press(session, recording))
        session.send(Stop())
        await running
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presses", type=int, default=20)
    given = parser.parse_args()
    with pytest.MonkeyPatch.context() as monkeypatch, private_pulse(monkeypatch) as pulse:
        times_ms = 1000.0 * np.array(asyncio.run(measured(pulse, given.presses)))
    median, most = np.median(times_ms), times_ms.max()
    print(f"{len(times_ms)} presses, silent after ms: median {median:.0f}, most {most:.0f}")


if __name__ == "__main__":
    main()
