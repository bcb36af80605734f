"""The rooms behind the home screen: presets, what works here, the resonance assessment."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, TextArea

from entrain.clock import ManualClock
from entrain.drawing.palette import Depth
from entrain.errors import DeviceError, UsageError
from entrain.ports import Check, HeartChoice, HeartKind, OpenedSession, Rooms, SessionChoice
from entrain.tempo.policy import POLICIES
from entrain.tui.app import EntrainApp, Home, Manners
from entrain.tui.look import Look
from entrain.tui.screens import session
from entrain.tui.screens.ask import AskScreen
from entrain.tui.screens.assess import AssessScreen
from entrain.tui.screens.doctor import DoctorScreen
from entrain.tui.screens.home import HomeScreen
from entrain.tui.screens.line import LineScreen
from entrain.tui.screens.outcome import OutcomeScreen
from entrain.tui.screens.preset_edit import PresetEditScreen
from entrain.tui.screens.preset_form import PresetFormScreen
from entrain.tui.screens.presets import PresetsScreen
from entrain.tui.screens.session import SessionScreen
from entrain.tui.widgets.preset_detail import PresetDetail
from entrain.wording import preset as preset_words
from tests.support.pictures import CHOICE, find
from tests.support.rooms import DRAFT, UNCLEAR, ScriptedAssessment, ScriptedDesk, ScriptedShelf, rooms
from tests.support.screen import comes, screen_text, strike
from tests.support.scripted import VOICES, Script, ScriptedPort


@pytest.fixture(autouse=True)
def _few_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "FRAMES_PER_S", 5)


@dataclass
class House:
    """The app from its home screen, with all its rooms."""

    app: EntrainApp
    pilot: Pilot[object]
    rooms: Rooms
    clock: ManualClock
    opened: list[SessionChoice]

    @property
    def shelf(self) -> ScriptedShelf:
        assert isinstance(self.rooms.shelf, ScriptedShelf)
        return self.rooms.shelf

    @property
    def assessment(self) -> ScriptedAssessment:
        assert isinstance(self.rooms.assessment, ScriptedAssessment)
        return self.rooms.assessment

    async def press(self, *keys: str) -> str:
        await strike(self.pilot, *keys)
        await self.pilot.pause()
        return screen_text(self.app)

    async def comes(self, screen: type[Screen[object]]) -> str:
        return await comes(self.pilot, screen)

    async def until(self, holds: Callable[[], bool]) -> str:
        async with asyncio.timeout(20):
            while not holds():
                await self.pilot.pause(0.01)
        await self.pilot.pause()
        return screen_text(self.app)

    async def says(self, text: str) -> str:
        return await self.until(lambda: text in screen_text(self.app))


@asynccontextmanager
async def opened_house(
    all_rooms: Rooms | None = None,
    *,
    heart: HeartChoice = CHOICE.heart,
    size: tuple[int, int] = (100, 32),
    **own: str,
) -> AsyncIterator[House]:
    clock = ManualClock()
    all_rooms = all_rooms or rooms(clock, **own)
    opened: list[SessionChoice] = []

    async def open_session(choice: SessionChoice) -> OpenedSession:
        opened.append(choice)
        return OpenedSession(ScriptedPort(clock, Script(begins_at_s=302.0)))

    desk = ScriptedShelf().everything()[0].preset
    assert desk is not None
    choice = replace(CHOICE, heart=heart, preset=desk, minutes=desk.minutes)
    home = Home([desk], VOICES, find, open_session, choice, rooms=all_rooms)
    app = EntrainApp(home, Manners(Look(depth=Depth.TRUE), check_in=False), clock=clock)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield House(app, pilot, all_rooms, clock, opened)


# ---- presets -----------------------------------------------------------------------------------------------


def test_every_policy_has_its_words() -> None:
    assert set(preset_words.POLICIES) == set(POLICIES)


async def test_a_preset_is_explained_and_its_course_drawn() -> None:
    async with opened_house(size=(120, 40)) as house:
        await house.press("p")
        await house.comes(PresetsScreen)
        text = await house.says("with a pulse of 70")
        for said in ("Ten minutes at the desk", "slows gently, 66.5 → 63", "→ 7.0 a minute; in 4, out 6"):
            assert said in text
        for said in ("breaths a minute", "╵meet", "╵lead", "╵silence", "10 min", "enter use it", "q back"):
            assert said in text
        assert any(0x2800 < ord(char) < 0x2900 for char in text)
        text = await house.press(*["down"] * 5)
        text = await house.says("keeps one tempo, 66.5")
        assert "as you like" in text
        assert "breaths a minute" not in text


async def test_a_preset_that_is_taken_is_chosen_at_home() -> None:
    async with opened_house() as house:
        await house.press("p", "down", "enter")
        text = await house.comes(HomeScreen)
        assert "minutes  8" in text
        await house.press("enter")
        await house.comes(SessionScreen)
        assert house.opened[0].preset.name == "first"
        assert house.opened[0].minutes == 8


async def test_a_copy_is_named_written_in_kept_and_at_home_at_once() -> None:
    async with opened_house(size=(100, 50)) as house:
        await house.press("p", "c")
        assert "A copy of “desk”" in await house.comes(LineScreen)
        await house.press("enter")
        await house.comes(PresetFormScreen)
        await house.press("a")
        text = await house.comes(PresetEditScreen)
        assert "my-desk.toml" in text
        area = house.app.screen.query_one(TextArea)
        area.text = area.text.replace("Ten minutes at the desk", "Mine, and longer", 2)
        await house.says("changed")
        text = await house.press("ctrl+s")
        assert "kept, and on the home screen" in text
        await house.press("escape")
        assert "Mine, and longer" in await house.comes(PresetFormScreen)
        await house.press("q")
        await house.comes(PresetsScreen)
        await house.press("q")
        assert "Mine, and longer" in await house.comes(HomeScreen)
        assert 'title = "Mine, and longer"' in house.shelf.own["my-desk"]


async def test_a_copy_is_changed_in_a_form_and_only_the_lines_that_were() -> None:
    async with opened_house(size=(120, 40)) as house:
        await house.press("p", "c", "enter")
        text = await house.comes(PresetFormScreen)
        for said in ("7 breaths a minute", "minutes      10", "voice        soft", "in 4, out 6", "advanced"):
            assert said in text
        before = house.shelf.own["my-desk"]
        await house.press("down", "left")  # a slower aim
        assert "6.5 breaths a minute" in await house.says("→ 6.3 a minute")
        text = await house.press("down", "right", "down", "left", "down", "right")
        assert "minutes      11" in text
        assert "in 1, out 2" in text
        after = house.shelf.own["my-desk"]
        changed = [b for a, b in zip(before.splitlines(), after.splitlines(), strict=False) if a != b]
        assert [line.partition(" #")[0].rstrip() for line in changed] == [
            "minutes = 11",
            "goal_per_min = 6.5",
            "ratio = [1, 0, 2, 0]",
        ]
        assert after.splitlines()[-2:] == ["[sound]", 'voice = "bowl"']
        await house.press("home", "enter")
        await house.comes(LineScreen)
        await house.press(*", mine", "enter")
        await house.comes(PresetFormScreen)
        assert 'title = "Ten minutes at the desk, mine"' in house.shelf.own["my-desk"]
        await house.press("q", "q")
        assert "Ten minutes at the desk, mine" in await house.comes(HomeScreen)


async def test_a_session_without_a_breath_says_where_that_is_changed() -> None:
    async with opened_house() as house:
        await house.press("p", *["down"] * 5, "c", "enter")
        await house.comes(PresetFormScreen)
        assert "not guided" in await house.press("end", "right")
        assert "under advanced (a)" in screen_text(house.app)


async def test_what_does_not_fit_says_why_and_changes_nothing() -> None:
    async with opened_house() as house:
        await house.press("p", "down", "down", "c", "enter")
        await house.comes(PresetFormScreen)
        before = house.shelf.own["my-quiet"]
        await house.press("down", "down", "left", "left")
        assert "minutes      2" in await house.says("minutes = 1 leaves no time to lead")
        assert "minutes = 2" in house.shelf.own["my-quiet"]
        assert before != house.shelf.own["my-quiet"]


async def test_a_name_that_cannot_be_is_corrected_not_lost() -> None:
    async with opened_house() as house:
        await house.press("p", "c", *["backspace"] * 30, *"a b", "enter")
        text = await house.comes(LineScreen)
        assert "cannot be the name" in text
        assert house.app.screen.query_one(Input).value == "a b"
        await house.press("backspace", "backspace", *"nn", "enter")
        await house.comes(PresetFormScreen)
        assert "ann" in house.shelf.own


async def test_all_faults_are_said_while_one_types_and_f2_goes_through_them() -> None:
    async with opened_house(my_evening=DRAFT) as house:
        await house.press("p", "end")
        text = await house.comes(PresetsScreen)
        for said in ("✗ 3 faults", "A draft of yours", "line 4", "enter mend it"):
            assert said in text
        await house.press("enter")
        text = await house.comes(PresetEditScreen)
        text = await house.says("✗ 3 things are wrong")
        for said in ("line 4", "minutes = 90 is above 60", "line 7", 'Did you mean "glide"?', "line 10"):
            assert said in text
        area = house.app.screen.query_one(TextArea)
        rows = []
        for _ in range(4):
            await house.press("f2")
            rows.append(area.cursor_location[0] + 1)
        assert rows == [4, 7, 10, 4]
        await house.press("end", "left", "left", "delete")  # 90 becomes 0, and that is wrong too
        await house.says("is below 1")
        await house.press(*"2")
        await house.says("✗ 2 things are wrong")


async def test_a_draft_is_kept_but_not_offered() -> None:
    async with opened_house() as house:
        await house.press("p", "c", "enter")
        await house.comes(PresetFormScreen)
        await house.press("a")
        await house.comes(PresetEditScreen)
        house.app.screen.query_one(TextArea).text = "minutes = 700\n"
        await house.says("✗ 3 things are wrong")
        assert "kept as a draft" in await house.press("ctrl+s")
        await house.press("escape")
        text = await house.comes(PresetsScreen)
        assert "my-desk" in text
        await house.press("q")
        text = await house.comes(HomeScreen)
        assert "my-desk" not in text
        assert house.shelf.own["my-desk"] == "minutes = 700\n"


@pytest.mark.parametrize(("key", "kept"), [("k", True), ("d", False)])
async def test_leaving_asks_what_to_do_with_changes(key: str, kept: bool) -> None:
    async with opened_house(my_evening=DRAFT) as house:
        await house.press("p", "end", "e")
        await house.comes(PresetEditScreen)
        await house.press(*"# x", "escape")
        assert "Keep your changes?" in await house.comes(AskScreen)
        await house.press("escape")
        await house.comes(PresetEditScreen)
        await house.press("escape", key)
        await house.comes(PresetsScreen)
        assert house.shelf.own["my-evening"] == ("# x" if kept else "") + DRAFT


@pytest.mark.parametrize("way_out", ["ctrl+q", "exit"])
async def test_however_the_app_ends_the_text_is_kept(way_out: str) -> None:
    async with opened_house(my_evening=DRAFT) as house:
        await house.press("p", "end", "e")
        await house.comes(PresetEditScreen)
        await strike(house.pilot, *"# y")
        if way_out == "exit":
            house.app.exit()
        else:
            await strike(house.pilot, way_out)
    assert house.shelf.own["my-evening"] == "# y" + DRAFT


async def test_control_c_in_a_text_copies_and_does_not_leave() -> None:
    async with opened_house(my_evening=DRAFT) as house:
        await house.press("p", "end", "e")
        await house.comes(PresetEditScreen)
        await house.press("shift+end", "ctrl+c")
        await house.comes(PresetEditScreen)
        assert house.app.clipboard == DRAFT.splitlines()[0]


async def test_a_full_disk_leaves_the_text_in_the_editor() -> None:
    async with opened_house(my_evening=DRAFT) as house:
        house.shelf.full = True
        await house.press("p", "end", "e")
        await house.comes(PresetEditScreen)
        await house.press(*"# z", "ctrl+s")
        await house.says("The disk is full. Make room.")
        await house.press("escape", "k")
        await house.comes(PresetEditScreen)
        assert house.app.screen.query_one(TextArea).text == "# z" + DRAFT


async def test_what_comes_with_entrain_is_neither_edited_nor_deleted() -> None:
    async with opened_house() as house:
        await house.press("p")
        assert "“desk” comes with entrain and stays. Press c" in await house.press("e")
        assert "“desk” comes with entrain and stays." in await house.press("delete")
        await house.comes(PresetsScreen)


async def test_deleting_asks_first() -> None:
    async with opened_house(my_evening=DRAFT) as house:
        await house.press("p", "end", "delete")
        assert "Delete “my-evening”?" in await house.comes(AskScreen)
        await house.press("x", "escape")
        assert "my-evening" in house.shelf.own
        await house.press("delete", "y")
        text = await house.comes(PresetsScreen)
        assert "“my-evening” is deleted." in text
        assert house.shelf.own == {}


async def test_sharing_and_importing_say_where_and_what() -> None:
    async with opened_house() as house:
        await house.press("p", "x")
        await house.comes(LineScreen)
        house.app.screen.query_one(Input).value = "x/taken.toml"
        text = await house.press("enter")
        assert "exists already" in text
        house.app.screen.query_one(Input).value = "desk.toml"
        await house.press("enter")
        assert "Written to /home/you/desk.toml." in await house.comes(PresetsScreen)
        await house.press("i", *"nowhere", "enter")
        assert "nowhere cannot be read. Name another file." in await house.comes(LineScreen)
        house.app.screen.query_one(Input).value = "there.toml"
        await house.press("enter")
        text = await house.says("It is yours now, as “taken-in”.")
        assert "10 min yours" in text


# ---- what works here ---------------------------------------------------------------------------------------


async def test_each_thing_has_its_mark_what_was_found_and_what_to_do() -> None:
    async with opened_house() as house:
        await house.press("d")
        text = await house.says("1 to look at")
        for said in ("✓ Bluetooth", "✗ Sound", "There is no device", "Switch on headphones", "✓ Storage"):
            assert said in text


async def test_looking_blocks_nothing_and_can_be_repeated() -> None:
    gate, looked = asyncio.Event(), 0

    async def examine() -> AsyncIterator[Check]:
        nonlocal looked
        looked += 1
        yield Check("Bluetooth", None, "looking …")
        await gate.wait()
        yield Check("Bluetooth", looked > 1, f"look {looked}", "Switch it on." if looked == 1 else "")

    async with opened_house(Rooms(examine=examine)) as house:
        await house.press("d")
        text = await house.comes(DoctorScreen)
        assert "… Bluetooth" in text
        await house.press("r", "question_mark", "escape")  # while it looks: no second look, and help comes
        gate.set()
        text = await house.says("look 1")
        assert "✗ Bluetooth" in text
        assert "Switch it on." in text
        await house.press("r")
        text = await house.says("look 2")
        assert "✓ Bluetooth" in text
        assert "Switch it on." not in text
        assert "everything works" in text
        await house.press("q")
        await house.comes(HomeScreen)


async def test_a_look_that_fails_is_said_and_can_be_repeated() -> None:
    async def examine() -> AsyncIterator[Check]:
        yield Check("sound", True, "fine")
        raise OSError("no such thing")

    async with opened_house(Rooms(examine=examine)) as house:
        await house.press("d")
        text = await house.says("Looking failed.")
        assert "✓ Sound" in text
        await house.press("r", "q")
        await house.comes(HomeScreen)


async def test_leaving_while_it_looks_is_fine() -> None:
    async def examine() -> AsyncIterator[Check]:
        yield Check("sound", None, "looking …")
        await asyncio.sleep(60)

    async with opened_house(Rooms(examine=examine)) as house:
        await house.press("d", "q")
        await house.comes(HomeScreen)


# ---- the resonance assessment ------------------------------------------------------------------------------


async def test_an_assessment_from_home_to_its_outcome_and_a_preset_of_it() -> None:
    async with opened_house() as house:
        await house.press("a")
        text = await house.comes(AssessScreen)
        for said in ("Five rates, with rests   14 min", "17 min", "Polar H10", "5.61", "“No clear peak”"):
            assert said in text
        await house.press("enter")
        text = await house.comes(SessionScreen)
        assert "Step 2 of 5: 5.5 breaths a minute   1:11 left" in text
        assert "ease off" not in text
        assert house.assessment.chosen[0].heart == CHOICE.heart
        assert not house.assessment.chosen[0].sliding
        await house.press("q")
        await house.comes(OutcomeScreen)
        text = await house.says("94 %")
        for said in (
            "near 5.48 breaths a minute",
            "Last time, 2026-09-30",
            "●",
            "▲",
            "peak to trough",
            "u use",
        ):
            assert said in text
        await house.press("u")
        text = await house.comes(HomeScreen)
        assert "At your own resonance" in text
        await house.press("enter")
        await house.comes(SessionScreen)
        assert house.opened[0].preset.name == "own-resonance"


async def test_no_clear_peak_is_an_outcome_and_offers_no_preset() -> None:
    clock = ManualClock()
    async with opened_house(rooms(clock, UNCLEAR)) as house:
        await house.press("a", "down", "enter")
        await house.comes(SessionScreen)
        assert house.assessment.chosen[0].sliding
        await house.press("q")
        await house.comes(OutcomeScreen)
        text = await house.says("No clear peak (confidence 41 %)")
        assert "That is common" in text
        assert "▲" not in text
        assert "use it" not in text
        await house.press("u")
        await house.comes(OutcomeScreen)
        await house.press("q")
        await house.comes(HomeScreen)


@pytest.mark.parametrize("fault", [UsageError("Nothing was measured.", "Wear the strap."), ValueError("?")])
async def test_an_outcome_that_cannot_be_had_is_said(fault: Exception) -> None:
    async with opened_house(rooms(ManualClock(), fault)) as house:
        await house.press("a", "enter")
        await house.comes(SessionScreen)
        await house.press("q")
        await house.comes(OutcomeScreen)
        known = isinstance(fault, UsageError)
        await house.says("Nothing was measured." if known else "could not be looked at")
        await house.press("q")
        await house.comes(HomeScreen)


async def test_without_a_pulse_there_is_nothing_to_assess() -> None:
    async with opened_house(heart=HeartChoice(HeartKind.NONE)) as house:
        text = await house.press("a", "enter")
        assert "Without a pulse there is nothing to assess. Press s" in text
        await house.press("s", "enter")
        text = await house.comes(AssessScreen)
        assert "Polar H10" in text
        await house.press("enter")
        await house.comes(SessionScreen)


async def test_a_strap_that_is_taken_is_told_at_home() -> None:
    async with opened_house() as house:

        async def refuse(_: object) -> OpenedSession:
            raise DeviceError("The strap is taken.", "Close the other program.")

        house.assessment.open = refuse  # type: ignore[method-assign]
        await house.press("a", "enter")
        text = await house.says("The strap is taken. Close the other program.")
        assert "enter start" in text


# ---- all of them -------------------------------------------------------------------------------------------


async def test_an_app_without_rooms_has_no_keys_to_them() -> None:
    async with opened_house(Rooms()) as house:
        text = await house.press("p", "a", "d")
        await house.comes(HomeScreen)
        assert "presets" not in text
        assert "q quit" in text


async def test_the_rooms_are_in_the_palette_by_name() -> None:
    async with opened_house() as house:
        await house.press("ctrl+p")
        await house.pilot.pause(0.3)
        await house.press(*"doctor")
        await house.says("What works here: Bluetooth")
        await house.press("enter")
        await house.comes(DoctorScreen)


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        (("p",), PresetsScreen),
        (("p", "end", "e"), PresetEditScreen),
        (("d",), DoctorScreen),
        (("a",), AssessScreen),
    ],
)
async def test_the_way_out_is_shown_at_every_size(
    keys: tuple[str, ...], screen: type[Screen[object]]
) -> None:
    async with opened_house(my_evening=DRAFT) as house:
        await house.press(*keys)
        await house.comes(screen)
        for size in ((40, 10), (60, 16), (80, 24), (120, 40), (200, 60)):
            await house.pilot.resize_terminal(*size)
            lines = screen_text(house.app).splitlines()
            assert "back" in "".join(lines[-3:]), size


async def test_a_detail_knows_whose_course_it_draws() -> None:
    async with opened_house() as house:
        await house.press("p", "down", "down", "up")
        detail = house.app.screen.query_one(PresetDetail)
        await house.until(lambda: detail.planned is not None and detail.planned.name == "first")


# ---- a programme -------------------------------------------------------------------------------------------


async def test_one_key_begins_todays_session_of_a_programme() -> None:
    with_one = replace(rooms(ManualClock()), desk=ScriptedDesk())
    async with opened_house(with_one) as house:
        assert "Week 2 of 6 · 18 of 30 minutes · next: to 8 a minute" in await house.press()
        await house.press("j")
        await house.comes(SessionScreen)
        (chosen,) = house.opened
        assert (chosen.preset.name, chosen.minutes) == ("slower-breath.eight", 10.0)


async def test_without_a_programme_there_is_no_line_and_no_key() -> None:
    async with opened_house(replace(rooms(ManualClock()), desk=ScriptedDesk(None))) as house:
        assert "programme" not in await house.press("j")
        assert house.opened == []
