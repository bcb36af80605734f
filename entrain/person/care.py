"""What is never done to somebody, and what they are spared: plain data, in a preset or in their record.

Where several say something, the more careful holds: what one never wants is in no sum of them.
"""

from dataclasses import dataclass
from typing import Final

# Sounds of a body, by the names of the voices that make them.
BODY_SOUNDS: Final = frozenset({"heartbeat", "breath"})
MUSIC: Final = "music"  # what `never` calls one's own music


@dataclass(frozen=True, slots=True)
class CareRule:
    """`never` names voices and backgrounds, or "music". None of it is ever sounded, whatever asks for it."""

    never: tuple[str, ...] = ()
    body_sounds: bool = True  # False: no heartbeat, no breath
    figures: bool = True  # False: no numbers on the session's screen
    locked: bool = False  # only what makes it gentler is left to the keys

    @property
    def banned(self) -> frozenset[str]:
        """All that is never sounded."""
        return frozenset((*self.never, *(() if self.body_sounds else BODY_SOUNDS)))


def both(one: CareRule, other: CareRule) -> CareRule:
    """The more careful of each."""
    return CareRule(
        never=tuple(sorted({*one.never, *other.never})),
        body_sounds=one.body_sounds and other.body_sounds,
        figures=one.figures and other.figures,
        locked=one.locked or other.locked,
    )
