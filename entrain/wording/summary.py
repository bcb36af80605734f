"""A finished session in plain sentences: measured against the person's own baseline, and no promise.

What counts as a change at all is our own judgement: a resting pulse wanders by about two beats a minute from
minute to minute, and RMSSD over a minute or two by about a fifth.
"""

from typing import Final

from entrain.control.view import Summary
from entrain.wording import figures
from entrain.wording.group import EACH_BY_ITSELF, heart_lines
from entrain.wording.times import span

PULSE_CHANGE_BPM: Final = 2.0
RMSSD_CHANGE_FRACTION: Final = 0.2
MOST_ARTEFACTS_FRACTION: Final = 0.2
MOST_OUTAGE_FRACTION: Final = 0.25
FEWEST_BEATS: Final = 60

SHORT_S: Final = 180.0
MADE_UP: Final = "The heart was simulated: nobody was measured."
CAUTION: Final = "One session says little: pulses wander by themselves."


def title(summary: Summary) -> str:
    """A word at the end, of no more than what happened."""
    return "Well done" if summary.completed else "Stopped early"


def changes(summary: Summary) -> tuple[str, str]:
    """Two sentences: the pulse, and its beat-to-beat variation, now against the own baseline."""
    if summary.hearts:
        return (EACH_BY_ITSELF, " ".join(f"{line}." for line in heart_lines(summary)))
    lacking = what_is_lacking(summary)
    if lacking:
        return (lacking, "So there is nothing to compare with your own baseline this time.")
    return (_pulse(summary), _variation(summary))


def what_is_lacking(summary: Summary) -> str:
    """Why the session cannot be compared, in a sentence; empty where it can."""
    if summary.n_beats == 0:
        return "No pulse was measured."
    if summary.n_beats < FEWEST_BEATS:
        return f"Only {summary.n_beats} beats were measured."
    if summary.n_artefacts > MOST_ARTEFACTS_FRACTION * summary.n_beats:
        return "Too many of the beats were disturbed."
    if summary.outage_s > MOST_OUTAGE_FRACTION * max(1.0, summary.duration_s):
        return f"The strap was away for {span(summary.outage_s)}."
    if summary.baseline_bpm is None:
        return "The resting pulse at the start could not be measured."
    if summary.end_bpm is None:
        return "The pulse at the end could not be measured."
    return ""


def _pulse(summary: Summary) -> str:
    before, after = summary.baseline_bpm, summary.end_bpm
    if before is None or after is None:
        return "Your pulse could not be compared."
    if abs(after - before) < PULSE_CHANGE_BPM:
        return f"Your pulse stayed about where it was: {before:.0f} at rest before, {after:.0f} at the end."
    way = "lower" if after < before else "higher"
    return (
        f"Your pulse was {abs(after - before):.0f} beats a minute {way} at the end ({after:.0f}) "
        f"than in your resting baseline ({before:.0f})."
    )


def _variation(summary: Summary) -> str:
    before, after = summary.baseline_rmssd_ms, summary.end_rmssd_ms
    if before is None or after is None or before <= 0:
        return "There were not enough clean intervals to say how its beat-to-beat variation changed."
    if abs(after - before) < RMSSD_CHANGE_FRACTION * before:
        return f"Its beat-to-beat variation (RMSSD) stayed about the same: {before:.0f} and {after:.0f} ms."
    way = "rose" if after > before else "fell"
    return f"Its beat-to-beat variation (RMSSD) {way} from {before:.0f} to {after:.0f} ms."


def guided(summary: Summary) -> str:
    """What was guided: how long, how slow."""
    parts = [f"{span(summary.guided_s)} guided of {span(summary.duration_s)}"]
    if summary.lowest_tempo_bpm is not None:
        parts.append(f"slowest beat {summary.lowest_tempo_bpm:.0f}")
    if summary.slowest_breath_per_min is not None:
        parts.append(f"slowest breath {summary.slowest_breath_per_min:.1f}")
    return ", ".join(parts)


def live(summary: Summary) -> str:
    """The figures of somebody alone as the coach saw them; of a group each heart has its own."""
    if summary.hearts:
        return ""
    said = figures.line(figures.LIVE, figures.live(summary))
    if summary.guided_s and summary.judged_s < figures.LEAST_JUDGED_S:
        unknown = "too little to tell whether your breath was in step"
        return f"{said}; {unknown}" if said else unknown
    return said


def quality(summary: Summary) -> str:
    """How good the data was."""
    if summary.n_beats == 0:
        return "no beats measured"
    aside = f"{summary.n_artefacts} set aside ({100 * summary.n_artefacts / summary.n_beats:.1f} %)"
    parts = [f"{summary.n_beats} beats", aside if summary.n_artefacts else "none set aside"]
    if summary.n_outages:
        times = "once" if summary.n_outages == 1 else f"{summary.n_outages} times"
        parts.append(f"strap lost {times}, {span(summary.outage_s)} in all")
    return ", ".join(parts)


def felt(summary: Summary, after: int | None, swing_bpm: float | None) -> str:
    """What one came for, in a line: tension before and after, how far the pulse swung, how long."""
    parts = [_tension(summary.rating_before, after)]
    if swing_bpm is not None and not summary.hearts:
        parts.append(f"Your pulse swung {swing_bpm:.0f} with your breath")
    parts.append(f"{span(summary.duration_s)} in all")
    return " · ".join(filter(None, parts))


def _tension(before: int | None, after: int | None) -> str:
    if before is None:
        return "" if after is None else f"Tension {after}"
    return f"Tension {before} before" if after is None else f"Tension {before} → {after}"


def next_step(summary: Summary) -> str:
    """What would be next, from what was seen and nothing else."""
    if not summary.completed and summary.duration_s < SHORT_S:
        return "Next: a shorter session may fit better; Three quiet minutes is one."
    if summary.judged_s >= figures.LEAST_JUDGED_S and summary.in_step_s < 0.5 * summary.judged_s:
        return "Next: the same again, and h holds the breath where it is still easy."
    return "Next: the same again tomorrow, at about this time."
