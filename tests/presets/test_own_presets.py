"""The shelf of presets: what a person does with their own, and that nothing they wrote is lost."""

from pathlib import Path

import pytest

from entrain.errors import InputError, PresetError, StoreError, UsageError
from entrain.presets import library as presets
from entrain.presets import own as own_presets
from entrain.shipped import shipped_presets_path
from entrain.storage.places import own_presets_path
from entrain.toml_lines import LARGEST_BYTES

WRONG = 'title = "Mine"\nsummary = ""\nminutes = 90\n[tempo]\npolicy = "glid"\n'
RIGHT = 'title = "Mine"\nsummary = ""\nminutes = 8\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))
    return tmp_path


def test_the_shelf_holds_what_comes_with_it_and_what_is_ones_own() -> None:
    shipped = own_presets.shelf()
    assert shipped[0].name == "desk"
    assert {each.name for each in shipped} == {path.stem for path in shipped_presets_path().glob("*.toml")}
    path = own_presets.make("mine", RIGHT)
    assert path.stat().st_mode & 0o777 == 0o600
    (mine,) = (each for each in own_presets.shelf() if each.is_own)
    assert (mine.name, mine.text, mine.preset.minutes) == ("mine", RIGHT, 8)
    assert own_presets.usable()["mine"].sha256 == presets.load("mine").sha256


def test_a_draft_is_kept_with_all_its_faults_and_not_offered() -> None:
    own_presets.write("mine", WRONG)
    (mine,) = (each for each in own_presets.shelf() if each.is_own)
    assert mine.text == WRONG
    assert [fault.line for fault in mine.faults] == [3, 5]
    assert "mine" not in own_presets.usable()


def test_a_draft_called_like_a_shipped_one_does_not_take_its_place() -> None:
    own_presets.write("desk", WRONG)
    assert own_presets.usable()["desk"].path.parent == shipped_presets_path()
    assert [each.is_own for each in own_presets.shelf() if each.name == "desk"] == [False, True]
    own_presets.write("desk", RIGHT)
    assert own_presets.usable()["desk"].preset.minutes == 8
    assert [each.is_own for each in own_presets.shelf() if each.name == "desk"] == [True]


def test_a_file_that_is_no_text_is_on_the_shelf_and_harms_nothing() -> None:
    own_presets_path().mkdir(parents=True)
    (own_presets_path() / "picture.toml").write_bytes(b"\xff\xd8\xff\xe0")
    (bad,) = (each for each in own_presets.shelf() if each.is_own)
    assert bad.text is None
    assert "UTF-8" in bad.faults[0].problem
    assert "desk" in own_presets.usable()


@pytest.mark.parametrize("name", ["", "../evil", "a b", "x" * 60, "a/b", "nul\0"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        own_presets.make(name, RIGHT)


def test_nothing_is_overwritten(home: Path) -> None:
    own_presets.make("mine", RIGHT)
    with pytest.raises(UsageError, match="exists already"):
        own_presets.make("mine", WRONG)
    out = own_presets.export("mine", RIGHT, home)
    assert out == home / "mine.toml"
    assert out.read_text() == RIGHT
    with pytest.raises(UsageError, match="exists already"):
        own_presets.export("mine", WRONG, home)
    with pytest.raises(StoreError):
        own_presets.export("mine", RIGHT, home / "nowhere" / "x.toml")


def test_what_is_shared_comes_back_with_its_remarks_under_a_free_name(home: Path) -> None:
    text = "# mine\r\n" + RIGHT.replace("\n", "\r\n")
    (home / "Ann's best.toml").write_bytes(text.encode())
    assert own_presets.take_in(home / "Ann's best.toml") == "Ann-s-best"
    assert own_presets.take_in(home / "Ann's best.toml") == "Ann-s-best-2"
    kept = own_presets_path() / "Ann-s-best-2.toml"
    assert kept.read_bytes().decode() == text
    assert presets.load("Ann-s-best-2").preset.minutes == 8


def test_what_cannot_be_taken_in_is_said(home: Path) -> None:
    for path in (home, home / "none.toml"):
        with pytest.raises(InputError):
            own_presets.take_in(path)
    (home / "large.toml").write_text("#" * LARGEST_BYTES + "\n")
    with pytest.raises(InputError, match="too large"):
        own_presets.take_in(home / "large.toml")
    (home / "wrong.toml").write_text(WRONG)
    name = own_presets.take_in(home / "wrong.toml")  # a draft, to be mended
    with pytest.raises(PresetError):
        presets.load(name)


def test_deleting_removes_ones_own_and_only_that() -> None:
    own_presets.write("desk", RIGHT)
    own_presets.delete("desk")
    own_presets.delete("desk")
    assert own_presets.usable()["desk"].path.parent == shipped_presets_path()


def test_a_full_or_closed_place_leaves_the_old_text(monkeypatch: pytest.MonkeyPatch) -> None:
    own_presets.write("mine", RIGHT)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        own_presets.write("mine", WRONG)
    assert (own_presets_path() / "mine.toml").read_text() == RIGHT
    assert [path.name for path in own_presets_path().iterdir()] == ["mine.toml"]
