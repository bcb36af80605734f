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
from entrain.devices.ble.faults import TROUBLES, BluetoothFault
from entrain.devices.ble.radio import Backends, scanning
from entrain.devices.ble.timing import Timing
from entrain.errors import DeviceError
from entrain.remark import Topic
from entrain.system.host import Host
from entrain.wording.remarks import advised, as_fault


def dbus(name: str, text: str = "") -> BleakDBusError:
    return BleakDBusError(name, [text])


class FromWindows(OSError):
    winerror = -2147020577


UNAVAILABLE = BleakBluetoothNotAvailableReason
CASES = [
    (BleakBluetoothNotAvailableError("no", UNAVAILABLE.NO_BLUETOOTH), Topic.NO_ADAPTER),
    (BleakBluetoothNotAvailableError("no", UNAVAILABLE.NO_BLE_CENTRAL_ROLE), Topic.NO_LOW_ENERGY),
    (BleakBluetoothNotAvailableError("no", UNAVAILABLE.POWERED_OFF), Topic.ADAPTER_OFF),
    (BleakBluetoothNotAvailableError("no", UNAVAILABLE.DENIED_BY_USER), Topic.NO_PERMISSION),
    (dbus("org.freedesktop.DBus.Error.ServiceUnknown"), Topic.NO_SERVICE),
    (dbus("org.freedesktop.DBus.Error.NameHasNoOwner"), Topic.NO_SERVICE),
    (dbus("org.freedesktop.DBus.Error.AccessDenied"), Topic.NO_PERMISSION),
    (dbus("org.freedesktop.DBus.Error.UnknownObject"), Topic.GONE),
    (dbus("org.bluez.Error.NotReady", "Resource Not Ready"), Topic.ADAPTER_OFF),
    (dbus("org.bluez.Error.InProgress", "Operation already in progress"), Topic.BUSY),
    (dbus("org.bluez.Error.Failed", "Operation already in progress"), Topic.BUSY),
    (dbus("org.bluez.Error.Failed", "le-connection-abort-by-local"), Topic.RACE),
    (dbus("org.bluez.Error.Failed", "br-connection-canceled"), Topic.RACE),
    (dbus("org.bluez.Error.Failed", "Software caused connection abort"), Topic.RACE),
    (dbus("org.bluez.Error.Failed", "Connection refused (111)"), Topic.REFUSED),
    (dbus("org.bluez.Error.Failed", "Input/output error"), Topic.ADAPTER_FAILED),
    (dbus("org.bluez.Error.AuthenticationFailed"), Topic.PAIRING),
    (BleakDBusError("org.bluez.Error.Failed", []), Topic.ADAPTER_FAILED),
    (BleakGATTProtocolError(0x05), Topic.PAIRING),
    (BleakGATTProtocolError(0x0E), Topic.REFUSED),
    (BleakDeviceNotFoundError("AA"), Topic.GONE),
    (BleakCharacteristicNotFoundError("2a37"), Topic.NOT_A_STRAP),
    (BleakError("device 'dev_F0_F1_F2_F3_F4_F5' not found"), Topic.GONE),
    (BleakError("adapter 'hci0' not found"), Topic.NO_ADAPTER),
    (BleakError("failed to discover services, device disconnected"), Topic.RACE),
    (BleakError("Not connected"), Topic.RACE),
    (BleakError("Bleak requires BlueZ >= 5.55."), Topic.SERVICE_TOO_OLD),
    (BleakError("Unsupported platform: FreeBSD"), Topic.UNSUPPORTED),
    (BleakError("Could not get GATT services: Unreachable"), Topic.NO_ANSWER),
    (BleakError("Could not get GATT services: Access Denied"), Topic.NO_PERMISSION),
    (TimeoutError(), Topic.NO_ANSWER),
    (FileNotFoundError(2, "No such file or directory"), Topic.NO_BUS),
    (ConnectionRefusedError(111, "Connection refused"), Topic.NO_BUS),
    (EOFError(), Topic.NO_BUS),
    (InvalidAddressError("nonsense"), Topic.NO_BUS),
    (PermissionError(13, "Permission denied"), Topic.NO_PERMISSION),
    (AuthError("REJECTED"), Topic.NO_PERMISSION),
    (FromWindows(), Topic.ADAPTER_OFF),
    (AssertionError(), Topic.RACE),
    (KeyError("Roles"), Topic.UNFORESEEN),
]


@pytest.mark.parametrize(("error", "reason"), CASES, ids=lambda case: repr(case)[:60])
def test_every_exception_has_its_reason(error: Exception, reason: Topic) -> None:
    fault = explain(error, "Polar H10", Host.LINUX)
    assert fault.reason is reason
    assert isinstance(fault, DeviceError)
    assert fault.exit_code == 4


@pytest.mark.parametrize("host", Host)
@pytest.mark.parametrize("reason", sorted(TROUBLES))
def test_every_reason_speaks_in_sentences_everywhere(reason: Topic, host: Host) -> None:
    fault = as_fault(BluetoothFault(reason, "Polar H10", "KeyError 'Roles'", host).remark)
    assert fault.message[0].isupper() or fault.message.startswith("Polar")
    assert fault.message.endswith(".")
    assert "{" not in fault.message + fault.advice
    assert fault.advice
    assert fault.advice[0].isupper()


@pytest.mark.parametrize("reason", [Topic.NO_BUS, Topic.NO_SERVICE, Topic.NO_ADAPTER])
def test_in_wsl_nothing_helps_but_windows(reason: Topic) -> None:
    fault = BluetoothFault(reason, host=Host.WSL)
    assert fault.reason is Topic.NO_WSL
    assert "Windows itself" in advised(fault.remark)


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
    fault = BluetoothFault(Topic.SILENT, "Polar H10")
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
    assert (caught.value.reason is Topic.NO_PERMISSION) is refused
    if refused:
        assert "Privacy & Security" in advised(caught.value.remark)


def test_without_core_bluetooth_there_is_nothing_to_refuse() -> None:
    assert "CoreBluetooth" not in sys.modules
    assert macos_refusal() is None
