"""Why a heart is not, or not wholly, believed: the codes. `entrain.heart.trust` finds them."""

from enum import StrEnum
from typing import Final


class Doubt(StrEnum):
    """Why a heart is not, or not wholly, believed."""

    UNREADABLE = "unreadable"
    NO_CONTACT = "no contact"
    NO_RATE = "no rate"
    DOUBLED = "doubled"
    JUNK = "junk intervals"
    TOO_MANY = "too many intervals"
    MILLISECONDS = "milliseconds"
    CONTRADICTS = "rate contradicts intervals"
    FROZEN = "frozen"
    LEAPING = "leaping rate"
    IRREGULAR = "irregular"
    SPARSE = "sparse"

    @property
    def withholds(self) -> bool:
        """There is no pulse to be led by."""
        return self in _WITHHOLDING

    @property
    def distrusts_intervals(self) -> bool:
        """The strap's own rate is what is left."""
        return self in (Doubt.TOO_MANY, Doubt.MILLISECONDS)


_WITHHOLDING: Final = frozenset(
    {
        Doubt.UNREADABLE,
        Doubt.NO_CONTACT,
        Doubt.NO_RATE,
        Doubt.CONTRADICTS,
        Doubt.FROZEN,
        Doubt.LEAPING,
        Doubt.IRREGULAR,
    }
)
