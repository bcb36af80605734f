"""The reader over unmodified bleak and a real D-Bus: what a day with a strap may bring."""

import asyncio
from dataclasses import replace

import pytest

from entrain.control.events import Link
from entrain.devices.ble.reader import BleHeart
from entrain.devices.ble.timing import Timing
from entrain.devices.ble.wanted import FoundStrap, WantedStrap
from entrain.wording.remarks import advised, told
from tests.devices.ble.conftest import QUICK, Ear, listening, running
from tests.support.bluez_script import Delay, Hang, Race, Refuse, Step
from tests.support.fake_bluez import FakeBluez
from tests.support.fake_strap import BATTERY_LEVEL, FakeStrap

WALK = [Link.SEARCHING, Link.CONNECTING, Link.DISCOVERING, Link.SUBSCRIBING, Link.STREAMING]
BEAT = bytes.fromhex("163c1104")
PAYLOADS = [bytes.fromhex(text) for text in ("163c1104", "063c", "104d16031403", "00ff", "", "163c1104")]


async def beat(strap: FakeStrap, ear: Ear) -> None:
    """Send one notification and see it arrive."""
    n = len(ear.payloads)
    await listening(strap)
    assert strap.notify(BEAT)
    await ear.until(lambda: len(ear.payloads) == n + 1)


