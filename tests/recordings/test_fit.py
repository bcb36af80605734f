"""FIT files as watches write them, made by another project's library: each kind of message, and holes."""

import gzip
import random
from itertools import accumulate, pairwise
from math import sin
from pathlib import Path
from typing import Any

import pytest
from fit_tool.base_type import BaseType
from fit_tool.developer_field import DeveloperField
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.beat_intervals_message import BeatIntervalsMessage
from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.hr_message import HrMessage
from fit_tool.profile.messages.hrv_message import HrvMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.profile_type import FileType, Manufacturer

from entrain.errors import InputError
from entrain.recordings.options import ReadOptions
from entrain.recordings.reading import read_recording

STARTED_MS = 1_700_000_000_000
_RANDOM = random.Random(3)
RR_MS = [float(round(860 + 40 * sin(n / 2.5) + _RANDOM.gauss(0, 15))) for n in range(240)]
ENDS_S = list(accumulate(ms / 1000 for ms in RR_MS))


def written(path: Path, *messages: Any) -> Path:
    about = FileIdMessage()
    about.type, about.time_created = FileType.ACTIVITY, STARTED_MS
    about.manufacturer = Manufacturer.DEVELOPMENT.value
    builder = FitFileBuilder(auto_define=True)
    for message in (about, *messages):
        builder.add(message)
    builder.build().to_file(str(path))
    return path


def second(at_s: int, bpm: int = 70) -> RecordMessage:
    message = RecordMessage()
    message.timestamp, message.heart_rate = STARTED_MS + 1000 * at_s, bpm
    return message


def hrv(*intervals_s: float) -> HrvMessage:
    message = HrvMessage()
    message.time = list(intervals_s)
    return message


def ride(*, dropout: tuple[int, float] | None = None, filled: bool = False) -> list[Any]:
    """A record each second, and before it the intervals that ended in that second, as Garmin writes them.

    Args:
        dropout: (before which interval, seconds) nothing came from the strap.
        filled: unused places of an hrv message hold 65535, as real ones do.
    """
    messages: list[Any] = []
    before, lost_s = dropout or (len(RR_MS), 0.0)
    came_s = [at + lost_s * (n >= before) for n, at in enumerate(ENDS_S)]
    for at_s in range(1, int(came_s[-1]) + 2):
        came = [ms / 1000 for ms, ended in zip(RR_MS, came_s, strict=True) if at_s - 1 < ended <= at_s]
        if came:
            messages.append(hrv(*came, *([65.535] * (5 - len(came)) if filled else [])))
        messages.append(second(at_s))
    return messages


@pytest.mark.parametrize("filled", [False, True])
def test_whole(tmp_path: Path, filled: bool) -> None:
    recording = read_recording(written(tmp_path / "a.fit", *ride(filled=filled)))
    assert recording.intervals_ms == pytest.approx(RR_MS)
    assert recording.gaps == ()
    assert recording.began_epoch_s == pytest.approx(STARTED_MS / 1000, abs=2.0)


@pytest.mark.parametrize(("before", "lost_s"), [(60, 12.0), (120, 30.0), (200, 95.0)])
def test_a_hole_by_the_watch_s_own_clock(tmp_path: Path, before: int, lost_s: float) -> None:
    recording = read_recording(written(tmp_path / "a.fit", *ride(dropout=(before, lost_s))))
    assert recording.intervals_ms == pytest.approx(RR_MS)
    (gap,) = recording.gaps
    assert abs(gap.index - before) <= 1
    assert gap.seconds == pytest.approx(lost_s, abs=1.5)
    assert any("are missing" in warning for warning in recording.warnings)


def test_packed(tmp_path: Path) -> None:
    whole = written(tmp_path / "a.fit", *ride(dropout=(120, 30.0)))
    packed = tmp_path / "a.fit.gz"
    packed.write_bytes(gzip.compress(whole.read_bytes()))
    one, other = read_recording(whole), read_recording(packed)
    assert (one.intervals_ms, one.gaps) == (other.intervals_ms, other.gaps)


