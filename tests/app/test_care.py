"""What somebody never wants to hear is reached by no preset, programme, option, taste or list of voices."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.app import care, clients, whose
from entrain.app import prepare as setup
from entrain.app.desk import Desk
from entrain.app.prepare import Choices
from entrain.cli import main
from entrain.commands import screen
from entrain.control.protocol import SoundRule
from entrain.errors import UsageError
from entrain.person.care import CareRule
from entrain.presets import library, programmes
from entrain.presets.library import LoadedPreset
from entrain.storage.log.store import Store
from entrain.synth.voices import BACKGROUNDS, CATALOGUE


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path


def spared(person: str, **what: object) -> None:
    if person not in Store.open().people():
        clients.add(Store.open(), person)
    clients.change_care(Store.open(), person, **what)  # type: ignore[arg-type]


def sound_of(loaded: LoadedPreset, *persons: str, **more: object) -> SoundRule:
    choices = Choices(hearts=("none",), preset=loaded, audio="none", person=persons[0])
    return setup.prepare(replace(choices, **more)).session.view().preset.sound  # type: ignore[arg-type]


def names_in(sound: SoundRule) -> set[str]:
    gong = {"gong"} if sound.end_gong else set()
    return {sound.voice, sound.breath_voice, sound.background, *gong, *({"music"} if sound.music else ())}


@given(
    st.sets(st.sampled_from([*CATALOGUE, *BACKGROUNDS, "music"]), max_size=12),
    st.booleans(),
    st.builds(
        SoundRule,
        voice=st.sampled_from(list(CATALOGUE)),
        breath_voice=st.sampled_from(["own", *CATALOGUE]),
        background=st.sampled_from(["own", "silence", *BACKGROUNDS]),
        music=st.sampled_from(["", "evening.mp3"]),
        end_gong=st.sampled_from([0.0, 0.7]),
    ),
)
def test_nothing_that_is_left_out_is_left_in(never: set[str], body: bool, sound: SoundRule) -> None:
    banned = CareRule(tuple(never), body_sounds=body).banned
    after = care.without(sound, banned)
    assert not names_in(after) & (banned - {"silence"})
    if not names_in(sound) & banned:
        assert after == sound


def test_no_preset_and_no_programme_reaches_it() -> None:
    spared("P01", never="soft,ocean,breath,gong,kalimba")
    banned = set(whose.record_of("P01").care.banned)
    for name in library.names():
        assert not names_in(sound_of(library.load(name), "P01")) & banned
    for name in programmes.names():
        for step in programmes.load(name).programme.steps:
            loaded = LoadedPreset(step.preset, "", "", Path("x.toml"))
            assert not names_in(sound_of(loaded, "P01")) & banned


def test_whoever_asks_for_it_by_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    spared("P01", never="ocean")
    with pytest.raises(UsageError, match="ocean is one of the sounds that are left out"):
        sound_of(library.load("desk"), "P01", voice="ocean")
    with pytest.raises(UsageError, match="left out"):
        asyncio.run(screen._listen(Desk("P01"), "ocean"))
    assert main(["run", "--person", "P01", "--voice", "ocean", "--heart", "none", "--headless"]) == 2
    assert "left out" in capsys.readouterr().err


def test_of_several_people_nobody_hears_what_one_never_wants() -> None:
    spared("P01", never="soft")
    spared("P02", never="bowl", body_sounds=False)
    both = sound_of(library.load("desk"), "", persons=("P01", "P02"), hearts=("sim:1", "sim:2"))
    assert both.voice not in {"soft", "bowl", "heartbeat", "breath"}
    assert sound_of(library.load("desk"), "P02").voice == "soft"


def test_the_app_offers_none_of_it() -> None:
    spared("P01", never="ocean,rain", body_sounds=False)
    assert set(Desk("P01").sitter().never) == {"breath", "heartbeat", "ocean", "rain"}
    opened = asyncio.run(
        screen._Opener().open(
            Choices(hearts=("none",), preset=library.load("desk"), audio="none", person="P01")
        )
    )
    assert not set(opened.voices) & set(Desk("P01").sitter().never)


def test_what_was_not_right_is_offered_no_more() -> None:
    choices = Choices(hearts=("none",), preset=library.load("desk"), audio="none", person="P01")
    opened = asyncio.run(screen._Opener().open(choices))
    assert opened.not_right is not None
    assert opened.not_right("soft") == ""
    assert whose.record_of("P01").care.never == ("soft",)
    assert sound_of(library.load("desk"), "P01").voice != "soft"
    assert opened.not_right("silence") == ""  # there is nothing to leave out
    assert whose.record_of("P01").care.never == ("soft",)


def test_a_text_of_ones_own_stands_where_it_was_too_much(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Look out of the window.\n")
    spared("P01", away_text=text)
    choices = Choices(hearts=("none",), preset=library.load("desk"), audio="none", person="P01")
    assert asyncio.run(screen._Opener().open(choices)).away_text == "Look out of the window."


def test_it_is_read_and_changed_by_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    spared("P01")
    typed = partial(main)
    assert typed(["person", "care", "P01", "--never", "gong, frame-drum", "--body-sounds", "no"]) == 0
    said = capsys.readouterr().out
    assert "never heard   frame-drum, gong" in said
    assert "no heartbeat, no breath" in said
    assert typed(["person", "care", "P01", "--figures", "no", "--locked", "yes", "--json"]) == 0
    assert '"locked":true' in capsys.readouterr().out.replace(" ", "")
    assert typed(["person", "care", "P01", "--never", "none"]) == 0
    assert "nothing is left out" in capsys.readouterr().out
    assert typed(["person", "care", "P01", "--never", "gnog"]) == 2
    assert typed(["person", "care", "P99", "--never", "gong"]) == 2
