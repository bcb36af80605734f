"""Who the coach is judged on: kinds of people, each drawn from both simulators alike.

What a kind is stands here once, in figures of a body; each simulator has its own way of being it.
"""

from dataclasses import replace
from enum import StrEnum
from random import Random
from typing import Final, Protocol

from entrain.cohort.second.breaths import BreathTraits, Following
from entrain.cohort.second.circulation import CirculationTraits
from entrain.cohort.second.heart import SecondPerson
from entrain.devices.ports import VirtualHeart
from entrain.devices.simulated.heart import SimulatedHeart, Truth
from entrain.devices.simulated.lungs import Breathing, LungTraits
from entrain.devices.simulated.person import Kind, Person
from entrain.devices.simulated.sinus import HeartTraits
from entrain.score import Score

Somebody = Person | SecondPerson


class Body(VirtualHeart, Protocol):
    """A simulated heart that also tells what no strap tells."""

    truth: Truth | None

    @property
    def breathing(self) -> Breathing: ...

    def live(self, t_s: float, score: Score | None) -> list[float]: ...


class Who(StrEnum):
    """The kinds of people there are, of either simulator."""

    TYPICAL = "typical"
    ATHLETE = "athlete"  # 46 to 50 at rest, large RSA
    LOW_PULSE = "low pulse"  # 43 to 45
    FALLING_PULSE = "falling pulse"  # by 10 to 14 in the session
    RAISED_PULSE = "raised pulse"  # 9 up from the third minute on, and stays there
    ANXIOUS = "anxious"  # quick pulse and breath, both unsteady
    WEAK_RSA = "weak RSA"
    ECTOPIC = "ectopic"  # 6 a minute
    NEVER_FOLLOWS = "never follows"
    NEVER_HEARS = "never hears"  # breathes slowly by nature, so that the pacer passes by their own rate
    QUICKER = "quicker"  # breathes 15 % quicker than the pacer
    LAPSING = "lapsing"
    OVER_BREATHER = "over-breather"
    NOISY_STRAP = "noisy strap"


SIMULATORS: Final = ("first", "second")
ECTOPICS_PER_MIN: Final = 6.0


def draw(who: Who, seed: int, simulator: str) -> Somebody:
    """Somebody of that kind from one of `SIMULATORS`; the same seed is the same person."""
    rng = Random(f"{seed}/{who}/{simulator}")
    return _first(who, seed, rng) if simulator == "first" else _second(who, seed, rng)


def body(person: Somebody) -> Body:
    """Their heart, with its truth kept."""
    return (
        person.heart(keep_truth=True)
        if isinstance(person, SecondPerson)
        else SimulatedHeart(person, keep_truth=True)
    )


def _first(who: Who, seed: int, rng: Random) -> Person:
    kinds = {Who.LAPSING: Kind.LAPSING, Who.NOISY_STRAP: Kind.NOISY_STRAP}
    person = Person.draw(seed, kinds.get(who, Kind.TYPICAL))
    heart, lungs = _first_heart(who, person.heart, rng), _first_lungs(who, person.lungs, rng)
    return replace(person, heart=heart, lungs=lungs)


def _first_heart(who: Who, heart: HeartTraits, rng: Random) -> HeartTraits:
    match who:
        case Who.ATHLETE:
            return replace(heart, base_bpm=rng.uniform(46.0, 50.0), rsa_bpm=rng.uniform(14.0, 20.0))
        case Who.LOW_PULSE:
            return replace(heart, base_bpm=rng.uniform(43.0, 45.0))
        case Who.FALLING_PULSE:
            return replace(heart, trend_bpm=-rng.uniform(10.0, 14.0))
        case Who.RAISED_PULSE:
            return replace(heart, trend_bpm=9.0, trend_from_s=150.0, trend_tau_s=20.0)
        case Who.ANXIOUS:
            return replace(
                heart, base_bpm=rng.uniform(82.0, 95.0), wander_bpm=3.5, rsa_bpm=rng.uniform(4.0, 8.0)
            )
        case Who.WEAK_RSA:
            return replace(heart, rsa_bpm=rng.uniform(2.0, 4.0), resonance_bpm=rng.uniform(0.5, 1.5))
        case Who.ECTOPIC:
            return replace(heart, ectopic_chance=ECTOPICS_PER_MIN / heart.base_bpm)
        case _:
            return heart


def _first_lungs(who: Who, lungs: LungTraits, rng: Random) -> LungTraits:
    match who:
        case Who.ANXIOUS:
            return replace(lungs, own_per_min=rng.uniform(17.0, 21.0), variation=0.2)
        case Who.NEVER_FOLLOWS:
            return replace(lungs, follow_per_s=0.0)
        case Who.NEVER_HEARS:
            return replace(lungs, follow_per_s=0.0, own_per_min=rng.uniform(7.5, 10.0))
        case Who.QUICKER:
            return replace(lungs, hurry=1.15)
        case Who.OVER_BREATHER:
            return replace(lungs, overbreathing=rng.uniform(1.4, 1.8))
        case _:
            return lungs


def _second(who: Who, seed: int, rng: Random) -> SecondPerson:
    person = SecondPerson.draw(seed)
    strap = person.strap
    if who is Who.NOISY_STRAP:
        strap = replace(
            strap, stalls=rng.uniform(1.0, 2.0), movements=rng.uniform(0.4, 1.0), t_waves=0.2, absences=0.1
        )
    breath, circulation = _second_breath(who, person.breath, rng), _second_circulation(who, person, rng)
    return replace(person, strap=strap, breath=breath, circulation=circulation)


def _second_circulation(who: Who, person: SecondPerson, rng: Random) -> CirculationTraits:
    heart = person.circulation
    match who:
        case Who.ATHLETE:
            return replace(heart, bpm=rng.uniform(46.0, 50.0), gate_ms=rng.uniform(110.0, 200.0))
        case Who.LOW_PULSE:
            return replace(heart, bpm=rng.uniform(43.0, 45.0))
        case Who.FALLING_PULSE:
            return replace(heart, trend_bpm=-rng.uniform(10.0, 14.0))
        case Who.RAISED_PULSE:
            return replace(heart, trend_bpm=9.0, trend_from_s=150.0, trend_tau_s=20.0)
        case Who.ANXIOUS:
            return replace(
                heart, bpm=rng.uniform(82.0, 95.0), wander_ms=40.0, gate_ms=rng.uniform(25.0, 60.0)
            )
        case Who.WEAK_RSA:
            return replace(heart, gate_ms=rng.uniform(10.0, 25.0), chest_mmhg=3.0)
        case Who.ECTOPIC:
            return replace(heart, run_chance=ECTOPICS_PER_MIN / heart.bpm / 2.0, run_beats=2.0)
        case _:
            return heart


def _second_breath(who: Who, breath: BreathTraits, rng: Random) -> BreathTraits:
    match who:
        case Who.ANXIOUS:
            return replace(breath, own_per_min=rng.uniform(17.0, 22.0), variation=0.28)
        case Who.NEVER_FOLLOWS:
            return replace(breath, following=Following.NEVER)
        case Who.NEVER_HEARS:
            return replace(breath, following=Following.NEVER, own_per_min=rng.uniform(7.5, 10.0))
        case Who.QUICKER:
            return replace(breath, following=Following.QUICKER)
        case Who.LAPSING:
            return replace(breath, wander_chance=0.2, wander_breaths=rng.uniform(3.0, 6.0))
        case Who.OVER_BREATHER:
            return replace(breath, depth=rng.uniform(1.4, 1.8))
        case _:
            return breath
