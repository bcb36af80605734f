"""Pieces of any format, at any rate, in small memory, and without waiting."""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from entrain.music_library.listening import Floats
from entrain.music_library.reading import AheadSource, WaitingSource, music_ahead
from entrain.music_library.resampling import Resampler
from entrain.score import Presence, Score
from entrain.synth.music.piece import Piece, Playlist
from entrain.synth.stretch import Stretch
from entrain.tempo.plan import TempoPlan
from entrain.wording.remarks import told
from tests.support import tunes

RATE_HZ = 48_000


def piece_of(path: Path) -> Piece:
    data, rate_hz = soundfile.read(path)
    return Piece(str(path), path.name, "", len(data) / rate_hz, rate_hz, 1.0)


def whole(source: WaitingSource, piece: Piece, size: int = 10_000) -> Floats:
    n = round(piece.duration_s * source.rate_hz)
    return np.concatenate([source.read(at, min(size, n - at)) for at in range(0, n, size)])


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_what_is_read_in_parts_is_what_the_file_holds(tmp_path: Path, suffix: str):
    path = tunes.saved(
        tmp_path / f"a.{suffix}", tunes.chords(tunes.beats(72.0, 20.0), 20.0, RATE_HZ), RATE_HZ
    )
    piece = piece_of(path)
    expected, _ = soundfile.read(path, dtype="float32")
    source = WaitingSource(piece, RATE_HZ)
    np.testing.assert_array_equal(whole(source, piece), expected)
    # A jump back, and one far ahead in a fresh source.
    np.testing.assert_allclose(source.read(5 * RATE_HZ, 9000), expected[5 * RATE_HZ :][:9000], atol=2e-4)
    fresh = WaitingSource(piece, RATE_HZ)
    np.testing.assert_allclose(fresh.read(13 * RATE_HZ, 9000), expected[13 * RATE_HZ :][:9000], atol=2e-4)
    assert not fresh.read(-500, 500).any()
    assert not fresh.read(len(expected), 500).any()


@pytest.mark.parametrize("from_hz", [22_050, 44_100, 96_000, 47_999])
def test_another_sample_rate_leaves_a_sine_a_sine(tmp_path: Path, from_hz: int):
    t = np.arange(4 * from_hz) / from_hz
    sound = np.repeat(0.5 * np.sin(2 * np.pi * 997.0 * t)[:, None], 2, axis=1)
    path = tmp_path / "sine.wav"
    soundfile.write(path, sound, from_hz, subtype="FLOAT")
    piece = piece_of(path)
    source = WaitingSource(piece, RATE_HZ)
    heard = whole(source, piece)[RATE_HZ : 3 * RATE_HZ, 0].astype(np.float64)
    at_s = np.arange(RATE_HZ, 3 * RATE_HZ) / source.rate_hz
    wave = np.stack([np.sin(2 * np.pi * 997.0 * at_s), np.cos(2 * np.pi * 997.0 * at_s)], axis=1)
    fit = wave @ np.linalg.lstsq(wave, heard, rcond=None)[0]
    assert 20 * np.log10(np.std(heard - fit) / np.std(fit)) < -85.0  # THD+N
    assert source.rate_hz == pytest.approx(RATE_HZ, rel=3e-5)  # odd ratios are met nearly


def test_a_resampled_frame_lies_where_its_place_says():
    resampler = Resampler(44_100, 48_000)
    assert (resampler.up, resampler.down) == (160, 147)
    impulse = np.zeros((2 * resampler.reach_frames + 10 * 147, 2), np.float32)
    impulse[resampler.reach_frames + 441] = 1.0
    assert np.argmax(resampler.resampled(impulse)[:, 0]) == 480


def test_mono_goes_to_both_sides(tmp_path: Path):
    path = tunes.saved(tmp_path / "mono.wav", tunes.ambient(5.0)[:, 0])
    heard = WaitingSource(piece_of(path), RATE_HZ).read(1000, 4000)
    np.testing.assert_array_equal(heard[:, 0], heard[:, 1])
    assert heard.any()


def test_an_hour_leaves_little_in_memory(tmp_path: Path):
    path = tunes.saved(tmp_path / "a.flac", tunes.ambient(60.0, 8000), 8000)
    piece = piece_of(path)
    source = WaitingSource(piece, RATE_HZ)
    held = 0
    for at in range(0, 60 * RATE_HZ, RATE_HZ):
        source.read(at, 4800)
        held = max(held, sum(len(chunk) for chunk in source._chunks.values()))  # pyright: ignore[reportPrivateUsage]
    assert held < 14 * RATE_HZ


def test_who_cannot_wait_gets_silence_and_then_the_same_sound(tmp_path: Path):
    path = tunes.saved(tmp_path / "a.flac", tunes.chords(tunes.beats(72.0, 20.0), 20.0))
    piece = piece_of(path)
    ahead, waiting = AheadSource(piece, RATE_HZ), WaitingSource(piece, RATE_HZ)
    assert not ahead.read(4000, 5000).any()
    while ahead.fill():
        pass
    np.testing.assert_array_equal(ahead.read(4000, 5000), waiting.read(4000, 5000))


def test_the_thread_is_there_before_the_beat_is(tmp_path: Path):
    path = tunes.saved(tmp_path / "a.mp3", tunes.ambient(20.0))
    piece = piece_of(path)
    music = music_ahead(Playlist((piece,)), RATE_HZ)
    end_s = time.monotonic() + 10.0
    while not (music.sources and music.sources[0]._chunks) and time.monotonic() < end_s:  # pyright: ignore[reportPrivateUsage]
        time.sleep(0.01)
    score = Score(TempoPlan.steady(0.0, 60.0), None, Presence().changed(-1.0, 1.0, 0.1))
    out = np.zeros((4800, 2), np.float32)
    music.add(out, score, Stretch(4800, 4800, RATE_HZ, 0.0))
    assert out.any()


@pytest.mark.parametrize("fate", ["gone", "cut short", "another"])
def test_a_file_that_breaks_ends_in_a_sentence_and_not_in_an_exception(tmp_path: Path, fate: str):
    path = tunes.saved(tmp_path / "a.wav", tunes.ambient(20.0))
    piece = piece_of(path)
    if fate == "gone":
        path.unlink()
    elif fate == "cut short":
        path.write_bytes(path.read_bytes()[:1_000_000])
    else:
        tunes.saved(path, tunes.ambient(5.0, 22_050), 22_050)
    source = WaitingSource(piece, RATE_HZ)
    sound = whole(source, piece)
    assert source.sound_end is not None
    assert not sound[source.sound_end :].any()
    assert '"a.wav"' in told(source.fault)
    assert told(source.fault).endswith(".")
