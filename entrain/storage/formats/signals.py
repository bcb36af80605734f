"""What the measurement streams of a session carried, as signals: samples with their times, or on a grid.

Times are those of `entrain.heart.pmd.clock`: the strap's own spacing, on the session's clock. Formats that
know one rate only get straight lines between the samples, at the rate that was asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain.control.events import SensorChanged, SensorFrames
from entrain.errors import MalformedMeasurement
from entrain.heart.pmd.clock import DeviceClock, placed
from entrain.heart.pmd.control import Sensor
from entrain.heart.pmd.frames import SensorFrame
from entrain.storage.log.stored import StoredSession

NOMINAL_HZ: Final = MappingProxyType({Sensor.ECG: 130.0, Sensor.ACC: 25.0})
CHANNELS: Final = MappingProxyType({Sensor.ECG: ("ECG",), Sensor.ACC: ("Acc x", "Acc y", "Acc z")})
UNITS: Final = MappingProxyType({Sensor.ECG: "uV", Sensor.ACC: "mg"})
GAP: Final = 1.8  # spacings: nothing is drawn through more
MG_PER_G: Final = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class SensorSignal:
    """`values` are (n, channels), in the unit of `UNITS`; `times_s` rise, on the session's clock."""

    strap: str
    sensor: Sensor
    hz: float  # as asked for
    times_s: NDArray[np.float64]
    values: NDArray[np.float64]

    def on_grid(self, n: int, from_s: float = 0.0) -> NDArray[np.float64]:
        """(n, channels) at `from_s` + k / hz; NaN where nothing was measured."""
        at_s = from_s + np.arange(n) / self.hz
        after = np.clip(np.searchsorted(self.times_s, at_s), 1, len(self.times_s) - 1)
        wide = self.times_s[after] - self.times_s[after - 1] > GAP / self.hz
        outside = (at_s < self.times_s[0]) | (at_s > self.times_s[-1])
        grid = np.empty((n, self.values.shape[1]), dtype=np.float64)
        for k in range(self.values.shape[1]):
            grid[:, k] = np.interp(at_s, self.times_s, self.values[:, k])
        grid[wide | outside] = np.nan
        return grid


def signals_of(session: StoredSession, strap: str | None = None) -> tuple[SensorSignal, ...]:
    """Every signal of at least two frames, of all straps or of one."""
    frames: dict[tuple[str, Sensor], list[tuple[float, SensorFrame]]] = {}
    rates: dict[tuple[str, Sensor], tuple[float, float]] = {}
    for event, _ in session.records:
        match event:
            case SensorChanged(rate_hz=rate_hz, factor=factor) if rate_hz is not None:
                rates[event.strap, event.sensor] = (rate_hz, (factor or 1.0 / MG_PER_G) * MG_PER_G)
            case SensorFrames() if strap in (None, event.strap):
                frames.setdefault((event.strap, event.sensor), []).extend(_decoded(event))
            case _:
                pass
    return tuple(
        _signal(*key, found, *rates.get(key, (NOMINAL_HZ[key[1]], 1.0)))
        for key, found in frames.items()
        if len(found) > 1
    )


def _decoded(event: SensorFrames) -> Iterator[tuple[float, SensorFrame]]:
    for arrived_s, payload in zip(event.arrived_s, event.frames, strict=False):
        try:
            yield arrived_s, SensorFrame.from_bytes(payload)
        except MalformedMeasurement:
            continue  # the log has it, and says so


def _signal(
    strap: str, sensor: Sensor, frames: list[tuple[float, SensorFrame]], hz: float, scale: float
) -> SensorSignal:
    clock, times_s, values = DeviceClock(), list[float](), list[tuple[float, ...]]()
    for arrived_s, frame in frames:
        clock, place = placed(clock, arrived_s, frame.last_ns, len(frame.samples), hz)
        if place is None:
            continue
        factor = scale if frame.is_compressed else 1.0
        for t_s, sample in zip(place.times_s(), frame.samples, strict=True):
            if not times_s or t_s > times_s[-1]:
                times_s.append(t_s)
                values.append(tuple(factor * value for value in sample))
    return SensorSignal(strap, sensor, hz, np.array(times_s), np.array(values, dtype=np.float64))
