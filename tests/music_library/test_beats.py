"""Beats that are there are found to some milliseconds; where there are none, none are found."""

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

from entrain.music_library import beats, listening
from tests.support import tunes

LENGTH_S = 40.0


def found(tmp_path: Path, sound: tunes.Floats, given_bpm: float | None = None) -> np.ndarray:
    path = tunes.saved(tmp_path / "piece.wav", sound)
    return beats.find(listening.listen(path), given_bpm).beats_s


def errors_ms(found_s: np.ndarray, true_s: np.ndarray) -> np.ndarray:
    """How far each found beat between the first and the last true one is from a true one."""
    inside = found_s[(found_s > true_s[0] - 0.1) & (found_s < true_s[-1] + 0.1)]
    return np.array([1e3 * np.abs(true_s - t).min() for t in inside])


@pytest.mark.parametrize("bpm", [58.0, 72.0, 90.0])
@pytest.mark.parametrize("make", [tunes.drums, tunes.chords])
def test_a_steady_beat_is_found(tmp_path: Path, bpm: float, make):
    true_s = tunes.beats(bpm, LENGTH_S, from_s=0.4)
    found_s = found(tmp_path, make(true_s, LENGTH_S))
    assert 60.0 / np.median(np.diff(found_s)) == pytest.approx(bpm, rel=0.002)
    assert errors_ms(found_s, true_s).max() < 8.0
    assert found_s[0] <= 0.0
    assert found_s[-1] >= LENGTH_S


def test_a_tempo_that_drifts_is_followed(tmp_path: Path):
    true_s = tunes.beats(78.0, LENGTH_S, to_bpm=70.0, from_s=0.3)
    assert errors_ms(found(tmp_path, tunes.chords(true_s, LENGTH_S)), true_s).max() < 8.0


@pytest.mark.parametrize("bpm", [100.0, 112.0])
def test_three_quavers_are_no_beat(tmp_path: Path, bpm: float):
    true_s = tunes.beats(bpm, LENGTH_S, from_s=0.3)
    found_s = found(tmp_path, tunes.threes(true_s, LENGTH_S))
    assert 60.0 / np.median(np.diff(found_s)) == pytest.approx(bpm, rel=0.002)
    assert errors_ms(found_s, true_s).max() < 8.0


@pytest.mark.parametrize("make", [tunes.rubato, tunes.ambient])
def test_where_there_is_no_beat_none_is_found(tmp_path: Path, make):
    assert not len(found(tmp_path, make(LENGTH_S)))


def test_a_given_tempo_is_believed(tmp_path: Path):
    true_s = tunes.beats(72.0, LENGTH_S, from_s=0.4)
    half = found(tmp_path, tunes.drums(true_s, LENGTH_S), given_bpm=36.0)
    # At half the tempo there are half as many beats, and they are beats.
    assert np.median(np.diff(half)) == pytest.approx(120.0 / 72.0, rel=0.005)
    assert errors_ms(half, true_s).max() < 8.0
    none = found(tmp_path, tunes.ambient(LENGTH_S), given_bpm=60.0)
    assert np.median(np.diff(none)) == pytest.approx(1.0, rel=0.06)


def test_loudness_is_that_of_the_standard(tmp_path: Path):
    for sound in (tunes.drums(tunes.beats(72.0, 20.0), 20.0), 0.1 * tunes.ambient(20.0)):
        path = tunes.saved(tmp_path / "piece.wav", sound)
        data, rate_hz = soundfile.read(path)
        expected = pyloudnorm.Meter(rate_hz).integrated_loudness(data)
        assert listening.listen(path).loudness_lufs == pytest.approx(expected, abs=0.3)
