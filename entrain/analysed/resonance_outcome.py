"""What a recorded resonance assessment says, beside what was known before."""

from dataclasses import dataclass

from entrain.analysis.assessment import Assessment
from entrain.storage.settings import KnownResonance


@dataclass(frozen=True, slots=True)
class ResonanceOutcome:
    """What a recorded assessment says; `before` is the outcome that was kept until then."""

    found: Assessment
    session: int
    day: str  # ISO 8601
    before: KnownResonance | None
