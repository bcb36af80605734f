"""Reading other programs' RR files: what is in them comes out, and what cannot be is said."""

from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.errors import InputError
from entrain.heart.recording import Gap, Recording, TimeKind
from entrain.recordings.options import ReadOptions
from entrain.recordings.reading import parse_recording, read_recording
from tests.support.recordings import recording_path

# What only rises can be moments of beats, and is told so.
intervals = st.lists(st.integers(400, 1500), min_size=5, max_size=80).filter(
    lambda rr: rr != sorted(rr) or rr[0] == rr[-1]
)


def lines(*rows: object) -> str:
    return "".join(f"{row}\n" for row in rows)


# ---- whatever is written is read ---------------------------------------------------------------------------


@given(intervals)
def test_plain_milliseconds(rr: list[int]) -> None:
    recording = parse_recording(lines(*rr), "rr.txt")
    assert recording.intervals_ms == tuple(rr)
    assert (recording.unit, recording.time, recording.gaps) == ("ms", TimeKind.NONE, ())


@given(intervals)
def test_seconds_with_a_decimal_comma(rr: list[int]) -> None:
    recording = parse_recording("".join(f"{ms / 1000:.3f}\n".replace(".", ",") for ms in rr), "rr.txt")
    assert recording.intervals_ms == pytest.approx(rr)


@given(intervals)
def test_plain_seconds_and_windows_line_ends(rr: list[int]) -> None:
    recording = parse_recording("".join(f"{ms / 1000}\r\n" for ms in rr), "rr.txt")
    assert recording.intervals_ms == pytest.approx(rr)
    assert recording.unit == "s"


@given(
    rr=intervals,
    separator=st.sampled_from([",", ";", "\t", " "]),
    by_start=st.booleans(),
    per_s=st.sampled_from([1, 1000]),
    lost=st.dictionaries(st.integers(1, 4), st.integers(1000, 60_000), max_size=2),
)
def test_a_running_time_shows_where_something_is_lacking(
    rr: list[int], separator: str, by_start: bool, per_s: int, lost: dict[int, int]
) -> None:
    rr = rr * 20  # the jumps are few among the rows
    at_ms, rows = 0, ["time" + separator + "rr"]
    for n, ms in enumerate(rr):
        at_ms += lost.get(n, 0)
        stamp_ms = at_ms if by_start else at_ms + ms
        rows.append(f"{stamp_ms * per_s / 1000}{separator}{ms}")
        at_ms += ms
    recording = parse_recording(lines(*rows), "table.csv")
    assert recording.intervals_ms == tuple(rr)
    assert recording.time is TimeKind.CUMULATED
    assert [gap.index for gap in recording.gaps] == sorted(lost)
    assert [gap.seconds for gap in recording.gaps] == pytest.approx([lost[n] / 1000 for n in sorted(lost)])
    assert recording.duration_s == pytest.approx(at_ms / 1000)
    for n in lost:
        assert any(f"before line {n + 2}" in warning for warning in recording.warnings)


