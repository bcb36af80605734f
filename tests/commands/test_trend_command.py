"""`entrain sessions trend`, as people type it."""

import csv
import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.cli import main
from entrain.commands.trend import calendar
from entrain.devices.simulated.person import Person
from entrain.history.calendar import Week
from entrain.storage.log.store import Store
from tests.support import many

Typed = pytest.CaptureFixture[str]
NOW = datetime.now().astimezone().replace(microsecond=0)


@pytest.fixture(scope="module")
def practised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve sessions of P01 over seven weeks, one of P02; only to be read."""
    store = Store(tmp_path_factory.mktemp("practised") / "sessions.db")
    first = many.run_one(store, Person.draw(7))
    many.move(store, first, NOW - timedelta(days=50))
    many.copies(store, first, [NOW - timedelta(days=days) for days in range(48, 1, -4)], "P01")
    store.rename_person("", "P02")
    return store.path.parent


@pytest.fixture
def home(practised: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(practised))
    monkeypatch.setenv("COLUMNS", "80")
    return practised


def entrain(capsys: Typed, *words: str) -> tuple[int, str, str]:
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


def test_before_the_first_session(capsys: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    code, out, err = entrain(capsys, "sessions", "trend", "--person", "P01")
    assert (code, out) == (2, "")
    assert "Nobody here is called 'P01'" in err
    assert entrain(capsys, "person", "new", "P01")[0] == 0
    code, out, err = entrain(capsys, "sessions", "trend", "--person", "P01")
    assert (code, out) == (0, "")
    assert "No sessions of P01 yet" in err


@pytest.mark.usefixtures("home")
def test_a_course_in_words_and_bars(capsys: Typed) -> None:
    code, out, _ = entrain(capsys, "sessions", "trend", "--person", "P01")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("12 sessions, 37 min in all, from ")
    week = next(line for line in lines if line.startswith("Mon"))
    assert len(week.split()) in (8, 9)
    assert (
        sum(
            line.count("▂") for line in lines if line[:3] in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        )
        == 12
    )
    pulse = next(line for line in lines if line.startswith("pulse at rest"))
    assert "no clear trend" in pulse
    assert "▄" * 12 in pulse  # the same heart each time
    assert max(map(len, lines)) <= 80


@pytest.mark.usefixtures("home")
def test_all_of_it_for_a_program_and_as_a_table(capsys: Typed, tmp_path: Path) -> None:
    table = tmp_path / "course.csv"
    code, out, err = entrain(capsys, "sessions", "trend", "--json", "--out", str(table))
    told = json.loads(out)
    assert (code, told["n_sessions"], len(told["sessions"])) == (0, 13, 13)
    assert "13 sessions." in err
    assert sum(sum(week["n_sessions"]) for week in told["weeks"]) == 13
    measures = {line["measure"]: line for line in told["lines"]}
    assert measures["pulse_before_bpm"]["way"] == "no clear trend"
    assert len(measures["pulse_before_bpm"]["values"]) == 13
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["person"] for row in rows] == ["P02", *["P01"] * 12]
    assert [float(row["pulse_before_bpm"]) for row in rows] == measures["pulse_before_bpm"]["values"]
    assert rows[0]["ended"] == "complete"
    code, _, err = entrain(capsys, "sessions", "trend", "--out", str(table))
    assert code == 2
    assert "nothing is overwritten" in err


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 120), st.integers(10, 250))
def test_a_calendar_fits_whatever_room_there_is(first: date, n: int, width: int) -> None:
    monday = first - timedelta(days=first.weekday())
    weeks = [Week(monday + timedelta(days=7 * k), (1,) * 7, (float(k % 30),) * 7) for k in range(n)]
    head, *rows = calendar(weeks, width)
    assert len(rows) == 7
    assert max(map(len, rows)) <= width
    shown = (len(rows[0]) - 5 + 1) // 2
    # Every month stands above the first Monday in it.
    for at, name in (
        (at, head[at : at + 3]) for at in range(5, len(head), 2) if head[at - 1] == " " != head[at]
    ):
        week = weeks[-shown:][(at - 5) // 2]
        assert f"{week.monday:%b}" == name
