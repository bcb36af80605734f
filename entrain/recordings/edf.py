"""EDF+: beats that are annotated in it, ours with their intervals. Read with edfio (extra `formats`)."""

import re
from typing import Any, Final
from warnings import catch_warnings, simplefilter

from entrain import extras
from entrain.errors import EntrainError, InputError
from entrain.recordings.columns import series_of
from entrain.recordings.names import Role, column_name
from entrain.recordings.options import SECONDS, ReadOptions
from entrain.recordings.series import Series
from entrain.recordings.tables import TableRow, TextTable

_OURS: Final = re.compile(r"beat (\d+(?:\.\d+)?) ms \w+ ?(.*)")
_BEAT_LABELS: Final = frozenset(
    {"r", "n", "qrs", "r-peak", "rpeak", "r peak", "heartbeat", "heart beat", "beat"}
)


def series_in(data: bytes, name: str, options: ReadOptions) -> Series:
    """
    Raises:
        InputError: it is damaged, or no beats are annotated in it.
        MissingExtra: edfio is not installed.
    """
    edfio = extras.load("edfio", "formats", "Reading EDF+")
    try:
        with catch_warnings(record=True) as doubts:  # the library would write them to stderr
            simplefilter("always")
            edf: Any = edfio.read_edf(data)
        marks = [(float(each.onset), str(each.text).strip()) for each in edf.annotations]
        labels = [str(signal.label) for signal in edf.signals]
    except EntrainError:
        raise
    except Exception as error:  # the library trusts the header, so anything may come of a damaged one
        raise InputError(f"{name} is a damaged EDF file: {error}.", "Copy it again.") from None
    doubted = (f"The file does not keep to the format: {doubts[0].message}",) if doubts else ()
    ours = [(at_s, found) for at_s, text in marks if (found := _OURS.fullmatch(text))]
    if ours:
        rows = tuple(TableRow(n, (repr(at_s), found[1], found[2])) for n, (at_s, found) in enumerate(ours, 1))
        table = TextTable(
            ("t_s", "rr_ms", "strap"), (), rows, 3, "EDF+ of entrain", notes=doubted, place="beat"
        )
        return series_of(table, name, options)
    beats = [
        at_s for at_s, text in marks if text.lower() in _BEAT_LABELS or column_name(text).role is Role.BEATS
    ]
    if len(beats) > 1:
        others = len(marks) - len(beats)
        aside = (f"{others} annotations that are no beats left aside.",) if others else ()
        return Series(
            tuple(beats), tuple(range(1, len(beats) + 1)), "annotations of EDF+", SECONDS, "the format",
            are_beats=True, notes=(*doubted, *aside), place="beat",
        )  # fmt: skip
    there = ", ".join(labels[:6]) or "none"
    raise InputError(
        f"{name} is an EDF file without annotated beats (its signals: {there}).",
        "Detect the beats first, with NeuroKit2 for instance, and give their moments.",
    )
