"""Both sound servers of Linux, killed and started again: the sound is back, on its beat."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from os import getloadavg
from time import monotonic

import numpy as np
import pytest

from entrain.control.events import OnsetPlayed, Sound, SoundChanged
from entrain.devices.audio.device import DeviceSound
from entrain.score import Presence, Score
from entrain.synth.renderer import Renderer
from entrain.tempo.plan import TempoPlan
from entrain.wording.remarks import told
from tests.devices.audio.hearing import RATE_HZ, Session, onsets_in
from tests.support.pipewire import private_pipewire
from tests.support.pulse import Pulse, private_pulse

Opened = Callable[[pytest.MonkeyPatch], AbstractContextManager[Pulse]]
BACK_S, ON_THE_BEAT_S = 3.0, 0.005
BUSY = 4.0  # with so much to do, a process takes seconds to begin
servers = pytest.mark.parametrize("opened", [private_pulse, private_pipewire], ids=["PulseAudio", "PipeWire"])


def steady(bpm: float, start_s: float) -> Score:
    return Score(TempoPlan.steady(start_s, bpm), None, Presence().changed(0.0, 1.0, 0.0))


@servers
async def test_a_server_killed_and_started_again_has_the_beat_back(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
):
    with opened(monkeypatch) as server:
        async with Session(DeviceSound("metronome", breath=0.0)) as session:
            await session.until_states(Sound.PLAYING)
            score = steady(240.0, session.clock.now_s() + 0.6)
            session.sound.play(score)
            await session.until_onsets(2)
            server.kill_server()
            await session.until_states(Sound.PLAYING, Sound.LOST)
            await asyncio.sleep(0.3)
            server.start_server()
            started_s = monotonic()
            await session.until_states(Sound.LOST, Sound.PLAYING)
            back_s = monotonic() - started_s
            n_before = len(session.of(OnsetPlayed))
            with server.recording() as recording:
                await session.until_onsets(n_before + 16)
                heard = onsets_in(recording.stop())
        assert heard.size
        after = session.of(OnsetPlayed)[n_before + 4 :]
        assert all(onset.planned_t_s == score.tempo.time_of_beat(onset.n) for onset in after)
        # A server that has just begun swings for a while, the more the busier the machine: the log says by
        # how much it may be off, and beyond that the beat is where it belongs.
        told = [(o.dac_t_s - o.planned_t_s, o.uncertainty_s) for o in after if o.dac_t_s and o.uncertainty_s]
        assert told
        assert np.median([abs(off_s) - about_s for off_s, about_s in told]) <= ON_THE_BEAT_S
        assert back_s <= (BACK_S if getloadavg()[0] < BUSY else 3 * BACK_S)


async def played(server: Pulse) -> tuple[Session, Score, np.ndarray]:
    with server.recording() as recording:
        async with Session(DeviceSound("metronome", breath=0.0)) as session:
            await session.until_states(Sound.PLAYING)
            score = steady(200.0, session.clock.now_s() + 1.5)
            session.sound.play(score)
            await session.until_onsets(10)
        return session, score, recording.stop()


async def test_pipewire_is_given_what_was_planned_bit_for_bit(monkeypatch: pytest.MonkeyPatch):
    with private_pipewire(monkeypatch) as server:
        # A machine with far too much to do may lose sound at any time: it must be possible without.
        for _ in range(4):
            session, score, heard = await played(server)
            said = session.of(SoundChanged)
            if (
                not any(each.gap_s for each in said)
                and sum("latency" in told(each.remark) for each in said) == 1
            ):
                break
    onsets = session.of(OnsetPlayed)
    zeros_s = np.array([onset.planned_t_s - onset.frame / RATE_HZ for onset in onsets])
    assert np.ptp(zeros_s) <= 1.0 / RATE_HZ
    found = onsets_in(heard)[: len(onsets)]
    offsets = found - np.array([onset.frame for onset in onsets])[: len(found)]
    assert set(offsets.tolist()) == {offsets[0]}
    first, last = onsets[0].frame - 1000, onsets[7].frame
    epoch_s = float((zeros_s.min() + zeros_s.max()) / 2)
    expected = Renderer("metronome", RATE_HZ, breath=0.0).render(score, first, last - first, epoch_s)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_array_equal(heard[first + offsets[0] : last + offsets[0]], expected)
