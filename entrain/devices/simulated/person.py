"""Simulated people: who they are, drawn from a seed. What they do is in `lungs`, `sinus` and `strap`.

Everybody differs; the kinds say in what. Figures without a source are assumptions of this model, chosen so
that pulse, RMSSD and RSA of a drawn crowd lie among those of real recordings (`benchmarks/people.py`).
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import exp
from random import Random
from typing import Final

from entrain.devices.simulated.lungs import LungTraits
from entrain.devices.simulated.sinus import HeartTraits
from entrain.devices.simulated.strap import StrapTraits


class Kind(StrEnum):
    """How a simulated person answers."""

    TYPICAL = "typical"
    # Breathes along well, answers slow breathing with a large RSA and a calmer pulse, and gives in to the
    # tempo a little. The last is against the literature's null and said so: a person a coach may hope for.
    RESPONDER = "responder"
    # Follows half-heartedly, small RSA, no relaxation: whatever is played, the pulse does as it pleases.
    NON_RESPONDER = "non-responder"
    # Means well and drifts off: a lapse every half minute or so.
    LAPSING = "lapsing"
    # One beat in fifteen or so is ectopic.
    ARRHYTHMIC = "arrhythmic"
    # Sends a rate and never an interval, as many watches and arm bands do.
    HEART_RATE_ONLY = "heart-rate-only"
    # Dry electrodes and a poor link: missed beats, extra beats, outages.
    NOISY_STRAP = "noisy-strap"


# How a crowd is mixed when nobody asks for a kind [assumed].
SHARES: Final[tuple[tuple[Kind, float], ...]] = (
    (Kind.TYPICAL, 0.4),
    (Kind.RESPONDER, 0.15),
    (Kind.NON_RESPONDER, 0.15),
    (Kind.LAPSING, 0.1),
    (Kind.ARRHYTHMIC, 0.05),
    (Kind.HEART_RATE_ONLY, 0.05),
    (Kind.NOISY_STRAP, 0.1),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One person with lungs, heart and strap. `seed` also decides everything that will befall them."""

    seed: int
    kind: Kind = Kind.TYPICAL
    lungs: LungTraits = field(default_factory=LungTraits)
    heart: HeartTraits = field(default_factory=HeartTraits)
    strap: StrapTraits = field(default_factory=StrapTraits)

    @staticmethod
    def draw(seed: int, kind: Kind | None = None) -> "Person":
        """Somebody of `kind`; without one, somebody of a mixed crowd. The same seed is the same person."""
        if kind is None:
            kinds, shares = [kind for kind, _ in SHARES], [share for _, share in SHARES]
            kind = Random(f"{seed}/kind").choices(kinds, shares)[0]
        rng = Random(f"{seed}/person")
        person = Person(seed, kind, _lungs(rng), _heart(rng), _strap(rng))
        return _of_kind(person, rng)


def _lungs(rng: Random) -> LungTraits:
    return LungTraits(
        own_per_min=_between(9.5, rng.gauss(15.0, 2.5), 21.0),
        variation=_between(0.05, rng.gauss(0.12, 0.03), 0.2),
        settle_s=rng.uniform(4.0, 15.0),
        follow_per_s=rng.uniform(0.3, 0.7),
        reaction_s=rng.uniform(0.2, 0.5),
        imprecision=rng.uniform(0.015, 0.05),
        lapses_per_min=rng.uniform(0.05, 0.4),
        lapse_s=rng.uniform(6.0, 15.0),
        # Log-normal about 1.18 so that 37.5 % exceed 1.3, where PetCO2 settles at 30 mmHg.
        overbreathing=_between(0.9, 1.18 * exp(0.3 * rng.gauss(0.0, 1.0)), 2.2),
    )


def _heart(rng: Random) -> HeartTraits:
    return HeartTraits(
        base_bpm=_between(52.0, rng.gauss(70.0, 9.0), 95.0),
        wander_bpm=_between(1.0, rng.gauss(2.2, 0.4), 3.5),
        rsa_bpm=_between(3.0, rng.gauss(12.0, 4.0), 22.0),
        resonance_bpm=_between(1.0, rng.gauss(5.0, 2.0), 10.0),
        resonance_per_min=rng.uniform(4.5, 6.5),
        mayer_bpm=_between(0.4, rng.gauss(1.6, 0.5), 3.0),
        mayer_hz=_between(0.08, rng.gauss(0.1, 0.007), 0.12),
        ectopic_chance=rng.choice((0.0, 0.0, 0.0005, 0.002)),
    )


def _strap(rng: Random) -> StrapTraits:
    return StrapTraits(
        reports_contact=rng.random() < 0.5,
        latency_s=rng.uniform(0.3, 0.6),
        miss_chance=rng.uniform(0.0, 0.002),
        extra_chance=rng.uniform(0.0, 0.001),
        outages_per_min=rng.uniform(0.0, 0.06),
        clock_error=rng.gauss(0.0, 15e-6),
        battery_percent=rng.uniform(45.0, 100.0),
    )


def _of_kind(person: Person, rng: Random) -> Person:
    lungs, heart, strap = person.lungs, person.heart, person.strap
    match person.kind:
        case Kind.TYPICAL:
            return person
        case Kind.RESPONDER:
            heart = replace(
                heart,
                rsa_bpm=rng.uniform(13.0, 20.0),
                resonance_bpm=rng.uniform(5.0, 10.0),
                relaxation_bpm=rng.uniform(2.0, 5.0),
                tempo_pull=rng.uniform(0.05, 0.2),
            )
            lungs = replace(lungs, follow_per_s=0.7, lapses_per_min=0.05, imprecision=0.02)
        case Kind.NON_RESPONDER:
            heart = replace(
                heart,
                rsa_bpm=rng.uniform(2.0, 4.0),
                resonance_bpm=rng.uniform(0.5, 1.5),
                relaxation_bpm=0.0,
            )
            lungs = replace(lungs, follow_per_s=0.25, lapses_per_min=0.6, imprecision=0.06)
        case Kind.LAPSING:
            lungs = replace(lungs, lapses_per_min=rng.uniform(1.5, 3.0), lapse_s=rng.uniform(10.0, 20.0))
        case Kind.ARRHYTHMIC:
            heart = replace(heart, ectopic_chance=rng.uniform(0.03, 0.12))
        case Kind.HEART_RATE_ONLY:
            strap = replace(strap, sends_intervals=False)
        case Kind.NOISY_STRAP:
            strap = replace(
                strap,
                jitter_s=0.006,
                miss_chance=rng.uniform(0.01, 0.04),
                extra_chance=rng.uniform(0.005, 0.02),
                outages_per_min=rng.uniform(0.4, 0.9),
                battery_percent=rng.uniform(5.0, 20.0),
            )
    return replace(person, lungs=lungs, heart=heart, strap=strap)


def _between(low: float, x: float, high: float) -> float:
    return min(high, max(low, x))
