"""What stands behind the rooms of the app, for real: files, a recorded assessment, this machine."""

from dataclasses import replace
from pathlib import Path

import pytest

from entrain.app import prepare as setup
from entrain.app.desk import Desk
from entrain.app.prepare import Choices, Prepared
from entrain.app.services import Assessments, Shelf, examine, own_rate_text
from entrain.commands.screen import heart_spec, manners
from entrain.devices.simulated.person import Person
from entrain.errors import EntrainError, UsageError
from entrain.ports import AssessmentChoice, HeartChoice, HeartKind, OpenedSession
from entrain.presets import library as presets
from entrain.presets.check import checked
from entrain.storage import people
from entrain.storage.log.store import Store
from entrain.tui.look import Look
from tests.commands.test_assess_command import with_a_peak
from tests.support.real_heart import with_a_strap

SIMULATED = HeartChoice(HeartKind.SIMULATED)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path


class Opener:
    """Opens sessions as the app does, only much faster than life and without a sound."""

    def __init__(self, seed: int, *, is_real: bool = True) -> None:
        self.seed = seed
        self.is_real = is_real
        self.prepared: Prepared | None = None

    async def open(self, choices: Choices) -> OpenedSession:
        hearts = tuple(heart.replace("sim", f"sim:{self.seed}") for heart in choices.hearts)
        fast = replace(choices, hearts=hearts, audio="none", speed=100000.0, seed=3)
        self.prepared = setup.prepare(fast)
        return OpenedSession(self.prepared.session)

    def finish(self) -> int | None:
        prepared, self.prepared = self.prepared, None
        if prepared is None:
            return None
        setup.close_log(prepared, prepared.session.summary())
        summary = prepared.session.summary()
        if summary is not None and summary.session_id is not None and self.is_real:
            with_a_strap(summary.session_id)
        return None if summary is None else summary.session_id


async def test_an_assessment_is_paced_recorded_judged_kept_and_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Person, "draw", staticmethod(with_a_peak))
    opener = Opener(7)
    port = Assessments(Desk(), heart_spec, opener.open, opener.finish)
    assert port.before() == ""
    assert (round(port.minutes(sliding=False)), round(port.minutes(sliding=True))) == (14, 17)
    with pytest.raises(EntrainError, match="not known yet"):
        port.use()
    assert presets.names().count("own-resonance") == 0
    opened = await port.open(AssessmentChoice(SIMULATED, sliding=False))
    await opened.port.run()
    outcome = await port.outcome()
    assert outcome.resonance_per_min == pytest.approx(5.4, abs=0.3)
    assert len(outcome.swings) == 5
    assert len(outcome.table) == 7
    assert outcome.verdict[0].startswith("Your pulse swings most near 5.")
    assert port.before().startswith("Last time, ")
    known = people.load(Store.open(), "").resonance
    assert known is not None
    assert known.per_min == outcome.resonance_per_min
    assert port.use() == port.use() == "own-resonance"
    assert presets.load("own-resonance").preset.breath.goal_per_min == known.per_min


async def test_no_clear_peak_and_no_record_are_told_apart() -> None:
    opener = Opener(3)
    port = Assessments(Desk(), lambda heart: f"{heart_spec(heart)}:non-responder", opener.open, opener.finish)
    opened = await port.open(AssessmentChoice(SIMULATED, sliding=True))
    await opened.port.run()
    outcome = await port.outcome()
    assert outcome.resonance_per_min is None
    assert outcome.verdict[0].startswith("No clear peak")
    assert people.load(Store.open(), "").resonance is None
    with pytest.raises(UsageError, match="not recorded"):
        await port.outcome()


def test_the_preset_of_ones_own_rate_says_so_and_is_right() -> None:
    text = own_rate_text(presets.load("resonance").text)
    preset, faults = checked(text, "x.toml", "x", own_resonance_per_min=5.4)
    assert faults == ()
    assert preset is not None
    assert (preset.title, preset.breath.goal_per_min) == ("At your own resonance", 5.4)
    shipped = presets.load("resonance").preset
    assert preset.phases == shipped.phases
    assert preset.sound == shipped.sound


def test_a_preset_is_copied_changed_checked_and_deleted(home: Path) -> None:
    shelf = Shelf(Desk())
    desk = shelf.everything()[0]
    name = shelf.name_for_copy(desk.name)
    assert name == "my-desk"
    shelf.copy(desk, name)
    assert shelf.name_for_copy("desk") == shelf.name_for_copy("my-desk") == "my-desk-2"
    (mine,) = (each for each in shelf.everything() if each.is_own)
    assert mine.text == desk.text
    wrong = shelf.check(name, "minutes = 99\npolicy = 3\n")
    assert wrong.preset is None
    faults = {fault.field: fault for fault in wrong.faults}
    assert set(faults) == {"minutes", "title", "summary", "policy"}
    assert faults["policy"].line == 2
    assert faults["minutes"].text.endswith("Use a value from 1 to 60.")
    out = shelf.export(mine, str(home))
    shelf.delete(name)
    assert shelf.take_in(out) == "my-desk"


async def test_everything_is_looked_at_side_by_side_and_each_answer_comes_once() -> None:
    checks = [check async for check in examine()]
    assert [check.what for check in checks[:5]] == ["Bluetooth", "sound", "terminal", "settings", "storage"]
    assert all(check.ok is None for check in checks[:5])
    answers = {check.what: check for check in checks[5:]}
    assert len(checks) == 10
    assert set(answers) == {"Bluetooth", "sound", "terminal", "settings", "storage"}
    assert answers["storage"].ok
    assert all(check.ok or check.advice for check in answers.values())


def test_theme_and_figure_are_remembered() -> None:
    manners(Desk("P01")).on_look_changed(Look("night", "petals"))
    look = manners(Desk("P01")).look
    assert (look.theme, look.figure) == ("night", "petals")
    assert manners(Desk("P02")).look == manners(Desk()).look == Look()
    people.prefer(Store.open(), "P01", lambda now: replace(now, figure="a shape of a later version"))
    assert manners(Desk("P01")).look.figure == "orb"