def beats_of(ends_s: list[float]) -> list[HrMessage]:
    """One whole moment, then eight of 12 bits in each message, as straps with a memory give them."""
    first = HrMessage()
    first.timestamp, first.event_timestamp = STARTED_MS, [ends_s[0]]
    messages = [first]
    ticks = [round(1024 * at) & 0xFFF for at in ends_s[1:]]
    for at in range(0, len(ticks) - len(ticks) % 8, 8):
        packed: list[int] = []
        for low, high in zip(ticks[at : at + 8 : 2], ticks[at + 1 : at + 8 : 2], strict=True):
            packed += [low & 0xFF, low >> 8 | (high & 0xF) << 4, high >> 4]
        message = HrMessage()
        message.event_timestamp_12 = packed
        messages.append(message)
    return messages


def test_moments_of_beats(tmp_path: Path) -> None:
    ends_s = ENDS_S[:233]  # the first, and 29 times 8
    recording = read_recording(written(tmp_path / "a.fit", *beats_of(ends_s)))
    wanted = [1000 * (b - a) for a, b in pairwise(ends_s)]
    assert recording.intervals_ms == pytest.approx(wanted, abs=1.0)
    assert recording.gaps == ()
    assert "hr messages" in recording.format


def test_moments_with_a_hole(tmp_path: Path) -> None:
    later = [at + 40.0 for at in ENDS_S[113:226]]
    messages = [*beats_of(ENDS_S[:113]), *beats_of(later)]
    recording = read_recording(written(tmp_path / "a.fit", *messages))
    (gap,) = recording.gaps
    assert (gap.index, gap.seconds) == (112, pytest.approx(40.0 + RR_MS[113] / 1000, abs=0.01))


def test_beat_intervals(tmp_path: Path) -> None:
    messages: list[BeatIntervalsMessage] = []
    for at in range(0, 240, 4):
        message = BeatIntervalsMessage()
        message.timestamp = STARTED_MS + round(1000 * ENDS_S[at + 3])
        message.time = [round(ms) for ms in RR_MS[at : at + 4]]
        messages.append(message)
    recording = read_recording(written(tmp_path / "a.fit", *messages))
    assert recording.intervals_ms == pytest.approx(RR_MS)
    assert recording.gaps == ()


def app(name: str, units: str, values: list[int]) -> list[Any]:
    """An app on the watch: it describes its field, and puts a value into each record."""
    whose = DeveloperDataIdMessage()
    whose.developer_data_index, whose.application_id = 0, [7] * 16
    described = FieldDescriptionMessage()
    described.developer_data_index, described.field_definition_number = 0, 0
    described.fit_base_type_id = BaseType.UINT16.value
    described.field_name, described.units = name, units
    messages: list[Any] = [whose, described]
    for n, value in enumerate(values):
        message = RecordMessage(developer_fields=[
            DeveloperField(field_id=0, name=name, base_type=BaseType.UINT16, size=2, units=units,
                           developer_data_index=0),
        ])  # fmt: skip
        message.timestamp = STARTED_MS + round(1000 * ENDS_S[n])
        message.developer_fields[0].set_value(0, value)
        messages.append(message)
    return messages


def test_fields_of_apps(tmp_path: Path) -> None:
    values = [round(ms) for ms in RR_MS]
    values[100] = 65535  # no value
    recording = read_recording(written(tmp_path / "a.fit", *app("rr_interval", "ms", values)))
    assert recording.intervals_ms == pytest.approx([*RR_MS[:100], *RR_MS[101:]])
    assert "rr_interval" in recording.format
    with pytest.raises(InputError, match="without RR intervals"):
        read_recording(written(tmp_path / "b.fit", *app("power", "W", values)))


def test_what_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without RR intervals") as caught:
        read_recording(written(tmp_path / "a.fit", *(second(n) for n in range(60))))
    assert "heart rate variability" in caught.value.advice
    whole = written(tmp_path / "b.fit", *ride()).read_bytes()
    cut = tmp_path / "cut.fit"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged FIT file"):
        read_recording(cut)
    kept = read_recording(cut, ReadOptions(keep_good=True))
    assert kept.intervals_ms == pytest.approx(RR_MS[: len(kept.intervals_ms)])
