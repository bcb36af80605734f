"""How well the resonance assessment finds what is there.

    python -m benchmarks.resonance [--people N] [--from SEED] [--confidence C]

Simulated people of both simulators breathe through each protocol (five rates in an order drawn for each; as
many in the same time, each chosen where it teaches most; a slide); one beat in twenty is spoilt (missed, or
an extra one). The same body without noise tells where the peak truly is: its swing at rates 0.125/min
apart, and a parabola through the highest three. Printed, each with its 95 % interval (Wilson): how many are
placed within 0.25/min of it, placed elsewhere, or told "no clear peak". Who has no peak within the rates
has none to be found: counted apart among the typical, and everybody in the last three crowds. *Use*: how
often the rate to use, named or not, has at least 90 % of the best swing between 4.5 and 6.5 a minute, and
beside it the same of 6 a minute.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from math import sqrt
from os import cpu_count
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain.analysis.assessment import LEAST_CONFIDENCE, assess, next_rate
from entrain.analysis.correction import correct
from entrain.analysis.phase import breaths_s
from entrain.analysis.resonance_fit import NEAR_BEST, WITHIN_PER_MIN
from entrain.analysis.series import NNSeries
from entrain.app.assess_protocol import RATES_PER_MIN as FIVE_PER_MIN
from entrain.app.assess_protocol import REST_S, STAGE_S, five_rates, pieces, sliding
from entrain.cohort.people import Somebody, body
from entrain.cohort.second.heart import SecondPerson
from entrain.control.protocol import PacedStage
from entrain.control.stages import length_s, score_of, spans
from entrain.devices.simulated.heart import STEP_S
from entrain.devices.simulated.person import Kind, Person

Series = NDArray[np.float64]
SPOILT: Final = 0.05
RATES_PER_MIN: Final[Series] = np.arange(4.5, 6.51, 0.125)
NARROW: Final = 0.75  # of the best swing, one breath a minute beside it
START_S: Final = 70.0
RATIO: Final = (4.0, 0.0, 6.0, 0.0)
PROTOCOLS: Final = ("five", "adaptive", "sliding")
Z: Final = 1.96  # of a 95 % interval


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--from", dest="first", type=int, default=0, help="seed of the first person")
    parser.add_argument("--crowd", choices=tuple(CROWDS), action="append")
    parser.add_argument("--confidence", type=float, default=LEAST_CONFIDENCE, help="what a peak needs")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.people)
    heads = ("found", "elsewhere", "no clear peak", "use: 90 %", "6/min: 90 %")
    print(f"{'people':<28} {'protocol':<9} {'n':>4}  " + " ".join(f"{head:<17}" for head in heads))
    with ProcessPoolExecutor(cpu_count()) as pool:
        for name in given.crowd or CROWDS:
            outcomes = list(pool.map(partial(assessed, name, given.confidence), seeds, chunksize=8))
            for has_peak in sorted({one.true_per_min is not None for one in outcomes}, reverse=True):
                some = [one for one in outcomes if (one.true_per_min is not None) == has_peak]
                for n, protocol in enumerate(PROTOCOLS):
                    label = name if has_peak or not CROWDS[name].has_peak else f"{name}, none inside"
                    print(f"{label:<28} {protocol:<9} {row(some, n)}", flush=True)


@dataclass(frozen=True, slots=True)
class Said:
    per_min: float | None
    of_best: float  # the share of the best swing at the rate to use


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the peak of one person is, and what each protocol said."""

    true_per_min: float | None
    said: tuple[Said, ...]
    six_of_best: float


def assessed(crowd: str, confidence: float, seed: int) -> Outcome:
    """Person number `seed` of a crowd under every protocol."""
    person = CROWDS[crowd].drawn(seed)
    swings = quiet_swings(person)
    true = true_peak(swings) if CROWDS[crowd].has_peak else None

    def of_best(rate: float) -> float:
        return float(np.interp(rate, RATES_PER_MIN, swings)) / float(swings.max())

    said: list[Said] = []
    for stages in (five_rates(seed), adaptive(person), sliding()):
        found = assess(recorded(person, stages), confidence)
        use = found.resonance_per_min or (6.0 if found.good is None else found.good.use_per_min)
        said.append(Said(found.resonance_per_min, of_best(use)))
    return Outcome(true, tuple(said), of_best(6.0))


