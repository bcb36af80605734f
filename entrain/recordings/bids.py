"""BIDS: tables whose columns are named in a JSON file beside them (`_physioevents.tsv.gz`)."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from entrain.errors import InputError
from entrain.recordings.tables import TextTable


def with_names(table: TextTable, path: Path, name: str) -> TextTable:
    """`table` with the names and units of the file beside it; as it is where there is none.

    Raises:
        InputError: it holds signals, sampled so many times a second.
    """
    beside = path.with_name(path.name.removesuffix(".gz").removesuffix(".tsv") + ".json")
    if not path.name.endswith((".tsv", ".tsv.gz")) or not beside.is_file() or beside.stat().st_size > 1 << 20:
        return table
    try:
        said: Any = json.loads(beside.read_text("utf-8"))
        columns = tuple(str(each) for each in said.get("Columns", table.heading))
        described: list[Any] = [said.get(each) or {} for each in columns]
        units = tuple(str(each.get("Units", "")) for each in described)
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return table
    if "SamplingFrequency" in said:
        raise InputError(
            f"{name} is a BIDS recording of signals ({', '.join(columns[:6])}), not of each interval.",
            "Give the beats: the _physioevents.tsv.gz beside it, if there is one.",
        )
    if table.heading and table.heading != columns:
        return replace(table, units=units) if len(units) == len(table.heading) else table
    return replace(table, heading=columns, units=units, width=max(table.width, len(columns)))
