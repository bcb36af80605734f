import numpy as np
import pytest

from entrain.analysis.series import BeatFault, NNSeries, as_series
from entrain.errors import InputError


def test_intervals_end_where_the_next_begin() -> None:
    series = NNSeries.of([800, 810, 790])
    assert series.t_s.tolist() == pytest.approx([0.8, 1.61, 2.4])
    assert series.beats_s()[0].tolist() == pytest.approx([0.0, 0.8, 1.61, 2.4])
    assert series.duration_s == pytest.approx(2.4)


def test_beats_give_the_same_series_as_their_intervals() -> None:
    series = NNSeries.from_beats([5.0, 5.8, 6.61, 7.4])
    assert series.nn_ms.tolist() == pytest.approx([800, 810, 790])
    assert series.t_s[0] == pytest.approx(5.8)


def test_no_difference_reaches_across_a_gap() -> None:
    series = NNSeries.of([800, 810, 900, 905], segment=[0, 0, 1, 1])
    assert series.differences_ms().tolist() == [10.0, 5.0]
    assert [s.stop - s.start for s in series.segments()] == [2, 2]


def test_differences_leave_out_what_was_corrected() -> None:
    fault = np.array([BeatFault.OK, BeatFault.OK, BeatFault.MISSED, BeatFault.OK, BeatFault.OK], np.int8)
    plain = NNSeries.of([800, 810, 830, 820, 800])
    series = NNSeries(plain.nn_ms, plain.t_s, plain.segment, fault)
    assert series.differences_ms().tolist() == [10.0, -20.0]
    assert series.differences_ms(measured_only=False).tolist() == [10.0, 20.0, -10.0, -20.0]


def test_between_is_half_open() -> None:
    series = NNSeries.from_beats([0.0, 1.0, 2.0, 3.0])
    assert series.between(1.0, 3.0).t_s.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("bad", [[800.0, 0.0], [800.0, -5.0], [800.0, float("nan")], [800.0, float("inf")]])
def test_what_is_no_interval_is_named_with_its_place(bad: list[float]) -> None:
    with pytest.raises(InputError, match="interval 2"):
        as_series(bad)


def test_a_table_is_no_series() -> None:
    with pytest.raises(InputError, match="one row"):
        as_series([[800.0, 810.0]])


def test_arrays_are_read_only() -> None:
    series = NNSeries.of([800, 810])
    with pytest.raises(ValueError, match="read-only"):
        series.nn_ms[0] = 1.0