def adaptive(person: Somebody) -> tuple[PacedStage, ...]:
    """As many stages as the five rates are, each where it teaches most after those before."""
    stages: tuple[PacedStage, ...] = ()
    for n in range(len(FIVE_PER_MIN)):
        rate = next_rate(recorded(person, stages) if stages else ())
        stages = (*stages, PacedStage(rate, STAGE_S, rest_s=REST_S if n else 0.0))
    return stages


def row(outcomes: list[Outcome], protocol: int) -> str:
    pairs = [(one.said[protocol].per_min, one.true_per_min) for one in outcomes]
    nothing = sum(said is None for said, _ in pairs)
    found = sum(said is not None and true is not None and near(said, true) for said, true in pairs)
    used = sum(one.said[protocol].of_best >= NEAR_BEST for one in outcomes)
    six = sum(one.six_of_best >= NEAR_BEST for one in outcomes)
    counts = (found, len(pairs) - nothing - found, nothing, used, six)
    return f"{len(pairs):>4}  " + " ".join(f"{share(count, len(pairs)):<17}" for count in counts)


def near(said: float, true: float) -> bool:
    return abs(said - true) <= WITHIN_PER_MIN


def share(count: int, n: int) -> str:
    """A share and its 95 % interval by Wilson (J Am Stat Assoc 22 (1927) 209)."""
    p, z2 = count / n, Z * Z / n
    middle, half = (p + z2 / 2.0) / (1.0 + z2), Z * sqrt(p * (1.0 - p) / n + z2 / n / 4.0) / (1.0 + z2)
    return f"{100 * p:4.1f} ({100 * max(0.0, middle - half):.1f}-{100 * min(1.0, middle + half):.1f})"


# ---- people ------------------------------------------------------------------------------------------------


def with_resonance(seed: int) -> Person:
    """A strong, narrow resonance that stands out of quiet surroundings."""
    rng, person = Random(f"{seed}/peak"), Person.draw(seed, Kind.TYPICAL)
    heart = replace(
        person.heart,
        rsa_bpm=rng.uniform(2.0, 4.0),
        resonance_bpm=rng.uniform(12.0, 18.0),
        resonance_per_min=rng.uniform(5.0, 6.0),
        resonance_q=rng.uniform(3.0, 5.0),
        mayer_bpm=rng.uniform(0.3, 0.8),
        wander_bpm=1.0,
    )
    return replace(person, heart=heart, lungs=replace(person.lungs, lapses_per_min=0.05))


def wandering(seed: int) -> Person:
    """The same, and the mind wanders every two minutes."""
    person = with_resonance(seed)
    return replace(person, lungs=replace(person.lungs, lapses_per_min=0.5))


def middling(seed: int) -> Person:
    """A resonance between the narrow and the typical one, in livelier surroundings."""
    rng, person = Random(f"{seed}/middling"), with_resonance(seed)
    heart = replace(
        person.heart,
        rsa_bpm=rng.uniform(4.0, 8.0),
        resonance_bpm=rng.uniform(8.0, 12.0),
        resonance_q=rng.uniform(2.0, 3.0),
        mayer_bpm=1.0,
    )
    return replace(person, heart=heart)


def beyond_the_rates(seed: int) -> Person:
    """A narrow resonance, slower or quicker than any rate of the protocol."""
    rng, person = Random(f"{seed}/beyond"), with_resonance(seed)
    peak = rng.choice((rng.uniform(3.8, 4.2), rng.uniform(6.8, 7.2)))
    return replace(person, heart=replace(person.heart, resonance_per_min=peak))


def without_resonance(seed: int) -> Person:
    """Nothing but the low-pass: the slower, the more."""
    person = Person.draw(seed, Kind.TYPICAL)
    return replace(person, heart=replace(person.heart, resonance_bpm=0.0))


def non_responder(seed: int) -> Person:
    return Person.draw(seed, Kind.NON_RESPONDER)


def typical(seed: int) -> Person:
    return Person.draw(seed, Kind.TYPICAL)


def second_narrow(seed: int) -> SecondPerson:
    """Of the second simulator, the first drawn whose swing has a narrow peak well within the rates."""
    rng = Random(f"{seed}/second narrow")
    while True:
        person = SecondPerson.draw(rng.getrandbits(31))
        swings = quiet_swings(person)
        peak = true_peak(swings)
        if peak is not None and 5.0 <= peak <= 6.0:
            sides = np.interp([peak - 1.0, peak + 1.0], RATES_PER_MIN, swings) / swings.max()
            if sides.max() < NARROW:
                return person


