"""The machine's monotonic clock, as fine as there is: the same one in every process.

On Windows `time.monotonic` went in steps of 15.6 ms until Python 3.13. A mean over such steps is half a step
late, and a sound device's clock was fitted 7.8 ms wrong by them; the performance counter is the same clock in
steps of 100 ns.
"""

import sys
import time
from collections.abc import Callable
from typing import Final


def finest(system: str, python: tuple[int, ...]) -> Callable[[], float]:
    """The clock to take on `system` (as `sys.platform` has it) under that version of Python."""
    return time.perf_counter if system == "win32" and python < (3, 13) else time.monotonic


monotonic_s: Final = finest(sys.platform, sys.version_info[:2])
"""Seconds since some moment of the machine's own; never goes backwards, and does not tick while suspended."""
