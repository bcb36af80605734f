"""From a session's beats to corrected intervals and to the stretches that are held against each other."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from entrain.analysis.breathing import paced_breathing
from entrain.analysis.change import is_enough
from entrain.analysis.correction import Correction, correct
from entrain.analysis.quality import MANY_ARTEFACTS_PERCENT
from entrain.analysis.series import NNSeries
from entrain.analysis.time_domain import time_domain
from entrain.breath.pattern import BreathPart
from entrain.control.events import BreathCued, Phase, PhaseBegan
from entrain.heart.beat import Beat, Verdict
from entrain.history.row import Heart

PERCENT = 100.0


def fullest(beats: Mapping[str, Sequence[Beat]]) -> str:
    """Of several hearts, the one with most beats."""
    return max(beats, key=lambda name: len(beats[name]))


def corrected(beats: Sequence[Beat]) -> Correction:
    """The intervals of one heart, artefacts corrected; their clock is 0 at `origin_s`.

    Raises:
        InputError: there are none that could be used.
    """
    # A strap that does not touch the skin sends numbers, but no heart.
    beats = [beat for beat in beats if beat.verdict is not Verdict.NO_CONTACT]
    gaps_s = {
        i: max(0.0, beat.t_s - beat.rr.seconds - before.t_s)
        for i, (before, beat) in enumerate(pairwise(beats), start=1)
        if beat.segment != before.segment or beat.n != before.n + 1
    }
    return correct([beat.rr.ms for beat in beats], gaps_s=gaps_s)


def origin_s(beats: Sequence[Beat]) -> float:
    """Where the intervals' clock begins, on the session's."""
    return beats[0].t_s - beats[0].rr.seconds


def stretch(phases: Sequence[PhaseBegan], wanted: Phase, origin_s: float) -> tuple[float, float] | None:
    """From the beginning of the phase `wanted` to that of the next, on the intervals' clock."""
    for began, then in pairwise(phases):
        if began.phase is wanted:
            return began.t_s - origin_s, then.t_s - origin_s
    return None


def breath_starts(cues: Sequence[BreathCued], origin_s: float) -> ArrayLike | None:
    """When guided breaths began, on the intervals' clock; None where they are too few to be a rhythm."""
    return rhythm([cue.t_s for cue in cues if cue.part is BreathPart.INHALE], origin_s)


def rhythm(times_s: Sequence[float], origin_s: float) -> ArrayLike | None:
    """On the intervals' clock, in order, each once; None where there are too few to be a rhythm."""
    times = np.unique(np.array(times_s, dtype=np.float64)) - origin_s
    return times if times.size > 1 else None


def heart_of(beats: Sequence[Beat], phases: Sequence[PhaseBegan], cues: Sequence[BreathCued] = ()) -> Heart:
    """Pulse and RMSSD before and after, and how long the heart was in step with the guided breath.

    They are what `entrain.analysis` says of the same session: this is where others than the analysis have
    them from.

    Raises:
        InputError: no interval can be used.
    """
    correction, zero_s = corrected(beats), origin_s(beats)
    before = _resting(correction.series, stretch(phases, Phase.BASELINE, zero_s))
    after = _resting(correction.series, stretch(phases, Phase.SILENCE, zero_s))
    if PERCENT * correction.artefact_share > MANY_ARTEFACTS_PERCENT:
        # A corrected series is mostly ours by then: no figure of variability is a finding.
        before, after = (before[0], None), (after[0], None)
    starts = breath_starts(cues, zero_s)
    paced = None if starts is None else paced_breathing(correction.series, starts)
    return Heart(
        pulse_before_bpm=before[0],
        pulse_after_bpm=after[0],
        rmssd_before_ms=before[1],
        rmssd_after_ms=after[1],
        artefact_share=correction.artefact_share,
        corrected_in_step_min=None if paced is None else paced.minutes_in_step,
        corrected_paced_min=None if paced is None else paced.minutes_paced,
    )


def _resting(series: NNSeries, span_s: tuple[float, float] | None) -> tuple[float | None, float | None]:
    part = None if span_s is None else series.between(*span_s)
    if part is None or not is_enough(part):
        return None, None
    found = time_domain(part)
    return found.mean_hr_bpm, found.rmssd_ms
