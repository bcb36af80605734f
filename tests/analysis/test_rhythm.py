"""Fragmentation, asymmetry, capacity and entropy over scales: by hand, and by their definitions."""

from itertools import pairwise

import numpy as np
import pytest

from entrain.analysis.nonlinear import poincare, sample_entropy
from entrain.analysis.rhythm import asymmetry, fragmentation, multiscale_entropy
from entrain.analysis.series import NNSeries
from entrain.analysis.spectrum import band_powers, spectrum
from entrain.analysis.time_domain import time_domain


def rhythm(n: int = 600) -> np.ndarray:
    rng = np.random.default_rng(7)
    return 850.0 + 40.0 * np.sin(0.31 * np.arange(n)) + rng.normal(0.0, 18.0, n)


def naive_entropy(x: np.ndarray, tolerance: float, m: int = 2) -> float:
    """By the definition: ordered pairs of different templates, as many of both lengths."""
    n, matches = x.size - m, [0, 0]
    for i in range(n):
        for j in range(n):
            near = np.abs(x[i : i + m + 1] - x[j : j + m + 1]) <= tolerance
            matches[0] += i != j and bool(near[:m].all())
            matches[1] += i != j and bool(near.all())
    return -float(np.log(matches[1] / matches[0]))


def test_fragmentation_by_hand() -> None:
    """Up, up, down, down, without end: every other difference turns, and no run is as long as three."""
    found = fragmentation(np.tile([800.0, 810.0, 820.0, 810.0], 40))
    assert found is not None
    assert found.ials == pytest.approx(0.5, abs=0.01)
    assert found.pip_percent == pytest.approx(50.0, abs=1.0)
    assert found.pss_percent == 100.0
    assert found.pas_percent == 0.0
    alternans = fragmentation(np.tile([800.0, 810.0], 80))
    assert alternans is not None
    assert (alternans.ials, alternans.pas_percent, alternans.pss_percent) == (1.0, 100.0, 100.0)


def test_a_lively_series_by_the_definitions_counted_one_by_one() -> None:
    nn = rhythm()
    steps = [float(b - a) for a, b in pairwise(nn)]
    runs, turns = [1], 0
    for before, after in pairwise(steps):
        if before * after > 0.0:
            runs[-1] += 1
        else:
            runs.append(1)
            turns += 1
    found, skewed = fragmentation(nn), asymmetry(nn)
    assert found is not None
    assert skewed is not None
    assert found.pip_percent == pytest.approx(100.0 * turns / nn.size)
    assert found.ials == pytest.approx(len(runs) / sum(runs))
    assert found.pss_percent == pytest.approx(100.0 * sum(r for r in runs if r < 3) / sum(runs))
    longer = [step for step in steps if step > 0.0]
    squares = sum(step * step for step in longer) / sum(step * step for step in steps)
    assert skewed.guzik_percent == pytest.approx(100.0 * squares)
    assert skewed.porta_percent == pytest.approx(100.0 * (1.0 - len(longer) / len(steps)))


def test_capacity_of_a_saw_by_hand() -> None:
    """Three slow steps up of 10 ms and one down of 30: each anchor's four intervals are known."""
    found = asymmetry(np.tile([800.0, 810.0, 820.0, 830.0], 40))
    assert found is not None
    # Anchors 810, 820, 830 after (830 800), (800 810), (810 820) with 820, 830, 800 behind them.
    up = ((810 + 820 - 800 - 830) + (820 + 830 - 810 - 800) + (830 + 800 - 820 - 810)) / 4 / 3
    down = (800 + 810 - 830 - 820) / 4
    assert found.deceleration_capacity_ms == pytest.approx(up, abs=0.3)
    assert found.acceleration_capacity_ms == pytest.approx(down, abs=0.3)
    backwards = asymmetry(np.tile([800.0, 810.0, 820.0, 830.0], 40)[::-1])
    assert backwards is not None
    assert backwards.porta_percent == pytest.approx(100.0 - found.porta_percent, abs=1.0)


def test_entropy_over_scales_is_that_of_the_means_and_its_first_is_the_usual_one() -> None:
    nn = rhythm()
    found, usual = multiscale_entropy(nn), sample_entropy(nn)
    assert found is not None
    assert usual is not None
    assert found.scales == (1, 2, 3)
    assert found.entropy[0] == pytest.approx(usual.value, rel=1e-12)
    tolerance = 0.2 * float(np.std(nn, ddof=1))
    for scale, value in zip(found.scales[1:], found.entropy[1:], strict=True):
        means = nn[: nn.size // scale * scale].reshape(-1, scale).mean(axis=1)
        assert value == pytest.approx(naive_entropy(means, tolerance), rel=1e-12)


def test_nothing_is_counted_across_a_gap_and_too_little_is_none() -> None:
    nn = rhythm()
    halves = NNSeries.of(nn, segment=np.repeat([0, 1], 300))
    whole, parts = fragmentation(nn), fragmentation(halves)
    assert whole is not None
    assert parts is not None
    assert parts != whole
    assert fragmentation(nn[:50]) is None
    assert asymmetry(nn[:50]) is None
    assert multiscale_entropy(nn[:150]) is None


def test_a_triangle_of_intervals_has_its_own_base() -> None:
    """Counts that fall by the same from the mode to both sides: TINN is the base."""
    bin_ms, counts = 1000.0 / 128.0, [2, 4, 6, 8, 10, 8, 6, 4, 2]
    nn = np.repeat([bin_ms * (100.5 + k) for k in range(9)], [40 * n for n in counts])
    found = time_domain(np.random.default_rng(1).permutation(nn))
    assert found.tinn_ms == pytest.approx(10.0 * bin_ms)
    assert time_domain(nn[:200]).tinn_ms is None


def test_indices_of_the_plot_and_normalised_units() -> None:
    found = poincare(rhythm())
    assert found is not None
    assert found.csi == pytest.approx(found.sd2_ms / found.sd1_ms)
    assert found.csi_modified_ms == pytest.approx(4.0 * found.sd2_ms**2 / found.sd1_ms)
    assert found.cvi == pytest.approx(np.log10(4.0 * found.sd1_ms * 4.0 * found.sd2_ms))
    spectrum_of = spectrum(rhythm())
    assert spectrum_of is not None
    powers = band_powers(spectrum_of)
    assert (powers.lf_share_percent or 0.0) + (powers.hf_share_percent or 0.0) == pytest.approx(100.0)
