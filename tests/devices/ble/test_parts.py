"""The small parts: who is meant, how long to wait, and calls that do not come back."""

import asyncio
import math
from contextlib import suppress

import pytest
from bleak.exc import BleakError
from hypothesis import given
from hypothesis import strategies as st

from entrain.devices.ble.faults import TROUBLES
from entrain.devices.ble.radio import Airspace, within
from entrain.devices.ble.timing import Backoff, Timing
from entrain.devices.ble.wanted import FoundStrap, WantedStrap, printable
from entrain.remark import Topic

octets = st.lists(st.integers(0, 255), min_size=6, max_size=6)
positive = st.floats(0.001, 100, allow_nan=False)


@given(octets, st.sampled_from(":-"), st.booleans())
def test_an_address_is_known_in_every_spelling(octet: list[int], separator: str, upper: bool) -> None:
    typed = separator.join(f"{o:02X}" if upper else f"{o:02x}" for o in octet)
    wanted = WantedStrap.parse(f" {typed} ")
    assert wanted.name is None
    assert wanted.matches(FoundStrap(":".join(f"{o:02X}" for o in octet), heart_rate_service=False))


@given(st.uuids())
def test_a_mac_gives_uuids_for_addresses(uuid: object) -> None:
    wanted = WantedStrap.parse(str(uuid))
    assert wanted.name is None
    assert wanted.matches(FoundStrap(str(uuid).upper()))


@given(st.text(min_size=1).filter(str.strip), st.text(), st.text())
def test_a_name_matches_wherever_it_stands(name: str, before: str, after: str) -> None:
    wanted = WantedStrap.parse(name)
    if wanted.address is None:
        assert wanted.matches(FoundStrap("AA", before + name.strip() + after, heart_rate_service=False))
    assert not wanted.matches(FoundStrap("AA", None))


def test_any_strap_is_one_that_offers_heart_rate() -> None:
    assert WantedStrap.parse("  ") == WantedStrap()
    assert WantedStrap().matches(FoundStrap("AA"))
    assert not WantedStrap().matches(FoundStrap("AA", "Polar H10", heart_rate_service=False))
    assert WantedStrap(preferred="aa").matches(FoundStrap("AA", heart_rate_service=False))


@given(st.text())
def test_nothing_from_the_air_disturbs_a_terminal(text: str) -> None:
    clean = printable(text)
    assert clean is None or (clean.isprintable() and 0 < len(clean) <= 64)


def test_readable_names_stay_as_they_are() -> None:
    assert printable("Polar H10 1234") == "Polar H10 1234"
    assert printable("Käte’s Gürtel") == "Käte’s Gürtel"
    assert printable("H10\x00\x1b[2J") == "H10[2J"


@given(positive, st.floats(1, 3), positive, st.integers(0, 10**6))
def test_a_pause_grows_up_to_its_limit(first_s: float, factor: float, longest_s: float, n: int) -> None:
    backoff = Backoff(first_s, factor, longest_s)
    assert 0 < backoff.pause_s(n) <= backoff.pause_s(n + 1) <= longest_s
    assert backoff.pause_s(0) == min(first_s, longest_s)
    assert math.isfinite(backoff.pause_s(n))


@pytest.mark.parametrize("reason", sorted(TROUBLES))
def test_every_reason_has_a_back_off_and_none_gives_up(reason: Topic) -> None:
    assert 0 < Timing().backoff(reason).pause_s(10**6) <= 30


# ---- calls that do not come back ---------------------------------------------------------------------------


async def test_within_returns_and_raises_what_the_call_does() -> None:
    async def answer() -> int:
        return 42

    async def fail() -> int:
        raise KeyError("x")

    assert await within(1, answer()) == 42
    with pytest.raises(KeyError):
        await within(1, fail())


async def test_within_does_not_wait_for_a_call_that_will_not_be_cancelled() -> None:
    released = asyncio.Event()

    async def stubborn() -> None:
        while not released.is_set():
            with suppress(asyncio.CancelledError):
                await released.wait()

    loop = asyncio.get_running_loop()
    began_s = loop.time()
    with pytest.raises(TimeoutError):
        await within(0.05, stubborn())
    assert loop.time() - began_s < 5
    released.set()


async def test_within_lets_a_cancelled_call_tidy_up() -> None:
    tidied = False

    async def tidy() -> None:
        nonlocal tidied
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            tidied = True

    with pytest.raises(TimeoutError):
        await within(0.02, tidy())
    assert tidied


async def test_within_cuts_a_tidying_up_short_that_hangs() -> None:
    cut_short = False

    async def untidy() -> None:
        nonlocal cut_short
        try:
            await asyncio.sleep(60)
        finally:
            try:
                await asyncio.sleep(60)
            finally:
                cut_short = True

    with pytest.raises(TimeoutError):
        await within(0.02, untidy())
    assert cut_short


async def test_a_call_that_cancels_itself_does_not_cancel_us() -> None:
    async def give_up() -> None:
        raise asyncio.CancelledError

    with pytest.raises(BleakError):
        await within(1, give_up())


async def test_cancelling_whoever_waits_cancels_the_call() -> None:
    cancelled = asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    waiting = asyncio.create_task(within(60, endless()))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert cancelled.is_set()


async def test_one_loop_one_airspace() -> None:
    assert Airspace.here() is Airspace.here()
