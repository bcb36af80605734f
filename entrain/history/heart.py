"""From a session's beats to corrected intervals and to the stretches that are held against each other."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from entrain.analysis.correction import Correction, correct
from entrain.analysis.series import NNSeries
from entrain.analysis.time_domain import time_domain
from entrain.control.events import Phase, PhaseBegan
from entrain.heart.beat import Beat, Verdict
from entrain.history.row import Heart
from entrain.units import MS_PER_S

LEAST_S = 20.0  # of intervals in a stretch; less is no resting pulse


def fullest(beats: Mapping[str, Sequence[Beat]]) -> str:
    """Of several hearts, the one with most beats."""
    return max(beats, key=lambda name: len(beats[name]))


def corrected(beats: Sequence[Beat]) -> Correction:
    """The intervals of one heart, artefacts corrected; their clock is 0 at `origin_s`.

    Raises:
        InputError: there are none that could be used.
    """
    # A strap that does not touch the skin sends numbers, but no heart.
    rr_ms = [0.0 if beat.verdict is Verdict.NO_CONTACT else beat.rr.ms for beat in beats]
    gaps_s = {
        i: max(0.0, beat.t_s - beat.rr.seconds - before.t_s)
        for i, (before, beat) in enumerate(pairwise(beats), start=1)
        if beat.segment != before.segment
    }
    return correct(rr_ms, gaps_s=gaps_s)


def origin_s(beats: Sequence[Beat]) -> float:
    """Where the intervals' clock begins, on the session's."""
    return beats[0].t_s - beats[0].rr.seconds


def stretch(phases: Sequence[PhaseBegan], wanted: Phase, origin_s: float) -> tuple[float, float] | None:
    """From the beginning of the phase `wanted` to that of the next, on the intervals' clock."""
    for began, then in pairwise(phases):
        if began.phase is wanted:
            return began.t_s - origin_s, then.t_s - origin_s
    return None


def heart_of(beats: Sequence[Beat], phases: Sequence[PhaseBegan]) -> Heart:
    """Pulse and RMSSD before and after.

    Raises:
        InputError: no interval can be used.
    """
    correction, zero_s = corrected(beats), origin_s(beats)
    before = _resting(correction.series, stretch(phases, Phase.BASELINE, zero_s))
    after = _resting(correction.series, stretch(phases, Phase.SILENCE, zero_s))
    return Heart(before[0], after[0], before[1], after[1], correction.artefact_share)


def _resting(series: NNSeries, span_s: tuple[float, float] | None) -> tuple[float | None, float | None]:
    part = None if span_s is None else series.between(*span_s)
    if part is None or float(part.nn_ms.sum()) < LEAST_S * MS_PER_S:
        return None, None
    found = time_domain(part)
    return found.mean_hr_bpm, found.rmssd_ms
