"""Beat times from the chain: accurate, in order, and never a beat twice or out of nothing."""

from itertools import pairwise
from random import Random
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.heart.timeline import Timeline, advance, broken
from tests.support.hearts import beats, with_rsa


def late_packets(seed: int, until_s: float, stall: float) -> list[tuple[float, tuple[int, ...], list[float]]]:
    """(arrival, intervals, true beat times): a second's grid, radio jitter, and stalls that end in bursts."""
    random = Random(seed)
    coming = iter(beats(with_rsa(70), until_s + 5))
    beat = next(coming)
    out, last_s, grid_s = [], 0.0, 0.0
    while grid_s < until_s:
        grid_s += 1.0
        rr, true_s = [], []
        while beat[0] + 0.25 <= grid_s:
            rr.append(beat[1])
            true_s.append(beat[0])
            beat = next(coming)
        delay_s = random.uniform(0.002, 0.045) + (random.uniform(0.3, 2.5) if random.random() < stall else 0)
        last_s = max(last_s + 1e-4, grid_s + delay_s)
        out.append((last_s, tuple(rr), true_s))
    return out


def test_beat_times_are_far_steadier_than_arrivals() -> None:
    chain_errors, arrival_errors, n_broken, n_packets = [], [], 0, 0
    for seed in range(10):
        timeline = Timeline()
        for arrival_s, rr, true_s in late_packets(seed, 600, stall=0.01):
            timeline, placed, was_broken = advance(timeline, arrival_s, rr)
            n_broken, n_packets = n_broken + was_broken, n_packets + 1
            if arrival_s > 60:
                chain_errors += [beat.t_s - t for beat, t in zip(placed, true_s, strict=True)]
                arrival_errors += [arrival_s - t for t in true_s]
    assert pstdev(chain_errors) < 0.05
    assert pstdev(arrival_errors) > 0.25
    # Held up by just a slot or two, a packet cannot be told from the one behind a lost one.
    assert n_broken / n_packets < 0.002


def pulse_with_wander(seed: int, bpm: float) -> list[tuple[float, int]]:
    random, drift = Random(seed), [0.0]
    for _ in range(700):
        drift.append(0.975 * drift[-1] + random.gauss(0, 0.5))
    swing = with_rsa(bpm, 4, 13)
    return beats(lambda t_s: swing(t_s) + drift[int(t_s)], 600)


def sent(seed: int, bpm: float, loss: float = 0.0) -> list[tuple[float, tuple[int, ...], list[float]]]:
    """On a grid of .99 s, known after a constant latency, 2 to 45 ms in the air; some never arrive."""
    random, out = Random(seed), []
    latency_s = random.uniform(0.4, 2.6)
    grid_s, coming = random.uniform(0, 1), pulse_with_wander(seed, bpm)
    while coming:
        grid_s += 0.99
        ready = [beat for beat in coming if beat[0] + latency_s <= grid_s]
        coming = coming[len(ready) :]
        arrival_s = grid_s + random.uniform(0.002, 0.045)
        if random.random() >= loss:
            out.append((arrival_s, tuple(ticks for _, ticks in ready), [t_s for t_s, _ in ready]))
    return out


@pytest.mark.parametrize("bpm", [50, 60, 70, 90, 120])
def test_the_send_grid_bounds_beat_times_from_both_sides(bpm: float) -> None:
    settled = []
    for seed in range(3):
        timeline, errors = Timeline(), []
        for arrival_s, rr, true_s in sent(seed, bpm):
            timeline, placed, was_broken = advance(timeline, arrival_s, rr)
            assert not was_broken
            errors += [beat.t_s - t for beat, t in zip(placed, true_s, strict=True)]
        settled.append(pstdev(errors[100:]))
    assert fmean(settled) < 0.015
    assert max(settled) < 0.03


@pytest.mark.parametrize("bpm", [50, 70, 120])
def test_what_is_lost_unnoticed_breaks_the_chain_and_joins_no_strangers(bpm: float) -> None:
    spreads = []
    for seed in range(4):
        timeline, errors, told = Timeline(), [], []
        for arrival_s, rr, true_s in sent(seed, bpm, loss=0.01):
            timeline, placed, _ = advance(timeline, arrival_s, rr)
            errors += [beat.t_s - t for beat, t in zip(placed, true_s, strict=True)]
            told += [(beat, t) for beat, t in zip(placed, true_s, strict=True)]
        spreads.append(pstdev(errors[60:]))
        for (before, before_s), (after, after_s) in pairwise(told):
            if before.segment == after.segment:
                assert abs(after_s - before_s - after.rr.seconds) < 0.01, "strangers were joined"
    assert fmean(spreads) < 0.06


def test_a_strap_that_sends_with_each_beat_has_no_grid() -> None:
    """Its arrivals are its beats: the smallest delay is the offset, and nothing is ever missing."""
    random, timeline, errors = Random(1), Timeline(), []
    for t_s, ticks in pulse_with_wander(1, 65):
        timeline, placed, was_broken = advance(timeline, t_s + random.uniform(0.002, 0.03), (ticks,))
        assert not was_broken
        errors.append(placed[0].t_s - t_s)
    assert timeline.grid.is_unknowable
    assert pstdev(errors[30:]) < 0.01


