"""What the sound is worth, in figures: `python -m benchmarks.sound [--seconds 12]`.

Speed of rendering, sameness however it is cut, onsets against exact arithmetic, and what a real sound server
hears while the session's own process is kept as busy as it can be. Needs PulseAudio, not a sound card.
"""

import argparse
import asyncio
import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal, getcontext
from itertools import pairwise, repeat
from random import Random

import numpy as np
import pytest

from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.clock import MonotonicClock
from entrain.control.events import Event, OnsetPlayed, Sound, SoundChanged
from entrain.devices.audio.device import DeviceSound
from entrain.score import LEAD_S, Presence, Score
from entrain.synth.renderer import Renderer
from entrain.synth.voices import CATALOGUE
from entrain.tempo.plan import TempoPlan
from tests.support.pulse import Pulse, private_pulse

RATE_HZ = 48_000
HOLD_S = 0.2


def gliding(start_s: float = 0.5, guided: bool = True) -> Score:
    tempo = TempoPlan.steady(start_s, 72.0).edited(start_s, 50.0, 1200.0)
    breath = BreathPlan.steady(BreathPattern(4, 6)) if guided else None
    return Score(tempo, breath, Presence().changed(start_s - 0.4, 1.0, 0.4))


# ---- rendering ---------------------------------------------------------------------------------------------


def speed(renderer: Renderer, score: Score, block: int) -> float:
    """Seconds of sound for a second of one core, the best of three."""
    n_blocks, best_s = max(1, 30 * RATE_HZ // block), float("inf")
    for _ in range(3):
        began_s = time.process_time()
        for i in range(n_blocks):
            renderer.render(score, RATE_HZ * 60 + i * block, block, 0.0)
        best_s = min(best_s, time.process_time() - began_s)
    return n_blocks * block / RATE_HZ / best_s


def show_speeds() -> None:
    print("rendering: seconds of stereo 48 kHz for each second of one core")
    print(f"  {'in blocks of':<14}{'512':>10}{'65536':>10}{'512, beat only':>18}{'65536, beat only':>18}")
    for voice in CATALOGUE:
        figures = [
            f"{speed(Renderer(voice, breath=breath), gliding(), block):,.0f}"
            for breath in (1.0, 0.0)
            for block in (512, 65_536)
        ]
        print(f"  {voice:<14}{figures[0]:>10}{figures[1]:>10}{figures[2]:>18}{figures[3]:>18}")


def show_sameness() -> None:
    random, score, length = Random(1), gliding(), 60 * RATE_HZ
    for voice in CATALOGUE:
        renderer = Renderer(voice)
        whole = renderer.render(score, 0, length, 0.0)
        cuts = [0]
        while cuts[-1] < length:
            cuts.append(min(length, cuts[-1] + random.randint(1, 2048)))
        apart = np.concatenate([renderer.render(score, a, b - a, 0.0) for a, b in pairwise(cuts)])
        n_other = int((apart != whole).sum())
        print(f"  {voice:<14}{n_other} of {whole.size:,} samples differ in {len(cuts) - 1:,} blocks")


def show_onsets() -> None:
    """An hour, edited every ten seconds: onset frames against the plan worked out in 40 digits."""
    getcontext().prec = 40
    random, plan = Random(2), TempoPlan.steady(0.3, 80.0)
    for at_s in range(10, 3600, 10):
        plan = plan.edited(float(at_s), random.uniform(50.0, 90.0), random.uniform(0.0, 120.0))
    score = Score(plan, None, Presence().changed(0.0, 1.0, 0.0))
    strikes = Renderer("metronome").onsets(score, 0, 3600 * RATE_HZ, 0.0)
    errors: list[int] = []
    for strike in strikes:
        ramp = max((r for r in plan.ramps if r.phase <= strike.n), key=lambda r: r.start_s)
        f0, f1, length = Decimal(ramp.bpm) / 60, Decimal(ramp.to_bpm) / 60, Decimal(ramp.duration_s)
        beats, glided = strike.n - Decimal(ramp.phase), length * (f0 + f1) / 2
        if beats >= glided:
            x = length + (beats - glided) / f1
        else:
            slope = (f1 - f0) / length
            x = ((f0 * f0 + 2 * slope * beats).sqrt() - f0) / slope
        errors.append(abs(strike.frame - round((Decimal(ramp.start_s) + x) * RATE_HZ)))
    print(f"  {len(strikes):,} in 60 min with {len(plan.ramps)} edits: largest error {max(errors)} frames")


# ---- playing -----------------------------------------------------------------------------------------------


@contextmanager
def busy_thread() -> Iterator[None]:
    """A thread of pure Python that never rests."""
    with _thread(lambda: sum(i * i for i in range(20_000))):
        yield


@contextmanager
def collecting_garbage() -> Iterator[None]:
    """Collections over a million objects, one after the other."""
    litter = [[i] for i in range(1_000_000)]
    with _thread(lambda: (gc.collect(), time.sleep(0.05))):
        yield
    del litter


@contextmanager
def held() -> Iterator[None]:
    """The interpreter held in C for 200 ms at a time."""
    count = 1_000_000
    began_s = time.perf_counter()
    sum(repeat(1, count))
    count = round(count * HOLD_S / (time.perf_counter() - began_s))
    with _thread(lambda: (sum(repeat(1, count)), time.sleep(0.02))):
        yield


@contextmanager
def _thread(work: Callable[[], object]) -> Iterator[None]:
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            work()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def nothing() -> Iterator[None]:
    yield


LOADS = {
    "nothing else": nothing,
    "busy thread": busy_thread,
    "collecting garbage": collecting_garbage,
    "held 200 ms": held,
}


async def session(seconds: float, load: Callable[[], object], events: list[Event]) -> tuple[Score, float]:
    """Play for `seconds` under `load`, muted at the end. The score, and when muting was asked for."""
    clock, sound = MonotonicClock(), DeviceSound("metronome", breath=0.0)
    begun = asyncio.Event()

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, SoundChanged) and event.sound is Sound.PLAYING:
            begun.set()

    running = asyncio.create_task(sound.run(emit, clock))
    await begun.wait()
    # Close together, so that a mute falls upon sound soon.
    tempo = TempoPlan.steady(clock.now_s() + LEAD_S, 600.0).edited(clock.now_s() + LEAD_S, 900.0, seconds)
    score = Score(tempo, None, Presence().changed(0.0, 1.0, 0.0))
    sound.play(score)
    with load():
        await asyncio.sleep(seconds + LEAD_S)
        muted_s = clock.now_s()
        sound.set_volume(1.0, muted=True)
        await asyncio.sleep(0.6)
    await sound.close(0.1)
    await running
    return score, muted_s


