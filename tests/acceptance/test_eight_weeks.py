"""Eight weeks of two people on one computer, told from the log alone.

One starts in winter time and practises on into summer time; the other travels, is away for three weeks and
has a session deleted. Their sessions are those of the real controller on a simulated body; only the calendar
is made. What the programme leads to is held against the rule for single presets that come down over days.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from entrain.app import programmes as weeks
from entrain.app.programmes import UnderWay
from entrain.cohort.life import _Life, _outcome, _Seen
from entrain.cohort.people import Who, body, draw
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.session import start
from entrain.control.snapshot import summary
from entrain.control.view import Summary
from entrain.presets import programmes
from entrain.storage import people
from entrain.storage.log.store import Store
from entrain.storage.recovery.absorb import absorb
from entrain.whatif import progression
from entrain.whatif.progression import Practised
from tests.support import many

SLOWER = programmes.load("slower-breath")
MONDAY = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)  # the clocks change on the 29th
FOLLOWS = (Who.TYPICAL, 1)
DOES_NOT = (Who.NEVER_FOLLOWS, 3)
Days = tuple[float, ...]

EVERY_OTHER: Days = tuple(7.0 * week + day for week in range(8) for day in (0.0, 2.0, 4.0))
AWAY: Days = tuple(day for day in EVERY_OTHER if not 21.0 <= day < 42.0)
# In the last two weeks nine hours further east: the same evening, earlier.
TRAVELS: Days = tuple(day - 9.0 / 24.0 if day >= 42.0 else day for day in AWAY)


@dataclass(frozen=True)
class Lived:
    """A session as it was: what its log says, and what no strap tells."""

    summary: Summary
    low_co2_min: float


def session(who: tuple[Who, int], preset: Preset) -> Lived:
    """One session of a simulated person, by the controller of a live one."""
    person = draw(*who, "second")
    heart = body(person)
    config = SessionConfig(preset, (heart.strap,), person.seed)
    life = _Life(start(config), heart, _Seen(), (config,), may_part=False)
    while life.is_on():
        life.go_on()
    return Lived(summary(life.state), _outcome(life).overbreathing_min)


@dataclass
class Course:
    """Somebody's weeks in a store."""

    store: Store
    person: str
    who: tuple[Who, int]
    lived: dict[str, Lived]  # by step: the same session of the same body comes out the same
    low_co2_min: float = 0.0

    def at(self, moment: datetime) -> UnderWay:
        found = weeks.under_way(self.store, self.person, moment.timestamp())
        assert found is not None
        return found

    def sit(self, moment: datetime) -> tuple[int, str]:
        """Today's session: its number, and its step."""
        step = self.at(moment).step
        if step.name not in self.lived:
            self.lived[step.name] = session(self.who, step.preset)
        lived = self.lived[step.name]
        self.low_co2_min += lived.low_co2_min
        config = SessionConfig(step.preset, (many.STRAP,), locked=SLOWER.programme.outline.locked)
        with self.store.begin(
            config, preset_text=SLOWER.text, hearts=[many.STRAP], person=self.person
        ) as log:
            log.close(lived.summary)
        assert log.session_id is not None
        many.move(self.store, log.session_id, moment)
        return log.session_id, step.name


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))
    return tmp_path


def begun(store: Store, person: str, who: tuple[Who, int], offset_h: float) -> Course:
    weeks.begin(store, person, SLOWER)

    def in_march(now: people.PersonRecord) -> people.PersonRecord:
        (event,) = now.programmes
        moment = MONDAY.isoformat(timespec="milliseconds")
        return replace(now, programmes=(replace(event, moment_utc=moment, utc_offset_s=offset_h * 3600.0),))

    people.change(store, person, in_march)
    return Course(store, person, who, {})


def single_rule(who: tuple[Who, int], days: Days) -> float:
    """Minutes under 30 mmHg where the same sessions are of one preset that comes down over days."""
    last = SLOWER.programme.steps[-1].preset
    goal = replace(last, name="p", breath=replace(last.breath, over_days=True))
    done: list[Practised] = []
    lived: dict[float, Lived] = {}
    low_co2_min = 0.0
    for day in days:
        moment_s = (MONDAY + timedelta(days=day)).timestamp()
        today = progression.today(goal, progression.steps_done(done, moment_s))
        per_min = today.breath.goal_per_min
        if per_min not in lived:
            lived[per_min] = session(who, today)
        of = lived[per_min]
        low_co2_min += of.low_co2_min
        done.append(Practised(moment_s, True, of.summary.judged_s / 60.0, of.summary.in_step_s / 60.0))
    return low_co2_min


def test_eight_weeks_of_two_people(home: Path) -> None:
    store = Store.open()
    one, two = begun(store, "P01", FOLLOWS, 1.0), begun(store, "P02", DOES_NOT, 1.0)
    steps: dict[str, list[str]] = {"P01": [], "P02": []}
    numbers: list[int] = []
    for day in sorted({*EVERY_OTHER, *TRAVELS}):
        for course, days in ((one, EVERY_OTHER), (two, TRAVELS)):
            if day in days:
                number, step = course.sit(MONDAY + timedelta(days=day))
                steps[course.person].append(step)
                numbers += [number] if course is two else []

    # Who follows comes down a step a week; who does not stays where nobody gets too little carbon dioxide.
    assert [steps["P01"].index(each.name) for each in SLOWER.programme.steps] == [0, 3, 6, 9, 12]
    assert set(steps["P02"]) == {"nine"}
    for course in (one, two):
        names = [each.name for each in SLOWER.programme.steps]
        at = [names.index(course.at(MONDAY + timedelta(days=day)).step.name) for day in range(60)]
        assert all(later - earlier <= 1 for earlier, later in zip(at, at[6:], strict=False))
    slowest = two.lived["nine"].summary.slowest_breath_per_min
    assert slowest is not None
    assert slowest >= 8.0

    # The same from the log alone: in another store, on another computer, whatever else was in between.
    after = MONDAY + timedelta(days=56)
    other = Store(home / "elsewhere.db")
    absorb(other, store.path)
    for course in (one, two):
        assert replace(course, store=other).at(after).standing == course.at(after).standing
    gone = two.at(MONDAY + timedelta(days=40))
    assert (gone.standing.is_back, gone.standing.week) == (True, 3)
    store.delete(numbers[4])
    assert two.at(after).standing.n_sessions == len(TRAVELS) - 1
    assert weeks.under_way(other, "P02", after.timestamp()) != two.at(after)
    kept = {row.uuid for row in store.sessions()}
    other.delete(next(row.id for row in other.sessions() if row.uuid not in kept))
    assert replace(two, store=other).at(after).standing == two.at(after).standing


@pytest.mark.parametrize("who", [Who.TYPICAL, Who.OVER_BREATHER, Who.NEVER_FOLLOWS, Who.WEAK_RSA], ids=str)
def test_nobody_gets_too_little_carbon_dioxide_for_longer_than_by_the_rule_for_one_preset(
    who: Who, home: Path
) -> None:
    course = begun(Store.open(), "P01", (who, 3), 1.0)
    for day in EVERY_OTHER[:18]:
        course.sit(MONDAY + timedelta(days=day))
    assert course.low_co2_min <= single_rule((who, 3), EVERY_OTHER[:18])
