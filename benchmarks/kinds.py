"""The coach by kinds of people, on both simulators: python -m benchmarks.kinds [--people N] [--preset NAME]

One row for each kind of `entrain/cohort/people.py` and each simulator: where the coach led them, what
they did, and what it saw of that. Means over people with 95 % intervals (bootstrap over people). It is
the table by which rules of the coach are judged; nothing is tuned on the second simulator, and nothing is
asserted here.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import partial
from os import cpu_count
from typing import Final

import numpy as np

from entrain.breath.estimate import InStep
from entrain.cohort.life import GIVE_UP_MIN
from entrain.cohort.people import SIMULATORS, Who, body, draw
from entrain.cohort.statistics import estimate
from entrain.control.events import CommandGiven, Feel, Feeling, Phase, Tick
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.session import reduce, start
from entrain.control.state import GUIDED
from entrain.devices.simulated.heart import STEP_S
from entrain.devices.simulated.lungs import LOW_PETCO2_MMHG
from entrain.presets import library as presets
from entrain.units import S_PER_MIN

FIRST_SEED: Final = 5000
HEARD: Final = 0.05
WITHIN: Final = 0.1  # of the pace: breathing with it
PULSE_OVER_S: Final = 15.0
FAR_LEAD: Final = 0.1
SAYS_AFTER_S: Final = (
    20  # [assumed] below 30 mmHg for so long, and each time so long again: the key is pressed
)


@dataclass(frozen=True, slots=True)
class Row:
    """One person's session; minutes are guided ones."""

    paced_fast_min: float  # above 10 a minute
    paced_slow_min: float  # at or below 9
    dose_min: float  # at or below 7.5
    end_per_min: float  # the slowest breath that was asked for in the last guided minute
    with_pace_min: float  # truth: breathing within 10 % of the pace
    seen_min: float  # the coach: in step
    seen_wrongly_min: float  # the coach: in step, and the truth is more than 15 % off
    held_min: float
    over_breathing_min: float  # below 30 mmHg, of the whole session, by somebody who says nothing
    told_min: float  # the same by somebody who presses the key when light-headed
    above_pulse_percent: float  # of guided time: the beat above the person's pulse
    far_lead_percent: float  # of guided time: the beat more than 10 % below it
    stopped_percent: float  # 100: ended for safety


HEADS: Final[dict[str, str]] = {
    "paced_fast_min": "> 10/min",
    "paced_slow_min": "≤ 9/min",
    "dose_min": "≤ 7.5/min",
    "end_per_min": "at the end, /min",
    "with_pace_min": "with it",
    "seen_min": "seen in step",
    "seen_wrongly_min": "seen wrongly",
    "held_min": "held",
    "over_breathing_min": "over-breathing",
    "told_min": "with the key",
    "above_pulse_percent": "beat above pulse, %",
    "far_lead_percent": "lead > 10 %, %",
    "stopped_percent": "stopped, %",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=12, help="of each kind, of each simulator")
    parser.add_argument("--preset", default="desk")
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help="of the first person")
    parser.add_argument("--who", type=Who, action="append", help="repeatable; default: every kind")
    given = parser.parse_args()
    preset = presets.load(given.preset).preset
    print(f"Preset {preset.name}, {preset.minutes:g} min, {given.people} of each kind; times in minutes.\n")
    print("| who | simulator | " + " | ".join(HEADS.values()) + " |\n" + "|---" * (2 + len(HEADS)) + "|")
    with ProcessPoolExecutor(cpu_count()) as pool:
        for who in given.who or Who:
            for simulator in SIMULATORS:
                seeds = range(given.seed, given.seed + given.people)
                rows = list(pool.map(partial(lived, preset, who, simulator), seeds))
                cells = [cell([getattr(row, field.name) for row in rows]) for field in fields(Row)]
                print(f"| {who} | {simulator} | {' | '.join(cells)} |", flush=True)


