"""The measurement streams of a simulated strap: its accelerometer and its ECG, in the frames of a real one.

The accelerometer lies on a `Chest`. The ECG is a sum of five bells around each beat (McSharry et al. 2003,
IEEE Trans Biomed Eng 50:289, in the time domain), with a baseline that breathes and a little noise: it has no
rhythm but the heart's and no illness.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain.control.events import Event, SensorChanged, SensorFrames, SensorState
from entrain.devices.simulated.chest import Chest, ChestTraits
from entrain.heart.pmd.control import Sensor
from entrain.heart.pmd.frames import SensorFrame
from entrain.remark import Remark, Topic

BEGAN_NS: Final = 599616000000000000  # where an H10 begins that nobody told the time
BEGINS_S: Final = 2.0
AIR_S: Final = (0.03, 0.09)
HZ: Final = {Sensor.ACC: 25, Sensor.ECG: 130}
N_SAMPLES: Final = {Sensor.ACC: 36, Sensor.ECG: 73}
LATENCY_S: Final = 0.6  # a P wave lies before its beat, and a beat is known at its time
ECG_BLOCK: Final = 4  # frames in a block
# Of each bell: seconds from the beat, µV, width in s.
_BELLS: Final = ((-0.17, 110.0, 0.024), (-0.03, -110.0, 0.010), (0.0, 1100.0, 0.011), (0.03, -240.0, 0.011))
_T_BELL: Final = (0.27, 290.0, 0.045)
_NO_BEAT_S: Final = 9.0
_REACH_S: Final = (1.0, 0.3)  # of a beat's waves, after and before it; the body is always so far ahead

_Floats = NDArray[np.float64]


class SimulatedStreams:
    """Told how the body moves with `live`, gives events with `until`."""

    def __init__(self, strap: str, seed: str, sensors: Sequence[Sensor], step_s: float) -> None:
        self._strap, self._step_s = strap, step_s
        rng = Random(f"{seed}/streams")
        self._noise = np.random.RandomState(rng.getrandbits(32))
        self._chest = Chest(ChestTraits.draw(rng.getrandbits(30)), HZ[Sensor.ACC], seed)
        # Streams of chance of their own, so that it does not matter how often they are asked.
        self._rng = {sensor: Random(f"{seed}/{sensor.value} air") for sensor in sensors}
        self._air_s = {sensor: rng.uniform(*AIR_S) for sensor in sensors}
        self._volumes, self._beats_s = [0.0], list[float]()
        self._n_frames = dict.fromkeys(sensors, 0)
        self._blocks: dict[Sensor, list[tuple[float, bytes]]] = {sensor: [] for sensor in sensors}
        self._has_begun = False

    def live(self, volumes: Sequence[float], beats_s: Sequence[float]) -> None:
        """What the chest did in the next steps."""
        self._volumes.extend(volumes)
        self._beats_s.extend(beats_s)

    def until(self, t_s: float) -> list[Event]:
        """Every event up to `t_s` not given before, in order of time."""
        events: list[Event] = []
        if not self._has_begun and t_s >= BEGINS_S:
            self._has_begun = True
            for sensor in self._n_frames:
                state, hz = SensorState.STREAMING, float(HZ[sensor])
                remark = Remark.of(Topic.STREAMS_SIMULATED, sensor=sensor.value)
                events.append(SensorChanged(BEGINS_S, self._strap, sensor, state, remark, rate_hz=hz))
        for sensor, n in self._n_frames.items():
            while True:
                last_s = BEGINS_S + (n + 1) * N_SAMPLES[sensor] / HZ[sensor]
                arrived_s = last_s + LATENCY_S + self._air_s[sensor]
                if arrived_s > t_s:
                    break
                n += 1
                self._air_s[sensor] = self._rng[sensor].uniform(*AIR_S)
                block = self._blocks[sensor]
                block.append((arrived_s, bytes(self._frame(sensor, last_s))))
                if sensor is Sensor.ACC or len(block) == ECG_BLOCK:
                    arrived, frames = zip(*block, strict=True)
                    events.append(SensorFrames(arrived_s, self._strap, sensor, arrived, frames))
                    block.clear()
            self._n_frames[sensor] = n
        return sorted(events, key=lambda event: event.t_s)

    def _frame(self, sensor: Sensor, last_s: float) -> SensorFrame:
        n, hz = N_SAMPLES[sensor], HZ[sensor]
        times_s = last_s - np.arange(n - 1, -1, -1) / hz
        volumes, beats_s = self._volumes_at(times_s), self._beats_around(float(times_s[0]), last_s)
        if sensor is Sensor.ACC:
            since_s = times_s - beats_s[np.searchsorted(beats_s, times_s, side="right") - 1]
            felt = self._chest.run(volumes.tolist(), since_s.tolist())
        else:
            felt = self._ecg(times_s, volumes, beats_s)[:, None]
        samples = tuple(tuple(int(value) for value in sample) for sample in np.round(felt))
        return SensorFrame(sensor, BEGAN_NS + round(last_s * 1e9), 1 if sensor is Sensor.ACC else 0, samples)

    def _volumes_at(self, times_s: _Floats) -> _Floats:
        first = max(0, int(times_s[0] / self._step_s))
        known = np.array(self._volumes[first : int(times_s[-1] / self._step_s) + 2])
        return np.interp(times_s, (first + np.arange(len(known))) * self._step_s, known)

    def _beats_around(self, from_s: float, to_s: float) -> _Floats:
        """Those whose waves reach into this stretch, however far the body has gone on, and the one before."""
        first = max(0, bisect_left(self._beats_s, from_s - _REACH_S[0]) - 1)
        last = bisect_right(self._beats_s, to_s + _REACH_S[1])
        return np.array([-_NO_BEAT_S, *self._beats_s[first:last]])

    def _ecg(self, times_s: _Floats, volumes: _Floats, beats_s: _Floats) -> _Floats:
        trace = 60.0 * volumes
        for beat_s in beats_s:
            for at_s, size_uv, width_s in (*_BELLS, _T_BELL):
                trace = trace + size_uv * np.exp(-0.5 * ((times_s - beat_s - at_s) / width_s) ** 2)
        return trace + 8.0 * self._noise.standard_normal(len(times_s))
