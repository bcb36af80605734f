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
from entrain.control.events import (
    BeatSeen,
    Event,
    IntervalReported,
    Link,
    LinkChanged,
    NotificationArrived,
    StrapDescribed,
)
from entrain.control.protocol import SessionConfig
from entrain.control.session import reduce, start
from entrain.devices.lsl.inlet import LslHeart, Unit, WantedStream, parsed, wanted_of
from entrain.devices.lsl.outlets import MARKERS, PREFIX, Outlets
from entrain.streams import Sampler, markers, streams_of
from entrain.wording.remarks import advised, told
from tests.support.lsl import a_lab_of_its_own
from tests.support.sessions import CONFIG, RECORDS

READER = """
    import json, sys, time, pylsl
    inlets = {}
    until = time.monotonic() + 120
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
    return a_lab_of_its_own(tmp_path, monkeypatch)


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
    streams = {PREFIX + stream.name for stream in (*streams_of(CONFIG.straps), MARKERS)}
    assert set(said) == streams
    assert len(streams) == 8
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
    """Our own outlet as the sender: intervals come in unrounded, at their beats' own times."""
    clock = MonotonicClock()
    outlets = Outlets(CONFIG, clock)
    events: list[Event] = []
    heart = LslHeart("lsl", "entrain rr sim:7")
    task = asyncio.create_task(heart.run(events.append, clock))
    try:
        await until(lambda: any(isinstance(each, StrapDescribed) for each in events))
        for event, effects in RECORDS:
            outlets.observe(event, effects)
        await until(lambda: any(isinstance(each, IntervalReported) for each in events))
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    beats = [effect.beat for _, effects in RECORDS for effect in effects if isinstance(effect, BeatSeen)]
    reported = [each for each in events if isinstance(each, IntervalReported)]
    assert [each.rr_ms for each in reported] == [beat.rr.ms for beat in beats]
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
        ("", [("IBI", "ms")], 0, Unit.MS),
    ],
)
def test_the_metadata_say_what_it_is(
    kind: str, channels: list[tuple[str, str]], channel: int, unit: Unit
) -> None:
    info = pylsl.StreamInfo("x", kind, max(1, len(channels)), 0, "double64", "x")
    if channels:
        info.set_channel_labels([label for label, _ in channels])
        info.set_channel_units([each for _, each in channels])
    wanted, _ = wanted_of(info)
    assert wanted is not None
    assert (wanted.channel, wanted.unit) == (channel, unit)


async def test_of_two_streams_of_one_name_always_the_same_is_read_and_that_is_said() -> None:
    name = f"twice {time.monotonic_ns()}"
    outlets = {s: pylsl.StreamOutlet(pylsl.StreamInfo(name, "RR", 1, 0, "double64", s)) for s in "ba"}
    events: list[Event] = []
    task = asyncio.create_task(LslHeart("s", name, Unit.MS).run(events.append, MonotonicClock()))
    try:
        await until(lambda: any(isinstance(each, StrapDescribed) for each in events))
        await asyncio.sleep(0.2)
        for rr_ms, source in ((900.0, "b"), (800.0, "a")):
            outlets[source].push_sample([rr_ms])
        await until(lambda: any(isinstance(each, IntervalReported) for each in events))
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert [each.rr_ms for each in events if isinstance(each, IntervalReported)] == [800.0]
    assert any("2 LSL streams" in told(each.remark) for each in events if isinstance(each, LinkChanged))


@pytest.mark.parametrize("n_said", [1, 5])
@pytest.mark.parametrize("unit", ["[ms]", "ms.", "MS"])
def test_metadata_that_speak_of_too_few_or_too_many_channels_are_read(n_said: int, unit: str) -> None:
    info = pylsl.StreamInfo("x", "RR", 3, 0, "string", "x")
    channels = info.desc().append_child("channels")
    for n in range(n_said):
        channel = channels.append_child("channel")
        channel.append_child_value("label", "RR" if n == 0 else "other")
        channel.append_child_value("unit", unit)
    wanted, _ = wanted_of(info)
    assert wanted is not None
    assert (wanted.channel, wanted.unit) == (0, Unit.MS)


@pytest.mark.parametrize("channel_format", ["string", "float32", "int16", "double64"])
async def test_channels_of_any_format_are_read_and_what_is_no_number_is_left_out(channel_format: str) -> None:
    name = f"odd {channel_format} {time.monotonic_ns()}"
    outlet = pylsl.StreamOutlet(pylsl.StreamInfo(name, "RR", 1, 0, channel_format, name))
    events: list[Event] = []
    task = asyncio.create_task(LslHeart("s", name, Unit.MS).run(events.append, MonotonicClock()))
    try:
        await until(lambda: any(isinstance(each, StrapDescribed) for each in events))
        await asyncio.sleep(0.2)
        for value in ("n/a", "812", "", "nan", "823") if channel_format == "string" else (812, 0, 823):
            outlet.push_sample([value])
        await until(lambda: sum(isinstance(each, IntervalReported) for each in events) == 2)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert [each.rr_ms for each in events if isinstance(each, IntervalReported)] == [812.0, 823.0]


