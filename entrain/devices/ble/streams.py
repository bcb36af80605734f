"""The measurement streams of one connection: stop what was left running, start what is wanted, stop it again.

A strap streams until it is told to stop, link or no link, or until its battery is empty. So a mark is kept
beside the sessions from before the first start until the last stop has been answered (`StreamPlan`); whoever
connects to a marked strap next, asked for streams or not, stops them first. A stream that runs without our
mark is another program's: it is read along and left running.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic

from entrain.control.events import SensorState
from entrain.devices.ble.radio import within
from entrain.devices.ble.report import Report
from entrain.devices.ble.timing import Timing
from entrain.errors import MalformedMeasurement
from entrain.heart.pmd import control as pmd
from entrain.heart.pmd.control import Answer, Operation, Request, Response, Sensor, Setting, Settings
from entrain.heart.pmd.frames import SensorFrame
from entrain.remark import Remark, Topic

BLOCK_S: Final = 2.0  # of ECG frames, two a second: nothing is decided on them
LOOK_S: Final = 0.5
QUIET_S: Final = 8.0  # without a frame a stream is silent; the slowest sends one in 1.5 s
STUCK_FRAMES: Final = 5  # with one and the same value on an axis
CUT_FRAMES: Final = 3  # that cannot be read, in a row


def _nobody(address: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """What is wanted of a strap, and the mark that says that its streams are ours to stop.

    The three are given the strap's address; `begin` and `end` put the mark and take it away.
    """

    sensors: tuple[Sensor, ...] = ()
    is_left_on: Callable[[str], bool] = lambda address: False
    begin: Callable[[str], None] = _nobody
    end: Callable[[str], None] = _nobody


@dataclass(slots=True)
class _Running:
    """One stream."""

    heard_s: float
    ours: bool
    state: SensorState
    rate_hz: float | None
    factor: float | None
    block: list[tuple[float, bytes]]
    n_cut: int = 0
    n_stuck: int = 0


class Streams:
    """Used once, with its connection: `run` while it lasts, `stop` whatever happened before."""

    def __init__(
        self, client: BleakClient, address: str, name: str, plan: StreamPlan, report: Report, timing: Timing
    ) -> None:
        self._client, self._address, self._name = client, address, name
        self._plan, self._report, self._timing = plan, report, timing
        self._control: BleakGATTCharacteristic | None = None
        self._answers: asyncio.Queue[Response] = asyncio.Queue()
        self._running: dict[Sensor, _Running] = {}
        self._closed = False

    async def run(self) -> None:
        """Start what is wanted and watch it. A strap that will not stream keeps its pulse all the same."""
        plan = self._plan
        is_left_on = plan.is_left_on(self._address)
        if not plan.sensors and not is_left_on:
            return
        found = {c.uuid: c for c in self._client.services.characteristics.values()}
        self._control, data = found.get(pmd.CONTROL_POINT), found.get(pmd.DATA)
        if self._control is None or data is None:
            for sensor in plan.sensors:
                self._say(sensor, SensorState.MISSING, Topic.NO_STREAMS)
            return
        try:
            await within(self._timing.call_s, self._client.start_notify(self._control, self._answered))
            if is_left_on:
                await self._stop(tuple(Sensor))
            if not plan.sensors:
                return
            value = await within(self._timing.call_s, self._client.read_gatt_char(self._control))
            offered = pmd.features(bytes(value))
            await within(self._timing.call_s, self._client.start_notify(data, self._arrived))
            for sensor in plan.sensors:
                await self._start(sensor, sensor in offered)
        except Exception as error:
            for sensor in plan.sensors:
                if sensor not in self._running:
                    cause = type(error).__name__
                    self._say(sensor, SensorState.REFUSED, Topic.STREAM_UNANSWERED, cause=cause)
            if not self._running:
                return
        await self._watch()

    async def stop(self) -> None:
        """Stop what we started, as far as the link still allows; the mark stays where it does not."""
        self._closed = True
        for sensor in self._running:
            self._hand_on(sensor)
        ours = tuple(sensor for sensor, each in self._running.items() if each.ours)
        if ours and self._client.is_connected:
            with suppress(Exception):
                await self._stop(ours)
        for sensor in self._running:
            self._say(sensor, SensorState.OFF)

    # ---- asking --------------------------------------------------------------------------------------------

    async def _start(self, sensor: Sensor, is_offered: bool) -> None:
        if not is_offered:
            self._say(sensor, SensorState.MISSING, Topic.NO_SENSOR)
            return
        offered = await self._ask(Request(Operation.SETTINGS, sensor))
        wanted = pmd.chosen(offered.settings, pmd.PREFERRED[sensor])
        self._plan.begin(self._address)
        answer = await self._ask(Request(Operation.START, sensor, wanted))
        rate_hz = pmd.value_of(wanted, Setting.RATE_HZ)
        match answer.answer:
            case Answer.SUCCESS:
                self._began(
                    sensor, SensorState.STREAMING, None if rate_hz is None else float(rate_hz), answer
                )
            case Answer.ALREADY_IN_STATE:
                self._began(sensor, SensorState.SHARED, None, answer)
            case Answer.INVALID_MTU:
                self._say(sensor, SensorState.REFUSED, Topic.STREAM_PACKETS)
            case Answer.IN_CHARGER:
                self._say(sensor, SensorState.REFUSED, Topic.STREAM_CHARGING)
            case other:
                refusal = other.name.lower().replace("_", " ")
                self._say(sensor, SensorState.REFUSED, Topic.STREAM_REFUSED, answer=refusal)
        if not any(each.ours for each in self._running.values()):
            self._plan.end(self._address)

    def _began(self, sensor: Sensor, state: SensorState, rate_hz: float | None, answer: Response) -> None:
        ours = state is SensorState.STREAMING
        self._running[sensor] = _Running(_now_s(), ours, state, rate_hz, answer.factor, [])
        self._say(sensor, state, _BEGAN[state])

    async def _stop(self, sensors: tuple[Sensor, ...]) -> None:
        for sensor in sensors:
            await self._ask(Request(Operation.STOP, sensor))
        self._plan.end(self._address)

    async def _ask(self, request: Request) -> Response:
        """The answer to a request, its parts put together."""
        assert self._control is not None
        limit_s = self._timing.call_s
        await within(limit_s, self._client.write_gatt_char(self._control, bytes(request), response=True))
        settings: Settings = ()
        while True:
            answer = await within(limit_s, self._answers.get())
            if (answer.operation, answer.sensor) != (request.operation, request.sensor):
                continue  # to another program's request, or to one that we gave up
            settings += answer.settings
            if not answer.has_more:
                return Response(answer.operation, answer.sensor, answer.answer, settings, tail=answer.tail)

    def _answered(self, _: BleakGATTCharacteristic, value: bytearray) -> None:
        with suppress(MalformedMeasurement):  # what is read there comes by here as well
            self._answers.put_nowait(Response.from_bytes(bytes(value)))

    # ---- frames --------------------------------------------------------------------------------------------

    def _arrived(self, _: BleakGATTCharacteristic, value: bytearray) -> None:
        payload = bytes(value)
        sensor = Sensor.of_code(payload[0]) if payload else None
        running = self._running.get(sensor) if sensor is not None else None
        if self._closed or running is None or sensor is None:
            return
        running.heard_s = _now_s()
        running.block.append((self._report.now_s(), payload))
        if sensor is not Sensor.ECG:
            self._hand_on(sensor)
        self._judge(sensor, running, payload)

    def _hand_on(self, sensor: Sensor) -> None:
        running = self._running[sensor]
        block, running.block = running.block, []
        if block:
            self._report.frames(sensor, block)

    def _judge(self, sensor: Sensor, running: _Running, payload: bytes) -> None:
        """Say of frames what a person can mend, once: that they are cut, that an axis is dead."""
        try:
            frame = SensorFrame.from_bytes(payload)
        except MalformedMeasurement:
            running.n_cut += 1
            if running.n_cut == CUT_FRAMES:
                self._change(sensor, SensorState.FAULTY, Topic.STREAM_CUT)
            return
        stuck = [len(set(axis)) == 1 for axis in zip(*frame.samples, strict=True)]
        running.n_cut, running.n_stuck = 0, running.n_stuck + 1 if any(stuck) and len(stuck) > 1 else 0
        if running.n_stuck == STUCK_FRAMES:
            axis = stuck.index(True)
            mg = frame.samples[0][axis]
            self._change(sensor, running.state, Topic.STREAM_STUCK, axis="xyz"[axis], mg=mg)
        elif running.state in (SensorState.SILENT, SensorState.FAULTY):
            state = SensorState.STREAMING if running.ours else SensorState.SHARED
            self._change(sensor, state, _BEGAN[state])

    async def _watch(self) -> None:
        while self._running:
            await asyncio.sleep(LOOK_S)
            for sensor, running in self._running.items():
                if running.block and self._report.now_s() - running.block[0][0] >= BLOCK_S:
                    self._hand_on(sensor)
                is_quiet = _now_s() - running.heard_s > QUIET_S
                if is_quiet and running.state is not SensorState.SILENT:
                    self._change(sensor, SensorState.SILENT, Topic.STREAM_SILENT)

    def _change(self, sensor: Sensor, state: SensorState, topic: Topic, **values: float | str) -> None:
        self._running[sensor].state = state
        self._say(sensor, state, topic, **values)

    def _say(
        self, sensor: Sensor, state: SensorState, topic: Topic | None = None, **values: float | str
    ) -> None:
        remark = None
        if topic is not None:
            remark = Remark.of(topic, strap=self._name, sensor=sensor.value, **values)
        running = self._running.get(sensor)
        rate_hz, factor = (running.rate_hz, running.factor) if running else (None, None)
        self._report.sensor(sensor, state, remark, rate_hz, factor)


_BEGAN: Final = {
    SensorState.STREAMING: Topic.STREAMS,
    SensorState.SHARED: Topic.STREAMS_FOR_ANOTHER,
}


def _now_s() -> float:
    return asyncio.get_running_loop().time()
