"""The sound engine on a real sound server: PortAudio, ALSA, PulseAudio, recorded sample for sample."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest

from entrain.control.events import OnsetPlayed, Sound, SoundChanged
from entrain.devices.audio.check import sound_checked
from entrain.devices.audio.device import DeviceSound
from entrain.music_library import library
from entrain.score import LEAD_S, Presence, Score
from entrain.synth.cast import CROSSFADE_S
from entrain.synth.layers import Layers
from entrain.synth.music.piece import Playlist
from entrain.synth.renderer import Renderer
from entrain.tempo.plan import TempoPlan
from entrain.wording.remarks import advised, told
from tests.devices.audio.hearing import RATE_HZ, Session, largest_step, onsets_in
from tests.support import tunes
from tests.support.pulse import IN_REAL_TIME, SINK, Pulse, private_pulse

pytestmark = IN_REAL_TIME


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with pytest.MonkeyPatch.context() as monkeypatch, private_pulse(monkeypatch) as server:
        yield server


def steady(bpm: float, start_s: float) -> Score:
    return Score(TempoPlan.steady(start_s, bpm), None, Presence().changed(0.0, 1.0, 0.0))


async def playing(session: Session, bpm: float = 100.0) -> Score:
    """Wait for the device, then begin a beat."""
    await session.until_states(Sound.PLAYING)
    # By then the soft start of a device is over, and what is heard is what is rendered.
    score = steady(bpm, session.clock.now_s() + 1.5)
    session.sound.play(score)
    return score


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def hold(seconds: float) -> None:
    """Let nothing else happen in this process: no event loop, no other thread."""
    end_s = time.perf_counter() + seconds
    while time.perf_counter() < end_s:
        sum(repeat(1, 5_000_000))  # in C, without letting go of the interpreter


async def test_what_is_heard_is_bit_for_bit_what_was_planned_through_edits_and_a_busy_session(pulse: Pulse):
    with pulse.recording() as recording:
        async with Session(DeviceSound("metronome", breath=0.0)) as session:
            score = await playing(session, 240.0)
            for bpm in (300.0, 180.0, 330.0):
                await asyncio.sleep(0.2)
                tempo = score.tempo.edited(session.clock.now_s() + LEAD_S, bpm, 0.7)
                score = Score(tempo, None, score.presence)
                session.sound.play(score.since(session.clock.now_s() - 30.0))
            hold(1.6)  # longer than an engine's silence may last: but it is we who hear nothing
            await session.until_onsets(9)
        heard = recording.stop()
    onsets = session.of(OnsetPlayed)
    assert session.states == [Sound.OPENING, Sound.PLAYING]
    assert [onset.n for onset in onsets] == list(range(len(onsets)))
    assert [onset.planned_t_s for onset in onsets] == [score.tempo.time_of_beat(o.n) for o in onsets]
    # Each onset sits on the frame nearest to its planned time, for one and the same zero of the stream.
    zeros_s = np.array([onset.planned_t_s - onset.frame / RATE_HZ for onset in onsets])
    assert np.ptp(zeros_s) <= 1.0 / RATE_HZ
    # The recording began at another moment: one constant offset, and then not one sample differs.
    recorded = onsets_in(heard)[: len(onsets)]
    offsets = recorded - np.array([onset.frame for onset in onsets])
    assert set(offsets.tolist()) == {offsets[0]}
    first, last = onsets[0].frame - 1000, onsets[-1].frame - 1000
    epoch_s = float((zeros_s.min() + zeros_s.max()) / 2)
    expected = Renderer("metronome", RATE_HZ, breath=0.0).render(score, first, last - first, epoch_s)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_array_equal(heard[first + offsets[0] : last + offsets[0]], expected)
    # And the times that the device was said to sound them at are true to a fraction of a millisecond, but for
    # a moment in which the sound server itself had to wait.
    dac_s = np.array([onset.dac_t_s for onset in onsets])
    errors_s = dac_s - recorded / RATE_HZ
    assert np.median(np.abs(errors_s - np.median(errors_s))) < 0.001
    assert np.ptp(errors_s) < 0.1
    assert all(onset.uncertainty_s is not None and 0.0 < onset.uncertainty_s < 0.05 for onset in onsets)
    assert np.median(np.abs(dac_s - [onset.planned_t_s for onset in onsets])) < 0.01


async def test_volume_and_mute_glide_without_a_click(pulse: Pulse):
    with pulse.recording() as recording:
        async with Session(DeviceSound("soft", volume=1.0)) as session:
            await playing(session, 240.0)
            await session.until_onsets(3)
            session.sound.set_volume(0.5, False)
            await session.until_onsets(5)
            session.sound.set_volume(0.5, True)
            await asyncio.sleep(0.4)
            n_muted = len(session.of(OnsetPlayed))
            await asyncio.sleep(0.4)
            assert len(session.of(OnsetPlayed)) == n_muted, "what nobody can hear was not played"
            session.sound.set_volume(0.5, False)
            await session.until_onsets(n_muted + 8)  # it comes back slowly
        heard = recording.stop()
    loud = np.flatnonzero(heard.any(axis=1))
    assert np.diff(loud).max() > 0.3 * RATE_HZ, "muted is exact silence"
    steepest = largest_step(Renderer("soft").render(steady(240.0, 0.0), 0, 5 * RATE_HZ, 0.0))
    assert largest_step(heard) < 1.2 * steepest
    # Half the volume is a quarter of the amplitude.
    middle = len(heard) // 4
    peaks = np.abs(heard[loud[0] :][:middle]).max(), np.abs(heard[loud[-1] - RATE_HZ :]).max()
    assert peaks[1] == pytest.approx(0.25 * peaks[0], rel=0.25)


async def test_a_server_that_dies_and_comes_back_is_found_again(pulse: Pulse):
    async with Session(DeviceSound("metronome")) as session:
        score = await playing(session, 240.0)
        await session.until_onsets(1)
        pulse.kill_server()
        await session.until_states(Sound.PLAYING, Sound.LOST)
        lost = session.of(SoundChanged)[-1]
        assert lost.device == "pulse"
        assert told(lost.remark)
        assert advised(lost.remark)
        await asyncio.sleep(0.3)
        pulse.start_server()
        await session.until_states(Sound.PLAYING, Sound.LOST, Sound.PLAYING)
        assert session.of(SoundChanged)[-1].gap_s > 0.5
        n_before = len(session.of(OnsetPlayed))
        with pulse.recording() as recording:
            await session.until_onsets(n_before + 10)  # told before they are heard
            assert onsets_in(recording.stop()).size
        after = session.of(OnsetPlayed)[-1]
        # The beat went on meanwhile, unheard: the same plan, and on time.
        assert after.planned_t_s == score.tempo.time_of_beat(after.n)
        assert after.dac_t_s == pytest.approx(after.planned_t_s, abs=0.05)
    assert session.states == [Sound.OPENING, Sound.PLAYING, Sound.LOST, Sound.PLAYING]


async def test_a_device_that_is_unplugged_and_plugged_in_again_plays_on(pulse: Pulse):
    async with Session(DeviceSound("metronome")) as session:
        score = await playing(session, 240.0)
        await session.until_onsets(1)
        pulse.remove_sink(pulse.module_of(SINK))
        try:
            await session.until_states(Sound.PLAYING, Sound.LOST)
        finally:
            pulse.add_sink(SINK)
        await session.until_states(Sound.LOST, Sound.PLAYING)
        n_before = len(session.of(OnsetPlayed))
        with pulse.recording() as recording:
            await session.until_onsets(n_before + 10)  # told before they are heard
            assert onsets_in(recording.stop()).size
        after = session.of(OnsetPlayed)[-1]
        assert after.planned_t_s == score.tempo.time_of_beat(after.n)


async def test_a_device_that_has_no_format_for_us_is_named_and_the_session_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / ".asoundrc").write_text(
        "pcm.onechannel { type multi slaves.a { pcm null channels 1 } bindings.0 { slave a channel 0 } }"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    async with Session(DeviceSound("soft", device="onechannel")) as session:
        session.sound.play(steady(60.0, 0.0))
        await session.until_states(Sound.UNAVAILABLE)
        session.sound.set_voice("rain")
    said = session.of(SoundChanged)[-1]
    assert told(said.remark).startswith('The sound device "onechannel" could not be opened')
    assert advised(said.remark)


async def test_an_engine_that_dies_or_hangs_is_started_again_and_one_that_was_held_catches_up(pulse: Pulse):
    await asyncio.gather(
        started_again_after(signal.SIGKILL), started_again_after(signal.SIGSTOP), back_on_time_after_a_gap()
    )


async def started_again_after(how: signal.Signals) -> None:
    async with Session(DeviceSound("metronome")) as session:
        await playing(session, 240.0)
        await session.until_onsets(1)
        pid = session.sound.engine_pid
        assert pid is not None
        os.kill(pid, how)
        await session.until_states(Sound.LOST, Sound.PLAYING)
        assert session.sound.engine_pid != pid
        assert not is_running(pid)
        said = session.of(SoundChanged)
        assert "engine" in told(said[-2].remark)
        assert said[-1].gap_s > 0.2


async def back_on_time_after_a_gap() -> None:
    async with Session(DeviceSound("metronome")) as session:
        await playing(session, 240.0)
        await session.until_onsets(2)
        pid = session.sound.engine_pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        # Less than it takes to be thought dead, more than the buffer and what is let pass of it.
        await asyncio.sleep(1.2)
        os.kill(pid, signal.SIGCONT)
        await session.until(lambda: session.of(SoundChanged)[-1].gap_s > 0.0)
        gap = session.of(SoundChanged)[-1]
        assert gap.sound is Sound.PLAYING
        assert "ran dry" in told(gap.remark) or "lost" in told(gap.remark)
        n_before = len(session.of(OnsetPlayed))
        await session.until_onsets(n_before + 3)
        for onset in session.of(OnsetPlayed)[-2:]:
            assert onset.dac_t_s == pytest.approx(onset.planned_t_s, abs=0.05)
    assert session.states == [Sound.OPENING, Sound.PLAYING]


def latency_ms(said: SoundChanged) -> float:
    found = re.fullmatch(r"48000 Hz, (\d+) ms of latency(, served first)?", told(said.remark))
    assert found, said
    return float(found[1])


async def changing_voice(pulse: Pulse) -> tuple[Session, Score, np.ndarray]:
    """Soft, then kalimba: the session, what it was to play, and what the server was given."""
    with pulse.recording() as recording:
        async with Session(DeviceSound("soft", breath=0.0)) as session:
            score = await playing(session, 240.0)
            await session.until_onsets(3)
            session.sound.set_voice("kalimba")
            at = len(session.of(OnsetPlayed))
            await session.until_onsets(at + round((CROSSFADE_S + 3.0) * 4))
        return session, score, recording.stop()


async def test_another_voice_comes_in_while_it_plays_without_a_gap_and_on_the_same_beat(pulse: Pulse):
    # A machine with far too much to do may lose sound at any time: it must be possible without, so try again.
    for _ in range(4):
        session, score, heard = await changing_voice(pulse)
        said = session.of(SoundChanged)
        if not any(each.gap_s for each in said) and sum("latency" in told(each.remark) for each in said) == 1:
            break
    assert session.states == [Sound.OPENING, Sound.PLAYING]
    assert not any(said.gap_s for said in session.of(SoundChanged))
    onsets = session.of(OnsetPlayed)
    zeros_s = np.array([onset.planned_t_s - onset.frame / RATE_HZ for onset in onsets])
    assert np.ptp(zeros_s) <= 1.0 / RATE_HZ
    epoch_s = float((zeros_s.min() + zeros_s.max()) / 2)
    # Before and after, bit for bit one and the other voice, at one and the same place of the recording.
    offset = int(np.flatnonzero(heard.any(axis=1))[0]) - onsets[0].frame
    last = onsets[-5].frame
    for voice, first in (("soft", onsets[0].frame), ("kalimba", last)):
        expected = Renderer(voice, RATE_HZ, breath=0.0).render(score, first, RATE_HZ // 4, epoch_s)
        np.testing.assert_array_equal(heard[first + offset : first + offset + RATE_HZ // 4], expected)
    steepest = max(
        largest_step(Renderer(voice, RATE_HZ, breath=0.0).render(score, 0, 4 * RATE_HZ, epoch_s))
        for voice in ("soft", "kalimba")
    )
    assert largest_step(heard[: last + offset]) <= 1.5 * steepest


async def test_a_buffer_that_runs_dry_again_and_again_is_made_deeper(pulse: Pulse):
    async with Session(DeviceSound("metronome")) as session:
        await playing(session, 240.0)
        await session.until_onsets(2)
        first = session.of(SoundChanged)[-1]
        pid = session.sound.engine_pid
        assert pid is not None
        for _ in range(2):
            n_said = len(session.of(SoundChanged))
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(1.2)  # more than a buffer that a busy machine has made deeper already
            os.kill(pid, signal.SIGCONT)
            await session.until(lambda n=n_said: any(s.gap_s for s in session.of(SoundChanged)[n:]))
        await session.until(lambda: "latency" in told(session.of(SoundChanged)[-1].remark))
        deeper = session.of(SoundChanged)[-1]
        assert latency_ms(deeper) > 1.4 * latency_ms(first)
        assert deeper.gap_s == 0.0, "one fades into the other"
        assert session.sound.engine_pid == pid
        n_before = len(session.of(OnsetPlayed))
        await session.until_onsets(n_before + 3)
        for onset in session.of(OnsetPlayed)[-2:]:
            assert onset.dac_t_s == pytest.approx(onset.planned_t_s, abs=0.05)
    assert session.states == [Sound.OPENING, Sound.PLAYING]


async def test_without_a_device_the_session_is_told_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    async with Session(DeviceSound("soft")) as session:
        session.sound.play(steady(60.0, 0.0))
        await session.until_states(Sound.UNAVAILABLE)
        session.sound.set_volume(0.3, False)
        session.sound.advance(1.0)
    said = session.of(SoundChanged)[-1]
    assert told(said.remark) == "There is no device that can play sound."
    assert "headphones" in advised(said.remark)


async def test_a_device_is_found_by_part_of_its_name_and_one_that_is_not_there_is_named(pulse: Pulse):
    async with (
        Session(DeviceSound("soft", device="PUL")) as found,
        Session(DeviceSound("soft", device="Grand Piano")) as missing,
    ):
        await asyncio.gather(found.until_states(Sound.PLAYING), missing.until_states(Sound.UNAVAILABLE))
    assert found.of(SoundChanged)[-1].device == "pulse"
    said = missing.of(SoundChanged)[-1]
    assert 'no sound device called "Grand Piano"' in told(said.remark)
    assert '"pulse"' in told(said.remark), "and those that are there as well"


async def test_the_check_says_what_sound_would_do_here(pulse: Pulse):
    found = await sound_checked()
    assert (found.sound, found.device) == (Sound.PLAYING, "pulse")
    assert told(found.remark).startswith("48000 Hz")
    assert not advised(found.remark)
    found = await sound_checked("Grand Piano")
    assert found.sound is Sound.UNAVAILABLE
    assert "Grand Piano" in told(found.remark)
    assert advised(found.remark)


async def test_without_the_library_the_advice_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    # The engine's interpreter finds no shared library; everything else about it is real.
    (tmp_path / "sitecustomize.py").write_text(
        "import ctypes.util\nctypes.util.find_library = lambda _: None\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    async with Session(DeviceSound("soft")) as session:
        await session.until_states(Sound.UNAVAILABLE)
    said = session.of(SoundChanged)[-1]
    assert "PortAudio is not installed" in told(said.remark)
    assert "apt install libportaudio2" in advised(said.remark)


def test_an_engine_does_not_outlive_its_session(pulse: Pulse):
    script = """
        import asyncio
        from entrain.clock import MonotonicClock
        from entrain.devices.audio.device import DeviceSound

        sound = DeviceSound("soft")

        def emit(event):
            print(event.sound, sound.engine_pid, flush=True)

        asyncio.run(sound.run(emit, MonotonicClock()))
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline().split() == ["opening", "None"]
    state, engine = parent.stdout.readline().split()
    assert state == "playing"
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until_s = time.monotonic() + 10.0
    while is_running(int(engine)):
        assert time.monotonic() < until_s, f"engine {engine} is still there"
        time.sleep(0.02)


