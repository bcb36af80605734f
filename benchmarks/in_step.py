"""In step, out of step or unknown: python -m benchmarks.in_step [--people N] [--recordings DIR] [--belts DIR]

How often each answer is given where it is right and where it is wrong: simulated people of both simulators
under a steady pacer, real people who breathed to a steady pace, and real people with a belt, whose own breath
is made the pacer. `--belts` names a folder with `Task1_ECG.npy` and `Task1_Respiration.npy` (source archive
of systole 0.3.1, GPL-3.0: 25 min at a task) and `OSmontage0J.txt` (wheel of biopeaks 1.4.1, GPL-3.0: 85 min);
neither is part of this repository. Nothing is asserted here.
"""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, find_peaks, sosfiltfilt

from benchmarks.breath import accepted, paced
from benchmarks.hearts import recordings_folder
from entrain.breath.estimate import BreathTrack, InStep, with_interval, with_tick
from entrain.breath.tachogram import Pacer
from entrain.cohort.people import SIMULATORS, Who, body, draw
from entrain.cohort.statistics import estimate
from entrain.devices.replay import ReplayedHeart
from entrain.devices.simulated.heart import STEP_S
from entrain.recordings.reading import read_recording

Series = NDArray[np.float64]
Beats = Sequence[tuple[float, float]]
FOLLOWERS = (Who.TYPICAL, Who.WEAK_RSA, Who.ATHLETE, Who.ANXIOUS, Who.NOISY_STRAP, Who.ECTOPIC)
OTHERS = (Who.QUICKER, Who.NEVER_FOLLOWS, Who.NEVER_HEARS)
RATES_PER_MIN = (12.0, 9.0, 7.0, 6.0, 5.0)
LENGTH_S, SETTLED_S, LOOKS_BACK_S = 300, 90, 60
WITH, OFF = 0.08, 0.12  # of the pace, over what is looked back on
FIRST_SEED = 2000
# Known to have been paced at one rate throughout; the last seven minutes of each.
PACED = ("s04", "s07", "s12", "s22")
# Sat after a sprint, breathing freely, Mayer waves large: no pacer was heard.
UNPACED = ("s03", "s05", "s11", "s15")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--recordings", type=Path, default=recordings_folder())
    parser.add_argument("--belts", type=Path)
    given = parser.parse_args()
    print("| who | truth | in step | out of step | unknown |\n|---|---|---|---|---|")
    for simulator in SIMULATORS:
        for who in (*FOLLOWERS, *OTHERS):
            print_row(f"{simulator} simulator: {who}", simulated(who, simulator, given.people))
    if given.recordings is not None:
        print_recordings(given.recordings)
    if given.belts is not None:
        print_belts(given.belts)


def print_row(name: str, said: dict[str, list[list[InStep]]]) -> None:
    """One row for each truth; intervals are over people."""
    for truth, people in said.items():
        people = [answers for answers in people if len(answers) >= 20]
        if people:
            cells = [share(people, answer) for answer in (InStep.YES, InStep.NO, InStep.UNKNOWN)]
            print(f"| {name} | {truth} | {' | '.join(cells)} |")


def share(people: list[list[InStep]], answer: InStep) -> str:
    each = np.array([100.0 * answers.count(answer) / len(answers) for answers in people])
    found = estimate(each)
    if found.low is None or found.high is None:
        return f"{found.mean:.1f}"
    return f"{found.mean:.1f} ({found.low:.1f} to {found.high:.1f})"


# ---- simulated people --------------------------------------------------------------------------------------


def simulated(who: Who, simulator: str, n_people: int) -> dict[str, list[list[InStep]]]:
    """Of those who follow, the seconds in which they do; of the others, those in which they are off."""
    truth = "breathes otherwise" if who in OTHERS else "breathes at the pace"
    said = list[list[InStep]]()
    for seed in range(FIRST_SEED, FIRST_SEED + n_people):
        answered = list[InStep]()
        for per_min in RATES_PER_MIN:
            heart, score = body(draw(who, seed, simulator)), paced(per_min)
            beats = accepted(heart.until(float(LENGTH_S), score))
            assert heart.truth is not None
            phases = [breathing.phase for breathing in heart.truth.breathing]
            for t_s, answer in answers(beats, LENGTH_S, score.paced_at):
                end = round((t_s - 2.0) / STEP_S)
                breaths = phases[end] - phases[max(0, end - round(LOOKS_BACK_S / STEP_S))]
                off = abs(breaths / LOOKS_BACK_S * 60.0 / per_min - 1.0)
                if off > OFF if who in OTHERS else off <= WITH:
                    answered.append(answer)
        said.append(answered)
    return {truth: said}


def answers(
    beats: Beats, until_s: int, pacer: Pacer, from_s: int = SETTLED_S
) -> Iterable[tuple[int, InStep]]:
    """What is said each second that there is a pacer."""
    track, at = BreathTrack(), 0
    for t_s in range(1, until_s):
        while at < len(beats) and beats[at][0] + 1.2 <= t_s:
            track = with_interval(track, *beats[at], pacer)
            at += 1
        track = with_tick(track, float(t_s))
        if t_s >= from_s and track.in_step not in (InStep.NO_PACER, InStep.LISTENING):
            yield t_s, track.in_step


# ---- real people -------------------------------------------------------------------------------------------


