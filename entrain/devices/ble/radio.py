"""The one radio that the hearts of a process share: its scanner, its turns, and time-outs that hold.

Two scans at a time are refused by BlueZ (`InProgress`), two connects at a time fail on many adapters, and a
scan during a connect slows or breaks it. So hearts search and connect in turns, and stream side by side.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from bleak import BleakAdapter, BleakScanner
from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakError
from bleak.uuids import normalize_uuid_16

from entrain.devices.ble.explain import explained, macos_refusal
from entrain.devices.ble.faults import BluetoothFault
from entrain.devices.ble.timing import Timing
from entrain.devices.ble.wanted import FoundStrap, WantedStrap, printable, same_address
from entrain.heart.gatt import HEART_RATE_SERVICE
from entrain.remark import Topic
from entrain.system.host import Host

HEART_RATE_SERVICE_UUID: Final = normalize_uuid_16(HEART_RATE_SERVICE)
_T = TypeVar("_T")
_GRACE_S: Final = 0.5  # for a cancelled call to tidy up
_NO_SIGNAL_DBM: Final = -127  # bleak's and HCI's "not known"

# Both libraries report what we handle and report ourselves; without a handler Python would print it on the
# screen.
logging.getLogger("bleak").addHandler(logging.NullHandler())
logging.getLogger("dbus_fast").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Backends:
    """The classes through which bleak reaches a radio; None: those of the platform."""

    scanner: type[BaseBleakScanner] | None = None
    client: type[BaseBleakClient] | None = None
    adapter: type[BaseBleakAdapter] | None = None

    @property
    def of_platform(self) -> bool:
        """Is it the system's own, no stand-in of a test?"""
        return self.scanner is None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A strap as plain data, with what bleak needs to connect to it."""

    strap: FoundStrap
    device: BLEDevice
    linked_by_others: bool = False  # the link was there before we came, and is not ours to cut


@dataclass(slots=True)
class Airspace:
    """What the hearts of one event loop share: whose turn it is, and who waits for or has which strap."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # first come, first served
    wanted: dict[str, WantedStrap] = field(default_factory=dict[str, WantedStrap])
    held: dict[str, str] = field(default_factory=dict[str, str])  # heart to address, from the connect on

    @classmethod
    def here(cls) -> "Airspace":
        """The one of this event loop."""
        return _AIRSPACES.setdefault(asyncio.get_running_loop(), cls())

    def spoken_for(self, strap: FoundStrap, heart: str) -> bool:
        """Whether another heart than `heart` has found this very strap, or asks for it more precisely."""
        mine = self.wanted[heart].precision if heart in self.wanted else 0
        asked = any(
            wanted.precision > mine and wanted.matches(strap)
            for other, wanted in self.wanted.items()
            if other != heart
        )
        return asked or any(
            same_address(address, strap.address) for other, address in self.held.items() if other != heart
        )


_AIRSPACES: WeakKeyDictionary[asyncio.AbstractEventLoop, Airspace] = WeakKeyDictionary()


async def within(limit_s: float, call: Coroutine[Any, Any, _T]) -> _T:
    """Await `call` for at most `limit_s`, even if it does not let itself be cancelled.

    `asyncio.wait_for` waits until a cancelled call has tidied up; bleak tidies up over the same D-Bus that
    hangs.

    Raises:
        TimeoutError: it took longer. The call was cancelled, and abandoned if even that did not help.
        BleakError: the call was cancelled by itself.
    """
    task = asyncio.ensure_future(call)
    try:
        done, _ = await asyncio.wait({task}, timeout=limit_s)
        if not done:
            raise TimeoutError
        if task.cancelled():  # from inside, by a bus that closed; whoever awaits us was not cancelled
            raise BleakError("disconnected")
        return task.result()
    finally:
        await _end(task)


async def _end(task: asyncio.Task[Any]) -> None:
    for _ in range(2):  # the first cancels the call, the second its tidying up
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=_GRACE_S)
    task.add_done_callback(_ignore_outcome)


def _ignore_outcome(task: asyncio.Task[Any]) -> None:
    """Fetch it, or asyncio complains on the screen that nobody did."""
    if not task.cancelled():
        task.exception()


@asynccontextmanager
async def scanning(
    heard: Callable[[BLEDevice, AdvertisementData], None],
    timing: Timing,
    backends: Backends,
    *,
    only_heart_rate: bool,
) -> AsyncGenerator[None]:
    """Scan while inside.

    Raises:
        BluetoothFault: no scan can be started here, and why.
    """
    _prepare_platform(backends)
    with explained():
        scanner = BleakScanner(
            heard,
            service_uuids=[HEART_RATE_SERVICE_UUID] if only_heart_rate else None,
            backend=backends.scanner,
        )
        await _start(scanner, timing)
    try:
        yield
    finally:
        with suppress(
            Exception
        ):  # nothing depends on how a scan ends; if the radio is gone, the next start says so
            await within(timing.call_s, scanner.stop())


