"""Measurement streams over a real D-Bus with unmodified bleak: started, shared, refused, always stopped."""

import asyncio
from dataclasses import replace

import pytest

from entrain.control.events import Link, SensorChanged, SensorFrames, SensorState
from entrain.devices.ble import streams
from entrain.devices.ble.reader import BleHeart
from entrain.devices.ble.streams import StreamPlan
from entrain.heart.pmd.control import Answer, Operation, Request, Sensor, Setting, value_of
from entrain.wording.remarks import advised, told
from tests.devices.ble.conftest import QUICK, Ear, listening, running
from tests.support.fake_bluez import FakeBluez
from tests.support.fake_strap import FakeStrap
from tests.support.fake_streams import FakeStreams

BOTH = (Sensor.ECG, Sensor.ACC)
PULSE = b"\x10\x3c\x00\x04"
TIMING = replace(QUICK, disconnect_s=1.0)


class Mark:
    """The mark as a set of addresses."""

    def __init__(self) -> None:
        self.addresses: set[str] = set()

    def plan(self, *sensors: Sensor) -> StreamPlan:
        return StreamPlan(sensors, self.addresses.__contains__, self.addresses.add, self.addresses.discard)


@pytest.fixture
def mark() -> Mark:
    return Mark()


def heart(plan: StreamPlan) -> BleHeart:
    return BleHeart("s1", plan=plan, timing=TIMING)


def stood(ear: Ear, sensor: Sensor) -> list[SensorChanged]:
    return [e for e in ear.events if isinstance(e, SensorChanged) and e.sensor is sensor]


def states(ear: Ear, sensor: Sensor) -> list[SensorState]:
    return [event.state for event in stood(ear, sensor)]


def frames(ear: Ear, sensor: Sensor) -> list[bytes]:
    blocks = [e for e in ear.events if isinstance(e, SensorFrames) and e.sensor is sensor]
    assert all(len(e.frames) == len(e.arrived_s) for e in blocks)
    assert all(e.arrived_s == tuple(sorted(e.arrived_s)) and e.arrived_s[-1] <= e.t_s for e in blocks)
    return [frame for event in blocks for frame in event.frames]


async def streaming(ear: Ear, strap: FakeStrap, sensor: Sensor = Sensor.ACC, times: int = 1) -> None:
    await listening(strap)
    strap.notify(PULSE)
    begun = (SensorState.STREAMING, SensorState.SHARED)
    await ear.until(lambda: sum(state in begun for state in states(ear, sensor)) >= times)


async def test_what_is_wanted_is_started_read_to_the_byte_and_stopped(bluez: FakeBluez, mark: Mark) -> None:
    strap = bluez.add_strap()
    fake = FakeStreams(strap)
    async with running(heart(mark.plan(*BOTH))) as ear:
        await streaming(ear, strap, Sensor.ECG)
        await streaming(ear, strap)
        assert fake.running == set(BOTH)
        assert mark.addresses == {strap.address}
        for _ in range(6):
            fake.send(Sensor.ACC)
            fake.send(Sensor.ECG, 2)
            await asyncio.sleep(0.01)
        await ear.until(lambda: len(frames(ear, Sensor.ACC)) == 6)
    assert fake.running == set(), "nothing runs on"
    assert mark.addresses == set()
    for sensor in BOTH:
        assert frames(ear, sensor) == fake.sent[sensor]
        assert states(ear, sensor)[-1] is SensorState.OFF
    started = {r.sensor: r.settings for r in fake.log if r.operation is Operation.START}
    assert value_of(started[Sensor.ACC], Setting.RATE_HZ) == 25
    assert value_of(started[Sensor.ACC], Setting.RANGE_G) == 2
    assert stood(ear, Sensor.ECG)[0].rate_hz == 130.0


async def test_nothing_is_asked_of_a_strap_of_which_no_stream_is_wanted(bluez: FakeBluez, mark: Mark) -> None:
    strap = bluez.add_strap()
    fake = FakeStreams(strap)
    async with running(heart(mark.plan())) as ear:
        await listening(strap)
        strap.notify(PULSE)
        await ear.until_link(Link.STREAMING)
        await asyncio.sleep(0.05)
    assert fake.log == []


async def test_a_crash_leaves_a_mark_and_the_next_start_stops_what_runs(bluez: FakeBluez, mark: Mark) -> None:
    """Even a session that wants no stream: the strap would run until its battery is empty."""
    strap = bluez.add_strap()
    fake = FakeStreams(strap)
    fake.running = set(BOTH)
    mark.addresses.add(strap.address)
    async with running(heart(mark.plan())) as ear:
        await listening(strap)
        strap.notify(PULSE)
        await ear.until(lambda: not fake.running)
        await ear.until(lambda: not mark.addresses)
    assert fake.log == [Request(Operation.STOP, sensor) for sensor in Sensor]


