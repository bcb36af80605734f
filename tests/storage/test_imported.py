"""What others recorded becomes a session: every interval, in its place, with its gaps."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.event_message import EventMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.hrv_message import HrvMessage
from fit_tool.profile.profile_type import Event, EventType, FileType, Manufacturer
from hypothesis import given
from hypothesis import strategies as st

from entrain.control.events import BeatSeen
from entrain.errors import InputError
from entrain.heart.beat import Beat
from entrain.heart.recording import Gap, Recording, TimeKind
from entrain.recordings.options import ReadOptions
from entrain.recordings.reading import read_recording
from entrain.storage.export import export
from entrain.storage.imported import import_recording
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome
from entrain.storage.log.verify import replay
from entrain.whatif import imported
from entrain.whatif.imported import events_of, observe, start
from tests.support.recordings import recording_path
from tests.support.sessions import beats_of

NIGHT_MS = [*range(800, 999, 2), *range(997, 800, -2)]
STARTED_MS = 1_700_000_000_000


def observed(recording: Recording) -> list[Beat]:
    state, beats = start(imported.config_of(recording)), list[Beat]()
    for event in events_of(recording):
        state, effects = observe(state, event)
        beats += [effect.beat for effect in effects if isinstance(effect, BeatSeen)]
    return beats


@given(
    intervals=st.lists(st.floats(300.0, 2000.0), min_size=1, max_size=80),
    gaps=st.dictionaries(st.integers(1, 79), st.floats(0.3, 100.0), max_size=4),
)
def test_every_interval_is_a_beat_in_its_place(intervals: list[float], gaps: dict[int, float]) -> None:
    known = tuple(Gap(index, seconds) for index, seconds in sorted(gaps.items()) if index < len(intervals))
    beats = observed(Recording("x", tuple(intervals), TimeKind.CUMULATED, None, known, "ms", ""))
    assert [beat.rr.ms for beat in beats] == pytest.approx(intervals)
    # Only at a gap is the chain broken, and at each.
    breaks = [n for n, (a, b) in enumerate(pairwise(beats), 1) if a.segment != b.segment]
    assert breaks == [gap.index for gap in known]
    t_s = 0.0
    for index, (beat, ms) in enumerate(zip(beats, intervals, strict=True)):
        t_s += ms / 1000.0 + sum(gap.seconds for gap in known if gap.index == index)
        assert beat.t_s == pytest.approx(t_s)


def test_a_text_becomes_a_session(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "night.txt"
    path.write_text("".join(f"0.{ms}\n" for ms in NIGHT_MS))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    done = import_recording(store, path)
    assert (done.is_new, done.began_is_known, done.recording.unit) == (True, False, "s")
    session = store.load(done.session_id)
    row = session.meta.row
    assert (row.state, row.preset, row.end_reason) == (SessionOutcome.IMPORTED, "imported", "imported")
    assert row.started.timestamp() == pytest.approx(1_700_000_000 - done.recording.duration_s)
    assert row.note.startswith("plain text, one interval per line, intervals in s (by their size;")
    assert session.meta.summary is not None
    assert session.meta.summary.n_beats == 199
    outcome = replay(session, imported.start, imported.observe)
    assert outcome.is_identical
    export(store, done.session_id, "rr", tmp_path / "again.txt")
    again = read_recording(tmp_path / "again.txt")
    assert list(again.intervals_ms) == pytest.approx(NIGHT_MS, abs=0.489)


def test_the_same_file_twice_is_one_session(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "rr.txt"
    path.write_text("800\n" * 50)
    first = import_recording(store, path)
    (tmp_path / "copy.txt").write_bytes(path.read_bytes())
    again = import_recording(store, tmp_path / "copy.txt")
    assert (again.is_new, again.session_id) == (False, first.session_id)
    assert len(store.sessions()) == 1
    assert len(beats_of(store, first.session_id)) == 50


def test_bad_lines_are_told_and_left_out_only_when_asked(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "rr.txt"
    path.write_text("800\n810\nbroken\n-3\n820\n830\n99999999\n840\n")
    with pytest.raises(InputError) as caught:
        import_recording(store, path)
    assert caught.value.message == (
        "rr.txt has 2 lines that cannot be read:\n  line 3: 'broken' is no number"
        "\n  line 4: an interval cannot be -3"
    )
    assert "--keep-good" in caught.value.advice
    assert store.sessions() == ()
    done = import_recording(store, path, ReadOptions(keep_good=True))
    beats = beats_of(store, done.session_id)
    assert [round(beat.rr.ms, -1) for beat in beats] == [800, 810, 820, 830, 840]
    assert [beat.segment for beat in beats] == [0, 0, 1, 1, 2]
    (said,) = done.recording.warnings
    assert said.startswith("3 lines left out, and the chain broken there:\n  line 3: 'broken' is no number")
    assert "line 7: an interval of 1e+08 ms is over a minute" in said
    # Nobody knows how long it was: the usual interval is taken for each line.
    assert [gap.seconds for gap in done.recording.gaps] == pytest.approx([1.64, 0.82])


def test_times_on_the_wall_and_a_gap(store: Store, tmp_path: Path) -> None:
    path, at_ms, lines = tmp_path / "h10.csv", STARTED_MS, ["timestamp,rr"]
    for n in range(60):
        at_ms += 800 + 9000 * (n == 30)
        lines.append(f"{at_ms},800")
    path.write_text("\n".join(lines))
    done = import_recording(store, path)
    session = store.load(done.session_id)
    assert done.began_is_known
    assert session.meta.origin_epoch_s == pytest.approx(STARTED_MS / 1000)
    beats = beats_of(store, done.session_id)
    assert [beat.segment for beat in beats] == [0] * 30 + [1] * 30
    assert beats[-1].t_s == pytest.approx(60 * 0.8 + 9.0, abs=0.02)
    assert session.meta.summary is not None
    assert (session.meta.summary.n_outages, session.meta.summary.outage_s) == (
        1,
        pytest.approx(9.0, abs=0.01),
    )


def fit_file(path: Path) -> list[float]:
    """Written by somebody else's library: two runs of intervals, the timer stopped between them."""
    about = FileIdMessage()
    about.type, about.time_created = FileType.ACTIVITY, STARTED_MS
    about.manufacturer = Manufacturer.DEVELOPMENT.value
    first, second = run_of(0.8), run_of(0.9)
    stopped = [timer(EventType.STOP_ALL, 20), timer(EventType.START, 65)]
    builder = FitFileBuilder(auto_define=True)
    for message in (about, *first, *stopped, *second):
        builder.add(message)
    builder.build().to_file(str(path))
    return [time for message in (*first, *second) for time in message.time]


