"""What can happen to sound, made to happen again and again: python -m benchmarks.sound_faults [--times 5]

On a private PulseAudio: the device is unplugged and comes back, the server is killed and started, the
engine is killed, the engine hangs, the engine is held for a moment, another voice is chosen; and once, a
device that has no format for us. Told is how often the session went on and the sound came back, after how
long, and how far from its plan the beat was then.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

import pytest

from entrain.control.events import OnsetPlayed, Sound, SoundChanged
from entrain.devices.audio.device import DeviceSound
from entrain.score import Presence, Score
from entrain.tempo.plan import TempoPlan
from entrain.wording import remarks
from tests.devices.audio.hearing import Session
from tests.support.pulse import SINK, Pulse, private_pulse

AWAY_S = 0.5
MONO = "pcm.onechannel { type multi slaves.a { pcm null channels 1 } bindings.0 { slave a channel 0 } }\n"

Fault = Callable[[Pulse, Session], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    back_after_s: float
    said_gap_s: float
    beat_off_s: float


async def unplugged(pulse: Pulse, session: Session) -> None:
    pulse.remove_sink(pulse.module_of(SINK))
    await session.until_states(Sound.LOST)
    await asyncio.sleep(AWAY_S)
    pulse.add_sink(SINK)


async def server_killed(pulse: Pulse, session: Session) -> None:
    pulse.kill_server()
    await session.until_states(Sound.LOST)
    await asyncio.sleep(AWAY_S)
    pulse.start_server()


async def engine_killed(pulse: Pulse, session: Session) -> None:
    os.kill(session.sound.engine_pid or 0, signal.SIGKILL)
    await session.until_states(Sound.LOST)


async def engine_hangs(pulse: Pulse, session: Session) -> None:
    os.kill(session.sound.engine_pid or 0, signal.SIGSTOP)
    await session.until_states(Sound.LOST)


async def engine_held(pulse: Pulse, session: Session) -> None:
    engine = session.sound.engine_pid or 0
    os.kill(engine, signal.SIGSTOP)
    await asyncio.sleep(0.9)
    os.kill(engine, signal.SIGCONT)
    await session.until(lambda: session.of(SoundChanged)[-1].gap_s > 0.0)


async def another_voice(pulse: Pulse, session: Session) -> None:
    session.sound.set_voice("raga")


FAULTS: dict[str, Fault] = {
    "device unplugged": unplugged,
    "server killed": server_killed,
    "engine killed": engine_killed,
    "engine hangs": engine_hangs,
    "engine held for 0.9 s": engine_held,
    "another voice": another_voice,
}


async def once(pulse: Pulse, fault: Fault) -> Outcome:
    async with Session(DeviceSound("metronome")) as session:
        await session.until_states(Sound.PLAYING)
        tempo = TempoPlan.steady(session.clock.now_s() + 0.6, 240.0)
        session.sound.play(Score(tempo, None, Presence().changed(0.0, 1.0, 0.0)))
        await session.until_onsets(2)
        began_s, n_said = monotonic(), len(session.of(SoundChanged))
        await fault(pulse, session)
        await session.until_states(Sound.PLAYING)
        n_onsets = len(session.of(OnsetPlayed))
        await session.until_onsets(n_onsets + 1)
        back_s = monotonic() - began_s
        # A device's time is known once it has flowed steadily for a while.
        await session.until(lambda: session.of(OnsetPlayed)[n_onsets + 5 :][-1:] and told(session))
        dac_t_s, planned_t_s = told(session) or (0.0, 0.0)
        gap_s = max([said.gap_s for said in session.of(SoundChanged)[n_said:]], default=0.0)
        return Outcome(back_s, gap_s, abs(dac_t_s - planned_t_s))


def told(session: Session) -> tuple[float, float] | None:
    """(when the newest onset is heard, when it was planned), where the device tells it."""
    last = session.of(OnsetPlayed)[-1]
    return None if last.dac_t_s is None else (last.dac_t_s, last.planned_t_s)


async def no_format(patch: pytest.MonkeyPatch, home: Path) -> str:
    (home / ".asoundrc").write_text(MONO)
    patch.setenv("HOME", str(home))
    async with Session(DeviceSound("soft", device="onechannel")) as session:
        await session.until_states(Sound.UNAVAILABLE)
        session.sound.set_volume(0.5, False)
        return remarks.told(session.of(SoundChanged)[-1].remark)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=5, help="each (default: 5)")
    times = parser.parse_args().times
    with pytest.MonkeyPatch.context() as patch, private_pulse(patch) as pulse:
        print(
            f"  {'what happens':<24}{'came back':>12}{'next beat after':>18}{'gap told':>12}{'beat off':>12}"
        )
        for name, fault in FAULTS.items():
            outcomes: list[Outcome] = []
            for _ in range(times):
                try:
                    outcomes.append(asyncio.run(once(pulse, fault)))
                except AssertionError as error:
                    print(f"      {name}: {error}")
            if outcomes:
                print(
                    f"  {name:<24}{f'{len(outcomes)} of {times}':>12}"
                    f"{median(o.back_after_s for o in outcomes):>16.2f} s"
                    f"{median(o.said_gap_s for o in outcomes):>10.2f} s"
                    f"{1e3 * max(o.beat_off_s for o in outcomes):>9.1f} ms",
                    flush=True,
                )
        print(f"  a device without our format: {asyncio.run(no_format(patch, pulse.home))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
