"""Sentences of a study. What is said of a session is the same for every arm."""

from collections.abc import Iterator, Mapping
from typing import Final

from entrain.study.flow import FlowColumn, StudyFlow
from entrain.study.protocol import StudyProtocol
from entrain.study.standing import Refusal, Refused, StudyState
from entrain.wording.columns import aligned
from entrain.wording.session import times

CONCEALED: Final = (
    "The list is concealed from the honest: it lies packed in this folder, and whoever owns the computer can"
    " unpack it. The commitment proves afterwards that nobody changed it; put it where others can see it."
)

_REFUSED: Final[Mapping[Refusal, tuple[str, str]]] = {
    Refusal.NOT_SEALED: ("The lot of this study is not sealed yet.", "`entrain study seal` does that."),
    Refusal.SEALED_ALREADY: (
        "This study is sealed already; a second lot would be a choice.",
        "`entrain study verify` shows that the seal holds.",
    ),
    Refusal.ENROLLED_ALREADY: ("This person is enrolled already.", "`entrain study flow` counts everybody."),
    Refusal.NO_SUCH_STRATUM: ("There is no such stratum in this study.", "There are: {strata}."),
    Refusal.STRATUM_FULL: ("No place is left.", "The study has as many people as its file says."),
    Refusal.NOT_ENROLLED: ("This person is not in the study.", "`entrain study enrol P` takes somebody in."),
    Refusal.HAS_LEFT: ("This person's part in the study has ended.", "`entrain study flow` counts who left."),
    Refusal.ALL_DONE: ("This person has had all their sessions.", "`entrain study flow` shows the rest."),
    Refusal.TOO_EARLY: ("The next session of this person is not due yet.", "It may begin from {until}."),
    Refusal.STUDY_STOPPED: (
        "The study has stopped by its own rule: too many severe events.",
        "Its file says how many, under [stop].",
    ),
    Refusal.UNBLINDED_ALREADY: ("That was opened before.", "The study's log tells when, and why."),
    Refusal.NO_SESSION_YET: ("This person has had no session yet.", "Ask after a session."),
    Refusal.NO_SUCH_ARM: ("There is no such arm in this study.", "There are: {arms}."),
}
_BROKEN: Final[Mapping[str, str]] = {
    "list": "the sealed list is not what was committed to",
    "protocol": "study.toml was changed after it was sealed",
    "preset": "the preset was changed after it was sealed",
    "lot": "the list is not what its seed gives",
}


def refused(why: Refused, protocol: StudyProtocol) -> tuple[str, str]:
    """Why something may not be done, and what to do."""
    message, advice = _REFUSED[why.why]
    strata = ", ".join(protocol.outline.strata) or "none; leave --stratum out"
    arms = ", ".join(name for name, _ in protocol.arms)
    return message, advice.format(
        strata=strata, until=why.until_utc[:16].replace("T", " ") + " UTC", arms=arms
    )


def people(n: int) -> str:
    """`1 person`, `3 people`."""
    return "1 person" if n == 1 else f"{n} people"


def broken_seal(what: str) -> tuple[str, str]:
    """What does not fit the commitment, and what to do."""
    return (
        f"The seal is broken: {_BROKEN[what]}.",
        "Take the file back from a backup; nobody is enrolled and no session runs until it fits.",
    )


def sealed_lines(commitment: str, protocol: StudyProtocol) -> Iterator[str]:
    """After a study was sealed."""
    strata = len(protocol.outline.strata)
    each = f" in each of {strata} strata" if strata else ""
    yield f"Sealed: places for {people(protocol.outline.people)}{each}."
    yield f"Commitment: {commitment}"
    yield CONCEALED


def enrolled(person: str, stratum: str, number: int) -> str:
    """After somebody was enrolled; nothing in it depends on the arm."""
    where = f" of {stratum}" if stratum else ""
    return f"{person} is in the study: number {number}{where}."


def checked(protocol: StudyProtocol) -> str:
    """A study that can be used, in a line."""
    outline = protocol.outline
    return (
        f"{people(outline.people)}, {times(len(protocol.arms), 'arm')}, {outline.design},"
        f" {times(protocol.n_sessions, 'session')} each"
    )


def flow_lines(flow: StudyFlow, protocol: StudyProtocol, now: StudyState) -> Iterator[str]:
    """The flow as a table."""
    columns = flow.columns or (flow.all,)
    head = ("", *(each.name or "all" for each in columns), *(("all",) if flow.columns else ()))
    shown = (*columns, *((flow.all,) if flow.columns else ()))
    yield from aligned([head, *_rows(shown, protocol)], right=frozenset(range(1, len(head))))
    severe = f", {flow.n_serious} of them severe" if flow.n_events else ""
    yield f"{times(flow.n_events, 'event')}{severe}"
    if now.is_stopped:
        yield _REFUSED[Refusal.STUDY_STOPPED][0]
    if now.unblinded is None:
        yield "By arm only after unblinding."


def _rows(columns: tuple[FlowColumn, ...], protocol: StudyProtocol) -> Iterator[tuple[str, ...]]:
    yield ("enrolled", *(str(each.n_enrolled) for each in columns))
    yield ("began", *(str(each.n_began) for each in columns))
    for at in range(protocol.n_periods if protocol.is_cross_over else 0):
        yield (f"finished period {at + 1}", *(str(each.n_periods[at]) for each in columns))
    yield ("finished", *(str(each.n_all_done) for each in columns))
    yield ("left", *(str(each.n_left) for each in columns))
    yield ("sessions", *(str(each.n_sessions) for each in columns))
    yield ("cut short", *(str(each.n_cut_short) for each in columns))


def opened_lines(opened: tuple[tuple[str, tuple[str, ...]], ...]) -> Iterator[str]:
    """Who was in which arm."""
    yield from aligned([("PERSON", "ARMS"), *((person, " > ".join(arms)) for person, arms in opened)])
