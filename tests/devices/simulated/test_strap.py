"""The simulated strap against the true heart it is strapped to."""

from dataclasses import replace
from itertools import pairwise

import pytest

from entrain.control.events import Event, Link, LinkChanged, NotificationArrived
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.devices.simulated.strap import (
    AIR_S,
    INTERVALS_PER_PACKET,
    OUTAGE_S,
    PACKET_S,
    Strap,
    StrapTraits,
)
from entrain.heart.gatt import HeartRateMeasurement

CLEAN = StrapTraits(miss_chance=0.0, extra_chance=0.0, outages_per_min=0.0, jitter_s=0.0, clock_error=0.0)


def run(person: Person, until_s: float) -> tuple[SimulatedHeart, list[Event]]:
    heart = SimulatedHeart(person, keep_truth=True)
    return heart, list(heart.until(until_s, None))


def packets(events: list[Event]) -> list[tuple[float, HeartRateMeasurement]]:
    return [
        (e.t_s, HeartRateMeasurement.from_bytes(e.payload))
        for e in events
        if isinstance(e, NotificationArrived)
    ]


def intervals_of(events: list[Event]) -> list[int]:
    return [ticks for _, m in packets(events) for ticks in m.rr_ticks or ()]


@pytest.mark.parametrize("seed", range(5))
def test_a_clean_strap_sends_the_true_intervals(seed: int) -> None:
    heart, events = run(replace(Person.draw(seed, Kind.ARRHYTHMIC), strap=CLEAN), 300.0)
    assert heart.truth is not None
    sent = intervals_of(events)
    true = [round(b * 1024) - round(a * 1024) for a, b in pairwise(heart.truth.beats_s)]
    at = next(n for n in range(10) if true[n : n + 20] == sent[:20])
    assert sent == true[at : at + len(sent)]
    assert len(true) - at - len(sent) <= 4  # all but what is still on its way


def test_packets_keep_to_their_grid_and_carry_at_most_nine() -> None:
    _, events = run(replace(Person.draw(2), strap=CLEAN), 300.0)
    arrivals = [t_s for t_s, _ in packets(events)]
    steps = [(b - a) / PACKET_S for a, b in pairwise(arrivals)]
    assert all(abs(step - 1.0) <= (AIR_S[1] - AIR_S[0]) / PACKET_S for step in steps)
    assert abs((arrivals[-1] - arrivals[0]) / PACKET_S - (len(arrivals) - 1)) < 0.07
    assert all(len(e.payload) <= 20 for e in events if isinstance(e, NotificationArrived))

    flood = Strap("s", CLEAN, "seed")
    for n in range(400):
        flood.beat(n * 0.05)
    sizes = [len(m.rr_ticks or ()) for _, m in packets(flood.until(15.0))]
    assert max(sizes) == INTERVALS_PER_PACKET


def test_an_interval_is_never_sent_before_its_beat() -> None:
    heart, events = run(replace(Person.draw(11), strap=CLEAN), 120.0)
    assert heart.truth is not None
    true = [round(b * 1024) - round(a * 1024) for a, b in pairwise(heart.truth.beats_s)]
    sent = intervals_of(events)
    at = next(n for n in range(10) if true[n : n + 20] == sent[:20])
    ends = iter(heart.truth.beats_s[at + 1 :])
    for t_s, measurement in packets(events):
        for _ in measurement.rr_ticks or ():
            delay_s = t_s - next(ends)
            assert CLEAN.latency_s < delay_s < CLEAN.latency_s + PACKET_S + AIR_S[1] + 0.01


def test_a_slow_pulse_leaves_some_packets_without_intervals() -> None:
    person = Person.draw(4)
    slow = replace(person, heart=replace(person.heart, base_bpm=45.0), strap=CLEAN)
    empty = [m for _, m in packets(run(slow, 120.0)[1]) if m.rr_ticks is None]
    assert 10 <= len(empty) <= 60


def test_a_rate_only_strap_sends_no_interval_and_a_true_rate() -> None:
    heart, events = run(Person.draw(9, Kind.HEART_RATE_ONLY), 120.0)
    assert heart.truth is not None
    seen = packets(events)
    assert seen
    assert all(m.rr_ticks is None for _, m in seen)
    mean_bpm = sum(m.bpm for _, m in seen) / len(seen)
    assert mean_bpm == pytest.approx(sum(heart.truth.bpm) / len(heart.truth.bpm), abs=1.5)


def test_a_missed_beat_makes_one_of_two_and_an_extra_one_two_of_one() -> None:
    beats = [n * 0.8 for n in range(2000)]
    for traits, expected in (
        (replace(CLEAN, miss_chance=0.05), lambda rr: rr > 1.5 * 0.8 * 1024),
        (replace(CLEAN, extra_chance=0.05), lambda rr: rr < 0.76 * 0.8 * 1024),
    ):
        strap = Strap("s", traits, "x")
        sent: list[int] = []
        for beat_s in beats:
            strap.beat(beat_s)
            sent += intervals_of(strap.until(beat_s))
        odd = sum(expected(rr) for rr in sent)
        assert 0.03 * len(beats) < odd < 0.12 * len(beats)
        # Whatever is missed or counted twice, no time is lost.
        assert sum(sent) == pytest.approx(len(beats) * 0.8 * 1024, abs=4 * 1024)


def test_outages_are_silence_between_lost_and_streaming() -> None:
    _, events = run(Person.draw(21, Kind.NOISY_STRAP), 1800.0)
    links = [e for e in events if isinstance(e, LinkChanged)][5:]
    lost = [e.t_s for e in links if e.link is Link.LOST]
    back = [e.t_s for e in links if e.link is Link.STREAMING]
    assert len(lost) >= 5
    assert [e.link for e in links[:3]] == [Link.LOST, Link.CONNECTING, Link.STREAMING]
    arrivals = [t_s for t_s, _ in packets(events)]
    for lost_s, back_s in zip(lost, back, strict=False):
        assert OUTAGE_S[0] - 1.0 <= back_s - lost_s <= OUTAGE_S[1] - 1.0
        assert not any(lost_s - 1.0 <= t_s < back_s for t_s in arrivals)
        assert any(back_s <= t_s < back_s + 1.2 for t_s in arrivals)


def test_noise_and_outages_are_as_frequent_as_drawn() -> None:
    person = replace(Person.draw(0), strap=replace(CLEAN, outages_per_min=0.6))
    _, events = run(person, 3600.0)
    n_lost = sum(isinstance(e, LinkChanged) and e.link is Link.LOST for e in events)
    assert 20 <= n_lost <= 50