def run_of(around_s: float) -> list[HrvMessage]:
    messages = [HrvMessage() for _ in range(4)]
    for index, message in enumerate(messages):
        message.time = [around_s + 0.01 * index + 0.001 * n for n in range(5 - index % 2)]
    return messages


def timer(kind: EventType, at_s: int) -> EventMessage:
    message = EventMessage()
    message.event, message.event_type, message.timestamp = Event.TIMER, kind, STARTED_MS + at_s * 1000
    return message


def test_a_fit_file(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "watch.fit"
    said_s = fit_file(path)
    done = import_recording(store, path)
    beats = beats_of(store, done.session_id)
    assert [beat.rr.ms for beat in beats] == pytest.approx([1000 * s for s in said_s], abs=0.489)
    assert [beat.segment for beat in beats] == [0] * 18 + [1] * 18
    assert done.recording.gaps == (Gap(18, 45.0),)
    assert store.load(done.session_id).meta.origin_epoch_s == STARTED_MS / 1000
    damaged = tmp_path / "damaged.fit"
    damaged.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"damaged\.fit is a damaged FIT file"):
        import_recording(store, damaged)
    kept = import_recording(store, damaged, ReadOptions(keep_good=True))
    assert 18 < len(beats_of(store, kept.session_id)) < 36


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("name", "n", "n_segments"),
    [
        ("rhenanbartels-hrv/exercise_rri.hrm", 4117, 1),
        ("rhenanbartels-hrv/rest_rri.txt", 910, 1),
        ("polar-h10-breath/sample_data_ibi.csv", 620, 1),
        ("spb-recovery/s02_INT.csv", 1974, 1),
    ],
)
def test_recordings_of_others(store: Store, name: str, n: int, n_segments: int) -> None:
    path = recording_path(name)
    done = import_recording(store, path)
    beats = beats_of(store, done.session_id)
    assert [beat.rr.ms for beat in beats] == pytest.approx(list(done.recording.intervals_ms))
    assert (len(beats), len({beat.segment for beat in beats})) == (n, n_segments)
