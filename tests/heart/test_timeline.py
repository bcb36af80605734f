"""Beat times from the chain: accurate, in order, and never a beat twice or out of nothing."""

from itertools import pairwise
from random import Random
from statistics import pstdev

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
    chain_errors, arrival_errors = [], []
    for seed in range(10):
        timeline = Timeline()
        for arrival_s, rr, true_s in late_packets(seed, 600, stall=0.01):
            timeline, placed, was_broken = advance(timeline, arrival_s, rr)
            assert not was_broken
            if arrival_s > 60:
                chain_errors += [beat.t_s - t for beat, t in zip(placed, true_s, strict=True)]
                arrival_errors += [arrival_s - t for t in true_s]
    assert pstdev(chain_errors) < 0.02
    assert pstdev(arrival_errors) > 0.25


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
    assert segments == [0, 0, 0, 1, 1, 1]


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
    assert min(gaps) >= 0.74
    assert times[-1] == 29.02
