"""Always a way to sound, and where there is none, or the system makes another sound of it, a sentence that
says which: each brought about on a real sound server.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrain.control.events import OnsetPlayed, Sound, SoundChanged
from entrain.devices.audio.device import DeviceSound
from entrain.devices.audio.messages import EngineFault
from entrain.score import Presence, Score
from entrain.tempo.plan import TempoPlan
from entrain.wording.remarks import advised, told
from tests.devices.audio.hearing import Session, onsets_in
from tests.support.pulse import SINK, Pulse, private_pulse


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with pytest.MonkeyPatch.context() as monkeypatch, private_pulse(monkeypatch) as server:
        yield server


def play(session: Session, bpm: float = 240.0) -> None:
    tempo = TempoPlan.steady(session.clock.now_s() + 0.6, bpm)
    session.sound.play(Score(tempo, None, Presence().changed(0.0, 1.0, 0.0)))


async def until_said(session: Session, words: str) -> SoundChanged:
    await session.until(lambda: any(words in told(said.remark) for said in session.of(SoundChanged)))
    return next(said for said in session.of(SoundChanged) if words in told(said.remark))


@pytest.mark.parametrize("msec", ["10", "30", "60"])
async def test_an_environment_in_which_the_server_never_asks_for_sound_is_got_round_and_named(
    pulse: Pulse, monkeypatch: pytest.MonkeyPatch, msec: str
):
    monkeypatch.setenv("PULSE_LATENCY_MSEC", msec)
    with pulse.recording() as recording:
        async with Session(DeviceSound("metronome", breath=0.0)) as session:
            await session.until_states(Sound.PLAYING)
            play(session)
            await session.until_onsets(6)
        assert len(onsets_in(recording.stop())) >= 3
    said = session.of(SoundChanged)[-1]
    assert f"PULSE_LATENCY_MSEC={msec}" in told(said.remark)


WHY_NOT = """
import os, sys
from entrain.devices.audio import soundserver
from entrain.wording.remarks import advised, told
if len(sys.argv) > 1:
    os.setgroups([])
    os.setuid(int(sys.argv[1]))
print(soundserver.why_not().value)
"""
NOBODY = "65534"


def why_not(server: Path, *user: str) -> str:
    env = {**os.environ, "PULSE_SERVER": f"unix:{server}"}
    done = subprocess.run(
        [sys.executable, "-c", WHY_NOT, *user], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_why_there_is_no_sound_is_told_apart(pulse: Pulse, tmp_path: Path):
    if os.geteuid() == 0:  # only root can become somebody who may not
        assert why_not(pulse.socket, NOBODY) == EngineFault.NO_PERMISSION.value
    dead = tmp_path / "native"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(dead))
    assert why_not(dead) == EngineFault.SERVER_GONE.value
    assert why_not(tmp_path / "never") == EngineFault.NO_DEVICE.value


async def test_a_server_that_died_is_told_as_that(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    dead = tmp_path / "native"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(dead))
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{dead}")
    async with Session(DeviceSound("soft")) as session:
        await session.until_states(Sound.UNAVAILABLE)
    said = session.of(SoundChanged)[-1]
    assert "sound server has ended" in told(said.remark)
    assert "systemctl --user restart" in advised(said.remark)


async def test_what_the_system_does_to_the_sound_is_told_and_taken_back_where_it_hurts(pulse: Pulse):
    async with Session(DeviceSound("metronome")) as session:
        await session.until_states(Sound.PLAYING)
        play(session)
        pulse.control("set-sink-mute", SINK, "1")
        assert advised((await until_said(session, "muted")).remark)
        pulse.control("set-sink-mute", SINK, "0")
        assert not advised((await until_said(session, "as it is meant")).remark)
        pulse.control("set-sink-volume", SINK, "0%")
        assert advised((await until_said(session, "0 %")).remark)
        pulse.control("set-sink-volume", SINK, "160%")
        said = await until_said(session, "12 dB louder than")
        assert "headphones" in advised(said.remark)
        pulse.control("set-sink-volume", SINK, "100%")
        (stream,) = pulse.streams()
        pulse.control("set-sink-input-volume", stream, "400%")
        assert advised((await until_said(session, "36 dB louder: it is back")).remark)
        assert "100%" in pulse.control("list", "sink-inputs")
    assert session.states == [Sound.OPENING, Sound.PLAYING]


async def test_a_second_session_is_told_before_it_sounds(pulse: Pulse):
    async with Session(DeviceSound("metronome")) as first:
        await first.until_states(Sound.PLAYING)
        async with Session(DeviceSound("metronome")) as second:
            await second.until(lambda: second.of(SoundChanged))
            said = second.of(SoundChanged)[0]
            assert said.sound is Sound.OPENING
            assert f"process {os.getpid()}" in told(said.remark)
            assert advised(said.remark)
            assert not second.of(OnsetPlayed)
    async with Session(DeviceSound("metronome")) as third:
        await third.until(lambda: third.of(SoundChanged))
        assert not told(third.of(SoundChanged)[0].remark), "the others are over"
    assert not told(first.of(SoundChanged)[0].remark)


@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (44_100, 2), (48_000, 1), (96_000, 2)])
async def test_other_devices_have_the_beat_where_it_belongs(
    pulse: Pulse, monkeypatch: pytest.MonkeyPatch, rate_hz: int, channels: int
):
    sink = f"other{rate_hz}x{channels}"
    module = pulse.add_sink(sink, rate_hz, channels)
    monkeypatch.setenv("PULSE_SINK", sink)
    try:
        with pulse.recording(sink) as recording:
            async with Session(DeviceSound("metronome", breath=0.0)) as session:
                await session.until_states(Sound.PLAYING)
                play(session, 200.0)
                await session.until_onsets(8)
                await asyncio.sleep(0.5)
            heard = recording.stop()
    finally:
        pulse.remove_sink(module)
    # Resampled there and back: an onset is where it has come to a quarter of its height, to a millisecond.
    level = abs(heard).max(axis=1)
    found = onsets_in((level > 0.25 * level.max())[:, None], 6_000) / 48_000
    planned = [onset.planned_t_s for onset in session.of(OnsetPlayed)][: len(found)]
    assert len(found) >= 7
    offsets = [at - t_s for at, t_s in zip(found, planned, strict=False)][1:]
    assert max(offsets) - min(offsets) < 0.002
