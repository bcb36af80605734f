"""The sessions that were, on the screen: over a real store, with real sessions in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from entrain.app import prepare as setup
from entrain.app.archive import StoreArchive
from entrain.app.prepare import Choices
from entrain.clock import ManualClock
from entrain.commands import screen
from entrain.control.events import Rate
from entrain.devices.simulated.person import Person
from entrain.drawing.palette import Depth
from entrain.ports import OpenedSession, Report, SessionChoice
from entrain.storage import backups
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome
from entrain.tui.app import EntrainApp, Home, Manners
from entrain.tui.look import Look
from entrain.tui.screens.compare import CompareScreen
from entrain.tui.screens.export import ExportScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.screens.history import HistoryScreen
from entrain.tui.screens.home import HomeScreen
from entrain.tui.screens.past import PastScreen
from entrain.tui.screens.session import SessionScreen
from entrain.tui.screens.summary import SummaryScreen
from entrain.tui.screens.who import WhoScreen
from entrain.tui.widgets.say import Say
from tests.support import many
from tests.support.pictures import CHOICE, find
from tests.support.screen import comes, hammer, screen_text, settled, strike
from tests.support.scripted import VOICES, Script, ScriptedPort, presets

NOW = datetime.now().astimezone().replace(microsecond=0)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """P01 on two days, P02 on two others, all of the same two hearts."""
    store = Store(tmp_path_factory.mktemp("once") / "sessions.db")
    for number, (seed, days) in enumerate([(7, 5), (8, 4)], 1):
        many.move(store, many.run_one(store, Person.draw(seed), called="P01"), NOW - timedelta(days=days))
        many.copies(store, number, [NOW - timedelta(days=days - 2)], "P02")
    return store.path


@pytest.fixture
def store(once: Path, tmp_path: Path) -> Store:
    Store(once).backup(tmp_path / "sessions.db")
    return Store(tmp_path / "sessions.db")


@dataclass
class House:
    app: EntrainApp
    pilot: Pilot[object]
    opened: list[SessionChoice] = field(default_factory=list[SessionChoice])
    chosen: list[SessionChoice] = field(default_factory=list[SessionChoice])

    async def press(self, *keys: str) -> str:
        await strike(self.pilot, *keys)
        await self.pilot.pause()
        return self.text

    @property
    def text(self) -> str:
        return screen_text(self.app)

    async def comes(self, screen: type[Screen[object]]) -> str:
        return await comes(self.pilot, screen)

    async def shows(self, said: str, *, gone: bool = False) -> str:
        """Wait until something is on the screen, or no longer; fails after ten seconds."""
        for _ in range(400):
            if (said in self.text) is not gone:
                return self.text
            await self.pilot.pause(0.025)
        raise AssertionError(f"{said!r}, gone: {gone}\n{self.text}")

    async def history(self) -> str:
        """The history, with everything measured."""
        await self.press("h")
        await self.comes(HistoryScreen)
        await self.shows("Looking", gone=True)
        await self.shows("…", gone=True)
        return self.text


@asynccontextmanager
async def house(
    store: Store,
    *,
    size: tuple[int, int] = (80, 24),
    report: Report | None = None,
    person: str = "",
    look: Look = Look(depth=Depth.TRUE),  # noqa: B008  frozen
) -> AsyncIterator[House]:
    opened: list[SessionChoice] = []
    chosen: list[SessionChoice] = []

    async def open_session(choice: SessionChoice) -> OpenedSession:
        opened.append(choice)
        raise AssertionError("no session is run here")

    archive = StoreArchive(store, folder=lambda: store.path.parent)
    choice = replace(CHOICE, person=person)
    home = Home(presets(), VOICES, find, open_session, choice, archive, report)
    app = EntrainApp(home, Manners(look, check_in=False, on_choice=chosen.append))
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield House(app, pilot, opened, chosen)
        app.exit()


def written(folder: Path, names: str) -> list[Path]:
    return list(folder.glob(names))


# ---- the list ----------------------------------------------------------------------------------------------


async def test_before_the_first_session(tmp_path: Path) -> None:
    async with house(Store(tmp_path / "sessions.db")) as h:
        assert "h history" in h.text
        text = await h.history()
        assert "No sessions yet." in text
        assert "pulse at rest" not in text
        for key in ("enter", "space", "c", "n", "e", "d"):
            await h.press(key)
            assert isinstance(h.app.screen, HistoryScreen)
        await h.press("q")
        await h.comes(HomeScreen)


async def test_the_list_the_calendar_and_the_lines(store: Store) -> None:
    async with house(store) as h:
        text = await h.history()
        assert "history   everybody" in text
        assert "4 sessions, 13 min in all" in text
        assert text.count("■") == 4
        assert "pulse at rest" in text
        assert "A trend takes 8 sessions over 2 weeks." in text
        rows = [line for line in text.splitlines() if " quiet " in line]
        assert [("P01" in row, "P02" in row) for row in rows] == [
            (False, True),
            (False, True),
            (True, False),
            (True, False),
        ]
        assert all(row.count("→") == 2 for row in rows)  # pulse and tension
        await h.press("q")
        await h.comes(HomeScreen)


async def test_the_palette_knows_it(store: Store) -> None:
    async with house(store) as h:
        await h.press("ctrl+p")
        await h.press(*"history")
        await h.shows("history (h)")
        await h.pilot.press("enter")
        await h.comes(HistoryScreen)


async def test_a_mouse_opens_a_session(store: Store) -> None:
    async with house(store) as h:
        text = await h.history()
        y = next(at for at, line in enumerate(text.splitlines()) if " quiet " in line) + 2
        await h.pilot.click(offset=(20, y))
        assert isinstance(h.app.screen, HistoryScreen)  # the first click moves the bar
        await h.pilot.click(offset=(20, y))
        assert "P01" in await h.comes(PastScreen)


async def test_on_a_small_screen_the_list_is_what_remains(store: Store) -> None:
    async with house(store, size=(62, 17)) as h:
        text = await h.history()
        assert "Mon " not in text.split("began")[0]
        assert text.count("quiet") == 4


@pytest.mark.parametrize(
    "look", [Look("light", depth=Depth.TRUE), Look("night", depth=Depth.CUBE), Look(depth=Depth.NONE)]
)
async def test_in_every_light_and_without_colours(store: Store, look: Look) -> None:
    async with house(store, look=look, size=(200, 60)) as h:
        text = await h.history()
        assert text.count("▂" if look.depth is Depth.NONE else "■") >= 4
        assert ("■" in text) is (look.depth is not Depth.NONE)
        await h.press("enter")
        await h.comes(PastScreen)


async def test_leaving_while_it_is_measured_and_keys_that_come_too_fast(store: Store) -> None:
    async with house(store) as h:
        for _ in range(3):
            hammer(
                h.pilot,
                "h",
                "down",
                "enter",
                "q",
                "space",
                "down",
                "space",
                "c",
                "escape",
                "escape",
                "q",
                "h",
            )
            await settled(h.pilot)
        assert h.app.fault is None


# ---- one session, and two ----------------------------------------------------------------------------------


async def test_a_session_can_be_looked_at_again(store: Store) -> None:
    async with house(store, size=(100, 70)) as h:
        await h.history()
        await h.press("down", "enter")
        text = await h.comes(PastScreen)
        for said in ("Three quiet minutes", "P02", "Complete: the session is complete.", "a door"):
            assert said in text
        for heading in ("Marks", "Phases", "Decisions"):
            assert f"\n          {heading}\n" in text
        assert "0:00  waiting" in text or "baseline" in text
        assert "the policy" in text
        assert "quality" not in text.lower() or "beats" in text
        await h.press("q")
        await h.comes(HistoryScreen)


async def test_a_note_is_kept(store: Store) -> None:
    async with house(store, size=(100, 50)) as h:
        await h.history()
        await h.press("n", *"calm", "enter")
        await h.shows("Noted.")
        assert [row.note for row in store.sessions()] == ["", "", "", "calm"]
        await h.press("enter")
        await h.comes(PastScreen)
        await h.press("n", *"very", "enter")
        await h.shows("very")
        assert [row.note for row in store.sessions()] == ["", "", "", "calm\nvery"]


async def test_deleting_asks_and_says_what_remains(store: Store, tmp_path: Path) -> None:
    store.backup(tmp_path / "kept.db")
    backups.remember(store, tmp_path / "kept.db")
    async with house(store, size=(120, 30)) as h:
        await h.history()
        await h.press("d")
        await h.shows("for good?")
        assert f"It stays in the backup {tmp_path / 'kept.db'}." in h.app.screen.query_one(".more", Say).text
        await h.press("n")
        assert len(store.sessions()) == 4
        await h.press("d")
        await h.shows("for good?")
        await h.press("y")
        await h.shows("3 sessions")
        assert len(store.sessions()) == 3


async def test_deleting_from_a_session_s_page_leads_back_to_the_list(store: Store) -> None:
    async with house(store) as h:
        await h.history()
        await h.press("enter")
        await h.comes(PastScreen)
        await h.press("d")
        await h.shows("for good?")
        await h.press("y")
        await h.comes(HistoryScreen)
        await h.shows("3 sessions")


async def test_two_are_compared(store: Store) -> None:
    async with house(store, size=(120, 40)) as h:
        await h.history()
        await h.press("space")
        assert "c compare" not in h.text
        await h.press("c")
        assert isinstance(h.app.screen, HistoryScreen)
        await h.press("down", "down", "space")
        assert h.text.count("●") == 2
        assert "c compare" in h.text
        await h.press("c")
        text = await h.comes(CompareScreen)
        row = next(line for line in text.splitlines() if "pulse, corrected" in line)
        assert row.count("→") == 2
        assert "P01" in text
        assert "P02" in text
        await h.press("q")
        await h.comes(HistoryScreen)
        await h.press("down", "space")
        assert h.text.count("●") == 2  # the oldest mark goes


async def test_a_session_is_exported(store: Store, tmp_path: Path) -> None:
    async with house(store, size=(120, 40)) as h:
        await h.history()
        here = h.app.screen.query_one("SittingTable").here.id  # type: ignore[attr-defined]
        await h.press("e")
        text = await h.comes(ExportScreen)
        assert "rr" in text
        await h.press("enter")
        await h.comes(HistoryScreen)
        await h.shows(f"entrain-session-{here}.txt")
        assert len((tmp_path / f"entrain-session-{here}.txt").read_text().splitlines()) > 150
        await h.press("e")
        await h.comes(ExportScreen)
        assert "drawn at random" in await h.press("d")
        await h.press("down", "down", "enter")
        await h.comes(HistoryScreen)
        await h.shows(".jsonl")
        told = [path.read_text() for path in written(tmp_path, "entrain-p*.jsonl")]
        assert len(told) == 1
        assert "P02" not in told[0]


async def test_a_report_is_written_where_there_is_something_to_write_it(store: Store, tmp_path: Path) -> None:
    asked: list[int] = []

    def report(session_id: int) -> Path:
        asked.append(session_id)
        return tmp_path / "report.html"

    async with house(store) as h:
        await h.history()
        assert "r report" not in h.text
    async with house(store, report=report, size=(120, 30)) as h:
        await h.history()
        assert "r report" in h.text
        await h.press("r")
        await h.shows("report.html")
        await h.press("enter")
        await h.comes(PastScreen)
        await h.press("r")
        await h.pilot.pause(0.1)
        assert len(asked) == 2


async def test_a_store_that_cannot_be_read_is_said(store: Store) -> None:
    store.path.write_bytes(b"SQLite format 3\0" + Random(1).randbytes(4000))
    async with house(store, size=(120, 30)) as h:
        await h.press("h")
        await h.comes(HistoryScreen)
        await h.shows("entrain doctor --repair")
        await h.press("q")
        await h.press("w")
        await h.shows("entrain doctor --repair")


async def test_every_key_is_explained(store: Store) -> None:
    async with house(store, size=(100, 40)) as h:
        await h.history()
        await h.press("question_mark")
        text = await h.comes(HelpScreen)
        for said in ("Mark a session", "side by side", "for good", "for other programs"):
            assert said in text


async def test_a_session_s_log_is_closed_before_home_shows_again(store: Store) -> None:
    """Else the history would show it as cut off."""
    clock, said = ManualClock(), list[str]()

    async def open_session(choice: SessionChoice) -> OpenedSession:
        said.append("opened")
        return OpenedSession(
            ScriptedPort(clock, Script(begins_at_s=302.0)), close=lambda: said.append("closed")
        )

    home = Home(presets(), VOICES, find, open_session, CHOICE, StoreArchive(store))
    app = EntrainApp(home, Manners(Look(depth=Depth.TRUE), check_in=False), clock=clock)
    async with app.run_test() as pilot:
        h = House(app, pilot)
        await h.press("enter")
        await h.comes(SessionScreen)
        await h.press("q")
        await h.comes(SummaryScreen)
        assert said == ["opened"]  # a rating and a note still belong to it
        await h.press("a")
        await h.comes(SessionScreen)
        assert said == ["opened", "closed", "opened"]
        await h.press("q")
        await h.comes(SummaryScreen)
        await h.press("q")
        await h.comes(HomeScreen)
        assert said == ["opened", "closed"] * 2
        app.exit()


async def test_the_summary_writes_a_report_once_everything_was_said(store: Store, tmp_path: Path) -> None:
    clock, said = ManualClock(), list[object]()
    port = ScriptedPort(clock, Script(begins_at_s=302.0))

    def report() -> Path:
        said.append("reported")
        return tmp_path / "r.html"

    async def open_session(choice: SessionChoice) -> OpenedSession:
        return OpenedSession(port, report=report)

    home = Home(presets(), VOICES, find, open_session, CHOICE, StoreArchive(store))
    app = EntrainApp(home, Manners(Look(depth=Depth.TRUE), check_in=False), clock=clock)
    async with app.run_test(size=(140, 30)) as pilot:
        h = House(app, pilot)
        await h.press("enter")
        await h.comes(SessionScreen)
        await h.press("q")
        assert "r report" in await h.comes(SummaryScreen)
        await h.press("3", "r")
        text = await h.shows("The report is in")
        assert "n note" not in text
        assert said == ["reported"]
        sent = list(port.sent)
        assert Rate(3, "after") in sent
        await h.press("n", "5", "r")
        assert port.sent == sent
        assert said == ["reported"]
        await h.press("q")
        await h.comes(HomeScreen)
        app.exit()


async def test_a_closed_session_is_whole_in_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    opener = screen._Opener()
    choices = Choices(("sim:7",), setup.load_preset("quiet"), audio="none", speed=1e6, person="P05")
    opened = await opener.open(choices)
    await opened.port.run()
    assert opened.close is not None
    opened.close()
    (row,) = Store.open().sessions()
    assert (row.state, row.person) == (SessionOutcome.COMPLETED, "P05")


# ---- whose they are ----------------------------------------------------------------------------------------


async def test_who_is_practising_is_chosen_and_the_history_is_theirs(store: Store) -> None:
    async with house(store) as h:
        assert "no name" in h.text
        await h.press("w")
        text = await h.comes(WhoScreen)
        assert text.index("  P02") < text.index("  P01") < text.index("No name")
        await h.press("home", "down", "enter")
        await h.comes(HomeScreen)
        assert "who      P01" in h.text
        text = await h.history()
        assert "history   P01" in text
        assert text.count("quiet") == 2
        await h.press("q", "enter")
        await h.pilot.pause()
        assert [choice.person for choice in h.opened] == ["P01"]
        assert h.chosen == h.opened


async def test_somebody_new(store: Store) -> None:
    async with house(store) as h:
        await h.press("w")
        await h.comes(WhoScreen)
        await h.press("a", *"a/b", "enter")
        await h.shows("letters and digits")
        await h.press("a", *"P03", "enter")
        await h.comes(HomeScreen)
        assert "who      P03" in h.text
        await h.press("w")
        text = await h.comes(WhoScreen)
        assert text.index("P03") < text.index("P02")
        await h.press("end", "up", "enter")
        await h.comes(HomeScreen)
        assert "no name" in h.text
