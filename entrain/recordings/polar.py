"""Polar's HRM file, versions 1.02 to 1.07: an INI-like text whose [HRData] has one sample per line."""

from collections.abc import Sequence
from datetime import datetime

from entrain.errors import InputError
from entrain.recordings.numbers import plain, quoted
from entrain.recordings.options import MILLISECONDS
from entrain.recordings.series import BadLine, Series


def polar_hrm(lines: Sequence[str], name: str) -> Series:
    """
    Raises:
        InputError: it holds heart rates every few seconds, and no intervals.
    """
    section = ""
    params: dict[str, str] = {}
    values: list[float] = []
    at: list[int] = []
    bad: list[BadLine] = []
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if line.startswith("["):
            section = line
        elif section == "[Params]":
            key, _, value = line.partition("=")
            params[key] = value
        elif section == "[HRData]" and line:
            interval = plain(line.split()[0])
            if interval is None or interval <= 0.0:
                bad.append((number, f"{quoted(line)} is no interval"))
            else:
                values.append(interval)
                at.append(number)
    if params.get("Interval") != "238":
        every = params.get("Interval", "?")
        raise InputError(
            f"{name} is a Polar HRM file with heart rates every {every} s, not with RR intervals.",
            "Record with the watch's RR function on; such a file says Interval=238.",
        )
    return Series(
        tuple(values), tuple(at), "a Polar HRM file", MILLISECONDS, "Interval=238",
        are_intervals=True, bad=tuple(bad), began_epoch_s=_began(params),
    )  # fmt: skip


def _began(params: dict[str, str]) -> float | None:
    """Date=20080208 and StartTime=08:50:31.0 are the watch's local time; taken for that of this computer."""
    try:
        return datetime.fromisoformat(f"{params['Date']}T{params['StartTime']}").timestamp()
    except (KeyError, ValueError, OverflowError, OSError):
        return None