def test_a_missing_packet_without_room_for_a_beat_breaks_nothing() -> None:
    """At a slow pulse packets without intervals are normal, and losing one of those loses no beat."""
    timeline = Timeline()
    for n in range(60):  # a beat each 1.5 s, sent each second: two packets of three carry one
        if n != 47:
            rr = (1536,) if n % 3 != 2 else ()
            timeline, _, was_broken = advance(timeline, n + 0.5, rr)
            assert not was_broken


@given(st.integers(0, 2**32), st.floats(0, 0.3))
def test_beats_are_in_order_and_counted_once(seed: int, stall: float) -> None:
    timeline, times, numbers = Timeline(), [], []
    n_sent = 0
    for arrival_s, rr, _ in late_packets(seed, 60, stall):
        timeline, placed, _ = advance(timeline, arrival_s, rr)
        n_sent += len(rr)
        times += [beat.t_s for beat in placed]
        numbers += [beat.n for beat in placed]
    assert numbers == list(range(n_sent))
    assert all(a < b for a, b in pairwise(times))


def test_a_packet_without_intervals_breaks_nothing() -> None:
    timeline, _, _ = advance(Timeline(), 1.0, (1024,))
    timeline, placed, was_broken = advance(timeline, 2.0, ())
    assert (placed, was_broken) == ((), False)
    _, placed, was_broken = advance(timeline, 3.0, (1024, 1024))
    assert (len(placed), was_broken, placed[0].segment) == (2, False, 0)


def test_equal_intervals_are_not_repeats() -> None:
    timeline = Timeline()
    for second in range(1, 30):
        timeline, placed, _ = advance(timeline, float(second), (1024,))
        assert len(placed) == 1
    assert timeline.n_beats == 29


def test_a_burst_after_a_stall_keeps_the_chain() -> None:
    timeline = Timeline()
    for second in range(1, 20):
        timeline, _, _ = advance(timeline, float(second), (1024,))
    timeline, placed, was_broken = advance(timeline, 28.0, (1024,) * 9)
    assert (len(placed), was_broken) == (9, False)
    assert [round(beat.t_s, 6) for beat in placed] == [float(t) for t in range(20, 29)]


def test_beats_lost_on_air_begin_a_new_segment() -> None:
    timeline = Timeline()
    for second in range(1, 20):
        timeline, _, _ = advance(timeline, float(second), (1024,))
    segments = []
    for second in range(30, 36):  # ten seconds and their beats never came
        timeline, placed, _ = advance(timeline, float(second), (1024,))
        segments += [beat.segment for beat in placed]
    assert segments == [1] * 6


def test_a_lost_link_begins_a_new_segment_and_keeps_counting() -> None:
    timeline, _, _ = advance(Timeline(), 1.0, (1000, 1000))
    timeline, placed, _ = advance(broken(timeline), 9.0, (1000,))
    assert (placed[0].segment, placed[0].n) == (1, 2)
    assert broken(Timeline()) == Timeline()


def test_a_better_offset_is_taken_up_gently() -> None:
    """The first packet was late by a second; later ones tell, and beats move earlier without crowding."""
    timeline, times = Timeline(), []
    for second in range(1, 30):
        arrival_s = second + (1.0 if second == 1 else 0.02)
        timeline, placed, _ = advance(timeline, arrival_s, (1024,))
        times += [beat.t_s for beat in placed]
    gaps = [b - a for a, b in pairwise(times)]
    assert min(gaps) >= 0.39
    assert 28.5 < times[-1] <= 29.02


def seconds(bpm: float, until_s: int) -> list[tuple[int, ...]]:
    """What a strap sends at each second, from the first on."""
    coming, out = beats(lambda _: bpm, until_s), list[tuple[int, ...]]()
    for second in range(1, until_s + 1):
        out.append(tuple(ticks for t_s, ticks in coming if second - 1 < t_s <= second))
    return out


def broken_at(sent: list[tuple[int, ...]]) -> list[int]:
    timeline, out = Timeline(), list[int]()
    for second, rr in enumerate(sent, 1):
        timeline, _, was_broken = advance(timeline, float(second), rr)
        out += [second] * was_broken
    return out


@pytest.mark.parametrize(("n_left_out", "expected"), [(0, []), (1, []), (2, [34])])
def test_intervals_that_a_strap_leaves_out_break_the_chain_after_three_seconds(
    n_left_out: int, expected: list[int]
) -> None:
    """All packets come. One interval of .86 s is within the slack of 1.25 s, two are not."""
    sent = seconds(70, 60)
    for second in range(30, 30 + n_left_out):
        sent[second - 1] = sent[second - 1][1:]
    assert broken_at(sent) == expected


@pytest.mark.parametrize(("added", "expected"), [((), []), ((870,), []), ((870, 870), [30])])
def test_intervals_too_many_break_the_chain_at_once(added: tuple[int, ...], expected: list[int]) -> None:
    sent = seconds(76, 60)
    sent[29] += added
    assert broken_at(sent) == expected
