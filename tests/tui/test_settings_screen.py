"""The settings screen, over the real file: seen at once, kept at once, keys of one's own everywhere."""

from pathlib import Path

import pytest

from entrain.app.liking import DeskLikings
from entrain.clock import ManualClock
from entrain.control import events as ev
from entrain.drawing.palette import Depth
from entrain.ports import OpenedSession, SessionChoice
from entrain.storage.places import desk_settings_path, own_themes_path
from entrain.toml_lines import parsed
from entrain.tui.app import EntrainApp, Home, Manners
from entrain.tui.keymap import changeable, key_names
from entrain.tui.look import Look
from entrain.tui.screens.home import HomeScreen
from entrain.tui.screens.home_keys import KEYS as HOME_KEYS
from entrain.tui.screens.session import SessionScreen
from entrain.tui.screens.session_keys import KEYS as SESSION_KEYS
from entrain.tui.screens.settings import SettingsScreen
from tests.support.pictures import CHOICE, find
from tests.support.screen import comes, drawn, strike
from tests.support.scripted import VOICES, Script, ScriptedPort, presets


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path


def app_at_home(ports: list[ScriptedPort]) -> EntrainApp:
    clock = ManualClock()

    async def open_session(_: SessionChoice) -> OpenedSession:
        ports.append(ScriptedPort(clock, Script(begins_at_s=302.1)))
        return OpenedSession(ports[-1])

    start = Home(presets(), VOICES, find, open_session, CHOICE)
    return EntrainApp(
        start, Manners(Look(depth=Depth.TRUE), check_in=False, settings=DeskLikings()), clock=clock
    )


def kept() -> dict[str, object]:
    return parsed(desk_settings_path().read_text())


async def test_a_setting_is_seen_and_kept_at_once_and_goes_back_to_what_comes() -> None:
    app = app_at_home([])
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        await strike(pilot, "comma")
        await comes(pilot, SettingsScreen)
        await strike(pilot, "right")
        assert (app.theme, kept()) == ("light", {"theme": "light"})
        await strike(pilot, "down", "enter", "down", "left", "down", "enter", "down", "enter")
        assert kept() == {
            "theme": "light",
            "figure": "wave",
            "volume": 0.65,
            "reduced_motion": True,
            "breath_as": "seconds",
        }
        assert (app.look.figure, app.look.reduced_motion, app.breath_as) == ("wave", True, "seconds")
        await strike(pilot, "home", "delete")
        assert app.theme == "dark"
        assert "theme" not in kept()
        await strike(pilot, "q")
        await comes(pilot, HomeScreen)


async def test_another_key_is_shown_and_does_what_the_old_one_did() -> None:
    ports: list[ScriptedPort] = []
    desk_settings_path().write_text('[keys]\nease_off = "o"\nhistory = "o"\nlight = "T"\n')
    app = app_at_home(ports)
    async with app.run_test(size=(120, 40)) as pilot:
        await comes(pilot, HomeScreen)
        await strike(pilot, "T")
        assert app.theme == "light"
        await strike(pilot, "enter")
        assert "o ease off" in await comes(pilot, SessionScreen)
        await strike(pilot, "e")
        assert ev.EaseOff() not in ports[0].sent
        await strike(pilot, "o")
        assert ev.EaseOff() in ports[0].sent
        await strike(pilot, "comma")  # a session has keys of its own for what matters then
        assert isinstance(app.screen, SessionScreen)


async def test_a_key_is_pressed_to_be_chosen_and_one_that_stays_is_refused() -> None:
    app = app_at_home([])
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, HomeScreen)
        await strike(pilot, "comma")
        await comes(pilot, SettingsScreen)
        names = [key.name for key in changeable((*HOME_KEYS, *SESSION_KEYS))]
        await strike(pilot, *["down"] * (5 + names.index("mark")), "enter", "q")
        assert "stays as it is" in await drawn(pilot)
        await strike(pilot, "slash")
        assert kept() == {"keys": {"mark": "slash"}}
        await strike(pilot, "enter", "escape")
        assert kept() == {"keys": {"mark": "slash"}}


async def test_what_is_wrong_is_told_on_the_home_screen_and_in_full_in_the_settings() -> None:
    desk_settings_path().write_text('theme = "nigt"\n[keys]\npause = "h"\n')
    app = app_at_home([])
    async with app.run_test(size=(120, 40)) as pilot:
        assert "Settings: 2 errors; press , to see." in await comes(pilot, HomeScreen)
        await strike(pilot, "comma")
        shown = " ".join((await comes(pilot, SettingsScreen)).split())
        assert 'settings.toml, line 1 theme = "nigt" is no theme. Did you mean "night"?' in shown
        assert 'line 3 keys.pause = "h" is also the key of "hold"' in shown


async def test_an_own_theme_is_in_the_round_of_the_key_and_dyes_the_figure() -> None:
    own_themes_path().mkdir()
    (own_themes_path() / "sea.toml").write_text('base = "night"\nbackground = "#001020"\n')
    app = app_at_home([])
    async with app.run_test(size=(120, 40)) as pilot:
        await comes(pilot, HomeScreen)
        await strike(pilot, "t", "t", "t")
        assert app.theme == "sea"
        screen = app.screen
        assert isinstance(screen, HomeScreen)
        assert screen.figure_colours(screen._figure.depth).inhale[0] == "#001020"


def test_no_two_things_of_a_screen_share_a_name_or_a_key() -> None:
    """A key by its name is one thing, or a person's own key would be two."""
    for screen, names in key_names().items():
        keys = [key for each in names.values() for key in each if key != "enter"]
        assert len(keys) == len(set(keys)), screen
