"""A group's figures: a line for each heart, for what belongs to a person is nobody else's."""

from collections.abc import Mapping
from types import MappingProxyType

from entrain.control.view import HeartSummary, Summary
from entrain.history.row import Heart
from entrain.wording import figures

EACH_BY_ITSELF = "Several hearts heard one beat; each has its own figures."


def heart_lines(summary: Summary, hearts: Mapping[str, Heart] = MappingProxyType({})) -> list[str]:
    """One line for each heart of a group, and one with its corrected figures; none for a session of one.

    `hearts`: corrected, by strap; those that are not in it are told live alone.
    """
    lines: list[str] = []
    for heart in summary.hearts:
        who = heart.person or heart.strap
        lines.append(f"{who}: {_said(heart)}")
        afterwards = figures.corrected(hearts.get(heart.strap, Heart()))
        if afterwards:
            lines.append(f"{who}: {figures.line(figures.CORRECTED, afterwards)}")
    return lines


def _said(heart: HeartSummary) -> str:
    found = figures.live(heart)
    parts = [figures.line(figures.LIVE, found) or "nothing to compare", f"{heart.n_beats} beats"]
    if heart.n_artefacts:
        parts[-1] += f", {heart.n_artefacts} set aside"
    if heart.n_outages:
        times = "once" if heart.n_outages == 1 else f"{heart.n_outages} times"
        parts.append(f"strap lost {times}")
    if heart.rating_before is not None or heart.rating_after is not None:
        before, after = (_or_dash(value) for value in (heart.rating_before, heart.rating_after))
        parts.append(f"tension {before} → {after}")
    return "; ".join(parts)


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)
