"""The control point (…C81): what can be streamed, with which settings, start and stop, and the answers."""

import struct
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final, Self

from entrain.errors import MalformedMeasurement
from entrain.frozen import quick

SERVICE: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL_POINT: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"  # read, write, indicate
DATA: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"  # notify
LEAST_MTU: Final = 232

_FEATURES: Final = 0x0F  # the first byte of what can be read there
_RESPONSE: Final = 0xF0
_KIND_BITS: Final = 0x3F  # of a measurement's octet; the two above it are flags of newer firmware


class Sensor(StrEnum):
    """What we ask a strap to stream."""

    ECG = "ecg"
    ACC = "acc"

    @property
    def code(self) -> int:
        """The type of measurement, as bytes name it."""
        return _CODES[self]

    @classmethod
    def of_code(cls, code: int) -> "Sensor | None":
        """The sensor of a measurement type; None where it is another."""
        return next((sensor for sensor in cls if _CODES[sensor] == code & _KIND_BITS), None)


_CODES: Final = MappingProxyType({Sensor.ECG: 0, Sensor.ACC: 2})


class Operation(IntEnum):
    """What is asked of the control point."""

    SETTINGS = 1
    START = 2
    STOP = 3


class Setting(IntEnum):
    """What can be chosen for a stream."""

    RATE_HZ = 0
    RESOLUTION_BITS = 1
    RANGE_G = 2
    RANGE_MILLIUNIT = 3
    CHANNELS = 4
    FACTOR = 5  # in answers only: the float by which a compressed sample is to be multiplied


_SIZES: Final = MappingProxyType(
    {
        Setting.RATE_HZ: 2,
        Setting.RESOLUTION_BITS: 2,
        Setting.RANGE_G: 2,
        Setting.RANGE_MILLIUNIT: 4,
        Setting.CHANNELS: 1,
        Setting.FACTOR: 4,
    }
)


class Answer(IntEnum):
    """The control point's error codes."""

    SUCCESS = 0
    INVALID_OP_CODE = 1
    INVALID_MEASUREMENT = 2
    NOT_SUPPORTED = 3
    INVALID_LENGTH = 4
    INVALID_PARAMETER = 5
    ALREADY_IN_STATE = 6
    INVALID_RESOLUTION = 7
    INVALID_RATE = 8
    INVALID_RANGE = 9
    INVALID_MTU = 10
    INVALID_CHANNELS = 11
    INVALID_STATE = 12
    IN_CHARGER = 13
    UNKNOWN = 255  # one that the document does not know


Settings = tuple[tuple[Setting, tuple[int, ...]], ...]
"""Each setting with its values: those that can be chosen or, where a stream is started, the one chosen."""


def features(value: bytes) -> frozenset[Sensor]:
    """Which of our sensors the strap has, from what is read at the control point.

    Raises:
        MalformedMeasurement: it is no such value.
    """
    if len(value) < 2 or value[0] != _FEATURES:
        raise MalformedMeasurement(f"no list of measurements: {value.hex()}")
    bits = int.from_bytes(value[1:], "little")
    return frozenset(sensor for sensor in Sensor if bits >> sensor.code & 1)


def features_bytes(sensors: frozenset[Sensor]) -> bytes:
    """What a strap with these sensors lets read: sixteen octets of bits."""
    bits = sum(1 << sensor.code for sensor in sensors)
    return bytes([_FEATURES]) + bits.to_bytes(16, "little")


@quick
class Request:
    """What is written to the control point. `settings` with one value each, for a start."""

    operation: Operation
    sensor: Sensor
    settings: Settings = ()

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        """
        Raises:
            MalformedMeasurement: it is no request of ours.
        """
        sensor = Sensor.of_code(value[1]) if len(value) > 1 else None
        if sensor is None or value[0] not in tuple(Operation):
            raise MalformedMeasurement(f"no request to a measurement stream: {value.hex()}")
        return cls(Operation(value[0]), sensor, _settings(value[2:]))

    def __bytes__(self) -> bytes:
        return bytes([self.operation, self.sensor.code]) + _settings_bytes(self.settings)


@quick
class Response:
    """What the control point indicates.

    `has_more`: a further part follows, whose settings belong to this one's. Bytes after it that are no
    settings (some straps send a reserved octet after a start) are kept in `tail`.
    """

    operation: Operation
    sensor: Sensor
    answer: Answer
    settings: Settings = ()
    has_more: bool = False
    tail: bytes = b""

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        """
        Raises:
            MalformedMeasurement: it is no answer to a request of ours.
        """
        sensor = Sensor.of_code(value[2]) if len(value) > 3 and value[0] == _RESPONSE else None
        if sensor is None or value[1] not in tuple(Operation):
            raise MalformedMeasurement(f"no answer of a measurement stream: {value.hex()}")
        answer = Answer(value[3]) if value[3] in tuple(Answer) else Answer.UNKNOWN
        has_more, rest = len(value) > 4 and value[4] != 0, value[5:]
        try:
            settings, tail = _settings(rest), b""
        except MalformedMeasurement:
            settings, tail = (), bytes(rest)
        return cls(Operation(value[1]), sensor, answer, settings, has_more, tail)

    def __bytes__(self) -> bytes:
        head = bytes([_RESPONSE, self.operation, self.sensor.code, self.answer, self.has_more])
        return head + _settings_bytes(self.settings) + self.tail

    @property
    def factor(self) -> float | None:
        """By which compressed samples are to be multiplied, in g; None where the strap does not say."""
        bits = dict(self.settings).get(Setting.FACTOR)
        return struct.unpack("<f", struct.pack("<I", bits[0]))[0] if bits else None


def chosen(offered: Settings, preferred: Settings) -> Settings:
    """One value for each setting that is offered: the preferred one, or the nearest to it, or the least."""
    wishes = {setting: values[0] for setting, values in preferred if values}
    return tuple(
        (setting, (min(values, key=lambda value: abs(value - wishes.get(setting, 0))),))
        for setting, values in offered
        if values and setting is not Setting.FACTOR
    )


def value_of(settings: Settings, setting: Setting) -> int | None:
    """The first value of a setting; None where there is none."""
    values = dict(settings).get(setting)
    return values[0] if values else None


PREFERRED: Final = MappingProxyType(
    {
        Sensor.ECG: ((Setting.RATE_HZ, (130,)), (Setting.RESOLUTION_BITS, (14,))),
        # Breathing is slow: the lowest rate and the finest range spare the strap's battery.
        Sensor.ACC: ((Setting.RATE_HZ, (25,)), (Setting.RESOLUTION_BITS, (16,)), (Setting.RANGE_G, (2,))),
    }
)


def _settings(data: bytes) -> Settings:
    found: list[tuple[Setting, tuple[int, ...]]] = []
    at = 0
    while at < len(data):
        if data[at] not in tuple(Setting) or at + 1 >= len(data):
            raise MalformedMeasurement(f"no setting of a measurement stream: {data[at:].hex()}")
        setting, n = Setting(data[at]), data[at + 1]
        size = _SIZES[setting]
        end = at + 2 + n * size
        if end > len(data):
            raise MalformedMeasurement(f"a setting ends early: {data[at:].hex()}")
        values = (data[k : k + size] for k in range(at + 2, end, size))
        found.append((setting, tuple(int.from_bytes(value, "little") for value in values)))
        at = end
    return tuple(found)


def _settings_bytes(settings: Settings) -> bytes:
    return b"".join(
        bytes([setting, len(values)])
        + b"".join(value.to_bytes(_SIZES[setting], "little") for value in values)
        for setting, values in settings
    )
