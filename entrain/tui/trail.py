"""The whole course of a session, gathered from pictures that may show the last minutes only."""

from collections.abc import Sequence
from typing import Final

from entrain.control.view import Sample

_EVERY_S: Final = 1.0


class Trail:
    """About one sample a second, in order of time."""

    def __init__(self) -> None:
        self._samples: list[Sample] = []

    @property
    def samples(self) -> tuple[Sample, ...]:
        return tuple(self._samples)

    def take(self, trend: Sequence[Sample]) -> None:
        """Keep what is new in `trend`."""
        last_s = self._samples[-1].t_s if self._samples else float("-inf")
        new: list[Sample] = []
        for sample in reversed(trend):
            if sample.t_s <= last_s:
                break
            new.append(sample)
        for sample in reversed(new):
            if sample.t_s - last_s >= _EVERY_S - 1e-9:
                self._samples.append(sample)
                last_s = sample.t_s
