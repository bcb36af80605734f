"""`--sensor`: from the streams of a simulated strap to the log, bit for bit, and to the breath."""

import json
from pathlib import Path

import pytest

from entrain import cli
from entrain.app.sensors import check_sensors, sensors_named, stream_plan
from entrain.breath.estimate import BreathSource
from entrain.control.events import BreathMeasured, SensorChanged, SensorFrames
from entrain.control.session import reduce, start
from entrain.errors import UsageError
from entrain.heart.pmd.control import Sensor
from entrain.heart.pmd.frames import SensorFrame
from entrain.presets.check import checked
from entrain.storage.log.store import Store
from entrain.storage.log.stored import StoredSession
from entrain.storage.log.verify import replay

RUN = ("run", "--headless", "--minutes", "3", "--audio", "none", "--seed", "3", "--speed", "400")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path


def stored(session_id: int) -> StoredSession:
    return Store.open().load(session_id)


def breaths(session: StoredSession) -> list[BreathMeasured]:
    return list(session.records.effects(BreathMeasured))


def test_streams_are_kept_replayed_and_played_again(home: Path) -> None:
    assert cli.main([*RUN, "--heart", "sim:7:non-responder", "--sensor", "ecg,acc"]) == 0
    session = stored(1)
    assert session.config.preset.sensors == ("ecg", "acc")
    blocks = [event for event, _ in session.records if isinstance(event, SensorFrames)]
    frames = {
        sensor: [SensorFrame.from_bytes(frame) for e in blocks if e.sensor is sensor for frame in e.frames]
        for sensor in Sensor
    }
    for sensor, hz in ((Sensor.ACC, 25), (Sensor.ECG, 130)):
        n = sum(len(frame.samples) for frame in frames[sensor])
        assert 165 * hz < n < 190 * hz
    assert {e.sensor for e, _ in session.records if isinstance(e, SensorChanged)} == set(Sensor)
    assert replay(session, start, reduce).is_identical
    told = [each for each in breaths(session) if each.source is not BreathSource.HEART]
    assert sum(each.rate_per_min is not None for each in told) > 0.8 * len(told) > 60

    assert cli.main([*RUN, "--heart", "replay:1"]) == 0
    # What the link did is not played again, so the heart's share may differ; the chest's does not.
    again = {b.t_s: b for b in breaths(stored(2))}
    both = [(b, again[b.t_s]) for b in breaths(session) if b.t_s < 150.0 and b.t_s in again]
    felt = [(a.rate_per_min, b.rate_per_min) for a, b in both if BreathSource.CHEST in (a.source, b.source)]
    assert len(felt) > 20
    assert sum(a == b for a, b in felt) > 0.9 * len(felt)


def test_an_assessment_takes_sensors_and_lines_tell_how_they_stand(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assess = ("assess", "--headless", "--json", "--audio", "none", "--seed", "3", "--speed", "900")
    assert cli.main([*assess, "--heart", "sim:7", "--sensor", "acc,ecg"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [line for line in lines if line["event"] == "sensor"]
    assert [(line["sensor"], line["state"]) for line in told] == [("ecg", "streaming"), ("acc", "streaming")]
    assert all(line["detail"] and line["strap"] for line in told)
    assert any(isinstance(event, SensorFrames) for event, _ in stored(1).records)


def test_without_the_option_nothing_is_streamed(home: Path) -> None:
    assert cli.main([*RUN, "--heart", "sim:7"]) == 0
    assert not any(isinstance(event, SensorFrames | SensorChanged) for event, _ in stored(1).records)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--heart", "sim:7", "--sensor", "emg"), "no sensor 'emg'"),
        (("--heart", "none", "--sensor", "acc"), "Only a strap streams"),
    ],
)
def test_what_no_strap_has_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    assert cli.main([*RUN, *options]) == 2
    assert said in capsys.readouterr().err


def test_names_in_any_order_and_case() -> None:
    assert sensors_named("ACC, ecg") == (Sensor.ECG, Sensor.ACC)
    assert sensors_named("none") == ()
    with pytest.raises(UsageError):
        sensors_named("")
    check_sensors((), ("none",))


def test_a_preset_asks_for_sensors_and_is_told_what_there_is() -> None:
    head = 'title = "A"\nsummary = "B"\n'
    preset, faults = checked(head + 'sensors = ["acc"]\n', "x.toml", "x")
    assert not faults
    assert preset is not None
    assert preset.sensors == ("acc",)
    for line in ('sensors = ["emg"]', 'sensors = "acc"', "sensors = [1]"):
        preset, faults = checked(head + line + "\n", "x.toml", "x")
        assert preset is None
        assert faults[0].line == 3


def test_the_mark_outlives_the_program(home: Path) -> None:
    plan = stream_plan((Sensor.ACC,))
    assert not plan.is_left_on("AA")
    plan.begin("AA")
    plan.begin("AA")
    plan.begin("BB")
    assert stream_plan(()).is_left_on("AA")
    plan.end("AA")
    assert not plan.is_left_on("AA")
    assert plan.is_left_on("BB")
