"""An org.bluez that unmodified bleak cannot tell from the real one, with straps on its air.

It speaks the part of BlueZ's D-Bus interface that a central needs, in the order and with the errors of
bluetoothd 5.66: sessions of discovery for each client, devices that appear with an advertisement, GATT
objects that appear on the first connect and survive a disconnect, one pending connect at a time. Faults are
scripted by method name:

    bluez.script("Connect", Race(), Refuse("InProgress"), Hang())

Everything runs in the event loop it was started in; `virtual_strap` puts it into a thread of its own.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from dbus_fast import BusType, Message, MessageType, RequestNameReply, Variant
from dbus_fast.aio import MessageBus

from tests.support.bluez_script import Delay, Hang, Race, Refuse, Step
from tests.support.fake_strap import (
    ADAPTER_PATH,
    BATTERY_LEVEL,
    BATTERY_SERVICE,
    CHARACTERISTIC,
    DEVICE,
    HEART_RATE,
    MEASUREMENT,
    Characteristic,
    FakeStrap,
)

OBJECT_MANAGER: Final = "org.freedesktop.DBus.ObjectManager"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
ADAPTER: Final = "org.bluez.Adapter1"
BATTERY: Final = "org.bluez.Battery1"

_ADVERTISING_INTERVAL_S: Final = 0.01
_CONNECTING_S: Final = 0.002


class FakeBluez:
    """bluetoothd and its adapter. Use as an async context manager, inside a `PrivateBus`."""

    def __init__(self) -> None:
        self.straps: list[FakeStrap] = []
        self.calls: list[str] = []  # method names, in order
        self.plugged = self.powered = True
        self._script: defaultdict[str, deque[Step]] = defaultdict(deque)
        self._filters: dict[str, list[str]] = {}  # by client
        self._discoverers: set[str] = set()
        self._frozen: list[Message] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._bus: MessageBus | None = None
        self._air: asyncio.Task[None] | None = None

    # ---- what a test does ----------------------------------------------------------------------------------

    def add_strap(
        self, address: str = "F0:F1:F2:F3:F4:F5", name: str = "Polar H10 12345678", **kind: Any
    ) -> FakeStrap:
        strap = FakeStrap(self, address, name, **kind)
        self.straps.append(strap)
        return strap

    def script(self, method: str, *steps: Step) -> None:
        """What happens at the next calls of `method`, one step for each."""
        self._script[method].extend(steps)

    async def start(self) -> None:
        """bluetoothd starts, knowing no devices."""
        self._bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        self._bus.add_message_handler(self._received)
        await self._bus.call(
            Message(
                destination="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                interface="org.freedesktop.DBus",
                member="AddMatch",
                signature="s",
                body=["type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"],
            )
        )
        if await self._bus.request_name("org.bluez") is not RequestNameReply.PRIMARY_OWNER:
            raise RuntimeError("somebody else is org.bluez on this bus")
        if self.plugged:
            self._added(ADAPTER_PATH, {ADAPTER: self._adapter_properties()})
        self._air = asyncio.create_task(self._advertise())

    async def kill(self) -> None:
        """kill -9: the name is gone, and nobody is told anything of devices or links."""
        for task in (self._air, *self._tasks):
            if task is not None:
                task.cancel()
        for strap in self.straps:
            strap.known = strap.resolved = strap.linked = False
            self._forget_subscribers(strap)
        self._filters.clear()
        self._discoverers.clear()
        if self._bus is not None:
            self._bus.disconnect()
            with suppress(EOFError, OSError):  # how it ended, where the bus had died before
                await self._bus.wait_for_disconnect()
            self._bus = None

    def freeze(self) -> None:
        """kill -STOP: calls wait."""
        self._frozen = []

    def thaw(self) -> None:
        """kill -CONT: the calls that waited are answered."""
        waiting, self._frozen = self._frozen or [], None
        for message in waiting:
            self._spawn(message)

    def power(self, on: bool) -> None:
        if not on:
            for strap in self.straps:
                self.unlink(strap)
            self._discoverers.clear()
        self.powered = on
        self.changed(
            ADAPTER_PATH, ADAPTER, Powered=Variant("b", on), Discovering=Variant("b", bool(self._discoverers))
        )

    def unplug(self) -> None:
        """The adapter is pulled out: all its devices go with it."""
        for strap in self.straps:
            self.unlink(strap)
            self.forget(strap)
        self.power(on=False)
        self.plugged = False
        self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [ADAPTER_PATH, [ADAPTER]])

    def plug(self) -> None:
        self.plugged = self.powered = True
        self._added(ADAPTER_PATH, {ADAPTER: self._adapter_properties()})

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.kill()

    # ---- what straps do to it ------------------------------------------------------------------------------

    def changed(self, path: str, interface: str, **properties: Variant) -> None:
        self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, properties, []])

    def unlink(self, strap: FakeStrap) -> None:
        if strap.connecting is not None:
            strap.connecting.cancel()
        if not strap.linked:
            return
        strap.linked = False
        self.changed(strap.path, DEVICE, ServicesResolved=Variant("b", False), Connected=Variant("b", False))
        if BATTERY_SERVICE in strap.services:
            self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [strap.path, [BATTERY]])
        self._forget_subscribers(strap)

    def forget(self, strap: FakeStrap) -> None:
        if not strap.known:
            return
        if strap.resolved:
            for path, interfaces in reversed(list(strap.gatt_objects())):
                self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [path, list(interfaces)])
        self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [strap.path, [DEVICE]])
        strap.known = strap.resolved = False

    def _forget_subscribers(self, strap: FakeStrap, client: str | None = None) -> None:
        for characteristic in (c for group in strap.services.values() for c in group):
            if client is None:
                characteristic.subscribers.clear()
            else:
                characteristic.subscribers.discard(client)
        if not any(c.subscribers for c in strap.services.get(HEART_RATE, [])):
            strap.subscribed.clear()

    # ---- advertisements ------------------------------------------------------------------------------------

    async def _advertise(self) -> None:
        while True:
            await asyncio.sleep(_ADVERTISING_INTERVAL_S)
            for strap in self.straps:
                if strap.on_air.is_set() and not strap.linked and self._wanted(strap):
                    self._heard(strap)

    def _wanted(self, strap: FakeStrap) -> bool:
        filters = [self._filters.get(client, []) for client in self._discoverers]
        return any(not uuids or set(uuids) & set(strap.advertised) for uuids in filters)

    def _heard(self, strap: FakeStrap) -> None:
        if strap.known:
            self.changed(strap.path, DEVICE, RSSI=Variant("n", strap.signal_dbm))
        else:
            strap.known = True
            self._added(strap.path, {DEVICE: strap.device_properties()})

    # ---- the bus -------------------------------------------------------------------------------------------

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        if self._frozen is None:
            self._send(Message.new_signal(path, interface, member, signature, body))

    def _send(self, message: Message) -> None:
        if self._bus is not None and self._bus.connected:
            self._bus.send(message)

    def _added(self, path: str, interfaces: dict[str, dict[str, Variant]]) -> None:
        self._signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def _received(self, message: Message) -> bool:
        if message.member == "NameOwnerChanged" and message.message_type is MessageType.SIGNAL:
            name, _, owner = message.body
            if not owner:
                self._client_left(name)
            return False
        if message.message_type is not MessageType.METHOD_CALL or not (message.interface or "").startswith(
            ("org.bluez.", OBJECT_MANAGER)
        ):
            return False
        if self._frozen is not None:
            self._frozen.append(message)
        else:
            self._spawn(message)
        return True

    def _client_left(self, name: str) -> None:
        """BlueZ drops the sessions of a client that leaves the bus, but keeps its links."""
        self._discoverers.discard(name)
        self._filters.pop(name, None)
        for strap in self.straps:
            self._forget_subscribers(strap, name)

    def _spawn(self, message: Message) -> None:
        task = asyncio.create_task(self._answer(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, message: Message) -> None:
        self.calls.append(message.member or "")
        steps = self._script[message.member or ""]
        step = steps.popleft() if steps else None
        try:
            if isinstance(step, Hang):
                return
            if isinstance(step, Refuse):
                raise step
            if isinstance(step, Delay):
                await asyncio.sleep(step.seconds)
            signature, body = await self._call(message, isinstance(step, Race))
        except Refuse as refusal:
            reply = Message.new_error(message, refusal.name, refusal.text)
        else:
            reply = Message.new_method_return(message, signature, body)
        self._send(reply)

    # ---- the methods ---------------------------------------------------------------------------------------

    async def _call(self, message: Message, race: bool) -> tuple[str, list[Any]]:
        client, path = message.sender or "", message.path or ""
        match message.interface, message.member:
            case "org.freedesktop.DBus.ObjectManager", "GetManagedObjects":
                return "a{oa{sa{sv}}}", [dict(self._objects())]
            case "org.bluez.Adapter1", method:
                self._adapter_method(method or "", client, message.body)
            case "org.bluez.Device1", "Connect":
                await self._connect(self._strap(path), race)
            case "org.bluez.Device1", "Disconnect":
                self.unlink(self._strap(path))
            case "org.bluez.GattCharacteristic1", "ReadValue":
                return "ay", [self._read(path)]
            case "org.bluez.GattCharacteristic1", "WriteValue":
                strap, characteristic = self._characteristic(path)
                strap.written(characteristic.uuid, bytes(message.body[0]))
            case "org.bluez.GattCharacteristic1", "StartNotify":
                self._start_notify(path, client)
            case "org.bluez.GattCharacteristic1", "StopNotify":
                self._characteristic(path)[1].subscribers.discard(client)
            case interface, method:
                raise Refuse("org.freedesktop.DBus.Error.UnknownMethod", f"{interface}.{method} on {path}")
        return "", []

    def _objects(self) -> Iterator[tuple[str, dict[str, dict[str, Variant]]]]:
        yield "/org/bluez", {"org.bluez.AgentManager1": {}}
        if self.plugged:
            yield ADAPTER_PATH, {ADAPTER: self._adapter_properties()}
        for strap in self.straps:
            if strap.known:
                yield strap.path, {DEVICE: strap.device_properties()}
                if strap.resolved:
                    yield from strap.gatt_objects()

    def _adapter_properties(self) -> dict[str, Variant]:
        return {
            "Address": Variant("s", "00:AA:01:00:00:00"),
            "Name": Variant("s", "fake"),
            "Alias": Variant("s", "fake"),
            "Powered": Variant("b", self.powered),
            "Discovering": Variant("b", bool(self._discoverers)),
            "Roles": Variant("as", ["central", "peripheral"]),
        }

    def _adapter_method(self, method: str, client: str, body: list[Any]) -> None:
        if not self.plugged:
            raise Refuse("org.freedesktop.DBus.Error.UnknownObject", f'Method "{method}" does not exist')
        if not self.powered:
            raise Refuse("NotReady", "Resource Not Ready")
        match method:
            case "SetDiscoveryFilter":
                uuids = body[0].get("UUIDs")
                self._filters[client] = uuids.value if uuids else []
            case "StartDiscovery":
                if client in self._discoverers:
                    raise Refuse("InProgress", "Operation already in progress")
                self._discoverers.add(client)
                self.changed(ADAPTER_PATH, ADAPTER, Discovering=Variant("b", True))
            case "StopDiscovery":
                if client not in self._discoverers:
                    raise Refuse("Failed", "No discovery started")
                self._discoverers.remove(client)
                if not self._discoverers:
                    self._scan_ended()
            case _:
                raise Refuse("org.freedesktop.DBus.Error.UnknownMethod", method)

    def _scan_ended(self) -> None:
        for strap in self.straps:
            if strap.known:
                body = [DEVICE, {}, ["RSSI"]]
                self._signal(strap.path, PROPERTIES, "PropertiesChanged", "sa{sv}as", body)
        self.changed(ADAPTER_PATH, ADAPTER, Discovering=Variant("b", False))

    def _strap(self, path: str) -> FakeStrap:
        for strap in self.straps:
            if strap.known and (path + "/").startswith(strap.path + "/"):
                return strap
        raise Refuse("org.freedesktop.DBus.Error.UnknownObject", f"Method does not exist on {path}")

    async def _connect(self, strap: FakeStrap, race: bool) -> None:
        if not self.powered:
            raise Refuse("NotReady", "Resource Not Ready")
        if strap.connecting is not None:
            raise Refuse("InProgress", "Operation already in progress")
        if strap.linked:
            return
        strap.connecting = asyncio.create_task(self._link_up(strap, race))
        try:
            await asyncio.wait({strap.connecting})
            if strap.connecting.cancelled():
                raise Refuse("Failed", "br-connection-canceled")
        finally:
            strap.connecting.cancel()
            strap.connecting = None

    async def _link_up(self, strap: FakeStrap, race: bool) -> None:
        await strap.on_air.wait()
        await asyncio.sleep(_CONNECTING_S)
        strap.linked = True
        strap.n_links += 1
        if not race:
            self.changed(strap.path, DEVICE, Connected=Variant("b", True))
        if not strap.resolved:
            strap.resolved = True
            for path, interfaces in strap.gatt_objects():
                self._added(path, interfaces)
            self.changed(strap.path, DEVICE, UUIDs=Variant("as", list(strap.services)))
        if BATTERY_SERVICE in strap.services:
            percent = strap.characteristic(BATTERY_LEVEL).value[0]
            self._added(strap.path, {BATTERY: {"Percentage": Variant("y", percent)}})
        self.changed(strap.path, DEVICE, ServicesResolved=Variant("b", True))

    def _characteristic(self, path: str) -> tuple[FakeStrap, Characteristic]:
        strap = self._strap(path)
        if not strap.linked:
            raise Refuse("Failed", "Not connected")
        for characteristic in (c for group in strap.services.values() for c in group):
            if characteristic.path == path:
                return strap, characteristic
        raise Refuse("org.freedesktop.DBus.Error.UnknownObject", f"Method does not exist on {path}")

    def _read(self, path: str) -> bytes:
        _, characteristic = self._characteristic(path)
        if "read" not in characteristic.flags:
            raise Refuse("NotPermitted", "Read not permitted")
        # The real one also signals the value: whoever is subscribed sees a read as a notification.
        self.changed(path, CHARACTERISTIC, Value=Variant("ay", characteristic.value))
        return characteristic.value

    def _start_notify(self, path: str, client: str) -> None:
        strap, characteristic = self._characteristic(path)
        if client in characteristic.subscribers:
            raise Refuse("InProgress", "Operation already in progress")
        characteristic.subscribers.add(client)
        self.changed(path, CHARACTERISTIC, Notifying=Variant("b", True))
        if characteristic.uuid == MEASUREMENT:
            strap.subscribed.set()
