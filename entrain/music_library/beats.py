"""Where the beats of a piece are, if it has any.

After D. Ellis, Beat Tracking by Dynamic Programming, J. New Music Research 36(1), 2007: the tempo is where
the onsets are most like themselves a period later, here in windows so that it may drift; the beats are the
path that meets strong onsets at about that period. Each beat is then moved to the attack itself and to the
curve of its neighbours, so that it is right to some milliseconds and not just to a hop.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from entrain.music_library.listening import Floats, Heard
from entrain.units import S_PER_MIN

Seconds = NDArray[np.floating[Any]]

SLOWEST_BPM: Final = 40.0
QUICKEST_BPM: Final = 180.0
# A tempo that people tap to; an octave too high or too low does no harm, the music is laid by octaves.
_LIKELY_BPM: Final = 100.0
_UNLIKELY_COST: Final = 1.0  # an octave away from it
_GIVEN_WITHIN: Final = 0.06  # of a tempo that was given: nobody knows a piece's tempo better

_WINDOW_S: Final = 12.0
_WINDOW_HOP_S: Final = 3.0
_DRIFT_COST: Final = 60.0  # for a change of the tempo, of its logarithm squared, from window to window
_MOST_ABOVE: Final = 0.15  # counts of what a lag is more alike at twice its length
_TIGHTNESS: Final = 100.0  # for an interval that is not the period, of its logarithm squared
_LOCAL_S: Final = 1.0
_LEVEL_S: Final = 10.0

# What a steady beat is taken for. Found on made pieces: `python -m benchmarks.music`.
_LEAST_LIKENESS: Final = 0.16  # of the onsets with themselves a period later, in most windows
_LEAST_ATTACKS: Final = 0.5  # of the beats have an attack: swells of sound that beat are no beat
_FEWEST: Final = 10

_ATTACK_S: Final = 0.035  # how far an attack may lie from the beat that was found
_ATTACK_DB: Final = 3.0
_ATTACK_SPAN: Final = 4  # fine steps on either side of a rise
_NEIGHBOURS: Final = 4


@dataclass(frozen=True, slots=True)
class Found:
    """Beats in seconds, the first at or before 0 and the last at or after the end; none without a beat.

    And how sure that is: `likeness` is that of the onsets with themselves a period later, up to 1; `attacks`
    the share of beats that have one.
    """

    beats_s: Seconds
    likeness: float = 0.0
    attacks: float = 0.0


def find(heard: Heard, given_bpm: float | None = None) -> Found:
    """Where the beats are.

    Args:
        given_bpm: a tempo that is known. It is taken as steady, whatever is heard.
    """
    onsets = _levelled(heard.onsets, heard.hop_s)
    alike, lags = _likeness(onsets, heard.hop_s)
    if not len(alike):
        return Found(_unheard(heard.duration_s, given_bpm))
    path = _tempo_path(_in_metre(alike, lags), lags, heard.hop_s, given_bpm)
    steady = float(np.median(alike[np.arange(len(path)), lags[path]]))
    middles = (_WINDOW_S / 2 + _WINDOW_HOP_S * np.arange(len(path))) / heard.hop_s
    periods = np.interp(np.arange(len(onsets)), middles, lags[path])
    frames = _tracked(onsets, periods)
    beats_s = heard.first_onset_s + frames * heard.hop_s
    if len(beats_s) < _FEWEST:
        return Found(_unheard(heard.duration_s, given_bpm), steady)
    attacks_s, share = _attacks(beats_s, heard)
    if given_bpm is not None or (steady >= _LEAST_LIKENESS and share >= _LEAST_ATTACKS):
        return Found(_extended(_smoothed(attacks_s), heard.duration_s), steady, share)
    return Found(np.zeros(0), steady, share)


def _levelled(onsets: Floats, hop_s: float) -> Floats:
    """Onsets above what is usual around them, alike strong in quiet and in loud passages."""
    above = onsets - _mean_around(onsets, _LOCAL_S / hop_s)
    spread = np.sqrt(_mean_around(above**2, _LEVEL_S / hop_s))
    least = 0.1 * float(spread.max(initial=0.0)) + 1e-9
    return np.minimum(above / np.maximum(spread, least), 6.0).astype(np.float32)


def _mean_around(values: Floats, width: float) -> Floats:
    n = min(int(width) | 1, max(1, len(values)))
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    at = np.arange(len(values))
    first, end = np.maximum(at - n // 2, 0), np.minimum(at + n // 2 + 1, len(values))
    return ((total[end] - total[first]) / (end - first)).astype(np.float32)


def _likeness(onsets: Floats, hop_s: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(normalised autocorrelation (n_windows, each lag in hops from 0 on), the lags that a beat has)."""
    n = round(_WINDOW_S / hop_s)
    lags = np.arange(round(S_PER_MIN / QUICKEST_BPM / hop_s), round(S_PER_MIN / SLOWEST_BPM / hop_s) + 1)
    if len(onsets) < n:
        return np.zeros((0, len(lags))), lags
    # A little blur: a beat that comes a hop early or late is still the same beat.
    blurred = np.convolve(onsets, np.hanning(9)[1:-1], "same")
    windows = np.lib.stride_tricks.sliding_window_view(blurred, n)[:: round(_WINDOW_HOP_S / hop_s)]
    windows = windows - windows.mean(axis=1, keepdims=True)
    power = np.abs(np.fft.rfft(windows, 2 * n, axis=1)) ** 2
    every = np.arange(2 * int(lags[-1]) + 2)
    alike = np.fft.irfft(power, axis=1)
    alike = alike[:, every] / np.maximum(alike[:, :1], 1e-12)
    return alike * (n / (n - every)), lags


