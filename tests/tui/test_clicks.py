"""What has a key can be clicked as well, and is found by its usual names."""

from entrain.ports import OpenedSession, SessionChoice
from entrain.tui.app import EntrainApp, Home, Manners
from entrain.tui.keymap import key_names
from entrain.tui.screens.check_in import CheckIn, CheckInScreen
from entrain.tui.screens.home import HomeScreen
from entrain.tui.screens.straps import StrapsScreen
from entrain.tui.widgets.rating import Rating
from entrain.wording.palette import ALSO, searched
from tests.support.pictures import CHOICE, find
from tests.support.screen import comes, drawn, strike
from tests.support.scripted import VOICES, presets


def at_home() -> EntrainApp:
    async def open_session(_: SessionChoice) -> OpenedSession:
        raise AssertionError("no session is started here")

    return EntrainApp(Home(presets(), VOICES, find, open_session, CHOICE), Manners(show_notice=False))


async def test_a_number_of_the_rating_can_be_clicked() -> None:
    app = at_home()
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        said: list[CheckIn | None] = []
        app.push_screen(CheckInScreen(), said.append)
        await comes(pilot, CheckInScreen)
        rating = app.screen.query_one(Rating)
        for value in (0, 7, 10):
            await pilot.click(Rating, offset=((rating.size.width - 43) // 2 + 4 * value + 1, 0))
            assert rating.value == value
        await strike(pilot, "enter")
        assert said == [CheckIn(10)]


async def test_the_lines_beside_their_keys_can_be_clicked() -> None:
    app = at_home()
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        await pilot.click(".choice.voice")
        assert VOICES[1][0] in await drawn(pilot)
        await pilot.click(".choice.heart")
        await comes(pilot, StrapsScreen)


def test_what_is_found_by_another_name_is_a_key_that_there_is() -> None:
    names = {name for keys in key_names().values() for name in keys}
    assert [label for label in ALSO if "_".join(label.split()) not in names] == []
    assert searched("light", "t") == "light (t), theme, dark mode"
    assert searched("choose", "enter") == "choose (enter)"
