"""Exports: what others read is what was recorded."""

import csv
import json
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from entrain.control.events import BeatSeen, Effect, Event, Tick
from entrain.control.session import reduce, start
from entrain.errors import UsageError
from entrain.extras import MissingExtra, install_line
from entrain.heart.beat import Beat, RRInterval, Verdict
from entrain.recordings.reading import read_recording
from entrain.storage.export import FORMATS, export
from entrain.storage.formats.source import TABLES
from entrain.storage.log import codec
from entrain.storage.log.store import Store
from tests.support.sessions import CONFIG, beats_of


def test_rr_is_every_raw_interval(whole: Store, tmp_path: Path) -> None:
    path = tmp_path / "rr.txt"
    remarks = export(whole, 1, "rr", path)
    beats = beats_of(whole)
    written = [float(line) for line in path.read_text().splitlines()]
    assert [round(ms * 1024 / 1000) for ms in written] == [beat.rr.ticks for beat in beats]
    assert remarks[0] == f"{len(beats)} intervals"
    assert "1 gap," in remarks[-1]  # the strap was lost once
    read = read_recording(path)
    assert list(read.intervals_ms) == pytest.approx([beat.rr.ms for beat in beats], abs=0.0006)


def test_csv_is_the_beats(whole: Store, tmp_path: Path) -> None:
    path = tmp_path / "beats.csv"
    export(whole, 1, "csv", path)
    rows = list(csv.DictReader(path.open()))
    for row, beat in zip(rows, beats_of(whole), strict=True):
        assert float(row["t_s"]) == pytest.approx(beat.t_s, rel=1e-15)
        assert int(row["rr_ticks"]) == beat.rr.ticks
        assert float(row["rr_ms"]) == beat.rr.ms
        assert (row["strap"], int(row["segment"]), int(row["n"])) == (beat.strap, beat.segment, beat.n)
        assert row["verdict"] == beat.verdict
    read = read_recording(path)
    assert list(read.intervals_ms) == pytest.approx([beat.rr.ms for beat in beats_of(whole)])


def test_a_folder_is_every_table(whole: Store, tmp_path: Path) -> None:
    folder = tmp_path / "session"
    export(whole, 1, "csv", folder)
    assert {path.name for path in folder.iterdir()} == {
        *(f"{table}.csv" for table in TABLES),
        "session.json",
        "preset.toml",
    }
    head = json.loads((folder / "session.json").read_text())
    assert head["config"]["preset"]["name"] == "quiet"
    assert head["hearts"] == ["sim:7"]
    assert head["summary"]["rating_after"] == 4
    assert (folder / "preset.toml").read_text() == whole.load(1).meta.preset_text
    counts = {table: sum(1 for _ in csv.reader((folder / f"{table}.csv").open())) - 1 for table in TABLES}
    summary = whole.load(1).meta.summary
    assert summary is not None
    assert counts["beat"] == summary.n_beats
    assert counts["onset"] == summary.n_onsets
    assert counts["marker"] == 1
    assert counts["rating"] == 2
    assert counts["phase"] == len(summary.phases)
    (marker,) = csv.DictReader((folder / "marker.csv").open())
    assert (marker["t_s"], marker["note"]) == ("92.625", "a door")


def test_the_tables_are_all_views_of_the_store(whole: Store) -> None:
    from entrain.storage.log.database import reading

    with reading(whole.path) as connection:
        views = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    assert views == {*TABLES, "overview"}


def test_json_lines_are_the_whole_log(whole: Store, tmp_path: Path) -> None:
    """Lossless: the controller, fed from the export alone, says again what the export says."""
    path = tmp_path / "log.jsonl"
    export(whole, 1, "jsonl", path)
    first, *lines = [json.loads(line) for line in path.read_text().splitlines()]
    config = codec.decode(type(CONFIG), json.dumps(first["session"]["config"]))
    state, said, expected = start(config), [], []
    for line in lines:
        if "event" in line:
            event = codec.decode_event(line["event"], json.dumps(line["body"]))
            state, effects = reduce(state, event)
            expected += [(line["seq"], codec.kind_of(effect), codec.encode(effect)) for effect in effects]
        else:
            effect = codec.decode_effect(line["effect"], json.dumps(line["body"]))
            said.append((line["event_seq"], line["effect"], codec.encode(effect)))
    assert said == expected
    assert len(said) > 500


def two_hearts(store: Store) -> None:
    def seen(strap: str, n: int) -> Effect:
        return BeatSeen(float(n), Beat(n - 0.1, RRInterval(900 + n), Verdict.OK, strap, 0, n))

    records: list[tuple[Event, tuple[Effect, ...]]] = [
        (Tick(float(n)), (seen("left", n), seen("right", 10 * n))) for n in range(3)
    ]
    with store.begin(replace(CONFIG, straps=("left", "right")), preset_text="") as log:
        for event, effects in records:
            log.append(event, effects)


def test_of_several_hearts_one_is_chosen(store: Store, tmp_path: Path) -> None:
    two_hearts(store)
    with pytest.raises(UsageError, match="has 2 hearts") as caught:
        export(store, 1, "rr", tmp_path / "rr.txt")
    assert caught.value.advice == "Choose with --strap: left, right."
    export(store, 1, "rr", tmp_path / "rr.txt", "left")
    assert (tmp_path / "rr.txt").read_text() == "878.906\n879.883\n880.859\n"
    with pytest.raises(UsageError, match='No beat of a strap "up"'):
        export(store, 1, "rr", tmp_path / "up.txt", "up")
    assert not (tmp_path / "up.txt").exists()


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_overwritten_and_nothing_half_written_is_left(
    whole: Store, tmp_path: Path, form: str
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        export(whole, 1, form, taken)
    assert taken.read_text() == "mine"
    with pytest.raises(UsageError, match="There is no folder"):
        export(whole, 1, form, tmp_path / "nowhere" / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_an_unknown_format_is_told(whole: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='no format "pdf"'):
        export(whole, 1, "pdf", tmp_path / "x")


@pytest.mark.parametrize(
    ("form", "module", "extra"), [("parquet", "pyarrow", "research"), ("edf", "edfio", "formats")]
)
def test_a_missing_library_is_told_with_its_extra(
    whole: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, module: str, extra: str
) -> None:
    monkeypatch.setattr(sys, "path", [])
    for name in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(MissingExtra, match=f"needs {module}, which is not installed") as caught:
        export(whole, 1, form, tmp_path / "out")
    assert caught.value.advice == f"Install it with: {install_line(extra)}"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_written_is_private(whole: Store, tmp_path: Path, form: str) -> None:
    export(whole, 1, form, tmp_path / "out")
    export(whole, 1, form, tmp_path / f"out.{form}")
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "rr"])
def test_two_hearts_and_none_at_all_can_be_written(store: Store, tmp_path: Path, form: str) -> None:
    two_hearts(store)
    with store.begin(replace(CONFIG, straps=()), preset_text=""):
        pass  # a session that was cut off before anything happened
    for session_id in (1, 2):
        export(store, session_id, form, tmp_path / str(session_id))
        assert (tmp_path / str(session_id)).exists()
    export(store, 1, form, tmp_path / "right", "right")
    assert (tmp_path / "right").exists()
