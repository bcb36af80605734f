"""Presets: those that ship are sound, and a faulty one is told all its faults in words one can act on."""

import hashlib
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.control.protocol import Preset
from entrain.errors import InputError, PresetError, UsageError
from entrain.presets import library as presets
from entrain.presets.check import checked
from entrain.presets.reader import settings
from entrain.presets.rules import LIMITS
from entrain.synth.voices import CATALOGUE
from entrain.tempo.policy import POLICIES
from entrain.toml_lines import line_of

ALL = ("desk", "first", "fixed", "follow", "metronome", "quiet", "resonance", "sleep")


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's own folder of presets."""
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    folder = tmp_path / "presets"
    folder.mkdir()
    return folder


def faults_of(text: str) -> list[str]:
    """Faults of a text that has a title and a summary in its first two lines."""
    _, faults = checked('title = "T"\nsummary = "S"\n' + text, "mine.toml", "mine")
    return [str(fault).removeprefix("mine.toml, ") for fault in faults]


def test_all_presets_are_there_the_default_first() -> None:
    assert presets.names() == ALL
    assert presets.DEFAULT == "desk"


@pytest.mark.parametrize("name", ALL)
def test_a_shipped_preset_is_what_the_coaching_rules_ask_for(name: str) -> None:
    loaded = presets.load(name)
    preset, times = loaded.preset, loaded.preset.phases
    assert preset.name == name
    assert loaded.text == loaded.path.read_text("utf-8")
    assert loaded.sha256 == hashlib.sha256(loaded.path.read_bytes()).hexdigest()
    assert presets.check(loaded.path) == ()
    assert preset.minutes <= 20
    assert preset.breath.ratio[1] == preset.breath.ratio[3] == 0.0  # no breath is held
    if name in ("follow", "fixed", "metronome"):
        assert not preset.breath.guided
    else:
        assert preset.bounds.breath_fall_per_min2 <= 1.5
        leading_s = preset.minutes * 60 - times.baseline_s - times.match_s - times.silence_s
        reach = preset.bounds.breath_fall_per_min2 * leading_s / 60
        assert preset.breath.start_per_min - preset.breath.goal_per_min <= reach  # the goal can be reached
        assert preset.bounds.lead_fraction <= 0.10
        assert -0.10 <= preset.tempo.start_fraction <= 0.0
    if name != "metronome":
        assert preset.needs_heart
        assert times.baseline_s >= 30
    if preset.minutes >= 8 and preset.needs_heart:
        assert times.silence_s >= 120


@pytest.mark.parametrize("name", ALL)
def test_a_shipped_preset_promises_nothing_medical(name: str) -> None:
    words = presets.load(name).text.lower()
    for word in ("anxiety", "blood pressure", "treat", "heal", "cure", "arrhythmia", "therapy", "disease"):
        assert word not in words


def test_the_default_shows_every_setting_with_its_default() -> None:
    """Whoever edits a preset learns from this file what there is."""
    text = presets.load("desk").text
    for optional in ("goal_bpm", "fixed_bpm", "music_bpm"):
        text = text.replace(f"# {optional}", optional)
    data = tomllib.loads(text)

    def written(table: dict[str, object], under: str = "") -> set[str]:
        out: set[str] = set()
        for key, value in table.items():
            out |= {under + key} | (written(value, f"{under}{key}.") if isinstance(value, dict) else set())
        return out

    assert written(data) == set(settings(Preset)) - {"name"}
    desk = presets.load("desk").preset
    plain = Preset(name="desk", title=desk.title, summary=desk.summary)
    assert desk.bounds == plain.bounds
    assert desk.sound == plain.sound
    assert desk.tempo == plain.tempo


def test_every_number_has_a_limit() -> None:
    numbers = set()
    for dotted in settings(Preset):
        kind: type = Preset
        for part in dotted.split("."):
            hint = get_type_hints(kind)[part]
            kind = hint
        if not is_dataclass(hint) and float in (hint, *get_args(hint)):
            numbers.add(dotted)
    assert numbers == set(LIMITS)


def test_the_program_s_defaults_are_within_the_limits() -> None:
    preset = Preset(name="x", title="x", summary="x")
    for dotted, limit in LIMITS.items():
        value: object = preset
        for part in dotted.split("."):
            value = getattr(value, part)
        for number in value if isinstance(value, tuple) else (value,):
            assert number is None or limit.broken_by(number) == ""


