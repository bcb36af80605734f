"""The report of a course: a row for each session, a trend where there is one, nothing left out unsaid."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from entrain.errors import UsageError
from entrain.history.recorded import course
from entrain.history.row import Heart, HowItEnded, Sitting
from entrain.history.trend import TrendMeasure, Way, trend
from entrain.report.course_page import course_page
from entrain.report.html import html
from entrain.report.writing import write
from tests.report.conftest import Held
from tests.report.pages import figures, page_of, parsed, tables, words_of

BEGAN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def sitting(n: int, pulse: float | None = 70.0, **more: object) -> Sitting:
    heart = Heart(pulse, None if pulse is None else pulse - 2.0, 30.0, 33.0 + n % 3, 0.01)
    whole: dict[str, object] = {
        "uuid": f"{n:08x}",
        "began": BEGAN + timedelta(days=3 * n),
        "person": "P01",
        "preset": "desk",
        "title": "Desk",
        "policy": "glide",
        "voice": "soft",
        "is_simulated": False,
        "duration_s": 600.0,
        "ended": HowItEnded.COMPLETE,
        "end_reason": "",
        "n_notes": 0,
        "rating_before": 5 + n % 2,
        "rating_after": 3,
        "in_step_min": 4.0,
        "judged_min": 5.0,
        "heart": heart,
    }
    return Sitting(id=n, **(whole | more))


def lead_of(page: str) -> str:
    return words_of(parsed(page).find(".//div[@class='lead']"))


def test_a_course_says_what_the_sessions_say(held: Held) -> None:
    ids = (held.usual, held.long, held.cut_off, held.no_sensor)
    rows = tables(page_of(held.store, *ids))["Session by session"][1:]
    expected = {each.id: each for each in course(held.store) if each.id in ids and not each.is_simulated}
    expected = expected or {each.id: each for each in course(held.store) if each.id in ids}
    assert [int(row[1]) for row in rows] == list(expected)
    for row in rows:
        each = expected[int(row[1])]
        assert row[2] == f"{each.minutes:.1f}"
        if each.heart is not None and each.heart.pulse_after_bpm is not None:
            assert row[3] == f"{each.heart.pulse_before_bpm:.0f} → {each.heart.pulse_after_bpm:.0f}"
            assert row[4] == f"{each.heart.rmssd_before_ms:.0f} → {each.heart.rmssd_after_ms:.0f}"
        if each.in_step_share is not None:
            assert row[6] == f"{100 * each.in_step_share:.0f} %"


def test_a_trend_is_the_courses_and_told_with_its_interval() -> None:
    falling = [sitting(n, 80.0 - 0.8 * n + 0.3 * (n % 4)) for n in range(16)]
    found = next(x for x in trend(falling, BEGAN.date()).lines if x.measure is TrendMeasure.PULSE)
    assert found.way is Way.FALLS
    page = html(course_page(falling))
    rows = {row[0]: row[1:] for row in tables(page)["What changed from session to session"]}
    told = (f"{value:+.1f}".replace("-", "−") for value in (found.per_week, found.low, found.high))
    by, low, high = told
    assert rows["Pulse at rest, /min"] == ["16", by, f"{low} to {high}", "falls"]
    assert "Pulse at rest falls by" in lead_of(page)
    assert "sleep, seasons and coffee" in page


def test_few_sessions_make_no_trend() -> None:
    page = html(course_page([sitting(n, 80.0 - n) for n in range(3)]))
    assert "Too few to tell a trend from chance" in lead_of(page)
    assert {row[-1] for row in tables(page)["What changed from session to session"][1:]} == {
        "too few to tell"
    }


def test_no_trend_is_an_ordinary_sentence() -> None:
    page = html(course_page([sitting(n, 70.0 + (n * 7) % 5, rating_before=5) for n in range(16)]))
    assert "Nothing shows a clear trend" in lead_of(page)


def test_every_figure_has_a_place_for_every_session() -> None:
    every = [sitting(n, None if n == 2 else 70.0) for n in range(5)]
    drawn = figures(html(course_page(every)))
    dots = [e for e in drawn["Pulse from session to session"].iter() if e.get("class") in ("dot", "open")]
    assert len(dots) == 2 + 2 * 4  # the legend's, and two for each session that was measured
    assert "8 Mar 2026 not known to not known" in words_of(drawn["Pulse from session to session"])


def test_simulated_hearts_are_left_out_beside_real_ones_and_said_so() -> None:
    mixed = [sitting(0), sitting(1, is_simulated=True), sitting(2)]
    page = html(course_page(mixed))
    assert [row[1] for row in tables(page)["Session by session"][1:]] == ["0", "2"]
    assert "1 session with simulated or imported hearts left out" in lead_of(page)
    assert 'class="notice"' not in page
    assert "simulated. Nobody was measured" in html(course_page([sitting(1, is_simulated=True)] * 2))


def test_a_course_of_nothing_is_refused(held: Held, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no sessions"):
        course_page([])
    with pytest.raises(UsageError, match="Nothing was guided"):
        course_page([sitting(0, ended=HowItEnded.IMPORTED)])


def test_a_course_is_written_as_pdf(held: Held, tmp_path: Path) -> None:
    path = write(held.store, (held.usual, held.long), tmp_path / "course.pdf")
    assert path.read_bytes().startswith(b"%PDF")
