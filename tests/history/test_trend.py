"""What changed over a course: found where it is there, and rarely where it is not."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.history.calendar import level, monday_of, weeks
from entrain.history.row import HowItEnded, practice
from entrain.history.slope import FEWEST, slope
from entrain.history.trend import TrendMeasure, Way, line_of, trend
from entrain.wording import history as wording
from tests.history.conftest import sitting, with_pulse

TODAY = date(2026, 5, 20)


def test_a_straight_line_is_its_own_slope() -> None:
    days = np.arange(0.0, 30.0, 2.0)
    found = slope(days, 70.0 - 0.1 * days)
    assert found is not None
    assert (found.per_day, found.low, found.high) == pytest.approx((-0.1, -0.1, -0.1))


def test_the_slope_is_theil_s_and_sen_s() -> None:
    from scipy.stats import theilslopes

    rng = np.random.default_rng(3)
    for n in (5, 9, 20, 33):
        days = np.sort(rng.choice(np.arange(200.0), n, replace=False))
        values = rng.normal(size=n)
        found = slope(days, values)
        assert found is not None
        assert found.per_day == pytest.approx(theilslopes(values, days)[0], abs=1e-12)


def test_one_odd_session_turns_nothing() -> None:
    days = np.arange(0.0, 40.0, 2.0)
    values = 70.0 - 0.1 * days
    values[-1] = 180.0
    found = slope(days, values)
    assert found is not None
    assert found.high is not None
    assert found.per_day == pytest.approx(-0.1, abs=0.02)
    assert found.high < 0.0


def test_too_few_or_too_short_says_nothing_of_certainty() -> None:
    assert slope([], []) is None
    assert slope([1.0], [70.0]) is None
    assert slope([1.0, 1.0], [70.0, 60.0]) is None
    few = slope(np.arange(FEWEST - 1) * 7.0, np.arange(FEWEST - 1))
    short = slope(np.linspace(0.0, 10.0, 20), np.arange(20))
    assert few is not None
    assert short is not None
    assert few.low is None
    assert short.high is None


@pytest.mark.parametrize("alike", [0.0, 0.3])
def test_where_nothing_changes_it_is_said_so(alike: float) -> None:
    """1000 intervals at 95 % hold zero 95 of 100 times; of 200, 172 are 4.6 standard deviations below."""
    rng = np.random.default_rng(11)
    n, held = 16, 0
    for _ in range(200):
        days = np.cumsum(rng.integers(1, 4, n)).astype(float)
        values = np.empty(n)
        values[0] = rng.normal()
        for k in range(1, n):
            values[k] = alike * values[k - 1] + np.sqrt(1 - alike**2) * rng.normal()
        found = slope(days, values)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.0 <= found.high
    assert held >= 172


def test_a_falling_pulse_is_found() -> None:
    rng = np.random.default_rng(5)
    found = trend([with_pulse(n, 2.0 * n, 72.0 - 0.12 * n + rng.normal(0, 1)) for n in range(40)], TODAY)
    line = next(line for line in found.lines if line.measure is TrendMeasure.PULSE)
    assert line.way is Way.FALLS
    assert line.per_week == pytest.approx(-0.42, abs=0.12)
    assert wording.sentence(line).startswith("Pulse at rest falls by 0.")
    change = next(line for line in found.lines if line.measure is TrendMeasure.PULSE_CHANGE)
    assert change.way is Way.UNCLEAR
    assert "no clear trend over 40 sessions" in wording.sentence(change)
    assert wording.conclusion(found.lines) == [wording.sentence(line), wording.CAUTION]
    assert wording.weekly(line).startswith("−0.")


def test_a_few_sessions_are_too_few() -> None:
    found = trend([with_pulse(n, n, 70.0 - n) for n in range(4)], TODAY)
    assert {line.way for line in found.lines} == {Way.TOO_FEW}
    assert "too few sessions to tell (4; it takes 8 over 2 weeks)" in wording.sentence(found.lines[0])
    assert wording.conclusion(found.lines)[0].startswith("A trend: too few")
    assert wording.weekly(found.lines[0]) == ""


def test_only_what_was_measured_has_a_line() -> None:
    assert trend([sitting(1)], TODAY).lines == ()
    rated = trend([sitting(1, rating_before=6, rating_after=4)], TODAY)
    assert [(line.measure, line.values) for line in rated.lines] == [
        (TrendMeasure.TENSION, (6.0,)),
        (TrendMeasure.TENSION_CHANGE, (-2.0,)),
    ]
    assert line_of([sitting(1, in_step_min=3.0, judged_min=4.0)], TrendMeasure.IN_STEP).values == (75.0,)  # type: ignore[union-attr]
    assert line_of([sitting(1, in_step_min=0.4, judged_min=0.5)], TrendMeasure.IN_STEP) is None


def test_imported_and_simulated_ones_do_not_count_beside_real_ones() -> None:
    real, simulated = sitting(1), sitting(2, is_simulated=True)
    imported = sitting(3, ended=HowItEnded.IMPORTED)
    assert practice((real, simulated, imported)) == (real,)
    assert practice((simulated, imported)) == (simulated,)
    found = trend([real, simulated, imported], TODAY)
    assert wording.remarks(found) == ["2 simulated or imported are not counted here."]
    only = trend([simulated], TODAY)
    assert wording.remarks(only) == ["All of them with a simulated heart."]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.floats(1.0, 60.0)), max_size=40),
    st.dates(date(2026, 3, 2), date(2027, 6, 1)),
)
def test_the_calendar_holds_every_minute_once(days: list[tuple[int, float]], until: date) -> None:
    sittings = [sitting(n, day, duration_s=60.0 * minutes) for n, (day, minutes) in enumerate(days)]
    found = weeks(sittings, until)
    assert sum(sum(week.n_sessions) for week in found) == len(sittings)
    assert sum(sum(week.minutes) for week in found) == pytest.approx(sum(each.minutes for each in sittings))
    assert all(len(week.minutes) == 7 and week.monday.weekday() == 0 for week in found)
    mondays = [week.monday for week in found]
    assert mondays == [mondays[0] + timedelta(days=7 * n) for n in range(len(mondays))] if mondays else True
    if found:
        assert mondays[-1] >= monday_of(until)


def test_levels_of_a_day() -> None:
    assert [level(minutes) for minutes in (0.0, 1.0, 7.0, 10.0, 20.0, 90.0)] == [0, 1, 1, 2, 3, 4]
    assert len(wording.DAY_MARKS) == 5


def test_the_course_in_words() -> None:
    assert wording.overview(trend([], TODAY), TODAY) == "No sessions yet."
    one = trend([sitting(1)], TODAY)
    assert wording.overview(one, TODAY) == "1 session, 10 min in all, 2 March."
    found = trend([sitting(n, 2 * n) for n in range(40)], TODAY)
    said = "40 sessions, 6 h 40 min in all, from 2 March to yesterday; in the last four weeks 3.5 a week."
    assert wording.overview(found, date(2026, 5, 20)) == said
    late = datetime(2027, 1, 4, tzinfo=UTC).date()
    assert "from 2 March 2026 to 19 May 2026; in the last four weeks 0 a week" in wording.overview(
        trend(found.sittings, late), late
    )


def test_bars() -> None:
    assert wording.sparkline((), 10) == ""
    assert wording.sparkline((5.0,), 10) == "▄"
    assert wording.sparkline((1.0, 2.0, 3.0), 10) == "▁▄▇"
    assert wording.sparkline((9.0, 1.0, 3.0), 2) == "▁▇"


def test_lately_is_the_last_four_weeks() -> None:
    """One each day of the fortnight that ended just over four weeks before: none of them is of late."""
    sittings = [sitting(n, float(n)) for n in range(14)]
    last = sittings[-1].began.date()
    assert trend(sittings, last + timedelta(days=28)).lately_per_week == 0.0
    assert trend(sittings, last + timedelta(days=27)).lately_per_week == 0.25
    assert trend(sittings, last).lately_per_week == 7.0
