"""The clocks of a session.

Three clocks exist: the strap's, the session's and the sound device's. Everything is put on the session's:
seconds of a monotonic clock since the session began. Only adapters read a clock; the core is handed times.
"""

from typing import Protocol

from entrain.system.ticking import monotonic_s


class Clock(Protocol):
    """Tells the time of a session."""

    def now_s(self) -> float:
        """Seconds since this clock's origin; never goes backwards."""
        ...


class MonotonicClock:
    """The real thing: origin at construction. It does not tick while suspended."""

    def __init__(self) -> None:
        self.origin_s = monotonic_s()

    def now_s(self) -> float:
        return monotonic_s() - self.origin_s


class ManualClock:
    """A clock that a test or an accelerated session moves by hand."""

    def __init__(self, now_s: float = 0.0) -> None:
        self._now_s = now_s

    def now_s(self) -> float:
        return self._now_s

    def advance_to(self, t_s: float) -> None:
        """Move forward to `t_s`; an earlier time leaves the clock where it is."""
        self._now_s = max(self._now_s, t_s)
