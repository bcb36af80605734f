"""Which intervals are off: Lipponen & Tarvainen's decision algorithm, within bounds.

Source: "A robust algorithm for heart rate variability time series artefact correction using novel beat
classification", J Med Eng Technol 43 (2019) 173–181. Successive differences and deviations from a running
median are taken in units of a threshold that follows the spread of the last 91 beats.
"""

from dataclasses import dataclass

import numpy as np

from entrain.analysis.rolling import rolling_quantile
from entrain.analysis.series import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class CorrectionSettings:
    """`alpha`, `c1`, `c2` and the windows are the paper's; the rest we judged, and measured in the docs."""

    alpha: float = 5.2
    c1: float = 0.13
    c2: float = 0.17
    threshold_beats: int = 91
    median_beats: int = 11
    threshold_share: tuple[float, float] = (0.04, 0.25)  # of the running median: no threshold falls outside
    short_share: float = 0.68  # of the running median: no breath makes an interval this short
    kink_spreads: float = 3.2  # a fault bends the series by this many times its usual bend (robust SD) …
    kink_share: tuple[float, float] = (0.1, 0.2)  # … within these shares of the running median
    long_share: float = 0.5  # a lone long interval is a fault only beyond this: breathing makes long ones too
    fit_share: float = 0.15  # how far from a whole number of beats a time may be and still be kept
    gap_beats: float = 2.6  # an interval this many times its neighbours is lost data
    arrival_jump_s: float = 2.0  # arrival running ahead of the intervals by this much is lost data
    longest_fault_beats: int = 7  # a longer run of faults is cut out as a gap


def off_course(nn: FloatArray, joined: BoolArray, settings: CorrectionSettings) -> BoolArray:
    """The paper's decision algorithm (its figure 1): True for every interval that it finds abnormal.

    `joined[i]` says that interval i follows on interval i − 1. Also True for intervals so short that no
    breath explains them, whatever the threshold.
    """
    usual = rolling_quantile(nn, settings.median_beats, 0.5)
    low, high = (share * usual for share in settings.threshold_share)
    change = np.zeros(nn.size)
    change[joined] = np.diff(nn)[joined[1:]]
    deviation = nn - usual
    deviation = np.where(deviation < 0.0, 2.0 * deviation, deviation)
    everywhere = np.ones(nn.size, np.bool_)
    change /= np.clip(_threshold(change, joined, settings), low, high)
    deviation /= np.clip(_threshold(deviation, everywhere, settings), low, high)
    padded = np.concatenate(([0.0], change, [0.0, 0.0]))
    before, after, later = padded[:-3], padded[2:-1], padded[3:]
    rising = change > 0.0
    beside = np.where(rising, np.maximum(before, after), np.minimum(before, after))
    beyond = np.where(rising, np.minimum(after, later), np.maximum(after, later))
    turned_beside = np.where(
        rising, beside < -settings.c1 * change - settings.c2, beside > -settings.c1 * change + settings.c2
    )
    turned_beyond = np.where(rising, beyond < -1.0, beyond > 1.0)
    far = np.abs(change) > 1.0
    short = nn < settings.short_share * usual
    return (far & (turned_beside | turned_beyond)) | (np.abs(deviation) > 3.0) | short


def standing_out(nn: FloatArray, joined: BoolArray, settings: CorrectionSettings) -> BoolArray:
    """True where an interval stands out from the middle of its two neighbours by more than is usual here."""
    kink = np.zeros(nn.size)
    inner = np.flatnonzero(joined[1:-1] & joined[2:]) + 1
    kink[inner] = np.abs(nn[inner] - 0.5 * (nn[inner - 1] + nn[inner + 1]))
    usual = rolling_quantile(nn, settings.median_beats, 0.5)
    spread = 1.4826 * rolling_quantile(kink, settings.threshold_beats, 0.5)
    low, high = (share * usual for share in settings.kink_share)
    return (kink > np.clip(settings.kink_spreads * spread, low, high)) | (nn < settings.short_share * usual)


def _threshold(values: FloatArray, counted: BoolArray, settings: CorrectionSettings) -> FloatArray:
    """alpha times the quartile deviation of |values| around; differences across a break do not count."""
    where = np.flatnonzero(counted)
    if not where.size:
        return np.zeros(values.size)
    size, window = np.abs(values[where]), settings.threshold_beats
    spread = rolling_quantile(size, window, 0.75) - rolling_quantile(size, window, 0.25)
    nearest = np.clip(np.searchsorted(where, np.arange(values.size)), 0, where.size - 1)
    return settings.alpha * 0.5 * spread[nearest]
