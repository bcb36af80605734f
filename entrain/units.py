"""Units and the few conversions between them: the one place for each factor.

Inside, times are seconds (`_s`) and tempi beats per minute (`_bpm`) or per second (`_hz`). A strap counts
RR intervals in ticks of 1/1024 s (Heart Rate Service 1.0, section 3.1.1.4); milliseconds appear only where
the HRV literature expects them.
"""

from typing import Final

RR_TICKS_PER_S: Final = 1024
S_PER_MIN: Final = 60.0
MS_PER_S: Final = 1000.0


def ticks_to_s(ticks: float) -> float:
    """Seconds of `ticks` RR ticks (exact: 1024 is a power of two)."""
    return ticks / RR_TICKS_PER_S


def ticks_to_ms(ticks: float) -> float:
    """Milliseconds of `ticks` RR ticks."""
    return ticks * MS_PER_S / RR_TICKS_PER_S


def ms_to_ticks(ms: float) -> int:
    """The RR ticks nearest to `ms` milliseconds (error at most 0.49 ms)."""
    return round(ms * RR_TICKS_PER_S / MS_PER_S)
