"""`--audio`: what can be asked for, and what is answered to anything else."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.clock import ManualClock
from entrain.control.events import Event, Sound, SoundChanged
from entrain.devices.audio import messages as msg
from entrain.devices.audio import open_sound
from entrain.devices.audio.device import DeviceSound
from entrain.devices.audio.file import FileSound
from entrain.devices.audio.none import NoSound
from entrain.errors import UsageError
from tests.synth.scores import steady


def test_every_form_is_understood(tmp_path: Path):
    assert isinstance(open_sound("device"), DeviceSound)
    assert isinstance(open_sound("device:USB headset", "heartbeat", beat=0.5), DeviceSound)
    assert isinstance(open_sound(f"file:{tmp_path}/out.flac", volume=0.5), FileSound)
    assert isinstance(open_sound("none"), NoSound)


@pytest.mark.parametrize("spec", ["", "speaker", "file", "file:", "none:x", "Device"])
def test_what_is_no_form_is_answered_with_those_that_are(spec: str):
    with pytest.raises(UsageError) as caught:
        open_sound(spec)
    assert f'"{spec}"' in caught.value.message
    assert "file:OUT.wav" in caught.value.advice


@pytest.mark.parametrize("spec", ["device", "file:/tmp/never.wav"])
def test_an_unknown_voice_is_said_before_anything_is_opened(spec: str):
    with pytest.raises(UsageError, match="no voice"):
        open_sound(spec, "kazoo")
    assert not Path("/tmp/never.wav").exists()


async def test_no_sound_says_so_and_waits_for_the_end():
    sound, events = NoSound(), list[Event]()
    running = asyncio.create_task(sound.run(events.append, ManualClock(3.0)))
    await asyncio.sleep(0)
    sound.play(steady())
    sound.set_volume(0.5, False)
    sound.advance(4.0)
    assert events == [SoundChanged(3.0, Sound.OFF)]
    assert not running.done()
    await sound.close(1.0)
    await running


def test_messages_cross_the_pipe_unchanged():
    read_end, write_end = _pipe()
    sent = (
        msg.Begin(12.5, None, "soft", 1.0, 0.8, 0.49),
        msg.Play(steady(66.0)),
        msg.SetGain(0.25),
        msg.ChangeVoice("rain"),
        msg.Fade(2.0),
    )
    with write_end:
        for message in sent:
            write_end.write(msg.packed(message))
        write_end.write(msg.packed(sent[0])[:-3])  # cut off in the middle: the other side died
    with read_end:
        assert tuple(msg.read(read_end) for _ in sent) == sent
        assert msg.read(read_end) is None


@given(st.lists(st.integers(1, 400), max_size=60))
def test_messages_are_put_together_from_any_pieces(sizes: list[int]):
    sent = [
        msg.Opened("pulse", 48_000, 0.12),
        msg.Alive(),
        msg.Sounded(3, 4, 5.0, None, None),
        msg.SoundGap(0.1, 2, 0.15),
    ]
    raw, unpacker, got, at = b"".join(map(msg.packed, sent)), msg.Unpacker(), list[msg.FromEngine](), 0
    for size in [*sizes, len(raw)]:
        got.extend(unpacker.messages(raw[at : at + size]))
        at += size
    assert got == sent


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    read_fd, write_fd = os.pipe()
    return os.fdopen(read_fd, "rb"), os.fdopen(write_fd, "wb")


def test_a_session_that_plays_on_a_device_loads_neither_numpy_nor_portaudio_itself():
    code = (
        "import sys; from entrain.devices.audio import open_sound; open_sound('device');"
        "print([m for m in ('numpy', 'sounddevice', 'soundfile', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
