"""ECG and accelerometer in every format that holds signals, read back by others' readers."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import pyxdf
import wfdb
from EDFlib.edfreader import EDFreader

from entrain.control.events import SensorFrames, Tick
from entrain.control.protocol import SessionConfig
from entrain.control.session import reduce, start
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Person
from entrain.heart.pmd.control import Sensor
from entrain.heart.pmd.frames import SensorFrame
from entrain.presets import library as presets
from entrain.storage.deidentify import deidentified
from entrain.storage.export import export
from entrain.storage.formats.signals import SensorSignal, signals_of
from entrain.storage.log.store import Store
from entrain.storage.log.verify import replay

LENGTH_S = 40


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A session of a simulated strap that streams both."""
    store = Store(tmp_path_factory.mktemp("sensors") / "sessions.db")
    config = SessionConfig(presets.load("desk").preset, ("sim:4",), 4)
    heart = SimulatedHeart(Person.draw(4), "sim:4", sensors=tuple(Sensor))
    state, log = start(config), store.begin(config, preset_text="", hearts=["sim:4"])
    for second in range(1, LENGTH_S):
        for event in [*heart.until(float(second), None), Tick(float(second))]:
            state, effects = reduce(state, event)
            log.append(event, effects)
    log.close()
    return store


@pytest.fixture(scope="module")
def signals(store: Store) -> dict[Sensor, SensorSignal]:
    return {signal.sensor: signal for signal in signals_of(store.load(1))}


def test_the_signals_are_whole(signals: dict[Sensor, SensorSignal]) -> None:
    for sensor, hz in ((Sensor.ECG, 130.0), (Sensor.ACC, 25.0)):
        signal = signals[sensor]
        assert signal.hz == hz
        assert len(signal.times_s) > 0.8 * LENGTH_S * hz
        assert np.diff(signal.times_s) == pytest.approx(1.0 / hz, rel=0.1)
    assert 700 < signals[Sensor.ECG].values.max() < 1500
    assert np.median(np.linalg.norm(signals[Sensor.ACC].values, axis=1)) == pytest.approx(1000, abs=20)


def test_a_grid_has_holes_where_nothing_was_measured(signals: dict[Sensor, SensorSignal]) -> None:
    whole = signals[Sensor.ACC]
    keep = (whole.times_s < 10.0) | (whole.times_s > 14.0)
    holed = SensorSignal("s", Sensor.ACC, 25.0, whole.times_s[keep], whole.values[keep])
    grid = holed.on_grid(25 * LENGTH_S)
    assert np.isnan(grid[25 * 11 : 25 * 13]).all()
    assert not np.isnan(grid[25 * 5 : 25 * 9]).any()


def test_handed_on_a_strap_tells_no_date_and_the_signal_is_the_same(store: Store, tmp_path: Path) -> None:
    copy, straps = deidentified(store, 1, tmp_path, "P01")
    assert straps == {"sim:4": "heart1"}
    for before, after in zip(signals_of(store.load(1)), signals_of(copy.load(1)), strict=True):
        assert (before.times_s == after.times_s).all()
        assert (before.values == after.values).all()
    stamps = [
        SensorFrame.from_bytes(frame).last_ns
        for event, _ in copy.load(1).records
        if isinstance(event, SensorFrames)
        for frame in event.frames
    ]
    assert 0 < min(stamps) < max(stamps) < 2 * 3600 * 1_000_000_000
    assert replay(copy.load(1), start, reduce).is_identical


def test_edf_by_edflib(store: Store, signals: dict[Sensor, SensorSignal], tmp_path: Path) -> None:
    export(store, 1, "edf", tmp_path / "s.edf")
    reader = EDFreader(str(tmp_path / "s.edf"))
    labels = {reader.getSignalLabel(k).strip(): k for k in range(reader.getNumSignals())}
    k = labels["ECG"]
    assert reader.getSampleFrequency(k) == 130
    assert reader.getPhysicalDimension(k).strip() == "uV"
    read = np.zeros(reader.getTotalSamples(k))
    reader.readSamples(k, read, len(read))
    wanted = np.nan_to_num(signals[Sensor.ECG].on_grid(len(read)))[:, 0]
    assert read == pytest.approx(wanted, abs=1.0)
    assert {"Acc x", "Acc y", "Acc z"} <= set(labels)
    reader.close()


def test_xdf_by_pyxdf(store: Store, signals: dict[Sensor, SensorSignal], tmp_path: Path) -> None:
    export(store, 1, "xdf", tmp_path / "s.xdf")
    streams, _ = pyxdf.load_xdf(str(tmp_path / "s.xdf"), dejitter_timestamps=False)
    by_name = {stream["info"]["name"][0]: stream for stream in streams}
    for sensor in Sensor:
        stream = by_name[f"entrain {sensor.value} sim:4"]
        assert (stream["time_series"] == signals[sensor].values).all()
        assert stream["time_stamps"] == pytest.approx(signals[sensor].times_s, abs=1e-9)


def test_wfdb_by_wfdb(store: Store, signals: dict[Sensor, SensorSignal], tmp_path: Path) -> None:
    export(store, 1, "wfdb", tmp_path / "w")
    record = wfdb.rdrecord(str(tmp_path / "w" / "session1_ecg"))
    assert (record.fs, record.units, record.sig_name) == (130, ["mV"], ["ECG"])
    grid = signals[Sensor.ECG].on_grid(record.sig_len)[:, 0] / 1000.0
    assert record.p_signal[:, 0] == pytest.approx(grid, abs=0.0006, nan_ok=True)
    assert wfdb.rdrecord(str(tmp_path / "w" / "session1_acc")).n_sig == 3


def test_bids_by_its_validator(store: Store, signals: dict[Sensor, SensorSignal], tmp_path: Path) -> None:
    export(store, 1, "bids", tmp_path / "b")
    stem = tmp_path / "b" / "sub-01" / "beh" / "sub-01_task-entrainment_recording-ecg_physio"
    told = json.loads(stem.with_name(stem.name + ".json").read_text())
    rows = gzip.decompress(stem.with_name(stem.name + ".tsv.gz").read_bytes()).decode().split()
    assert told["SamplingFrequency"] == 130.0
    assert told["Columns"] == ["ecg"]
    assert told["StartTime"] == pytest.approx(signals[Sensor.ECG].times_s[0])
    assert len(rows) == pytest.approx(len(signals[Sensor.ECG].times_s), abs=3)
    command = [str(Path(sys.executable).with_name("bids-validator-deno")), str(tmp_path / "b"), "--json"]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    errors = [each for each in said["issues"]["issues"] if each.get("severity") == "error"]
    assert errors == []
