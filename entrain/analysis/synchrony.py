"""How heart and sound moved together. None of this is a test: a sound that follows the heart scores high.

n:m synchrogram: Schäfer, Rosenblum, Kurths & Abel, Nature 392 (1998) 239. Where n heart beats go with m
sounds, the sound's phase at every n-th beat stays put, modulo m cycles.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from entrain.analysis.phase import cycles_at
from entrain.analysis.series import FloatArray, Intervals, as_series
from entrain.units import MS_PER_S, S_PER_MIN

LARGEST_RATIO: Final = 4
WINDOW_BEATS: Final = 30
LOCKED_INDEX: Final = 0.9
IN_TUNE_BPM: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Synchrogram:
    """`heart_beats`:`sounds` is the simplest ratio within 3 % of what was played, or the nearest."""

    heart_beats: int  # n
    sounds: int  # m
    t_s: FloatArray  # of each heart beat while the sound was on
    phase: FloatArray  # the sound's phase there in units of m cycles, 0–1: what a synchrogram plots
    index: FloatArray  # resultant length over the 30 beats around each, 0–1
    mean_index: float
    locked_share: float  # of beats with an index of at least 0.9


def synchrogram(intervals: Intervals, sound_s: ArrayLike) -> Synchrogram | None:
    """The n:m synchrogram (n, m up to 4) of heart and sound; None with fewer than 30 beats in the sound."""
    series = as_series(intervals)
    cycles = cycles_at(series.t_s, sound_s)
    there = np.isfinite(cycles)
    if np.count_nonzero(there) < WINDOW_BEATS:
        return None
    t_s, cycles = series.t_s[there], cycles[there]
    sounds_per_beat = float(np.median(np.diff(cycles)))
    n, m = _ratio(sounds_per_beat)
    # The phase difference n ψ − m θ of Schäfer and others; at a heart beat θ is a whole number of turns.
    turn = np.exp(2.0j * np.pi * n * cycles)
    kernel = np.ones(WINDOW_BEATS) / WINDOW_BEATS
    index = np.abs(np.convolve(turn, kernel, mode="same"))
    inner = index[WINDOW_BEATS // 2 : index.size - WINDOW_BEATS // 2 + 1]
    return Synchrogram(
        heart_beats=n,
        sounds=m,
        t_s=t_s,
        phase=cycles / m % 1.0,
        index=index,
        mean_index=float(inner.mean()),
        locked_share=float(np.mean(inner >= LOCKED_INDEX)),
    )


def _ratio(sounds_per_beat: float) -> tuple[int, int]:
    """(n, m): the smallest pair whose m/n is within 3 % of `sounds_per_beat`, or else the nearest."""
    pairs = [(n, m) for n in range(1, LARGEST_RATIO + 1) for m in range(1, LARGEST_RATIO + 1)]
    pairs.sort(key=lambda pair: (pair[0] + pair[1], pair))
    off = {pair: abs(pair[1] / pair[0] / sounds_per_beat - 1.0) for pair in pairs}
    near = [pair for pair in pairs if off[pair] <= 0.03]
    return near[0] if near else min(pairs, key=lambda pair: off[pair])


@dataclass(frozen=True, slots=True)
class TempoTracking:
    """How far the tempo stood from the pulse; both per minute, at every heart beat during the sound."""

    n_beats: int
    bias_bpm: float  # tempo − pulse: negative where the sound is slower
    mean_error_bpm: float  # mean absolute difference
    rms_error_bpm: float
    in_tune_share: float  # of beats with tempo and pulse within 1 bpm


def tempo_tracking(intervals: Intervals, sound_s: ArrayLike, smooth_beats: int = 15) -> TempoTracking | None:
    """Tempo against the pulse, a running mean over `smooth_beats` so that breathing does not count.

    None with fewer than `smooth_beats` beats during the sound.
    """
    series = as_series(intervals)
    sound = np.array(sound_s, dtype=np.float64)
    cycles = cycles_at(series.t_s, sound)
    there = np.isfinite(cycles)
    if np.count_nonzero(there) < smooth_beats:
        return None
    counts = np.convolve(np.ones(len(series)), np.ones(smooth_beats), mode="same")
    smooth_ms = np.convolve(series.nn_ms, np.ones(smooth_beats), mode="same") / counts
    pulse = S_PER_MIN * MS_PER_S / smooth_ms[there]
    tempo = S_PER_MIN / np.diff(sound)[np.clip(cycles[there].astype(np.int64), 0, sound.size - 2)]
    error = tempo - pulse
    return TempoTracking(
        n_beats=error.size,
        bias_bpm=float(error.mean()),
        mean_error_bpm=float(np.abs(error).mean()),
        rms_error_bpm=float(np.sqrt(np.mean(np.square(error)))),
        in_tune_share=float(np.mean(np.abs(error) <= IN_TUNE_BPM)),
    )
