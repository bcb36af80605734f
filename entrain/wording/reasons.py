"""What the program decided, told once for each reason and not once for each time.

Decisions whose sentences differ in nothing but their figures are one row; where the figures differ, the
sentence says from what to what.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from entrain.control.events import Author, Decided
from entrain.wording.decisions import said

_FIGURE: Final = re.compile(r"-?\d+(?:\.\d+)?")
WHO: Final = {
    Author.PROTOCOL: "the preset",
    Author.POLICY: "the policy",
    Author.BOUND: "a bound",
    Author.PERSON: "you",
}


@dataclass(frozen=True, slots=True)
class GroupedReason:
    """One reason: who brought it about, the sentence, and every moment at which it was given."""

    author: Author
    sentence: str
    moments_s: tuple[float, ...]


def reasons(decisions: Sequence[Decided]) -> tuple[GroupedReason, ...]:
    """In the order in which each was first given."""
    groups: dict[tuple[str, Author, str], list[Decided]] = {}
    for each in _once(decisions):
        groups.setdefault((each.what, each.author, _FIGURE.sub("#", said(each.reason))), []).append(each)
    return tuple(
        GroupedReason(
            author, _sentence([said(each.reason) for each in group]), tuple(each.t_s for each in group)
        )
        for (_, author, _), group in groups.items()
    )


def _once(decisions: Sequence[Decided]) -> list[Decided]:
    """Without the ends of holds, and without what only repeats the reason of a hold for the tempo."""
    holds = {(each.t_s, each.reason) for each in decisions if each.what == "hold"}
    return [
        each
        for each in decisions
        if (each.what == "hold" and each.after)
        or (each.what != "hold" and (each.t_s, each.reason) not in holds)
    ]


def _sentence(reasons: Sequence[str]) -> str:
    """One sentence for all: figures that differ are told from the first to the last, or as a range."""
    columns = list(zip(*(_FIGURE.findall(reason) for reason in reasons), strict=True))
    figures = iter([_told(column) for column in columns])
    said = _FIGURE.sub(lambda _: next(figures), reasons[0])
    return f"{said[:1].upper()}{said[1:]}."


def _told(figures: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(figures))
    if len(distinct) == 1:
        return distinct[0]
    values = [float(each) for each in figures]
    if values == sorted(values) or values == sorted(values, reverse=True):
        return f"{figures[0]} → {figures[-1]}"
    lowest, highest = min(figures, key=float), max(figures, key=float)
    return f"{lowest} to {highest}"
