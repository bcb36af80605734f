"""Parquet for cohorts: the tables of `docs/reference/log.md`, typed, compressed with Zstandard.

A path that ends in .parquet: the beats. Any other: a new folder with every table. Each row bears the
session's UUID, so that the files of many sessions can be read as one table: `read_parquet('*/beat.parquet')`.
"""

import json
from pathlib import Path
from typing import Any, Final

from entrain import extras
from entrain.storage.formats.files import new_bytes, new_folder
from entrain.storage.formats.source import TABLES, ExportSource, Remarks

# What a column holds is known by its name; a table without rows has the same types as any other.
_WHOLE: Final = frozenset(
    {
        *("seq", "n", "n_bytes", "segment", "rr_ticks", "frame", "beats", "muted", "value"),
        *("battery_percent", "signal_dbm"),
    }
)
_REAL: Final = frozenset({"bpm", "confidence", "before", "after", "volume"})
_REAL_ENDINGS: Final = ("_s", "_ms", "_per_min")


def write_parquet(source: ExportSource, path: Path) -> Remarks:
    """A table, or a folder of all tables; what there is to say of it."""
    pyarrow = extras.load("pyarrow", "research", "Writing Parquet")
    if path.suffix.lower() == ".parquet":
        return (f"{_write(pyarrow, source, source.beats_query(), path)} beats",)
    n_rows = 0
    with new_folder(path):
        for table in TABLES:
            n_rows += _write(pyarrow, source, source.table_query(table), path / f"{table}.parquet")
    return (f"{len(TABLES)} tables with {n_rows} rows; docs/reference/log.md explains every column",)


def _write(pyarrow: Any, source: ExportSource, query: str, path: Path) -> int:
    parquet = extras.load("pyarrow.parquet", "research", "Writing Parquet")
    cursor = source.rows(query)
    names = [each[0] for each in cursor.description]
    rows = cursor.fetchall()
    fields = [("session_uuid", pyarrow.string())]
    columns: list[Any] = [pyarrow.array([source.session.meta.row.uuid] * len(rows), pyarrow.string())]
    for index, name in enumerate(names):
        if name != "session_id":
            kind = _kind(pyarrow, name)
            fields.append((name, kind))
            columns.append(pyarrow.array([row[index] for row in rows], kind))
    schema = pyarrow.schema(fields, metadata={"entrain.session": json.dumps(source.head())})
    with new_bytes(path) as file:
        parquet.write_table(pyarrow.Table.from_arrays(columns, schema=schema), file, compression="zstd")
    return len(rows)


def _kind(pyarrow: Any, column: str) -> Any:
    if column in _WHOLE:
        return pyarrow.int64()
    if column in _REAL or column.endswith(_REAL_ENDINGS):
        return pyarrow.float64()
    return pyarrow.string()
