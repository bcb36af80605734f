"""Simulated people beside real ones: python -m benchmarks.people [--recordings FOLDER] [--people N]

Prints, of each, pulse, RMSSD, LF, HF (ms^2, Welch, Task Force bands) and how far the pulse swings with each
breath (RSA, peak to trough in bpm) by breathing rate; then how fast a person is simulated. FOLDER holds
other people's recordings and may also be named by ENTRAIN_RECORDINGS. Nothing is asserted here.
"""

import argparse
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import argrelextrema, detrend, welch

from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.control.events import BeatSeen, NotificationArrived
from entrain.control.heart import HeartTrack, with_notification
from entrain.devices.replay import ReplayedHeart
from entrain.devices.simulated.heart import STEP_S, SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.heart.beat import Verdict
from entrain.recordings.reading import read_recording
from entrain.score import Presence, Score
from entrain.tempo.plan import TempoPlan

Series = NDArray[np.float64]
RATE_HZ = 4.0
RATES_PER_MIN = (None, 15.0, 12.0, 9.0, 7.0, 6.0, 5.0, 4.0)
# name, from s, to s, what is known of the breathing
RECORDINGS = (
    ("rhenanbartels-hrv/rest_rri.txt", 60, 900, "rest"),
    ("polar-h10-breath/sample_data_ibi.csv", 30, 590, "deliberate, about 4/min"),
    ("spb-recovery/s04_INT.csv", 400, 760, "paced, after a sprint"),
    ("spb-recovery/s07_INT.csv", 560, 880, "paced, after a sprint"),
    ("spb-recovery/s12_INT.csv", 500, 900, "paced, after a sprint"),
    ("spb-recovery/s22_INT.csv", 360, 870, "paced, after a sprint"),
    ("spb-recovery/s03_CON.csv", 500, 880, "rest after a sprint"),
    ("spb-recovery/s15_CON.csv", 450, 840, "rest after a sprint"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    bpm: float
    rmssd_ms: float
    lf_ms2: float
    hf_ms2: float
    swing_bpm: float
    breaths_per_min: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recordings", type=Path, default=os.environ.get("ENTRAIN_RECORDINGS"))
    parser.add_argument("--people", type=int, default=40)
    given = parser.parse_args()
    print(f"Simulated, {given.people} of each kind, five minutes each: median (10 % to 90 %)\n")
    print(
        f"{'kind':<14} {'breath/min':>10} {'pulse':>13} {'RMSSD':>13} {'LF':>18} {'HF':>18} {'RSA bpm':>18}"
    )
    for kind in (Kind.TYPICAL, Kind.RESPONDER, Kind.NON_RESPONDER, Kind.LAPSING):
        for per_min in RATES_PER_MIN:
            print(simulated_row(kind, per_min, given.people))
    if given.recordings is None:
        print("\nNo recordings: name their folder with --recordings.")
    else:
        print("\nReal recordings\n")
        for name, from_s, to_s, breathing in RECORDINGS:
            print(recorded_row(Path(given.recordings), name, from_s, to_s, breathing))
    print()
    print(speed())


# ---- rows --------------------------------------------------------------------------------------------------


def simulated_row(kind: Kind, per_min: float | None, people: int) -> str:
    all_figures = [of_person(Person.draw(seed, kind), per_min) for seed in range(people)]
    columns = [
        spread([getattr(f, name) for f in all_figures])
        for name in ("bpm", "rmssd_ms", "lf_ms2", "hf_ms2", "swing_bpm")
    ]
    breath = "own" if per_min is None else f"{per_min:g}"
    return f"{kind:<14} {breath:>10} {columns[0]:>13} {columns[1]:>13} " + " ".join(
        f"{c:>18}" for c in columns[2:]
    )


def spread(values: Iterable[float]) -> str:
    low, middle, high = np.percentile(list(values), [10, 50, 90])
    digits = 0 if middle >= 20 else 1
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def recorded_row(folder: Path, name: str, from_s: int, to_s: int, breathing: str) -> str:
    path = folder / name
    if not path.exists():
        return f"{name:<38} not there"
    heart = ReplayedHeart.of_recording(read_recording(path), strap="r")
    track, beats = HeartTrack("r"), list[tuple[float, float]]()
    for event in heart.until(to_s, None):
        if isinstance(event, NotificationArrived):
            track, effects = with_notification(track, event)
            beats += [
                (e.beat.t_s, e.beat.rr.ms)
                for e in effects
                if isinstance(e, BeatSeen) and e.beat.verdict is Verdict.OK and e.beat.t_s >= from_s
            ]
    times, rr = np.array(beats).T
    f = figures(times, rr, None)
    return (
        f"{name:<38} {breathing:<24} {f.breaths_per_min:4.1f}/min  pulse {f.bpm:4.0f}"
        f"  RMSSD {f.rmssd_ms:5.1f}  LF {f.lf_ms2:6.0f}  HF {f.hf_ms2:5.0f}  RSA {f.swing_bpm:4.1f} bpm"
    )


# ---- figures -----------------------------------------------------------------------------------------------


def of_person(person: Person, per_min: float | None) -> Figures:
    """A minute to settle, then five minutes, on true beats: the heart itself, without the strap."""
    heart = SimulatedHeart(person, keep_truth=True)
    heart.until(360.0, None if per_min is None else paced(per_min))
    assert heart.truth is not None
    times = np.array(heart.truth.beats_s)
    phases = np.array([b.phase for b in heart.truth.breathing])
    settled = times[1:] > 60.0
    at = np.interp(times[1:], (np.arange(len(phases)) + 1) * STEP_S, phases)
    return figures(times[1:][settled], np.diff(times)[settled] * 1000.0, at[settled])


def paced(per_min: float) -> Score:
    # As many beats as keep the tempo near a resting pulse: some of these people give in to a tempo.
    pattern = BreathPattern.of_beats(round(68.0 / per_min))
    tempo = TempoPlan.steady(0.0, per_min * pattern.beats)
    return Score(tempo, BreathPlan.steady(pattern), Presence().changed(0.0, 1.0, 0.0))


def figures(times: Series, rr_ms: Series, breaths: Series | None) -> Figures:
    """`breaths`: the true count of breaths at each beat; without it, the pulse's swings are counted."""
    at = np.arange(times[0], times[-1], 1.0 / RATE_HZ)
    even = detrend(np.interp(at, times, rr_ms))
    hz, power = welch(even, RATE_HZ, nperseg=min(len(even), 512))
    steps = np.diff(rr_ms)
    swing, rate = swings(times, rr_ms, breaths)
    return Figures(
        bpm=60_000.0 / float(np.mean(rr_ms)),
        rmssd_ms=float(np.sqrt(np.mean(steps[np.abs(steps) < 250.0] ** 2))),
        lf_ms2=float(power[(hz >= 0.04) & (hz < 0.15)].sum() * hz[1]),
        hf_ms2=float(power[(hz >= 0.15) & (hz < 0.4)].sum() * hz[1]),
        swing_bpm=swing,
        breaths_per_min=rate,
    )


def swings(times: Series, rr_ms: Series, breaths: Series | None) -> tuple[float, float]:
    """(peak to trough of the pulse in bpm, mean over breaths; breaths per minute)"""
    if breaths is None:
        at = np.arange(times[0], times[-1], 1.0 / RATE_HZ)
        smooth = gaussian_filter1d(np.interp(at, times, rr_ms), RATE_HZ * 0.8)
        slowest = argrelextrema(smooth, np.greater, order=round(RATE_HZ * 1.5))[0]
        breaths = np.interp(times, at[slowest], np.arange(len(slowest)))
    bpm = 60_000.0 / rr_ms
    number = np.floor(breaths).astype(int)
    whole = range(number[0] + 1, number[-1])
    per_breath = [bpm[number == n] for n in whole]
    swing = [float(x.max() - x.min()) for x in per_breath if len(x) >= 3]
    rate = (breaths[-1] - breaths[0]) / (times[-1] - times[0]) * 60.0
    return float(np.mean(swing)), float(rate)


def speed() -> str:
    minutes, lines = 60, list[str]()
    for what, score in (("breathing freely", None), ("with a pacer", paced(6.0))):
        heart = SimulatedHeart(Person.draw(1, Kind.TYPICAL))
        began_s = time.perf_counter()
        n_events = sum(len(heart.until(t_s, score)) for t_s in range(1, minutes * 60 + 1))
        took_s = time.perf_counter() - began_s
        lines.append(
            f"One simulated hour {what}: {took_s:.2f} s, {minutes * 60 / took_s:,.0f} times real time,"
            f" {n_events} events."
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
