"""Plays a recording through everything real and prints how exact it was.

    python -m benchmarks.whole_session RECORDING [--minutes 5] [--cuts 0]

Virtual strap on a private D-Bus -> unmodified bleak -> session -> PortAudio -> PulseAudio, captured; then the
log is read back, compared with what was captured, and replayed. With --cuts, the link is cut so many times.
Needs dbus-daemon, pulseaudio and libportaudio2.
"""

import argparse
import asyncio
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from entrain.control.events import BeatSeen, Link, LinkChanged, NotificationArrived, SegmentBegan
from entrain.control.protocol import PhaseTimes, Preset, SoundRule
from entrain.devices.ble.timing import Timing
from entrain.heart.gatt import HeartRateMeasurement
from entrain.recordings.reading import read_recording
from entrain.runtime import Session
from tests.support.pulse import private_pulse
from tests.support.virtual_strap import VirtualStrap, packets_of, virtual_strap
from tests.support.whole import Whole, strap_to_sound


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recording", type=Path)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--cuts", type=int, default=0)
    given = parser.parse_args()
    preset = Preset(
        "whole",
        "Whole",
        "",
        minutes=given.minutes,
        phases=PhaseTimes(30, 30, 20),
        sound=SoundRule(voice="metronome", fade_in_s=0.0, fade_out_s=2.0),
    )

    async def cutting(session: Session, strap: VirtualStrap) -> None:
        """Cut while it streams, wait for it to stream again, and so on, evenly over the session."""
        streaming = asyncio.Event()

        def look(*_: object) -> None:
            (streaming.set if session.view().straps[0].link is Link.STREAMING else streaming.clear)()

        session.observers.append(look)
        pause_s = 0.85 * given.minutes * 60 / max(1, given.cuts)
        for _ in range(given.cuts):
            await streaming.wait()
            await asyncio.sleep(min(pause_s, 2.5))
            await streaming.wait()
            await asyncio.to_thread(strap.cut)
            await asyncio.sleep(0.2)

    with (
        pytest.MonkeyPatch.context() as patch,
        private_pulse(patch) as pulse,
        tempfile.TemporaryDirectory() as folder,
        virtual_strap(packets_of(read_recording(given.recording).intervals_ms)) as strap,
    ):
        database = Path(folder) / "sessions.db"
        whole = asyncio.run(strap_to_sound(preset, strap, pulse, database, cutting, Timing()))
        tell(whole, strap.sent)


def tell(whole: Whole, sent: list[bytes]) -> None:
    records = list(whole.stored.records)
    effects = [effect for _, effects in records for effect in effects]
    arrived = [event.payload for event, _ in records if isinstance(event, NotificationArrived)]
    links = Counter(event.link for event, _ in records if isinstance(event, LinkChanged))
    in_packets = sum(len(HeartRateMeasurement.from_bytes(p).rr_ticks or ()) for p in arrived)
    beats = sum(isinstance(effect, BeatSeen) for effect in effects)
    errors, dac_ms = whole.heard.frame_errors, 1000 * whole.heard.dac_errors_s
    print(f"ended: {whole.summary.reason}; {whole.summary.duration_s:.0f} s")
    print(
        f"notifications sent {len(sent)}, logged {len(arrived)}, in the same order: {_within(arrived, sent)}"
    )
    print(f"intervals in them {in_packets}, beats {beats}")
    segments = sum(isinstance(e, SegmentBegan) for e in effects)
    print(f"outages {whole.summary.n_outages}, LOST {links[Link.LOST]}, segments begun {segments}")
    print(f"onsets captured {whole.heard.n}, every planned one played: {whole.heard.all_planned_were_played}")
    worst, n = np.abs(errors).max(), whole.heard.n_stretches
    print(f"captured - logged frame, after one constant offset: max {worst:.2f} frames, in {n} stretch(es)")
    spread_ms, worst_ms = np.nanstd(dac_ms), np.nanmax(np.abs(dac_ms))
    print(f"logged DAC time - captured, after one offset: SD {spread_ms:.3f} ms, max {worst_ms:.3f} ms")
    same = "identical" if whole.replayed.is_identical else f"differs: {whole.replayed.difference}"
    print(f"replay of {whole.replayed.n_events} events, {whole.replayed.n_effects} effects: {same}")


def _within(part: list[bytes], whole: list[bytes]) -> bool:
    rest = iter(whole)
    return all(payload in rest for payload in part)


if __name__ == "__main__":
    main()