def packets(rr: list[int], lost_at: int | None = None) -> list[tuple[float, int]]:
    """(arrival in s, interval) of packets on a 0.99 s grid; 12 s are lost before interval `lost_at`."""
    rows: list[tuple[float, int]] = []
    ended_s = 0.0
    for n, ms in enumerate(rr):
        ended_s += ms / 1000 + (12.0 if n == lost_at else 0.0)
        rows.append(((ended_s // 0.99 + 1) * 0.99, ms))
    return rows


@given(st.lists(st.integers(500, 1300), min_size=60, max_size=120))
def test_arrival_times_without_a_heading(rr: list[int]) -> None:
    recording = parse_recording(lines(*(f"{t_s:.6e},{ms:.6e}" for t_s, ms in packets(rr))), "ibi.csv")
    assert recording.intervals_ms == tuple(rr)
    if recording.time is TimeKind.CUMULATED:
        return  # a pulse of just one beat a packet cannot be told from a running sum
    assert recording.time is TimeKind.ARRIVAL
    assert recording.arrival_s is not None
    assert recording.arrival_s[0] == 0.0
    assert all(a <= b for a, b in pairwise(recording.arrival_s))
    assert recording.gaps == ()


def test_what_was_lost_between_arrivals_is_a_gap() -> None:
    rr = [810 + 7 * (n % 23) for n in range(200)]
    rows = [f"{t_s:.3f},{ms}" for t_s, ms in packets(rr, lost_at=90)]
    recording = parse_recording(lines("timestamp,rr", *rows), "x.csv")
    (gap,) = recording.gaps
    assert abs(gap.index - 90) <= 1
    assert gap.seconds == pytest.approx(12.0, abs=1.0)


def test_stamps_that_add_up_within_a_packet_are_put_back_together() -> None:
    """FatMaxxer: an epoch in ms for the first interval of a packet, the others added to it."""
    rr = [470 + n % 40 for n in range(300)]
    rows: list[str] = []
    epoch_ms, last_s, stamp_ms, before_ms = 1_622_959_867_000, -1.0, 0, 0
    arrivals: list[float] = []
    for t_s, ms in packets(rr):
        stamp_ms = stamp_ms + before_ms if t_s == last_s else round(t_s * 1000)
        before_ms, last_s = ms, t_s
        rows.append(f"{epoch_ms + stamp_ms},{ms},0")
        arrivals.append(t_s)
    recording = parse_recording(lines("timestamp,rr,since_start", "", *rows), "x.rr.csv")
    assert recording.time is TimeKind.ARRIVAL
    assert recording.arrival_s is not None
    wrong = [
        n
        for n, (a, b) in enumerate(zip(recording.arrival_s, arrivals, strict=True))
        if a != pytest.approx(b - arrivals[0], abs=0.01)
    ]
    assert len(wrong) < 0.2 * len(rr)
    assert recording.gaps == ()


def test_a_polar_hrm_file() -> None:
    head = "[Params]\nVersion=106\nInterval=238\n\n[Note]\n\n[HRData]\n"
    recording = parse_recording(head + lines(800, 812, 790, 805), "ride.hrm")
    assert recording.intervals_ms == (800, 812, 790, 805)
    assert "Polar HRM" in recording.format
    with pytest.raises(InputError, match="heart rates every 5 s"):
        parse_recording(head.replace("238", "5") + lines(70, 71), "ride.hrm")


def test_dates_quotes_semicolons_and_decimal_commas() -> None:
    text = '"Phone timestamp";"RR-interval [ms]"\n' + lines(
        *(f"2026-03-01T10:00:{int(0.82 * n):02d}.250;{800 + n % 7},5" for n in range(30))
    )
    recording = parse_recording(text, "polar.csv")
    assert recording.intervals_ms[:2] == (800.5, 801.5)
    assert recording.time is TimeKind.CUMULATED  # whole seconds are good for finding holes
    assert recording.gaps == ()
    assert "RR-interval [ms]" in recording.format


# ---- what cannot be is said --------------------------------------------------------------------------------


def test_the_first_ten_bad_lines_are_named_and_nothing_is_dropped() -> None:
    rows: list[object] = [800] * 40
    for n in range(12):
        rows[3 * n + 1] = "8o0"
    with pytest.raises(InputError) as caught:
        parse_recording(lines(*rows), "bad.txt")
    said = caught.value.message
    assert "bad.txt has 12 lines" in said
    assert said.count("\n  line ") == 10
    assert "line 2: '8o0'" in said
    assert "and 2 more" in said
    assert caught.value.advice


@given(intervals, st.data())
def test_one_bad_line_anywhere_is_found(rr: list[int], data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(rr) - 1))
    bad = data.draw(st.sampled_from(["x", "-800", "0", "nan", "inf", "61000", "8 oo"]))
    rows: list[object] = [*rr[:at], bad, *rr[at:]]
    with pytest.raises(InputError, match=rf"line {at + 1}\b"):
        parse_recording(lines(*rows), "rr.txt")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\n\n  \n", "is empty"),
        ("# only a remark\n", "holds no interval"),
        ("time,rr\n", "holds no interval"),
        ("time,pulse\n1,70\n2,71\n", "none is called like an RR interval"),
        ("70\n71\n72\n", "neither milliseconds nor seconds"),
        ("time,rr\n0,800\n0.8\n1.6,810\n", "line 3: 1 columns"),
    ],
)
def test_files_that_are_no_recording(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_recording(text, "x.csv")


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        read_recording(tmp_path / "nothing.txt")
    with pytest.raises(InputError, match="cannot be read"):
        read_recording(tmp_path)
    (tmp_path / "x.npy").write_bytes(b"\x93NUMPY\0\0\xff")
    with pytest.raises(InputError, match="no array of intervals"):
        read_recording(tmp_path / "x.npy")
    (tmp_path / "x.bin").write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match="no text file"):
        read_recording(tmp_path / "x.bin")


