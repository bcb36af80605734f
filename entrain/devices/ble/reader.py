"""A live heart: a strap over Bluetooth, kept for as long as a session runs.

    SEARCHING -> CONNECTING -> DISCOVERING -> SUBSCRIBING -> STREAMING <-> SILENT
        ^              |  any failure |              |            |          |
        +--- back-off -+--------------+--------------+-- LOST <---+----------+

BLOCKED stands in for SEARCHING where no scan can be started at all. Every LOST is followed by a STREAMING, or
by the end of the session, before the next LOST. We never give up.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from entrain.clock import Clock
from entrain.control.events import Link
from entrain.devices.ble.connection import Connection
from entrain.devices.ble.faults import BLOCKING, BluetoothFault
from entrain.devices.ble.radio import Airspace, Backends, Sighting, already_connected, search
from entrain.devices.ble.report import Report
from entrain.devices.ble.streams import StreamPlan
from entrain.devices.ble.timing import Backoff, Timing
from entrain.devices.ble.wanted import FoundStrap, WantedStrap
from entrain.devices.ports import Emit
from entrain.remark import Remark, Topic

_ANY: Final = WantedStrap()
_NO_STREAMS: Final = StreamPlan()
_USUAL: Final = Timing()
_OF_PLATFORM: Final = Backends()


class BleHeart:
    """Implements `LiveHeart`. `strap` is its id in all events; `wanted` says which strap it is.

    A heart stays with the very address that first sent data, through every outage: another strap, of the same
    name or nearer, is a neighbour's heart. `on_found` is told of a strap each time it begins to send: the
    place to remember its address. `plan` says which measurement streams are wanted.
    """

    def __init__(
        self,
        strap: str,
        wanted: WantedStrap = _ANY,
        *,
        on_found: Callable[[FoundStrap], None] | None = None,
        plan: StreamPlan = _NO_STREAMS,
        timing: Timing = _USUAL,
        backends: Backends = _OF_PLATFORM,
    ) -> None:
        self.strap = strap
        self._wanted = wanted
        self._on_found = on_found
        self._plan = plan
        self._timing = timing
        self._backends = backends
        self._fault: BluetoothFault | None = None  # what went wrong since data flowed last
        self._last: Sighting | None = None
        self._made: set[str] = set()  # addresses whose links are of our making
        self._missing_s: float | None = None  # since when it is looked for in vain
        self._may_adopt = (
            True  # try a link that the system already has; not twice in a row, it may be a ghost
        )

    async def run(self, emit: Emit, clock: Clock) -> None:
        """Emit events until cancelled; then disconnect, within `Timing.disconnect_s`, and emit nothing
        more."""
        report = Report(self.strap, emit, clock)
        airspace = Airspace.here()
        airspace.wanted[self.strap] = self._wanted
        try:
            await self._keep_reading(report, airspace)
        finally:
            airspace.wanted.pop(self.strap, None)

    async def _keep_reading(self, report: Report, airspace: Airspace) -> None:
        backoff: Backoff | None = None
        in_a_row = 0
        while True:
            try:
                await self._attempt(report, airspace)
            except BluetoothFault as fault:
                same = backoff is self._timing.backoff(fault.reason) and not report.flowing
                in_a_row = in_a_row + 1 if same else 0
                backoff = self._timing.backoff(fault.reason)
                self._tell(fault, report)
                await asyncio.sleep(backoff.pause_s(in_a_row))

    async def _attempt(self, report: Report, airspace: Airspace) -> None:
        """One turn at the radio, then the data for as long as it flows. Returns where no strap was heard.

        Raises:
            BluetoothFault: the connection ended, or never came about.
        """
        connection: Connection | None = None
        try:
            async with airspace.turn:
                sighting = await self._find(report, airspace)
                if sighting is None:
                    return
                self._last, strap = sighting, sighting.strap
                airspace.held[self.strap] = strap.address
                report.described(name=strap.name, signal_dbm=strap.signal_dbm, address=strap.address)
                connection = Connection(
                    sighting,
                    report,
                    self._timing,
                    self._backends,
                    lambda: self._settle(strap, airspace),
                    self._plan,
                )
                await connection.open()
                if not sighting.linked_by_others:
                    self._made.add(strap.address)
            await connection.subscribe()  # may wait for a pairing, and needs no turn
            await connection.stream()
        except BluetoothFault:
            if connection is not None:
                await connection.close()
            raise
        except BaseException:
            if connection is not None:
                await connection.leave()
            raise
        finally:
            airspace.held.pop(self.strap, None)

    async def _find(self, report: Report, airspace: Airspace) -> Sighting | None:
        others: set[Topic] = set()  # why a strap that was heard is not this heart's

        def spoken_for(strap: FoundStrap) -> bool:
            taken = airspace.spoken_for(strap, self.strap)
            if taken:
                others.add(Topic.TAKEN)
            return taken

        def strange(strap: FoundStrap) -> None:
            if self._wanted.has_name_of(strap):
                others.add(Topic.ANOTHER)

        if self._may_adopt:
            linked = await already_connected(self._timing, self._backends)
            for sighting in sorted(linked, key=lambda each: not self._wanted.prefers(each.strap)):
                if self._wanted.matches(sighting.strap) and not spoken_for(sighting.strap):
                    self._may_adopt = False
                    # One that we left behind when a disconnect failed is ours all the same.
                    return replace(sighting, linked_by_others=sighting.strap.address not in self._made)
        try:
            sighting = await search(
                self._wanted,
                spoken_for,
                self._timing,
                self._backends,
                started=lambda: self._say_looking(report),
                strange=strange,
            )
        except BluetoothFault as fault:
            # A scan that BlueZ failed to end makes it refuse all others until it is switched off and on.
            if fault.reason is Topic.BUSY and self._last is not None:
                return self._last
            raise
        self._may_adopt = True
        self._mind_absence(sighting is not None, min(others, default=Topic.NOT_FOUND), report)
        return sighting

    def _mind_absence(self, found: bool, why: Topic, report: Report) -> None:
        now_s = asyncio.get_running_loop().time()
        if found:
            self._missing_s = None
        elif self._missing_s is None:
            self._missing_s = now_s - self._timing.search_s
        if self._missing_s is not None and now_s - self._missing_s >= self._timing.patience_s:
            if why in (Topic.TAKEN, Topic.NOT_FOUND) and self._wanted.any:
                why = Topic.NONE_FOUND  # there are others to wait for
            self._fault = BluetoothFault(why, self._wanted.said)
            self._say_looking(report)

    def _settle(self, strap: FoundStrap, airspace: Airspace) -> None:
        """The first data of a connection has come: it is a strap, and it is ours."""
        self._fault = None
        self._wanted = airspace.wanted[self.strap] = WantedStrap(strap.address, called=strap.name)
        if self._on_found is not None:
            self._on_found(strap)

    def _tell(self, fault: BluetoothFault, report: Report) -> None:
        self._fault = fault
        if report.flowing:
            report.link(Link.LOST, fault.remark)
        elif fault.reason in BLOCKING:
            report.link(Link.BLOCKED, fault.remark)
        else:
            self._say_looking(report)

    def _say_looking(self, report: Report) -> None:
        """With what went wrong before, as long as that is news: a blockage is over once a scan has
        started."""
        if self._fault is None or self._fault.reason in BLOCKING:
            topic = Topic.LOOKING_FOR_ANY if self._wanted.any else Topic.LOOKING_FOR
            report.link(Link.SEARCHING, Remark.of(topic, strap=self._wanted.said))
        else:
            report.link(Link.SEARCHING, self._fault.remark)