def test_all_faults_are_told_at_once_with_their_lines() -> None:
    assert faults_of(
        "minutes = 90\n"  # line 3
        "needs_hart = true\n"
        "baseline_s = 60\n"
        "[phases]\n"
        'match_s = "long"\n'
        "[tempo]\n"
        'policy = "glid"\n'
        "start_fraction = -0.2\n"
        "[breath]\n"
        "guided = 1\n"
        "ratio = [4, 0, 6]\n"
        "goal_per_min = 3\n"
        "[bounds]\n"
        "tempo_floor_bpm = 45\n"
        "[sound]\n"
        'voice = "sofa"\n'
        "volume = nan\n"
    ) == [
        "line 3: minutes = 90 is above 60, which no session may pass. Use a value from 1 to 60.",
        'line 4: needs_hart is no setting. Did you mean "needs_heart"?',
        "line 5: baseline_s is no setting. It belongs under [phases].",
        'line 7: phases.match_s must be a number, not "long".',
        f'line 9: tempo.policy = "glid" is no policy. Did you mean "glide"? There are {", ".join(POLICIES)}.',
        "line 10: tempo.start_fraction = -0.2 begins further below the pulse than bounds.lead_fraction = 0.1"
        " permits. Use -0.1 or more.",
        "line 12: breath.guided must be true or false, not 1.",
        "line 13: breath.ratio must be a list of 4 numbers, not [4, 0, 6].",
        "line 14: breath.goal_per_min = 3 is below 4, which no session may pass. Use a value from 4 to 30.",
        "line 16: bounds.tempo_floor_bpm = 45 is below 50, which no session may pass."
        " Use a value from 50 to 140.",
        f'line 18: sound.voice = "sofa" is no voice. Did you mean "soft"? There are {", ".join(CATALOGUE)}.',
        "line 19: sound.volume = nan is no number. Use a value from 0 to 1.",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "minutes = 4\n",
            "line 3: minutes = 4 leaves no time to lead: baseline, match and silence take 300 s.",
        ),
        (
            "[phases]\nbaseline_s = 20\n",
            "line 4: phases.baseline_s = 20 is too short to know a resting pulse.",
        ),
        ("[breath]\ngoal_per_min = 14\n", "line 4: breath.goal_per_min = 14 is quicker than the beginning"),
        ("breath.goal_per_min = 4.2\n", "line 3: breath.goal_per_min = 4.2 is below this preset's bounds"),
        ("[breath]\nratio = [0, 1, 6, 0]\n", "line 4: breath.ratio has no time to breathe in"),
        (
            "tempo.free_bpm = 50\nbounds.tempo_ceiling_bpm = 50\n",
            "line 4: bounds.tempo_floor_bpm = 50 is not",
        ),
        (
            "[tempo]\nfree_bpm = 130\n",
            "line 4: tempo.free_bpm = 130 is outside this preset's own bounds",
        ),
        ("[tempo]\nfixed_bpm = 60\n", 'line 4: tempo.fixed_bpm has no effect with policy = "glide".'),
        (
            'needs_heart = false\ntempo = { policy = "follow" }\n',
            'line 3: tempo.policy = "follow" has nothing',
        ),
        ("bounds = 3\n", "line 3: bounds must be a table, not 3. Write [bounds] and"),
        ("minutes = 10\nminutes = 11\n", "line 4: is not TOML: Cannot overwrite a value."),
        ("minutes 10\n", "line 3: is not TOML: Expected '=' after a key in a key/value pair."),
        ("[tempo\n", "line 3: is not TOML: Expected ']' at the end of a table declaration."),
        ('[tempo]\npolicy = "glide', "line 4: is not TOML: Unterminated string."),
        ("colour = 1\n", "line 3: colour is no setting. Leave it out; `entrain presets show desk` shows"),
        ("[tempo]\nvoice = 'soft'\n", "line 4: tempo.voice is no setting. It belongs under [sound]."),
        ("[sound]\nneeds_heart = true\n", "line 4: sound.needs_heart is no setting. It belongs at the top"),
        ("[breath]\ngoal = 6\n", 'line 4: breath.goal is no setting. Did you mean "breath.goal_per_min"?'),
        ("minutes = 2030-01-01\n", "line 3: minutes must be a number, not 2030-01-01."),
        ("minutes = inf\n", "line 3: minutes = inf is above 60, which no session may pass."),
    ],
)
def test_a_fault_is_a_sentence(text: str, fault: str) -> None:
    faults = faults_of(text)
    assert len(faults) == 1
    assert faults[0].startswith(fault)


