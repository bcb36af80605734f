"""The lot: the same seed gives the same list on every system and with every version of Python.

The draws are whole numbers from SHA-256 (FIPS 180-4) of the seed and a counter, so nothing depends on a
library's generator. Each stratum has a stream of its own: how many come to one does not move another.
"""

import hashlib
from dataclasses import dataclass
from typing import TypeVar

from entrain.study.protocol import StudyProtocol

Item = TypeVar("Item")
_BITS = 64


class Draws:
    """Whole numbers, every one as likely as the next, from a seed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._n = 0

    def below(self, n: int) -> int:
        """A number from 0 to n - 1. What would favour the small ones is drawn again."""
        most = (1 << _BITS) - (1 << _BITS) % n
        while True:
            block = hashlib.sha256(self._seed + b"\0" + self._n.to_bytes(8, "big")).digest()
            self._n += 1
            drawn = int.from_bytes(block[: _BITS // 8], "big")
            if drawn < most:
                return drawn % n

    def shuffled(self, items: tuple[Item, ...]) -> tuple[Item, ...]:
        """In any order, each as likely (Fisher and Yates; Durstenfeld 1964)."""
        out = list(items)
        for at in range(len(out) - 1, 0, -1):
            other = self.below(at + 1)
            out[at], out[other] = out[other], out[at]
        return tuple(out)


@dataclass(frozen=True, slots=True)
class Place:
    """The `number`-th of a stratum, from 1, and what whoever comes there gets."""

    stratum: str
    number: int
    sequence: tuple[str, ...]  # of arms, one for each period


def places(protocol: StudyProtocol, seed: str) -> tuple[Place, ...]:
    """The whole list: in each stratum places for all people of the study, in whole blocks."""
    return tuple(
        Place(stratum, number, sequence)
        for stratum in protocol.strata
        for number, sequence in enumerate(_stratum(protocol, Draws(f"{seed}/{stratum}")), 1)
    )


def _stratum(protocol: StudyProtocol, draws: Draws) -> list[tuple[str, ...]]:
    units, sizes = protocol.units, protocol.blocks
    out: list[tuple[str, ...]] = []
    while len(out) < protocol.outline.people:
        size = sizes[draws.below(len(sizes))]
        out += draws.shuffled(units * (size // len(units)))
    return out
