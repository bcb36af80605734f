"""Streams over real LSL on the loopback: another process reads what a session sends; a heart comes in."""

import asyncio
import json
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pylsl
import pytest

from entrain.clock import MonotonicClock
from entrain.control.events import Event, Link, LinkChanged, NotificationArrived, StrapDescribed
from entrain.devices.lsl.inlet import LslHeart, Unit, wanted_of
from entrain.devices.lsl.outlets import Outlets
from entrain.heart.gatt import HeartRateMeasurement
from entrain.streams import Sampler, markers
from tests.support.sessions import CONFIG, RECORDS

READER = """
    import json, sys, time, pylsl
    inlets = {}
    until = time.monotonic() + 40
    while len(inlets) < 8 and time.monotonic() < until:
        for info in pylsl.resolve_streams(1.5):
            if info.name().startswith("entrain ") and info.name() not in inlets:
                inlets[info.name()] = pylsl.StreamInlet(info)
                inlets[info.name()].open_stream(10)
    print("ready", flush=True)
    sys.stdin.readline()
    said = {}
    for name, inlet in inlets.items():
        info = inlet.info(10)
        samples = []
        while (pair := inlet.pull_sample(timeout=0.3))[0] is not None:
            samples.append(pair)
        said[name] = {
            "type": info.type(), "labels": info.get_channel_labels(), "units": info.get_channel_units(),
            "offset": inlet.time_correction(5), "samples": samples,
        }
    print(json.dumps(said), flush=True)
"""


@pytest.fixture(autouse=True)
def only_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    config = tmp_path / "lsl_api.cfg"
    config.write_text("[multicast]\nResolveScope = machine\n")
    monkeypatch.setenv("LSLAPICFG", str(config))
    return config


@pytest.fixture
def reader() -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(READER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.wait()


def test_another_process_reads_the_session(reader: "subprocess.Popen[str]") -> None:
    clock = MonotonicClock()
    outlets = Outlets(CONFIG, clock)
    assert reader.stdin is not None
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    offset_s = pylsl.local_clock() - clock.now_s()
    sampler, expected = Sampler(), dict[str, list[tuple[float, list[float] | list[str]]]]()
    for event, effects in RECORDS:
        outlets.observe(event, effects)
        for sample in sampler.samples(event, effects):
            expected.setdefault(f"entrain {sample.stream}", []).append((sample.t_s, list(sample.values)))
        for marker in markers(event, effects):
            expected.setdefault("entrain markers", []).append((marker.t_s, [str(marker)]))
    reader.stdin.write("\n")
    reader.stdin.flush()
    said = json.loads(reader.stdout.readline())
    assert len(said) == 8
    assert (said["entrain rr sim:7"]["labels"][0], said["entrain rr sim:7"]["units"][0]) == (
        "rr",
        "milliseconds",
    )
    assert said["entrain markers"]["type"] == "Markers"
    for name, samples in expected.items():
        read = said[name]["samples"]
        assert [values for values, _ in read] == [pytest.approx(values, nan_ok=True) for _, values in samples]
        times_s = [at_s - offset_s for _, at_s in read]
        assert times_s == pytest.approx([t_s for t_s, _ in samples], abs=0.002)


async def test_what_is_sent_out_can_be_a_heart() -> None:
    """Our own outlet as the sender: intervals come in as a strap's bytes, tick for tick."""
    clock = MonotonicClock()
    outlets = Outlets(CONFIG, clock)
    events: list[Event] = []
    heart = LslHeart("lsl", "entrain rr sim:7")
    task = asyncio.create_task(heart.run(events.append, clock))
    try:
        await until(lambda: any(isinstance(each, StrapDescribed) for each in events))
        for event, effects in RECORDS:
            outlets.observe(event, effects)
        await until(lambda: any(isinstance(each, NotificationArrived) for each in events))
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    payloads = [each.payload for each in events if isinstance(each, NotificationArrived)]
    assert [HeartRateMeasurement.from_bytes(payload).rr_ticks for payload in payloads] == [(883,)]
    links = [each.link for each in events if isinstance(each, LinkChanged)]
    assert links == [Link.SEARCHING, Link.SUBSCRIBING, Link.STREAMING]


async def until(what: Callable[[], bool], timeout_s: float = 20.0) -> None:
    give_up_s = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < give_up_s
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("kind", "channels", "channel", "unit"),
    [
        ("RR", [("rr", "milliseconds"), ("n", "")], 0, Unit.MS),
        ("ECG", [("hr", "bpm"), ("RRi", "s")], 1, Unit.S),
        ("HR", [("", "")], 0, Unit.BPM),
        ("HeartRate", [("pulse", "beats per minute")], 0, Unit.BPM),
        ("RR", [], 0, Unit.MS),
    ],
)
def test_the_metadata_say_what_it_is(
    kind: str, channels: list[tuple[str, str]], channel: int, unit: Unit
) -> None:
    info = pylsl.StreamInfo("x", kind, max(1, len(channels)), 0, "double64", "x")
    if channels:
        info.set_channel_labels([label for label, _ in channels])
        info.set_channel_units([each for _, each in channels])
    wanted = wanted_of(info)
    assert (wanted.channel, wanted.unit) == (channel, unit)
