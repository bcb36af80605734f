"""A replayed recording is a strap on the wire: every interval, in time, and silence where there was none."""

from itertools import accumulate, pairwise
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.control.events import Event, Link, LinkChanged, NotificationArrived, StrapDescribed
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.session import reduce, start
from entrain.devices.replay import INTERVALS_PER_PACKET, PACKET_S, ReplayedHeart
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.heart.gatt import HeartRateMeasurement
from entrain.heart.recording import Recording
from entrain.recordings.reading import parse_recording, read_recording
from entrain.units import ms_to_ticks
from entrain.wording.remarks import told
from tests.support.recordings import recording_path


def played(heart: ReplayedHeart, until_s: float = 1e9) -> list[Event]:
    return list(heart.until(until_s, None))


def packets(events: list[Event]) -> list[tuple[float, HeartRateMeasurement]]:
    return [
        (e.t_s, HeartRateMeasurement.from_bytes(e.payload))
        for e in events
        if isinstance(e, NotificationArrived)
    ]


def of_rows(*rows: object) -> Recording:
    return parse_recording("".join(f"{row}\n" for row in rows), "x.csv")


def can_only_be_intervals(rr: list[int]) -> bool:
    """And the first of them is not taken for a year that stands above the others."""
    return median(rr) > 250 and (len(rr) < 5 or rr != sorted(rr)) and rr[0] not in range(1990, 2041)


@given(st.lists(st.integers(60, 2400), min_size=1, max_size=100).filter(can_only_be_intervals))
def test_every_interval_is_sent_once_in_order_and_not_before_it_ended(rr: list[int]) -> None:
    heart = ReplayedHeart.of_recording(of_rows(*rr))
    sent = packets(played(heart))
    assert [ticks for _, m in sent for ticks in m.rr_ticks or ()] == [ms_to_ticks(ms) for ms in rr]
    ends = iter(accumulate(ms / 1000 for ms in rr))
    for n, (t_s, measurement) in enumerate(sent, 1):
        assert t_s == pytest.approx(n * PACKET_S)
        assert len(measurement.rr_ticks or ()) <= INTERVALS_PER_PACKET
        for _ in measurement.rr_ticks or ():
            end_s = next(ends)
            assert end_s <= t_s + 1e-9
            if min(rr) > 250:
                assert t_s - end_s <= PACKET_S + 1e-9


@settings(max_examples=40)
@given(st.lists(st.floats(0.0, 130.0), max_size=30))
def test_stepping_does_not_matter(cuts: list[float]) -> None:
    recording = of_rows("time,rr", *(f"{0.9 * n + (20 if n > 60 else 0):.1f},900" for n in range(100)))
    whole = played(ReplayedHeart.of_recording(recording))
    heart = ReplayedHeart.of_recording(recording)
    pieces: list[Event] = []
    for t_s in [*sorted(cuts), 1e9]:
        got = heart.until(t_s, None)
        assert all(e.t_s <= t_s for e in got)
        pieces += got
    assert pieces == whole


def test_a_gap_is_silence_and_said() -> None:
    rows = [f"{0.9 * n + (20 if n >= 60 else 0):.1f},900" for n in range(100)]
    events = played(ReplayedHeart.of_recording(of_rows("time,rr", *rows)))
    arrivals = [t_s for t_s, _ in packets(events)]
    silent = [b - a for a, b in pairwise(arrivals) if b - a > 1.5]
    assert len(silent) == 1
    assert silent[0] == pytest.approx(20.0, abs=1.5)
    links = [(e.link, told(e.remark)) for e in events if isinstance(e, LinkChanged)]
    assert [link for link, _ in links] == [Link.STREAMING, Link.SILENT, Link.STREAMING, Link.FINISHED]
    assert "gap" in links[1][1]


def test_real_arrival_times_are_kept_and_intervals_of_one_packet_stay_together() -> None:
    rows = ["0.10,900", "1.09,910", "2.08,905", "2.080002,880", "4.05,950", "5.04,920"]
    heart = ReplayedHeart.of_recording(of_rows(*rows))
    sent = packets(played(heart))
    assert [len(m.rr_ticks or ()) for _, m in sent] == [1, 1, 2, 1, 1]
    steps = [b - a for (a, _), (b, _) in pairwise(sent)]
    assert steps == pytest.approx([0.99, 0.99, 1.97, 0.99], abs=1e-6)


def test_the_rate_field_follows_the_intervals() -> None:
    for t_s, measurement in packets(played(ReplayedHeart.of_recording(of_rows(*[750] * 60)))):
        assert measurement.bpm == 80, t_s


def test_a_log_is_played_byte_for_byte() -> None:
    logged = [(0.4, b"\x10\x3c\x00\x04"), (1.4, b"\x00\x3c"), (9.0, b"\xff"), (9.9, b"\x16\x3c\x00\x04")]
    events = played(ReplayedHeart.of_payloads(logged, "ble:AA", name="Polar"))
    assert [(e.t_s, e.payload) for e in events if isinstance(e, NotificationArrived)] == logged
    assert events[0] == StrapDescribed(0.0, "ble:AA", name="Polar")
    assert isinstance(events[-1], LinkChanged)
    assert events[-1].link is Link.FINISHED


def test_a_simulated_session_replayed_is_seen_as_the_session_was() -> None:
    """Payloads of a session in, the same beats out of the controller."""
    heart = SimulatedHeart(Person.draw(3, Kind.TYPICAL), strap="s")
    logged = [(e.t_s, e.payload) for e in heart.until(180.0, None) if isinstance(e, NotificationArrived)]
    replayed = ReplayedHeart.of_payloads(logged, "s")
    state = start(SessionConfig(Preset("p", "P", ""), ("s",)))
    for event in played(replayed)[:-1]:
        state, _ = reduce(state, event)
    (track,) = state.tracks
    n_sent = sum(len(HeartRateMeasurement.from_bytes(payload).rr_ticks or ()) for _, payload in logged)
    assert track.n_beats == n_sent
    assert track.link is Link.STREAMING


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("name", "bpm"),
    [
        ("rhenanbartels-hrv/rest_rri.txt", 60 / 1.0587),
        ("polar-h10-breath/sample_data_ibi.csv", 61.8),
        ("spb-recovery/s15_CON.csv", None),
        ("spb-recovery/s11_CON.csv", None),
        ("fatmaxxer/FatMaxOptimiser.20210606_161059.rr.csv", None),
        ("rhenanbartels-hrv/exercise_rri.hrm", None),
    ],
)
def test_real_recordings_go_through_the_controller(name: str, bpm: float | None) -> None:
    recording = read_recording(recording_path(name))
    heart = ReplayedHeart.of_recording(recording, strap="r")
    state = start(SessionConfig(Preset("p", "P", ""), ("r",)))
    state, last_s = state, -1.0
    for event in played(heart, 600.0):
        assert event.t_s >= last_s
        last_s = event.t_s
        state, _ = reduce(state, event)
    (track,) = state.tracks
    elapsed_s = 0.0
    expected = 0
    for ms in recording.intervals_ms:
        elapsed_s += ms / 1000
        expected += elapsed_s < 598.0
    assert abs(track.n_beats - expected) <= 8
    assert track.n_artefacts < 0.1 * track.n_beats
    if bpm is not None:
        assert track.state_at(last_s).bpm == pytest.approx(bpm, abs=5.0)
