"""The strap's clock on the session's: rate, offset, lost frames, a clock that begins anew."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.heart.pmd.clock import NS_PER_S, DeviceClock, PlacedFrame, placed

BEGAN_NS = 599616000000000000  # where an H10 begins that nobody told the time


def stream(
    n_frames: int,
    *,
    n: int = 36,
    hz: float = 25.0,
    drift: float = 0.0,
    lost: frozenset[int] = frozenset(),
    jitter_s: float = 0.08,
    seed: int = 1,
) -> list[tuple[float, PlacedFrame]]:
    """(true time of the last sample, where it was placed) of each frame; the strap is `drift` off."""
    rng, clock, out = Random(seed), DeviceClock(), list[tuple[float, PlacedFrame]]()
    for k in range(1, n_frames + 1):
        true_s = 3.0 + k * n / hz
        arrival_s = true_s + 0.03 + rng.random() ** 3 * jitter_s
        if k not in lost:
            ns = BEGAN_NS + round(true_s * (1.0 + drift) * NS_PER_S)
            clock, frame = placed(clock, arrival_s, ns, n, 25.0)
            assert frame is not None
            out.append((true_s, frame))
    return out


@given(st.integers(0, 1000), st.floats(-100e-6, 100e-6), st.floats(24.5, 25.5))
def test_samples_lie_where_they_were_taken(seed: int, drift: float, hz: float) -> None:
    found = stream(120, hz=hz, drift=drift, seed=seed)
    errors_s = [frame.last_t_s - true_s for true_s, frame in found[20:]]
    assert max(errors_s) - min(errors_s) < 0.02, "what is constant is the least delay of the radio"
    assert min(errors_s) >= 0.0
    assert max(errors_s) < 0.06
    for _, frame in found[5:]:
        assert frame.spacing_s == pytest.approx(1.0 / hz, rel=0.06)


@given(st.integers(0, 1000), st.frozensets(st.integers(3, 60), max_size=12))
def test_time_never_runs_back_whatever_is_lost(seed: int, lost: frozenset[int]) -> None:
    times_s = [t_s for _, frame in stream(80, lost=lost, seed=seed) for t_s in frame.times_s()]
    assert all(a < b for a, b in pairwise(times_s))


def test_a_lost_frame_is_a_gap_and_not_a_slower_rate() -> None:
    frames = [frame for _, frame in stream(20, lost=frozenset({8, 9, 14}), jitter_s=0.0)]
    assert [k for k, frame in enumerate(frames) if not frame.follows] == [0, 7, 11]
    assert all(frame.spacing_s == pytest.approx(0.04, rel=1e-6) for frame in frames)


def test_the_rate_is_the_straps_own_where_another_program_chose_it() -> None:
    frames = [frame for _, frame in stream(12, hz=200.0, jitter_s=0.0)]
    assert all(frame.spacing_s == pytest.approx(0.005, rel=1e-6) for frame in frames[1:])


def test_a_clock_that_begins_anew_begins_a_run() -> None:
    clock, first = placed(DeviceClock(), 10.0, BEGAN_NS + 5 * NS_PER_S, 36, 25.0)
    clock, again = placed(clock, 60.0, BEGAN_NS, 36, 25.0)
    assert first is not None
    assert again is not None
    assert (first.run, again.run, again.last_t_s, again.follows) == (0, 1, 60.0, False)


def test_a_frame_seen_already_is_left_out() -> None:
    clock, _ = placed(DeviceClock(), 10.0, BEGAN_NS, 36, 25.0)
    assert placed(clock, 10.01, BEGAN_NS, 36, 25.0) == (clock, None)