async def _start(scanner: BleakScanner, timing: Timing) -> None:
    """Start, or say that the service hangs. A start that succeeds too late is stopped at once.

    To cancel it instead would leave BlueZ scanning for us without our knowing, and every later start would be
    refused as `InProgress` (bleak issue 1628).
    """
    start = asyncio.ensure_future(scanner.start())
    try:
        done, _ = await asyncio.wait({start}, timeout=timing.call_s)
        if not done:
            raise BluetoothFault(Topic.SERVICE_HANGS)
    except BaseException:
        late = asyncio.ensure_future(_stop_late(start, scanner))
        _LATE.add(late)
        late.add_done_callback(_LATE.discard)
        raise
    start.result()


_LATE: Final[set[asyncio.Future[None]]] = set()  # asyncio itself keeps only weak references to tasks


async def _stop_late(start: asyncio.Future[None], scanner: BleakScanner) -> None:
    with suppress(Exception):
        await start
        await scanner.stop()


async def search(
    wanted: WantedStrap,
    refused: Callable[[FoundStrap], bool],
    timing: Timing,
    backends: Backends,
    *,
    started: Callable[[], None],
    strange: Callable[[FoundStrap], None] = lambda _: None,
) -> Sighting | None:
    """Look for `wanted` for `timing.search_s`; None if it was not heard.

    `refused` keeps straps of others out of it; `started` is called once scanning has begun, `strange`
    for each strap that will not do. Where several
    will do, the nearest wins, unless the preferred one is heard.
    """
    seen: dict[str, Sighting] = {}
    heard_one, heard_the_one = asyncio.Event(), asyncio.Event()

    def heard(device: BLEDevice, data: AdvertisementData) -> None:
        strap = found_strap(device, data)
        if wanted.matches(strap) and not refused(strap):
            seen[strap.address] = Sighting(strap, device)
            heard_one.set()
            if wanted.address is not None or wanted.prefers(strap):
                heard_the_one.set()
        else:
            strange(strap)

    # A filter spares the radio's work, but hides straps that do not advertise the service. (macOS 12.0 to
    # 12.2 hear nothing without a filter; there only `Wanted()` works.)
    async with scanning(heard, timing, backends, only_heart_rate=wanted.any and wanted.preferred is None):
        started()
        if await _set_within(timing.search_s, heard_one):
            await _set_within(timing.choose_s, heard_the_one)
    return min(seen.values(), key=lambda sighting: _rank(wanted, sighting.strap), default=None)


def _rank(wanted: WantedStrap, strap: FoundStrap) -> tuple[bool, int]:
    return (not wanted.prefers(strap), -(_NO_SIGNAL_DBM if strap.signal_dbm is None else strap.signal_dbm))


async def _set_within(limit_s: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), limit_s)
    return event.is_set()


async def already_connected(timing: Timing, backends: Backends) -> list[Sighting]:
    """Straps that this computer is connected to although nobody here reads them.

    A strap left connected by a program that crashed does not advertise, so no scan would ever find it again.
    A link is the system's, one for each strap: who disconnects ends it for all its users.
    """
    if backends.adapter is None and not backends.of_platform:
        return []

    async def ask() -> list[BLEDevice]:
        adapter = await BleakAdapter.get(backend=backends.adapter)
        return await adapter.get_connected_devices([HEART_RATE_SERVICE_UUID])

    _prepare_platform(backends)
    with suppress(Exception):  # a mere short cut: whatever is wrong, the scan that follows says it better
        return [
            Sighting(FoundStrap(device.address, printable(device.name or "")), device, linked_by_others=True)
            for device in await within(timing.call_s, ask())
        ]
    return []


def found_strap(device: BLEDevice, data: AdvertisementData) -> FoundStrap:
    """What a scan says of a strap, cleaned."""
    return FoundStrap(
        address=device.address,
        name=printable(device.name or data.local_name or ""),
        signal_dbm=data.rssi if data.rssi > _NO_SIGNAL_DBM else None,
        heart_rate_service=HEART_RATE_SERVICE_UUID in data.service_uuids,
    )


def _prepare_platform(backends: Backends) -> None:
    """What a platform wants before bleak first touches its radio."""
    if not backends.of_platform:
        return
    if Host.here() is Host.MACOS and (refusal := macos_refusal()):
        raise refusal
    if Host.here() is Host.WINDOWS:
        # PortAudio turns the thread that imports sounddevice into a COM single-threaded apartment, in which
        # no WinRT callback ever arrives. bleak's own remedy; WinRT then makes it multi-threaded, which suits
        # both.
        from bleak.backends.winrt.util import uninitialize_sta

        uninitialize_sta()
