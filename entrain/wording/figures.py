"""One session's figures, wherever they are told: each is live or corrected, and is called so.

- *live*: as the coach saw it while the session ran (`Summary`, `HeartSummary`): the medians of the resting
  baseline and of the last minute, and how long the breath was in step, of the time in which that could be
  told.
- *corrected*: from all intervals afterwards, faulty beats mended (`Heart`): the means of the resting baseline
  and of the silence at the end, and how long the heart was in step with the guided breath, of the time in
  which a breath was guided.

The two differ by their nature; what is told under one name is the same everywhere. Live figures have no
decimals, corrected ones have one where there is room.
"""

from collections.abc import Sequence
from typing import Final

from entrain.control.view import HeartSummary, Summary
from entrain.history.row import Heart, Sitting
from entrain.units import S_PER_MIN

LIVE: Final = "live"
CORRECTED: Final = "corrected"
LIVE_MEANS: Final = "Live figures are as the coach saw them, the last minute against the time at rest."
CORRECTED_MEANS: Final = (
    "Corrected figures are made afterwards from all intervals, the silence at the end against rest."
)
OF_A_COURSE: Final = f"Pulse and RMSSD are {CORRECTED}, in step is {LIVE}."
LEAST_JUDGED_S: Final = 60.0  # less, and a share of time in step says nothing
NOTHING: Final = "–"

Figures = tuple[tuple[str, str], ...]
"""(what, how much): pulse, RMSSD, in step, in this order; without what is not known."""


def live(one: Summary | HeartSummary) -> Figures:
    """Of somebody alone, or of one heart of a group."""
    found = (
        ("pulse", pair(one.baseline_bpm, one.end_bpm)),
        ("RMSSD", pair(one.baseline_rmssd_ms, one.end_rmssd_ms, unit=" ms")),
        ("in step", live_in_step(one.in_step_s, one.judged_s)),
    )
    return _known(found)


def live_in_step(in_step_s: float, judged_s: float) -> str:
    """Of the time in which it could be told; a dash where that is too little."""
    return minutes(in_step_s / S_PER_MIN, judged_s / S_PER_MIN) if judged_s >= LEAST_JUDGED_S else NOTHING


def corrected(heart: Heart, digits: int = 1) -> Figures:
    """Of one heart, as the analysis has it."""
    in_step_min, paced_min = heart.corrected_in_step_min, heart.corrected_paced_min
    found = (
        ("pulse", pair(heart.pulse_before_bpm, heart.pulse_after_bpm, digits)),
        ("RMSSD", pair(heart.rmssd_before_ms, heart.rmssd_after_ms, digits, " ms")),
        ("in step", NOTHING if in_step_min is None or paced_min is None else minutes(in_step_min, paced_min)),
    )
    return _known(found)


def minutes(in_step_min: float, of_min: float) -> str:
    """`6.2 of 8.0 min`: live, of what could be told; corrected, of what was guided."""
    return f"{in_step_min:.1f} of {of_min:.1f} min"


def line(kind: str, figures: Figures) -> str:
    """`live: pulse 72 → 68, RMSSD 31 → 43 ms, in step 6.2 of 8.0 min`; empty where nothing is known."""
    return f"{kind}: {run_on(figures)}" if figures else ""


def run_on(figures: Figures) -> str:
    """Figures in a row, with commas."""
    return ", ".join(f"{what} {how_much}" for what, how_much in figures)


def side_by_side(summary: Summary, heart: Heart) -> list[tuple[str, str]]:
    """A row for each figure in each kind, the same rows for any session; what is not known is a dash."""
    both = ((LIVE, dict(live(summary))), (CORRECTED, dict(corrected(heart))))
    return [
        (f"{what}, {kind}", found.get(what, NOTHING))
        for what in ("pulse", "RMSSD", "in step")
        for kind, found in both
    ]


def in_step_share(sitting: Sitting) -> str:
    """Live, as a share."""
    share = sitting.in_step_share
    return NOTHING if share is None else f"{100 * share:.0f} %"


def pair(before: float | None, after: float | None, digits: int = 0, unit: str = "") -> str:
    """`72 → 68`; a dash where neither is known, or for the one that is not."""
    if before is None and after is None:
        return NOTHING
    first, second = (NOTHING if value is None else f"{value:.{digits}f}" for value in (before, after))
    return f"{first} → {second}{unit}"


def _known(found: Sequence[tuple[str, str]]) -> Figures:
    return tuple((what, how_much) for what, how_much in found if how_much != NOTHING)
