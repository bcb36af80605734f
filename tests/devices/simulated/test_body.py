"""The simulated body does what the literature says of real ones, and nothing it was not asked for."""

from cmath import exp as cexp
from cmath import phase
from dataclasses import replace
from itertools import pairwise
from math import exp, log2, pi, sin
from random import Random
from statistics import fmean, median, pstdev

import pytest

from entrain.devices.simulated.heart import STEP_S, SimulatedHeart, Truth
from entrain.devices.simulated.lungs import LOW_PETCO2_MMHG, Breathing, Lungs, LungTraits
from entrain.devices.simulated.person import Kind, Person
from entrain.devices.simulated.sinus import HeartTraits, Resonator, Sinus
from entrain.score import Score
from tests.devices.simulated.guidance import beat_only, paced

STILL = HeartTraits(wander_bpm=0.0, mayer_bpm=0.0, relaxation_bpm=0.0, ectopic_chance=0.0)
ATTENTIVE = LungTraits(settle_s=5.0, lapses_per_min=0.0, imprecision=0.0, overbreathing=1.0)


def truth(person: Person, score: Score | None, until_s: float) -> Truth:
    heart = SimulatedHeart(person, keep_truth=True)
    heart.until(until_s, score)
    assert heart.truth is not None
    return heart.truth


def swing_bpm(t: Truth, from_s: float) -> float:
    """Peak to trough of the rate, mean over breaths from `from_s` on."""
    breaths: dict[int, list[float]] = {}
    for n in range(round(from_s / STEP_S), len(t.bpm)):
        breaths.setdefault(int(t.breathing[n].phase), []).append(t.bpm[n])
    return fmean(max(x) - min(x) for x in list(breaths.values())[1:-1])


# ---- breathing ---------------------------------------------------------------------------------------------


def test_left_alone_one_breathes_at_ones_own_rate_and_varies() -> None:
    breathing = truth(Person(seed=1), None, 1200.0).breathing
    per_min = breathing[-1].phase - breathing[0].phase
    assert per_min / 20.0 == pytest.approx(15.0, rel=0.05)
    starts = [n for n, (a, b) in enumerate(pairwise(breathing)) if int(b.phase) > int(a.phase)]
    lengths = [(b - a) * STEP_S for a, b in pairwise(starts)]
    assert pstdev(lengths) / fmean(lengths) == pytest.approx(0.12, abs=0.04)


@pytest.mark.parametrize("per_min", [4.5, 6.0, 9.0, 12.0])
def test_a_pacer_is_followed_in_rate_and_phase(per_min: float) -> None:
    score = paced(per_min, 30.0)
    breathing = truth(Person(seed=2, lungs=ATTENTIVE), score, 240.0).breathing
    for n in range(round(90.0 / STEP_S), len(breathing)):
        moment = score.breath_at((n + 1) * STEP_S)
        assert moment is not None
        behind = (moment.fraction - breathing[n].phase + 0.5) % 1.0 - 0.5
        assert abs(behind) < 0.15  # a reaction time and a little
        assert breathing[n].following


def test_nobody_follows_what_cannot_be_heard() -> None:
    silent = replace(paced(6.0), presence=paced(6.0).presence.changed(60.0, 0.0, 1.0))
    breathing = truth(Person(seed=3, lungs=ATTENTIVE), silent, 300.0).breathing
    assert any(b.following for b in breathing[: round(60 / STEP_S)])
    quiet = breathing[round(62 / STEP_S) :]
    assert not any(b.following for b in quiet)
    settled = breathing[round(120 / STEP_S) :]
    assert (settled[-1].phase - settled[0].phase) / 3.0 == pytest.approx(15.0, rel=0.1)


def test_lapses_take_the_share_of_time_that_was_drawn() -> None:
    lungs = replace(ATTENTIVE, lapses_per_min=2.0, lapse_s=15.0)
    breathing = truth(Person(seed=4, lungs=lungs), paced(6.0), 3600.0).breathing
    share = fmean(b.following for b in breathing)
    # Half a minute of attention, a quarter of a minute without.
    assert share == pytest.approx(30.0 / 45.0, abs=0.08)
    assert not any(
        b.following
        for b in truth(Person(seed=4, lungs=replace(lungs, follow_per_s=0.0)), paced(6.0), 60.0).breathing
    )


