"""Rows of a table before which the chain of intervals is broken, whatever the numbers say."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from entrain.recordings.choice import Choice, column_of
from entrain.recordings.names import ColumnName, Role, words_in
from entrain.recordings.numbers import quoted
from entrain.recordings.tables import TextTable

_STATES: Final = words_in(
    "condition phase task stage block state bedingung aufgabe activity part section trial run"
)
_MOST_HOLES: Final = 0.2  # of the rows: a text with every other line empty has no holes


def broken_before(table: TextTable, choice: Choice, *, is_timed: bool) -> tuple[frozenset[int], list[str]]:
    """The rows' indices, and what there is to say. Times beside them show what is missing themselves."""
    broken: set[int] = set()
    said: list[str] = []
    lines = [row.line for row in table.rows]
    for heading in table.repeats:
        broken |= {next((at for at, line in enumerate(lines) if line > heading), 0)}
    if table.repeats:
        said.append(f"The heading stands again at line {table.repeats[0]}; the chain is broken there.")
    for n, each in enumerate(choice.names):
        if each.role is Role.SEGMENT:
            broken |= _changes(column_of(table, n))
        elif not is_timed and n not in choice.columns and is_a_state(each):
            changed = _changes(column_of(table, n))
            if changed and len(changed) <= 0.1 * len(lines):
                broken |= changed
                times = "once" if len(changed) == 1 else f"{len(changed)} times"
                said.append(f"The chain is broken where {quoted(each.text)} changes, {times}.")
    if not is_timed:
        behind = set(table.holes)
        holes = {at for at, line in enumerate(lines) if line in behind and at > 0}
        if holes and len(holes) <= _MOST_HOLES * len(lines):
            broken |= holes
            where = ", ".join(str(lines[at]) for at in sorted(holes)[:3])
            said.append(f"An empty or commented-out line before line {where}: the chain is broken there.")
    return frozenset(broken), said


def is_a_state(name: ColumnName) -> bool:
    """Whether the column says in which part of a trial a row is."""
    return bool(_STATES & set(name.words))


def _changes(cells: Sequence[str]) -> set[int]:
    return {at for at, (before, after) in enumerate(pairwise(cells), 1) if before != after}
