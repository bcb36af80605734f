"""Which measurement streams a session asks of its straps, and the mark of those that are ours to stop."""

from dataclasses import replace
from typing import TYPE_CHECKING

from entrain.app.telling import tell
from entrain.errors import EntrainError, UsageError
from entrain.heart.pmd.control import Sensor
from entrain.storage import settings

if TYPE_CHECKING:  # imported when a strap is asked for
    from entrain.devices.ble.streams import StreamPlan


def sensors_named(text: str) -> tuple[Sensor, ...]:
    """`ecg`, `acc` or both, with a comma between them; `none` for none.

    Raises:
        UsageError: there is no such sensor.
    """
    names = [name.strip().lower() for name in text.split(",")]
    if names == ["none"]:
        return ()
    known = [sensor.value for sensor in Sensor]
    for name in names:
        if name not in known:
            raise UsageError(
                f"There is no sensor {name!r}.", f"There are {' and '.join(known)}: --sensor ecg,acc"
            )
    return tuple(sensor for sensor in Sensor if sensor.value in names)


def sensors_of(option: str | None) -> tuple[Sensor, ...] | None:
    """What `--sensor` asks for; None where it is left out, and the preset says."""
    return None if option is None else sensors_named(option)


def check_sensors(sensors: tuple[Sensor, ...], hearts: tuple[str, ...]) -> None:
    """
    Raises:
        UsageError: none of the hearts can stream.
    """
    if sensors and not any(heart.partition(":")[0] in ("ble", "sim", "replay") for heart in hearts):
        raise UsageError(
            "Only a strap streams ECG or its accelerometer.", "Use --sensor with --heart ble or sim."
        )


def stream_plan(sensors: tuple[Sensor, ...]) -> "StreamPlan":
    """The plan for straps on Bluetooth; marks are kept among the settings of this computer."""
    from entrain.devices.ble.streams import StreamPlan

    return StreamPlan(sensors, _is_left_on, lambda address: _mark(address, True), lambda a: _mark(a, False))


def _is_left_on(address: str) -> bool:
    return address in settings.load()[0].streams_left_on


def _mark(address: str, is_on: bool) -> None:
    """A session must not end because the mark could not be written: then it is said."""
    try:
        settings.change(lambda now: replace(now, streams_left_on=_with(now.streams_left_on, address, is_on)))
    except EntrainError as fault:
        tell(f"entrain: {fault.message} {fault.advice}".rstrip())


def _with(marked: tuple[str, ...], address: str, is_on: bool) -> tuple[str, ...]:
    others = tuple(each for each in marked if each != address)
    return (*others, address) if is_on else others