def cell(values: list[float]) -> str:
    found = estimate(np.array([value for value in values if value == value]))
    if found.mean is None:
        return "–"
    if found.low is None or found.high is None:
        return f"{found.mean:.1f}"
    return f"{found.mean:.1f} ({found.low:.1f} to {found.high:.1f})"


def lived(preset: Preset, who: Who, simulator: str, seed: int) -> Row:
    """That person's session by the controller of a live one, in virtual time; silent, and with the key."""
    told = session(preset, who, simulator, seed, says_so=True)
    return replace(session(preset, who, simulator, seed), told_min=told.over_breathing_min)


def session(preset: Preset, who: Who, simulator: str, seed: int, *, says_so: bool = False) -> Row:
    heart = body(draw(who, seed, simulator))
    state = start(SessionConfig(preset, (heart.strap,), seed))
    seconds = list[Second]()
    n_ticks = over_breathing_s = low_s = 0
    while state.phase is not Phase.ENDED and n_ticks < (preset.minutes + GIVE_UP_MIN) * S_PER_MIN:
        n_ticks += 1
        t_s = float(n_ticks)
        for event in (*heart.until(t_s, state.score), Tick(t_s)):
            state, _ = reduce(state, event, reports=False)
        is_low = heart.breathing.petco2_mmhg < LOW_PETCO2_MMHG
        over_breathing_s += is_low
        low_s = low_s + 1 if is_low else 0
        if says_so and low_s and low_s % SAYS_AFTER_S == 0:
            state, _ = reduce(state, CommandGiven(t_s, Feel(Feeling.LIGHT_HEADED)), reports=False)
        score = state.score
        if (
            state.phase not in GUIDED
            or score is None
            or score.presence.at(t_s) < HEARD
            or heart.truth is None
        ):
            continue
        paced = score.breathed_at(t_s)
        if paced is not None:
            pulse = float(np.mean(heart.truth.bpm[-round(PULSE_OVER_S / STEP_S) :]))
            seen = any(track.breath.in_step is InStep.YES for track in state.tracks)
            off = abs(heart.breathing.rate_per_min / paced[1] - 1.0)
            is_held = state.hold is not None
            seconds.append(Second(paced[1], off, seen, is_held, score.tempo.bpm_at(t_s) / pulse))
    return counted(seconds, over_breathing_s, stopped=n_ticks < 0.95 * preset.minutes * S_PER_MIN)


@dataclass(frozen=True, slots=True)
class Second:
    per_min: float  # asked for
    off: float  # how far the person's own rate is from it, as a share
    seen: bool
    held: bool
    beat_over_pulse: float


def counted(seconds: list[Second], over_breathing_s: float, *, stopped: bool) -> Row:
    def minutes(counts: Callable[[Second], bool]) -> float:
        return sum(map(counts, seconds)) / S_PER_MIN

    def percent(counts: Callable[[Second], bool]) -> float:
        return 100.0 * sum(map(counts, seconds)) / len(seconds) if seconds else float("nan")

    return Row(
        paced_fast_min=minutes(lambda s: s.per_min > 10.0),
        paced_slow_min=minutes(lambda s: s.per_min <= 9.05),
        dose_min=minutes(lambda s: s.per_min <= 7.55),
        end_per_min=min((s.per_min for s in seconds[-60:]), default=float("nan")),
        with_pace_min=minutes(lambda s: s.off <= WITHIN),
        seen_min=minutes(lambda s: s.seen),
        seen_wrongly_min=minutes(lambda s: s.seen and s.off > 1.5 * WITHIN),
        held_min=minutes(lambda s: s.held),
        over_breathing_min=over_breathing_s / S_PER_MIN,
        told_min=float("nan"),
        above_pulse_percent=percent(lambda s: s.beat_over_pulse > 1.0),
        far_lead_percent=percent(lambda s: s.beat_over_pulse < 1.0 - FAR_LEAD),
        stopped_percent=100.0 * stopped,
    )


if __name__ == "__main__":
    main()
