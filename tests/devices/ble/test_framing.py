"""The reader against a strap that speaks real ATT: what a strap puts on the air is what arrives."""

import asyncio

import pytest

from entrain.control.events import Link
from entrain.devices.ble.reader import BleHeart
from entrain.devices.ble.scan import scan
from entrain.devices.ble.wanted import FoundStrap
from tests.devices.ble.conftest import QUICK, WATCHFUL, listening, running
from tests.devices.ble.test_reader import WALK
from tests.support.bumble_radio import ADDRESS, NAME, Rig

# Payloads as public threads quote them from straps of several makers, and some that no strap should send.
PAYLOADS = [
    bytes.fromhex(text)
    for text in (
        "063c",  # contact, no intervals
        "163c1104",  # one interval
        "104d16031403",  # two, without the contact bits
        "1658ab0208030a0314031e0328033203",  # a backlog after connecting
        "01ff00",  # heart rate in 16 bits, no intervals
        "1e460500f4032203",  # energy expended
        "1646440300",  # an odd trailing octet
        "0400",  # off the skin: no contact and a pulse of 0
        "00",  # too short to mean anything
        "ffffffffffffffff",
    )
]


@pytest.fixture
async def rig() -> Rig:
    rig = Rig()
    await rig.start()
    return rig


async def test_payloads_arrive_unchanged(rig: Rig) -> None:
    async with running(BleHeart("s1", timing=QUICK, backends=rig.backends)) as ear:
        await listening(rig.strap)
        for payload in PAYLOADS:
            await rig.strap.notify(payload)
        await ear.until(lambda: len(ear.payloads) == len(PAYLOADS))
    assert ear.payloads == PAYLOADS
    assert ear.links == WALK


async def test_describes_the_strap(rig: Rig) -> None:
    async with running(BleHeart("s1", timing=QUICK, backends=rig.backends)) as ear:
        await ear.until(lambda: ear.described is not None and ear.described.manufacturer is not None)
        assert ear.described is not None
        assert (ear.described.name, ear.described.battery_percent) == (NAME, 55)
        assert (ear.described.manufacturer, ear.described.model) == ("Wahoo Fitness", None)


@pytest.mark.parametrize("mtu", [23, 64, 517])
async def test_the_longest_notification_that_the_mtu_permits(mtu: int) -> None:
    rig = Rig(mtu)
    await rig.start()
    longest = b"\x10\x3c" + b"\x20\x03" * ((mtu - 5) // 2)  # ATT takes 3 octets, flags and pulse 2
    async with running(BleHeart("s1", timing=QUICK, backends=rig.backends)) as ear:
        await listening(rig.strap)
        await rig.strap.notify(longest)
        await ear.until(lambda: bool(ear.payloads))
    assert rig.mtus == [mtu]
    assert ear.payloads == [longest]


async def test_the_strap_disconnects_and_is_found_again(rig: Rig) -> None:
    async with running(BleHeart("s1", timing=QUICK, backends=rig.backends)) as ear:
        for n in range(4):
            await listening(rig.strap)
            await rig.strap.notify(PAYLOADS[n])
            await ear.until(lambda n=n: len(ear.payloads) == n + 1)
            if n < 3:
                await rig.strap.cut()
    assert ear.payloads == PAYLOADS[:4]
    assert ear.links == [*WALK, *[Link.LOST, *WALK] * 3]
    assert rig.strap.n_links == 4


async def test_a_link_that_would_not_end_is_no_longer_heard(rig: Rig) -> None:
    """What an abandoned connection still delivers must not mix with the next one's data."""
    rig.disconnect_hangs = True
    async with running(BleHeart("s1", timing=WATCHFUL, backends=rig.backends)) as ear:
        await listening(rig.strap)
        await rig.strap.notify(PAYLOADS[0])
        await ear.until_link(Link.LOST)
        await ear.until(lambda: ear.now.link is Link.SEARCHING)
        await rig.strap.notify(PAYLOADS[1])
        await asyncio.sleep(0.1)
        assert ear.payloads == PAYLOADS[:1]
        assert ear.now.link is Link.SEARCHING


async def test_scan(rig: Rig) -> None:
    found = await scan(0.2, timing=QUICK, backends=rig.backends)
    assert found == [FoundStrap(ADDRESS, NAME, found[0].signal_dbm, True, 55)]
