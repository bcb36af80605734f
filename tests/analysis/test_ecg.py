"""R peaks against beats that are known, and the strap's intervals against them."""

import numpy as np
import pytest

from entrain.analysis.ecg import EcgAgreement, agreement, r_peaks_s
from entrain.control.events import BeatSeen, NotificationArrived, SensorFrames
from entrain.control.heart import HeartTrack, with_notification
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Person
from entrain.heart.pmd.clock import DeviceClock, placed
from entrain.heart.pmd.control import Sensor
from entrain.heart.pmd.frames import SensorFrame

LENGTH_S = 60.0


@pytest.fixture(scope="module")
def heart() -> SimulatedHeart:
    return SimulatedHeart(Person.draw(11), "s", keep_truth=True, sensors=(Sensor.ECG,))


@pytest.fixture(scope="module")
def session(heart: SimulatedHeart) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times and values of the ECG, and (time, RR) of the strap's beats."""
    clock, track = DeviceClock(), HeartTrack("s")
    times_s: list[float] = []
    values: list[float] = []
    beats: list[tuple[float, float]] = []
    for event in heart.until(LENGTH_S, None):
        if isinstance(event, SensorFrames):
            for arrived_s, payload in zip(event.arrived_s, event.frames, strict=True):
                frame = SensorFrame.from_bytes(payload)
                clock, place = placed(clock, arrived_s, frame.last_ns, len(frame.samples), 130.0)
                assert place is not None
                times_s += place.times_s()
                values += [uv for (uv,) in frame.samples]
        elif isinstance(event, NotificationArrived):
            track, effects = with_notification(track, event)
            beats += [(e.beat.t_s, e.beat.rr.ms) for e in effects if isinstance(e, BeatSeen)]
    return np.array(times_s), np.array(values), np.array(beats)


def test_every_beat_has_its_peak(
    heart: SimulatedHeart, session: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> None:
    times_s, values, _ = session
    peaks_s = r_peaks_s(times_s, values, 130.0)
    assert heart.truth is not None
    truth = np.array([t for t in heart.truth.beats_s if times_s[0] + 1.0 < t < times_s[-1] - 1.5])
    late_s = [peaks_s[np.argmin(abs(peaks_s - t - 0.65))] - t for t in truth]
    # Both clocks are a constant apart, by the way through the air.
    assert np.std(late_s) < 0.008
    found = np.diff(peaks_s)
    assert found.min() > 0.3


def test_the_straps_intervals_are_those_of_the_peaks(
    session: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    times_s, values, beats = session
    found = agreement(r_peaks_s(times_s, values, 130.0), beats[:, 0], beats[:, 1])
    assert isinstance(found, EcgAgreement)
    assert found.n_matched > 0.95 * found.n_beats > 30
    assert found.bias_ms is not None
    assert found.sd_ms is not None
    assert abs(found.bias_ms) < 2.0
    assert found.sd_ms < 8.0


def test_a_beat_that_the_strap_missed_is_no_interval(
    session: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    times_s, values, beats = session
    missed = np.delete(beats, 20, axis=0)
    missed[20, 1] += beats[20, 1]
    found = agreement(r_peaks_s(times_s, values, 130.0), missed[:, 0], missed[:, 1])
    assert found is not None
    assert found.sd_ms is not None
    assert found.sd_ms < 8.0


def test_a_wave_counted_as_a_beat_has_no_peak() -> None:
    peaks_s = np.cumsum(0.85 + 0.05 * np.sin(np.arange(60)))
    beats_s = np.delete(peaks_s, 0) + 1.1
    rr_ms = 1000.0 * np.diff(peaks_s)
    twice_s = np.insert(beats_s, 20, beats_s[20] - 0.58)
    twice_ms = np.insert(rr_ms, 20, rr_ms[20] - 580.0)
    twice_ms[21] = 580.0
    found = agreement(peaks_s, twice_s, twice_ms)
    assert found is not None
    assert (found.n_beats, found.n_matched) == (60, 59)
    assert found.lag_s == pytest.approx(1.1, abs=0.02)
    assert found.bias_ms == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("late_s", [-0.4, 0.3, 2.2])
def test_the_intervals_tell_which_beat_is_which(late_s: float) -> None:
    rng = np.random.default_rng(4)
    peaks_s = np.cumsum(1.0 + 0.03 * rng.standard_normal(80))
    found = agreement(peaks_s, peaks_s[1:] + late_s, 1000.0 * np.diff(peaks_s))
    assert found is not None
    assert found.lag_s == pytest.approx(late_s, abs=0.02)
    assert found.sd_ms == pytest.approx(0.0, abs=0.01)


def test_too_little_says_nothing() -> None:
    assert agreement(np.arange(3.0), np.arange(30.0), np.full(30, 1000.0)) is None
    assert agreement(np.arange(30.0), np.empty(0), np.empty(0)) is None
    assert len(r_peaks_s(np.arange(100) / 130.0, np.zeros(100), 130.0)) == 0
