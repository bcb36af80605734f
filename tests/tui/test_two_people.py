"""Two people at one computer, by keys: each is seen before the session, in it and after it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from entrain.app.archive import StoreArchive
from entrain.app.desk import Desk, name_outside
from entrain.app.services import rooms
from entrain.clock import MonotonicClock
from entrain.commands.screen import heart_spec, manners
from entrain.ports import HeartChoice, OpenedSession, SessionChoice
from entrain.storage import people
from entrain.storage.log.store import Store
from entrain.tui.app import EntrainApp, Home
from entrain.tui.screens.home import HomeScreen
from entrain.tui.screens.notice import NoticeScreen
from entrain.tui.screens.session import SessionScreen
from entrain.tui.screens.summary import SummaryScreen
from entrain.tui.screens.who import WhoScreen
from tests.support.pictures import CHOICE, find
from tests.support.screen import comes, screen_text, strike
from tests.support.scripted import VOICES, ScriptedPort, presets


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path


class Hands:
    """Keys and what they show; every session that was opened."""

    def __init__(self, app: EntrainApp, pilot: Pilot[object], opened: list[SessionChoice]) -> None:
        self.app, self.pilot, self.opened = app, pilot, opened

    async def press(self, *keys: str) -> str:
        await strike(self.pilot, *keys)
        await self.pilot.pause()
        return screen_text(self.app)

    async def comes(self, screen: type) -> str:
        return await comes(self.pilot, screen)

    async def shows(self, said: str) -> str:
        for _ in range(400):
            if said in screen_text(self.app):
                return screen_text(self.app)
            await self.pilot.pause(0.025)
        raise AssertionError(f"{said!r} is not on\n{screen_text(self.app)}")

    async def read_the_notice(self) -> None:
        await self.comes(NoticeScreen)
        await self.press("enter", "enter", "enter")


@asynccontextmanager
async def app() -> AsyncIterator[Hands]:
    """The app over a real store and a real desk; only the session is scripted."""
    desk, opened = Desk(), []

    async def open_session(choice: SessionChoice) -> OpenedSession:
        opened.append(choice)
        return OpenedSession(ScriptedPort(MonotonicClock()), person=choice.person)

    async def never(_: object) -> OpenedSession:
        raise AssertionError

    def strap(heart: HeartChoice) -> str:
        return heart_spec(heart)

    choice = SessionChoice(CHOICE.heart, CHOICE.preset, CHOICE.voice, CHOICE.minutes, desk.person)
    behind = rooms(desk, strap, never, lambda: None)
    start = Home(presets(), VOICES, find, open_session, choice, StoreArchive(Store.open()), rooms=behind)
    with_manners = manners(desk)
    it = EntrainApp(start, with_manners)
    async with it.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield Hands(it, pilot, opened)
        it.exit()


async def a_session(hands: Hands) -> None:
    """From the home screen to it again, seen on every screen."""
    person = hands.opened[-1].person if hands.opened else ""
    await hands.shows("How tense are you")
    await hands.press("enter")
    text = await hands.comes(SessionScreen)
    person = hands.opened[-1].person
    if person:
        await hands.shows(person)
    else:
        assert "P0" not in text
    await hands.press("q")
    text = await hands.comes(SummaryScreen)
    assert (person in text) if person else "P0" not in text
    await hands.press("q")
    await hands.comes(HomeScreen)


async def test_two_people_on_one_computer() -> None:
    async with app() as hands:
        await hands.read_the_notice()
        text = await hands.comes(HomeScreen)
        assert "no name" in text

        # One after the other sits down; each reads the notice once, before anything starts.
        for person in ("P01", "P02"):
            await hands.press("w")
            await hands.comes(WhoScreen)
            await hands.press("a", *person, "enter")
            await hands.comes(HomeScreen)
            await hands.shows(person)
            await hands.press("enter")
            await hands.read_the_notice()
            await a_session(hands)
        assert [choice.person for choice in hands.opened] == ["P01", "P02"]

        # Outside, P01 was named: nothing starts before it is said whose session this is.
        name_outside("P01")
        await hands.press("enter")
        text = await hands.comes(WhoScreen)
        assert "Whose session is this?" in text
        assert "Outside this screen P01 was named; here it was P02." in text
        await hands.press("enter")
        await hands.comes(HomeScreen)
        await hands.shows("P01")
        assert len(hands.opened) == 2
        await hands.press("enter")
        await a_session(hands)
        assert hands.opened[-1].person == "P01"

    # Asked once and not again; and whoever sat here last sits here still.
    async with app() as hands:
        await hands.comes(HomeScreen)
        await hands.shows("P01")
    assert all(people.load(Store.open(), person).notice for person in ("", "P01", "P02"))


async def test_before_the_home_screen_it_is_asked_too() -> None:
    desk = Desk("P01")
    desk.read_notice()
    desk.sit_down("P01")
    name_outside("P02")
    async with app() as hands:
        text = await hands.comes(WhoScreen)
        assert "Outside this screen P02 was named; here it was P01." in text
        await hands.press("escape")  # it is who it was
        await hands.comes(HomeScreen)
        await hands.shows("P01")


async def test_whoever_is_alone_meets_no_question() -> None:
    async with app() as hands:
        await hands.read_the_notice()
        await hands.comes(HomeScreen)
        for _ in range(2):
            await hands.press("enter")
            await a_session(hands)
    assert [choice.person for choice in hands.opened] == ["", ""]
    async with app() as hands:
        await hands.comes(HomeScreen)
