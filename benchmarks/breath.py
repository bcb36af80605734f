"""The breath seen in the heart: python -m benchmarks.breath [--people N] [--recordings FOLDER]

Simulated people, every one with a strap: their breathing rate as the coach sees it against the true one, at
rest and with a pacer; how often it says nothing; and how often those who follow, and those who do not, are
seen in step. Then real recordings of paced or deliberate slow breathing, against the strongest wave of the
same minute in a plain periodogram. Nothing is asserted here.
"""

import argparse
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.hearts import recordings_folder
from entrain.breath.estimate import BreathTrack, InStep, with_interval, with_tick
from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.control.events import BeatSeen, Event, NotificationArrived
from entrain.control.heart import HeartTrack, with_notification
from entrain.devices.replay import ReplayedHeart
from entrain.devices.simulated.heart import STEP_S, SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.heart.beat import Verdict
from entrain.recordings.reading import read_recording
from entrain.score import Presence, Score
from entrain.tempo.plan import TempoPlan

RATES_PER_MIN = (None, 15.0, 12.0, 9.0, 7.0, 6.0, 5.0)
KINDS = (Kind.TYPICAL, Kind.RESPONDER, Kind.NON_RESPONDER, Kind.NOISY_STRAP)
LENGTH_S = 300
SETTLED_S = 90
LATE_S = 2.0  # how far what a strap has sent lies behind
RECORDINGS = (
    ("polar-h10-breath/sample_data_ibi.csv", 70, 590, "deliberate, about 4/min"),
    ("spb-recovery/s04_INT.csv", 380, 760, "paced, as if by the clock"),
    ("spb-recovery/s07_INT.csv", 560, 880, "paced"),
    ("spb-recovery/s22_INT.csv", 360, 870, "paced"),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--recordings", type=Path, default=recordings_folder())
    given = parser.parse_args()
    print("| people | paced at | error, median | within 0.5/min | within 1/min | nothing said |")
    print("|---|---|---|---|---|---|")
    for kind in KINDS:
        for per_min in RATES_PER_MIN:
            print(rates(kind, per_min, given.people))
    print("\n| people | paced at | who follow, seen in step | who do not, seen in step |")
    print("|---|---|---|---|")
    for kind in KINDS[:3]:
        for per_min in RATES_PER_MIN[2:]:
            print(steps(kind, per_min or 0.0, given.people))
    if given.recordings is None:
        print("\nNo recordings: name their folder with --recordings.")
        return
    print("\n| recording | breathing | rate, median | from the periodogram | within 0.5/min | nothing said |")
    print("|---|---|---|---|---|---|")
    for name, from_s, until_s, breathing in RECORDINGS:
        print(recorded(given.recordings / name, from_s, until_s, breathing))


def rates(kind: Kind, per_min: float | None, people: int) -> str:
    errors, unsaid, n = list[float](), 0, 0
    for seed in range(people):
        heart, states = lived(Person.draw(seed, kind), per_min)
        assert heart.truth is not None
        phases = np.array([b.phase for b in heart.truth.breathing])
        for t_s in range(SETTLED_S, LENGTH_S, 5):
            n += 1
            seen = states[t_s - 1].estimate
            if seen is None or seen.rate_per_min is None:
                unsaid += 1
            else:
                errors.append(abs(seen.rate_per_min - true_rate(phases, t_s)))
    paced = "own rate" if per_min is None else f"{per_min:g}/min"
    return f"| {kind} | {paced} | {spread(errors)} | {unsaid / n:.0%} |"


def steps(kind: Kind, per_min: float, people: int) -> str:
    """Those who follow without a lapse, and the same who breathe on at a rate of their own."""
    seen = dict[float, list[float]]()
    for follows in (0.5, 0.0):
        for seed in range(people):
            person = Person.draw(seed, kind)
            own_per_min = max(person.lungs.own_per_min, 1.3 * per_min)
            lungs = replace(person.lungs, lapses_per_min=0.0, follow_per_s=follows, own_per_min=own_per_min)
            _, states = lived(replace(person, lungs=lungs), per_min)
            said = [s.estimate.in_step is InStep.YES for s in states[SETTLED_S:] if s.estimate is not None]
            seen.setdefault(follows, []).append(float(np.mean(said)))
    return f"| {kind} | {per_min:g}/min | {np.mean(seen[0.5]):.0%} | {np.mean(seen[0.0]):.0%} |"


def recorded(path: Path, from_s: int, until_s: int, breathing: str) -> str:
    heart = ReplayedHeart.of_recording(read_recording(path), strap="s")
    beats = accepted(heart.until(float(until_s), None))
    states = watched(beats, until_s, None)
    errors, found, unsaid, n = list[float](), list[float](), 0, 0
    for state in states[from_s::5]:
        n += 1
        seen = state.estimate
        if seen is None or seen.rate_per_min is None:
            unsaid += 1
            continue
        found.append(seen.rate_per_min)
        errors.append(abs(seen.rate_per_min - periodogram_peak(beats, seen.t_s)))
    within = np.mean(np.array(errors) < 0.5)
    return (
        f"| {path.stem} | {breathing} | {np.median(found):.1f}/min | {np.median(errors):.2f}/min"
        f" | {within:.0%} | {unsaid / n:.0%} |"
    )


def spread(errors: Iterable[float]) -> str:
    e = np.array(list(errors))
    if not e.size:
        return "– | – | –"
    return f"{np.median(e):.2f}/min | {np.mean(e < 0.5):.0%} | {np.mean(e < 1.0):.0%}"


# ---- hearts ------------------------------------------------------------------------------------------------


def lived(person: Person, per_min: float | None) -> tuple[SimulatedHeart, list[BreathTrack]]:
    heart = SimulatedHeart(person, strap="s", keep_truth=True)
    score = None if per_min is None else paced(per_min)
    return heart, watched(accepted(heart.until(float(LENGTH_S), score)), LENGTH_S, score)


def paced(per_min: float) -> Score:
    pattern = BreathPattern.of_beats(round(66.0 / per_min))
    tempo = TempoPlan.steady(5.0, per_min * pattern.beats)
    return Score(tempo, BreathPlan.steady(pattern), Presence().changed(5.0, 1.0, 0.0))


def accepted(events: Iterable[Event]) -> list[tuple[float, float]]:
    track, beats = HeartTrack("s"), list[tuple[float, float]]()
    for event in events:
        if isinstance(event, NotificationArrived):
            track, effects = with_notification(track, event)
            seen = (effect.beat for effect in effects if isinstance(effect, BeatSeen))
            beats += [(beat.t_s, beat.rr.ms) for beat in seen if beat.verdict is Verdict.OK]
    return beats


def watched(beats: list[tuple[float, float]], until_s: int, score: Score | None) -> list[BreathTrack]:
    track, states, at = BreathTrack(), list[BreathTrack](), 0
    pacer = None if score is None else score.paced_at
    for t_s in range(1, until_s):
        while at < len(beats) and beats[at][0] + 1.2 <= t_s:
            track = with_interval(track, *beats[at], pacer)
            at += 1
        track = with_tick(track, float(t_s))
        states.append(track)
    return states


# ---- references --------------------------------------------------------------------------------------------


def true_rate(phases: np.ndarray, t_s: float) -> float:
    """Breaths per minute over the last minute, weighted as the estimate's window is."""
    end = round((t_s - LATE_S) / STEP_S)
    steps = np.diff(phases[end - round(60.0 / STEP_S) : end])
    weights = np.hanning(len(steps))
    return float(np.sum(steps * weights) / np.sum(weights)) / STEP_S * 60.0


def periodogram_peak(beats: list[tuple[float, float]], t_s: float) -> float:
    """The strongest wave of the same minute by the plain periodogram of the intervals."""
    at = np.arange(t_s - 60.0 - LATE_S, t_s - LATE_S, 0.25)
    x = np.interp(at, [t - rr / 2000.0 for t, rr in beats], [rr for _, rr in beats])
    x = (x - np.polyval(np.polyfit(at, x, 1), at)) * np.hanning(len(at))
    per_min = np.fft.rfftfreq(8192, 0.25) * 60.0
    power = np.abs(np.fft.rfft(x, 8192)) ** 2 * (per_min > 2.5) * (per_min < 20.0)
    return float(per_min[np.argmax(power)])


if __name__ == "__main__":
    main()
