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

from entrain.devices.ble.faults import BluetoothFault, Trouble
from entrain.system.host import Host


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


def _reason_of(error: Exception) -> Trouble:
    match error:
        case BleakBluetoothNotAvailableError():
            return _UNAVAILABLE.get(error.reason, Trouble.NO_ADAPTER)
        case BleakDBusError():
            return _DBUS.get(error.dbus_error) or _of_text(
                str(error.dbus_error_details), Trouble.ADAPTER_FAILED
            )
        case BleakGATTProtocolError():
            return Trouble.PAIRING if error.code in _SECURITY else Trouble.REFUSED
        case BleakDeviceNotFoundError():
            return Trouble.GONE
        case BleakCharacteristicNotFoundError():
            return Trouble.NOT_A_STRAP
        case TimeoutError():
            return Trouble.NO_ANSWER
        case PermissionError():
            return Trouble.NO_PERMISSION
        case FileNotFoundError() | ConnectionError() | EOFError():  # the bus's socket, raw
            return Trouble.NO_BUS
        case OSError() if getattr(error, "winerror", None) == _WINDOWS_NOT_READY:
            return Trouble.ADAPTER_OFF
        case AssertionError():  # bleak asserts its bus, which a lost link takes away in the middle of a call
            return Trouble.RACE
        case _:
            if type(error).__module__.startswith("dbus_fast"):
                return Trouble.NO_PERMISSION if "Auth" in type(error).__name__ else Trouble.NO_BUS
            return _of_text(str(error), Trouble.UNFORESEEN)


def _of_text(text: str, otherwise: Trouble) -> Trouble:
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
    return BluetoothFault(Trouble.NO_PERMISSION, host=Host.MACOS) if refused else None


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
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: Trouble.NO_ADAPTER,
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: Trouble.NO_LOW_ENERGY,
    BleakBluetoothNotAvailableReason.POWERED_OFF: Trouble.ADAPTER_OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: Trouble.NO_PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: Trouble.NO_PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: Trouble.NO_PERMISSION,
    BleakBluetoothNotAvailableReason.UNKNOWN: Trouble.NO_SERVICE,  # macOS: the system service is restarting
}

_DBUS: Final = {
    "org.freedesktop.DBus.Error.ServiceUnknown": Trouble.NO_SERVICE,
    "org.freedesktop.DBus.Error.NameHasNoOwner": Trouble.NO_SERVICE,
    "org.freedesktop.DBus.Error.Spawn.ChildExited": Trouble.NO_SERVICE,
    "org.freedesktop.DBus.Error.Spawn.ServiceNotFound": Trouble.NO_SERVICE,
    "org.freedesktop.systemd1.NoSuchUnit": Trouble.NO_SERVICE,
    "org.freedesktop.systemd1.UnitMasked": Trouble.NO_SERVICE,
    "org.freedesktop.DBus.Error.AccessDenied": Trouble.NO_PERMISSION,
    "org.freedesktop.DBus.Error.NoReply": Trouble.NO_ANSWER,
    "org.freedesktop.DBus.Error.Disconnected": Trouble.NO_BUS,
    "org.freedesktop.DBus.Error.UnknownObject": Trouble.GONE,
    "org.freedesktop.DBus.Error.UnknownMethod": Trouble.GONE,  # BlueZ's answer on an object it has removed
    "org.bluez.Error.DoesNotExist": Trouble.GONE,
    "org.bluez.Error.NotReady": Trouble.ADAPTER_OFF,
    "org.bluez.Error.InProgress": Trouble.BUSY,
    "org.bluez.Error.Busy": Trouble.BUSY,
    "org.bluez.Error.NotConnected": Trouble.RACE,
    "org.bluez.Error.ConnectionAttemptFailed": Trouble.RACE,
    "org.bluez.Error.AuthenticationFailed": Trouble.PAIRING,
    "org.bluez.Error.AuthenticationCanceled": Trouble.PAIRING,
    "org.bluez.Error.AuthenticationRejected": Trouble.PAIRING,
    "org.bluez.Error.AuthenticationTimeout": Trouble.PAIRING,
    "org.bluez.Error.NotPermitted": Trouble.REFUSED,
}

_TEXTS: Final = (
    ("Operation already in progress", Trouble.BUSY),
    ("failed to discover services", Trouble.RACE),
    ("connection-abort", Trouble.RACE),
    ("connection-cancel", Trouble.RACE),
    ("Software caused connection abort", Trouble.RACE),
    ("Not connected", Trouble.RACE),
    ("disconnected", Trouble.RACE),
    ("already connected", Trouble.RACE),
    ("Service Discovery has not been performed", Trouble.RACE),
    ("Interface org.bluez.Device1 not found", Trouble.GONE),
    ("adapter '", Trouble.NO_ADAPTER),  # bleak: adapter 'hci0' not found
    ("device '", Trouble.GONE),  # bleak: device 'dev_…' not found
    ("requires BlueZ", Trouble.SERVICE_TOO_OLD),
    ("Unsupported platform", Trouble.UNSUPPORTED),
    ("Connection refused", Trouble.REFUSED),
    ("refused", Trouble.REFUSED),
    ("Access Denied", Trouble.NO_PERMISSION),  # Windows
    ("Unreachable", Trouble.NO_ANSWER),  # Windows
)
