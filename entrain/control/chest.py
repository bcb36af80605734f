"""The accelerometer of one strap inside a session: its frames, its clock."""

from dataclasses import dataclass
from typing import Final

from entrain.control.events import SensorChanged, SensorFrames
from entrain.errors import MalformedMeasurement
from entrain.frozen import changed
from entrain.heart.pmd import clock
from entrain.heart.pmd.clock import DeviceClock
from entrain.heart.pmd.control import Sensor
from entrain.heart.pmd.frames import SensorFrame

_NO_CLOCK: Final = DeviceClock()
NOMINAL_HZ: Final = 25.0  # where the stream is another program's and nobody says


@dataclass(frozen=True)  # without slots, for `changed`
class ChestTrack:
    clock: DeviceClock = _NO_CLOCK
    nominal_hz: float = NOMINAL_HZ
    factor: float | None = None


def with_sensor(track: ChestTrack | None, event: SensorChanged) -> ChestTrack | None:
    """What the strap says of its stream."""
    if event.sensor is not Sensor.ACC:
        return track
    track = track or ChestTrack()
    return changed(track, nominal_hz=event.rate_hz or track.nominal_hz, factor=event.factor or track.factor)


def with_frames(track: ChestTrack | None, event: SensorFrames) -> tuple[ChestTrack | None, tuple[str, ...]]:
    """Fold a block in; beside it what is wrong with frames that could not be read."""
    faults: list[str] = []
    for arrived_s, payload in zip(event.arrived_s, event.frames, strict=False):
        try:
            frame = SensorFrame.from_bytes(payload)
        except MalformedMeasurement as error:
            faults.append(error.message)
            continue
        if frame.sensor is Sensor.ACC:
            track = _with_frame(track or ChestTrack(), arrived_s, frame)
    return track, tuple(faults)


def _with_frame(track: ChestTrack, arrived_s: float, frame: SensorFrame) -> ChestTrack:
    ticking, _ = clock.placed(track.clock, arrived_s, frame.last_ns, len(frame.samples), track.nominal_hz)
    return changed(track, clock=ticking)
