"""A hundred random cuts over a real D-Bus with unmodified bleak: python -m benchmarks.strap_cuts [--cuts 100]

A strap sends some beats and is cut, at a moment drawn by chance: the link breaks, often before what was
sent has been read; or the strap goes out of reach for a while; or bluetoothd forgets it; or the adapter is
switched off; or bluetoothd is killed and started again. Every interval is numbered, so it is known of each
whether it arrived, twice, or was never sent; and equal payloads come twice on purpose, as of a steady
heart.
"""

import argparse
import asyncio
from collections import Counter
from dataclasses import replace
from random import Random

from entrain.control.events import Link
from entrain.devices.ble.reader import BleHeart
from entrain.devices.ble.timing import Backoff
from tests.devices.ble.conftest import WATCHFUL, Ear, listening, running
from tests.support.fake_bluez import FakeBluez
from tests.support.fake_strap import FakeStrap
from tests.support.private_bus import PrivateBus

KINDS = ("cut", "cut", "cut", "out of reach", "forgotten", "adapter off", "bluetoothd killed")
TIMING = replace(WATCHFUL, choose_s=0.01, air=Backoff(0.001, 1.0, 0.001), person=Backoff(0.02, 1.0, 0.02))
ADDRESS = "F0:F1:F2:F3:F4:F5"


async def held(n_cuts: int, seed: int) -> tuple[Counter[str], list[bytes], Ear]:
    """What was sent, and what was heard."""
    random, kinds, sent = Random(seed), Counter[str](), list[bytes]()
    with PrivateBus():
        bluez = FakeBluez()
        await bluez.start()
        strap = bluez.add_strap(ADDRESS)
        async with running(BleHeart("s1", timing=TIMING)) as ear:
            for n in range(n_cuts + 1):
                await listening(strap)
                for _ in range(random.randint(1, 5)):
                    payload = bytes([0x10, 60, n % 256, 3 + n // 256 + random.randint(0, 1)])
                    strap.notify(payload)
                    await asyncio.sleep(random.choice((0.0, 0.0, 0.002, 0.01)))
                if n == n_cuts:
                    break
                await asyncio.sleep(random.choice((0.0, 0.0, 0.005, 0.03)))
                kind = random.choice(KINDS)
                kinds[kind] += 1
                sent_before = strap.sent
                bluez, strap = await broken(kind, bluez, strap, ear)
                if strap.sent is not sent_before:
                    sent += sent_before
            await asyncio.sleep(0.3)
        sent += strap.sent
        await bluez.kill()
    return kinds, sent, ear


async def broken(kind: str, bluez: FakeBluez, strap: FakeStrap, ear: Ear) -> tuple[FakeBluez, FakeStrap]:
    n_lost = ear.links.count(Link.LOST)
    match kind:
        case "cut":
            strap.cut()
        case "out of reach":
            strap.leave()
            await asyncio.sleep(0.05)
            strap.come_back()
        case "forgotten":
            strap.evict()
        case "adapter off":
            bluez.power(False)
            await asyncio.sleep(0.05)
            bluez.power(True)
        case _:
            await bluez.kill()
            bluez = FakeBluez()
            await bluez.start()
            strap = bluez.add_strap(ADDRESS)
    await ear.until(lambda: ear.links.count(Link.LOST) > n_lost, 20.0)
    return bluez, strap


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    kinds, sent, ear = asyncio.run(held(given.cuts, given.seed))
    said, heard = Counter(sent), Counter(ear.payloads)
    doubled = sum(max(0, n - said[payload]) for payload, n in heard.items() if payload in said)
    invented = sum(n for payload, n in heard.items() if payload not in said)
    print(f"{sum(kinds.values())} cuts: {', '.join(f'{n} {kind}' for kind, n in kinds.most_common())}")
    print(f"sent while somebody listened {len(sent)}, arrived {len(ear.payloads)}")
    print(f"invented {invented}, doubled {doubled}, lost with the link {(said - heard).total()}")
    print(f"in order: {is_in_order(sent, ear.payloads)}; told lost {ear.links.count(Link.LOST)} times")


def is_in_order(sent: list[bytes], heard: list[bytes]) -> bool:
    """What arrived is what was sent, with some left out."""
    coming = iter(sent)
    return all(payload in coming for payload in heard)


if __name__ == "__main__":
    main()
