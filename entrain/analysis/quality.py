"""How good the data is, in figures and in a word."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from entrain.analysis.correction import Correction
from entrain.analysis.irregular import irregular_share
from entrain.analysis.series import BeatFault, FloatArray, NNSeries
from entrain.units import MS_PER_S

FEW_ARTEFACTS_PERCENT: Final = 1.0
MANY_ARTEFACTS_PERCENT: Final = 5.0  # beyond, a corrected series is no longer the heart behind it
GOOD_COVER_PERCENT: Final = 95.0
POOR_COVER_PERCENT: Final = 80.0
LITTLE_IRREGULAR_PERCENT: Final = 5.0
MUCH_IRREGULAR_PERCENT: Final = 20.0


class Grade(StrEnum):
    """How far a recording can be relied on."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Quality:
    """How much of a recording is there, and how much of it is the heart's own."""

    grade: Grade
    n_raw: int
    span_s: float  # first beat to last
    covered_percent: float  # of the span, by intervals
    artefact_percent: float  # of raw intervals, gaps aside
    ectopic: int
    missed: int
    extra: int
    shifted: int
    gaps: int  # places where the chain of beats is broken
    longest_chain_s: float
    irregular_percent: float  # of the time, by the rule that a live session goes by

    @property
    def sentence(self) -> str:
        """The grade with what it comes from, in a sentence."""
        gaps = f"{self.gaps} gap{'s' if self.gaps != 1 else ''}"
        if self.irregular_percent > LITTLE_IRREGULAR_PERCENT:
            gaps += f", irregular for {self.irregular_percent:.0f} %: poor contact or your own rhythm"
        return (
            f"Data quality is {self.grade.value}: {self.covered_percent:.0f} % of {_minutes(self.span_s)} "
            f"covered, {self.artefact_percent:.1f} % of intervals corrected, {gaps}."
        )


def quality(recording: Correction | NNSeries) -> Quality:
    """Quality of a corrected recording, or of a series with what its faults tell."""
    series = recording.series if isinstance(recording, Correction) else recording
    if isinstance(recording, Correction):
        n_raw, artefacts = recording.raw_ms.size, recording.artefact_share
        counts = {fault: recording.count(fault) for fault in BeatFault}
    else:
        n_raw, artefacts = len(series), float((~series.measured).mean()) if len(series) else 0.0
        counts = {fault: int((series.fault == fault).sum()) for fault in BeatFault}
    chains = series.segments()
    irregular = 100.0 * irregular_share(list(_raw_chains(recording)))
    span_s = float(series.t_s[-1] - series.t_s[0]) + float(series.nn_ms[0]) / MS_PER_S if len(series) else 0.0
    covered = min(100.0, 100.0 * series.duration_s / span_s) if span_s > 0.0 else 0.0
    return Quality(
        grade=_grade(100.0 * artefacts, covered, irregular),
        n_raw=n_raw,
        span_s=span_s,
        covered_percent=covered,
        artefact_percent=100.0 * artefacts,
        ectopic=counts[BeatFault.ECTOPIC],
        missed=counts[BeatFault.MISSED],
        extra=counts[BeatFault.EXTRA],
        shifted=counts[BeatFault.SHIFTED],
        gaps=max(0, len(chains) - 1),
        longest_chain_s=max((float(series.nn_ms[s].sum()) / MS_PER_S for s in chains), default=0.0),
        irregular_percent=irregular,
    )


def _raw_chains(recording: Correction | NNSeries) -> Iterator[FloatArray]:
    """Unbroken runs of intervals as they were measured, without those that are gaps."""
    if isinstance(recording, NNSeries):
        yield from (recording.nn_ms[s] for s in recording.segments())
        return
    gaps = [change.first for change in recording.changes if change.fault is BeatFault.GAP]
    broken = np.diff(recording.segment, prepend=0) != 0
    broken[gaps] = True
    for chain in np.split(np.arange(recording.raw_ms.size), np.flatnonzero(broken)):
        yield recording.raw_ms[chain[~np.isin(chain, gaps)]]


def _grade(artefact_percent: float, covered_percent: float, irregular_percent: float) -> Grade:
    if (
        artefact_percent > MANY_ARTEFACTS_PERCENT
        or covered_percent < POOR_COVER_PERCENT
        or irregular_percent > MUCH_IRREGULAR_PERCENT
    ):
        return Grade.POOR
    if (
        artefact_percent > FEW_ARTEFACTS_PERCENT
        or covered_percent < GOOD_COVER_PERCENT
        or irregular_percent > LITTLE_IRREGULAR_PERCENT
    ):
        return Grade.FAIR
    return Grade.GOOD


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120.0 else f"{seconds / 60.0:.1f} min"
