"""`entrain voices`, as it is typed."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from entrain.cli import main
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
        (["soft", "--audio", "device:Grand Piano"], 4, "Grand Piano"),
    ],
)
def test_what_cannot_be_played_is_said(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["voices", "play", *words]) == code
    assert said in capsys.readouterr().err
