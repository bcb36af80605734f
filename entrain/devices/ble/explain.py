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

from entrain.devices.ble.faults import BluetoothFault, Host, Reason


@contextmanager
def explained(strap: str = "the strap") -> Generator[None]:
    """Whatever is raised inside leaves as a `BluetoothFault`; cancellation stays what it is."""
    try:
        yield
    except BluetoothFault:
        raise
    except Exception as error:
        raise explain(error, strap) from error


def explain(error: Exception, strap: str = "the strap", host: Host | None = None) -> BluetoothFault:
    """The fault behind an exception that a Bluetooth call has raised."""
    if isinstance(error, BluetoothFault):
        return error
    cause = " ".join(str(part) for part in (type(error).__name__, error) if str(part))
    return BluetoothFault(_reason_of(error), strap, cause, host)


def _reason_of(error: Exception) -> Reason:
    match error:
        case BleakBluetoothNotAvailableError():
            return _UNAVAILABLE.get(error.reason, Reason.NO_ADAPTER)
        case BleakDBusError():
            return _DBUS.get(error.dbus_error) or _of_text(
                str(error.dbus_error_details), Reason.ADAPTER_FAILED
            )
        case BleakGATTProtocolError():
            return Reason.PAIRING if error.code in _SECURITY else Reason.REFUSED
        case BleakDeviceNotFoundError():
            return Reason.GONE
        case BleakCharacteristicNotFoundError():
            return Reason.NOT_A_STRAP
        case TimeoutError():
            return Reason.NO_ANSWER
        case PermissionError():
            return Reason.NO_PERMISSION
        case FileNotFoundError() | ConnectionError() | EOFError():  # the bus's socket, raw
            return Reason.NO_BUS
        case OSError() if getattr(error, "winerror", None) == _WINDOWS_NOT_READY:
            return Reason.ADAPTER_OFF
        case AssertionError():  # bleak asserts its bus, which a lost link takes away in the middle of a call
            return Reason.RACE
        case _:
            if type(error).__module__.startswith("dbus_fast"):
                return Reason.NO_PERMISSION if "Auth" in type(error).__name__ else Reason.NO_BUS
            return _of_text(str(error), Reason.UNFORESEEN)


def _of_text(text: str, otherwise: Reason) -> Reason:
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
    return BluetoothFault(Reason.NO_PERMISSION, host=Host.MACOS) if refused else None


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
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: Reason.NO_ADAPTER,
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: Reason.NO_LOW_ENERGY,
    BleakBluetoothNotAvailableReason.POWERED_OFF: Reason.ADAPTER_OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: Reason.NO_PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: Reason.NO_PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: Reason.NO_PERMISSION,
    BleakBluetoothNotAvailableReason.UNKNOWN: Reason.NO_SERVICE,  # macOS: the system service is restarting
}

_DBUS: Final = {
    "org.freedesktop.DBus.Error.ServiceUnknown": Reason.NO_SERVICE,
    "org.freedesktop.DBus.Error.NameHasNoOwner": Reason.NO_SERVICE,
    "org.freedesktop.DBus.Error.Spawn.ChildExited": Reason.NO_SERVICE,
    "org.freedesktop.DBus.Error.Spawn.ServiceNotFound": Reason.NO_SERVICE,
    "org.freedesktop.systemd1.NoSuchUnit": Reason.NO_SERVICE,
    "org.freedesktop.systemd1.UnitMasked": Reason.NO_SERVICE,
    "org.freedesktop.DBus.Error.AccessDenied": Reason.NO_PERMISSION,
    "org.freedesktop.DBus.Error.NoReply": Reason.NO_ANSWER,
    "org.freedesktop.DBus.Error.Disconnected": Reason.NO_BUS,
    "org.freedesktop.DBus.Error.UnknownObject": Reason.GONE,
    "org.freedesktop.DBus.Error.UnknownMethod": Reason.GONE,  # BlueZ's answer on an object it has removed
    "org.bluez.Error.DoesNotExist": Reason.GONE,
    "org.bluez.Error.NotReady": Reason.ADAPTER_OFF,
    "org.bluez.Error.InProgress": Reason.BUSY,
    "org.bluez.Error.Busy": Reason.BUSY,
    "org.bluez.Error.NotConnected": Reason.RACE,
    "org.bluez.Error.ConnectionAttemptFailed": Reason.RACE,
    "org.bluez.Error.AuthenticationFailed": Reason.PAIRING,
    "org.bluez.Error.AuthenticationCanceled": Reason.PAIRING,
    "org.bluez.Error.AuthenticationRejected": Reason.PAIRING,
    "org.bluez.Error.AuthenticationTimeout": Reason.PAIRING,
    "org.bluez.Error.NotPermitted": Reason.REFUSED,
}

_TEXTS: Final = (
    ("Operation already in progress", Reason.BUSY),
    ("failed to discover services", Reason.RACE),
    ("connection-abort", Reason.RACE),
    ("connection-cancel", Reason.RACE),
    ("Software caused connection abort", Reason.RACE),
    ("Not connected", Reason.RACE),
    ("disconnected", Reason.RACE),
    ("already connected", Reason.RACE),
    ("Service Discovery has not been performed", Reason.RACE),
    ("Interface org.bluez.Device1 not found", Reason.GONE),
    ("adapter '", Reason.NO_ADAPTER),  # bleak: adapter 'hci0' not found
    ("device '", Reason.GONE),  # bleak: device 'dev_…' not found
    ("requires BlueZ", Reason.SERVICE_TOO_OLD),
    ("Unsupported platform", Reason.UNSUPPORTED),
    ("Connection refused", Reason.REFUSED),
    ("refused", Reason.REFUSED),
    ("Access Denied", Reason.NO_PERMISSION),  # Windows
    ("Unreachable", Reason.NO_ANSWER),  # Windows
)
