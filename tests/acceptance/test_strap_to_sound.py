"""From strap to sound, everything real: D-Bus, bleak, PortAudio, a sound server, SQLite."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from entrain.control.events import BeatSeen, Link, LinkChanged, NotificationArrived, SegmentBegan
from entrain.control.protocol import BreathRule, PhaseTimes, Preset, SoundRule
from entrain.heart.gatt import HeartRateMeasurement
from entrain.runtime import Session
from tests.support.hearts import beats, with_rsa
from tests.support.pulse import IN_REAL_TIME, Pulse, private_pulse
from tests.support.virtual_strap import VirtualStrap, packets_of, virtual_strap
from tests.support.whole import strap_to_sound

PRESET = Preset(
    "short",
    "Short",
    "",
    minutes=0.35,
    phases=PhaseTimes(4, 4, 2),
    breath=BreathRule(),
    sound=SoundRule(voice="metronome", fade_in_s=0.0, fade_out_s=0.5, rest=0.0),
)


pytestmark = IN_REAL_TIME


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with pytest.MonkeyPatch.context() as monkeypatch, private_pulse(monkeypatch) as server:
        yield server


async def test_a_session_from_strap_to_sound_and_back_from_its_log(pulse: Pulse, tmp_path: Path) -> None:
    rr_ms = [ticks * 1000 / 1024 for _, ticks in beats(with_rsa(75), 60)]
    with virtual_strap(packets_of(rr_ms)) as strap:
        whole = await strap_to_sound(PRESET, strap, pulse, tmp_path / "sessions.db")
        sent = strap.sent
    assert whole.summary.completed
    assert whole.replayed.is_identical
    assert whole.replayed.n_events > 40
    # Every byte the strap sent is in the log once, and every interval became one beat.
    arrived = [event.payload for event, _ in whole.stored.records if isinstance(event, NotificationArrived)]
    assert arrived == sent[: len(arrived)]
    assert len(sent) - len(arrived) <= 2
    intervals = [t for p in arrived for t in HeartRateMeasurement.from_bytes(p).rr_ticks or ()]
    seen = [
        e.beat.rr.ticks for _, effects in whole.stored.records for e in effects if isinstance(e, BeatSeen)
    ]
    assert seen == intervals
    # What was heard lies on the logged frame, after one constant offset, and that frame is the nearest.
    assert whole.heard.n > 10
    assert whole.heard.all_planned_were_played
    # The sound may fade in under the first beat, whose first sample is then an exact zero.
    assert not whole.heard.frame_errors[1:].any()
    assert abs(whole.heard.frame_errors[0]) <= 1
    assert whole.heard.planned_range_frames <= 1.0
    # On an overloaded machine the sound server itself may stumble; then it begins anew, a constant later.
    assert whole.heard.n_stretches <= 3
    assert np.nanmedian(np.abs(whole.heard.dac_errors_s)) < 0.01 * whole.heard.n_stretches
    assert np.nanmax(np.abs(whole.heard.dac_errors_s)) < 0.1


async def test_a_strap_that_goes_away_is_waited_for(pulse: Pulse, tmp_path: Path) -> None:
    async def cut_once(session: Session, strap: VirtualStrap) -> None:
        guiding = asyncio.Event()
        session.observers.append(lambda *_: guiding.set() if session.view().tempo_bpm else None)
        await guiding.wait()
        await asyncio.to_thread(strap.cut)

    rr_ms = [ticks * 1000 / 1024 for _, ticks in beats(with_rsa(75), 60)]
    with virtual_strap(packets_of(rr_ms)) as strap:
        whole = await strap_to_sound(PRESET, strap, pulse, tmp_path / "sessions.db", meanwhile=cut_once)
    links = [event.link for event, _ in whole.stored.records if isinstance(event, LinkChanged)]
    assert links.count(Link.LOST) == 1
    assert links.count(Link.STREAMING) == 2
    segments = [e for _, effects in whole.stored.records for e in effects if isinstance(e, SegmentBegan)]
    assert len(segments) == 1
    assert whole.summary.n_outages == 1
    assert whole.summary.completed
    assert whole.replayed.is_identical
