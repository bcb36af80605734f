"""R peaks in an ECG of 130 Hz, as straps stream it: python -m benchmarks.ecg [--record PATH] [--people 10]

Of simulated straps: peaks against the beats that truly were, and the strap's own intervals against those
between peaks. Of real records with reference beats (`--record`, a WFDB record with its .dat and .atr; record
100 of the MIT-BIH Arrhythmia Database, ODC-By, is among the samples of MIT-LCP/wfdb-python): resampled to
130 Hz. Nothing was tuned on either: the peaks are SleepECG's.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from entrain.analysis.ecg import agreement, r_peaks_s
from entrain.control.events import BeatSeen, NotificationArrived, SensorFrames
from entrain.control.heart import HeartTrack, with_notification
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Person
from entrain.heart.pmd.clock import DeviceClock, placed
from entrain.heart.pmd.control import Sensor
from entrain.heart.pmd.frames import SensorFrame

Series = NDArray[np.float64]
HZ = 130.0
NEAR_S = 0.1
FIRST_SEED = 7000
BEATS = frozenset("NLRBAaJSVrFejnE/fQ")  # of WFDB's annotations


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--record", type=Path, action="append", default=[])
    parser.add_argument("--people", type=int, default=10)
    given = parser.parse_args()
    for path in given.record:
        ecg_uv, beats_s = recorded(path)
        found_s = r_peaks_s(np.arange(len(ecg_uv)) / HZ, ecg_uv, HZ)
        say(path.name, found_s, beats_s)
    biases, spreads, shares = list[float](), list[float](), list[float]()
    for seed in range(FIRST_SEED, FIRST_SEED + given.people):
        times_s, ecg_uv, told, truth_s = simulated(seed)
        found_s = r_peaks_s(times_s, ecg_uv, HZ)
        inside = (truth_s > times_s[0] + 1.0) & (truth_s < times_s[-1] - 2.0)
        say(f"simulated {seed}", found_s - 0.63, truth_s[inside])
        held = agreement(found_s, told[:, 0], told[:, 1])
        assert held is not None
        assert held.bias_ms is not None
        assert held.sd_ms is not None
        biases.append(held.bias_ms)
        spreads.append(held.sd_ms)
        shares.append(held.n_matched / held.n_beats)
    print(f"strap's intervals less those between peaks: {np.mean(biases):+.2f} ms, SD {np.mean(spreads):.1f}")
    print(f"beats of the strap that have a peak: {100 * np.mean(shares):.1f} %")


def say(name: str, found_s: Series, beats_s: Series) -> None:
    inside = found_s[(found_s > beats_s[0] - NEAR_S) & (found_s < beats_s[-1] + NEAR_S)]
    missed_s = np.array([np.abs(inside - t_s).min() for t_s in beats_s])
    false_s = np.array([np.abs(beats_s - t_s).min() for t_s in inside])
    late_ms = [1000.0 * (inside[np.abs(inside - t).argmin()] - t) for t in beats_s[missed_s <= NEAR_S]]
    print(
        f"{name:16s} {len(beats_s)} beats: found {100 * np.mean(missed_s <= NEAR_S):.2f} %,"
        f" false {100 * np.mean(false_s > NEAR_S):.2f} %, placed with SD {np.std(late_ms):.1f} ms"
    )


def recorded(path: Path) -> tuple[Series, Series]:
    """µV at 130 Hz, and the reference beats."""
    import wfdb

    record, marks = wfdb.rdrecord(str(path)), wfdb.rdann(str(path), "atr")
    up_down = round(record.fs / 10), 13
    ecg_uv = resample_poly(1000.0 * record.p_signal[:, 0], up_down[1], up_down[0])
    beats = [at for at, kind in zip(marks.sample, marks.symbol, strict=True) if kind in BEATS]
    return ecg_uv, np.array(beats) / record.fs


def simulated(seed: int, length_s: float = 300.0) -> tuple[Series, Series, Series, Series]:
    """Times and values of the ECG; (time, interval in ms) of the strap's beats; the true ones."""
    heart = SimulatedHeart(Person.draw(seed), "s", keep_truth=True, sensors=(Sensor.ECG,))
    clock, track = DeviceClock(), HeartTrack("s")
    times_s, values, beats = list[float](), list[float](), list[tuple[float, float]]()
    for event in heart.until(length_s, None):
        if isinstance(event, SensorFrames):
            for arrived_s, payload in zip(event.arrived_s, event.frames, strict=True):
                frame = SensorFrame.from_bytes(payload)
                clock, place = placed(clock, arrived_s, frame.last_ns, len(frame.samples), HZ)
                assert place is not None
                times_s += place.times_s()
                values += [uv for (uv,) in frame.samples]
        elif isinstance(event, NotificationArrived):
            track, effects = with_notification(track, event)
            beats += [(e.beat.t_s, e.beat.rr.ms) for e in effects if isinstance(e, BeatSeen)]
    assert heart.truth is not None
    return np.array(times_s), np.array(values), np.array(beats), np.array(heart.truth.beats_s)


if __name__ == "__main__":
    main()
