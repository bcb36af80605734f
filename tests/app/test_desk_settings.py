"""Settings in a file of one's own: all faults at once, single lines changed, a named person's likes first."""

from pathlib import Path

import pytest

from entrain.app import whose
from entrain.app.desk import Desk
from entrain.app.doctor import settings as examined
from entrain.app.liking import DeskLikings, keep_liking, likes_of
from entrain.errors import StoreError
from entrain.storage import desk_files
from entrain.storage.places import desk_settings_path, own_themes_path
from entrain.toml_lines import NotTOML, parsed, with_setting

KEYS = {"Session": {"pause": ("p",), "ease_off": ("e",), "hold": ("h",)}, "Home": {"history": ("h",)}}
WRONG = """\
theme = "nigt"
figure = "petals"
volume = 7
colour = "red"

[keys]
pause = "e"      # that is ease off
ease_of = "o"
hold = "q"
stop = "x"
history = "ctrl+alt"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path


def write(text: str) -> None:
    desk_settings_path().write_text(text)


def test_without_a_file_everything_is_as_it_comes() -> None:
    settings, faults = desk_files.load(KEYS)
    assert (settings, faults) == (type(settings)(), ())
    assert examined().ok


def test_every_fault_is_told_with_its_line_and_what_is_right_is_used() -> None:
    write(WRONG)
    settings, faults = desk_files.load(KEYS)
    assert settings.figure == "petals"
    assert (settings.theme, settings.volume, settings.keys) == (None, None, ())
    assert [(fault.line, fault.key) for fault in faults] == [
        (1, "theme"),
        (3, "volume"),
        (4, "colour"),
        (7, "keys.pause"),
        (8, "keys.ease_of"),
        (9, "keys.hold"),
        (10, "keys.stop"),
        (11, "keys.history"),
    ]
    said = [str(fault) for fault in faults]
    assert said[0].startswith('settings.toml, line 1: theme = "nigt" is no theme. Did you mean "night"?')
    assert said[3].startswith('settings.toml, line 7: keys.pause = "e" is also the key of "ease_off".')
    assert 'Did you mean "ease_off"?' in said[4]
    assert not examined().ok


@pytest.mark.parametrize("text", ["theme = ", "[keys", "theme = night\n", "\x00"])
def test_what_is_no_toml_is_told_and_never_overwritten(text: str) -> None:
    write(text)
    settings, faults = desk_files.load(KEYS)
    assert settings == type(settings)()
    assert len(faults) == 1
    with pytest.raises(StoreError, match="was not changed"):
        desk_files.keep("theme", "light")
    assert desk_settings_path().read_text() == text


def test_a_key_may_be_given_to_another_when_both_change() -> None:
    write('[keys]\npause = "e"\nease_off = "x"\n')
    assert desk_files.load(KEYS) == (desk_files.load(KEYS)[0], ())
    assert desk_files.load(KEYS)[0].keys == (("pause", "e"), ("ease_off", "x"))


def test_one_line_is_changed_and_all_others_stay_to_the_letter() -> None:
    text = '# mine\ntheme = "dark"   # as at night\n\n[keys]\n# none yet\n\n[other]\nx = 1\n'
    text = with_setting(text, "theme", "light")
    text = with_setting(text, "volume", 0.35)
    text = with_setting(text, "keys.pause", ",")
    assert text == (
        '# mine\ntheme = "light"  # as at night\nvolume = 0.35\n\n'
        '[keys]\npause = ","\n# none yet\n\n[other]\nx = 1\n'
    )
    assert parsed(with_setting(text, "keys.pause", None))["keys"] == {}
    with pytest.raises(NotTOML):  # it stands in another form there
        with_setting('keys = { pause = "x" }\n', "keys.pause", "y")


def test_whoever_has_no_name_has_the_file_and_a_named_person_what_they_chose() -> None:
    port = DeskLikings()
    keep_liking("", "theme", "light")
    port.keep("P01", "theme", "night")
    port.keep("P01", "breath_as", "seconds")
    assert parsed(desk_settings_path().read_text()) == {"theme": "light", "breath_as": "seconds"}
    assert Desk("").sitter().theme == "light"
    assert Desk("P01").sitter().theme == "night"
    assert Desk("P02").sitter().theme == "light"
    port.keep("P01", "theme", None)
    assert likes_of(whose.record_of("P01"), "P01").theme == "light"
    assert port.now("P01", {}).settings.breath_as == "seconds"


def test_an_own_theme_is_its_base_with_other_colours_and_its_faults_are_told() -> None:
    own_themes_path().mkdir()
    (own_themes_path() / "sea.toml").write_text(
        'base = "night"\nprimary = "#00ffff"\ninhale = ["#000000", "blue"]\npulze = "#ffffff"\n'
    )
    (sea,), faults = desk_files.themes()
    assert (sea.name, sea.base, dict(sea.colours)) == ("sea", "night", {"primary": "#00ffff"})
    assert [(fault.file, fault.line, fault.key) for fault in faults] == [
        ("themes/sea.toml", 3, "inhale"),
        ("themes/sea.toml", 4, "pulze"),
    ]
    assert 'Did you mean "pulse"?' in str(faults[1])
    write('theme = "sea"\n')
    assert desk_files.load(KEYS)[0].theme == "sea"