@pytest.mark.parametrize(
    ("kind", "labels", "units", "rate_hz", "said"),
    [
        ("EEG", [f"EEG{n}" for n in range(8)], ["microvolts"] * 8, 250.0, "8 channels at 250 Hz"),
        ("EEG", ["Cz"], ["microvolts"], 0.0, "does not say that it is a heart"),
        ("Markers", [""], [""], 0.0, "does not say that it is a heart"),
        ("Misc", ["rr"], [""], 0.0, "in which unit"),
    ],
)
def test_what_does_not_say_that_it_is_a_heart_is_not_taken(
    kind: str, labels: list[str], units: list[str], rate_hz: float, said: str
) -> None:
    info = pylsl.StreamInfo("x", kind, len(labels), rate_hz, "double64", "x")
    info.set_channel_labels(labels)
    info.set_channel_units(units)
    wanted, why_not = wanted_of(info)
    assert wanted is None
    assert why_not is not None
    assert said in told(why_not)
    for unit in Unit:
        assert wanted_of(info, unit)[0] == WantedStream(0, unit), "unless it is told"


@pytest.mark.parametrize(
    ("text", "name", "unit"),
    [
        ("x", "x", None),
        ("a:b", "a:b", None),
        ("a:b:rr_s", "a:b", Unit.S),
        (":bpm", "", Unit.BPM),
        ("", "", None),
    ],
)
def test_a_stream_can_be_told_what_it_is(text: str, name: str, unit: Unit | None) -> None:
    assert parsed(text) == (name, unit)


async def test_a_foreign_stream_blocks_and_says_what_to_type() -> None:
    """Eight channels of EEG were once taken for 3,022 beats in 25 s."""
    info = pylsl.StreamInfo("brain", "EEG", 8, 250.0, "float32", "brain")
    outlet, events, clock = pylsl.StreamOutlet(info), list[Event](), MonotonicClock()
    task = asyncio.create_task(LslHeart("lsl", "brain").run(events.append, clock))
    try:
        await until(lambda: any(isinstance(e, LinkChanged) and e.link is Link.BLOCKED for e in events))
        for _ in range(50):
            outlet.push_sample([850.0] * 8)
        await asyncio.sleep(0.3)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert not any(isinstance(each, IntervalReported | NotificationArrived) for each in events)
    (blocked,) = [each for each in events if isinstance(each, LinkChanged) and each.link is Link.BLOCKED]
    assert "8 channels at 250 Hz" in told(blocked.remark)
    assert "lsl:NAME:rr_ms" in advised(blocked.remark)


async def test_the_sender_s_own_stamps_are_the_beats_times() -> None:
    """Sent in a heap and late; the intervals lie where the sender put them, to a thousandth."""
    info = pylsl.StreamInfo("heart", "RR", 1, 0, "double64", "heart")
    info.set_channel_units(["ms"])
    outlet, events, clock = pylsl.StreamOutlet(info), list[Event](), MonotonicClock()
    task = asyncio.create_task(LslHeart("lsl", "heart").run(events.append, clock))
    rr_ms = [312.3456 + n for n in range(6)]
    try:
        await until(lambda: any(isinstance(e, StrapDescribed) for e in events))
        await asyncio.to_thread(outlet.wait_for_consumers, 10)
        await asyncio.sleep(2.0)
        first_s = pylsl.local_clock() - 1.9
        offset_s = clock.now_s() - pylsl.local_clock()
        ended_s = [first_s + sum(rr_ms[:n]) / 1000 for n in range(len(rr_ms))]
        for rr, t_s in zip(rr_ms, ended_s, strict=True):
            outlet.push_sample([rr], t_s)
        await until(lambda: sum(isinstance(e, IntervalReported) for e in events) == len(rr_ms))
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    reported = [each for each in events if isinstance(each, IntervalReported)]
    assert [each.rr_ms for each in reported] == rr_ms
    assert [each.beat_t_s for each in reported] == pytest.approx([t + offset_s for t in ended_s], abs=0.003)
    state = start(SessionConfig(CONFIG.preset, ("lsl",), 1))
    seen: list[BeatSeen] = []
    for each in events:
        state, effects = reduce(state, each)
        seen += [effect for effect in effects if isinstance(effect, BeatSeen)]
    assert [beat.beat.rr.ms for beat in seen] == pytest.approx(rr_ms, abs=1e-9)
    assert {beat.beat.segment for beat in seen} == {0}
