"""Scanning, the doctor's question, and `entrain straps`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Generator

import pytest

from entrain.commands import straps
from entrain.control.events import Link
from entrain.devices.ble.faults import BluetoothFault
from entrain.devices.ble.reader import BleHeart
from entrain.devices.ble.scan import check_bluetooth, scan
from entrain.devices.ble.wanted import FoundStrap
from entrain.remark import Topic
from entrain.wording.remarks import advised, told
from tests.devices.ble.conftest import QUICK, listening, running
from tests.support.bluez_script import Hang, Race, Refuse
from tests.support.fake_bluez import FakeBluez
from tests.support.private_bus import PrivateBus
from tests.support.virtual_strap import ADDRESS, NAME, VirtualStrap, virtual_strap

NEAR = FoundStrap("AA:00:00:00:00:01", "near", -50, True, 80)
FAR = FoundStrap("AA:00:00:00:00:02", "far", -80, True, None)
SHY = FoundStrap("AA:00:00:00:00:03", "shy", -40, False, None)


def add(bluez: FakeBluez, strap: FoundStrap) -> None:
    bluez.add_strap(
        strap.address,
        strap.name or "",
        signal_dbm=strap.signal_dbm,
        battery=strap.battery_percent,
        advertises_service=strap.heart_rate_service,
    )


async def test_lists_straps_nearest_first_with_their_battery(bluez: FakeBluez) -> None:
    for strap in (FAR, SHY, NEAR):
        add(bluez, strap)
    assert await scan(0.1, timing=QUICK) == [NEAR, FAR]
    assert await scan(0.1, everything=True, timing=QUICK) == [NEAR, FAR, SHY]
    assert not any(strap.linked for strap in bluez.straps), "asking for the battery leaves no link behind"


async def test_the_battery_is_not_worth_a_failure(bluez: FakeBluez) -> None:
    add(bluez, NEAR)
    bluez.script("Connect", Race(), Hang())
    for _ in range(2):
        (found,) = await scan(0.1, timing=QUICK)
        assert (found.address, found.battery_percent) == (NEAR.address, None)
    bluez.calls.clear()
    (found,) = await scan(0.1, battery=False, timing=QUICK)
    assert found.battery_percent is None
    assert "Connect" not in bluez.calls


async def test_lists_a_strap_that_somebody_uses_and_leaves_it_to_them(bluez: FakeBluez) -> None:
    strap = bluez.add_strap(battery=33)
    async with running(BleHeart("s1", timing=QUICK)) as ear:
        await listening(strap)
        (found,) = await scan(0.05, timing=QUICK)
        assert (found.name, found.signal_dbm, found.battery_percent) == (strap.name, None, None)
        assert strap.linked
        strap.notify(b"\x00\x3c")
        await ear.until(lambda: bool(ear.payloads))
    assert Link.LOST not in ear.links


async def test_the_doctor_hears_how_bluetooth_is(bluez: FakeBluez) -> None:
    assert await check_bluetooth(QUICK) is None
    bluez.script("StartDiscovery", Refuse("NotReady", "Resource Not Ready"))
    lacking = await check_bluetooth(QUICK)
    assert told(lacking) == "Bluetooth is switched off."
    assert advised(lacking)
    assert await check_bluetooth(QUICK) is None


async def test_the_doctor_hears_that_there_is_no_bluetooth(bus: PrivateBus) -> None:
    assert "service is not running" in told(await check_bluetooth(QUICK))
    bus.stop()
    with pytest.raises(BluetoothFault) as caught:
        await scan(0.1, timing=QUICK)
    assert caught.value.reason is Topic.NO_BUS


# ---- the command -------------------------------------------------------------------------------------------


def run(*words: str) -> int:
    parser = argparse.ArgumentParser(prog="entrain straps")
    straps.add_arguments(parser)
    return straps.run(parser.parse_args(words))


@pytest.fixture
def worn() -> Generator[VirtualStrap]:
    with virtual_strap([]) as strap:
        yield strap


def test_the_table(worn: VirtualStrap, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--seconds", "0.2") == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "NAME                ADDRESS            SIGNAL   BATTERY",
        f"{NAME}  {ADDRESS}  -60 dBm  87 %",
    ]
    assert f"entrain run --heart ble:{ADDRESS}" in err


def test_the_json(worn: VirtualStrap, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--seconds", "0.2", "--json", "--no-battery") == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == [
        {
            "address": ADDRESS,
            "name": NAME,
            "signal_dbm": -60,
            "heart_rate_service": True,
            "battery_percent": None,
        }
    ]
    assert not err


def test_nothing_there_is_no_failure(worn: VirtualStrap, capsys: pytest.CaptureFixture[str]) -> None:
    worn.leave()
    assert run("--seconds", "0.1") == 0
    out, err = capsys.readouterr()
    assert not out.strip()
    assert "No strap was heard." in err
    assert run("--seconds", "0.1", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_no_bluetooth_is_exit_code_4_and_a_sentence(
    bus: PrivateBus, capsys: pytest.CaptureFixture[str]
) -> None:
    bus.stop()
    assert run("--seconds", "0.1", "--json") == 4
    out, err = capsys.readouterr()
    assert not out
    sentence, advice = err.splitlines()
    assert sentence.endswith(".")
    assert "systemctl" in advice


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon", "601"])
def test_nonsense_is_wrong_use(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run("--seconds", seconds)
    assert caught.value.code == 2


async def test_the_command_line_loads_no_bluetooth() -> None:
    program = "import sys, entrain.commands.straps; sys.exit('bleak' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    assert await process.wait() == 0
