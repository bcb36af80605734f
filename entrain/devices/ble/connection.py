"""One connection's life: connect, subscribe, describe, watch, disconnect."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, NoReturn

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.uuids import normalize_uuid_16

from entrain.control.events import Link
from entrain.devices.ble.explain import explained
from entrain.devices.ble.faults import BluetoothFault
from entrain.devices.ble.radio import HEART_RATE_SERVICE_UUID, Backends, Sighting, within
from entrain.devices.ble.report import Report
from entrain.devices.ble.streams import StreamPlan, Streams
from entrain.devices.ble.timing import Timing
from entrain.devices.ble.wanted import printable
from entrain.heart.gatt import HEART_RATE_MEASUREMENT
from entrain.heart.pmd import control as pmd
from entrain.remark import Remark, Topic

_MEASUREMENT: Final = normalize_uuid_16(HEART_RATE_MEASUREMENT)
_LOCATION: Final = normalize_uuid_16(0x2A38)
# Body Sensor Location, GATT Specification Supplement, section 3.36.
_PLACES: Final = {1: "chest", 2: "wrist", 3: "finger", 4: "hand", 5: "ear lobe", 6: "foot"}
_BATTERY_LEVEL: Final = normalize_uuid_16(0x2A19)
# Battery Service and Device Information Service; their fields in `StrapDescribed` by characteristic.
_SERVICES: Final = [
    HEART_RATE_SERVICE_UUID,
    normalize_uuid_16(0x180F),
    normalize_uuid_16(0x180A),
    pmd.SERVICE,
]
_NO_STREAMS: Final = StreamPlan()
_INFORMATION: Final = {
    "manufacturer": normalize_uuid_16(0x2A29),
    "model": normalize_uuid_16(0x2A24),
    "firmware": normalize_uuid_16(0x2A26),
}


class Connection:
    """Used once, like the BleakClient inside: `open`, `stream`, and `close` whatever happened before.

    BlueZ refuses the next connect (`InProgress`) unless the client of the last one was told to disconnect,
    even when its link was lost or never came about.
    """

    def __init__(
        self,
        sighting: Sighting,
        report: Report,
        timing: Timing,
        backends: Backends,
        begun: Callable[[], None],
        plan: StreamPlan = _NO_STREAMS,
    ) -> None:
        """`begun` is called when the first data comes; `plan` says which measurement streams are wanted."""
        self.name = sighting.strap.name or sighting.strap.address
        self._report, self._timing = report, timing
        self._begun: Callable[[], None] | None = begun
        self._stirred = asyncio.Event()  # something happened that the watchdog has to look at
        self._lost = self._silent = self._closed = False
        self._heard_s = _now_s()
        self._linked_by_others = sighting.linked_by_others
        self._client = _client(sighting, timing, backends, self._disconnected)
        address = sighting.strap.address
        self._streams = Streams(self._client, address, self.name, plan, report, timing)

    async def open(self) -> None:
        """Connect, and find what measures.

        Raises:
            BluetoothFault: that failed, and why.
        """
        with explained(self.name):
            self._report.link(Link.CONNECTING, Remark.of(Topic.CONNECTING, strap=self.name))
            # bleak keeps this limit itself, and tidies up; ours is for when it does not come back from that.
            await within(self._timing.connect_s + self._timing.call_s, self._client.connect())
            self._report.link(Link.DISCOVERING, Remark.of(Topic.DISCOVERING, strap=self.name))
            measurement = _find(self._client, _MEASUREMENT)
            if measurement is None:
                raise BluetoothFault(Topic.NOT_A_STRAP, self.name)
            self._measurement = measurement

    async def subscribe(self) -> None:
        """Ask for heart beats. A strap that demands encryption answers only once it is paired.

        Raises:
            BluetoothFault: that failed, and why.
        """
        with explained(self.name):
            self._report.link(Link.SUBSCRIBING, Remark.of(Topic.SUBSCRIBING, strap=self.name))
            self._heard_s = _now_s()
            hint = asyncio.get_running_loop().call_later(self._timing.pairing_told_s, self._suspect_pairing)
            try:
                await within(
                    self._timing.pairing_s, self._client.start_notify(self._measurement, self._arrived)
                )
            except TimeoutError:
                raise BluetoothFault(Topic.PAIRING_LIKELY, self.name) from None
            finally:
                hint.cancel()
            self._heard_s = _now_s()

    def _suspect_pairing(self) -> None:
        if self._begun is not None:  # data has not come either
            fault = BluetoothFault(Topic.PAIRING_LIKELY, self.name)
            self._report.link(Link.SUBSCRIBING, fault.remark)

    async def stream(self) -> NoReturn:
        """Let data flow for as long as it does; meanwhile learn what the strap says of itself.

        Raises:
            BluetoothFault: it flows no more, and why.
        """
        describing = asyncio.create_task(self._describe())
        streaming = asyncio.create_task(self._streams.run())
        try:
            with explained(self.name):
                await self._watch()
        finally:
            describing.cancel()
            streaming.cancel()

    async def close(self) -> None:
        """Stop its streams and disconnect, or at least try. What still comes in is not heard."""
        self._closed = True
        with suppress(Exception):
            await within(self._timing.disconnect_s, self._streams.stop())
        with suppress(Exception):
            await within(self._timing.disconnect_s, self._client.disconnect())

    async def leave(self) -> None:
        """The session is over: let the strap go, but do not cut a link that was there before us.

        A link is the system's; with BlueZ, to disconnect ends it for all who use it.
        """
        backend = self._client._backend  # pyright: ignore[reportPrivateUsage]
        release: Callable[[], Coroutine[Any, Any, None]] | None = getattr(backend, "_release_bus", None)
        if not self._linked_by_others or self._lost or release is None:
            await self.close()
            return
        self._closed = True
        with suppress(Exception):
            await within(self._timing.disconnect_s, self._streams.stop())
        with suppress(Exception):
            await within(self._timing.disconnect_s, self._client.stop_notify(self._measurement))
        with suppress(Exception):
            backend._on_disconnected()  # type: ignore[attr-defined] # pyright: ignore
            await within(self._timing.disconnect_s, release())

    def _disconnected(self) -> None:
        self._lost = True
        self._stirred.set()

    def _arrived(self, _: BleakGATTCharacteristic, payload: bytearray) -> None:
        if self._closed:
            return
        self._heard_s = _now_s()
        if self._silent:
            self._silent = False
            self._stirred.set()
        if self._begun is not None:
            self._begun()
            self._begun = None
        self._report.arrived(bytes(payload), self.name)

    async def _watch(self) -> NoReturn:
        """The data watchdog. A link can be dead without anybody being told: when bluetoothd is killed no
        callback comes, and `is_connected` stays True."""
        while True:
            self._stirred.clear()
            if self._lost:
                raise BluetoothFault(Topic.LINK_LOST, self.name)
            quiet_s = _now_s() - self._heard_s
            if quiet_s >= self._timing.give_up_s:
                raise BluetoothFault(Topic.SILENT, self.name)
            if quiet_s >= self._timing.silent_s and not self._silent:
                self._silent = True
                await self._probe()
                continue
            limit_s = self._timing.give_up_s if self._silent else self._timing.silent_s
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stirred.wait(), self._heard_s + limit_s - _now_s())

    async def _probe(self) -> None:
        """Ask the silent strap for anything at all, before a word about electrodes. An answer means a live
        link and a strap with nothing to say; an error means the end, unless data has come meanwhile."""
        readable = (c for c in self._client.services.characteristics.values() if "read" in c.properties)
        if (question := next(readable, None)) is None:
            self._say_silent(Topic.SILENT)
            return
        answer = asyncio.ensure_future(within(self._timing.call_s, self._client.read_gatt_char(question)))
        try:
            await asyncio.wait({answer}, timeout=self._timing.probe_s)
            if not answer.done():
                self._say_silent(Topic.MUTE)
            await answer
        except Exception:
            if self._silent:
                raise
        else:
            self._say_silent(Topic.SILENT)
        finally:
            answer.cancel()

    def _say_silent(self, reason: Topic) -> None:
        if self._silent:
            silence = BluetoothFault(reason, self.name)
            self._report.link(Link.SILENT, silence.remark)

    async def _describe(self) -> None:
        """Battery, maker, model, firmware, place on the body: what it offers; none is worth failing."""
        battery = _find(self._client, _BATTERY_LEVEL)
        self._report.described(battery_percent=_percent(await self._read(battery)))
        for what, uuid in _INFORMATION.items():
            value = await self._read(_find(self._client, uuid))
            self._report.described(**{what: printable(bytes(value).decode(errors="replace"))})
        where = await self._read(_find(self._client, _LOCATION))
        self._report.described(location=_PLACES.get(where[0]) if where else None)
        if battery is not None and "notify" in battery.properties:
            with suppress(Exception):
                await within(self._timing.call_s, self._client.start_notify(battery, self._battery_changed))

    def _battery_changed(self, _: BleakGATTCharacteristic, value: bytearray) -> None:
        if not self._closed:
            self._report.described(battery_percent=_percent(value))

    async def _read(self, characteristic: BleakGATTCharacteristic | None) -> bytes | bytearray:
        if characteristic is not None and "read" in characteristic.properties:
            with suppress(Exception):
                return await within(self._timing.call_s, self._client.read_gatt_char(characteristic))
        return b""


async def read_battery(sighting: Sighting, timing: Timing, backends: Backends) -> int | None:
    """Connect for a moment and ask; None where the strap does not say, or not just now."""
    client = _client(sighting, timing, backends, lambda: None)
    try:
        with suppress(Exception):
            await within(timing.connect_s + timing.call_s, client.connect())
            return _percent(await within(timing.call_s, client.read_gatt_char(_BATTERY_LEVEL)))
        return None
    finally:
        with suppress(Exception):
            await within(timing.disconnect_s, client.disconnect())


def _client(sighting: Sighting, timing: Timing, backends: Backends, lost: Callable[[], None]) -> BleakClient:
    return BleakClient(
        sighting.device,
        lambda _: lost(),
        _SERVICES,
        timeout=timing.connect_s,
        # Windows remembers a device's services, even wrong ones from a connection that broke half-way.
        winrt={"use_cached_services": False},
        backend=backends.client,
    )


def _find(client: BleakClient, uuid: str) -> BleakGATTCharacteristic | None:
    """The first of that kind; bleak's own look-up refuses a device that has two."""
    return next((c for c in client.services.characteristics.values() if c.uuid == uuid), None)


def _percent(value: bytes | bytearray) -> int | None:
    """Battery Service 1.1, section 3.1: one octet, 0 to 100."""
    return value[0] if value and value[0] <= 100 else None


def _now_s() -> float:
    return asyncio.get_running_loop().time()
