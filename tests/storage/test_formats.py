"""Every format is read back by somebody else's reader and compared with the store, beat by beat."""

import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy
import pandas
import pyarrow.parquet
import pytest
import pyxdf
import wfdb
from EDFlib.edfreader import EDFreader

from entrain.control.events import BreathCued, OnsetPlanned, PulseMeasured
from entrain.heart.beat import Beat, Verdict
from entrain.storage.export import export
from entrain.storage.formats.source import TABLES
from entrain.storage.log.store import Store
from entrain.streams import Marker, markers
from tests.support.sessions import beats_of

# What the validator would like to have and a person's own recording does not have.
NOT_OURS_TO_SAY = {
    ("TOO_FEW_AUTHORS", None),
    ("JSON_KEY_RECOMMENDED", "HEDVersion"),
    ("JSON_KEY_RECOMMENDED", "SourceDatasets"),
    ("SIDECAR_KEY_RECOMMENDED", "CogAtlasID"),
    ("SIDECAR_KEY_RECOMMENDED", "CogPOID"),
}


@pytest.fixture(scope="module")
def beats(whole: Store) -> list[Beat]:
    return beats_of(whole)


def markers_of(store: Store) -> list[Marker]:
    said = [marker for event, effects in store.load(1).records for marker in markers(event, effects)]
    return sorted(said, key=lambda marker: marker.t_s)


def effects_of(store: Store, kind: type) -> list[Any]:
    return [each for _, effects in store.load(1).records for each in effects if isinstance(each, kind)]


def test_parquet_beats_by_pandas(whole: Store, beats: list[Beat], tmp_path: Path) -> None:
    export(whole, 1, "parquet", tmp_path / "beats.parquet")
    read = pandas.read_parquet(tmp_path / "beats.parquet")
    assert len(read) == len(beats)
    assert read["rr_ticks"].tolist() == [beat.rr.ticks for beat in beats]
    assert read["rr_ms"].tolist() == [beat.rr.ms for beat in beats]
    assert read["t_s"].tolist() == pytest.approx([beat.t_s for beat in beats], rel=1e-15)
    assert read["verdict"].tolist() == [beat.verdict.value for beat in beats]
    assert set(read["session_uuid"]) == {whole.load(1).meta.row.uuid}


def test_parquet_tables_by_pyarrow(whole: Store, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    export(whole, 1, "parquet", folder)
    assert {path.stem for path in folder.iterdir()} == set(TABLES)
    for table in TABLES:
        read = pyarrow.parquet.read_table(folder / f"{table}.parquet")
        head = json.loads(read.schema.metadata[b"entrain.session"])
        assert head["config"]["preset"]["name"] == "quiet"
        # Tables without rows have the types they would have with them: no column is of no type.
        assert not [field.name for field in read.schema if str(field.type) == "null"]
    onsets = pyarrow.parquet.read_table(folder / "onset.parquet")
    assert onsets.num_rows == len(effects_of(whole, OnsetPlanned))
    assert str(onsets.schema.field("late_ms").type) == "double"
    assert str(onsets.schema.field("frame").type) == "int64"


def test_bids_by_the_validator(whole: Store, tmp_path: Path) -> None:
    export(whole, 1, "bids", tmp_path / "bids")
    validator = Path(sys.executable).parent / "bids-validator-deno"
    words = [str(validator), "--format", "json", "--max-rows", "-1", str(tmp_path / "bids")]
    issues = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)["issues"]["issues"]
    assert [each for each in issues if each.get("severity") == "error"] == []
    assert {(each["code"], each.get("subCode")) for each in issues} <= NOT_OURS_TO_SAY


def test_bids_by_pandas(whole: Store, beats: list[Beat], tmp_path: Path) -> None:
    export(whole, 1, "bids", tmp_path / "bids")
    stem = tmp_path / "bids" / "sub-01" / "beh" / "sub-01_task-entrainment_"
    names = json.loads(Path(f"{stem}physioevents.json").read_text())["Columns"]
    read = pandas.read_csv(Path(f"{stem}physioevents.tsv.gz"), sep="\t", names=names)
    in_time = sorted(beats, key=lambda beat: beat.t_s)
    assert read["onset"].tolist() == pytest.approx([beat.t_s for beat in in_time], abs=5.1e-7)
    assert read["rr"].tolist() == pytest.approx([beat.rr.ms for beat in in_time], abs=5.1e-4)
    assert read["verdict"].tolist() == [beat.verdict.value for beat in in_time]

    names = json.loads(Path(f"{stem}physio.json").read_text())["Columns"]
    physio = pandas.read_csv(Path(f"{stem}physio.tsv.gz"), sep="\t", names=names)
    assert physio["timestamp"].tolist() == list(range(len(physio)))
    for pulse in effects_of(whole, PulseMeasured):
        written = physio["pulse"][int(pulse.t_s)]
        assert numpy.isnan(written) if pulse.bpm is None else written == pytest.approx(pulse.bpm, abs=5.1e-5)

    events = pandas.read_csv(Path(f"{stem}events.tsv"), sep="\t", keep_default_na=False)
    assert (events["trial_type"] == "onset").sum() == len(effects_of(whole, OnsetPlanned))
    assert (events["trial_type"] == "breath").sum() == len(effects_of(whole, BreathCued))
    marked = events[events["trial_type"] == "mark"]
    assert (marked["onset"].tolist(), marked["value"].tolist()) == ([92.625], ["a door"])
    n_marker = len(events) - len(effects_of(whole, OnsetPlanned)) - len(effects_of(whole, BreathCued))
    assert n_marker == len(markers_of(whole))


