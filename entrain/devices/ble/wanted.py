"""Which strap is meant, and what was found: plain data, no Bluetooth."""

import re
from dataclasses import dataclass
from typing import Final, Self

_LONGEST_TEXT: Final = 64
_ADDRESS: Final = re.compile(
    r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}"  # Linux and Windows: the strap's own address
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",  # macOS: a UUID of this Mac's making
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundStrap:
    """A strap on the air. `address` is what to remember it by on this computer."""

    address: str
    name: str | None = None
    signal_dbm: int | None = None
    heart_rate_service: bool = True  # advertises 0x180D; some straps do not
    battery_percent: int | None = None


@dataclass(frozen=True, slots=True)
class WantedStrap:
    """Which strap: one by `address` or `name` (either suffices), or any that offers heart rate.

    A name matches where it is part of the strap's name, in whatever case. `preferred` is an address to take
    at once of those that will do, because it was used before. `called` is what an address is known by: it
    is said, and matches nothing.
    """

    address: str | None = None
    name: str | None = None
    preferred: str | None = None
    called: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """From what people type: nothing (any strap), an address, or else a name."""
        text = text.strip()
        if not text:
            return cls()
        if _ADDRESS.fullmatch(text):
            return cls(address=text)
        return cls(name=text)

    @property
    def any(self) -> bool:
        """Would every strap do?"""
        return self.address is None and self.name is None

    @property
    def precision(self) -> int:
        """How precisely a strap is meant: 2 one address, 1 a name, 0 any."""
        return 2 if self.address is not None else 1 if self.name is not None else 0

    def matches(self, strap: FoundStrap) -> bool:
        """Whether this strap will do. Where one is named, it need not advertise the heart rate service."""
        if self.any:
            return strap.heart_rate_service or self.prefers(strap)
        if self.address is not None and same_address(self.address, strap.address):
            return True
        return (
            self.name is not None and strap.name is not None and self.name.casefold() in strap.name.casefold()
        )

    def has_name_of(self, strap: FoundStrap) -> bool:
        """Whether it is called like the wanted one, and is another."""
        return self.called is not None and strap.name == self.called and not self.matches(strap)

    def prefers(self, strap: FoundStrap) -> bool:
        """Is it the one to take where several would do?"""
        return self.preferred is not None and same_address(self.preferred, strap.address)

    @property
    def said(self) -> str:
        """What it is called; empty where any would do."""
        return self.called or self.name or self.address or ""


def same_address(a: str, b: str) -> bool:
    """Are two addresses the same, however they are written?"""
    return a.replace("-", ":").lower() == b.replace("-", ":").lower()


def printable(text: str) -> str | None:
    """What came over the air as text, without what could disturb a terminal; None where nothing is left."""
    return "".join(c for c in text if c.isprintable()).strip()[:_LONGEST_TEXT] or None
