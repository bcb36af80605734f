"""Scales: the shipped ones are right, and a faulty one is told in words."""

from itertools import pairwise
from pathlib import Path

import pytest

from entrain.errors import InputError, PresetError, UsageError
from entrain.synth import scales, voices
from entrain.synth.melody import note_hz
from entrain.synth.scales import HIGHEST_HZ, LOWEST_HZ
from tests.synth.test_voices import PATTERN, strike_at

GOOD = """
title = "Three"
tonic_hz = 200
rise = ["a b c a'"]
fall = ["c b a"]
[notes]
a = "1/1"
b = 386.3
c = "3/2"
"""


@pytest.mark.parametrize("name", scales.names())
def test_a_shipped_scale_says_what_it_is_and_sounds_within_the_gentle_range(name: str):
    scale = scales.load(name)
    assert scale.title
    assert len(scale.about) > 40
    assert all(LOWEST_HZ <= hz <= HIGHEST_HZ for hz in (*scale.pitches_hz, *scale.drone))
    assert all(one[1] < other[1] < scale.octave for one, other in pairwise(scale.notes))


def test_ragas_are_just_and_know_their_hour():
    for name in ("yaman", "bhupali", "bhairav", "sarang", "malkauns"):
        assert scales.load(name).when
    ratios = dict(scales.load("yaman").notes)
    assert (ratios["Ga"], ratios["Ma"], ratios["Pa"]) == (5 / 4, 45 / 32, 3 / 2)


def test_phrases_follow_the_breath_from_their_first_note_to_their_last():
    scale = scales.load("bhupali")
    notes = [note_hz(scale, strike_at(n)) for n in range(PATTERN.beats)]
    assert notes[:4] == sorted(notes[:4])
    assert notes[0] == scale.rise[0][0]
    assert notes[3] == scale.rise[0][-1]
    assert notes[4:] == sorted(notes[4:], reverse=True)
    assert notes[-1] == scale.fall[0][-1]


def test_ones_own_scale_is_read_and_takes_the_place_of_a_shipped_one(tmp_path: Path):
    (tmp_path / "yaman.toml").write_text(GOOD)
    own = scales.load("yaman", tmp_path)
    assert own.title == "Three"
    assert own.rise == ((200.0, pytest.approx(250.0, abs=0.1), 300.0, 400.0),)
    assert voices.build("kalimba", 8000, own).strike is not None
    assert "yaman" in scales.names(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("tonic_hz = 200", "", 1, "tonic_hz is missing"),
        ("tonic_hz = 200", "tonic_hz = 5000", 3, "tonic_hz = 5000 is not from 50 to 500"),
        ("tonic_hz = 200", "tonic = 200", 3, "did you mean tonic_hz"),
        ('title = "Three"', "", 1, "title is missing"),
        ('c = "3/2"', 'c = "3:2"', 9, 'notes.c must be a ratio like "3/2" or cents'),
        ('c = "3/2"', 'c = "9/8"', 9, "notes.c is not higher than b before it"),
        ('c = "3/2"', 'c = "5/2"', 9, "notes.c is not within one octave"),
        ('fall = ["c b a"]', 'fall = ["c d a"]', 5, 'there is no note "d"; there are a, b, c'),
        ('fall = ["c b a"]', 'fall = ["a b c"]', 5, "must end lower than it begins"),
        ('rise = ["a b c a\'"]', "rise = []", 4, "rise has no phrase"),
        ('rise = ["a b c a\'"]', "rise = [\"a a''''\"]", 4, "beyond 40 to 1200"),
        ('b = 386.3\nc = "3/2"\na = "1/1"', "", 6, "[notes] must hold 2 to 24 notes"),
    ],
)
def test_a_faulty_scale_is_told_in_words_with_its_line(
    old: str, new: str, line: int, said: str, tmp_path: Path
):
    path = tmp_path / "mine.toml"
    text = GOOD.replace(old, new)
    path.write_text(text if old in GOOD else GOOD.partition("[notes]")[0] + "[notes]\n")
    with pytest.raises(PresetError) as caught:
        scales.read(path)
    assert "mine.toml" in caught.value.message
    [fault] = [fault for fault in caught.value.faults if said in fault]
    assert fault.startswith(f"mine.toml, line {line}: ")


def test_all_faults_of_a_scale_are_told_at_once(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace("200", "9").replace("386.3", "true"))
    with pytest.raises(PresetError, match="2 things are wrong") as caught:
        scales.read(path)
    assert [fault.partition(":")[0] for fault in caught.value.faults] == [
        "mine.toml, line 3",
        "mine.toml, line 8",
    ]


def test_what_is_no_toml_and_what_is_no_text_is_told_with_its_place(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace("[notes]", "[notes"))
    with pytest.raises(InputError, match=r"mine.toml is not TOML: .* \(at line 6, column 7\)"):
        scales.read(path)
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(InputError, match=r"mine.toml is not text in UTF-8: byte 9"):
        scales.read(path)


def test_an_unknown_scale_is_answered_with_the_nearest():
    with pytest.raises(UsageError, match='no scale "yamen"') as caught:
        scales.load("yamen")
    assert 'Did you mean "yaman"?' in caught.value.advice