def test_bids_is_the_same_bytes_again(whole: Store, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export(whole, 1, "bids", tmp_path / name)
    (one,) = (tmp_path / "one").glob("sub-*/beh/*physioevents.tsv.gz")
    (two,) = (tmp_path / "two").glob("sub-*/beh/*physioevents.tsv.gz")
    assert one.read_bytes() == two.read_bytes()
    assert gzip.decompress(one.read_bytes()).count(b"\n") == len(beats_of(whole))


def test_edf_by_edflib(whole: Store, beats: list[Beat], tmp_path: Path) -> None:
    export(whole, 1, "edf", tmp_path / "session.edf")
    read = EDFreader(str(tmp_path / "session.edf"))
    # By the microsecond: its counts are of 100 ns.
    onsets = [note.onset / 1e7 for note in read.annotationslist]
    durations = [note.duration / 1e7 for note in read.annotationslist]
    texts = [note.description for note in read.annotationslist]
    labels = [read.getSignalLabel(n).rstrip() for n in range(read.getNumSignals())]
    pulse = numpy.empty(read.getTotalSamples(0))
    read.readSamples(0, pulse, len(pulse))
    began = read.getStartDateTime().replace(tzinfo=UTC)
    read.close()
    n_cues = len(effects_of(whole, OnsetPlanned)) + len(effects_of(whole, BreathCued))
    assert len(texts) == len(beats) + len(markers_of(whole)) + n_cues
    read_beats = [(at, long, text.split()) for at, long, text in zip(onsets, durations, texts, strict=True)]
    read_beats = [each for each in read_beats if each[2][0] == "beat"]
    in_time = sorted(beats, key=lambda beat: beat.t_s)
    for (at, long, words), beat in zip(read_beats, in_time, strict=True):
        assert at == pytest.approx(beat.t_s, abs=1e-6)
        assert long == pytest.approx(beat.rr.seconds, abs=1e-6)
        assert (float(words[1]), words[3]) == (pytest.approx(beat.rr.ms, abs=5.1e-4), beat.verdict.value)
    assert {str(marker) for marker in markers_of(whole)} <= {str(text) for text in texts}
    assert labels == ["Pulse", "RMSSD", "Tempo", "Guided breath"]
    for measured in effects_of(whole, PulseMeasured):
        assert pulse[int(measured.t_s)] == pytest.approx(measured.bpm or 0.0, abs=250 / 65535)
    origin_s = whole.load(1).meta.origin_epoch_s
    assert began == datetime.fromtimestamp(origin_s, UTC).replace(microsecond=0)


def test_wfdb_by_wfdb(whole: Store, beats: list[Beat], tmp_path: Path) -> None:
    export(whole, 1, "wfdb", tmp_path / "record")
    record = str(tmp_path / "record" / "session1")
    head = wfdb.rdheader(record)
    read = wfdb.rdann(record, "atr")
    in_time = sorted(beats, key=lambda beat: beat.t_s)
    assert (head.fs, head.n_sig, read.fs) == (1024, 0, 1024)
    assert (read.sample / 1024).tolist() == pytest.approx([beat.t_s for beat in in_time], abs=0.5 / 1024)
    assert read.symbol == ["N" if beat.verdict is Verdict.OK else "Q" for beat in in_time]
    assert [note.split()[1] for note in read.aux_note] == [f"{beat.rr.ms:.3f}" for beat in in_time]
    said = wfdb.rdann(record, "evt")
    assert said.aux_note == [str(marker) for marker in markers_of(whole)]
    expected = [max(1 / 1024, marker.t_s) for marker in markers_of(whole)]
    assert (said.sample / 1024).tolist() == pytest.approx(expected, abs=0.5 / 1024)
    origin = datetime.fromtimestamp(whole.load(1).meta.origin_epoch_s, UTC)
    assert abs((head.base_datetime.replace(tzinfo=UTC) - origin).total_seconds()) < 0.001


def test_xdf_by_pyxdf(
    whole: Store, beats: list[Beat], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    export(whole, 1, "xdf", tmp_path / "session.xdf")
    streams, _ = pyxdf.load_xdf(tmp_path / "session.xdf")
    assert caplog.records == []  # pyxdf warns of what does not fit
    by_name = {stream["info"]["name"][0]: stream for stream in streams}
    rr = by_name["entrain rr sim:7"]
    assert rr["time_stamps"].tolist() == [beat.t_s for beat in beats]
    assert rr["time_series"][:, 0].tolist() == [beat.rr.ms for beat in beats]
    channels = rr["info"]["desc"][0]["channels"][0]["channel"]
    assert (channels[0]["label"], channels[0]["unit"]) == (["rr"], ["milliseconds"])
    pulse = by_name["entrain pulse"]
    numpy.testing.assert_equal(
        pulse["time_series"][:, 0],
        [numpy.nan if each.bpm is None else each.bpm for each in effects_of(whole, PulseMeasured)],
    )
    onsets = effects_of(whole, OnsetPlanned)
    assert by_name["entrain onset"]["time_stamps"].tolist() == [each.t_s for each in onsets]
    read = by_name["entrain markers"]
    assert [words for (words,) in read["time_series"]] == [str(marker) for marker in markers_of(whole)]
    assert read["time_stamps"].tolist() == [marker.t_s for marker in markers_of(whole)]
