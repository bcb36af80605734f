"""`entrain render`, as it is typed, and the course it takes."""

import resource
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.app.course import LEAD_IN_S, course_of, score_of
from entrain.breath.pattern import BreathPart
from entrain.cli import main
from entrain.control.protocol import (
    HARD_BREATH_FLOOR_PER_MIN,
    HARD_FALL_BPM_PER_MIN,
    HARD_TEMPO_CEILING_BPM,
    HARD_TEMPO_FLOOR_BPM,
    Preset,
)
from entrain.errors import UsageError

RATE_HZ = 48_000
PRESET = Preset("plain", "Plain", "For tests.")


def onsets_s(path: Path) -> np.ndarray:
    """Seconds at which a click begins, after at least a tenth of a second of silence."""
    with wave.open(str(path)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    loud = np.flatnonzero(sound.any(axis=1))
    return loud[np.diff(loud, prepend=-RATE_HZ) > RATE_HZ // 10] / RATE_HZ


def test_a_files_beats_slow_down_from_the_one_tempo_to_the_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out, preset = tmp_path / "out.wav", tmp_path / "beat.toml"
    preset.write_text('title = "Beat"\nsummary = "Only a beat."\n[breath]\nguided = false\n')
    words = ["render", "--preset", str(preset), "--voice", "metronome", "--minutes", "2"]
    assert main([*words, "--from", "72", "--to", "69", "--out", str(out)]) == 0
    assert "72 to 69 beats a minute, voice metronome" in capsys.readouterr().out
    beats_s = onsets_s(out)
    tempi = 60.0 / np.diff(beats_s)
    assert tempi[0] == pytest.approx(72.0, abs=0.1)
    assert tempi[-1] == pytest.approx(69.0, abs=0.1)
    assert (np.diff(tempi) < 0.01).all()
    assert len(beats_s) == pytest.approx(2 * 70.5, abs=2)


def test_the_shipped_presets_can_all_be_rendered(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    from entrain.presets import library as presets

    for name in presets.names():
        out = tmp_path / f"{name}.ogg"
        assert main(["render", "--preset", name, "--minutes", "0.2", "--out", str(out)]) == 0
        assert out.stat().st_size > 1000
        assert "0.2 min" in capsys.readouterr().out


def test_a_tempo_that_may_not_fall_so_fast_ends_where_it_may_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "out.ogg"
    assert main(["render", "--minutes", "0.5", "--from", "80", "--to", "60", "--out", str(out)]) == 0
    assert "it comes to 79, not to 60" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "30"], "30 beats a minute cannot be rendered"),
        (["--to", "200"], "From 50 to 140 is possible"),
        (["--breath", "2"], "2 breaths a minute"),
        (["--minutes", "0"], "0 minutes"),
        (["--voice", "kazoo"], "no voice"),
        (["--preset", "nothing-of-the-kind"], "nothing-of-the-kind"),
    ],
)
def test_what_no_session_may_do_is_not_rendered_either(
    tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "out.wav"
    assert main(["render", *words, "--out", str(out)]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


@settings(max_examples=30, deadline=None)
@given(
    st.floats(0.1, 60.0),
    st.floats(HARD_TEMPO_FLOOR_BPM, HARD_TEMPO_CEILING_BPM),
    st.none() | st.floats(HARD_TEMPO_FLOOR_BPM, HARD_TEMPO_CEILING_BPM),
    st.none() | st.floats(HARD_BREATH_FLOOR_PER_MIN, 30.0),
)
def test_no_course_passes_the_bounds(
    minutes: float, from_bpm: float, to_bpm: float | None, breath_per_min: float | None
):
    course = course_of(PRESET, minutes, from_bpm, to_bpm, breath_per_min)
    assert course.from_bpm == from_bpm
    assert course.to_bpm >= HARD_TEMPO_FLOOR_BPM
    assert from_bpm - course.to_bpm <= HARD_FALL_BPM_PER_MIN * minutes + 1e-9
    score = score_of(course, PRESET)
    assert score.breath is not None
    end_s = LEAD_IN_S + minutes * 60.0
    cues = list(score.cues_between(0.0, end_s))
    breaths = [cue.t_s for cue in cues if cue.part is BreathPart.INHALE]
    rates = [60.0 / (b - a) for a, b in pairwise(breaths)]
    assert min(rates, default=99.0) > 0.97 * HARD_BREATH_FLOOR_PER_MIN
    # From breath to breath it changes by a beat at most, whatever is asked for.
    lengths = [run.pattern.beats for run in score.breath.runs]
    assert all(b - a <= 1 for a, b in pairwise(lengths))
    assert score.presence.at(end_s) == pytest.approx(0.0, abs=1e-9)


def test_what_is_beyond_any_bound_is_refused():
    with pytest.raises(UsageError):
        course_of(PRESET, from_bpm=HARD_TEMPO_CEILING_BPM + 1.0)


def test_a_disk_that_fills_up_leaves_no_half_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "out.wav"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        assert main(["render", "--minutes", "0.5", "--out", str(out)]) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be written any more" in capsys.readouterr().err
    assert not out.exists()