async def test_walks_through_the_states_and_passes_payloads_on_unchanged(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await listening(strap)
        for payload in PAYLOADS:
            strap.notify(payload)
        await ear.until(lambda: len(ear.payloads) == len(PAYLOADS))
    assert ear.payloads == PAYLOADS
    assert ear.links == WALK
    assert {event.strap for event in ear.events if hasattr(event, "strap")} == {"s1"}
    times_s = [event.t_s for event in ear.events]
    assert times_s == sorted(times_s)


async def test_describes_the_strap_and_follows_its_battery(bluez: FakeBluez) -> None:
    strap = bluez.add_strap(battery=87, signal_dbm=-71)
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
        await ear.until(lambda: ear.described is not None and ear.described.location is not None)
        described = ear.described
        assert described is not None
        assert (described.name, described.signal_dbm) == ("Polar H10 12345678", -71)
        assert (described.manufacturer, described.model) == ("Polar Electro Oy", "H10")
        assert (described.firmware, described.battery_percent) == ("5.0.0", 87)
        assert (described.address, described.location) == ("F0:F1:F2:F3:F4:F5", "chest")
        await ear.until(lambda: bool(strap.characteristic(BATTERY_LEVEL).subscribers))
        strap.set_battery(12)
        await ear.until(lambda: ear.described is not None and ear.described.battery_percent == 12)
        assert ear.described == replace(described, t_s=ear.described.t_s, battery_percent=12)
        n_events = len(ear.events)
        strap.set_battery(12)
        strap.characteristic(BATTERY_LEVEL).value = b""
        strap.notify(b"\xff", BATTERY_LEVEL)
        await beat(strap, ear)
        assert len(ear.events) == n_events + 1, "nothing was learnt of the same, or of nonsense"
    assert ear.payloads == [BEAT, BEAT], "reading and battery notifications are no heart beats"


async def test_a_strap_without_battery_and_information_streams_all_the_same(bluez: FakeBluez) -> None:
    strap = bluez.add_strap(battery=None)
    bluez.script("ReadValue", Refuse("NotPermitted"), Hang(), Refuse("Failed", "Operation failed"))
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
        await ear.until(lambda: bluez.calls.count("ReadValue") == 4)
        await beat(strap, ear)
    assert ear.links == WALK


async def test_tells_the_caller_what_to_remember(bluez: FakeBluez) -> None:
    found: list[FoundStrap] = []
    strap = bluez.add_strap("AA:BB:CC:DD:EE:FF", "TICKR 1")
    async with running(BleHeart("s1", timing=QUICK, on_found=found.append)) as ear:
        await listening(strap)
        assert not found, "only data proves a strap"
        await beat(strap, ear)
    assert [(strap.address, strap.name) for strap in found] == [("AA:BB:CC:DD:EE:FF", "TICKR 1")]


async def test_comes_back_after_the_link_is_lost(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
        strap.cut()
        lost = await ear.until_link(Link.LOST)
        await beat(strap, ear)
    assert ear.links == [*WALK, Link.LOST, *WALK]
    assert "Polar H10 12345678 was lost" in told(lost.remark)
    assert advised(lost.remark)
    assert strap.n_links == 2


@pytest.mark.parametrize(
    ("method", "steps"),
    [
        ("Connect", [Race(), Race()]),
        ("Connect", [Refuse("InProgress", "Operation already in progress")] * 3),
        ("Connect", [Refuse("Failed", "le-connection-abort-by-local")]),
        ("Connect", [Refuse("Failed", "Input/output error"), Refuse("Failed", "Connection refused")]),
        ("Connect", [Refuse("org.freedesktop.DBus.Error.UnknownObject", "no such device")]),
        ("Connect", [Refuse("AlreadyExists", "nobody has ever seen this one")]),
        ("Connect", [Hang()]),
        ("StartNotify", [Refuse("Failed", "Operation failed with ATT error: 0x0e")]),
        ("StartNotify", [Refuse("NotPermitted"), Hang()]),
        ("StartDiscovery", [Refuse("InProgress", "Operation already in progress")] * 2),
        (
            "StartDiscovery",
            [Refuse("Failed", "Input/output error"), Refuse("NotReady", "Resource Not Ready")],
        ),
        ("SetDiscoveryFilter", [Refuse("Failed")]),
    ],
)
async def test_a_fault_on_the_way_is_told_and_overcome(
    bluez: FakeBluez, method: str, steps: list[Step]
) -> None:
    strap = bluez.add_strap()
    bluez.script(method, *steps)
    async with running(BleHeart("s1", timing=replace(QUICK, connect_s=0.3, call_s=0.3))) as ear:
        await beat(strap, ear)
    assert bluez.calls.count(method) > len(steps)
    assert ear.links[-1] is Link.STREAMING
    assert Link.LOST not in ear.links, "nothing had begun that could be lost"
    troubles = [change for change in ear.changes if advised(change.remark)]
    assert troubles
    assert all(change.link in (Link.SEARCHING, Link.SUBSCRIBING, Link.BLOCKED) for change in troubles)


@pytest.mark.parametrize("step", [Refuse("Failed", "whatever"), Hang()])
async def test_a_scan_that_will_not_end_does_not_keep_the_strap_away(bluez: FakeBluez, step: Step) -> None:
    """BlueZ then refuses every new scan (`InProgress`), but a strap seen before is reached without one."""
    strap = bluez.add_strap()
    bluez.script("StopDiscovery", step)
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
        strap.cut()
        await ear.until_link(Link.LOST)
        await beat(strap, ear)
    assert bluez.calls.count("StartDiscovery") == 2
    assert bluez.calls.count("StopDiscovery") == 1


async def test_every_failed_attempt_disconnects_before_the_next(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    bluez.script("StartNotify", Refuse("Failed", "x"), Refuse("Failed", "x"))
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
        strap.cut()
        await ear.until_link(Link.LOST)
        await beat(strap, ear)
    of_links = [call for call in bluez.calls if call in ("Connect", "Disconnect")]
    assert of_links == ["Connect", "Disconnect"] * 2 + ["Connect"] * 2 + ["Disconnect"]
    assert not strap.linked, "the end of the session lets the strap go"


async def test_a_disconnect_that_hangs_holds_nothing_up(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    bluez.script("StartNotify", Refuse("Failed", "x"))
    bluez.script("Disconnect", Hang(), Hang())
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
        ended_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - ended_s < 3, "the way out is bounded"
    assert bluez.calls.count("Disconnect") == 2
    assert strap.linked, "nobody could help that"


async def test_adapter_switched_off_and_on_again(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
        bluez.power(on=False)
        blocked = await ear.until_link(Link.BLOCKED)
        await asyncio.sleep(4 * QUICK.person.longest_s)
        bluez.power(on=True)
        await beat(strap, ear)
    assert told(blocked.remark) == "Bluetooth is switched off."
    assert "bluetoothctl power on" in advised(blocked.remark)
    assert ear.links == [*WALK, Link.LOST, Link.BLOCKED, *WALK], "said once, however often it is tried"


async def test_adapter_pulled_out_and_plugged_in_again(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
        bluez.unplug()
        blocked = await ear.until_link(Link.BLOCKED)
        bluez.plug()
        await beat(strap, ear)
    assert "no Bluetooth adapter" in told(blocked.remark)
    assert ear.links == [*WALK, Link.LOST, Link.BLOCKED, *WALK]


async def test_a_strap_that_the_system_forgot_is_found_again(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
        strap.evict()
        await ear.until_link(Link.LOST)
        await beat(strap, ear)
    assert ear.links == [*WALK, Link.LOST, *WALK]


async def test_a_strap_forgotten_between_scan_and_connect(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    heart = BleHeart("s1", timing=QUICK)
    evictions = 2
    async with running(heart) as ear:
        emit = ear.emit

        def evict_while_connecting(event: object) -> None:
            nonlocal evictions
            emit(event)  # type: ignore[arg-type]
            if ear.links[-1:] == [Link.CONNECTING] and evictions:
                evictions -= 1
                strap.evict()

        ear.emit = evict_while_connecting  # type: ignore[method-assign]
        await beat(strap, ear)
    assert ear.links[-1] is Link.STREAMING


async def test_a_strap_that_leaves_for_a_while_and_comes_back(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
        strap.leave()
        await ear.until(lambda: "No sign of Polar H10 12345678" in told(ear.now.remark))
        assert ear.now.link is Link.SEARCHING
        assert "moist" in advised(ear.now.remark)
        n_events = len(ear.events)
        await asyncio.sleep(3 * QUICK.search_s)
        assert len(ear.events) == n_events, "said once"
        strap.come_back()
        await beat(strap, ear)
    assert ear.links == [*WALK, Link.LOST, Link.SEARCHING, *WALK]


async def test_a_strap_that_is_put_on_late(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    strap.leave()
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await ear.until(lambda: "No sign of a strap so far" in told(ear.now.remark))
        strap.come_back()
        await beat(strap, ear)
    assert Link.LOST not in ear.links


async def test_a_device_without_heart_rate_is_refused_plainly(bluez: FakeBluez) -> None:
    bluez.add_strap(name="Kitchen scales", heart_rate=False, advertises_service=False)
    async with running(BleHeart("s1", WantedStrap(name="kitchen"), timing=QUICK)) as ear:
        await ear.until(lambda: "Kitchen scales offers no heart rate" in told(ear.now.remark))
        assert "entrain straps" in advised(ear.now.remark)


# ---- which strap ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    [
        WantedStrap.parse("F0:F1:F2:F3:F4:F5"),
        WantedStrap.parse("f0-f1-f2-f3-f4-f5"),
        WantedStrap.parse("h10"),
    ],
)
async def test_a_strap_that_hides_its_service_is_found_by_address_or_name(
    bluez: FakeBluez, wanted: WantedStrap
) -> None:
    strap = bluez.add_strap(advertises_service=False)
    async with running(BleHeart("s1", wanted, timing=QUICK)) as ear:
        await beat(strap, ear)
    assert ear.links == WALK


async def test_a_strap_that_hides_its_service_is_not_just_any(bluez: FakeBluez) -> None:
    bluez.add_strap(advertises_service=False)
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await ear.until(lambda: "No sign" in told(ear.now.remark))
    assert Link.CONNECTING not in ear.links


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (WantedStrap(), "near"),
        (WantedStrap(name="FAR"), "far"),
        (WantedStrap(address="AA:00:00:00:00:02"), "far"),
        (WantedStrap(preferred="AA:00:00:00:00:02"), "far"),
        (WantedStrap(preferred="AA:00:00:00:00:99"), "near"),
    ],
)
async def test_of_two_straps_the_right_one(bluez: FakeBluez, wanted: WantedStrap, chosen: str) -> None:
    straps = {
        "far": bluez.add_strap("AA:00:00:00:00:02", "far", signal_dbm=-80),  # heard first
        "near": bluez.add_strap("AA:00:00:00:00:01", "near", signal_dbm=-50),
    }
    async with running(BleHeart("s1", wanted, timing=QUICK)) as ear:
        await beat(straps[chosen], ear)
    assert sum(strap.n_links for strap in straps.values()) == 1


async def test_stays_with_its_strap_when_a_neighbour_has_one_too(bluez: FakeBluez) -> None:
    own = bluez.add_strap("AA:00:00:00:00:01", "own")
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(own, ear)
        neighbour = bluez.add_strap("AA:00:00:00:00:02", "neighbour", signal_dbm=-30)
        own.leave()
        await ear.until(lambda: "No sign of own" in told(ear.now.remark))
        own.come_back()
        await beat(own, ear)
    assert neighbour.n_links == 0


@pytest.mark.parametrize("second", [WantedStrap(), WantedStrap(name="a strap of a group 1")])
async def test_two_hearts_of_a_group_take_two_straps(bluez: FakeBluez, second: WantedStrap) -> None:
    straps = [bluez.add_strap(f"AA:00:00:00:00:0{n}", f"A strap of a group {n}") for n in (1, 2)]
    one, other = BleHeart("s1", timing=QUICK), BleHeart("s2", second, timing=QUICK)
    async with running(one) as ear, running(other) as second_ear:
        for strap in straps:
            await listening(strap)  # both, before there is any data that could tell whose is whose
        for strap in straps:
            strap.notify(strap.address.encode())
        await ear.until(lambda: bool(ear.payloads))
        await second_ear.until(lambda: bool(second_ear.payloads))
        assert sorted(ear.payloads + second_ear.payloads) == [b"AA:00:00:00:00:01", b"AA:00:00:00:00:02"]
        if not second.any:
            assert second_ear.payloads == [b"AA:00:00:00:00:01"]
        straps[0].cut()
        await listening(straps[0])
        assert straps[0].notify(b"again")
        taker = ear if b"AA:00:00:00:00:01" in ear.payloads else second_ear
        await taker.until(lambda: taker.payloads[-1] == b"again")
    assert [strap.n_links for strap in straps] == [2, 1]
    scans = [call for call in bluez.calls if call in ("StartDiscovery", "StopDiscovery")]
    assert scans == ["StartDiscovery", "StopDiscovery"] * (len(scans) // 2), "one at a time"


@pytest.mark.parametrize("wanted", [WantedStrap(), WantedStrap(name="polar")])
async def test_another_strap_of_the_same_name_is_never_taken(bluez: FakeBluez, wanted: WantedStrap) -> None:
    own = bluez.add_strap("AA:00:00:00:00:01", "Polar H10")
    async with running(BleHeart("s1", wanted, timing=QUICK)) as ear:
        await beat(own, ear)
        other = bluez.add_strap("AA:00:00:00:00:02", "Polar H10", signal_dbm=-30)
        for _ in range(3):
            own.leave()
            await ear.until(lambda: "another strap of that name" in told(ear.now.remark))
            assert "somebody else's" in advised(ear.now.remark)
            own.come_back()
            await beat(own, ear)
    assert (own.n_links, other.n_links) == (4, 0)


async def test_two_hearts_of_one_name_read_two_straps_over_cuts(bluez: FakeBluez) -> None:
    straps = [bluez.add_strap(f"AA:00:00:00:00:0{n}", "Polar H10", signal_dbm=-50 - n) for n in (1, 2)]
    wanted = WantedStrap(name="Polar H10")
    one, other = BleHeart("s1", wanted, timing=QUICK), BleHeart("s2", wanted, timing=QUICK)
    async with running(one) as ear, running(other) as second_ear:
        for n in range(4):
            for strap in straps:
                await listening(strap)
                n_heard = len(ear.payloads) + len(second_ear.payloads)
                assert strap.notify(strap.address.encode())
                await ear.until(lambda n=n_heard: len(ear.payloads) + len(second_ear.payloads) > n)
            straps[n % 2].cut()
            await asyncio.sleep(0.05)
    assert len(set(ear.payloads)) == len(set(second_ear.payloads)) == 1, "each its own, and never the other's"


async def test_of_two_of_one_name_the_nearest_or_ones_own(bluez: FakeBluez) -> None:
    far = bluez.add_strap("AA:00:00:00:00:02", "Polar H10", signal_dbm=-80)  # heard first
    near = bluez.add_strap("AA:00:00:00:00:01", "Polar H10", signal_dbm=-50)
    async with running(BleHeart("s1", WantedStrap(name="polar"), timing=QUICK)) as ear:
        await beat(near, ear)
    assert far.n_links == 0
    own = WantedStrap(name="polar", preferred=far.address)
    async with running(BleHeart("s1", own, timing=QUICK)) as ear:
        await beat(far, ear)


async def test_one_strap_asked_for_twice_is_said(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    wanted = WantedStrap(address=strap.address)
    async with running(BleHeart("s1", wanted, timing=QUICK)) as ear:
        await beat(strap, ear)
        async with running(BleHeart("s2", wanted, timing=QUICK)) as second_ear:
            await asyncio.sleep(2 * QUICK.patience_s)
            assert not second_ear.payloads
        await beat(strap, ear)
    assert strap.n_links == 1


async def test_a_link_of_others_is_not_cut_on_leaving(bluez: FakeBluez) -> None:
    strap = bluez.add_strap()
    strap.linked = strap.known = strap.resolved = True
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
    assert strap.linked
    assert "Disconnect" not in bluez.calls
    assert not strap.notify(BEAT), "and nobody listens any more"
    async with running(BleHeart("s2", timing=QUICK)) as ear:
        strap.subscribed.clear()
        await beat(strap, ear)


async def test_a_strap_that_wants_pairing_is_told_and_waited_for(bluez: FakeBluez) -> None:
    """With BlueZ, StartNotify has no answer until a person has answered the pairing dialogue."""
    strap = bluez.add_strap()
    bluez.script("StartNotify", Delay(0.6))
    timing = replace(QUICK, pairing_told_s=0.1, pairing_s=5.0)
    async with running(BleHeart("s1", timing=timing)) as ear:
        await ear.until(lambda: "may want to be paired" in told(ear.now.remark))
        assert ear.now.link is Link.SUBSCRIBING
        assert "pairing" in advised(ear.now.remark)
        await beat(strap, ear)
    assert strap.n_links == 1, "the first attempt was waited for"


def test_pairing_is_told_within_five_seconds_and_time_is_left_for_it() -> None:
    assert Timing().pairing_told_s < 5.0
    assert Timing().pairing_s >= 30.0


@pytest.mark.parametrize(
    ("method", "step"),
    [
        ("StartNotify", Refuse("NotPermitted", "Notify not permitted")),
        ("Connect", Refuse("AlreadyExists", "nobody has ever seen this one")),
        ("Connect", Refuse("org.freedesktop.DBus.Error.LimitsExceeded", "too many of org.bluez.Things")),
    ],
)
async def test_no_name_of_the_bus_is_told_to_a_person(bluez: FakeBluez, method: str, step: Step) -> None:
    strap = bluez.add_strap()
    bluez.script(method, step)
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
    said = " ".join(f"{told(change.remark)} {advised(change.remark)}" for change in ear.changes)
    for inner in ("org.", "Error", "Bleak", "DBus", "bluez"):
        assert inner not in said, said


async def test_a_link_left_over_from_a_crash_is_taken_on(bluez: FakeBluez) -> None:
    """BlueZ keeps the links of a program that died, and a linked strap does not advertise."""
    strap = bluez.add_strap()
    strap.linked = strap.known = strap.resolved = True
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await beat(strap, ear)
    assert "Connect" not in bluez.calls


async def test_ending_a_session_while_a_scan_starts_leaves_no_scan_behind(bluez: FakeBluez) -> None:
    """The next session of the same program would be refused its scan (`InProgress`)."""
    strap = bluez.add_strap()
    bluez.script("StartDiscovery", Delay(0.1))
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await ear.until(lambda: "StartDiscovery" in bluez.calls)
    await asyncio.sleep(0.2)
    assert bluez.calls.count("StopDiscovery") == 1
    async with running(BleHeart("s2", timing=QUICK)) as ear:
        await beat(strap, ear)
    assert ear.links == WALK
