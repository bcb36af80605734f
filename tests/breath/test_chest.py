"""The breath felt on the chest: tilts of every direction, dead axes, movements, sways, a pacer."""

from math import cos, pi, radians, sin
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.breath.chest import WINDOW_S, ChestBreath, ChestTrace, breath_at, fused, with_samples
from entrain.breath.estimate import BreathEstimate, BreathSource, InStep

HZ = 25
LENGTH_S = round(WINDOW_S) + 4
SILENT = BreathEstimate(float(LENGTH_S), None, None, 0.0, InStep.NO_PACER)


def chest(
    per_min: float,
    *,
    tilt_deg: float = 1.0,
    down: tuple[float, float, float] = (0.0, -1000.0, 0.0),
    across: tuple[float, float, float] = (0.0, 0.0, 1.0),
    noise_mg: float = 1.5,
    dead: int | None = None,
    moved_deg: float = 0.0,
    seed: int = 1,
) -> ChestTrace:
    """Breathing that tips gravity `down` towards `across`, peak to trough, and a movement on the way."""
    rng, trace = Random(seed), ChestTrace()
    for second in range(LENGTH_S):
        times_s = [second + (k + 1) / HZ for k in range(HZ)]
        samples: list[list[float]] = []
        for t_s in times_s:
            turn = radians(
                0.5 * tilt_deg * sin(2 * pi * per_min / 60 * t_s) + moved_deg * (t_s > 0.55 * LENGTH_S)
            )
            sample = [
                d + 1000.0 * turn * a + rng.gauss(0.0, noise_mg) for d, a in zip(down, across, strict=True)
            ]
            if dead is not None:
                sample[dead] = -2000.0
            samples.append(sample)
        trace = with_samples(trace, times_s, samples)
    return trace


def seen(trace: ChestTrace, heart: BreathEstimate = SILENT) -> BreathEstimate:
    found = breath_at(trace, float(LENGTH_S))
    assert found is not None
    return fused(found, heart, None)


@settings(max_examples=25, deadline=None)
@given(st.floats(5, 28), st.floats(0, 2 * pi), st.floats(0.8, 3), st.integers(0, 99))
def test_any_rate_in_any_direction(per_min: float, direction: float, tilt_deg: float, seed: int) -> None:
    across = (cos(direction), 0.0, sin(direction))
    found = breath_at(chest(per_min, across=across, tilt_deg=tilt_deg, seed=seed), float(LENGTH_S))
    assert found is not None
    assert found.counted_per_min == pytest.approx(per_min, abs=0.35)
    assert found.peak_per_min == pytest.approx(per_min, abs=0.5)


@pytest.mark.parametrize("dead", [0, 1, 2])
def test_a_dead_axis_drops_out(dead: int) -> None:
    across = (0.6, 0.0, 0.6)
    found = seen(chest(14.0, across=across, dead=dead))
    assert found.rate_per_min == pytest.approx(14.0, abs=0.3)
    assert found.source is BreathSource.CHEST


def test_a_new_posture_leaves_no_step_behind() -> None:
    assert seen(chest(12.0, moved_deg=15.0)).rate_per_min == pytest.approx(12.0, abs=0.5)


def test_what_does_not_move_shows_no_breath() -> None:
    still = chest(12.0, tilt_deg=0.0, noise_mg=0.0)
    assert breath_at(still, float(LENGTH_S)) is None
    noise = breath_at(chest(12.0, tilt_deg=0.0), float(LENGTH_S))
    assert noise is not None
    assert fused(noise, SILENT, None).rate_per_min is None


def test_nothing_is_said_of_what_is_old_or_too_short() -> None:
    trace = chest(12.0)
    assert breath_at(trace, LENGTH_S + 10.0) is None
    short = with_samples(ChestTrace(), [k / HZ for k in range(250)], [(0.0, 0.0, 1.0)] * 250)
    assert breath_at(short, 10.0) is None


def test_a_slow_small_wave_may_be_a_sway_and_is_believed_with_the_heart_alone() -> None:
    sway = chest(6.0, tilt_deg=0.4)
    assert seen(sway).rate_per_min is None
    heart = BreathEstimate(float(LENGTH_S), 6.2, 30.0, 0.8, InStep.NO_PACER)
    found = seen(sway, heart)
    assert found.rate_per_min == pytest.approx(6.0, abs=0.3)
    assert found.source is BreathSource.BOTH


def test_a_heart_that_says_otherwise_does_not_outvote_two_ways_of_the_chest() -> None:
    heart = BreathEstimate(float(LENGTH_S), 6.0, 30.0, 0.8, InStep.NO_PACER)
    assert seen(chest(15.0), heart).rate_per_min == pytest.approx(15.0, abs=0.3)


def _pacer(per_min: float, late: float = 0.0):
    return lambda t_s: ((t_s * per_min / 60.0 + late) % 1.0, per_min)


@pytest.mark.parametrize(
    ("own", "paced", "said"), [(6.0, 6.0, InStep.YES), (14.0, 6.0, InStep.NO), (6.9, 6.0, InStep.NO)]
)
def test_in_step_is_of_one_rate_and_one_moment(own: float, paced: float, said: InStep) -> None:
    found = breath_at(chest(own, tilt_deg=2.0), float(LENGTH_S))
    assert isinstance(found, ChestBreath)
    assert fused(found, SILENT, _pacer(paced, 0.3)).in_step is said


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 47), max_size=8, unique=True), st.integers(0, 50))
def test_lost_seconds_are_survived(lost: list[int], seed: int) -> None:
    whole, trace = Random(seed), ChestTrace()
    for second in range(LENGTH_S):
        if second not in lost:
            times_s = [second + (k + 1) / HZ for k in range(HZ)]
            samples = [(8.0 * sin(2 * pi * t_s / 5.0) + whole.gauss(0, 1), 0.0, 1000.0) for t_s in times_s]
            trace = with_samples(trace, times_s, samples)
    found = breath_at(trace, float(LENGTH_S))
    if found is not None:
        assert found.counted_per_min == pytest.approx(12.0, abs=2.5)
