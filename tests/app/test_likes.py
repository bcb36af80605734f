"""What somebody likes is theirs: as loud as they had it, and where their breath goes to today."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from entrain.app import prepare as setup
from entrain.app import whose
from entrain.app.desk import Desk
from entrain.app.prepare import Choices
from entrain.control.events import SetVolume, Stop
from entrain.presets import own as own_presets
from entrain.presets.library import load
from entrain.wording import preset as preset_words


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path


def prepared(person: str, **more: object) -> setup.Prepared:
    """Nothing is opened by it; who hears it is told by `audio` alone."""
    choices = Choices(hearts=("none",), preset=load("desk"), person=person, audio="device")
    return setup.prepare(replace(choices, **more))  # type: ignore[arg-type]


def volume_of(ready: setup.Prepared) -> float:
    return ready.session.view().sound.volume


def test_a_session_begins_as_loud_as_its_person_had_the_last() -> None:
    usual = load("desk").preset.sound.volume
    first = prepared("P01")
    assert volume_of(first) == usual
    first.session.send(SetVolume(0.3))
    first.session.send(Stop())
    first.close(asyncio.run(first.session.run()))
    assert whose.record_of("P01").preferences.volume == pytest.approx(0.3)
    assert volume_of(prepared("P01")) == pytest.approx(0.3)
    assert volume_of(prepared("P02")) == usual
    # Of several people in one room nobody's is taken for everybody's.
    together = prepared("", hearts=("sim:1", "sim:2"), persons=("P01", "P02"))
    assert volume_of(together) == usual


def test_what_nobody_turned_is_not_remembered() -> None:
    ready = prepared("P01")
    ready.session.send(Stop())
    ready.close(None)
    assert whose.record_of("P01").preferences.volume is None


def test_the_desk_knows_todays_goal_of_each_preset_that_comes_down() -> None:
    goals = dict(Desk("P01").sitter().goals)
    down = {name for name, each in own_presets.usable("P01").items() if each.preset.breath.over_days}
    assert goals.keys() == down != set()
    name = next(iter(down))
    preset = own_presets.usable("P01")[name].preset
    assert goals[name] > preset.breath.goal_per_min  # nobody begins where it ends
    assert preset_words.today(goals[name]) == f"today to {goals[name]:.1f} a minute"
