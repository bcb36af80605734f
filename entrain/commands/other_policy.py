"""`entrain sessions replay ID --policy OTHER`: two policies on the same inputs, side by side."""

import json
from itertools import zip_longest
from typing import Final

from entrain.control.events import Decided
from entrain.errors import UsageError
from entrain.foreign import json_text
from entrain.storage.log import codec
from entrain.storage.log.stored import SessionOutcome, StoredSession
from entrain.tempo.policy import POLICIES
from entrain.whatif.counterfactual import Counterfactual, GuidedMoment, course, with_policy
from entrain.wording.columns import aligned
from entrain.wording.decisions import said
from entrain.wording.session import decisions_text
from entrain.wording.times import clock

EVERY_S: Final = 30.0
_NOBODY_KNOWS: Final = """\
The pulse is the one that was measured while the first of the two sounded. What it would have done with the
other, nobody knows; and whether the breath was in step is told against a guide that was not heard."""


def show(session: StoredSession, policy: str, *, as_json: bool) -> int:
    """Print both courses.

    Raises:
        UsageError: there is no such policy, or nothing was guided in the session.
    """
    number = session.meta.row.id
    if policy not in POLICIES:
        raise UsageError(f'There is no policy "{policy}".', f"There are {', '.join(POLICIES)}.")
    if session.meta.row.state is SessionOutcome.IMPORTED:
        raise UsageError(
            f"Session {number} was imported; nobody was guided in it.",
            f"To see a coach act on it: entrain run --heart replay:{number} --speed 60 --headless",
        )
    events = [event for event, _ in session.records]
    then = course(session.config, events, EVERY_S)
    other = course(with_policy(session.config, policy), events, EVERY_S)
    if as_json:
        print(
            json_text({"then": json.loads(codec.encode(then)), "otherwise": json.loads(codec.encode(other))})
        )
        return 0
    print(
        f"Session {number}, whose policy was {then.policy}, decided by {policy} on the same heart and keys.\n"
    )
    print("\n".join(f"  {line}" for line in _side_by_side(then, other)))
    print("\n".join(["", *_ends(then, other), "", *_otherwise(then, other), "", _NOBODY_KNOWS]))
    return 0


def _side_by_side(then: Counterfactual, other: Counterfactual) -> list[str]:
    a_name, b_name = then.policy, other.policy
    heading = [f"BEAT ({a_name})", f"({b_name})", f"BREATH ({a_name})", f"({b_name})"]
    rows: list[list[str]] = [["TIME", "PULSE", *heading]]
    for a, b in zip_longest(then.moments, other.moments):
        moment: GuidedMoment = a or b
        tempi = [_number(each and each.tempo_bpm, 1) for each in (a, b)]
        breaths = [_number(each and each.breath_per_min, 1) for each in (a, b)]
        rows.append([clock(moment.t_s), _number(moment.pulse_bpm, 0), *tempi, *breaths])
    return aligned(rows, right=frozenset(range(6)))


def _ends(then: Counterfactual, other: Counterfactual) -> list[str]:
    lines = [
        f"Lowest beat {_number(other.summary.lowest_tempo_bpm, 1)} instead of"
        f" {_number(then.summary.lowest_tempo_bpm, 1)}, slowest breath"
        f" {_number(other.summary.slowest_breath_per_min, 1)} instead of"
        f" {_number(then.summary.slowest_breath_per_min, 1)} a minute,"
        f" {other.summary.n_holds} holds instead of {then.summary.n_holds}."
    ]
    if then.ended and not other.ended:
        lines.append(f"With {other.policy} the session would have gone on; the inputs are over here.")
    elif other.ended and other.summary.duration_s < then.summary.duration_s:
        end = clock(other.summary.duration_s)
        lines.append(f"With {other.policy} it would have ended at {end}: {said(other.summary.reason)}.")
    return lines


def _otherwise(then: Counterfactual, other: Counterfactual) -> list[str]:
    """The decisions of the other policy that were not made then."""
    known = {_said(each) for each in then.decisions}
    new = [each for each in other.decisions if _said(each) not in known]
    return [f"Decided otherwise by {other.policy}", *(decisions_text(new) or ["  nothing"])]


def _said(decided: Decided) -> str:
    return codec.encode(decided)


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
