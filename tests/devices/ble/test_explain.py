"""Every exception becomes a reason, a sentence and an advice that a person can use."""

import sys
from types import ModuleType, SimpleNamespace

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)
from dbus_fast import AuthError, InvalidAddressError

from entrain.devices.ble import radio
from entrain.devices.ble.explain import explain, explained, macos_refusal
from entrain.devices.ble.faults import BluetoothFault, Trouble
from entrain.devices.ble.radio import Backends, scanning
from entrain.devices.ble.timing import Timing
from entrain.errors import DeviceError
from entrain.system.host import Host


def dbus(name: str, text: str = "") -> BleakDBusError:
    return BleakDBusError(name, [text])


class FromWindows(OSError):
    winerror = -2147020577


UNAVAILABLE = BleakBluetoothNotAvailableReason
CASES = [
    (BleakBluetoothNotAvailableError("no", UNAVAILABLE.NO_BLUETOOTH), Trouble.NO_ADAPTER),
    (BleakBluetoothNotAvailableError("no", UNAVAILABLE.NO_BLE_CENTRAL_ROLE), Trouble.NO_LOW_ENERGY),
    (BleakBluetoothNotAvailableError("no", UNAVAILABLE.POWERED_OFF), Trouble.ADAPTER_OFF),
    (BleakBluetoothNotAvailableError("no", UNAVAILABLE.DENIED_BY_USER), Trouble.NO_PERMISSION),
    (dbus("org.freedesktop.DBus.Error.ServiceUnknown"), Trouble.NO_SERVICE),
    (dbus("org.freedesktop.DBus.Error.NameHasNoOwner"), Trouble.NO_SERVICE),
    (dbus("org.freedesktop.DBus.Error.AccessDenied"), Trouble.NO_PERMISSION),
    (dbus("org.freedesktop.DBus.Error.UnknownObject"), Trouble.GONE),
    (dbus("org.bluez.Error.NotReady", "Resource Not Ready"), Trouble.ADAPTER_OFF),
    (dbus("org.bluez.Error.InProgress", "Operation already in progress"), Trouble.BUSY),
    (dbus("org.bluez.Error.Failed", "Operation already in progress"), Trouble.BUSY),
    (dbus("org.bluez.Error.Failed", "le-connection-abort-by-local"), Trouble.RACE),
    (dbus("org.bluez.Error.Failed", "br-connection-canceled"), Trouble.RACE),
    (dbus("org.bluez.Error.Failed", "Software caused connection abort"), Trouble.RACE),
    (dbus("org.bluez.Error.Failed", "Connection refused (111)"), Trouble.REFUSED),
    (dbus("org.bluez.Error.Failed", "Input/output error"), Trouble.ADAPTER_FAILED),
    (dbus("org.bluez.Error.AuthenticationFailed"), Trouble.PAIRING),
    (BleakDBusError("org.bluez.Error.Failed", []), Trouble.ADAPTER_FAILED),
    (BleakGATTProtocolError(0x05), Trouble.PAIRING),
    (BleakGATTProtocolError(0x0E), Trouble.REFUSED),
    (BleakDeviceNotFoundError("AA"), Trouble.GONE),
    (BleakCharacteristicNotFoundError("2a37"), Trouble.NOT_A_STRAP),
    (BleakError("device 'dev_F0_F1_F2_F3_F4_F5' not found"), Trouble.GONE),
    (BleakError("adapter 'hci0' not found"), Trouble.NO_ADAPTER),
    (BleakError("failed to discover services, device disconnected"), Trouble.RACE),
    (BleakError("Not connected"), Trouble.RACE),
    (BleakError("Bleak requires BlueZ >= 5.55."), Trouble.SERVICE_TOO_OLD),
    (BleakError("Unsupported platform: FreeBSD"), Trouble.UNSUPPORTED),
    (BleakError("Could not get GATT services: Unreachable"), Trouble.NO_ANSWER),
    (BleakError("Could not get GATT services: Access Denied"), Trouble.NO_PERMISSION),
    (TimeoutError(), Trouble.NO_ANSWER),
    (FileNotFoundError(2, "No such file or directory"), Trouble.NO_BUS),
    (ConnectionRefusedError(111, "Connection refused"), Trouble.NO_BUS),
    (EOFError(), Trouble.NO_BUS),
    (InvalidAddressError("nonsense"), Trouble.NO_BUS),
    (PermissionError(13, "Permission denied"), Trouble.NO_PERMISSION),
    (AuthError("REJECTED"), Trouble.NO_PERMISSION),
    (FromWindows(), Trouble.ADAPTER_OFF),
    (AssertionError(), Trouble.RACE),
    (KeyError("Roles"), Trouble.UNFORESEEN),
]