def second_any(seed: int) -> SecondPerson:
    return SecondPerson.draw(seed)


@dataclass(frozen=True, slots=True)
class Crowd:
    drawn: Callable[[int], Somebody]
    has_peak: bool


CROWDS: Final[dict[str, Crowd]] = {
    "narrow (Q 3 to 5)": Crowd(with_resonance, has_peak=True),
    "narrow, mind wandering": Crowd(wandering, has_peak=True),
    "middling (Q 2 to 3)": Crowd(middling, has_peak=True),
    "typical (broad)": Crowd(typical, has_peak=True),
    "second: narrow": Crowd(second_narrow, has_peak=True),
    "second: anybody": Crowd(second_any, has_peak=True),
    "no resonance": Crowd(without_resonance, has_peak=False),
    "non-responders": Crowd(non_responder, has_peak=False),
    "narrow, beyond the rates": Crowd(beyond_the_rates, has_peak=False),
}


def true_peak(swings: Series) -> float | None:
    """Where the swing of the body without noise is largest; None at the ends of 4.5 to 6.5."""
    top = int(np.argmax(swings))
    if not 0 < top < swings.size - 1:
        return None
    before, most, after = swings[top - 1 : top + 2]
    return float(RATES_PER_MIN[top] + 0.125 * 0.5 * (before - after) / (before - 2.0 * most + after))


def quiet_swings(person: Somebody) -> Series:
    """How far the body without noise swings at each of `RATES_PER_MIN`, in bpm."""
    quiet = without_chance(person)
    return np.array([_quiet_swing(quiet, rate) for rate in RATES_PER_MIN])


def without_chance(person: Somebody) -> Somebody:
    if isinstance(person, SecondPerson):
        breath = replace(person.breath, wander_chance=0.0, motor_error=0.0)
        circulation = replace(
            person.circulation, wander_ms=0.0, resistance_noise=0.0, trend_bpm=0.0, run_chance=0.0
        )
        return replace(person, breath=breath, circulation=circulation)
    return replace(
        person,
        heart=replace(person.heart, mayer_bpm=0.0, wander_bpm=0.0, ectopic_chance=0.0, relaxation_bpm=0.0),
        lungs=replace(person.lungs, lapses_per_min=0.0, imprecision=0.0, settle_s=1.0),
    )


def _quiet_swing(person: Somebody, rate: float) -> float:
    """The size of the wave at just the paced rate, peak to trough, over eight breaths."""
    heart = body(person)
    heart.until(150.0, score_of((PacedStage(float(rate), 150.0),), 0.0, 70.0, RATIO))
    assert heart.truth is not None
    bpm = np.array(heart.truth.bpm[-round(8 * 60.0 / rate / STEP_S) :])
    turns = np.exp(2j * np.pi * np.arange(bpm.size) * STEP_S * rate / 60.0)
    return 4.0 * abs(complex(np.mean((bpm - bpm.mean()) * turns)))


def recorded(person: Somebody, stages: tuple[PacedStage, ...]) -> list[tuple[NNSeries, list[float]]]:
    """Corrected intervals and breath starts of each stage, one beat in twenty spoilt."""
    bpm = person.circulation.bpm if isinstance(person, SecondPerson) else person.heart.base_bpm
    score = score_of(stages, START_S, bpm, RATIO)
    heart = body(person)
    end_s = START_S + length_s(stages) + 1.0
    heart.until(end_s, score)
    assert heart.truth is not None
    beats = spoilt(heart.truth.beats_s, Random(f"{person.seed}/spoilt"))
    rr_ms = np.diff(beats) * 1000.0
    nn = correct(rr_ms).series
    out: list[tuple[NNSeries, list[float]]] = []
    for from_s, to_s in spans(stages, START_S):
        for piece in pieces(list(breaths_s(score, from_s - 0.01, to_s)), stages):
            starts = [t_s - beats[0] for t_s in piece]  # the intervals' clock begins with the first beat
            out.append((nn.between(starts[0], starts[-1]), starts))
    return out


def spoilt(beats_s: list[float], rng: Random) -> list[float]:
    out: list[float] = []
    for n, t_s in enumerate(beats_s):
        if rng.random() >= SPOILT:
            out.append(t_s)
        elif rng.random() < 0.5 and n:
            out += [beats_s[n - 1] + rng.uniform(0.3, 0.7) * (t_s - beats_s[n - 1]), t_s]
    return out


if __name__ == "__main__":
    main()
