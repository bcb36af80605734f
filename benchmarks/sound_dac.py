"""Is the time at which a beat is said to be heard true? python -m benchmarks.sound_dac [--minutes 5 --load 0]

Beats through the engine, PortAudio and a private PulseAudio, recorded from its monitor. Told: how many
captured onsets lie on the logged frame, how far the logged times are off the captured ones (but for one
constant, which no recording knows), and how many lie inside the interval that the log states. With --load
so many processes burn the machine meanwhile; the load average is told with the figures.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from os import getloadavg

import numpy as np
import pytest

from entrain.control.events import OnsetPlayed, Sound, SoundChanged
from entrain.devices.audio.device import DeviceSound
from entrain.score import Presence, Score
from entrain.tempo.plan import TempoPlan
from tests.devices.audio.hearing import RATE_HZ, Session, onsets_in
from tests.support.pulse import Pulse, private_pulse

BPM = 100.0
BURNER = "while True: sum(i * i for i in range(100_000))"


@contextmanager
def burning(n: int) -> Iterator[None]:
    burners = [subprocess.Popen([sys.executable, "-c", BURNER]) for _ in range(n)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


async def played(pulse: Pulse, minutes: float, burners: int) -> tuple[Session, np.ndarray, float]:
    with pulse.recording() as recording:
        async with Session(DeviceSound("metronome", breath=0.0)) as session:
            await session.until_states(Sound.PLAYING)
            tempo = TempoPlan.steady(session.clock.now_s() + 1.5, BPM)
            session.sound.play(Score(tempo, None, Presence().changed(0.0, 1.0, 0.0)))
            with burning(burners):
                await asyncio.sleep(60.0 * minutes)
                load = getloadavg()[0]
        return session, onsets_in(recording.stop()), load


def tell(session: Session, captured: np.ndarray, load: float) -> None:
    onsets = session.of(OnsetPlayed)[: len(captured)]
    offsets = captured[: len(onsets)] - np.array([onset.frame for onset in onsets])
    # A stream that is opened beside the first counts its frames from nought.
    streams = np.cumsum(np.diff([onset.frame for onset in onsets], prepend=0) < 0)
    n_on_frame = sum(
        int((offsets[streams == s] == np.median(offsets[streams == s])).sum()) for s in set(streams)
    )
    told = [
        (o.dac_t_s, o.uncertainty_s, c / RATE_HZ) for o, c in zip(onsets, captured, strict=False) if o.dac_t_s
    ]
    dac_s, about_s, heard_s = np.array(told).T
    off_ms = 1e3 * np.abs(dac_s - heard_s - np.median(dac_s - heard_s))
    said = [told(s.remark) for s in session.of(SoundChanged) if s.gap_s or "latency" in told(s.remark)]
    print(f"load average {load:.1f}; {len(captured)} onsets captured, {n_on_frame} on their frame")
    print(
        f"  told times off by: median {np.median(off_ms):.2f} ms, p95 {np.percentile(off_ms, 95):.2f},"
        f" p99 {np.percentile(off_ms, 99):.2f}, at most {off_ms.max():.2f}"
    )
    inside = float((off_ms <= 1e3 * about_s).mean())
    print(
        f"  inside the stated interval: {100 * inside:.1f} %; stated: ±{1e3 * np.median(about_s):.2f} ms,"
        f" widest ±{1e3 * about_s.max():.2f} ms"
    )
    print(f"  the log: {'; '.join(said)}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--load", type=int, default=0, help="processes that burn (default: 0)")
    args = parser.parse_args()
    with pytest.MonkeyPatch.context() as patch, private_pulse(patch) as pulse:
        tell(*asyncio.run(played(pulse, args.minutes, args.load)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
