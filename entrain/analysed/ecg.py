"""What a session's ECG is for: a strip of it to look at, and the strap's own intervals held against it."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain.analysis.ecg import EcgAgreement, agreement, r_peaks_s
from entrain.control.events import BeatSeen
from entrain.extras import MissingExtra
from entrain.heart.pmd.control import Sensor
from entrain.storage.formats.signals import SensorSignal, signals_of
from entrain.storage.log.stored import StoredSession

STRIP_S: Final = 8.0
GAP: Final = 1.8  # spacings between two samples of one unbroken stretch


@dataclass(frozen=True, slots=True, eq=False)
class EcgLook:
    """`strip_s` and `strip_uv` are an unbroken stretch near the middle, on the session's clock.

    `agreement` is None without the library that finds R peaks, and where there are too few beats to compare.
    """

    length_s: float  # of what was received
    strip_s: NDArray[np.float64]
    strip_uv: NDArray[np.float64]
    agreement: EcgAgreement | None
    has_library: bool = True


def ecg_look(session: StoredSession, strap: str) -> EcgLook | None:
    """The ECG of one strap; None where it streamed none, or not for `STRIP_S` without a break."""
    signal = next((each for each in signals_of(session, strap) if each.sensor is Sensor.ECG), None)
    stretch = None if signal is None else _strip(signal)
    if signal is None or stretch is None:
        return None
    times_s, ecg_uv = signal.times_s, signal.values[:, 0]
    found, has_library = None, True
    try:
        found = agreement(r_peaks_s(times_s, ecg_uv, signal.hz), *_beats(session, strap))
    except MissingExtra:
        has_library = False
    length_s = float(np.minimum(np.diff(times_s), GAP / signal.hz).sum())
    return EcgLook(length_s, times_s[stretch], ecg_uv[stretch], found, has_library)


def _strip(signal: SensorSignal) -> slice | None:
    """`STRIP_S` without a break, as near to the middle as there are."""
    times_s, n = signal.times_s, round(STRIP_S * signal.hz)
    whole = np.flatnonzero(np.diff(times_s) > GAP / signal.hz)
    edges = np.concatenate(([0], whole + 1, [len(times_s)]))
    middle_s = 0.5 * float(times_s[0] + times_s[-1])
    middle = int(np.searchsorted(times_s, middle_s)) - n // 2
    starts = [
        min(max(middle, int(first)), int(end) - n) for first, end in pairwise(edges) if end - first >= n
    ]
    if not starts:
        return None
    start = min(starts, key=lambda k: abs(k - middle))
    return slice(start, start + n)


def _beats(session: StoredSession, strap: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times in s and raw intervals in ms, as the strap sent them."""
    beats = [effect.beat for effect in session.records.effects(BeatSeen) if effect.beat.strap == strap]
    return np.array([b.t_s for b in beats]), np.array([b.rr.ms for b in beats])
