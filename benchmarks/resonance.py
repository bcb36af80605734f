"""How well the resonance assessment finds what is there: python -m benchmarks.resonance [--people N]

Simulated people breathe through the protocol in an order drawn for each; one beat in twenty is spoilt
(missed, or an extra one). The same body without noise tells where the peak truly is: its swing at rates
0.125/min apart. Printed: how many are placed within 0.25/min of it, placed elsewhere, or told "no clear
peak".
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np

from entrain.analysis.assessment import WITHIN_PER_MIN, assess
from entrain.analysis.correction import correct
from entrain.analysis.phase import breaths_s
from entrain.analysis.series import NNSeries
from entrain.commands.assess_protocol import five_rates, pieces, sliding
from entrain.control.protocol import PacedStage
from entrain.control.stages import length_s, score_of, spans
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Kind, Person

SPOILT = 0.05
START_S = 70.0
RATIO = (4.0, 0.0, 6.0, 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=100)
    given = parser.parse_args()
    print(f"{'people':<26} {'protocol':<9} {'n':>4} {'found':>7} {'elsewhere':>10} {'no clear peak':>14}")
    for name, drawn, has_peak in CROWDS:
        for protocol in ("five", "sliding"):
            print(row(name, drawn, has_peak, protocol, given.people))


def row(name: str, drawn: Callable[[int], Person], has_peak: bool, protocol: str, people: int) -> str:
    found = elsewhere = nothing = 0
    for seed in range(people):
        person = drawn(seed)
        true = true_peak(person) if has_peak else None
        stages = five_rates(seed) if protocol == "five" else sliding()
        said = assess(recorded(person, stages)).resonance_per_min
        nothing += said is None
        right = said is not None and true is not None and abs(said - true) <= WITHIN_PER_MIN
        found += right
        elsewhere += said is not None and not right
    shares = [f"{x / people:.0%}" for x in (found, elsewhere, nothing)]
    return f"{name:<26} {protocol:<9} {people:>4} {shares[0]:>7} {shares[1]:>10} {shares[2]:>14}"


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


def without_resonance(seed: int) -> Person:
    """Nothing but the low-pass: the slower, the more."""
    person = Person.draw(seed, Kind.TYPICAL)
    return replace(person, heart=replace(person.heart, resonance_bpm=0.0))


def non_responder(seed: int) -> Person:
    return Person.draw(seed, Kind.NON_RESPONDER)


def typical(seed: int) -> Person:
    return Person.draw(seed, Kind.TYPICAL)


CROWDS: tuple[tuple[str, Callable[[int], Person], bool], ...] = (
    ("a narrow resonance", with_resonance, True),
    ("typical (broad, Q 1.6)", typical, True),
    ("no resonance", without_resonance, False),
    ("non-responders", non_responder, False),
)


def true_peak(person: Person) -> float | None:
    """Where the swing of the body without noise is largest; None at the ends of 4.5 to 6.5."""
    quiet = replace(
        person,
        heart=replace(person.heart, mayer_bpm=0.0, wander_bpm=0.0, ectopic_chance=0.0, relaxation_bpm=0.0),
        lungs=replace(person.lungs, lapses_per_min=0.0, imprecision=0.0, settle_s=1.0),
    )
    rates = np.arange(4.5, 6.51, 0.125)
    sizes = [_quiet_swing(quiet, rate) for rate in rates]
    top = int(np.argmax(sizes))
    return float(rates[top]) if 0 < top < rates.size - 1 else None


def _quiet_swing(person: Person, rate: float) -> float:
    heart = SimulatedHeart(person, keep_truth=True)
    heart.until(150.0, score_of((PacedStage(float(rate), 150.0),), 0.0, 70.0, RATIO))
    assert heart.truth is not None
    return float(np.ptp(heart.truth.bpm[-round(8 * 60.0 / rate) :]))


def recorded(person: Person, stages: tuple[PacedStage, ...]) -> list[tuple[NNSeries, list[float]]]:
    """Corrected intervals and breath starts of each stage, one beat in twenty spoilt."""
    score = score_of(stages, START_S, person.heart.base_bpm, RATIO)
    heart = SimulatedHeart(person, keep_truth=True)
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
