"""The virtual strap that whole sessions are tested with: it sends what it is given, and obeys signals."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.control.events import Link
from entrain.devices.ble.reader import BleHeart
from entrain.heart.gatt import HeartRateMeasurement
from entrain.units import ms_to_ticks
from entrain.wording.remarks import told
from tests.devices.ble.conftest import QUICK, Ear, running
from tests.support.private_bus import VARIABLE
from tests.support.virtual_strap import packets_of, virtual_strap

RR_MS = [812.0, 790.0, 805.0, 1010.0, 655.0] * 4


@given(st.lists(st.floats(300, 2000), max_size=60))
def test_the_packets_hold_all_intervals_in_order_when_they_are_over(rr_ms: list[float]) -> None:
    packets = packets_of(rr_ms)
    decoded = [HeartRateMeasurement.from_bytes(payload) for _, payload in packets]
    assert [ticks for m in decoded for ticks in m.rr_ticks or ()] == [ms_to_ticks(rr) for rr in rr_ms]
    times_s = [t_s for t_s, _ in packets]
    assert times_s == sorted(times_s)
    n_before = 0
    for t_s, measurement in zip(times_s, decoded, strict=True):
        n_before += len(measurement.rr_ticks or ())
        assert sum(rr_ms[:n_before]) / 1000 <= t_s + 1e-9, "no interval is sent before its beat"


async def test_a_session_reads_what_was_given() -> None:
    packets = packets_of(RR_MS)
    with virtual_strap(packets, speed=50) as strap:
        async with running(BleHeart("s1", timing=QUICK)) as ear:
            await ear.until(strap.played.is_set)
            await ear.until(lambda: len(ear.payloads) == len(packets))
    assert ear.payloads == strap.sent == [payload for _, payload in packets]


async def test_it_beats_on_while_nobody_listens() -> None:
    packets = packets_of(RR_MS * 10)
    with virtual_strap(packets, speed=50) as strap:
        async with running(BleHeart("s1", timing=QUICK)) as ear:
            await ear.until(lambda: len(ear.payloads) > 10)
            strap.leave()
            await ear.until_link(Link.LOST)
            await ear.until(lambda: strap.n_unheard > 2)
            strap.come_back()
            await ear.until(strap.played.is_set)
            await ear.until(lambda: len(ear.payloads) == len(strap.sent))
    assert ear.payloads == strap.sent
    assert 10 < len(ear.payloads) == len(packets) - strap.n_unheard


async def test_as_a_program_it_obeys_signals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rr.txt"
    file.write_text("\n".join(str(rr) for rr in RR_MS))
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.virtual_strap", str(file), "--speed", "40"),
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert program.stdout is not None
    try:
        line = (await asyncio.wait_for(program.stdout.readline(), 20)).decode()
        name, _, address = line.removeprefix("export ").strip().partition("=")
        assert name == VARIABLE
        monkeypatch.setenv(name, address)
        async with running(BleHeart("s1", timing=QUICK)) as ear:
            await _plays_endlessly(ear)
            program.send_signal(signal.SIGUSR1)
            await ear.until_link(Link.LOST)
            await ear.until(lambda: "No sign" in told(ear.now.remark))
            program.send_signal(signal.SIGUSR2)
            await ear.until_link(Link.STREAMING, times=2)
        program.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(program.wait(), 10) == 0
    finally:
        if program.returncode is None:
            os.killpg(program.pid, signal.SIGKILL)
            await program.wait()


async def _plays_endlessly(ear: Ear) -> None:
    n_packets = len(packets_of(RR_MS))
    more: Callable[[], bool] = lambda: len(ear.payloads) > n_packets + 2  # noqa: E731
    await ear.until(more)