def test_the_breath_never_jumps_or_runs_backwards() -> None:
    for seed in range(10):
        breathing = truth(Person.draw(seed, Kind.LAPSING), paced(5.0, 20.0), 300.0).breathing
        for a, b in pairwise(breathing):
            assert 0.0 < b.phase - a.phase < 0.16
            assert abs(b.volume - a.volume) < 0.45


def test_as_many_blow_off_too_much_as_in_the_trial() -> None:
    """PLoS ONE 0218550: on their first day at 6/min 37.5 % of 16 fell below 30 mmHg."""
    low = 0
    for seed in range(60):
        lungs = Lungs(Person.draw(seed, Kind.TYPICAL).lungs, STEP_S, Random(seed))
        breathing = lungs.run(0.0, round(420.0 / STEP_S), paced(6.0))
        low += min(b.petco2_mmhg for b in breathing) < LOW_PETCO2_MMHG
    assert 0.25 <= low / 60 <= 0.5
    resting = truth(Person.draw(1, Kind.TYPICAL), None, 300.0).breathing
    assert min(b.petco2_mmhg for b in resting) > 36.0


# ---- the pulse ---------------------------------------------------------------------------------------------


def test_a_tempo_alone_moves_nobody_by_default() -> None:
    """The literature's null: without a breath to follow, no tempo changes a single beat."""
    for kind in (Kind.TYPICAL, Kind.NON_RESPONDER, Kind.ARRHYTHMIC, Kind.NOISY_STRAP, Kind.LAPSING):
        person = Person.draw(8, kind)
        assert person.heart.tempo_pull == person.heart.phase_pull_rad_per_s == 0.0
        silence = truth(person, None, 120.0).beats_s
        assert truth(person, beat_only(50.0), 120.0).beats_s == silence


def test_a_pull_where_asked_for_moves_the_pulse_towards_the_tempo() -> None:
    person = Person(seed=6, heart=replace(STILL, rsa_bpm=0.0, resonance_bpm=0.0, tempo_pull=0.5))
    bpm = truth(person, beat_only(60.0), 300.0).bpm
    # HR = base + k (tempo - HR): with k = 0.5 a third of the way from 70 to 60.
    assert bpm[-1] == pytest.approx(70.0 - 10.0 / 3.0, abs=0.05)


def test_a_phase_pull_where_asked_for_locks_the_beats() -> None:
    heart = replace(STILL, rsa_bpm=0.0, resonance_bpm=0.0, phase_pull_rad_per_s=0.5)
    score = beat_only(71.0)
    beats_s = truth(Person(seed=7, heart=heart), score, 300.0).beats_s
    late = [score.tempo.phase_at(t_s) % 1.0 for t_s in beats_s if t_s > 120.0]
    assert max(late) - min(late) < 0.01
    # Locked where kappa sin(difference) makes up for 1 bpm.
    assert sin(2 * pi * late[-1]) == pytest.approx(2 * pi / 60.0 / 0.5, rel=0.05)


def test_rsa_grows_as_breathing_slows_and_has_a_plateau() -> None:
    """Hirsch & Bishop 1981: corner at 7.2/min, about 20 dB/decade above, flat below."""
    heart = replace(STILL, rsa_bpm=16.0, resonance_bpm=0.0)
    person = Person(seed=1, lungs=ATTENTIVE, heart=heart)
    swing = {rate: swing_bpm(truth(person, paced(rate), 300.0), 60.0) for rate in (4.0, 7.2, 14.4, 28.8)}
    assert swing[4.0] == pytest.approx(16.0, rel=0.15)
    assert swing[7.2] == pytest.approx(16.0 / 2**0.5, rel=0.1)
    assert log2(swing[14.4] / swing[28.8]) == pytest.approx(1.0, abs=0.25)


def test_the_resonance_is_greatest_at_ones_own_frequency() -> None:
    for own in (4.8, 6.2):
        heart = replace(STILL, rsa_bpm=0.0, resonance_bpm=10.0, resonance_per_min=own)
        person = Person(seed=1, lungs=ATTENTIVE, heart=heart)
        swings = {r: swing_bpm(truth(person, paced(r), 400.0), 100.0) for r in (3.0, 4.8, 6.2, 9.0, 14.0)}
        assert max(swings, key=swings.__getitem__) == own
        assert swings[own] == pytest.approx(10.0, rel=0.15)


