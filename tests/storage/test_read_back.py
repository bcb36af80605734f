"""Whatever we write of a session is read back as what it was, or refused by what it is."""

from itertools import pairwise
from pathlib import Path
from warnings import catch_warnings

import pytest

from entrain.errors import InputError
from entrain.heart.recording import Recording
from entrain.recordings.reading import read_recording
from entrain.storage.export import FORMATS, export
from entrain.storage.formats.source import TABLES
from entrain.storage.log.store import Store
from tests.support.sessions import beats_of

FOLDERS = ("csv", "parquet")


def exported(store: Store, form: str, folder: Path, *, whole: bool = False) -> Path:
    path = folder / ("all" if whole else f"session.{form}" if form in (*FOLDERS, "edf", "xdf") else "session")
    export(store, 1, form, path)
    return path


def check(store: Store, recording: Recording, *, form: str) -> None:
    beats = beats_of(store)
    (broken,) = [n for n, (a, b) in enumerate(pairwise(beats), 1) if a.segment != b.segment]
    assert recording.intervals_ms == pytest.approx([beat.rr.ms for beat in beats], abs=0.0006)
    if form == "rr":  # it cannot show one, and its export says so
        assert recording.gaps == ()
        return
    (gap,) = recording.gaps
    missing_s = beats[broken].t_s - beats[broken - 1].t_s - beats[broken].rr.ms / 1000
    assert (gap.index, gap.seconds) == (broken, pytest.approx(missing_s, abs=0.002))


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_comes_back(form: str, whole: Store, tmp_path: Path) -> None:
    check(whole, read_recording(exported(whole, form, tmp_path)), form=form)


@pytest.mark.parametrize("form", FOLDERS)
def test_of_a_folder_of_tables_the_beats_are_read_and_the_others_named(
    form: str, whole: Store, tmp_path: Path
) -> None:
    folder = exported(whole, form, tmp_path, whole=True)
    check(whole, read_recording(folder), form=form)
    check(whole, read_recording(folder / f"beat.{form}"), form=form)
    for table in set(TABLES) - {"beat"}:
        with pytest.raises(InputError) as caught:
            read_recording(folder / f"{table}.{form}")
        assert "of an entrain session" in caught.value.message or "holds no interval" in caught.value.message


@pytest.mark.parametrize(
    ("form", "name", "said"),
    [
        ("csv", "session.json", "is what an entrain session began with"),
        ("csv", "preset.toml", "is settings (TOML)"),
        ("bids", "*_physio.tsv.gz", "BIDS recording of signals"),
        ("bids", "*_events.tsv", "none is called like an RR interval"),
        ("bids", "dataset_description.json", "JSON without"),
        ("bids", "README.md", "holds no interval"),
        ("wfdb", "*.evt", "no beats among its annotations"),
    ],
)
def test_what_stands_beside_is_refused(form: str, name: str, said: str, whole: Store, tmp_path: Path) -> None:
    folder = exported(whole, form, tmp_path, whole=True)
    with pytest.raises(InputError) as caught:
        read_recording(next(iter(folder.rglob(name))))
    assert said in caught.value.message
    assert caught.value.advice


def test_a_header_leads_to_its_beats(whole: Store, tmp_path: Path) -> None:
    folder = exported(whole, "wfdb", tmp_path)
    (header,) = folder.glob("*.hea")
    check(whole, read_recording(header), form="wfdb")


def test_of_an_edf_file_that_was_cut_off_that_is_said(whole: Store, tmp_path: Path) -> None:
    path = exported(whole, "edf", tmp_path)
    whole_file = path.read_bytes()
    path.write_bytes(whole_file[: 2 * len(whole_file) // 3])
    with catch_warnings(action="error"):
        recording = read_recording(path)
    assert 0 < len(recording.intervals_ms) < len(beats_of(whole))
    assert any("does not keep to the format" in warning for warning in recording.warnings)