@pytest.mark.parametrize(("error", "reason"), CASES, ids=lambda case: repr(case)[:60])
def test_every_exception_has_its_reason(error: Exception, reason: Trouble) -> None:
    fault = explain(error, "Polar H10", Host.LINUX)
    assert fault.reason is reason
    assert isinstance(fault, DeviceError)
    assert fault.exit_code == 4


@pytest.mark.parametrize("host", Host)
@pytest.mark.parametrize("reason", Trouble)
def test_every_reason_speaks_in_sentences_everywhere(reason: Trouble, host: Host) -> None:
    fault = BluetoothFault(reason, "Polar H10", "KeyError 'Roles'", host)
    assert fault.message[0].isupper() or fault.message.startswith("Polar")
    assert fault.message.endswith(".")
    assert "{" not in fault.message + fault.advice
    assert fault.advice
    assert fault.advice[0].isupper()


@pytest.mark.parametrize("reason", [Trouble.NO_BUS, Trouble.NO_SERVICE, Trouble.NO_ADAPTER])
def test_in_wsl_nothing_helps_but_windows(reason: Trouble) -> None:
    fault = BluetoothFault(reason, host=Host.WSL)
    assert fault.reason is Trouble.NO_WSL
    assert "Windows itself" in fault.advice


@pytest.mark.parametrize(
    ("system", "release", "host"),
    [
        ("Linux", "6.1.0-18-amd64", Host.LINUX),
        ("Linux", "5.15.90.1-microsoft-standard-WSL2", Host.WSL),
        ("Linux", "4.4.0-19041-Microsoft", Host.WSL),
        ("Darwin", "23.1.0", Host.MACOS),
        ("Windows", "11", Host.WINDOWS),
        ("FreeBSD", "14", Host.OTHER),
    ],
)
def test_knows_where_it_runs(monkeypatch: pytest.MonkeyPatch, system: str, release: str, host: Host) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.release", lambda: release)
    assert Host.here() is host


def test_a_fault_is_passed_on_as_it_is() -> None:
    fault = BluetoothFault(Trouble.SILENT, "Polar H10")
    assert explain(fault) is fault
    with pytest.raises(BluetoothFault) as caught, explained("another"):
        raise fault
    assert caught.value is fault


def core_bluetooth(authorization: int) -> ModuleType:
    """macOS's module, as far as it is asked for the permission on record."""
    module = ModuleType("CoreBluetooth")
    module.CBManager = SimpleNamespace(authorization=lambda: authorization)  # type: ignore[attr-defined]
    return module


@pytest.mark.parametrize(("authorization", "refused"), [(0, False), (1, True), (2, True), (3, False)])
async def test_a_mac_that_has_refused_is_not_touched(
    monkeypatch: pytest.MonkeyPatch, authorization: int, refused: bool
) -> None:
    """To create a Bluetooth manager without permission ends the process on a Mac."""
    touched: list[str] = []

    class Untouchable:
        def __init__(self, *_: object, **__: object) -> None:
            touched.append("scanner")
            raise BleakError("Unsupported platform: this test")

    monkeypatch.setitem(sys.modules, "CoreBluetooth", core_bluetooth(authorization))
    monkeypatch.setattr(radio, "BleakScanner", Untouchable)
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    with pytest.raises(BluetoothFault) as caught:
        async with scanning(lambda _, __: None, Timing(), Backends(), only_heart_rate=True):
            pass
    assert (touched == []) is refused
    assert (caught.value.reason is Trouble.NO_PERMISSION) is refused
    if refused:
        assert "Privacy & Security" in caught.value.advice


def test_without_core_bluetooth_there_is_nothing_to_refuse() -> None:
    assert "CoreBluetooth" not in sys.modules
    assert macos_refusal() is None
