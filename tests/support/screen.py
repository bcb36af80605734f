"""Reading and playing a Textual app's screen in a test, without waiting for the real time to pass."""

import asyncio
import unicodedata

from textual import events
from textual._compositor import LayoutUpdate
from textual._wait import wait_for_idle
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Size
from textual.pilot import Pilot, WaitForScreenTimeout
from textual.screen import Screen

from entrain.tui.screens.session import SessionScreen

_NAMES = {"space": " ", "minus": "-", "plus": "+", "equals_sign": "=", "question_mark": "?"}


def screen_text(app: App[object]) -> str:
    """What stands on the screen, line by line, without colours and trailing blanks."""
    whole = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert isinstance(whole, LayoutUpdate)
    return "\n".join("".join(strip.text for strip in line).rstrip() for line in whole.strips)


async def settled(pilot: Pilot[object]) -> None:
    """Every message that was under way has been handled, and what it led to."""
    for _ in range(4):
        await _handled(pilot)


async def _handled(pilot: Pilot[object], attempts: int = 10) -> None:
    """A widget that leaves while it is waited for never answers; then whoever is there now is asked.

    An app that has ended answers no more, and neither does what was still on its way to the screen.
    """
    for left in reversed(range(attempts)):
        if not pilot.app.is_running:
            return
        try:
            await pilot._wait_for_screen(timeout=3.0)
        except WaitForScreenTimeout:
            if not left:
                raise
        else:
            return


async def paused(pilot: Pilot[object]) -> None:
    """What `Pilot.pause` does, also while screens come and go."""
    await _handled(pilot)
    await wait_for_idle(0)
    if pilot.app.is_running and pilot.app.screen_stack:
        pilot.app.screen._on_timer_update()


async def resized(pilot: Pilot[object], width: int, height: int) -> None:
    """What `Pilot.resize_terminal` does, also while screens come and go."""
    driver = pilot.app._driver
    assert isinstance(driver, HeadlessDriver)
    driver._size = size = Size(width, height)
    pilot.app.post_message(events.Resize(size, size))
    await paused(pilot)


async def strike(pilot: Pilot[object], *keys: str) -> None:
    """Press keys, each handled before the next. `Pilot.press` waits 40 ms and more for each."""
    for key in keys:
        hammer(pilot, key)
        await settled(pilot)


def hammer(pilot: Pilot[object], *keys: str) -> None:
    """Press keys faster than the app can handle them."""
    driver = pilot.app._driver
    assert driver is not None
    for key in keys:
        char = _NAMES.get(key, key if len(key) == 1 else None)
        name = key
        if len(key) == 1 and not key.isalnum():
            name = unicodedata.name(key).lower().replace("-", "_").replace(" ", "_")
        driver.send_message(events.Key(name, char))


async def drawn(pilot: Pilot[object]) -> str:
    """Draw a few frames of this moment, wait for layout and paint, and return what is shown."""
    await paused(pilot)  # what is drawn before the layout is known has the wrong size
    for screen in pilot.app.screen_stack:
        if isinstance(screen, SessionScreen):
            for _ in range(3):
                screen.draw()
    await paused(pilot)
    return screen_text(pilot.app)


async def comes(pilot: Pilot[object], screen: type[Screen[object]]) -> str:
    """Wait until a screen of this kind is on top, and return what is shown. Fails after 20 s."""
    async with asyncio.timeout(20):
        while not (isinstance(pilot.app.screen, screen) and pilot.app.screen.is_mounted):
            await paused(pilot)
    return await drawn(pilot)
