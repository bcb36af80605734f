"""A virtual strap and a virtual computer on Bumble: real advertisements, L2CAP, ATT and GATT bytes between
them.

bleak reaches that computer's radio through backend classes, so its own front runs and only the operating
system does not: `Backends(rig.scanner, rig.client)`.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble import data_types, hci
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData, ProtocolError
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt import Characteristic, Service
from bumble.link import LocalLink

from entrain.devices.ble.radio import Backends

NAME: Final = "TICKR 0A1B"
ADDRESS: Final = "F0:F1:F2:F3:F4:F5"
_HRS, _MEASUREMENT = UUID.from_16_bits(0x180D), UUID.from_16_bits(0x2A37)
_PROPERTIES: Final = ((0x02, "read"), (0x08, "write"), (0x10, "notify"), (0x20, "indicate"))
_T = TypeVar("_T")


def uuid_text(uuid: UUID) -> str:
    short = uuid.to_hex_str().lower()
    return f"0000{short}-0000-1000-8000-00805f9b34fb" if len(short) == 4 else uuid.to_hex_str("-").lower()


class BumbleStrap:
    """A peripheral with the heart rate, battery and device information services."""

    def __init__(self, link: LocalLink, mtu: int) -> None:
        controller = Controller("strap", link=link)
        self._device = Device.with_hci(NAME, hci.Address(ADDRESS), controller, controller)
        self._device.gatt_server.max_mtu = mtu
        self._connection: Connection | None = None
        self.n_links = 0
        self.subscribed = asyncio.Event()
        self._measurement = Characteristic(
            _MEASUREMENT, Characteristic.Properties.NOTIFY, Characteristic.Permissions(0), b""
        )
        self._measurement.on("subscription", self._subscription_changed)
        self._device.add_services(
            [
                Service(_HRS, [self._measurement, self._readable(0x2A38, b"\x01")]),
                Service(UUID.from_16_bits(0x180F), [self._readable(0x2A19, bytes([55]))]),
                Service(UUID.from_16_bits(0x180A), [self._readable(0x2A29, b"Wahoo Fitness")]),
            ]
        )
        self._device.on("connection", self._connected)
        self._device.advertising_data = bytes(
            AdvertisingData(
                [
                    data_types.Flags(AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE),
                    data_types.IncompleteListOf16BitServiceUUIDs([_HRS]),
                    data_types.CompleteLocalName(NAME),
                ]
            )
        )

    @staticmethod
    def _readable(short: int, value: bytes) -> Characteristic[bytes]:
        return Characteristic(
            UUID.from_16_bits(short), Characteristic.Properties.READ, Characteristic.READABLE, value
        )

    async def start(self) -> None:
        await self._device.power_on()
        await self._device.start_advertising(
            auto_restart=True, advertising_interval_min=20, advertising_interval_max=20
        )

    async def notify(self, payload: bytes) -> None:
        await self._device.notify_subscribers(self._measurement, payload)

    async def cut(self) -> None:
        """The strap ends the link; it advertises again at once."""
        assert self._connection is not None
        self.subscribed.clear()
        await self._connection.disconnect(hci.HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR)

    def _connected(self, connection: Connection) -> None:
        self._connection = connection
        self.n_links += 1

    def _subscription_changed(self, _: Connection, notify: bool, __: bool) -> None:
        (self.subscribed.set if notify else self.subscribed.clear)()


class Rig:
    """A strap and a computer within reach of each other."""

    def __init__(self, mtu: int = 247) -> None:
        link = LocalLink()
        self.strap = BumbleStrap(link, mtu)
        controller = Controller("computer", link=link)
        computer = Device.with_hci("computer", hci.Address("F0:00:00:00:00:01"), controller, controller)
        self._computer = computer
        self.mtus: list[int] = []  # as negotiated, one for each connection
        self.disconnect_hangs = False
        rig = self

        class Scanner(BumbleScanner):
            radio = computer

        class Client(BumbleClient):
            radio = computer
            mtus = rig.mtus

            async def disconnect(self) -> None:
                if rig.disconnect_hangs:
                    await asyncio.Event().wait()
                await super().disconnect()

        self.backends = Backends(Scanner, Client)

    async def start(self) -> None:
        await self._computer.power_on()
        await self.strap.start()


class BumbleScanner(BaseBleakScanner):
    radio: Device

    def __init__(
        self, detection_callback: Any, service_uuids: list[str] | None, scanning_mode: str, **_: Any
    ) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        self.seen_devices = {}
        self.radio.on("advertisement", self._heard)
        await self.radio.start_scanning(active=True, filter_duplicates=False)

    async def stop(self) -> None:
        self.radio.remove_listener("advertisement", self._heard)
        await self.radio.stop_scanning()

    def _heard(self, advertisement: Advertisement) -> None:
        uuids = [
            uuid_text(uuid)
            for group in advertisement.data.get_all(
                AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
            )
            for uuid in group
        ]
        if self.is_allowed_uuid(uuids):
            name = advertisement.data.get(AdvertisingData.COMPLETE_LOCAL_NAME)
            data = AdvertisementData(name, {}, {}, uuids, None, advertisement.rssi, (advertisement,))
            address = advertisement.address.to_string(False)
            device = self.create_or_update_device(address, address, name, advertisement.address, data)
            self.call_detection_callbacks(device, data)


class BumbleClient(BaseBleakClient):
    radio: Device
    mtus: list[int]

    def __init__(
        self, device: BLEDevice, services: Any, *, disconnected_callback: Any, timeout: float, **_: Any
    ) -> None:
        super().__init__(device, disconnected_callback=disconnected_callback, timeout=timeout)
        self._target = device.details
        self._connection: Connection | None = None
        self._peer: Peer | None = None

    @property
    def name(self) -> str:
        return self.address

    @property
    def mtu_size(self) -> int:
        return self._connection.att_mtu if self._connection else 23

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **_: Any) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                self._connection = await self.radio.connect(self._target)
        except ProtocolError as error:
            raise BleakDeviceNotFoundError(self.address, str(error)) from error
        self._connection.on("disconnection", self._lost)
        self._peer = Peer(self._connection)
        self.mtus.append(await self._peer.request_mtu(517))
        await self._peer.discover_all()
        self.services = BleakGATTServiceCollection()
        for service in self._peer.services:
            offered = BleakGATTService(service, service.handle, uuid_text(service.uuid))
            self.services.add_service(offered)
            for characteristic in service.characteristics:
                flags = [name for bit, name in _PROPERTIES if characteristic.properties & bit]
                uuid = uuid_text(characteristic.uuid)
                self.services.add_characteristic(
                    BleakGATTCharacteristic(
                        characteristic, characteristic.handle, uuid, flags, lambda: self.mtu_size - 3, offered
                    )
                )

    def _lost(self, _: int) -> None:
        self._connection = self._peer = self.services = None
        if self._disconnected_callback:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.disconnect()

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:
        return bytearray(await self._asked(characteristic.obj.read_value()))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: Any
    ) -> None:
        await self._asked(characteristic.obj.subscribe(lambda value: callback(bytearray(value))))

    async def _asked(self, question: Awaitable[_T]) -> _T:
        try:
            return await question
        except ProtocolError as error:
            raise BleakGATTProtocolError(error.error_code) from error

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        raise BleakError("not needed here")

    async def read_gatt_descriptor(self, descriptor: Any, **_: Any) -> bytearray:
        raise BleakError("not needed here")

    async def write_gatt_char(self, characteristic: Any, data: Any, response: bool) -> None:
        raise BleakError("not needed here")

    async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None:
        raise BleakError("not needed here")

    async def pair(self, *_: Any, **__: Any) -> None:
        raise BleakError("not needed here")

    async def unpair(self) -> None:
        raise BleakError("not needed here")
