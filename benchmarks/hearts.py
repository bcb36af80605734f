"""Hearts to try the analysis on: other people's recordings, simulated people, and sounds that follow a heart.

Recordings are not part of the checkout: they lie in the folder that ENTRAIN_RECORDINGS names, or in
`shared/data` beside the checkout. Sources: Raidl, Laister & Csapo 2024 (spb-recovery, CC BY 4.0);
kieranabrennan/ dont-hold-your-breath (polar-h10-breath, MIT); IanPeake/FatMaxxer (fatmaxxer, Apache-2.0);
rhenanbartels/hrv (BSD-3); PGomes92/pyhrv (BSD-3); MIT-BIH record 100 by way of MIT-LCP/wfdb-python (wfdb,
ODC-By).
"""

import csv
import os
import struct
from math import pi, sin
from pathlib import Path

import numpy as np

from entrain.tempo.plan import TempoPlan

REST = (
    "rest",
    "polar-h10",
    "pyhrv",
)  # three people sitting or lying still; no artefact that anyone could see
RECOVERY = ("s03_CON", "s04_INT", "s05_CON", "s15_CON")  # after a sprint; clean by eye too


def recordings_folder() -> Path | None:
    """Where other people's recordings lie; None where there are none."""
    named = os.environ.get("ENTRAIN_RECORDINGS")
    if named:
        return Path(named) if Path(named).is_dir() else None
    beside = (parent / "shared" / "data" for parent in Path(__file__).resolve().parents)
    return next((folder for folder in beside if folder.is_dir()), None)


def recordings(folder: Path) -> dict[str, np.ndarray]:
    """Raw RR in ms by name."""
    found = {
        "rest": np.loadtxt(folder / "rhenanbartels-hrv/rest_rri.txt"),
        "polar-h10": np.loadtxt(folder / "polar-h10-breath/sample_data_ibi.csv", delimiter=",")[:, 1],
        "pyhrv": np.load(folder / "pyhrv/SampleNNISeriesShort.npy").astype(float),
        "exercise": _hrm(folder / "rhenanbartels-hrv/exercise_rri.hrm"),
        "fatmaxxer": np.genfromtxt(
            next((folder / "fatmaxxer").glob("*.rr.csv")), delimiter=",", skip_header=2
        )[:, 1],
    }
    for path in sorted((folder / "spb-recovery").glob("*.csv")):
        with path.open() as lines:
            found[path.stem] = np.array([float(row["rr"]) for row in csv.DictReader(lines)])
    return found


def _fatmaxxer(path: Path) -> np.ndarray:
    return np.genfromtxt(path, delimiter=",", skip_header=2)[:, 1]


def _hrm(path: Path) -> np.ndarray:
    return np.array([float(line) for line in path.read_text().split("[HRData]")[1].split()])


