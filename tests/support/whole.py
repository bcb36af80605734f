"""The whole product at once: a strap over D-Bus, unmodified bleak, a session, a real sound server, the log.

What was captured from the sound server is compared with what the log planned and says was played.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from entrain.control.events import OnsetPlanned, OnsetPlayed
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.session import reduce, start
from entrain.control.view import Summary
from entrain.devices.audio.device import DeviceSound
from entrain.devices.ble.reader import BleHeart
from entrain.devices.ble.timing import Timing
from entrain.runtime import Session
from entrain.storage.log.store import Store
from entrain.storage.log.stored import StoredSession
from entrain.storage.log.verify import Replay, replay
from tests.devices.audio.hearing import onsets_in
from tests.support.pulse import RATE_HZ, Pulse
from tests.support.virtual_strap import VirtualStrap

STRAP = "ble"
HICCUP_FRAMES = 4  # an overloaded server loses whole fragments; rounding to frames moves an onset by one


@dataclass(frozen=True, slots=True)
class Heard:
    """Onsets captured from the sound server beside the log's; frames of one recording."""

    n: int
    frame_errors: np.ndarray  # captured - logged frame, less one constant offset for each stretch
    planned_range_frames: float  # of planned time - logged frame: 1 where each is the nearest
    n_stretches: int  # 1, unless the sound server itself hiccuped and began anew somewhat later
    dac_errors_s: np.ndarray  # logged DAC time - captured time, less one constant offset
    all_planned_were_played: bool


@dataclass(frozen=True, slots=True)
class Whole:
    summary: Summary
    stored: StoredSession
    replayed: Replay
    heard: Heard


async def strap_to_sound(
    preset: Preset,
    strap: VirtualStrap,
    pulse: Pulse,
    database: Path,
    meanwhile: Callable[[Session, VirtualStrap], Awaitable[None]] | None = None,
    timing: Timing | None = None,
) -> Whole:
    """Run one session over everything real and take it apart afterwards."""
    heart = BleHeart(STRAP) if timing is None else BleHeart(STRAP, timing=timing)
    config = SessionConfig(preset, (STRAP,))
    store = Store.open(database)
    logs = []

    def begin(origin_s: float, on_fault: object):
        logs.append(store.begin(config, preset_text="", origin_monotonic_s=origin_s, on_fault=on_fault))
        return logs[0]

    with pulse.recording() as recording:
        sound = DeviceSound(preset.sound.voice, preset.sound.beat, 0.0)
        session = Session(config, sound, live=[heart], begin_log=begin)
        running = asyncio.create_task(session.run())
        if meanwhile is not None:
            await meanwhile(session, strap)
        summary = await running
        captured = recording.stop()
    logs[0].close(summary)
    stored = store.load(logs[0].session_id)
    return Whole(summary, stored, replay(stored, start, reduce), compare(stored, captured))


def compare(stored: StoredSession, captured: np.ndarray) -> Heard:
    """Hold captured onsets against the log. The metronome falls silent between beats: each stands alone."""
    played = [event for event, _ in stored.records if isinstance(event, OnsetPlayed)]
    planned = [e for _, effects in stored.records for e in effects if isinstance(e, OnsetPlanned)]
    onsets = onsets_in(captured)
    n = min(len(onsets), len(played))
    logged_frames = np.array([event.frame for event in played])
    zeros_frames = np.array([event.planned_t_s for event in played]) * RATE_HZ - logged_frames
    errors = onsets[:n] - logged_frames[:n]
    stretches = np.split(errors, np.flatnonzero(np.abs(np.diff(errors)) > HICCUP_FRAMES) + 1)
    dac_s = np.array([event.dac_t_s or np.nan for event in played[:n]])
    dac_errors_s = dac_s - onsets[:n] / RATE_HZ
    numbers: Sequence[int] = [event.n for event in played]
    return Heard(
        n=n,
        frame_errors=np.concatenate([stretch - np.median(stretch) for stretch in stretches]),
        planned_range_frames=float(np.ptp(zeros_frames)),
        n_stretches=len(stretches),
        dac_errors_s=dac_errors_s - np.nanmedian(dac_errors_s),
        all_planned_were_played=len(onsets) == len(played)
        and numbers == [effect.n for effect in planned][: len(played)]
        and len(planned) - len(played) <= 2,
    )
