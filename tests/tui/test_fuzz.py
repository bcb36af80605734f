"""Thousands of random keys, in random sizes, while straps and sound come and go: nothing falls over."""

import asyncio
import os
import random

import pytest

from entrain.clock import ManualClock
from entrain.control.events import Link, Sound, Stop
from entrain.drawing.palette import Depth
from entrain.ports import HeartKind, OpenedSession, SessionChoice
from entrain.tui.app import EntrainApp, Home, Manners
from entrain.tui.look import Look
from entrain.tui.screens import session
from tests.support.pictures import CHOICE, find
from tests.support.rooms import DRAFT, UNCLEAR, rooms
from tests.support.screen import drawn, hammer, paused, resized, settled
from tests.support.scripted import VOICES, Incident, Script, ScriptedPort, presets

N_KEYS = int(os.environ.get("ENTRAIN_FUZZ_KEYS", "667"))  # for each of the three
KEYS = [
    *"qpehgmntfcvasrxdikuy0123456789+-=?",
    *("space", "enter", "escape", "up", "down", "left", "right", "tab", "backspace", "home", "end"),
    *(
        "pageup",
        "pagedown",
        "ctrl+p",
        "ctrl+c",
        "ctrl+q",
        "ctrl+s",
        "f1",
        "f2",
        "delete",
        "shift+tab",
        "ü",
        "[",
        "]",
    ),
]
WAYS_OUT = frozenset({"q", "escape", "ctrl+c", "ctrl+q", "n", "ctrl+p"})  # or into a field for letters
ROOMS = ("p", "a", "d", "s", "question_mark", "ctrl+p", "t", "enter", "escape", "down", "up")
SIZES = [(80, 24), (120, 40), (20, 6), (1, 1), (64, 18)]
INCIDENTS = tuple(
    Incident(s, s + 8.0, link=link, sound=sound, detail="[bold]not markup[/", advice="try [this]")
    for s, link, sound in [
        (10.0, Link.LOST, None),
        (70.0, Link.SILENT, None),
        (150.0, None, Sound.LOST),
        (300.0, Link.BLOCKED, None),
        (560.0, None, Sound.UNAVAILABLE),
    ]
)


@pytest.fixture(autouse=True)
def _drawn_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "FRAMES_PER_S", 0.5)


class Player:
    """Strikes keys until its budget is spent, over as many runs of the app as that takes."""

    def __init__(self, seed: int, keys: list[str]) -> None:
        self.random = random.Random(seed)
        self.keys = keys
        self.struck = 0
        self.budget = N_KEYS

    async def play(self, app: EntrainApp, clock: ManualClock, seen: set[str] | None = None) -> None:
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            await paused(pilot)
            while self.struck < self.budget and app.is_running:
                burst = self.random.choices(self.keys, k=self.random.choice((1, 2, 5, 12)))
                self.struck += len(burst)
                hammer(pilot, *burst)
                await asyncio.sleep(0.01)
                if seen is not None:
                    seen.update(type(screen).__name__ for screen in app.screen_stack)
                clock.advance_to(clock.now_s() + self.random.choice((0.0, 0.03, 0.4, 9.0)))
                if self.random.random() < 0.04:
                    await resized(pilot, *self.random.choice(SIZES))
                if self.random.random() < 0.1 and app.is_running:
                    await drawn(pilot)
            await settled(pilot)
            assert app._exception is None
            assert app.fault is None


async def test_random_keys_through_the_whole_app() -> None:
    player = Player(1, [*KEYS, *[key for key in KEYS if key not in WAYS_OUT] * 4])
    while player.struck < N_KEYS:
        clock = ManualClock()

        async def open_session(choice: SessionChoice, clock: ManualClock = clock) -> OpenedSession:
            port = ScriptedPort(clock, Script(incidents=INCIDENTS))
            return OpenedSession(port, (lambda: None) if choice.heart.kind is HeartKind.TAP else None)

        home = Home(presets(), VOICES, find, open_session, CHOICE, rooms=rooms(clock, UNCLEAR, mine=DRAFT))
        await player.play(EntrainApp(home, Manners(Look(depth=Depth.TRUE)), clock=clock), clock)


async def test_random_keys_through_the_other_rooms() -> None:
    player = Player(3, [*KEYS, *ROOMS * 6])
    seen: set[str] = set()
    wanted = {"PresetsScreen", "AssessScreen", "DoctorScreen", "StrapsScreen", "HelpScreen"}
    # Which keys fall where depends on how quick the machine is: it goes on until every room was entered.
    while player.struck < N_KEYS or (not wanted <= seen and player.struck < 10 * N_KEYS):
        player.budget = max(N_KEYS, player.struck + N_KEYS // 4)
        clock = ManualClock()

        async def open_session(_: SessionChoice, clock: ManualClock = clock) -> OpenedSession:
            return OpenedSession(ScriptedPort(clock, Script(incidents=INCIDENTS)))

        all_rooms = rooms(clock, mine=DRAFT)
        home = Home(presets(), VOICES, find, open_session, CHOICE, rooms=all_rooms)
        await player.play(EntrainApp(home, Manners(check_in=False), clock=clock), clock, seen)
    assert wanted <= seen


async def test_random_keys_that_never_stop_a_session() -> None:
    player = Player(2, [key for key in KEYS if key not in WAYS_OUT])
    ports: list[ScriptedPort] = []
    while player.struck < N_KEYS:
        clock = ManualClock()

        async def open_session(clock: ManualClock = clock) -> OpenedSession:
            ports.append(ScriptedPort(clock, Script(incidents=INCIDENTS)))
            return OpenedSession(ports[-1], lambda: None)

        await player.play(
            EntrainApp(open_session, Manners(Look("light"), check_in=False), clock=clock), clock
        )
    assert sum(len(port.sent) for port in ports) > N_KEYS // 15
    assert not any(isinstance(command, Stop) for port in ports for command in port.sent[:-1])
