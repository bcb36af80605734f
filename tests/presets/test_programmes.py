"""Programme files: those that ship are sound, and a faulty one is told all its faults, as a preset is."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.errors import PresetError, UsageError
from entrain.presets import programmes
from entrain.presets.programmes import checked
from entrain.programme.plan import COMPLETED, UNSEEN_FLOOR_PER_MIN

ALL = ("brighter-mornings", "resonance-weeks", "sleep-weeks", "slower-breath")


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    folder = tmp_path / "programmes"
    folder.mkdir()
    return folder


def faults_of(text: str) -> list[str]:
    """Faults of a text that has a title and a summary in its first two lines."""
    _, faults = checked('title = "T"\nsummary = "S"\n' + text, "mine.toml", "mine")
    return [str(fault).removeprefix("mine.toml, ") for fault in faults]


def test_all_are_there() -> None:
    assert programmes.names() == ALL


@pytest.mark.parametrize("name", ALL)
def test_a_shipped_one_says_what_it_rests_on_and_what_is_not_known(name: str) -> None:
    loaded = programmes.load(name)
    outline = loaded.programme.outline
    assert programmes.check(programmes.path_of(name)) == ()
    assert outline.sources
    assert outline.unknown
    assert outline.back.gap_days == 10
    assert 0 < outline.minutes_a_week <= 60
    goals = [step.goal_per_min for step in loaded.programme.steps if step.goal_per_min is not None]
    assert goals == sorted(goals, reverse=True)
    assert all(before - after <= 1.0 for before, after in pairwise(goals))
    if outline.forward.by == COMPLETED:
        assert all(goal >= UNSEEN_FLOOR_PER_MIN for goal in goals)
    for step in loaded.programme.steps:  # no slower a breath by hand either
        if step.goal_per_min is not None and step.goal_per_min > 6.0:
            assert step.preset.bounds.breath_floor_per_min == step.goal_per_min
    for word in ("anxiety", "blood pressure", "treat", "heal", "cure", "therapy", "disease", "streak"):
        assert word not in loaded.text.lower()


def test_ones_own_rate_is_meant_where_it_is_known() -> None:
    assert programmes.load("resonance-weeks").programme.steps[-1].preset.breath.goal_per_min == 6.0
    assert programmes.load("resonance-weeks", 5.25).programme.steps[-1].preset.breath.goal_per_min == 5.25


def test_all_faults_are_told_at_once_with_their_lines() -> None:
    assert (
        faults_of(
            "weeks = 0\n"  # line 3
            "minutes = 30\n"
            'locked = ["breath", "sound.voice"]\n'
            "sources = 3\n"
            "[forward]\n"
            'by = "steps"\n'
            "least_days = 3\n"
            "good = 2.5\n"
            "[step.one]\n"
            'preset = "dsek"\n'
            "[step.two]\n"
            'preset = "desk"\n'
            "minutes = 90\n"
            "[step.two.breath]\n"
            "goal = 8\n"
            "goal_per_min = 14\n"
            "[step.three]\n"
            "assess = 1\n"
            "[step.three.sound]\n"
            'voice = "sofa"\n'
        )[:11]
        == [
            "line 3: weeks = 0 is below 1. Use a value from 1 to 52.",
            'line 4: minutes is no setting. Did you mean "minutes_a_week"?',
            'line 5: locked = "breath" is no setting that can be held. There are minutes, phases.baseline_s,'
            " breath.goal_per_min, tempo.goal_bpm, sound.voice, sound.volume, sound.music.",
            'line 6: sources must be a list of names, not 3. Write sources = ["…"].',
            'line 8: forward.by = "steps" is no way to go on. Did you mean "in step"?'
            " There are in step, completed.",
            "line 9: forward.least_days = 3 is below 7, which no session may pass. Use a value from 7 to 60.",
            "line 10: forward.good must be a whole number, not 2.5.",
            'line 12: step.one.preset is no preset that comes with entrain. Did you mean "desk"? There are'
            " desk, first, fixed, follow, metronome, quiet, resonance, sleep.",
            "line 15: step.two.minutes = 90 is above 60, which no session may pass."
            " Use a value from 1 to 60.",
            'line 17: step.two.breath.goal is no setting. Did you mean "breath.goal_per_min"?',
            "line 18: step.two.breath.goal_per_min = 14 is quicker than the beginning, start_per_min = 12."
            " A session leads to slower breathing: give a goal that is not quicker.",
        ]
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "line 1: step is missing. Write [step.first]"),
        ("step = 3\n", "line 3: step is missing"),
        ("[step]\none = 3\n", "line 4: step.one must be a table"),
        ('[step."a.b"]\n', "is no name for a step"),
        (
            "[step.one]\n[step.one.breath]\nover_days = true\n",
            "line 5: step.one.breath.over_days has no place",
        ),
        (
            '[forward]\nby = "completed"\n[step.one.breath]\ngoal_per_min = 7\n',
            "line 6: step.one.breath.goal_per_min = 7",
        ),
        ("[forward]\ngood = 4\n[step.one]\n", "line 4: forward.good = 4 is more than of_last = 3"),
        ("weeks 3\n", "line 3: is not TOML"),
    ],
)
def test_a_fault_is_a_sentence(text: str, fault: str) -> None:
    faults = faults_of(text)
    assert any(fault in each for each in faults), faults


@given(st.text(max_size=200))
def test_any_text_is_read_or_told(text: str) -> None:
    programme, faults = checked(text, "mine.toml", "mine")
    assert (programme is None) == bool(faults)


def test_a_preset_of_ones_own_loosens_no_programme(own: Path) -> None:
    (own.parent / "presets").mkdir()
    text = 'title = "Mine"\nsummary = ""\n[breath]\ngoal_per_min = 5\n[bounds]\nbreath_floor_per_min = 4.5\n'
    (own.parent / "presets" / "first.toml").write_text(text)
    assert programmes.load("slower-breath").programme.steps[2].preset.breath.goal_per_min == 7.0
    assert programmes.load("slower-breath").programme.steps[2].preset.bounds.breath_floor_per_min == 7.0


def test_what_cannot_be_loaded(own: Path) -> None:
    with pytest.raises(UsageError, match='no programme "slower"') as caught:
        programmes.load("slower")
    assert 'Did you mean "slower-breath"?' in caught.value.advice
    (own / "mine.toml").write_text("weeks = 100\n")
    with pytest.raises(PresetError, match="4 things are wrong"):
        programmes.load("mine")
    (own / "slower-breath.toml").write_text('title = "Mine"\nsummary = ""\n[step.one]\n')
    assert programmes.load("slower-breath").programme.title == "Mine"