async def test_music_is_heard_on_the_beat_and_goes_on_in_a_new_engine(pulse: Pulse, tmp_path: Path):
    beats_s = tunes.beats(100.0, 60.0, from_s=0.2)
    path = tunes.saved(tmp_path / "clicks.flac", tunes.clicks(beats_s, 60.0, 44_100))
    (piece,) = library.pieces(path, tmp_path / "cache", None, lambda _: None)
    layers = Layers(music=Playlist((piece,)))
    with pulse.recording() as recording:
        async with Session(DeviceSound("silence", layers=layers)) as session:
            score = await playing(session, 95.0)
            await session.until_onsets(8)
            assert session.sound.engine_pid is not None
            os.kill(session.sound.engine_pid, signal.SIGKILL)
            await session.until(lambda: session.sound._begin.layers.music.start is not None)  # pyright: ignore
            n_before = len(session.of(OnsetPlayed))
            await session.until_onsets(n_before + 5)
        heard = recording.stop()
    assert score.tempo.goal_bpm == 95.0
    loud = np.flatnonzero(np.abs(heard[:, 0]) > 0.02)
    clicks_s = loud[np.r_[True, np.diff(loud) > RATE_HZ // 5]] / RATE_HZ
    gaps_s = np.diff(clicks_s)
    steady_gaps = np.isclose(gaps_s, 60.0 / 95.0, atol=0.004)
    assert steady_gaps.sum() >= 7, gaps_s
