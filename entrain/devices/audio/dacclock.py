"""When the device sounds which frame, on the session's clock.

A callback that is to fill frame n says how far ahead of now that frame will sound. So every callback gives
one estimate of when frame 0 sounded, and the median of the last ten seconds of them is good to a fraction of
a millisecond. Only differences of the device's own times are used: host APIs disagree about what clock they
report (CLOCK_REALTIME, CLOCK_MONOTONIC), and some report zeros.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

WINDOW_S: Final = 10.0
# A device that starts fills its buffer at once and then waits; only a steady flow tells its time.
SETTLED_S: Final = 0.25
JUMP_S: Final = 0.02
_JUMP_MOMENTS: Final = 8
_JUMP_LASTS_S: Final = 0.8  # a deep buffer is filled many blocks at a time, all of them equally late
_LONGEST_LEAD_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class DacReading:
    """One callback: at `now_s` it filled frames from `frame` on, the first of which sounds `lead_s` later."""

    frame: int
    now_s: float
    lead_s: float
    ran_dry: bool


class DacClock:
    """The device's clock as seen from the session's, from one `DacReading` after the other."""

    def __init__(self, sample_rate_hz: int, latency_s: float) -> None:
        """`latency_s` stands in for the lead where the device tells no usable one."""
        self._sample_rate_hz = sample_rate_hz
        self._latency_s = latency_s
        self._zeros: deque[tuple[float, float]] = deque()  # (now_s, session time at which frame 0 sounded)
        self._odd: list[tuple[float, float]] = []
        self._zero_s = 0.0
        self.is_usable = True

    def add(self, moment: DacReading) -> None:
        self.is_usable = 0.0 < moment.lead_s < _LONGEST_LEAD_S
        lead_s = moment.lead_s if self.is_usable else self._latency_s
        zero = (moment.now_s, moment.now_s + lead_s - moment.frame / self._sample_rate_hz)
        if moment.ran_dry:
            self._begin_anew([])
        if self._zeros and abs(zero[1] - self._zero_s) > JUMP_S:
            # One odd moment is a late wake-up; several in a row are a new truth.
            self._odd.append(zero)
            lasted_s = moment.now_s - self._odd[0][0]
            if len(self._odd) >= _JUMP_MOMENTS and lasted_s >= _JUMP_LASTS_S:
                self._begin_anew(self._odd)
            return
        self._odd = []
        if not self._zeros:
            self._zero_s = zero[1]
        self._zeros.append(zero)
        while self._zeros[0][0] < moment.now_s - WINDOW_S:
            self._zeros.popleft()

    def _begin_anew(self, zeros: list[tuple[float, float]]) -> None:
        self._zeros, self._odd = deque(zeros), []
        if zeros:
            self._zero_s = zeros[-1][1]

    @property
    def is_settled(self) -> bool:
        """The device has flowed steadily for long enough that its time can be told."""
        return len(self._zeros) > 1 and self._zeros[-1][0] - self._zeros[0][0] >= SETTLED_S

    def zero_s(self) -> float:
        """Session seconds at which frame 0 sounded, as far as the last seconds tell."""
        self._zero_s = float(np.median([zero_s for _, zero_s in self._zeros]))
        return self._zero_s

    def uncertainty_s(self) -> float:
        """How far the estimates scatter: a standard deviation, robust against outliers."""
        middle_s = self.zero_s()
        return 1.4826 * float(np.median([abs(zero_s - middle_s) for _, zero_s in self._zeros]))
