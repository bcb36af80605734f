"""The measurement streams of a `FakeStrap`, as an H10 has them: they run until somebody stops them."""

import asyncio
from collections.abc import Sequence
from math import pi, sin

from entrain.heart.pmd.control import (
    CONTROL_POINT,
    DATA,
    SERVICE,
    Answer,
    Operation,
    Request,
    Response,
    Sensor,
    Setting,
    Settings,
    features_bytes,
)
from entrain.heart.pmd.frames import SensorFrame
from tests.support.fake_strap import FakeStrap

BEGAN_NS = 599616000000000000
OFFERED: dict[Sensor, Settings] = {
    Sensor.ACC: (
        (Setting.RATE_HZ, (25, 50, 100, 200)),
        (Setting.RESOLUTION_BITS, (16,)),
        (Setting.RANGE_G, (2, 4, 8)),
    ),
    Sensor.ECG: ((Setting.RATE_HZ, (130,)), (Setting.RESOLUTION_BITS, (14,))),
}
N_SAMPLES = {Sensor.ACC: 36, Sensor.ECG: 73}


class FakeStreams:
    """`running` is what the strap streams now, whoever asked; `log` what was written to its control point."""

    def __init__(self, strap: FakeStrap, sensors: Sequence[Sensor] = tuple(Sensor)) -> None:
        self.strap = strap
        self.running: set[Sensor] = set()
        self.log: list[Request] = []
        self.refusal: Answer | None = None  # of every start
        self.is_mute = False  # answers nothing
        self.cut_to: int | None = None  # bytes that a notification holds
        self.dead_axis: int | None = None
        self.sent: dict[Sensor, list[bytes]] = {sensor: [] for sensor in Sensor}
        self._n_sent = dict.fromkeys(Sensor, 0)
        features = features_bytes(frozenset(sensors))
        strap.offer(
            SERVICE, (CONTROL_POINT, ["read", "write", "indicate"], features), (DATA, ["notify"], b"")
        )
        strap.written = self.written

    def written(self, uuid: str, value: bytes) -> None:
        if uuid != CONTROL_POINT:
            return
        request = Request.from_bytes(value)
        self.log.append(request)
        answer, settings = Answer.SUCCESS, ()
        match request.operation:
            case Operation.SETTINGS:
                settings = OFFERED[request.sensor]
            case Operation.START if self.refusal is not None:
                answer = self.refusal
            case Operation.START if request.sensor in self.running:
                answer = Answer.ALREADY_IN_STATE
            case Operation.START:
                self.running.add(request.sensor)
            case Operation.STOP:
                self.running.discard(request.sensor)
        if self.is_mute:
            return
        reply = bytes(Response(request.operation, request.sensor, answer, settings))
        asyncio.get_running_loop().call_soon(self.strap.notify, reply, CONTROL_POINT)

    def send(self, sensor: Sensor, n_frames: int = 1) -> None:
        """The next frames of a stream that runs: a breath of 15/min, or a trace with a spike each second."""
        for _ in range(n_frames if sensor in self.running else 0):
            self._n_sent[sensor] += N_SAMPLES[sensor]
            payload = bytes(self._frame(sensor, self._n_sent[sensor]))[: self.cut_to]
            if self.strap.notify(payload, DATA):
                self.sent[sensor].append(payload)

    def _frame(self, sensor: Sensor, end: int) -> SensorFrame:
        hz = 25 if sensor is Sensor.ACC else 130
        samples: list[tuple[int, ...]] = []
        for k in range(end - N_SAMPLES[sensor], end):
            if sensor is Sensor.ECG:
                samples.append((1200 if k % hz == 0 else 10 * (k % 3),))
                continue
            tilt = round(20 * sin(2 * pi * 0.25 * k / hz))
            axes = [tilt + k % 2, -900 + k % 3, 300 + tilt + k % 2]
            if self.dead_axis is not None:
                axes[self.dead_axis] = -2000
            samples.append(tuple(axes))
        last_ns = BEGAN_NS + end * 1_000_000_000 // hz
        return SensorFrame(sensor, last_ns, 1 if sensor is Sensor.ACC else 0, tuple(samples))
