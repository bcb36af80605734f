"""What a recorded resonance assessment says, beside what was known before."""

from dataclasses import dataclass

from entrain.analysis.assessment import Assessment
from entrain.person.record import KnownResonance


@dataclass(frozen=True, slots=True)
class ResonanceOutcome:
    """What a recorded assessment says of one person; `before` is what was found in another session of theirs.

    `is_real`: a heart was on it. Without one there is no rate that could be anybody's own.
    """

    found: Assessment
    session: int
    day: str  # ISO 8601
    before: KnownResonance | None
    person: str  # a pseudonym; '' where nobody was named
    is_real: bool
