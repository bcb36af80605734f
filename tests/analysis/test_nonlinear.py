from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.analysis.nonlinear import dfa, poincare, sample_entropy
from entrain.analysis.series import NNSeries


def brute(nn: list[int], tolerance: float, m: int = 2) -> tuple[int, int]:
    """Ordered pairs of templates within the tolerance, counted one by one."""
    n = len(nn) - m
    b = a = 0
    for i in range(n):
        for j in range(n):
            if i != j and all(abs(nn[i + k] - nn[j + k]) <= tolerance for k in range(m)):
                b += 1
                a += abs(nn[i + m] - nn[j + m]) <= tolerance
    return b, a


@given(st.lists(st.integers(780, 830), min_size=4, max_size=60), st.sampled_from([0.1, 0.2, 0.5, 3.0]))
def test_sample_entropy_counts_every_pair_once(nn: list[int], tolerance: float) -> None:
    found = sample_entropy(nn, tolerance=tolerance)
    if np.std(nn) == 0:
        assert found is None
        return
    assert found is not None
    b, a = brute(nn, tolerance * float(np.std(nn, ddof=1)))
    assert (found.matches_m, found.matches_m1) == (b, a)
    assert found.value == (pytest.approx(-log(a / b)) if a and b else None)


def test_sample_entropy_of_more_than_one_block_of_rows() -> None:
    nn = np.random.default_rng(0).integers(700, 900, 500).tolist()
    found = sample_entropy(nn)
    assert found is not None
    assert (found.matches_m, found.matches_m1) == brute(nn, 0.2 * float(np.std(nn, ddof=1)))


def test_templates_do_not_reach_across_a_gap() -> None:
    rng = np.random.default_rng(1)
    nn = rng.integers(780, 830, 60).tolist()
    found = sample_entropy(NNSeries.of(nn, segment=[0] * 30 + [1] * 30))
    assert found is not None
    assert found.n_templates == 2 * 28


def test_an_alternating_heart_is_perfectly_regular() -> None:
    found = sample_entropy([800, 900] * 50)
    assert found is not None
    assert found.value == pytest.approx(0.0, abs=0.03)


def test_white_noise_has_the_entropy_of_white_noise() -> None:
    found = sample_entropy(800 + 20 * np.random.default_rng(2).standard_normal(3000))
    assert found is not None
    # For Gaussian noise -ln P(|x - y| <= 0.2 sd) = -ln(2 Φ(0.2/√2) - 1).
    assert found.value == pytest.approx(2.19, abs=0.05)


@given(st.lists(st.integers(600, 1200), min_size=4, max_size=80))
def test_poincare_is_an_ellipse_of_sdnn_and_sdsd(nn: list[int]) -> None:
    found = poincare(nn)
    assert found is not None
    sdnn, sdsd = np.std(nn, ddof=1), np.std(np.diff(nn), ddof=1)
    assert found.sd1_ms == pytest.approx(sdsd / sqrt(2))
    assert found.sd2_ms**2 == pytest.approx(max(0.0, 2 * sdnn**2 - sdsd**2 / 2), abs=1e-6)


@pytest.mark.parametrize(("exponent", "order"), [(0.5, 0), (1.5, 1)])
def test_dfa_of_white_and_of_brown_noise(exponent: float, order: int) -> None:
    noise = np.random.default_rng(3).standard_normal(20_000)
    nn = 1000 + (np.cumsum(noise) if order else 20 * noise)
    found = dfa(nn - nn.min() + 500)
    assert found.alpha2 == pytest.approx(exponent, abs=0.06)
    assert found.alpha1 == pytest.approx(exponent, abs=0.13)  # short boxes bend upwards, as is known


def test_dfa_wants_enough_beats_in_a_row() -> None:
    nn = 1000 + np.random.default_rng(4).standard_normal(100)
    assert dfa(nn).alpha1 is not None
    assert dfa(nn).alpha2 is None
    assert dfa(NNSeries.of(nn, segment=[i // 20 for i in range(100)])).alpha1 is None


def test_boxes_stay_within_chains() -> None:
    rng = np.random.default_rng(5)
    first, second = 800 + rng.standard_normal(500), 1200 + rng.standard_normal(500)
    series = NNSeries.of(np.concatenate((first, second)), segment=[0] * 500 + [1] * 500)
    assert dfa(series).alpha1 == pytest.approx(0.6, abs=0.15)  # a bridge across the step would give about 1.5
