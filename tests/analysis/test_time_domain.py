import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.analysis.nonlinear import poincare, sample_entropy
from entrain.analysis.series import BeatFault, NNSeries
from entrain.analysis.time_domain import time_domain
from tests.support.recordings import recording_path


def test_by_hand() -> None:
    # mean 812.5; deviations -12.5, -2.5, -22.5, 37.5, squares 156.25 + 6.25 + 506.25 + 1406.25 = 2075
    # differences 10, -20, 60, squares 100 + 400 + 3600 = 4100
    found = time_domain([800, 810, 790, 850])
    assert found.mean_nn_ms == 812.5
    assert found.sdnn_ms == pytest.approx((2075 / 3) ** 0.5)
    assert found.rmssd_ms == pytest.approx((4100 / 3) ** 0.5)
    assert found.sdsd_ms == pytest.approx(
        (((10 - 50 / 3) ** 2 + (-20 - 50 / 3) ** 2 + (60 - 50 / 3) ** 2) / 2) ** 0.5
    )
    assert found.pnn50_percent == pytest.approx(100 / 3)
    assert found.pnn20_percent == pytest.approx(100 / 3)  # 20 is not above 20
    assert found.mean_hr_bpm == pytest.approx(60_000 / 812.5)
    assert found.median_nn_ms == 805
    assert found.sdann_ms is None


def test_one_interval_says_nothing_of_variability() -> None:
    found = time_domain([800])
    assert (found.sdnn_ms, found.rmssd_ms, found.pnn50_percent) == (None, None, None)
    with pytest.raises(ValueError, match="no intervals"):
        time_domain(NNSeries.of([800]).part(slice(0, 0)))


def test_a_gap_does_not_count_as_a_difference() -> None:
    joined = time_domain(NNSeries.of([800, 810, 1000, 1010], segment=[0, 0, 1, 1]))
    assert joined.rmssd_ms == 10.0
    assert joined.n_differences == 2


def test_corrected_intervals_count_for_the_mean_and_not_for_differences() -> None:
    plain = NNSeries.of([800, 810, 900, 905, 915])
    fault = np.array([0, 0, BeatFault.MISSED, 0, 0], np.int8)
    found = time_domain(NNSeries(plain.nn_ms, plain.t_s, plain.segment, fault))
    assert found.mean_nn_ms == 866.0
    assert found.rmssd_ms == 10.0


def test_day_long_measures() -> None:
    # Four whole 5-min windows at 1000, 900, 1000, 900 ms, each alternating by ±10 ms.
    nn = [base + (10 if i % 2 else -10) for base, n in ((1000, 300), (900, 334)) * 2 for i in range(n)]
    found = time_domain(nn)
    assert found.sdann_ms == pytest.approx(np.std([1000, 900, 1000, 900], ddof=1), abs=1.5)
    assert found.sdnn_index_ms == pytest.approx(10.0, rel=0.25)
    assert found.triangular_index is not None


@given(st.lists(st.integers(300, 2000), min_size=2, max_size=200))
def test_as_the_plain_formulas(nn: list[int]) -> None:
    found = time_domain(nn)
    steps = np.diff(nn)
    assert found.sdnn_ms == pytest.approx(np.std(nn, ddof=1), rel=1e-9)
    assert found.rmssd_ms == pytest.approx(np.sqrt(np.mean(steps**2.0)), rel=1e-9)
    assert found.pnn50_percent == pytest.approx(100 * np.mean(np.abs(steps) > 50))
    fives = np.convolve(nn, np.ones(5) / 5, "valid") if len(nn) >= 5 else np.array([np.mean(nn)])
    assert found.fastest_hr_bpm == pytest.approx(60_000 / fives.min())
    assert found.slowest_hr_bpm == pytest.approx(60_000 / fives.max())


# NeuroKit2 0.2.13 on the very recordings (hrv_time, hrv_nonlinear). It divides pNN50 by n instead of n - 1.
NEUROKIT = {
    "rhenanbartels-hrv/rest_rri.txt": {
        "sdnn": 57.81817771970009,
        "rmssd": 55.13744203126742,
        "sdsd": 55.167700730663555,
        "pnn50": 35.27472527472528,
        "sd1": 39.00945528912225,
        "sampen": 1.7738200322056985,
    },
    "pyhrv/SampleNNISeriesShort.npy": {
        "sdnn": 95.69035398754956,
        "rmssd": 101.30063401766522,
        "sdsd": 101.451714184361,
        "pnn50": 48.367952522255194,
        "sd1": 71.7371950627611,
        "sampen": 1.7122387639675833,
    },
}


@pytest.mark.recordings
@pytest.mark.parametrize("name", NEUROKIT)
def test_as_neurokit_where_it_is_right(name: str) -> None:
    path = recording_path(name)
    nn = np.load(path) if path.suffix == ".npy" else np.loadtxt(path)
    found, plot, entropy, theirs = time_domain(nn), poincare(nn), sample_entropy(nn), NEUROKIT[name]
    assert plot is not None
    assert entropy is not None
    assert found.pnn50_percent is not None
    assert found.sdnn_ms == pytest.approx(theirs["sdnn"], rel=1e-9)
    assert found.rmssd_ms == pytest.approx(theirs["rmssd"], rel=1e-9)
    assert found.sdsd_ms == pytest.approx(theirs["sdsd"], rel=1e-9)
    assert found.pnn50_percent * (len(nn) - 1) / len(nn) == pytest.approx(theirs["pnn50"], rel=1e-9)
    assert plot.sd1_ms == pytest.approx(theirs["sd1"], rel=1e-9)
    assert entropy.value == pytest.approx(theirs["sampen"], rel=1e-9)
