"""Small files that each stand for one kind of fault, with what is right: the intervals, or a refusal."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from entrain.errors import InputError
from entrain.heart.recording import Recording
from entrain.recordings.options import ReadOptions
from entrain.recordings.reading import parse_recording, read_recording

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class Right:
    n: int
    mean_ms: float
    gaps_s: tuple[float, ...] = ()
    said: str = ""  # a warning has to have it


WHOLE = Right(300, 857.64)
ASIDE = Right(300, 857.64, said="left aside")
RIGHT: dict[str, Right | str] = {
    "apple_health.xml": "is XML (Apple Health's export)",
    "beat_times_header.csv": Right(699, 855.83),
    "comma_comma_excel.csv": "the comma is separator and decimal sign at once",
    "comma_ms3.txt": Right(300, 858.15),
    "ctrl_z.txt": WHOLE,
    "dmy.csv": WHOLE,
    "dst_autumn.csv": Right(300, 857.64, said="The clock was put back by an hour"),
    "dup_rows.csv": Right(300, 857.64, said="15 rows that stood there twice were read once"),
    "fit_dropout30s.fit": Right(316, 859.37, (29.2,)),
    "fit_ok.fit": Right(350, 859.20),
    "hms.csv": WHOLE,
    "index_time.csv": Right(300, 857.64, said="only count the rows"),
    "json_array.json": WHOLE,
    "mean_rr_table.csv": "is a table of results (mean_rr, sdnn)",
    "multi_rr_cell.csv": Right(292, 857.45, said="'rr1', 'rr2' were read as the intervals of each row"),
    "one_line_commas.txt": WHOLE,
    "openhrv.csv": Right(300, 857.64, said="100 others left aside"),
    "overlap_files.csv": Right(300, 857.64, (0.0,), said="the chain is broken there"),
    "own_analysis_windows.csv": "is a table of results by `entrain analyse`",
    "own_export_beat.csv": Right(730, 811.42, (10.8,), said="'rr_ticks' left aside"),
    "percent_comment.txt": WHOLE,
    "plus_unit.txt": WHOLE,
    "preamble.csv": Right(300, 857.64, said="2 lines above the table"),
    "quoted_decimal.csv": WHOLE,
    "rr_samples_500hz.txt": Right(300, 428.8, said="--unit samples:HZ"),
    "sample_col.csv": Right(300, 857.64, said="only count the rows"),
    "sepline.csv": WHOLE,
    "ticks_header.csv": Right(300, 857.67),
    "two_rr.csv": Right(300, 857.64, said="'rr_raw' was read and 'rr_corrected' left aside"),
    "units_row.csv": WHOLE,
    "welltory.csv": "holds 2 recordings, one in each line",
}


def test_every_file_has_its_right_value() -> None:
    assert {path.name for path in CASES.iterdir()} == set(RIGHT)


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_it_is_read_right_or_refused(name: str) -> None:
    right = RIGHT[name]
    if isinstance(right, str):
        with pytest.raises(InputError) as caught:
            read_recording(CASES / name)
        assert right in caught.value.message
        assert caught.value.advice
        return
    recording = read_recording(CASES / name)
    assert len(recording.intervals_ms) == right.n
    assert mean_ms(recording) == pytest.approx(right.mean_ms, abs=0.02)
    assert [gap.seconds for gap in recording.gaps] == pytest.approx(list(right.gaps_s), abs=0.1)
    assert any(right.said in warning for warning in recording.warnings) or not right.said


def test_what_cannot_be_seen_can_be_said() -> None:
    counted = read_recording(CASES / "rr_samples_500hz.txt", ReadOptions(unit="samples:500"))
    assert mean_ms(counted) == pytest.approx(857.6, abs=0.1)
    corrected = read_recording(CASES / "two_rr.csv", ReadOptions(column="rr_corrected"))
    assert mean_ms(corrected) == pytest.approx(800.0)
    beats = read_recording(CASES / "quoted_decimal.csv", ReadOptions(column="time", beats=True))
    assert (len(beats.intervals_ms), mean_ms(beats)) == (299, pytest.approx(857.6, abs=0.1))


def mean_ms(recording: Recording) -> float:
    return sum(recording.intervals_ms) / len(recording.intervals_ms)


def test_a_negative_number_in_a_line_of_intervals_is_told() -> None:
    with pytest.raises(InputError, match="an interval cannot be -790"):
        parse_recording("800,810,-790,812,805,799,811,803,806,809,812,800\n", "line.txt")