def mit_bih_100(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """(RR in ms, True for each interval that a beat other than a normal one ends or begins)."""
    samples, codes = annotations(folder / "wfdb/100.atr")
    odd = codes != 1
    return np.diff(samples) / 360.0 * 1000.0, odd[1:] | odd[:-1]


def annotations(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(sample, code) of each beat in a file of WFDB annotations."""
    data = path.read_bytes()
    beats: list[tuple[int, int]] = []
    sample, at = 0, 0
    while at + 1 < len(data):
        (word,) = struct.unpack_from("<H", data, at)
        at += 2
        code, delta = word >> 10, word & 1023
        if code == 0 and delta == 0:
            break
        if code == 59:  # a long skip: a 32-bit distance, high half first
            high, low = struct.unpack_from("<hH", data, at)
            sample, at = sample + (high << 16) + low, at + 4
        elif code == 63:  # a note to the annotation before
            at += delta + (delta & 1)
        elif code < 60:
            sample += delta
            if 1 <= code <= 13:
                beats.append((sample, code))
    return np.array([at for at, _ in beats]), np.array([code for _, code in beats])


# ---- simulated people --------------------------------------------------------------------------------------


def person(
    duration_s: float,
    seed: int,
    paced_per_min: float | None = None,
    own_per_min: float = 15.0,
    pulse_bpm: float = 66.0,
    rsa_bpm: float = 4.0,
    step_s: float = 0.01,
) -> np.ndarray:
    """Beat times in s of a heart by integral pulse frequency modulation.

    The pulse wanders (Ornstein-Uhlenbeck, SD 2.2 bpm, 40 s), carries a wave near 0.1 Hz (SD 1.5 bpm) and the
    breath: at `paced_per_min` exactly, or around `own_per_min` with 12 % variation.
    """
    rng = np.random.default_rng(seed)
    t_s = np.arange(0.0, duration_s, step_s)
    n = t_s.size
    wander = 2.2 * _autoregressive(rng.standard_normal(n), 40.0, step_s)
    wave = 1.5 * _near_0_1_hz(rng.standard_normal(n), step_s)
    if paced_per_min is None:
        variation = _autoregressive(rng.standard_normal(n), 4.0, step_s)
        breath = np.cumsum(own_per_min / 60.0 * np.exp(0.12 * variation)) * step_s
    else:
        breath = t_s * paced_per_min / 60.0
    rate_hz = (pulse_bpm + wander + wave + rsa_bpm * np.sin(2.0 * pi * breath - 0.5)) / 60.0
    beats = np.cumsum(rate_hz) * step_s
    return np.interp(np.arange(1, int(beats[-1])), beats, t_s)


def _autoregressive(noise: np.ndarray, tau_s: float, step_s: float) -> np.ndarray:
    from scipy.signal import lfilter

    keep = np.exp(-step_s / tau_s)
    return lfilter([np.sqrt(1.0 - keep**2)], [1.0, -keep], noise)


def _near_0_1_hz(noise: np.ndarray, step_s: float) -> np.ndarray:
    from scipy.signal import lfilter

    keep = np.exp(-2.0 * pi * 0.015 * step_s)
    wave = lfilter([1.0], [1.0, -2.0 * keep * np.cos(2.0 * pi * 0.1 * step_s), keep**2], noise)
    return wave / wave.std()


# ---- sounds that follow a heart ----------------------------------------------------------------------------

SOUNDS = ("follow", "5 % below", "10 % below", "glide", "leader", "fixed at pulse", "fixed 5 % below")
_OFFSETS = {"follow": 0.0, "5 % below": -0.05, "10 % below": -0.1, "glide": -0.03, "leader": -0.02}
_OFFSETS |= {"fixed at pulse": 0.0, "fixed 5 % below": -0.05}
EVERY_S = 5.0


class Follower:
    """A sound's tempo as a coach would set it: every 5 s from the median of the last 20 s of beats."""

    def __init__(self, kind: str, first_beats: np.ndarray, rng: np.random.Generator) -> None:
        self.kind = kind
        pulse = 60.0 / float(np.median(np.diff(first_beats)))
        self.plan = TempoPlan.steady(0.0, pulse * (1.0 + _OFFSETS[kind]), phase=float(rng.random()))

    def hear(self, t_s: float, beats: np.ndarray) -> None:
        """`beats` up to `t_s` are known; set the tempo from here."""
        recent = beats[(beats <= t_s) & (beats > t_s - 20.0)]
        if recent.size < 4 or self.kind.startswith("fixed"):
            return
        pulse, now = 60.0 / float(np.median(np.diff(recent))), self.plan.bpm_at(t_s)
        if self.kind == "leader":
            if t_s % 30.0 < EVERY_S:
                self.plan = self.plan.edited(t_s, pulse - 1.0, 2.0)
            return
        offset = max(-0.1, -0.03 - 0.02 * t_s / 60.0) if self.kind == "glide" else _OFFSETS[self.kind]
        step = pulse * (1.0 + offset) - now
        step = step if self.kind == "follow" else float(np.clip(step, -0.5, 0.5))
        self.plan = self.plan.edited(t_s, now + step, EVERY_S)


def followed(beats: np.ndarray, kind: str, rng: np.random.Generator) -> np.ndarray:
    """Onsets of a sound that follows a heart which does not hear it."""
    sound = Follower(kind, beats[:40], rng)
    for t_s in np.arange(EVERY_S, beats[-1], EVERY_S):
        sound.hear(float(t_s), beats)
    return onsets(sound.plan, float(beats[-1]))


def pulled(
    beats: np.ndarray, kind: str, kappa: float, rng: np.random.Generator, step_s: float = 0.01
) -> tuple[np.ndarray, np.ndarray]:
    """(beats, onsets) of that heart had it felt the sound: θ' = own rate + κ sin(ψ − θ), in a closed loop."""
    from scipy.interpolate import PchipInterpolator

    rate_hz = PchipInterpolator(beats, np.arange(beats.size)).derivative()
    own = (rate_hz(np.arange(0.0, beats[-1], step_s)) * step_s).tolist()
    sound = Follower(kind, beats[:40], rng)
    pull = kappa / (2.0 * pi) * step_s
    theta, psi, made, hear_at = 0.0, sound.plan.phase_at(0.0), [0.0], EVERY_S
    for i, advance in enumerate(own):
        t_s = i * step_s
        advance += pull * sin(2.0 * pi * (psi - theta))
        if int(theta + advance) > int(theta):
            made.append(t_s + step_s * (1.0 - (theta + advance - int(theta + advance)) / advance))
        theta += advance
        if t_s >= hear_at:
            hear_at += EVERY_S
            sound.hear(t_s, np.array(made[-40:]))
        psi = sound.plan.phase_at(t_s + step_s)
    heart = np.array(made)
    return heart, onsets(sound.plan, float(heart[-1]))


def onsets(plan: TempoPlan, to_s: float) -> np.ndarray:
    return np.array([plan.time_of_beat(n) for n in plan.beats_between(0.0, to_s)])
