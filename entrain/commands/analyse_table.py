"""The table of an analysis: one row for each recording, or for each window, as CSV, JSON or Parquet."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from entrain import extras
from entrain.app.analyse import Done
from entrain.errors import StoreError, UsageError
from entrain.storage.places import check_new
from entrain.wording import analysis_text as analyse_text

ENDINGS: Final = (".csv", ".json", ".parquet")


def check(path: Path) -> None:
    """
    Raises:
        UsageError: the name tells no kind of table, the file is there already, or no folder for it.
        MissingExtra: the library for it is not installed.
    """
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(f"{path.name} is no kind of table known here.", "End it in .csv, .json or .parquet.")
    check_new(path)
    if path.suffix.lower() == ".parquet":
        _pyarrow()


def write(path: Path, done: Sequence[Done], *, by_window: bool) -> None:
    """One row for each recording or window; columns that some lack are empty there.

    Raises:
        StoreError: the file cannot be written.
    """
    rows = [row for each in done for row in _rows(each, by_window)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    try:
        match path.suffix.lower():
            case ".json":
                with path.open("x", encoding="utf-8") as file:
                    json.dump([{name: row.get(name) for name in columns} for row in rows], file, indent=1)
            case ".parquet":
                table = _pyarrow().table({name: [row.get(name) for row in rows] for name in columns})
                extras.load("pyarrow.parquet", "research", "Writing Parquet").write_table(
                    table, path, compression="zstd"
                )
            case _:
                with path.open("x", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, columns, restval="")
                    writer.writeheader()
                    writer.writerows(rows)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.") from error


def _rows(done: Done, by_window: bool) -> list[dict[str, Any]]:
    result = done.result or {}
    if by_window:
        return analyse_text.window_rows(done.name, result)
    return [analyse_text.row(done.name, result)]


def _pyarrow() -> Any:
    return extras.load("pyarrow", "research", "Writing Parquet")
