"""XDF, the files of the Lab Streaming Layer: a stream with intervals. Read with pyxdf (extra `formats`)."""

import logging
from dataclasses import replace
from io import BytesIO
from typing import Any

from entrain import extras
from entrain.errors import InputError, UsageError
from entrain.recordings.columns import series_of
from entrain.recordings.names import Role, column_name
from entrain.recordings.numbers import quoted
from entrain.recordings.options import ReadOptions
from entrain.recordings.series import Series
from entrain.recordings.tables import TableRow, TextTable


def series_in(data: bytes, name: str, options: ReadOptions) -> Series:
    """
    Raises:
        InputError: it is damaged, no stream holds intervals, or several do and none was chosen.
        MissingExtra: pyxdf is not installed.
    """
    pyxdf = extras.load("pyxdf", "formats", "Reading XDF")
    logging.getLogger("pyxdf").setLevel(logging.CRITICAL)
    try:
        streams, _ = pyxdf.load_xdf(BytesIO(data))
        found = [each for each in map(_Stream, streams) if each.has_intervals]
    except Exception as error:  # the library trusts what it reads, so anything may come of a damaged file
        raise InputError(
            f"{name} is a damaged XDF file ({type(error).__name__}).", "Copy it again."
        ) from None
    if options.strap is not None:
        chosen = [each for each in found if options.strap in each.name]
        if found and not chosen:
            there = ", ".join(quoted(each.name) for each in found)
            raise UsageError(f"{name} has no stream of {quoted(options.strap)}.", f"There are {there}.")
        found = chosen
    if len(found) != 1:
        there = ", ".join(quoted(each.name) for each in found) or "none"
        raise InputError(
            f"{name} is XDF; streams with intervals: {there}.",
            "Choose one with --strap NAME."
            if found
            else "Streams of intervals have a channel or a type called RR.",
        )
    return series_of(found[0].table(), name, replace(options, strap=None))


class _Stream:
    def __init__(self, stream: Any) -> None:
        info = stream["info"]
        self.name = str(info["name"][0])
        kind = str(info["type"][0])
        described: Any = (info.get("desc") or [None])[0] or {}
        inner: Any = (described.get("channels") or [None])[0] or {}
        channels: list[Any] = inner.get("channel") or []
        n_channels = int(info["channel_count"][0])
        labels = [(str(_first(each, "label")), str(_first(each, "unit"))) for each in channels]
        if len(labels) != n_channels:
            labels = [(kind if n_channels == 1 else f"channel {n + 1}", "") for n in range(n_channels)]
        self._heading = tuple(label for label, _ in labels)
        self._units = tuple(unit for _, unit in labels)
        self._times = [float(time) for time in stream["time_stamps"]]
        self._values = stream["time_series"]
        self.has_intervals = bool(self._times) and any(
            column_name(label).role is Role.INTERVAL for label in self._heading
        )

    def table(self) -> TextTable:
        rows = tuple(
            TableRow(n, (repr(time), *(str(value) for value in values)))
            for n, (time, values) in enumerate(zip(self._times, self._values, strict=True), 1)
        )
        heading, units = ("time_stamp", *self._heading), ("s", *self._units)
        return TextTable(
            heading, units, rows, len(heading), f"the stream {quoted(self.name)} of XDF", place="sample"
        )


def _first(channel: Any, key: str) -> object:
    found = channel.get(key) or [""]
    return found[0] or ""
