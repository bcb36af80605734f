"""What is heard before the beat: soon there, standing still, and gone soon after the beat has come."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from entrain.cli import main
from entrain.score import Presence, Score
from entrain.synth import hush
from entrain.synth.layers import Layers
from entrain.synth.renderer import Renderer
from entrain.tempo.plan import TempoPlan

RATE_HZ = 8_000
BEGINS_S = 20.0
RESTS = Layers(rest=True)
RESTING = Score(TempoPlan.steady(BEGINS_S, 60.0), None, Presence().changed(0.5, 0.5, 3.0))


def heard(voice: str, score: Score = RESTING, layers: Layers = RESTS) -> list[float]:
    """RMS of each second of the first half minute."""
    sound = Renderer(voice, RATE_HZ, layers=layers).render(score, 0, 30 * RATE_HZ, 0.0)
    return [float(np.sqrt(np.mean(second**2))) for second in np.split(sound, 30)]


def test_a_voice_without_a_background_has_a_chord_that_stands_still() -> None:
    levels = heard("soft")
    assert levels[0] < levels[1] < levels[2] < levels[4]
    still = levels[4:19]
    assert max(still) < 1.02 * min(still)
    assert min(still) > 1e-3


def test_a_voice_with_a_background_lets_that_be_heard_and_silence_nothing() -> None:
    chord = hush.build(RATE_HZ)
    assert min(heard("rain")[4:19]) > 1e-3
    assert not np.allclose(heard("rain")[4:19], heard("soft")[4:19], rtol=0.05)
    assert max(heard("silence")) == 0.0
    assert np.allclose(chord[0], chord[-1], atol=0.02)  # a loop without a seam


def test_it_is_gone_soon_after_the_beat_has_begun() -> None:
    quiet = Renderer("soft", RATE_HZ, beat=0.0, breath=0.0, layers=RESTS)
    sound = quiet.render(RESTING, 0, 30 * RATE_HZ, 0.0)
    after = [float(np.abs(second).max()) for second in np.split(sound, 30)][20:]
    assert after[0] > after[2] > after[4] > 0.0
    assert max(after[6:]) == 0.0


def test_where_nothing_is_present_before_the_beat_nothing_is_heard_of_it() -> None:
    usual = Score(TempoPlan.steady(5.0, 60.0), None, Presence().changed(5.0, 1.0, 4.0))
    quiet = Renderer("soft", RATE_HZ, beat=0.0, breath=0.0, layers=RESTS)
    assert np.abs(quiet.render(usual, 0, 20 * RATE_HZ, 0.0)).max() == 0.0


@pytest.mark.parametrize(("preset", "sounds"), [("desk", True), ("fixed", False)])
def test_a_session_is_heard_from_its_first_seconds_unless_its_rest_is_silent(
    preset: str, sounds: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    out = tmp_path / "a.wav"
    words = ["--minutes", "3", "--speed", "600", "--headless", "--seed", "5", "--audio", f"file:{out}"]
    assert main(["run", "--heart", "sim:5", "--preset", preset, *words]) == 0
    sound, rate_hz = soundfile.read(out)
    first = np.abs(sound[: 5 * rate_hz]).max()
    assert bool(first > 1e-3) is sounds
    assert np.abs(sound[60 * rate_hz : 90 * rate_hz]).max() > 1e-2
