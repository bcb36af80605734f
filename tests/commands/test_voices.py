"""`entrain voices`, as it is typed."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from entrain.cli import main
from entrain.shipped import shipped_scales_path
from entrain.synth import voices

RATE_HZ = 48_000


def test_list_names_every_voice_with_its_text(capsys: pytest.CaptureFixture[str]):
    assert main(["voices", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(voices.CATALOGUE)
    assert all(text in line for line, text in zip(lines, voices.CATALOGUE.values(), strict=True))


def test_play_into_a_file_is_as_long_as_asked_and_faded(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "taste.wav"
    assert main(["voices", "play", "heartbeat", "--seconds", "5", "--audio", f"file:{out}"]) == 0
    assert "heartbeat" in capsys.readouterr().err
    sound, rate_hz = soundfile.read(out)
    assert rate_hz == RATE_HZ
    assert len(sound) == pytest.approx(5.3 * RATE_HZ, abs=0.5 * RATE_HZ)
    assert np.abs(sound).max() > 0.05
    assert np.abs(sound[-RATE_HZ // 20 :]).max() < 0.01


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["sofft"], 2, 'Did you mean "soft"?'),
        (["soft", "--seconds", "-1"], 2, "more than 0 seconds"),
        (["soft", "--audio", "gramophone"], 2, "no place for sound"),
        (["soft", "--background", "kalimba"], 2, 'no background "kalimba"'),
        (["soft", "--breath-voice", "ozean"], 2, 'Did you mean "ocean"?'),
        (["raga", "--scale", "bhairaw"], 2, 'Did you mean "bhairav"?'),
        (["soft", "--audio", "device:Grand Piano"], 4, "Grand Piano"),
    ],
)
def test_what_cannot_be_played_is_said(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["voices", "play", *words]) == code
    assert said in capsys.readouterr().err


def test_scales_names_them_all_and_says_which_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    (tmp_path / "scales").mkdir()
    (tmp_path / "scales" / "mine.toml").write_text('title = "Mine"')
    assert main(["voices", "scales"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["bhairav"].strip() == "Raga Bhairav, daybreak"
    assert "cannot be used" in lines["mine"]
    assert "tonic_hz is missing" in lines["mine"]


def test_play_mixes_layers_in_a_scale_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    (tmp_path / "scales").mkdir()
    shipped = shipped_scales_path() / "hirajoshi.toml"
    (tmp_path / "scales" / "mine.toml").write_text(shipped.read_text().replace("196.0", "220.0"))
    sounds: list[np.ndarray] = []
    for scale in ("hirajoshi", "mine"):
        words = ["kalimba", "--scale", scale, "--breath-voice", "breath", "--background", "night"]
        out = tmp_path / f"{scale}.wav"
        assert main(["voices", "play", *words, "--seconds", "3", "--audio", f"file:{out}"]) == 0
        sounds.append(soundfile.read(out)[0])
    assert np.abs(sounds[0]).max() > 0.05
    assert not np.array_equal(*sounds)