def test_the_resonator_is_the_transfer_function_of_its_docstring() -> None:
    hz, q = 0.09, 1.6
    resonator = Resonator(hz, q, STEP_S)
    impulse = resonator.run([1.0, *[0.0] * 4000])
    for f_hz in (0.03, 0.09, 0.2):
        got = sum(x * cexp(complex(0, -2 * pi * f_hz * n * STEP_S)) for n, x in enumerate(impulse))
        s, w = complex(0, 2 * pi * f_hz), 2 * pi * hz
        expected = (w / q) * s / (s * s + (w / q) * s + w * w)
        assert abs(got) == pytest.approx(abs(expected), rel=0.02)
        assert phase(got / expected) == pytest.approx(0.0, abs=0.05)


def test_the_pulse_wanders_as_much_as_it_should() -> None:
    heart = HeartTraits(rsa_bpm=0.0, resonance_bpm=0.0, mayer_bpm=0.0, relaxation_bpm=0.0)
    bpm = truth(Person(seed=12, heart=heart), None, 7200.0).bpm
    assert pstdev(bpm) == pytest.approx(2.2, rel=0.2)
    mayer = replace(heart, wander_bpm=0.0, mayer_bpm=1.6)
    assert pstdev(truth(Person(seed=13, heart=mayer), None, 3600.0).bpm) == pytest.approx(1.6, rel=0.2)


def test_slow_breathing_relaxes_within_minutes_and_only_then() -> None:
    heart = replace(STILL, rsa_bpm=0.0, resonance_bpm=0.0, relaxation_bpm=3.0)
    person = Person(seed=1, lungs=ATTENTIVE, heart=heart)
    assert truth(person, None, 600.0).bpm[-1] == pytest.approx(70.0, abs=0.01)
    slow = truth(person, paced(6.0), 600.0).bpm
    assert slow[-1] == pytest.approx(67.0, abs=0.1)
    assert slow[round(120.0 / STEP_S)] == pytest.approx(70.0 - 3.0 * (1 - exp(-0.9)), abs=0.3)


def test_ectopic_beats_are_early_and_mostly_paid_back() -> None:
    sinus = Sinus(replace(STILL, rsa_bpm=0.0, resonance_bpm=0.0, ectopic_chance=0.1), STEP_S, Random(5))
    still = [Breathing(0.0, 0.0, 15.0, 39.0, following=False)] * round(1200 / STEP_S)
    beats_s, ectopics_s, _ = sinus.run(0.0, still, None)
    beats = [(beat_s, beat_s in ectopics_s) for beat_s in beats_s]
    whole_s = 60.0 / 70.0
    paid_back = reset = 0
    for (a, before), (b, ectopic), (c, after) in zip(beats, beats[1:], beats[2:], strict=False):
        if before or not ectopic or after:
            continue
        assert 0.5 * whole_s < b - a < 0.85 * whole_s
        if abs(c - a - 2 * whole_s) < 0.01:
            paid_back += 1
        elif abs(c - b - whole_s) < 0.01:
            reset += 1
    assert paid_back > reset > 5
    assert median([b - a for (a, _), (b, _) in pairwise(beats)]) == pytest.approx(whole_s, rel=0.01)


def test_kinds_differ_in_what_they_are_named_for() -> None:
    def swings(kind: Kind) -> float:
        return median(swing_bpm(truth(Person.draw(s, kind), paced(6.0), 180.0), 60.0) for s in range(8))

    assert swings(Kind.RESPONDER) > 1.5 * swings(Kind.NON_RESPONDER)
    arrhythmic = truth(Person.draw(1, Kind.ARRHYTHMIC), None, 600.0)
    assert 0.02 < len(arrhythmic.ectopics_s) / len(arrhythmic.beats_s) < 0.15
    lapsing, typical = (
        fmean(b.following for b in truth(Person.draw(5, kind), paced(6.0), 900.0).breathing)
        for kind in (Kind.LAPSING, Kind.TYPICAL)
    )
    assert lapsing < typical - 0.1
    assert {Person.draw(seed).kind for seed in range(300)} == set(Kind)
