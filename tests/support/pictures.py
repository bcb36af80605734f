"""Pictures of every screen, as SVG files: python -m tests.support.pictures OUT [NAME...]

The clock stands still, so the same pictures come out each time. Chromium turns them into PNG where they are
needed; the web font's address is taken out, an installed Fira Code serves.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import OptionList

from entrain.clock import ManualClock
from entrain.control.events import Link, Sound
from entrain.drawing.palette import Depth
from entrain.ports import AssessmentOutcome, HeartChoice, HeartKind, OpenedSession, SessionChoice, StrapOnAir
from entrain.tui.app import EntrainApp, Home, Manners
from entrain.tui.look import Look
from entrain.tui.screens.compare import CompareScreen
from entrain.tui.screens.opening import OpeningScreen
from entrain.tui.screens.outcome import OutcomeScreen
from entrain.tui.screens.past import PastScreen
from entrain.tui.screens.session import SessionScreen
from entrain.tui.screens.summary import SummaryScreen
from entrain.tui.screens.who import WhoScreen
from entrain.tui.widgets.preset_detail import PresetDetail
from tests.support.rooms import CLEAR, DRAFT, SETTINGS, UNCLEAR, ScriptedDesk, ScriptedSettings, rooms
from tests.support.screen import comes, drawn, hammer, strike
from tests.support.scripted import EVENING, VOICES, Incident, Script, ScriptedPort, presets
from tests.support.scripted_archive import ScriptedArchive

SIZES = ((80, 24), (120, 40))
Act = Callable[[Pilot[object], ManualClock], Awaitable[None]]

STRAPS = (
    StrapOnAir("Polar H10 8A2F41", "A0:9E:1A:8A:2F:41", -58, 84),
    StrapOnAir("Wahoo TICKR", "D1:22:7C:05:3B:90", -77, None),
    StrapOnAir(None, "F0:01:02:03:04:05", -90, 12),
)
CHOICE = SessionChoice(HeartChoice(HeartKind.STRAP, STRAPS[0].address, STRAPS[0].name), EVENING, "soft", 12)


async def find() -> AsyncIterator[StrapOnAir]:
    for strap in STRAPS:
        yield strap


def session_app(
    script: Script, look: Look, *, check_in: bool = False, notice: bool = False, tap: bool = False
) -> tuple[EntrainApp, ManualClock, ScriptedPort]:
    """The app on a scripted session, with a clock that is moved by hand."""
    clock = ManualClock()
    port = ScriptedPort(clock, script)

    async def open_session() -> OpenedSession:
        return OpenedSession(port, (lambda: None) if tap else None)

    app = EntrainApp(open_session, Manners(look, show_notice=notice, check_in=check_in), clock=clock)
    return app, clock, port


def home_app(
    look: Look, said: AssessmentOutcome = CLEAR, settings: str = ""
) -> tuple[EntrainApp, ManualClock]:
    clock = ManualClock()

    async def open_session(_choice: SessionChoice) -> OpenedSession:
        return OpenedSession(ScriptedPort(clock))

    all_rooms = rooms(clock, said, my_evening=DRAFT)
    desk = all_rooms.shelf.everything()[0].preset
    choice = replace(CHOICE, preset=desk, minutes=desk.minutes)
    home = Home([desk], VOICES, find, open_session, choice, rooms=all_rooms)
    return EntrainApp(home, Manners(look, settings=ScriptedSettings(settings)), clock=clock), clock


def programme_app(look: Look) -> tuple[EntrainApp, ManualClock]:
    """The home screen of somebody whose programme is under way."""
    clock = ManualClock()

    async def open_session(_choice: SessionChoice) -> OpenedSession:
        return OpenedSession(ScriptedPort(clock))

    all_rooms = replace(rooms(clock), desk=ScriptedDesk())
    desk = all_rooms.shelf.everything()[0].preset
    choice = replace(CHOICE, preset=desk, minutes=desk.minutes, person="P07")
    home = Home([desk], VOICES, find, open_session, choice, ScriptedArchive(9, None), rooms=all_rooms)
    return EntrainApp(home, Manners(look, check_in=False), clock=clock), clock


def slow_app(look: Look) -> tuple[EntrainApp, ManualClock]:
    """The home screen, with music that takes a while to be listened to."""
    clock = ManualClock()

    async def open_session(_choice: SessionChoice) -> OpenedSession:
        await asyncio.Event().wait()
        raise AssertionError("nobody waits so long")

    doing = "Looking for the beat of evening.mp3 (2 of 3) …"
    home = Home(presets(), VOICES, find, open_session, CHOICE, doing=lambda: doing)
    return EntrainApp(home, Manners(look, check_in=False), clock=clock), clock


def past_app(
    n: int = 30, *, cut_off: SessionChoice | None = None
) -> Callable[[Look], tuple[EntrainApp, ManualClock]]:
    """The home screen with `n` sessions that were."""

    def make(look: Look) -> tuple[EntrainApp, ManualClock]:
        clock = ManualClock()

        async def open_session(_choice: SessionChoice) -> OpenedSession:
            return OpenedSession(ScriptedPort(clock))

        choice = replace(CHOICE, person="P01")
        home = Home(presets(), VOICES, find, open_session, choice, ScriptedArchive(n, cut_off))
        return EntrainApp(home, Manners(look), clock=clock), clock

    return make


def shows(text: str) -> Act:
    """Wait for what comes from a thread."""

    async def act(pilot: Pilot[object], _clock: ManualClock) -> None:
        async with asyncio.timeout(20):
            while text not in await drawn(pilot):
                await pilot.pause(0.01)

    return act


def press(*keys: str) -> Act:
    async def act(pilot: Pilot[object], _clock: ManualClock) -> None:
        await strike(pilot, *keys)
        await drawn(pilot)

    return act


def palette() -> Act:
    async def act(pilot: Pilot[object], _clock: ManualClock) -> None:
        hammer(pilot, "ctrl+p")
        async with asyncio.timeout(20):
            while not any(child.option_count for child in pilot.app.screen.query(OptionList)):
                await pilot.pause(0.02)
        await pilot.pause(0.3)

    return act


def checked_text() -> Act:
    async def act(pilot: Pilot[object], _clock: ManualClock) -> None:
        pilot.app.screen._check()
        await drawn(pilot)

    return act


def until_looked() -> Act:
    async def act(pilot: Pilot[object], _clock: ManualClock) -> None:
        async with asyncio.timeout(20):
            while pilot.app.screen.outcome is None:
                await pilot.pause(0.01)
        await drawn(pilot)

    return act


def wait(seconds: float) -> Act:
    async def act(pilot: Pilot[object], clock: ManualClock) -> None:
        clock.advance_to(clock.now_s() + seconds)
        await drawn(pilot)

    return act


def until_planned() -> Act:
    """Until the course of the marked preset is drawn; it is worked out in a thread."""

    async def act(pilot: Pilot[object], _clock: ManualClock) -> None:
        async with asyncio.timeout(20):
            while pilot.app.screen.query_one(PresetDetail).planned is None:
                await pilot.pause(0.01)
        await drawn(pilot)

    return act


def until(screen: type[Screen[object]]) -> Act:
    async def act(pilot: Pilot[object], _clock: ManualClock) -> None:
        await comes(pilot, screen)

    return act


LOST = Incident(
    300,
    330,
    link=Link.LOST,
    detail="Polar H10 went silent",
    advice="Looking for it again and again; the tempo stays where it is.",
)
NO_SOUND = Incident(200, 260, sound=Sound.LOST, detail="the headphones went away")

Scene = tuple[str, Callable[[Look], tuple[EntrainApp, ManualClock]], tuple[Act, ...], Look]


def _session(script: Script, **how: bool) -> Callable[[Look], tuple[EntrainApp, ManualClock]]:
    return lambda look: session_app(script, look, **how)[:2]


def scenes() -> list[Scene]:
    dark, light, night = (Look(theme, depth=Depth.TRUE) for theme in ("dark", "light", "night"))
    inhale, exhale = Script(begins_at_s=302.1), Script(begins_at_s=306.5)
    return [
        ("session", _session(inhale), (wait(0.1),), dark),
        ("session-out", _session(exhale), (wait(0.1),), dark),
        ("session-light", _session(exhale), (wait(0.1),), light),
        ("session-night", _session(inhale), (wait(0.1),), night),
        ("session-wave", _session(inhale), (press("i"),), dark),
        ("session-petals", _session(exhale), (press("i", "i"),), dark),
        ("session-bar", _session(inhale), (press("i", "i", "i"),), dark),
        ("session-landscape", _session(inhale), (press("i", "i", "i", "i"),), dark),
        ("session-minutes", _session(inhale), (press("z"),), dark),
        ("session-baseline", _session(Script(begins_at_s=30)), (wait(0.1),), dark),
        ("session-silence", _session(Script(begins_at_s=640)), (wait(0.1),), dark),
        ("session-lost", _session(Script(begins_at_s=295, incidents=(LOST,))), (wait(1), wait(19)), dark),
        (
            "session-no-sound",
            _session(Script(begins_at_s=195, incidents=(NO_SOUND,))),
            (wait(1), wait(9)),
            dark,
        ),
        ("session-paused", _session(inhale), (press("space"),), dark),
        ("session-focus", _session(inhale), (press("f"),), dark),
        ("session-still", _session(exhale), (wait(0.1),), Look("dark", reduced_motion=True)),
        ("session-away", _session(inhale), (press("x"),), dark),
        ("session-help", _session(inhale), (press("question_mark"),), dark),
        ("session-note", _session(inhale), (press("n", *"felt a yawn"),), dark),
        ("eyes-closed", _session(inhale), (press("c"),), dark),
        ("check-in", _session(inhale, check_in=True), (press("6"),), dark),
        ("notice-1", _session(inhale, notice=True), (wait(0.1),), dark),
        ("notice", _session(inhale, notice=True), (press("enter"),), dark),
        ("notice-3", _session(inhale, notice=True), (press("enter", "enter"),), dark),
        ("home", home_app, (wait(0.1),), dark),
        ("home-programme", programme_app, (wait(0.1),), dark),
        ("home-light", home_app, (wait(0.1),), light),
        ("home-help", home_app, (press("question_mark"),), dark),
        ("palette", home_app, (palette(),), dark),
        ("presets", home_app, (press("p"), until_planned()), dark),
        ("presets-light", home_app, (press("p", "down"), until_planned()), light),
        ("presets-draft", home_app, (press("p", "end"),), dark),
        ("presets-copy", home_app, (press("p"), until_planned(), press("c")), dark),
        ("presets-delete", home_app, (press("p", "end", "delete"),), dark),
        ("preset-form", home_app, (press("p", "c", "enter"), until_planned(), press("down", "left")), dark),
        ("preset-edit", home_app, (press("p", "c", "enter", "a"), until_planned(), press(*"# ")), dark),
        ("preset-edit-faults", home_app, (press("p", "end", "e", "f2"), checked_text()), dark),
        ("settings", lambda look: home_app(look, settings=SETTINGS), (press("comma", "down", "down"),), dark),
        ("doctor", home_app, (press("d"), wait(0.3)), dark),
        ("assess", home_app, (press("a"),), dark),
        ("assess-step", home_app, (press("a", "enter"), until(SessionScreen), wait(0.1)), dark),
        (
            "assess-outcome",
            home_app,
            (press("a", "enter"), until(SessionScreen), press("q"), until(OutcomeScreen), until_looked()),
            dark,
        ),
        (
            "assess-unclear",
            lambda look: home_app(look, UNCLEAR),
            (press("a", "enter"), until(SessionScreen), press("q"), until(OutcomeScreen), until_looked()),
            light,
        ),
        ("straps", home_app, (press("s"), wait(0.3)), dark),
        ("opening", slow_app, (press("enter"), until(OpeningScreen)), dark),
        ("history", past_app(), (press("h"), shows("beyond chance"), press("down", "down", "space")), dark),
        ("history-empty", past_app(0), (press("h"), shows("No sessions yet")), dark),
        ("history-night", past_app(), (press("h"), shows("beyond chance")), night),
        ("past", past_app(), (press("h"), shows("beyond"), press("enter"), until(PastScreen)), dark),
        (
            "compare",
            past_app(),
            (press("h"), shows("beyond"), press("space", "down", "space", "c"), until(CompareScreen)),
            dark,
        ),
        ("home-history", past_app(cut_off=CHOICE), (shows("was interrupted"),), dark),
        ("who", past_app(), (press("w"), until(WhoScreen)), dark),
        ("export", past_app(), (press("h"), shows("beyond"), press("e")), dark),
        (
            "summary",
            _session(Script(begins_at_s=425)),
            (*(wait(30),) * 10, until(SummaryScreen), press("4")),
            dark,
        ),
        (
            "summary-short",
            _session(Script(begins_at_s=20)),
            (wait(5), press("q"), until(SummaryScreen)),
            light,
        ),
    ]


async def picture(scene: Scene, size: tuple[int, int]) -> str:
    """The SVG of a scene."""
    name, make, acts, look = scene
    app, clock = make(look)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for act in acts:
            await act(pilot, clock)
        svg = app.export_screenshot(title=f"entrain {name}")
        app.exit()
    return re.sub(r"@font-face\s*\{[^}]*\}", "", svg)


def main(out: Path, only: list[str]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for scene in scenes():
        for width, height in SIZES:
            if not only or scene[0] in only:
                svg = asyncio.run(picture(scene, (width, height)))
                (out / f"{scene[0]}-{width}x{height}.svg").write_text(svg)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
