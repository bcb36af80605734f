"""Where in a cycle a moment falls, for cycles known by when they begin: beats heard, breaths cued."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from entrain.analysis.series import BoolArray, FloatArray
from entrain.breath.pattern import BreathPart
from entrain.errors import InputError
from entrain.score import Score

LONGEST_CYCLE: Final = 1.8  # times the longer of its neighbours; beyond, the guidance was interrupted
AUDIBLE: Final = 0.05  # of full presence


def cycles_at(t_s: FloatArray, starts_s: ArrayLike) -> FloatArray:
    """Cycles since `starts_s[0]` at each of `t_s`, linear between starts; NaN outside and in interruptions.

    Raises:
        InputError: the starts do not rise.
    """
    starts = np.array(starts_s, dtype=np.float64)
    lengths = np.diff(starts)
    if starts.size < 2:
        return np.full(t_s.size, np.nan)
    if not (lengths > 0.0).all():
        raise InputError(
            "beats or breaths of the guidance must be in order of time, each later than the one before"
        )
    cycles = np.interp(t_s, starts, np.arange(starts.size, dtype=np.float64), left=np.nan, right=np.nan)
    broken = interrupted(lengths)
    if broken.any():
        index = np.clip(np.searchsorted(starts, t_s, side="right") - 1, 0, lengths.size - 1)
        cycles[broken[index]] = np.nan
    return cycles


def interrupted(lengths_s: FloatArray) -> BoolArray:
    """True for each cycle that is no cycle but a silence: far longer than those before and after it."""
    if lengths_s.size < 2:
        return np.zeros(lengths_s.size, np.bool_)
    before = np.append(lengths_s[1], lengths_s[:-1])
    after = np.append(lengths_s[1:], lengths_s[-2])
    return lengths_s > LONGEST_CYCLE * np.maximum(before, after)


def heard_s(score: Score, from_s: float, to_s: float) -> FloatArray:
    """The times of all beats that a score sounds between two moments, silence left out."""
    times = [t_s for _, t_s in score.onsets_between(from_s, to_s) if score.presence.at(t_s) > AUDIBLE]
    return np.array(times, dtype=np.float64)


def breaths_s(score: Score, from_s: float, to_s: float) -> FloatArray:
    """The times at which a score asks for an inhale to begin."""
    cues = score.cues_between(from_s, to_s)
    times = [c.t_s for c in cues if c.part is BreathPart.INHALE and score.presence.at(c.t_s) > AUDIBLE]
    return np.array(times, dtype=np.float64)
