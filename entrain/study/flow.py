"""The flow of people through a study, in the terms of CONSORT 2010: how many came, went on, and are counted.

While the study is blind its numbers are of all people together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from entrain.study.protocol import StudyProtocol
from entrain.study.seal import SealedList
from entrain.study.standing import Participation, StudyState


@dataclass(frozen=True, slots=True)
class FlowColumn:
    """One group of people; `name` is the sequence of arms they got, and empty for all together."""

    name: str
    n_enrolled: int
    n_began: int  # at least one session
    n_periods: tuple[int, ...]  # so many finished every session of period 1, 2 …
    n_left: int
    n_all_done: int
    n_sessions: int
    n_cut_short: int  # sessions that ended before their time


@dataclass(frozen=True, slots=True)
class StudyFlow:
    """All of it. `columns` are empty while nobody may know the arms."""

    all: FlowColumn
    columns: tuple[FlowColumn, ...]
    n_events: int
    n_serious: int


def flow(protocol: StudyProtocol, now: StudyState, opened: SealedList | None) -> StudyFlow:
    """The flow as the log tells it.

    Args:
        opened: the list, where the whole study is unblinded.
    """
    columns: tuple[FlowColumn, ...] = ()
    if opened is not None and now.unblinded is not None:
        of = {(each.stratum, each.number): each.sequence for each in opened.places}
        groups: dict[tuple[str, ...], list[Participation]] = {
            unit: [] for unit in dict.fromkeys(protocol.units)
        }
        for each in now.people:
            groups.setdefault(of.get((each.stratum, each.number), ("?",)), []).append(each)
        columns = tuple(_column(protocol, " > ".join(unit), people) for unit, people in groups.items())
    n_events = sum(len(each.events) for each in now.people)
    return StudyFlow(_column(protocol, "", now.people), columns, n_events, now.n_serious)


def _column(protocol: StudyProtocol, name: str, people: Sequence[Participation]) -> FlowColumn:
    each_period = protocol.outline.sessions
    return FlowColumn(
        name,
        len(people),
        sum(bool(each.sessions) for each in people),
        tuple(
            sum(len(each.done) >= each_period * period for each in people)
            for period in range(1, protocol.n_periods + 1)
        ),
        sum(each.left is not None for each in people),
        sum(len(each.done) >= protocol.n_sessions for each in people),
        sum(len(each.sessions) for each in people),
        sum(len(each.sessions) - len(each.done) for each in people),
    )
