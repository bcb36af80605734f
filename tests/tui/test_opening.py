"""A session that takes a while to be opened, for one because its music is new, holds no key up."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from entrain.app import prepare as setup
from entrain.app.prepare import Choices
from entrain.commands import screen
from entrain.drawing.palette import Depth
from entrain.errors import EntrainError, InputError
from entrain.music_library import listening
from entrain.ports import OpenedSession, SessionChoice
from entrain.tui.app import EntrainApp, Home, Manners
from entrain.tui.look import Look
from entrain.tui.screens.home import HomeScreen
from entrain.tui.screens.opening import OpeningScreen
from entrain.tui.screens.session import SessionScreen
from tests.support import tunes
from tests.support.screen import comes, screen_text, strike
from tests.support.scripted import VOICES, Script, ScriptedPort, presets
from tests.tui.test_history import CHOICE, find


class SlowHouse:
    """Its sessions are opened when `may_open` is set, if at all."""

    def __init__(self, fault: EntrainError | None = None) -> None:
        self.may_open = asyncio.Event()
        self.given_up = False
        self.doing = ""
        home = Home(presets(), VOICES, find, self._open, CHOICE, doing=lambda: self.doing)
        self.app = EntrainApp(home, Manners(Look(depth=Depth.TRUE), check_in=False))
        self._fault = fault

    async def _open(self, choice: SessionChoice) -> OpenedSession:
        try:
            await self.may_open.wait()
        except asyncio.CancelledError:
            self.given_up = True
            raise
        if self._fault is not None:
            raise self._fault
        return OpenedSession(ScriptedPort(self.app._clock, Script(begins_at_s=302.0)))  # type: ignore[arg-type]


async def test_what_is_done_meanwhile_is_said_and_then_it_begins() -> None:
    house = SlowHouse()
    async with house.app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        await strike(pilot, "enter")
        assert "One moment …" in await comes(pilot, OpeningScreen)
        house.doing = "Looking for the beat of [b]evening.mp3 (2 of 3) …"
        await pilot.pause(0.4)
        assert house.doing in screen_text(house.app)
        house.may_open.set()
        await comes(pilot, SessionScreen)
        assert not house.given_up
        house.app.exit()


async def test_nobody_has_to_wait_for_it() -> None:
    house = SlowHouse()
    async with house.app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        await strike(pilot, "enter")
        await comes(pilot, OpeningScreen)
        await strike(pilot, "q")
        await comes(pilot, HomeScreen)
        assert house.given_up


async def test_why_it_could_not_be_opened_is_said_on_the_home_screen() -> None:
    house = SlowHouse(InputError("There is no music in that folder."))
    async with house.app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        await strike(pilot, "enter")
        await comes(pilot, OpeningScreen)
        house.may_open.set()
        assert "There is no music in that folder." in await comes(pilot, HomeScreen)


# ---- for real: new music -----------------------------------------------------------------------------------


@pytest.fixture
def choices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Choices:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))
    folder = tmp_path / "calm"
    folder.mkdir()
    for bpm in (66.0, 72.0):
        tunes.saved(folder / f"{bpm:.0f}.wav", tunes.drums(tunes.beats(bpm, 15.0), 15.0))
    preset = setup.load_preset("quiet")
    return Choices(("sim:7",), preset, music=str(folder), audio=f"file:{tmp_path / 'out.wav'}")


async def test_new_music_is_listened_to_aside(choices: Choices, monkeypatch: pytest.MonkeyPatch) -> None:
    at_it, may_listen, listen = Event(), Event(), listening.listen

    def held_up(path: Path) -> listening.Heard:
        at_it.set()
        assert may_listen.wait(10.0)  # in the loop's own thread nobody could let it go on
        return listen(path)

    monkeypatch.setattr(listening, "listen", held_up)
    opener = screen._Opener()
    opening = asyncio.create_task(opener.open(choices))
    assert await asyncio.to_thread(at_it.wait, 10.0)
    assert opener.doing == "Looking for the beat of 66.wav (1 of 2) …"
    may_listen.set()
    opened = await opening
    assert opener.doing == ""
    pieces = opened.port._state.config.music  # type: ignore[attr-defined]
    assert [(each.name, round(each.bpm)) for each in pieces] == [("66.wav", 66), ("72.wav", 72)]
    opener.close()


async def test_where_nobody_waits_any_more_the_listening_ends(
    choices: Choices, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    at_it, may_listen, listen = Event(), Event(), listening.listen

    def held_up(path: Path) -> listening.Heard:
        heard.append(path.name)
        at_it.set()
        assert may_listen.wait(10.0)
        return listen(path)

    monkeypatch.setattr(listening, "listen", held_up)
    threads = ThreadPoolExecutor()
    asyncio.get_running_loop().set_default_executor(threads)
    opener = screen._Opener()
    opening = asyncio.create_task(opener.open(choices))
    assert await asyncio.to_thread(at_it.wait, 10.0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    may_listen.set()
    threads.shutdown(wait=True)
    assert heard == ["66.wav"]
    assert opener.doing == ""
