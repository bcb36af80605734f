"""What a summary claims: changes against the own baseline, nothing where there is not enough, no promise."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import entrain.tui
from entrain.wording import summary as words
from tests.support.scripted import EXAMPLE_SUMMARY


def test_a_clear_change_is_told_in_two_sentences() -> None:
    assert words.changes(EXAMPLE_SUMMARY) == (
        "Your pulse was 5 beats a minute lower at the end (66) than in your resting baseline (70).",
        "Its beat-to-beat variation (RMSSD) rose from 31 to 43 ms.",
    )


@given(st.floats(45, 110), st.floats(-1.9, 1.9))
def test_a_small_change_is_called_none(before: float, change: float) -> None:
    summary = replace(EXAMPLE_SUMMARY, baseline_bpm=before, end_bpm=before + change)
    assert words.changes(summary)[0].startswith("Your pulse stayed about where it was")


@given(st.floats(45, 110), st.floats(2.1, 30))
def test_higher_is_called_higher(before: float, change: float) -> None:
    assert (
        " higher " in words.changes(replace(EXAMPLE_SUMMARY, baseline_bpm=before, end_bpm=before + change))[0]
    )


@pytest.mark.parametrize(
    "lacking",
    [
        {"n_beats": 0},
        {"n_beats": 30},
        {"n_artefacts": 400},
        {"outage_s": 400.0},
        {"baseline_bpm": None},
        {"end_bpm": None},
    ],
)
def test_without_enough_data_nothing_is_compared(lacking: dict[str, float | None]) -> None:
    first, second = words.changes(replace(EXAMPLE_SUMMARY, **lacking))  # type: ignore[arg-type]
    assert not re.search(r"lower|higher|rose|fell|same", first + second)
    assert "nothing to compare" in second


def test_no_intervals_means_no_variation() -> None:
    summary = replace(EXAMPLE_SUMMARY, baseline_rmssd_ms=None, end_rmssd_ms=None)
    assert "not enough clean intervals" in words.changes(summary)[1]


def test_quality_is_told_in_figures() -> None:
    assert words.quality(EXAMPLE_SUMMARY) == ("812 beats, 5 set aside (0.6 %), strap lost once, 14 s in all")
    assert words.quality(replace(EXAMPLE_SUMMARY, n_beats=0)) == "no beats measured"


def test_the_share_in_step_is_told_where_it_could_be_judged() -> None:
    assert words.live(EXAMPLE_SUMMARY) == "live: pulse 70 → 66, RMSSD 31 → 43 ms, in step 6.2 of 8.0 min"
    assert "too little to tell" in words.live(replace(EXAMPLE_SUMMARY, judged_s=20.0))
    assert "step" not in words.live(replace(EXAMPLE_SUMMARY, judged_s=0.0, guided_s=0.0))


def test_both_ratings_are_said() -> None:
    assert words.felt(EXAMPLE_SUMMARY, 4, None) == "Tension 6 → 4 · 12 min in all"
    assert words.felt(EXAMPLE_SUMMARY, None, 9.4).startswith("Tension 6 before · Your pulse swung 9 with")
    assert words.felt(replace(EXAMPLE_SUMMARY, rating_before=None), 4, None).startswith("Tension 4 · ")


def test_what_would_be_next_follows_from_what_was_seen() -> None:
    early = replace(EXAMPLE_SUMMARY, completed=False, duration_s=100.0)
    astray = replace(EXAMPLE_SUMMARY, in_step_s=60.0, judged_s=480.0)
    untold = replace(astray, judged_s=20.0)
    said = [words.next_step(each) for each in (EXAMPLE_SUMMARY, early, astray, untold)]
    assert "tomorrow" in said[0]
    assert "shorter" in said[1]
    assert "h holds" in said[2]
    assert said[3] == said[0]


def test_the_screen_makes_no_medical_promise() -> None:
    room = Path(entrain.tui.__file__).parent
    text = " ".join(path.read_text() for path in room.rglob("*.py")).lower()
    for claim in (r"\blowers\b", r"\bcures?\b", r"\bheal(s|ing)?\b", r"\btherap", r"\bdiagnos", r"anxiety"):
        assert not re.search(claim, text), claim
