"""A strap on the air of a `FakeBluez`, as its wearer handles it, with the D-Bus objects that BlueZ shows of
it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from dbus_fast import Variant

if TYPE_CHECKING:
    from tests.support.fake_bluez import FakeBluez

ADAPTER_PATH: Final = "/org/bluez/hci0"
DEVICE: Final = "org.bluez.Device1"
SERVICE: Final = "org.bluez.GattService1"
CHARACTERISTIC: Final = "org.bluez.GattCharacteristic1"


def uuid(short: int) -> str:
    return f"0000{short:04x}-0000-1000-8000-00805f9b34fb"


HEART_RATE, MEASUREMENT, SENSOR_LOCATION = uuid(0x180D), uuid(0x2A37), uuid(0x2A38)
BATTERY_SERVICE, BATTERY_LEVEL = uuid(0x180F), uuid(0x2A19)
INFORMATION, MANUFACTURER, MODEL, FIRMWARE = uuid(0x180A), uuid(0x2A29), uuid(0x2A24), uuid(0x2A26)


@dataclass(eq=False)
class Characteristic:
    path: str
    uuid: str
    flags: list[str]
    value: bytes = b""
    subscribers: set[str] = field(default_factory=set[str])  # unique bus names

    def properties(self) -> dict[str, Variant]:
        known = {
            "UUID": Variant("s", self.uuid),
            "Service": Variant("o", self.path.rsplit("/", 1)[0]),
            "Value": Variant("ay", b""),
            "Flags": Variant("as", self.flags),
            "MTU": Variant("q", 247),
        }
        if {"notify", "indicate"} & set(self.flags):
            known["Notifying"] = Variant("b", bool(self.subscribers))
        return known


class FakeStrap:
    """A strap as its wearer handles it: on the air or not, linked or not, sending or not."""

    def __init__(
        self,
        bluez: "FakeBluez",
        address: str,
        name: str,
        *,
        advertises_service: bool = True,
        signal_dbm: int = -60,
        battery: int | None = 87,
        heart_rate: bool = True,
    ) -> None:
        self.address, self.name, self.signal_dbm = address, name, signal_dbm
        self.path = f"{ADAPTER_PATH}/dev_{address.replace(':', '_')}"
        self.on_air = asyncio.Event()  # advertising, unless linked
        self.on_air.set()
        self.linked = False
        self.subscribed = asyncio.Event()
        self.sent: list[bytes] = []  # what was sent while somebody listened
        self.n_unheard = 0  # and how often nobody did
        self.n_links = 0
        self.known = False  # bluetoothd has an object for it
        self.resolved = False  # and objects for what it offers
        self.connecting: asyncio.Task[None] | None = None
        self._bluez = bluez
        self.services: dict[str, list[Characteristic]] = {}
        self.written: Callable[[str, bytes], None] = lambda uuid, value: None  # what a client writes
        if heart_rate:
            self.offer(HEART_RATE, (MEASUREMENT, ["notify"], b""), (SENSOR_LOCATION, ["read"], b"\x01"))
        if battery is not None:
            self.offer(BATTERY_SERVICE, (BATTERY_LEVEL, ["read", "notify"], bytes([battery])))
        self.offer(
            INFORMATION,
            (MANUFACTURER, ["read"], b"Polar Electro Oy"),
            (MODEL, ["read"], b"H10\x00"),
            (FIRMWARE, ["read"], b"5.0.0"),
        )
        self.advertised = [HEART_RATE] if advertises_service else []

    def offer(self, service: str, *characteristics: tuple[str, list[str], bytes]) -> None:
        base = f"{self.path}/service{0x10 + 0x10 * len(self.services):04x}"
        self.services[service] = [
            Characteristic(f"{base}/char{0x11 + 0x10 * len(self.services) + 2 * n:04x}", kind, flags, value)
            for n, (kind, flags, value) in enumerate(characteristics)
        ]

    def characteristic(self, kind: str) -> Characteristic:
        return next(c for group in self.services.values() for c in group if c.uuid == kind)

    def notify(self, payload: bytes, kind: str = MEASUREMENT) -> bool:
        """Send; whether anybody was listening."""
        characteristic = self.characteristic(kind)
        if not (self.linked and characteristic.subscribers):
            self.n_unheard += 1
            return False
        if kind == MEASUREMENT:
            self.sent.append(payload)
        self._bluez.changed(characteristic.path, CHARACTERISTIC, Value=Variant("ay", payload))
        return True

    def set_battery(self, percent: int) -> None:
        self.characteristic(BATTERY_LEVEL).value = bytes([percent])
        self.notify(bytes([percent]), BATTERY_LEVEL)

    def cut(self) -> None:
        """The link breaks; the strap is still there."""
        self._bluez.unlink(self)

    def leave(self) -> None:
        """Out of reach, or off the skin: the link breaks and nothing is heard any more."""
        self.on_air.clear()
        self._bluez.unlink(self)

    def come_back(self) -> None:
        self.on_air.set()

    def evict(self) -> None:
        """bluetoothd forgets it, as it does half a minute after its last sign of life."""
        self._bluez.unlink(self)
        self._bluez.forget(self)

    def device_properties(self) -> dict[str, Variant]:
        return {
            "Address": Variant("s", self.address),
            "AddressType": Variant("s", "random"),
            "Name": Variant("s", self.name),
            "Alias": Variant("s", self.name),
            "Paired": Variant("b", False),
            "Trusted": Variant("b", False),
            "Blocked": Variant("b", False),
            "RSSI": Variant("n", self.signal_dbm),
            "Connected": Variant("b", self.linked),
            "UUIDs": Variant("as", list(self.services) if self.resolved else self.advertised),
            "Adapter": Variant("o", ADAPTER_PATH),
            "ServicesResolved": Variant("b", self.linked and self.resolved),
        }

    def gatt_objects(self) -> Iterator[tuple[str, dict[str, dict[str, Variant]]]]:
        for service, characteristics in self.services.items():
            path = characteristics[0].path.rsplit("/", 1)[0]
            yield (
                path,
                {
                    SERVICE: {
                        "UUID": Variant("s", service),
                        "Device": Variant("o", self.path),
                        "Primary": Variant("b", True),
                    }
                },
            )
            for characteristic in characteristics:
                yield characteristic.path, {CHARACTERISTIC: characteristic.properties()}
