"""Sound into a file: the very frames a device would play, readable by others."""

import asyncio
import resource
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.breath.pattern import BreathPattern
from entrain.clock import ManualClock
from entrain.control.events import Event, OnsetPlayed, Sound, SoundChanged
from entrain.devices.audio.file import FileSound
from entrain.errors import UsageError
from entrain.synth.cast import Cast
from entrain.synth.renderer import Renderer
from entrain.wording.remarks import advised, told
from tests.synth.scores import steady

RATE_HZ = 48_000
SCORE = steady(90.0, 0.7, BreathPattern(2, 3))


async def written(path: Path, times_s: list[float], fade_s: float = 0.0) -> list[Event]:
    sound, events = FileSound(path, "soft"), []
    running = asyncio.create_task(sound.run(events.append, ManualClock()))
    await asyncio.sleep(0)
    sound.play(SCORE)
    for t_s in times_s:
        sound.advance(t_s)
    await sound.close(fade_s)
    await running
    return events


def sixteen_bits(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE_HZ)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


@settings(max_examples=8, deadline=None)
@given(times_s=st.lists(st.floats(0.0, 3.0), max_size=8))
def test_a_wave_file_holds_the_renderers_frames_however_time_advanced(
    tmp_path_factory: pytest.TempPathFactory, times_s: list[float]
):
    path = tmp_path_factory.mktemp("sound") / "out.wav"
    asyncio.run(written(path, [*sorted(times_s), 3.0]))
    expected = Renderer("soft").render(SCORE, 0, 3 * RATE_HZ, 0.0)
    got = sixteen_bits(path)
    assert len(got) == 3 * RATE_HZ
    assert np.abs(got / 32768.0 - expected).max() <= 1.51 / 32768  # dithered


@pytest.mark.parametrize(
    ("suffix", "kind"), [(".wav", "WAV"), (".flac", "FLAC"), (".ogg", "OGG"), (".mp3", "MP3")]
)
async def test_others_can_read_it(tmp_path: Path, suffix: str, kind: str):
    path = tmp_path / f"out{suffix}"
    await written(path, [2.0], fade_s=0.5)
    info = soundfile.info(path)
    assert (info.format, info.samplerate, info.channels) == (kind, RATE_HZ, 2)
    assert info.frames == 2.5 * RATE_HZ
    sound, _ = soundfile.read(path, dtype="float32")
    expected = Renderer("soft").render(SCORE, 0, 2 * RATE_HZ, 0.0)
    # Vorbis and MP3 keep the sound, not the samples; none of it comes later than it was.
    correlation = np.corrcoef(sound[: 2 * RATE_HZ, 0], expected[:, 0])[0, 1]
    assert correlation > (0.99 if kind in ("OGG", "MP3") else 0.999999)
    assert np.abs(sound[-RATE_HZ // 100 :]).max() < 0.01


def test_a_system_that_writes_no_mp3_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": "", "FLAC": "", "OGG": ""})
    with pytest.raises(UsageError, match="writes no MP3"):
        FileSound(tmp_path / "out.mp3", "soft")
    assert not (tmp_path / "out.mp3").exists()


async def test_another_voice_comes_in_where_time_stands(tmp_path: Path):
    path = tmp_path / "out.wav"
    sound = FileSound(path, "soft")
    running = asyncio.create_task(sound.run(lambda _: None, ManualClock()))
    sound.play(SCORE)
    sound.advance(1.5)
    sound.set_voice("rain")
    sound.set_voice("kalimba")  # thought better of it
    sound.advance(6.0)
    await sound.close(0.0)
    await running
    cast = Cast(Renderer("soft")).changed(Renderer("kalimba"), round(1.5 * RATE_HZ))
    expected = cast.render(SCORE, 0, 6 * RATE_HZ, 0.0)
    assert np.abs(sixteen_bits(path) / 32768.0 - expected).max() <= 1.51 / 32768
    with pytest.raises(UsageError, match="no voice"):
        sound.set_voice("trumpet")


async def test_every_onset_is_told_with_its_place_in_the_file(tmp_path: Path):
    events = await written(tmp_path / "out.wav", [0.5, 2.0, 4.0])
    assert isinstance(events[0], SoundChanged)
    assert events[0].sound is Sound.PLAYING
    onsets = [event for event in events if isinstance(event, OnsetPlayed)]
    assert [onset.n for onset in onsets] == [0, 1, 2, 3, 4]
    for onset in onsets:
        assert onset.planned_t_s == SCORE.tempo.time_of_beat(onset.n)
        assert onset.dac_t_s == pytest.approx(onset.planned_t_s, abs=0.5 / RATE_HZ)
        assert onset.dac_t_s is not None
        assert onset.frame == round(onset.dac_t_s * RATE_HZ)
    assert [onset.t_s for onset in onsets] == [2.0, 2.0, 4.0, 4.0, 4.0]


async def test_nothing_is_written_ahead_of_time_and_muted_time_is_silent(tmp_path: Path):
    path = tmp_path / "out.wav"
    sound, events = FileSound(path, "soft"), []
    running = asyncio.create_task(sound.run(events.append, ManualClock()))
    await asyncio.sleep(0)
    sound.advance(0.5)  # before anything is to be played: silence
    sound.play(SCORE)
    sound.advance(2.0)
    sound.set_volume(1.0, True)
    sound.advance(3.0)
    sound.advance(1.0)  # time does not go back
    sound.set_volume(1.0, False)
    sound.advance(4.0)
    await sound.close(0.0)
    await running
    got = sixteen_bits(path)
    assert len(got) == 4 * RATE_HZ
    assert not got[: int(0.7 * RATE_HZ)].any()
    assert got[RATE_HZ : 2 * RATE_HZ].any()
    assert not got[int(2.05 * RATE_HZ) : 3 * RATE_HZ].any()
    assert got[int(3.1 * RATE_HZ) :].any()
    heard = [event.planned_t_s for event in events if isinstance(event, OnsetPlayed)]
    assert heard
    assert not any(2.05 < t_s < 3.0 for t_s in heard)


@pytest.mark.parametrize(
    ("name", "said"),
    [("out.mp4", "no sound format"), ("out", "no sound format"), ("missing/out.wav", "No such file")],
)
def test_what_cannot_be_written_is_said_at_once(tmp_path: Path, name: str, said: str):
    with pytest.raises(UsageError) as caught:
        FileSound(tmp_path / name, "soft")
    assert said in caught.value.message
    assert caught.value.advice


async def test_a_disk_that_fills_up_is_told_once_and_ends_nothing(tmp_path: Path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    sound, events = FileSound(tmp_path / "out.wav", "soft"), []
    running = asyncio.create_task(sound.run(events.append, ManualClock()))
    await asyncio.sleep(0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        for second in range(1, 6):
            sound.advance(float(second))
        await sound.close(1.0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await running
    assert [event.sound for event in events] == [Sound.PLAYING, Sound.LOST]
    assert "cannot be written any more" in told(events[-1].remark)
    assert "disk" in advised(events[-1].remark)


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    music = tmp_path / "evening.wav"
    music.write_bytes(b"somebody's own")
    with pytest.raises(UsageError, match="exists already"):
        FileSound(music, "soft")
    assert music.read_bytes() == b"somebody's own"
