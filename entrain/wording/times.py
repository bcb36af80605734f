"""Moments and lengths as people read them: the one place for each."""

from datetime import datetime
from typing import Final

MIN_S: Final = 60


def clock(t_s: float) -> str:
    """`4:05`, and `1:02:05` from an hour on; rounded to the nearest second."""
    minutes, seconds = divmod(max(0, int(t_s + 0.5)), MIN_S)
    return (
        f"{minutes}:{seconds:02d}" if minutes < MIN_S else f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    )


def span(seconds: float) -> str:
    """`40 s`, `3 min`, `3 min 20 s`."""
    minutes, rest = divmod(max(0, int(seconds + 0.5)), MIN_S)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def local(moment: datetime) -> str:
    """A moment on the clock of this place."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
