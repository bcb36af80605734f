"""R peaks in an ECG, and the strap's own intervals held against them.

The peaks are found by SleepECG (Brunner & Hofer 2023, J Open Source Softw 8:5411; after Pan & Tompkins
1985), and placed between samples by a parabola: at 130 Hz a sample is 7.7 ms. What a strap makes of the same
heart is compared interval by interval. Nothing here judges a heart.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain import extras

EXTRA: Final = "ecg"
NEAR: Final = 0.4  # of an interval: how far a strap may place a beat from its peak, the lag aside
FAR_S: Final = 0.15  # farther off is no worse: a single beat does not decide how late all are
LEAST_PEAKS: Final = 10
SHIFTS_S: Final = np.arange(-3.0, 3.0, 0.02)  # of a strap's beats against its ECG: its own latency

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EcgAgreement:
    """The strap's own beats beside those of its ECG."""

    peaks_s: _Floats  # of the ECG, on the session's clock
    n_beats: int  # of the strap, while there was ECG
    n_matched: int
    lag_s: float  # the strap's beats come so much later than the peaks
    n_intervals: int  # that both have whole
    bias_ms: float | None  # mean of the strap's less the ECG's
    sd_ms: float | None


def r_peaks_s(times_s: _Floats, ecg_uv: _Floats, hz: float) -> _Floats:
    """Times of the R peaks of a trace sampled at about `hz`; stretches apart are looked at one by one.

    Raises:
        MissingExtra: the library is not installed.
    """
    detect = extras.load("sleepecg", EXTRA, "Finding R peaks").detect_heartbeats
    breaks = np.flatnonzero(np.diff(times_s) > 2.0 / hz) + 1
    found: list[_Floats] = []
    for part in np.split(np.arange(len(times_s)), breaks):
        if len(part) < 5.0 * hz:
            continue
        trace = ecg_uv[part]
        peaks = np.asarray(detect(trace, hz), dtype=np.int64)
        found.append(np.interp(_refined(trace, peaks), np.arange(len(part)), times_s[part]))
    return np.concatenate(found) if found else np.empty(0)


def agreement(peaks_s: _Floats, beats_s: _Floats, rr_ms: _Floats) -> EcgAgreement | None:
    """Hold the strap's beats and intervals against the peaks; None where there are too few of either."""
    if len(peaks_s) < LEAST_PEAKS:
        return None
    inside = (beats_s > peaks_s[0] - 1.0) & (beats_s < peaks_s[-1] + 3.0)
    beats_s, rr_ms = beats_s[inside], rr_ms[inside]
    if len(beats_s) < LEAST_PEAKS:
        return None
    shift_s = _shift_s(peaks_s, beats_s, rr_ms)
    nearest = _nearest(beats_s - shift_s, peaks_s)
    off_s = beats_s - shift_s - peaks_s[nearest]
    matched = (np.abs(off_s) <= NEAR * np.median(np.diff(peaks_s))) & _is_nearest(nearest, np.abs(off_s))
    joined = matched[1:] & matched[:-1] & (np.diff(nearest) == 1)
    own_ms, ecg_ms = rr_ms[1:][joined], 1000.0 * np.diff(peaks_s[nearest])[joined]
    differences = own_ms - ecg_ms
    lag_s = shift_s + float(np.median(off_s[matched])) if matched.any() else shift_s
    return EcgAgreement(
        peaks_s=peaks_s,
        n_beats=len(beats_s),
        n_matched=int(matched.sum()),
        lag_s=lag_s,
        n_intervals=len(differences),
        bias_ms=float(differences.mean()) if len(differences) else None,
        sd_ms=float(differences.std(ddof=1)) if len(differences) > 1 else None,
    )


def _shift_s(peaks_s: _Floats, beats_s: _Floats, rr_ms: _Floats) -> float:
    """How much later the strap's beats are. A whole beat more or less fits as well: the intervals tell."""
    scores = [np.mean(np.minimum(_distance(beats_s - shift, peaks_s), FAR_S)) for shift in SHIFTS_S]
    one_s = float(SHIFTS_S[int(np.argmin(scores))])
    beat_s = float(np.median(np.diff(peaks_s)))
    around = [one_s + n * beat_s for n in range(-4, 5)]
    possible = [shift for shift in around if SHIFTS_S[0] <= shift <= SHIFTS_S[-1]] or [one_s]

    def differ(shift: float) -> float:
        nearest = np.maximum(1, _nearest(beats_s - shift, peaks_s))
        return float(np.median(np.abs(rr_ms - 1000.0 * (peaks_s[nearest] - peaks_s[nearest - 1]))))

    return min(possible, key=differ)


def _refined(trace: _Floats, peaks: NDArray[np.int64]) -> _Floats:
    """Each peak at the top of the parabola through its highest sample and the two beside it."""
    tops: list[float] = []
    for peak in peaks:
        first = max(1, int(peak) - 4)
        window = trace[first : int(peak) + 5]
        k = min(len(trace) - 2, first + int(np.argmax(window)))
        a, b, c = trace[k - 1 : k + 2]
        curve = a - 2.0 * b + c
        tops.append(k + (0.5 * (a - c) / curve if curve < 0.0 else 0.0))
    return np.array(tops)


def _nearest(at_s: _Floats, peaks_s: _Floats) -> NDArray[np.int64]:
    after = np.clip(np.searchsorted(peaks_s, at_s), 1, len(peaks_s) - 1)
    is_before = at_s - peaks_s[after - 1] < peaks_s[after] - at_s
    return np.where(is_before, after - 1, after)


def _is_nearest(nearest: NDArray[np.int64], off_s: _Floats) -> NDArray[np.bool_]:
    """Of the beats that lie next to one and the same peak, only the nearest is of it."""
    least = np.full(int(nearest.max()) + 1, np.inf)
    np.minimum.at(least, nearest, off_s)
    return off_s <= least[nearest]


def _distance(at_s: _Floats, peaks_s: _Floats) -> _Floats:
    return np.abs(at_s - peaks_s[_nearest(at_s, peaks_s)])
