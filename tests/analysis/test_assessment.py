"""The assessment finds a peak that is there, and says so where there is none."""

from collections.abc import Callable
from math import exp, pi, sin
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.analysis.assessment import assess, swing
from entrain.analysis.series import NNSeries

RATES = (6.5, 6.0, 5.5, 5.0, 4.5)


def stage(rate: float, swing_bpm: float, noise_bpm: float, rng: Random, for_s: float = 120.0):
    """A heart that swings by so much at just the paced rate, with noise from beat to beat."""
    t_s, nn_ms, times = 0.0, [], []
    while t_s < for_s:
        bpm = 68.0 + 0.5 * swing_bpm * sin(2.0 * pi * rate / 60.0 * t_s) + rng.gauss(0.0, noise_bpm)
        nn_ms.append(60_000.0 / bpm)
        t_s += nn_ms[-1] / 1000.0
        times.append(t_s)
    return NNSeries.of(nn_ms, times), np.arange(0.0, for_s + 1e-6, 60.0 / rate)


def protocol(swing_at: Callable[[float], float], noise_bpm: float, seed: int):
    rng = Random(seed)
    return [stage(rate, swing_at(rate), noise_bpm, rng) for rate in RATES]


@settings(max_examples=15, deadline=None)
@given(st.floats(5.0, 6.0), st.integers(0, 999))
def test_a_peak_is_found(peak: float, seed: int) -> None:
    found = assess(protocol(lambda rate: 14.0 * exp(-(((rate - peak) / 0.9) ** 2)), 1.0, seed))
    assert found.resonance_per_min == pytest.approx(peak, abs=0.2)
    assert found.confidence > 0.9
    top = max(found.curve, key=lambda point: point[1])[0]
    assert top == pytest.approx(found.resonance_per_min, abs=0.06)


@pytest.mark.parametrize("slope", [-4.0, -1.5, 0.0, 1.5, 4.0])
def test_the_slower_the_more_and_all_alike_are_seldom_taken_for_a_peak(slope: float) -> None:
    """Noise makes a peak now and then; one in twenty is what the criteria allow."""
    found = [assess(protocol(lambda rate: 12.0 + slope * (rate - 5.5), 1.5, seed)) for seed in range(40)]
    assert sum(one.is_clear for one in found) <= 3


def test_no_swing_at_all_is_seldom_taken_for_a_peak() -> None:
    clear = sum(assess(protocol(lambda _: 0.0, 3.0, seed)).is_clear for seed in range(40))
    assert clear <= 2


def test_the_swing_is_that_of_the_wave_and_the_error_covers_it() -> None:
    rng, inside = Random(1), 0
    for _ in range(60):
        said = swing(*stage(5.5, 10.0, 2.0, rng))
        assert said is not None
        assert said.in_phase > 0.9
        inside += abs(said.swing_bpm - 10.0) < 2.5 * said.error_bpm + 0.4
    assert inside >= 54


def test_too_little_is_said_to_be_too_little() -> None:
    rng = Random(2)
    series, starts = stage(6.0, 10.0, 0.5, rng, for_s=40.0)
    assert swing(series, starts) is None
    few = assess([stage(rate, 10.0, 0.5, rng) for rate in (6.5, 5.5, 4.5)])
    assert (few.resonance_per_min, few.confidence, len(few.swings)) == (None, 0.0, 3)


def test_a_stretch_with_a_hole_counts_without_the_hole() -> None:
    series, starts = stage(6.0, 10.0, 0.3, Random(3))
    keep = (series.t_s < 50.0) | (series.t_s > 62.0)
    holed = NNSeries.of(series.nn_ms[keep], series.t_s[keep])
    said = swing(holed, starts)
    assert said is not None
    assert said.swing_bpm == pytest.approx(10.0, abs=1.0)
