"""A group's figures: a line for each heart, for what belongs to a person is nobody else's."""

from entrain.control.view import HeartSummary, Summary
from entrain.wording.times import clock

LEAST_JUDGED_S = 60.0
EACH_BY_ITSELF = "Several hearts heard one beat; each has its own figures."


def heart_lines(summary: Summary) -> list[str]:
    """One line for each heart of a group; none for a session of one."""
    return [f"{heart.person or heart.strap}: {_said(heart)}" for heart in summary.hearts]


def _said(heart: HeartSummary) -> str:
    parts = [_pulse(heart), _in_step(heart), f"{heart.n_beats} beats"]
    if heart.n_artefacts:
        parts[-1] += f", {heart.n_artefacts} set aside"
    if heart.n_outages:
        times = "once" if heart.n_outages == 1 else f"{heart.n_outages} times"
        parts.append(f"strap lost {times}")
    if heart.rating_before is not None or heart.rating_after is not None:
        before, after = (_or_dash(value) for value in (heart.rating_before, heart.rating_after))
        parts.append(f"tension {before} → {after}")
    return "; ".join(parts)


def _pulse(heart: HeartSummary) -> str:
    if heart.baseline_bpm is None or heart.end_bpm is None:
        return "pulse not comparable"
    return f"pulse {heart.baseline_bpm:.0f} at rest, {heart.end_bpm:.0f} at the end"


def _in_step(heart: HeartSummary) -> str:
    if heart.judged_s < LEAST_JUDGED_S:
        return "in step: too little to tell"
    return f"in step {100 * heart.in_step_s / heart.judged_s:.0f} % ({clock(heart.judged_s)} measurable)"


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)