def print_recordings(folder: Path) -> None:
    for name in PACED:
        beats = recorded(folder / f"spb-recovery/{name}_INT.csv")
        end_s = round(beats[-1][0]) - 10
        per_min = strongest(beats, end_s - 410.0, end_s)
        for truth, factor in (("breathes at the pace", 1.0), ("the pacer 15 % quicker", 1.15)):
            said = [a for _, a in answers(beats, end_s, steady(per_min * factor), end_s - 350)]
            print_row(f"{name}, paced at {per_min:.1f}/min", {truth: [said]})
    for name in UNPACED:
        beats = recorded(folder / f"spb-recovery/{name}_CON.csv")
        end_s = round(beats[-1][0]) - 10
        for per_min in (12.0, 9.0, 7.0, 6.0):
            said = [a for _, a in answers(beats, end_s, steady(per_min), end_s - 350)]
            print_row(f"{name}, after a sprint", {f"never heard a pacer of {per_min:g}/min": [said]})


def print_belts(folder: Path) -> None:
    systole = np.load(folder / "Task1_ECG.npy"), np.load(folder / "Task1_Respiration.npy")
    montage = np.loadtxt(folder / "OSmontage0J.txt", usecols=(6, 5)).T
    for name, (ecg, belt) in (("systole", systole), ("biopeaks", (montage[0], montage[1]))):
        beats, starts = r_peaks(ecg), breath_starts(belt)
        end_s = round(beats[-1][0]) - 60
        tried: tuple[tuple[str, Pacer], ...] = (
            ("breathes with the pacer: it is the belt", of_belt(starts, 1.0)),
            ("the belt 15 % quicker", of_belt(starts, 1.15)),
            ("the belt 15 % slower", of_belt(starts, 0.85)),
            ("the belt five minutes before", of_belt(starts + 300.0, 1.0)),
            ("never heard a pacer of 12/min", steady(12.0)),
            ("never heard a pacer of 6/min", steady(6.0)),
        )
        for truth, pacer in tried:
            print_row(f"{name}, with a belt", {truth: [[a for _, a in answers(beats, end_s, pacer)]]})


def recorded(path: Path) -> Beats:
    return accepted(ReplayedHeart.of_recording(read_recording(path), strap="s").until(10_000.0, None))


def steady(per_min: float) -> Pacer:
    return lambda t_s: ((t_s * per_min / 60.0) % 1.0, per_min)


def of_belt(starts: Series, factor: float) -> Pacer:
    """The belt's own breaths as a pacer; its rate is that of ten breaths."""

    def pacer(t_s: float) -> tuple[float, float] | None:
        if not starts[6] < t_s < starts[-7]:
            return None
        k = int(np.searchsorted(starts, t_s)) - 1
        breaths = k + (t_s - starts[k]) / (starts[k + 1] - starts[k])
        return float(breaths * factor % 1.0), float(600.0 / (starts[k + 5] - starts[k - 5]) * factor)

    return pacer


def strongest(beats: Beats, from_s: float, to_s: float) -> float:
    """The strongest wave of the whole stretch, per minute."""
    at = np.arange(from_s, to_s, 0.25)
    x = np.interp(at, [t - rr / 2000.0 for t, rr in beats], [rr for _, rr in beats])
    x = (x - np.polyval(np.polyfit(at, x, 1), at)) * np.hanning(at.size)
    per_min = np.fft.rfftfreq(65536, 0.25) * 60.0
    power = np.abs(np.fft.rfft(x, 65536)) ** 2 * (per_min > 3.0) * (per_min < 12.0)
    return float(per_min[np.argmax(power)])


def r_peaks(ecg: Series, hz: float = 1000.0) -> Beats:
    band = sosfiltfilt(butter(3, (8.0, 35.0), "bandpass", fs=hz, output="sos"), ecg - ecg.mean())
    energy = np.convolve(band**2, np.ones(100) / 100.0, "same")
    seconds = np.arange(0, energy.size, 1000)
    local = [np.percentile(energy[max(0, k - 5000) : k + 5000], 90) for k in seconds]
    least = 0.5 * np.interp(np.arange(energy.size), seconds, local)
    rough, _ = find_peaks(energy, distance=350, height=least)
    exact = [max(0, k - 60) + int(np.argmax(np.abs(band[max(0, k - 60) : k + 60]))) for k in rough]
    times_s = np.array(exact) / hz
    rr_ms = np.diff(times_s) * 1000.0
    usual = np.array([np.median(rr_ms[max(0, k - 5) : k + 6]) for k in range(rr_ms.size)])
    good = (rr_ms > 400.0) & (rr_ms < 1500.0) & (np.abs(rr_ms - usual) < 250.0)
    return list(zip(times_s[1:][good].tolist(), rr_ms[good].tolist(), strict=True))


def breath_starts(belt: Series, hz: float = 1000.0) -> Series:
    slow = belt[: belt.size // 50 * 50].reshape(-1, 50).mean(axis=1)
    band = sosfiltfilt(butter(2, (0.05, 0.6), "bandpass", fs=hz / 50.0, output="sos"), slow - slow.mean())
    spread = np.median([band[max(0, k - 600) : k + 600].std() for k in range(0, band.size, 20)])
    starts, _ = find_peaks(-band, distance=36, prominence=0.5 * spread)
    return starts / (hz / 50.0)


if __name__ == "__main__":
    main()
