"""What is around, and whether Bluetooth works here at all."""

import asyncio
from dataclasses import replace
from typing import Final

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from entrain.devices.ble.connection import read_battery
from entrain.devices.ble.faults import BluetoothFault
from entrain.devices.ble.radio import Airspace, Backends, Sighting, already_connected, found_strap, scanning
from entrain.devices.ble.timing import Timing
from entrain.devices.ble.wanted import FoundStrap
from entrain.remark import Remark

_USUAL: Final = Timing()
_OF_PLATFORM: Final = Backends()
_FAINTEST_DBM: Final = -128


async def scan(
    seconds: float,
    *,
    everything: bool = False,
    battery: bool = True,
    timing: Timing = _USUAL,
    backends: Backends = _OF_PLATFORM,
) -> list[FoundStrap]:
    """Straps heard within `seconds`, nearest first, and those this computer is already connected to.

    `everything` also lists named devices that do not advertise the heart rate service: some straps do not.
    `battery` connects to each strap in turn to ask, except where somebody is connected already: to disconnect
    afterwards would take the strap from them.

    Raises:
        BluetoothFault: Bluetooth cannot be used here, and why.
    """
    sightings: dict[str, Sighting] = {}

    def heard(device: BLEDevice, data: AdvertisementData) -> None:
        strap = found_strap(device, data)
        if strap.heart_rate_service or (everything and strap.name):
            sightings[strap.address] = Sighting(strap, device)

    async with Airspace.here().turn:
        async with scanning(heard, timing, backends, only_heart_rate=not everything):
            await asyncio.sleep(seconds)
        in_use = {s.strap.address: s.strap for s in await already_connected(timing, backends)}
        found = list(in_use.values())
        for address, sighting in sightings.items():
            strap = sighting.strap
            if address in in_use:
                continue
            if battery and strap.heart_rate_service:
                strap = replace(strap, battery_percent=await read_battery(sighting, timing, backends))
            found.append(strap)
    return sorted(found, key=lambda strap: (not strap.heart_rate_service, -_strength_dbm(strap)))


def _strength_dbm(strap: FoundStrap) -> int:
    return _FAINTEST_DBM if strap.signal_dbm is None else strap.signal_dbm


async def check_bluetooth(timing: Timing = _USUAL, backends: Backends = _OF_PLATFORM) -> Remark | None:
    """What of adapter, power, permission and service keeps a scan from being started here, if anything."""
    try:
        async with Airspace.here().turn, scanning(lambda _, __: None, timing, backends, only_heart_rate=True):
            pass
    except BluetoothFault as fault:
        return fault.remark
    return None
