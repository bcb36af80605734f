"""The way through the app: notice, home, straps, check-in, session, summary, and back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from entrain.clock import ManualClock
from entrain.control import events as ev
from entrain.control.protocol import Preset
from entrain.drawing.palette import Depth
from entrain.errors import DeviceError
from entrain.ports import HeartChoice, HeartKind, OpenedSession, SessionChoice, StrapOnAir
from entrain.tui.app import EntrainApp, Home, Manners
from entrain.tui.look import Look
from entrain.tui.screens import session
from entrain.tui.screens.check_in import CheckInScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.screens.home import HomeScreen
from entrain.tui.screens.notice import NoticeScreen
from entrain.tui.screens.palette import Palette
from entrain.tui.screens.session import SessionScreen
from entrain.tui.screens.straps import StrapsScreen, signal_bars
from entrain.tui.screens.summary import SummaryScreen
from tests.support.screen import comes, screen_text, strike
from tests.support.scripted import EVENING, VOICES, Script, ScriptedPort, presets

LAST = HeartChoice(HeartKind.STRAP, "AA:01", "Polar H10")


@dataclass
class House:
    """The app from its home screen, with what it asked the outside for."""

    opened: list[SessionChoice] = field(default_factory=list[SessionChoice])
    ports: list[ScriptedPort] = field(default_factory=list[ScriptedPort])
    remembered: list[object] = field(default_factory=list[object])
    straps: list[StrapOnAir] = field(default_factory=list[StrapOnAir])
    no_bluetooth: DeviceError | None = None
    refuses: DeviceError | None = None
    app: EntrainApp = field(init=False)
    pilot: Pilot[object] = field(init=False)
    clock: ManualClock = field(default_factory=ManualClock)

    async def open_session(self, choice: SessionChoice) -> OpenedSession:
        if self.refuses is not None:
            raise self.refuses
        self.opened.append(choice)
        self.ports.append(ScriptedPort(self.clock, Script(begins_at_s=302.0)))
        return OpenedSession(self.ports[-1])

    async def find(self) -> AsyncIterator[StrapOnAir]:
        if self.no_bluetooth is not None:
            raise self.no_bluetooth
        for strap in self.straps:
            await asyncio.sleep(0)
            yield strap

    async def press(self, *keys: str) -> str:
        await strike(self.pilot, *keys)
        await self.pilot.pause()
        return self.text

    @property
    def text(self) -> str:
        return screen_text(self.app)

    async def comes(self, screen: type[Screen[object]]) -> str:
        return await comes(self.pilot, screen)


@asynccontextmanager
async def opened_house(
    *,
    manners: Callable[[Manners], Manners] = lambda manners: manners,
    offered: tuple[Preset, ...] = tuple(presets()),
    heart: HeartChoice = LAST,
    size: tuple[int, int] = (80, 24),
    **outside: object,
) -> AsyncIterator[House]:
    house = House(**outside)  # type: ignore[arg-type]
    choice = SessionChoice(heart, EVENING, "soft", 12)
    home = Home(offered, VOICES, house.find, house.open_session, choice)
    how = Manners(
        Look(depth=Depth.TRUE),
        on_notice_accepted=lambda: house.remembered.append("notice"),
        on_choice=house.remembered.append,
    )
    house.app = EntrainApp(home, manners(how), clock=house.clock)
    async with house.app.run_test(size=size, notifications=True) as pilot:
        house.pilot = pilot
        await pilot.pause()
        yield house


@pytest.fixture(autouse=True)
def _few_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "FRAMES_PER_S", 5)


async def test_one_key_starts_what_is_chosen() -> None:
    async with opened_house() as house:
        text = await house.comes(HomeScreen)
        for said in ("Evening wind-down", "Polar H10", "soft  a soft low tone", "enter start", "q quit"):
            assert said in text
        await house.press("enter")
        await house.comes(CheckInScreen)
        await house.press("7", "enter")
        await house.comes(SessionScreen)
        assert house.opened == [SessionChoice(LAST, EVENING, "soft", 12)]
        assert house.remembered == house.opened
        assert ev.Rate(7, "before") in house.ports[0].sent


async def test_the_home_screen_chooses_preset_voice_and_minutes() -> None:
    async with opened_house(manners=lambda m: replace(m, check_in=False)) as house:
        await house.press("down", "v", "plus", "plus", "minus", "enter")
        await house.comes(SessionScreen)
        (choice,) = house.opened
        assert (choice.preset.name, choice.voice, choice.minutes) == ("quick", "wood", 6)


async def test_voices_and_minutes_stay_within_what_there_is() -> None:
    async with opened_house() as house:
        await house.press(*["minus"] * 20)
        assert "minutes  3\n" in house.text
        await house.press(*["plus"] * 70)
        assert "minutes  60\n" in house.text
        await house.press("left")
        assert "bowl" in house.text
        await house.press("v")
        assert "soft  a soft" in house.text


async def test_a_check_in_can_be_skipped_and_left() -> None:
    async with opened_house() as house:
        await house.press("enter")
        await house.press("escape")
        await house.comes(HomeScreen)
        assert house.opened == []
        await house.press("enter", "enter")
        await house.comes(SessionScreen)
        assert house.ports[0].sent == []


async def test_ten_is_typed_as_one_and_zero() -> None:
    async with opened_house() as house:
        await house.press("enter", "1", "0", "enter")
        await house.comes(SessionScreen)
        assert house.ports[0].sent == [ev.Rate(10, "before")]


async def test_a_session_leads_to_its_summary_and_back_home() -> None:
    async with opened_house() as house:
        await house.press("enter", "6", "enter")
        await house.comes(SessionScreen)
        await house.press("q")
        text = await house.comes(SummaryScreen)
        assert "Tension 6 before" in text
        text = await house.press("4")
        assert "Tension 6 → 4" in text
        await house.press("n", *"calmer", "enter")
        await house.press("q")
        await house.comes(HomeScreen)
        assert house.ports[0].sent == [
            ev.Rate(6, "before"),
            ev.Stop(),
            ev.Mark("calmer"),
            ev.Rate(4, "after"),
        ]
        assert house.app.ended_with is not None
        await house.press("q")
        await house.pilot.pause()
        assert not house.app.is_running


async def test_again_begins_another_session_of_the_same_kind() -> None:
    ports: list[ScriptedPort] = []
    clock = ManualClock()

    async def open_session() -> OpenedSession:
        ports.append(ScriptedPort(clock, Script(begins_at_s=302.0)))
        return OpenedSession(ports[-1])

    app = EntrainApp(open_session, Manners(check_in=False), clock=clock)
    async with app.run_test() as pilot:
        house = House()
        house.app, house.pilot = app, pilot
        for n in (1, 2):
            await house.comes(SessionScreen)
            assert len(ports) == n
            await house.press("q")
            await house.comes(SummaryScreen)
            await house.press("a" if n == 1 else "q")
        await pilot.pause()
        assert app.return_value == ports[1].summary()


async def test_again_on_the_summary_after_home_starts_over_at_once() -> None:
    async with opened_house(manners=lambda m: replace(m, check_in=False)) as house:
        await house.press("enter")
        await house.comes(SessionScreen)
        await house.press("q")
        await house.comes(SummaryScreen)
        await house.press("a")
        await house.comes(SessionScreen)
        assert len(house.opened) == 2
        assert house.opened[0] == house.opened[1]


# ---- the notice --------------------------------------------------------------------------------------------


async def test_the_notice_is_read_to_its_end_before_anything_else() -> None:
    async with opened_house(manners=lambda m: replace(m, show_notice=True)) as house:
        text = await house.comes(NoticeScreen)
        assert "not a medical device" in text
        text = await house.press("enter")
        for said in (
            "pacemaker",
            "low blood pressure",
            "pregnancy",
            "driving",
            "gently, not deeply",
            "dizzy",
        ):
            assert said in text.replace("\n  ", " ")
        await house.press("left", "enter")
        text = await house.press("enter")
        assert "I have read this" in text
        assert house.remembered == []
        await house.press("enter")
        await house.comes(HomeScreen)
        assert house.remembered == ["notice"]


async def test_leaving_the_notice_leaves_the_app_unaccepted() -> None:
    async with opened_house(manners=lambda m: replace(m, show_notice=True)) as house:
        await house.press("enter", "q")
        await house.pilot.pause()
        assert house.remembered == []
        assert not house.app.is_running


# ---- straps ------------------------------------------------------------------------------------------------

FOUND = [
    StrapOnAir("Wahoo TICKR", "BB:02", -77),
    StrapOnAir("Polar H10", "AA:01", -58, 84),
    StrapOnAir(None, "CC:03", -91),
    StrapOnAir("Wahoo TICKR", "BB:02", -70, 55),
]


async def test_the_strap_used_last_comes_first_and_what_is_learnt_is_added() -> None:
    async with opened_house(straps=FOUND) as house:
        await house.press("s")
        text = await house.comes(StrapsScreen)
        assert text.index("Polar H10") < text.index("Wahoo TICKR") < text.index("Without a name")
        assert "used last · AA:01 · battery 84 %" in text
        assert "BB:02 · battery 55 %" in text
        assert text.count("Wahoo TICKR") == 1
        assert "3 found." in text
        await house.press("down", "enter")
        text = await house.comes(HomeScreen)
        assert "Wahoo TICKR" in text


async def test_the_strap_used_last_can_be_taken_unseen() -> None:
    async with opened_house(straps=[]) as house:
        await house.press("s")
        text = await house.comes(StrapsScreen)
        assert "Used last, not seen yet." in text
        assert "None found." in text
        await house.press("enter")
        assert "Polar H10" in await house.comes(HomeScreen)


@pytest.mark.parametrize(
    ("down", "kind"), [(1, HeartKind.SIMULATED), (2, HeartKind.TAP), (3, HeartKind.NONE)]
)
async def test_there_are_ways_without_a_strap(down: int, kind: HeartKind) -> None:
    async with opened_house(straps=[], offered=(replace(EVENING, needs_heart=False),)) as house:
        await house.press("s")
        await house.comes(StrapsScreen)
        await house.press(*["down"] * down, "enter")
        await house.comes(HomeScreen)
        await house.press("enter", "enter")
        await house.comes(SessionScreen)
        assert house.opened[0].heart == HeartChoice(kind)


async def test_no_bluetooth_is_said_with_advice_and_the_rest_still_works() -> None:
    trouble = DeviceError("Bluetooth is off.", "Switch it on in the settings.")
    async with opened_house(no_bluetooth=trouble) as house:
        await house.press("s")
        text = await house.comes(StrapsScreen)
        assert "Bluetooth is off. Switch it on in the settings." in text
        house.no_bluetooth = None
        house.straps = FOUND
        assert "3 found." in await house.press("r")


async def test_no_sensor_starts_every_preset() -> None:
    for downs in range(len(presets())):
        async with opened_house(heart=HeartChoice(HeartKind.NONE)) as house:
            await house.press(*["down"] * downs, "enter", "enter")
            await house.comes(SessionScreen)
            assert house.opened[0].heart == HeartChoice(HeartKind.NONE)
            assert house.opened[0].preset == presets()[downs]


async def test_a_session_that_cannot_be_opened_is_explained_at_home() -> None:
    trouble = DeviceError("The strap is taken by another program.", "Close it and try again.")
    async with opened_house(refuses=trouble) as house:
        await house.press("enter", "enter")
        text = await house.comes(HomeScreen)
        assert "The strap is taken by another program. Close it and try again." in text


@pytest.mark.parametrize(
    ("dbm", "bars"), [(None, ""), (-100, "····"), (-90, "▂···"), (-75, "▂▄··"), (-50, "▂▄▆█")]
)
def test_signal_is_drawn_as_bars(dbm: int | None, bars: str) -> None:
    assert signal_bars(dbm) == bars


async def test_a_second_choice_in_the_palette_closes_nothing_else() -> None:
    async with opened_house(manners=lambda m: replace(m, check_in=False)) as house:
        await house.press("enter")
        await house.comes(SessionScreen)
        await house.press("ctrl+p")
        await house.comes(Palette)
        palette = house.app.screen
        palette.dismiss()
        palette.dismiss()
        await house.comes(SessionScreen)
        assert house.app.fault is None


async def test_a_screen_hears_no_key_before_it_is_whole_nor_when_it_has_gone() -> None:
    async with opened_house() as house:
        await house.comes(HomeScreen)
        room = HelpScreen(())
        arrival = house.app.push_screen(room)
        assert house.app.screen is room
        assert room.check_action("leave", ()) is False
        await arrival
        assert room.check_action("leave", ()) is True
        room.leave(None)
        assert room.check_action("leave", ()) is False
        await house.comes(HomeScreen)
        assert not room.whole
