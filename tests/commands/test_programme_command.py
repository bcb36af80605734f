"""`entrain programme`: from the list to the next step, with the real controller and a real store."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from entrain.app import programmes as weeks
from entrain.app.desk import Desk
from entrain.cli import main
from entrain.person.record import ProgrammeDeed
from entrain.storage import people
from entrain.storage.log.store import Store
from tests.support import many
from tests.support.real_heart import with_a_strap

Typed = pytest.CaptureFixture[str]
ID = "slower-breath"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("ENTRAIN_HOME", str(folder))
    return folder


def entrain(capsys: Typed, *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def begun(person: str, days_ago: float) -> None:
    """Let somebody have begun so many days ago."""
    store = Store.open()

    def earlier(now: people.PersonRecord) -> people.PersonRecord:
        from dataclasses import replace

        moment = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()
        return replace(now, programmes=tuple(replace(each, moment_utc=moment) for each in now.programmes))

    people.change(store, person, earlier)


def session(capsys: Typed, person: str, days_ago: float) -> int:
    sim = ("--heart", "sim:1:responder", "--headless", "--speed", "1e6")
    code, _, err = entrain(capsys, "programme", "today", "--person", person, *sim)
    assert code == 0, err
    number = Store.open().sessions()[-1].id
    with_a_strap(number)
    many.move(Store.open(), number, datetime.now(UTC) - timedelta(days=days_ago))
    return number


def test_what_there_is_and_what_one_is(capsys: Typed) -> None:
    rows = json.loads(entrain(capsys, "programme", "list", "--json")[1])
    assert [row["name"] for row in rows] == ["brighter-mornings", "resonance-weeks", "sleep-weeks", ID]
    assert entrain(capsys, "programme")[1].splitlines()[4].split()[:3] == [ID, "6", "30"]
    out = entrain(capsys, "programme", "show", ID)[1]
    assert "1. To nine breaths a minute (10 min)" in out
    assert "Held for you: no slower a breath than the step's." in out
    assert "Not known: " in out
    shown = json.loads(entrain(capsys, "programme", "show", ID, "--json")[1])
    assert [step["goal_per_min"] for step in shown["steps"]] == [9.0, 8.0, 7.0, 6.5, 6.0]


def test_from_the_first_step_to_the_second_and_back(capsys: Typed) -> None:
    code, out, _ = entrain(capsys, "programme", "start", ID, "--person", "P01")
    assert code == 0
    assert "Week 1 of 6 · 0 of 30 minutes · next: to 9 a minute" in out
    begun("P01", 8.0)
    numbers = [session(capsys, "P01", days) for days in (7.9, 5.0, 3.0)]
    row = Store.open().sessions()[-1]
    assert row.preset == f"{ID}.nine"
    assert Store.open().load(row.id).config.locked == ("breath.goal_per_min",)
    out = entrain(capsys, "programme", "show", "--person", "P01")[1]
    assert "Week 2 of 6 · 0 of 30 minutes · next: to 8 a minute" in out
    assert "A step on" in out
    report = entrain(capsys, "programme", "report", "--person", "P01")[1]
    assert report.count(" nine ") == 3
    Store.open().delete(numbers[-1])  # it has not been
    assert "next: to 9 a minute" in entrain(capsys, "programme", "show", "--person", "P01")[1]
    assert entrain(capsys, "programme", "show")[0] == 2  # nobody else's


def test_the_home_screen_is_told_in_one_line(capsys: Typed) -> None:
    assert Desk("P01").sitter().programme is None
    entrain(capsys, "programme", "start", ID, "--person", "P01")
    today = Desk("P01").sitter().programme
    assert today is not None
    assert today.line == "Week 1 of 6 · 0 of 30 minutes · next: to 9 a minute"
    assert (today.preset.name, today.preset.breath.goal_per_min) == (f"{ID}.nine", 9.0)


def test_a_file_that_changes_changes_nothing_of_what_was_begun(capsys: Typed, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('title = "Mine"\nsummary = ""\nweeks = 2\n[step.one]\ntitle = "One"\nsummary = ""\n')
    assert entrain(capsys, "programme", "check", str(mine)) == (0, f"{mine}: nothing wrong\n", "")
    assert entrain(capsys, "programme", "start", str(mine), "--person", "P01")[0] == 0
    mine.unlink()
    assert "Week 1 of 2" in entrain(capsys, "programme", "show", "--person", "P01")[1]


def test_what_is_held_is_not_loosened_by_an_option(capsys: Typed, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'title = "Mine"\nsummary = ""\nlocked = ["minutes", "sound.voice", "sound.music"]\n'
        '[step.one]\ntitle = "One"\nsummary = ""\nminutes = 8\n'
    )
    entrain(capsys, "programme", "start", str(mine), "--person", "P01")
    common = ("programme", "today", "--person", "P01", "--heart", "none", "--headless", "--audio", "none")
    for option, value in (("--minutes", "9"), ("--voice", "ocean"), ("--music", "x.mp3")):
        code, _, err = entrain(capsys, *common, option, value)
        assert (code, "stays as it was set for you" in err) == (2, True)
    code, _, err = entrain(capsys, *common, "--speed", "1e6", "--minutes", "6", "--voice", "soft")
    assert (code, err.startswith("Mine")) == (0, True)


def test_pause_go_on_leave_and_begin_again(capsys: Typed) -> None:
    entrain(capsys, "programme", "start", ID, "--person", "P01")
    assert entrain(capsys, "programme", "start", ID, "--person", "P01")[0] == 2
    assert "Paused" in entrain(capsys, "programme", "pause", "--person", "P01")[2]
    assert "Paused ·" in entrain(capsys, "programme", "show", "--person", "P01")[1]
    assert "Going on" in entrain(capsys, "programme", "pause", "--person", "P01")[2]
    assert "Week 1" in entrain(capsys, "programme", "today", "--rehearse", "--person", "P01")[1]
    assert entrain(capsys, "programme", "leave", "--person", "P01")[0] == 0
    assert entrain(capsys, "programme", "leave", "--person", "P01")[0] == 2
    assert entrain(capsys, "programme", "start", ID, "--person", "P01")[0] == 0
    assert entrain(capsys, "programme", "start", ID, "--person", "P01", "--again")[0] == 0
    deeds = [each.deed for each in people.load(Store.open(), "P01").programmes]
    assert deeds.count(ProgrammeDeed.BEGAN) == 3


def test_the_calendar_names_nobody(capsys: Typed, tmp_path: Path) -> None:
    entrain(capsys, "programme", "start", ID, "--person", "P01")
    out = tmp_path / "f.ics"
    when = ("--days", "tue", "--at", "07:15", "--out", str(out))
    assert entrain(capsys, "programme", "calendar", "--person", "P01", *when)[0] == 0
    assert "P01" not in out.read_text()
    (event,) = Calendar.from_ical(out.read_bytes()).walk("VEVENT")
    assert event.decoded("dtstart").strftime("%a %H:%M") == "Tue 07:15"
    assert entrain(capsys, "programme", "calendar", "--person", "P01", *when)[0] == 2
    for words in (("--days", "someday"), ("--at", "25:00")):
        assert entrain(capsys, "programme", "calendar", "--person", "P01", *words, "--out", f"{out}2")[0] == 2


def test_all_of_a_person_goes_with_them(capsys: Typed) -> None:
    entrain(capsys, "programme", "start", ID, "--person", "P01")
    assert entrain(capsys, "person", "forget", "P01", "--yes")[0] == 0
    assert weeks.under_way(Store.open(), "P01") is None