def show_playing(pulse: Pulse, name: str, load: Callable[[], object], seconds: float) -> None:
    events: list[Event] = []
    with pulse.recording() as recording:
        time.sleep(0.3)
        score, muted_s = asyncio.run(session(seconds, load, events))
        time.sleep(0.3)
        heard = recording.stop()
    onsets = [event for event in events if isinstance(event, OnsetPlayed)]
    gaps = [event for event in events if isinstance(event, SoundChanged) and event.gap_s > 0.0]
    zeros_s = [onset.planned_t_s - onset.frame / RATE_HZ for onset in onsets]
    epoch_s = (min(zeros_s) + max(zeros_s)) / 2
    first, n_frames = onsets[0].frame, round((seconds - 0.5) * RATE_HZ)
    expected = Renderer("metronome", RATE_HZ, breath=0.0).render(score, first, n_frames, epoch_s)
    loud = np.flatnonzero(heard.any(axis=1))
    start, end = int(loud[0]), int(loud[-1])
    n_wrong = int((heard[start : start + n_frames] != expected).any(axis=1).sum())
    # Where each click is in the recording, if nothing was lost, and where the device was said to sound it.
    dac = [(onset.dac_t_s, start + onset.frame - first) for onset in onsets if onset.dac_t_s is not None]
    errors_s = np.array([t_s - frame / RATE_HZ for t_s, frame in dac])
    delay_s = float(np.median(errors_s)) + end / RATE_HZ - muted_s
    print(
        f"  {name:<20}{len(onsets):>8}{len(gaps):>6}{n_wrong:>14,}"
        f"{1000 * np.std(errors_s):>14.3f}{1000 * np.ptp(errors_s):>10.3f}{1000 * delay_s:>18.0f}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=12.0, help="under each load (default: 12)")
    args = parser.parse_args()
    show_speeds()
    print("\nsameness")
    show_sameness()
    print("\nonsets")
    show_onsets()
    print(f"\nplaying {args.seconds:g} s each into a real sound server, while this process does")
    print(
        f"  {'load':<20}{'onsets':>8}{'gaps':>6}{'wrong frames':>14}"
        f"{'DAC SD, ms':>14}{'span, ms':>10}{'mute after, ms':>18}"
    )
    with pytest.MonkeyPatch.context() as monkeypatch, private_pulse(monkeypatch) as pulse:
        for name, load in LOADS.items():
            show_playing(pulse, name, load, args.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
