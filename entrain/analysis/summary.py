"""One call for everything: all figures of a recording. Their words are in `entrain.wording.findings`."""

from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from entrain.analysis.correction import Correction, correct
from entrain.analysis.findings import Findings, Guidance, findings
from entrain.analysis.series import NNSeries
from entrain.errors import InputError

LEAST_INTERVALS: Final = 10


@dataclass(frozen=True, slots=True)
class Analysis:
    """All figures of a recording, and how it was corrected."""

    findings: Findings
    correction: Correction | None  # None: the intervals came as NN


def analyse(
    recording: Correction | NNSeries | ArrayLike,
    guidance: Guidance | None = None,
    window_s: float | None = None,
    seed: int = 0,
) -> Analysis:
    """Analyse one recording.

    Args:
        recording: a `Correction`, an `NNSeries` (taken as it is), or raw RR in ms (corrected first).
        guidance: the sound and the breath that the person was given, for entrainment and for before and
        after.
        window_s: None for no measures over time.
        seed: of everything random (surrogates, bootstrap); the same seed gives the same figures.

    Raises:
        InputError: fewer than 10 usable intervals.
    """
    whole = recording if isinstance(recording, Correction | NNSeries) else correct(recording)
    series = whole.series if isinstance(whole, Correction) else whole
    if len(series) < LEAST_INTERVALS:
        raise InputError(
            f"only {len(series)} usable intervals: at least {LEAST_INTERVALS} are needed to say anything",
            "Record for a minute or more, and check that the strap sits well.",
        )
    found = findings(whole, guidance or Guidance(), window_s, seed)
    return Analysis(found, whole if isinstance(whole, Correction) else None)
