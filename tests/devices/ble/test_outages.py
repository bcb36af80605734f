"""When what is beneath goes away: the bus, the service, the data. And a hundred cuts."""

import asyncio
from dataclasses import replace

from entrain.control.events import Link, LinkChanged, NotificationArrived
from entrain.devices.ble.reader import BleHeart
from entrain.devices.ble.timing import Backoff
from entrain.wording.remarks import advised, told
from tests.devices.ble.conftest import QUICK, WATCHFUL, listening, running
from tests.devices.ble.test_reader import BEAT, WALK, beat
from tests.support.bluez_script import Hang
from tests.support.fake_bluez import FakeBluez
from tests.support.private_bus import PrivateBus

# ---- no data -----------------------------------------------------------------------------------------------


async def test_silence_is_told_and_ends_with_data(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=replace(WATCHFUL, give_up_s=20.0))) as ear:
        await beat(strap, ear)
        silent = await ear.until_link(Link.SILENT)
        await beat(strap, ear)
        await ear.until_link(Link.SILENT, times=2)
    assert ear.links == [*WALK, Link.SILENT, Link.STREAMING, Link.SILENT]
    assert "sends nothing" in told(silent.remark)
    assert "Moisten" in advised(silent.remark)
    assert strap.n_links == 1


async def test_a_strap_silent_from_the_start_is_not_called_lost(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=WATCHFUL)) as ear:
        await ear.until(lambda: strap.n_links == 2)
        await beat(strap, ear)
    assert Link.LOST not in ear.links
    assert Link.SILENT in ear.links
    assert Link.STREAMING in ear.links


async def test_a_link_that_stays_silent_is_made_anew(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=WATCHFUL)) as ear:
        await beat(strap, ear)
        await ear.until_link(Link.LOST)
        await beat(strap, ear)
        heard = list(ear.links)
    assert heard == [*WALK, Link.SILENT, Link.LOST, *WALK]
    assert strap.n_links == 2


async def test_a_silent_strap_that_answers_nothing_is_lost_at_once(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    timing = replace(QUICK, silent_s=0.3, give_up_s=60.0, call_s=0.2)
    async with running(BleHeart("s1", timing=timing)) as ear:
        await beat(strap, ear)
        await ear.until(lambda: ear.described is not None and ear.described.location is not None)
        bluez.script("ReadValue", Hang())
        await beat(strap, ear)  # on a slow machine it has been silent, asked and answered already
        await ear.until_link(Link.LOST)
        assert ear.links[-2:] == [Link.SILENT, Link.LOST]


async def test_data_that_comes_while_the_strap_is_asked_is_answer_enough(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    timing = replace(QUICK, silent_s=0.4, give_up_s=60.0, call_s=0.6)
    async with running(BleHeart("s1", timing=timing)) as ear:
        await beat(strap, ear)
        await ear.until(lambda: ear.described is not None and ear.described.location is not None)
        bluez.script("ReadValue", Hang())
        await beat(strap, ear)
        silences = ear.links.count(Link.SILENT)
        await ear.until_link(Link.SILENT, times=silences + 1)
        await beat(strap, ear)
        await ear.until_link(Link.SILENT, times=silences + 2)
    assert Link.LOST not in ear.links


async def test_a_burst_after_a_stall_arrives_whole_and_in_order(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    burst = [bytes([0x10, 60, n, 4]) for n in range(100)]
    async with running(BleHeart("s1", timing=replace(WATCHFUL, give_up_s=20.0))) as ear:
        await beat(strap, ear)
        await ear.until_link(Link.SILENT)
        for payload in burst:
            strap.notify(payload)
            await asyncio.sleep(0)  # dbus-fast, on the fake's side, breaks where the socket is full
        await ear.until(lambda: len(ear.payloads) == 1 + len(burst))
        assert ear.payloads == [BEAT, *burst]
    assert ear.links[: len(WALK) + 2] == [*WALK, Link.SILENT, Link.STREAMING]


# ---- no service --------------------------------------------------------------------------------------------


async def test_bluetoothd_killed_while_connected(bluez: FakeBluez) -> None:
    """Nobody is told: no callback comes, and bleak believes in the link."""
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=WATCHFUL)) as ear:
        await beat(strap, ear)
        await bluez.kill()
        blocked = await ear.until_link(Link.BLOCKED)
        await bluez.start()
        await beat(strap, ear)
    assert "service is not running" in told(blocked.remark)
    assert "systemctl start bluetooth" in advised(blocked.remark)
    assert ear.links.count(Link.LOST) == 1
    assert ear.links.index(Link.LOST) < ear.links.index(Link.BLOCKED)
    assert not any("lectrodes" in advised(change.remark) for change in ear.changes), "not the strap's fault"


async def test_bluetoothd_restarted_so_quickly_that_no_call_fails(bluez: FakeBluez) -> None:
    """bleak then still believes in the old link; the first attempt adopts that ghost, the second scans."""
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=WATCHFUL)) as ear:
        await beat(strap, ear)
        await bluez.kill()
        await bluez.start()
        await ear.until_link(Link.LOST)
        await beat(strap, ear)
    assert ear.links.count(Link.LOST) == 1


