"""Hearing a voice on the home screen before a session."""

import asyncio

from entrain.errors import DeviceError
from entrain.ports import Listen, OpenedSession, SessionChoice
from entrain.tui.app import EntrainApp, Home, Manners
from entrain.tui.screens.home import HomeScreen
from tests.support.pictures import CHOICE, find
from tests.support.screen import comes, strike
from tests.support.scripted import VOICES, presets


def at_home(listen: Listen) -> EntrainApp:
    async def open_session(_: SessionChoice) -> OpenedSession:
        raise AssertionError("no session is started here")

    home = Home(presets(), VOICES, find, open_session, CHOICE, listen=listen)
    return EntrainApp(home, Manners(show_notice=False))


async def test_a_voice_is_heard_and_the_same_key_ends_it() -> None:
    heard: list[str] = []
    faded: list[str] = []

    async def listen(voice: str) -> None:
        heard.append(voice)
        try:
            await asyncio.sleep(60)
        finally:
            faded.append(voice)

    async with at_home(listen).run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        await strike(pilot, "l")
        assert (heard, faded) == ([CHOICE.voice], [])
        await strike(pilot, "l")
        assert faded == [CHOICE.voice]
        await strike(pilot, "v", "l")
        assert heard[1] != CHOICE.voice
    assert faded == heard  # leaving ends it too


async def test_without_a_device_it_is_said_with_what_to_do() -> None:
    async def listen(_: str) -> None:
        raise DeviceError("There is no sound device.", "Switch on a loudspeaker.")

    async with at_home(listen).run_test(size=(80, 24), notifications=True) as pilot:
        await comes(pilot, HomeScreen)
        await strike(pilot, "l")
        (told,) = pilot.app._notifications
        assert told.message == "There is no sound device. Switch on a loudspeaker."