async def test_a_lost_link_is_followed_by_a_stop_and_a_new_start(bluez: FakeBluez, mark: Mark) -> None:
    strap = bluez.add_strap()
    fake = FakeStreams(strap)
    async with running(heart(mark.plan(Sensor.ACC))) as ear:
        await streaming(ear, strap)
        fake.send(Sensor.ACC, 2)
        await ear.until(lambda: len(frames(ear, Sensor.ACC)) == 2)
        strap.cut()
        await ear.until_link(Link.LOST)
        assert fake.running == {Sensor.ACC}, "a strap streams on without a link"
        await streaming(ear, strap, times=2)
        assert states(ear, Sensor.ACC)[-1] is SensorState.STREAMING, "not taken for another program's"
        fake.send(Sensor.ACC)
        await ear.until(lambda: len(frames(ear, Sensor.ACC)) == 3)
    assert fake.running == set()


async def test_another_programs_stream_is_read_along_and_left_running(bluez: FakeBluez, mark: Mark) -> None:
    strap = bluez.add_strap()
    fake = FakeStreams(strap)
    fake.running = {Sensor.ACC}
    async with running(heart(mark.plan(Sensor.ACC))) as ear:
        await streaming(ear, strap)
        assert states(ear, Sensor.ACC) == [SensorState.SHARED]
        fake.send(Sensor.ACC, 3)
        await ear.until(lambda: len(frames(ear, Sensor.ACC)) == 3)
    assert fake.running == {Sensor.ACC}
    assert mark.addresses == set()


@pytest.mark.parametrize("refusal", [Answer.INVALID_MTU, Answer.IN_CHARGER, Answer.INVALID_STATE])
async def test_a_refusal_is_said_and_the_pulse_goes_on(bluez: FakeBluez, mark: Mark, refusal: Answer) -> None:
    strap = bluez.add_strap()
    FakeStreams(strap).refusal = refusal
    async with running(heart(mark.plan(Sensor.ACC))) as ear:
        await listening(strap)
        await ear.until(lambda: states(ear, Sensor.ACC) == [SensorState.REFUSED])
        strap.notify(PULSE)
        await ear.until(lambda: len(ear.payloads) == 1)
    assert advised(stood(ear, Sensor.ACC)[0].remark)
    assert mark.addresses == set()


async def test_a_strap_that_does_not_answer_keeps_its_pulse(bluez: FakeBluez, mark: Mark) -> None:
    strap = bluez.add_strap()
    FakeStreams(strap).is_mute = True
    async with running(heart(mark.plan(Sensor.ACC))) as ear:
        await listening(strap)
        await ear.until(lambda: states(ear, Sensor.ACC) == [SensorState.REFUSED])
        strap.notify(PULSE)
        await ear.until(lambda: len(ear.payloads) == 1)


async def test_a_strap_without_streams_or_without_that_sensor_is_said(bluez: FakeBluez, mark: Mark) -> None:
    strap = bluez.add_strap()
    async with running(heart(mark.plan(*BOTH))) as ear:
        await listening(strap)
        await ear.until(lambda: states(ear, Sensor.ACC) == [SensorState.MISSING])
    verity = bluez.add_strap("F0:F1:F2:F3:F4:F6", "Polar Sense")
    strap.leave()
    fake = FakeStreams(verity, [Sensor.ACC])
    async with running(heart(mark.plan(*BOTH))) as ear:
        await streaming(ear, verity)
        assert states(ear, Sensor.ECG) == [SensorState.MISSING]
        assert fake.running == {Sensor.ACC}


async def test_frames_cut_short_and_a_dead_axis_are_said(bluez: FakeBluez, mark: Mark) -> None:
    strap = bluez.add_strap()
    fake = FakeStreams(strap)
    async with running(heart(mark.plan(Sensor.ACC))) as ear:
        await streaming(ear, strap)
        fake.cut_to = 20
        fake.send(Sensor.ACC, streams.CUT_FRAMES)
        await ear.until(lambda: states(ear, Sensor.ACC)[-1] is SensorState.FAULTY)
        fake.cut_to, fake.dead_axis = None, 2
        fake.send(Sensor.ACC, streams.STUCK_FRAMES)
        await ear.until(lambda: "z axis is stuck at -2000" in told(stood(ear, Sensor.ACC)[-1].remark))
    assert len(frames(ear, Sensor.ACC)) == streams.CUT_FRAMES + streams.STUCK_FRAMES, "all of it is kept"


async def test_a_stream_that_falls_silent_is_said(
    bluez: FakeBluez, mark: Mark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "QUIET_S", 0.3)
    monkeypatch.setattr(streams, "LOOK_S", 0.05)
    strap = bluez.add_strap()
    fake = FakeStreams(strap)
    async with running(heart(mark.plan(Sensor.ACC))) as ear:
        await streaming(ear, strap)
        await ear.until(lambda: states(ear, Sensor.ACC)[-1] is SensorState.SILENT)
        fake.send(Sensor.ACC)
        await ear.until(lambda: states(ear, Sensor.ACC)[-1] is SensorState.STREAMING)
