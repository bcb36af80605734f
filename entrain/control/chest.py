"""The accelerometer of one strap inside a session: its frames, its clock, and the breath that it feels.

Where it feels nothing that can be told, the heart speaks for itself.
"""

from dataclasses import dataclass
from typing import Final

from entrain.breath.chest import ChestTrace, breath_at, fused, with_samples
from entrain.breath.estimate import BreathEstimate, InStep
from entrain.breath.tachogram import Pacer
from entrain.breath.turns import Turns, paced_turns
from entrain.control.events import SensorChanged, SensorFrames
from entrain.errors import MalformedMeasurement
from entrain.frozen import changed
from entrain.heart.pmd import clock
from entrain.heart.pmd.clock import DeviceClock
from entrain.heart.pmd.control import Sensor
from entrain.heart.pmd.frames import SensorFrame

_NO_CLOCK: Final = DeviceClock()
_NO_TRACE: Final = ChestTrace()
MG_PER_G: Final = 1000.0
LONGEST_TICK_S: Final = 10.0  # for which a judgement stands
NOMINAL_HZ: Final = 25.0  # where the stream is another program's and nobody says


@dataclass(frozen=True)  # without slots, for `changed`
class ChestTrack:
    """The accelerometer of one strap, and the breath that is felt by it."""

    clock: DeviceClock = _NO_CLOCK
    nominal_hz: float = NOMINAL_HZ
    factor: float | None = None
    trace: ChestTrace = _NO_TRACE
    turns: Turns = ()
    seen: BreathEstimate | None = None  # of heart and chest, at the newest tick
    in_step_s: float = 0.0
    judged_s: float = 0.0  # how long it could be told


def with_sensor(track: ChestTrack | None, event: SensorChanged) -> ChestTrack | None:
    """What the strap says of its stream."""
    if event.sensor is not Sensor.ACC:
        return track
    track = track or ChestTrack()
    return changed(track, nominal_hz=event.rate_hz or track.nominal_hz, factor=event.factor or track.factor)


def with_frames(track: ChestTrack | None, event: SensorFrames) -> tuple[ChestTrack | None, int]:
    """Fold a block in; beside it the number of frames that could not be read."""
    n_unread = 0
    for arrived_s, payload in zip(event.arrived_s, event.frames, strict=False):
        try:
            frame = SensorFrame.from_bytes(payload)
        except MalformedMeasurement:
            n_unread += 1
            continue
        if frame.sensor is Sensor.ACC:
            track = _with_frame(track or ChestTrack(), arrived_s, frame)
    return track, n_unread


def _with_frame(track: ChestTrack, arrived_s: float, frame: SensorFrame) -> ChestTrack:
    n = len(frame.samples)
    ticking, place = clock.placed(track.clock, arrived_s, frame.last_ns, n, track.nominal_hz)
    if place is None:
        return changed(track, clock=ticking)
    trace = track.trace if place.run == track.clock.run else _NO_TRACE
    samples = frame.samples
    if frame.is_compressed and track.factor is not None:
        scale = track.factor * MG_PER_G
        trace = with_samples(trace, place.times_s(), [[scale * x for x in each] for each in samples])
    else:
        trace = with_samples(trace, place.times_s(), samples)
    return changed(track, clock=ticking, trace=trace)


def with_tick(track: ChestTrack, t_s: float, heart: BreathEstimate | None, pacer: Pacer | None) -> ChestTrack:
    """What is known of the breath at a tick, `heart` being what intervals show; counts the time in step."""
    chest = breath_at(track.trace, t_s)
    seen, turns = heart, track.turns if pacer is not None else ()
    if chest is not None:
        said = InStep.LISTENING if pacer is not None else InStep.NO_PACER
        turns = paced_turns(chest.tops_s, pacer, turns)
        seen = fused(chest, heart or BreathEstimate(t_s, None, None, 0.0, said), pacer, turns)
    since_s = 0.0 if track.seen is None else min(t_s - track.seen.t_s, LONGEST_TICK_S)
    in_step = None if seen is None else seen.in_step
    return changed(
        track,
        seen=seen,
        turns=turns,
        in_step_s=track.in_step_s + since_s * (in_step is InStep.YES),
        judged_s=track.judged_s + since_s * (in_step is InStep.YES or in_step is InStep.NO),
    )