async def test_bluetoothd_not_running_at_first(bus: PrivateBus) -> None:
    bluez = FakeBluez()
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        blocked = await ear.until_link(Link.BLOCKED)
        assert "service is not running" in told(blocked.remark)
        async with bluez:
            await beat(strap, ear)
    assert ear.links[:6] == [Link.BLOCKED, *WALK]


async def test_bluetoothd_frozen_and_thawed(bluez: FakeBluez) -> None:
    """The scan that starts too late is stopped, or every later one would be refused as in progress."""
    strap = bluez.add_strap()
    bluez.freeze()
    async with running(BleHeart("s1", timing=replace(QUICK, call_s=0.1))) as ear:
        blocked = await ear.until_link(Link.BLOCKED)
        assert "does not answer" in told(blocked.remark)
        await asyncio.sleep(0.5)
        bluez.thaw()
        await beat(strap, ear)


# ---- no bus ------------------------------------------------------------------------------------------------


async def test_no_system_bus_at_first(bus: PrivateBus) -> None:
    bus.stop()
    bluez = FakeBluez()
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        blocked = await ear.until_link(Link.BLOCKED)
        assert "system bus" in told(blocked.remark)
        bus.start()
        async with bluez:
            await beat(strap, ear)
    assert ear.links[-5:] == WALK


async def test_the_system_bus_dies_while_connected(bus: PrivateBus) -> None:
    bluez = FakeBluez()
    strap = bluez.add_strap()
    await bluez.start()
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
        bus.stop()
        await ear.until_link(Link.LOST)
        await ear.until_link(Link.BLOCKED)
        await bluez.kill()
        bus.start()
        async with bluez:
            await beat(strap, ear)
    assert ear.links == [*WALK, Link.LOST, Link.BLOCKED, *WALK]


# ---- a hundred cuts ----------------------------------------------------------------------------------------


async def test_a_hundred_cuts(bluez: FakeBluez) -> None:
    """Each outage is told once, and nothing that arrives was not sent, nothing sent is missing or doubled."""
    n_cuts = 100
    strap = bluez.add_strap()
    timing = replace(QUICK, choose_s=0.01, air=Backoff(0.001, 1.0, 0.001))
    async with running(BleHeart("s1", timing=timing)) as ear:
        for n in range(n_cuts + 1):
            await listening(strap)
            for k in range(n % 4 + 1):  # equal payloads are real, so some repeat
                strap.notify(bytes([0x10, 60, n, k // 2]))
            if n == n_cuts:
                break
            if n % 3:  # the others are cut before the last notifications have been read
                await ear.until(lambda: len(ear.payloads) == len(strap.sent))
            strap.cut()
        await ear.until(lambda: len(ear.payloads) == len(strap.sent))
    assert ear.payloads == strap.sent
    assert strap.n_links == n_cuts + 1
    story = [change.link for change in ear.changes if change.link in (Link.LOST, Link.STREAMING)]
    assert story == [Link.STREAMING, *[Link.LOST, Link.STREAMING] * n_cuts]
    _assert_data_only_while_streaming(ear.events)


def _assert_data_only_while_streaming(events: list[object]) -> None:
    link = Link.OFF
    for event in events:
        if isinstance(event, LinkChanged):
            link = event.link
        elif isinstance(event, NotificationArrived):
            assert link is Link.STREAMING