def test_a_heading_a_pause_and_time_running_back_are_said() -> None:
    plain = parse_recording(lines("Measurement", 800, 9183, 810), "x.txt")
    assert any("heading" in warning for warning in plain.warnings)
    assert any("at line 3" in warning for warning in plain.warnings)
    rr = [800] * 40
    starts = [0, *accumulate(rr)][:40]
    rows = [f"{(ms - (4295 if n >= 20 else 0)) / 1000},800" for n, ms in enumerate(starts)]
    back = parse_recording(lines("phone_s,rr", *rows), "x.csv")
    assert any("runs back by 4.3 s at line 22" in warning for warning in back.warnings)
    assert len(back.intervals_ms) == 40


# ---- real ones ---------------------------------------------------------------------------------------------


def real(name: str) -> Recording:
    return read_recording(recording_path(name))


@pytest.mark.recordings
def test_real_recordings_are_read_whole() -> None:
    """Counts and sums taken from the files by other means (awk)."""
    rest = real("rhenanbartels-hrv/rest_rri.txt")
    assert (len(rest.intervals_ms), rest.unit, sum(rest.intervals_ms)) == (910, "ms", 963_434)
    hrm = real("rhenanbartels-hrv/exercise_rri.hrm")
    assert sum(hrm.intervals_ms) / 1000 == pytest.approx(42 * 60 + 41.7, abs=0.3)  # its own Length=00:42:41.7
    breath = real("polar-h10-breath/sample_data_ibi.csv")
    assert (len(breath.intervals_ms), breath.time, breath.gaps) == (620, TimeKind.ARRIVAL, ())
    ride = real("fatmaxxer/FatMaxOptimiser.20210606_161059.rr.csv")
    assert (len(ride.intervals_ms), ride.time, len(ride.gaps)) == (11_463, TimeKind.ARRIVAL, 1)
    trial = real("spb-recovery/s04_INT.csv")
    assert trial.time is TimeKind.CUMULATED
    assert trial.gaps == (Gap(1784, pytest.approx(9.183)),)
    odd = real("spb-recovery/s11_CON.csv")
    assert sum("Time runs back" in warning for warning in odd.warnings) == len(odd.gaps) == 5


@given(intervals)
def test_a_column_of_decimal_commas_may_have_a_heading(rr: list[int]) -> None:
    said = "RR\r\n" + "\r\n".join(f"{ms / 1000:.3f}".replace(".", ",") for ms in rr)
    recording = parse_recording(said, "excel.csv")
    assert recording.intervals_ms == pytest.approx(rr)


@given(intervals)
def test_a_title_above_the_columns_is_no_heading_of_theirs(rr: list[int]) -> None:
    rows = "\n".join(f"{n};{ms}" for n, ms in enumerate(rr))
    assert parse_recording(f"Measurement\n{rows}", "titled.csv").intervals_ms == tuple(rr)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_tables_as_spreadsheets_on_windows_save_them(tmp_path: Path, encoding: str) -> None:
    rr = [812, 805, 790, 821, 850]
    path = tmp_path / "table.csv"
    path.write_bytes(("Größe;RR\r\n" + "\r\n".join(f"{n};{ms}" for n, ms in enumerate(rr))).encode(encoding))
    assert read_recording(path).intervals_ms == tuple(rr)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["812", "0.805", "790"], "line 2: 0.805 is in s, where most are in ms"),
        (["0.812", "805", "0.790"], "line 2: 805 is in ms, where most are in s"),
    ],
)
def test_milliseconds_and_seconds_in_one_file_are_not_guessed_at(rows: list[str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_recording("\n".join(rows), "mixed.txt")
    assert said in caught.value.message
    kept = parse_recording("\n".join(rows), "mixed.txt", ReadOptions(keep_good=True))
    assert kept.intervals_ms == pytest.approx((812.0, 790.0))
    assert len(kept.gaps) == 1


def test_json_is_told_as_such() -> None:
    with pytest.raises(InputError, match="is JSON") as told:
        parse_recording('{"t_s": 0.1}\n{"t_s": 0.2}\n', "out.jsonl")
    assert "rr_ms" in told.value.advice
