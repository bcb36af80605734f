"""Faults put in by hand are found and undone; a heart that only breathes or runs is left alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import hearts
from benchmarks.artefacts import inject, row, trial
from entrain.analysis.correction import Correction, correct
from entrain.analysis.series import BeatFault
from entrain.errors import InputError
from tests.support.recordings import recording_path

STEADY = [800 + (5, -3, 8, -6, 2, -4)[i % 6] for i in range(60)]


def put(at: int, *values: float, over: int = 1) -> list[float]:
    """The steady heart with `values` in place of `over` intervals from `at` on."""
    return [*STEADY[:at], *values, *STEADY[at + over :]]


def only_change(rr: list[float]) -> Correction:
    found = correct(rr)
    assert len(found.changes) == 1, found.changes
    return found


# ---- one of each -------------------------------------------------------------------------------------------


def test_a_clean_heart_is_left_alone() -> None:
    found = correct(STEADY)
    assert found.changes == ()
    assert found.series.nn_ms.tolist() == STEADY
    assert found.series.measured.all()


def test_a_missed_beat_becomes_two_intervals() -> None:
    found = only_change(put(30, 1604, over=2))
    change = found.changes[0]
    assert (change.fault, change.first, change.raw_ms) == (BeatFault.MISSED, 30, (1604,))
    assert len(change.nn_ms) == 2
    assert sum(change.nn_ms) == pytest.approx(1604)
    assert change.nn_ms == pytest.approx((802, 802), abs=15)


def test_an_extra_beat_is_taken_out() -> None:
    found = only_change(put(30, 300, 502))
    assert found.changes[0].fault is BeatFault.EXTRA
    assert found.changes[0].nn_ms == pytest.approx((802,))
    assert len(found.series) == len(STEADY)


def test_an_early_beat_with_its_pause_is_moved_back() -> None:
    found = only_change(put(30, 520, 1082, over=2))
    assert found.changes[0].fault is BeatFault.ECTOPIC
    assert found.changes[0].nn_ms == pytest.approx((801, 801), abs=15)


def test_an_early_beat_without_a_pause_is_replaced() -> None:
    found = only_change(put(30, 560))
    assert found.changes[0].fault is BeatFault.ECTOPIC
    assert found.changes[0].nn_ms == pytest.approx((800,), abs=15)


def test_a_late_beat_is_moved_back() -> None:
    found = only_change(put(30, 1000, 602, over=2))
    assert found.changes[0].fault is BeatFault.SHIFTED
    assert sum(found.changes[0].nn_ms) == pytest.approx(1602)


def test_lost_data_is_a_gap_and_invents_no_beats() -> None:
    found = only_change(put(30, 6400, over=8))
    assert found.changes[0].fault is BeatFault.GAP
    assert found.changes[0].nn_ms == ()
    assert len(found.series) == len(STEADY) - 8
    assert [s.stop - s.start for s in found.series.segments()] == [30, 22]
    assert found.series.t_s[30] - found.series.t_s[29] == pytest.approx((6400 + STEADY[38]) / 1000)


def test_a_storm_of_faults_is_cut_out_whole() -> None:
    storm = [310, 1728, 263, 861, 1608, 369, 1310, 259, 1241, 410]
    found = correct(put(30, *storm, over=10))
    assert all(change.fault is BeatFault.GAP for change in found.changes if len(change.raw_ms) > 3)
    assert found.count(BeatFault.GAP) >= 1


def test_zero_stands_for_lost_data() -> None:
    assert only_change(put(30, 0)).changes[0].fault is BeatFault.GAP


# ---- what must not be touched ------------------------------------------------------------------------------


def test_jitter_of_an_exercising_heart_is_not_corrected() -> None:
    rng = np.random.default_rng(1)
    rr = 390 + np.cumsum(rng.normal(0.02, 0.3, 2000)) + rng.normal(0, 4, 2000)
    assert correct(rr).changes == ()


@pytest.mark.parametrize("swing_ms", [50, 150, 250])
@pytest.mark.parametrize("per_min", [4, 6, 12])
def test_deep_slow_breaths_are_not_corrected(swing_ms: float, per_min: float) -> None:
    t_s, rr = 0.0, []
    for _ in range(400):
        rr.append(950 + swing_ms * np.sin(2 * np.pi * per_min / 60 * t_s))
        t_s += rr[-1] / 1000
    assert correct(rr).changes == ()


# ---- gaps known from elsewhere -----------------------------------------------------------------------------


def test_arrival_tells_lost_packets_from_long_intervals() -> None:
    arrival = np.cumsum(STEADY) / 1000 + 0.3 * np.random.default_rng(2).random(len(STEADY))
    arrival[40:] += 7.5
    found = correct(STEADY, arrival_s=arrival)
    assert [s.start for s in found.series.segments()] == [0, 40]
    jump_s = found.series.t_s[40] - found.series.t_s[39] - STEADY[40] / 1000
    assert jump_s == pytest.approx(7.5, abs=0.3)


def test_time_within_a_chain_is_the_sum_of_intervals_not_arrival() -> None:
    arrival = np.ceil(np.cumsum(STEADY) / 990) * 0.99 + 0.05
    series = correct(STEADY, arrival_s=arrival).series
    assert np.diff(series.t_s) * 1000 == pytest.approx(STEADY[1:])


def test_a_reconnect_breaks_the_chain_and_shifts_the_time() -> None:
    series = correct(STEADY, gaps_s={20: 4.0}).series
    assert [s.start for s in series.segments()] == [0, 20]
    assert series.t_s[-1] == pytest.approx(sum(STEADY) / 1000 + 4.0)


def test_missing_arrival_times_are_said() -> None:
    with pytest.raises(InputError, match="60 intervals came with 3"):
        correct(STEADY, arrival_s=[1.0, 2.0, 3.0])


def test_nothing_cannot_be_corrected() -> None:
    with pytest.raises(InputError, match="no intervals"):
        correct([])
    with pytest.raises(InputError, match="interval 2 is not a number"):
        correct([800.0, float("nan")])


# ---- every change listed and reversible --------------------------------------------------------------------

any_interval = st.floats(0, 5000) | st.integers(500, 1200).map(float)


@given(st.lists(any_interval, min_size=1, max_size=120))
def test_every_change_is_listed_and_can_be_taken_back(rr: list[float]) -> None:
    found = correct(rr)
    raw, at = list(rr), 0
    for change in found.changes:
        assert change.first >= at
        assert change.raw_ms == tuple(raw[change.first : change.first + len(change.raw_ms)])
        at = change.first + len(change.raw_ms)
    back = found.without(*found.changes)
    assert back.changes == ()
    assert back.raw_ms.tolist() == raw
    assert back.series.nn_ms.tolist() == raw
    assert all(value > 0 for change in found.changes for value in change.nn_ms)
    # What no change touches stands as it was.
    touched = {i for c in found.changes for i in range(c.first, c.first + len(c.raw_ms))}
    assert found.series.nn_ms[found.series.measured].tolist() == [
        x for i, x in enumerate(raw) if i not in touched
    ]


@given(st.lists(st.integers(700, 900), min_size=40, max_size=80), st.integers(10, 25))
def test_one_change_can_be_taken_back_alone(rr: list[int], at: int) -> None:
    faulty = [*rr[:at], rr[at] + rr[at + 1], *rr[at + 2 :]]
    found = correct(faulty)
    for change in found.changes:
        rest = found.without(change)
        assert change not in rest.changes
        assert len(rest.changes) == len(found.changes) - 1


@given(st.lists(any_interval.filter(lambda x: x > 0), min_size=1, max_size=100))
def test_time_goes_on_as_it_was_after_every_change(rr: list[float]) -> None:
    found = correct(rr)
    ends = {round(float(t), 6) for t in found.raw_t_s}
    ok = found.series.measured
    assert all(round(float(t), 6) in ends for t in found.series.t_s[ok])
    assert (np.diff(found.series.t_s) > 0).all()


# ---- on real hearts ----------------------------------------------------------------------------------------


@pytest.mark.recordings
@pytest.mark.parametrize(("n_gaps", "worst_rmssd_percent"), [(0, 5.0), (4, 8.0)])
def test_injected_faults_in_real_hearts(n_gaps: int, worst_rmssd_percent: float) -> None:
    folder = recording_path("rhenanbartels-hrv").parent
    series = hearts.recordings(folder)
    everything = []
    for name in (*hearts.REST, *hearts.RECOVERY):
        scores, _ = trial(series[name], 6, n_gaps, (0.12, 0.30))
        everything += scores
        assert row(name, scores)["rmssd_error_percent"] <= worst_rmssd_percent, name
    found = row("all", everything)
    assert found["sensitivity_percent"] >= 99.0
    assert found["false_positive_percent"] <= 0.05


@pytest.mark.recordings
def test_annotated_ectopic_beats_are_found() -> None:
    rr, odd = hearts.mit_bih_100(recording_path("wfdb/100.atr").parents[1])
    spans = [(c.first, c.first + len(c.raw_ms)) for c in correct(rr).changes]
    found = np.zeros(rr.size, bool)
    for first, last in spans:
        found[first:last] = True
    assert found[odd].mean() > 0.95
    assert sum(last - first for first, last in spans if not odd[first:last].any()) <= 0.004 * (~odd).sum()


def test_injection_says_where_it_put_what() -> None:
    injected = inject(np.full(400, 800.0), np.random.default_rng(0), n_gaps=2)
    kinds = [kind for kind, _, _ in injected.faults]
    assert kinds.count("gap") == 2
    assert len(kinds) == 14
    for _, first, last in injected.faults:
        assert (injected.raw_ms[first:last] != 800.0).any()
    clean = np.delete(injected.raw_ms, [i for _, a, b in injected.faults for i in range(a, b)])
    assert (clean == 800.0).all()