def _in_metre(alike: NDArray[np.float64], lags: NDArray[np.int64]) -> NDArray[np.float64]:
    """How well each lag does as a beat: as it is, twice as long, which weighs most, and half as long.

    Three quavers are often much like the next three, and no beat; six are not like the next six, where a bar
    has eight. But a bar that is like the next one makes no beat out of a lag that is not.
    """

    def near(at: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.max([alike[:, at + d] for d in (-1, 0, 1)], axis=0)

    here, double, half = alike[:, lags], near(2 * lags), near(np.rint(0.5 * lags).astype(np.int64))
    return here + 2.0 * np.minimum(double, here + _MOST_ABOVE) + half


def _tempo_path(
    fitness: NDArray[np.float64], lags: NDArray[np.int64], hop_s: float, given_bpm: float | None
) -> NDArray[np.int64]:
    """The lag of each window, as an index: likely, fit, and not jumping from window to window."""
    log_bpm = np.log2(S_PER_MIN / (lags * hop_s))
    if given_bpm is None:
        away = log_bpm - np.log2(_LIKELY_BPM)
    else:
        away = np.where(np.abs(log_bpm - np.log2(given_bpm)) <= np.log2(1.0 + _GIVEN_WITHIN), 0.0, 1e3)
        away[np.argmin(np.abs(log_bpm - np.log2(given_bpm)))] = 0.0
    gain = fitness - _UNLIKELY_COST * away**2
    cost = _DRIFT_COST * (log_bpm[:, None] - log_bpm[None, :]) ** 2
    total, came_from = gain[0], np.zeros(gain.shape, np.int64)
    for i in range(1, len(gain)):
        options = total[None, :] - cost
        came_from[i] = np.argmax(options, axis=1)
        total = gain[i] + options[np.arange(len(lags)), came_from[i]]
    path = np.empty(len(gain), np.int64)
    path[-1] = np.argmax(total)
    for i in range(len(gain) - 1, 0, -1):
        path[i - 1] = came_from[i][path[i]]
    return path


def _tracked(onsets: Floats, periods: Seconds) -> NDArray[np.int64]:
    """The hops on which beats fall: the path of the best sum of onsets and of evenness."""
    longest = int(2 * periods.max()) + 1
    log_steps = np.log(np.arange(longest, 0, -1, dtype=np.float64))
    best = np.concatenate([np.zeros(longest), np.zeros(len(onsets))])
    came_from = np.full(len(onsets), -1, np.int64)
    log_periods, least = np.log(periods), (0.5 * periods).astype(np.int64)
    for t in range(len(onsets)):
        n = longest - least[t]  # steps from `longest` down to about half a period
        options = best[t : t + n] - _TIGHTNESS * (log_steps[:n] - log_periods[t]) ** 2
        at = int(np.argmax(options))
        best[longest + t] = onsets[t] + options[at]
        came_from[t] = t + at - longest
    path: list[int] = []
    t = len(onsets) - 1 - int(np.argmax(best[: -int(periods[-1]) - 1 : -1]))
    while t >= 0:
        path.append(t)
        t = int(came_from[t])
    return np.array(path[::-1], np.int64)


def _attacks(beats_s: Seconds, heard: Heard) -> tuple[Seconds, float]:
    """Each beat on the steepest rise of the sound near it, or where it was; and the share that have one."""
    k = _ATTACK_SPAN
    level = np.concatenate(
        [np.full(k, heard.fine_db[:1].sum()), heard.fine_db, np.full(k, heard.fine_db[-1:].sum())]
    )
    total = np.concatenate([[0.0], np.cumsum(level, dtype=np.float64)])
    after, before = total[2 * k :] - total[k:-k], total[k:-k] - total[: -2 * k]
    rise_db = (after - before) / k  # at the beginning of each fine step
    reach = round(_ATTACK_S / heard.fine_s)
    found, struck = beats_s.copy(), np.zeros(len(beats_s), np.bool_)
    for i, t_s in enumerate(beats_s):
        at = round(t_s / heard.fine_s)
        first, end = max(0, at - reach), min(len(rise_db), at + reach + 1)
        if first < end and rise_db[first:end].max() > _ATTACK_DB:
            found[i] = (first + int(np.argmax(rise_db[first:end]))) * heard.fine_s
            struck[i] = True
    # Where a beat is taken for two, every second one has its attack.
    return found, max(float(struck[k::step].mean()) for k, step in ((0, 1), (0, 2), (1, 2)))


def _smoothed(attacks_s: Seconds) -> Seconds:
    """Each beat on the curve through its neighbours, those that lie far off left out of it."""
    smooth = attacks_s.copy()
    at = np.arange(len(attacks_s), dtype=np.float64)
    for i in range(len(attacks_s)):
        first = max(0, min(i - _NEIGHBOURS, len(at) - 2 * _NEIGHBOURS - 1))
        x, y = at[first : first + 2 * _NEIGHBOURS + 1] - i, attacks_s[first : first + 2 * _NEIGHBOURS + 1]
        off = y - np.median(y - x * np.median(np.diff(y))) - x * np.median(np.diff(y))
        near = np.abs(off) <= 2.0 * np.median(np.abs(off)) + 0.004
        degree = 2 if near.sum() > _NEIGHBOURS else 1  # a tempo that changes is a parabola
        smooth[i] = np.polyfit(x[near], y[near], degree)[-1]
    return smooth


def _extended(beats_s: Seconds, duration_s: float) -> Seconds:
    """Beats as they go on at both ends, up to the ends of the piece."""
    first_s, last_s = np.diff(beats_s[:_FEWEST]).mean(), np.diff(beats_s[-_FEWEST:]).mean()
    n_before = max(0, int(np.ceil(beats_s[0] / first_s - 1e-9)))
    n_after = max(0, int(np.ceil((duration_s - beats_s[-1]) / last_s - 1e-9)))
    before = beats_s[0] - first_s * np.arange(n_before, 0, -1)
    after = beats_s[-1] + last_s * np.arange(1, n_after + 1)
    return np.concatenate([before, beats_s, after])


def _unheard(duration_s: float, bpm: float | None) -> Seconds:
    """Beats where none were heard: those of a given tempo, if there is one."""
    if bpm is None:
        return np.zeros(0)
    period_s = S_PER_MIN / bpm
    return period_s * np.arange(int(np.ceil(duration_s / period_s)) + 1)
