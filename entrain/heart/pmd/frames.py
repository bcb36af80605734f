"""The data characteristic (…C82): frames of samples, stamped with the strap's own time of the last one."""

import struct
from types import MappingProxyType
from typing import Final, Self

from entrain.errors import MalformedMeasurement
from entrain.frozen import quick
from entrain.heart.pmd import delta
from entrain.heart.pmd.control import Sensor
from entrain.heart.pmd.delta import Sample

COMPRESSED: Final = 0x80  # bit 7 of a frame's type
_HEAD: Final = 10
_CHANNELS: Final = MappingProxyType({Sensor.ECG: 1, Sensor.ACC: 3})
# Octets of one channel of a plain sample, by sensor and frame type.
_SIZES: Final = MappingProxyType(
    {(Sensor.ECG, 0): 3, (Sensor.ACC, 0): 1, (Sensor.ACC, 1): 2, (Sensor.ACC, 2): 3}
)
# Bits of one channel of the sample that a compressed frame gives in full.
_REFERENCE_BITS: Final = MappingProxyType({Sensor.ECG: 24, Sensor.ACC: 16})


@quick
class SensorFrame:
    """One notification.

    ECG samples are (µV,), accelerometer samples (x, y, z) in mg where the frame is plain; those of a
    compressed frame are to be multiplied by the factor that the strap gave when the stream began.
    """

    sensor: Sensor
    last_ns: int  # of the last sample, on the strap's own clock: since 2000, or since whenever it woke up
    frame_type: int
    samples: tuple[Sample, ...]

    @property
    def is_compressed(self) -> bool:
        """Are its samples differences?"""
        return bool(self.frame_type & COMPRESSED)

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        """
        Raises:
            MalformedMeasurement: it is no frame of a sensor that we know, or it was cut short on its way.
        """
        sensor = Sensor.of_code(value[0]) if value else None
        if sensor is None or len(value) < _HEAD:
            raise MalformedMeasurement(f"no frame of a sensor: {value.hex()}")
        (last_ns,) = struct.unpack_from("<Q", value, 1)
        frame_type, data = value[_HEAD - 1], value[_HEAD:]
        n_channels = _CHANNELS[sensor]
        if frame_type & COMPRESSED:
            samples = delta.decoded(data, n_channels, _REFERENCE_BITS[sensor])
        else:
            samples = _plain(sensor, frame_type, n_channels, data)
        return cls(sensor, last_ns, frame_type, samples)

    def __bytes__(self) -> bytes:
        head = struct.pack("<BQB", self.sensor.code, self.last_ns, self.frame_type)
        if self.is_compressed:
            return head + delta.encoded(self.samples, _REFERENCE_BITS[self.sensor])
        size = _SIZES[self.sensor, self.frame_type]
        return head + b"".join(
            value.to_bytes(size, "little", signed=True) for sample in self.samples for value in sample
        )


def _plain(sensor: Sensor, frame_type: int, n_channels: int, data: bytes) -> tuple[Sample, ...]:
    size = _SIZES.get((sensor, frame_type))
    if size is None:
        raise MalformedMeasurement(f"{sensor.value} frames of type {frame_type} are not known")
    if not data or len(data) % (size * n_channels):
        raise MalformedMeasurement(f"a {sensor.value} frame was cut short: {len(data)} bytes of samples")
    values = [int.from_bytes(data[at : at + size], "little", signed=True) for at in range(0, len(data), size)]
    return tuple(tuple(values[at : at + n_channels]) for at in range(0, len(values), n_channels))
