"""From an exception to a fault: of bleak, of D-Bus, of the operating system. The one place that knows them.

Names and texts of errors are those of BlueZ 5.66 and bleak 3.1, seen on the real stack.
"""

import importlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from entrain.devices.ble.faults import BluetoothFault
from entrain.remark import Topic
from entrain.system.host import Host


@contextmanager
def explained(strap: str = "") -> Generator[None]:
    """Whatever is raised inside leaves as a `BluetoothFault`; cancellation stays what it is."""
    try:
        yield
    except BluetoothFault:
        raise
    except Exception as error:
        raise explain(error, strap) from error


def explain(error: Exception, strap: str = "", host: Host | None = None) -> BluetoothFault:
    """The fault behind an exception that a Bluetooth call has raised."""
    if isinstance(error, BluetoothFault):
        return error
    cause = " ".join(str(part) for part in (type(error).__name__, error) if str(part))
    return BluetoothFault(_reason_of(error), strap, cause, host)


def _reason_of(error: Exception) -> Topic:
    match error:
        case BleakBluetoothNotAvailableError():
            return _UNAVAILABLE.get(error.reason, Topic.NO_ADAPTER)
        case BleakDBusError():
            return _DBUS.get(error.dbus_error) or _of_text(
                str(error.dbus_error_details), Topic.ADAPTER_FAILED
            )
        case BleakGATTProtocolError():
            return Topic.PAIRING if error.code in _SECURITY else Topic.REFUSED
        case BleakDeviceNotFoundError():
            return Topic.GONE
        case BleakCharacteristicNotFoundError():
            return Topic.NOT_A_STRAP
        case TimeoutError():
            return Topic.NO_ANSWER
        case PermissionError():
            return Topic.NO_PERMISSION
        case FileNotFoundError() | ConnectionError() | EOFError():  # the bus's socket, raw
            return Topic.NO_BUS
        case OSError() if getattr(error, "winerror", None) == _WINDOWS_NOT_READY:
            return Topic.ADAPTER_OFF
        case AssertionError():  # bleak asserts its bus, which a lost link takes away in the middle of a call
            return Topic.RACE
        case _:
            if type(error).__module__.startswith("dbus_fast"):
                return Topic.NO_PERMISSION if "Auth" in type(error).__name__ else Topic.NO_BUS
            return _of_text(str(error), Topic.UNFORESEEN)


def _of_text(text: str, otherwise: Topic) -> Topic:
    """Where an error has no type of its own, its text is all there is."""
    return next((reason for part, reason in _TEXTS if part in text), otherwise)


def macos_refusal() -> BluetoothFault | None:
    """On a Mac: what macOS has decided about this terminal and Bluetooth, asked without touching Bluetooth.

    Creating a Bluetooth manager without permission can end the whole process (SIGABRT by macOS's privacy
    service), so a refusal already on record has to be known before. An undecided permission cannot be helped:
    macOS then asks the person, or aborts if the terminal's own bundle declares no use of Bluetooth.
    """
    try:
        authorization = importlib.import_module("CoreBluetooth").CBManager.authorization()
    except (ImportError, AttributeError):
        return None
    refused = authorization in (_CB_RESTRICTED, _CB_DENIED)
    return BluetoothFault(Topic.NO_PERMISSION, host=Host.MACOS) if refused else None


_CB_RESTRICTED: Final = 1  # CBManagerAuthorization, Apple's CoreBluetooth reference
_CB_DENIED: Final = 2
_WINDOWS_NOT_READY: Final = -2147020577  # 0x800710DF, "The device is not ready for use": the radio is off

_SECURITY: Final = frozenset(
    {
        BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHORIZATION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
    }
)

_UNAVAILABLE: Final = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: Topic.NO_ADAPTER,
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: Topic.NO_LOW_ENERGY,
    BleakBluetoothNotAvailableReason.POWERED_OFF: Topic.ADAPTER_OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: Topic.NO_PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: Topic.NO_PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: Topic.NO_PERMISSION,
    BleakBluetoothNotAvailableReason.UNKNOWN: Topic.NO_SERVICE,  # macOS: the system service is restarting
}

_DBUS: Final = {
    "org.freedesktop.DBus.Error.ServiceUnknown": Topic.NO_SERVICE,
    "org.freedesktop.DBus.Error.NameHasNoOwner": Topic.NO_SERVICE,
    "org.freedesktop.DBus.Error.Spawn.ChildExited": Topic.NO_SERVICE,
    "org.freedesktop.DBus.Error.Spawn.ServiceNotFound": Topic.NO_SERVICE,
    "org.freedesktop.systemd1.NoSuchUnit": Topic.NO_SERVICE,
    "org.freedesktop.systemd1.UnitMasked": Topic.NO_SERVICE,
    "org.freedesktop.DBus.Error.AccessDenied": Topic.NO_PERMISSION,
    "org.freedesktop.DBus.Error.NoReply": Topic.NO_ANSWER,
    "org.freedesktop.DBus.Error.Disconnected": Topic.NO_BUS,
    "org.freedesktop.DBus.Error.UnknownObject": Topic.GONE,
    "org.freedesktop.DBus.Error.UnknownMethod": Topic.GONE,  # BlueZ's answer on an object it has removed
    "org.bluez.Error.DoesNotExist": Topic.GONE,
    "org.bluez.Error.NotReady": Topic.ADAPTER_OFF,
    "org.bluez.Error.InProgress": Topic.BUSY,
    "org.bluez.Error.Busy": Topic.BUSY,
    "org.bluez.Error.NotConnected": Topic.RACE,
    "org.bluez.Error.ConnectionAttemptFailed": Topic.RACE,
    "org.bluez.Error.AuthenticationFailed": Topic.PAIRING,
    "org.bluez.Error.AuthenticationCanceled": Topic.PAIRING,
    "org.bluez.Error.AuthenticationRejected": Topic.PAIRING,
    "org.bluez.Error.AuthenticationTimeout": Topic.PAIRING,
    "org.bluez.Error.NotPermitted": Topic.REFUSED,
}

_TEXTS: Final = (
    ("Operation already in progress", Topic.BUSY),
    ("failed to discover services", Topic.RACE),
    ("connection-abort", Topic.RACE),
    ("connection-cancel", Topic.RACE),
    ("Software caused connection abort", Topic.RACE),
    ("Not connected", Topic.RACE),
    ("disconnected", Topic.RACE),
    ("already connected", Topic.RACE),
    ("Service Discovery has not been performed", Topic.RACE),
    ("Interface org.bluez.Device1 not found", Topic.GONE),
    ("adapter '", Topic.NO_ADAPTER),  # bleak: adapter 'hci0' not found
    ("device '", Topic.GONE),  # bleak: device 'dev_…' not found
    ("requires BlueZ", Topic.SERVICE_TOO_OLD),
    ("Unsupported platform", Topic.UNSUPPORTED),
    ("Connection refused", Topic.REFUSED),
    ("refused", Topic.REFUSED),
    ("Access Denied", Topic.NO_PERMISSION),  # Windows
    ("Unreachable", Topic.NO_ANSWER),  # Windows
)