def test_title_and_summary_are_needed() -> None:
    _, faults = checked("minutes = 10\n", "mine.toml", "mine")
    assert [str(fault) for fault in faults] == [
        'mine.toml, line 1: title is missing. Write title = "…" at the top of the file.',
        'mine.toml, line 1: summary is missing. Write summary = "…" at the top of the file.',
    ]


@given(
    st.sampled_from(sorted(set(LIMITS) - {"breath.ratio"})),
    st.floats(allow_nan=False) | st.sampled_from([limit.least for limit in LIMITS.values()]),
)
def test_a_limit_holds_for_every_number(dotted: str, value: float) -> None:
    """Inside a limit the number itself is never complained of; outside it always is, at its line."""
    table, _, key = dotted.rpartition(".")
    number = {float("inf"): "inf", float("-inf"): "-inf"}.get(value, repr(value))
    text = f"{f'[{table}]' if table else ''}\n{key} = {number}\n"
    said = [
        fault
        for fault in faults_of(text)
        if fault.startswith(f"line 4: {dotted} =") and "Use a value" in fault
    ]
    assert bool(said) != (LIMITS[dotted].least <= value <= LIMITS[dotted].most)


@given(st.text(max_size=200))
def test_any_text_is_read_or_told(text: str) -> None:
    preset, faults = checked(text, "mine.toml", "mine")
    assert (preset is None) == bool(faults)
    assert all(1 <= fault.line <= text.count("\n") + 1 + text.count("\r") for fault in faults)


def test_one_s_own_presets_come_first(own: Path) -> None:
    (own / "mine.toml").write_text('title = "Mine"\nsummary = "So."\nminutes = 12\n')
    (own / "desk.toml").write_text('title = "My desk"\nsummary = "So."\n')
    assert presets.names() == ("desk", "first", "fixed", "follow", "metronome", "mine", *ALL[5:])
    assert presets.load("mine").preset.minutes == 12.0
    assert presets.load("desk").preset.title == "My desk"
    assert presets.load("desk").path == own / "desk.toml"


def test_a_preset_can_be_a_file_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "study-arm-b.toml"
    path.write_bytes(b"\xef\xbb\xbf" + b'title = "B"\r\nsummary = "So."\r\n')  # as Notepad writes it
    loaded = presets.load(str(path))
    assert (loaded.preset.name, loaded.preset.title) == ("study-arm-b", "B")
    path.write_text('name = "b"\ntitle = "B"\nsummary = "So."\n')
    assert presets.load(str(path)).preset.name == "b"


def test_what_cannot_be_loaded(own: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='no preset "dsek"') as caught:
        presets.load("dsek")
    assert caught.value.advice.startswith('Did you mean "desk"? There are desk, first')
    with pytest.raises(InputError, match="cannot be read: No such file"):
        presets.load("nothing.toml")
    with pytest.raises(InputError, match="is no file"):
        presets.check(tmp_path)
    (own / "latin.toml").write_bytes(b'title = "\xfc"')
    with pytest.raises(InputError, match="not text in UTF-8: byte 9"):
        presets.load("latin")
    (own / "bad.toml").write_text("minutes = 100\n")
    with pytest.raises(PresetError, match="3 things are wrong") as faulty:
        presets.load("bad")
    assert len(faulty.value.faults) == 3
    assert faulty.value.exit_code == 3


def test_lines_are_found_in_odd_places() -> None:
    text = '[a . "b"]\n\nc.d = 1\n  [[e]]\n f = 2 # c = 3\n[g]\nh = { i = 1 }\n'
    assert line_of(text, "a.b.c.d") == 3
    assert line_of(text, "a.b.c") == 1
    assert line_of(text, "g.h.i") == 7
    assert line_of(text, "g.x") == 6
    assert line_of(text, "nowhere") == 1


def test_fields_of_a_fault_are_kept_apart() -> None:
    _, (fault, *_) = checked('title = "T"\nsummary = "S"\nminutes = 0\n', "mine.toml", "mine")
    assert [getattr(fault, field.name) for field in fields(fault)] == [
        "mine.toml",
        3,
        "minutes",
        "= 0 is below 1, which no session may pass",
        "Use a value from 1 to 60.",
    ]


def test_the_documentation_names_every_preset_and_every_hard_limit() -> None:
    page = (Path(__file__).parents[2] / "docs" / "use" / "presets.md").read_text("utf-8")
    for name in ALL:
        assert f"| `{name}` | {presets.load(name).preset.minutes:g} |" in page
    for dotted, limit in LIMITS.items():
        if limit.is_hard and dotted.startswith("bounds"):
            assert f"| `{dotted}` | at {'least' if 'floor' in dotted else 'most'}" in page
