"""The second simulator lies where real people do, and its resonance comes of its loop alone."""

from dataclasses import replace

import numpy as np

from entrain.cohort.second.heart import SecondPerson
from tests.devices.simulated.guidance import paced

RATES_PER_MIN = (3.5, 4.5, 5.5, 6.5, 8.0)


def quiet(person: SecondPerson) -> SecondPerson:
    """The same loop without chance."""
    return replace(
        person,
        breath=replace(person.breath, motor_error=0.0, wander_chance=0.0, depth=1.1),
        circulation=replace(
            person.circulation, wander_ms=0.0, resistance_noise=0.0, trend_bpm=0.0, run_chance=0.0
        ),
    )


def swing_bpm(person: SecondPerson, per_min: float) -> float:
    heart = person.heart(keep_truth=True)
    heart.live(300.0, paced(per_min))
    assert heart.truth is not None
    settled = np.array(heart.truth.bpm[480:])
    return float(np.percentile(settled, 97) - np.percentile(settled, 3))


def test_at_rest_they_are_like_real_people() -> None:
    rmssd_ms, pulse = list[float](), list[float]()
    for seed in range(16):
        heart = SecondPerson.draw(seed).heart(keep_truth=True)
        heart.live(300.0, None)
        assert heart.truth is not None
        rr_ms = np.diff(heart.truth.beats_s) * 1000.0
        steps = np.diff(rr_ms)
        rmssd_ms.append(float(np.sqrt(np.mean(steps[np.abs(steps) < 250.0] ** 2))))
        pulse.append(60_000.0 / float(np.mean(rr_ms)))
    assert 25.0 < float(np.median(rmssd_ms)) < 60.0  # Nunan 2010: 42 (19 to 75) ms in healthy adults
    assert 60.0 < float(np.median(pulse)) < 76.0


def test_the_delay_of_the_vessels_makes_the_resonance() -> None:
    def best(delay_s: float, gain: float) -> tuple[float, float]:
        person = quiet(SecondPerson(1))
        person = replace(
            person,
            circulation=replace(person.circulation, vessels_delay_s=delay_s, vessels_per_mmhg=gain),
        )
        swings = [swing_bpm(person, rate) for rate in RATES_PER_MIN]
        return RATES_PER_MIN[int(np.argmax(swings))], max(swings) / swings[-1]

    soon, late = best(1.2, 0.025), best(2.2, 0.025)
    assert soon[0] > late[0]
    assert late[1] > best(2.2, 0.005)[1]  # a stronger loop is a sharper one
