"""Arrays and tables of programs: NumPy's `.npy`, and Parquet (pyarrow, extra `research`)."""

from io import BytesIO
from typing import Any
from warnings import catch_warnings

from entrain import extras
from entrain.errors import InputError
from entrain.recordings.tables import TableRow, TextTable


def npy_table(data: bytes, name: str) -> TextTable:
    """
    Raises:
        InputError: it is damaged, or no array of numbers in one or two dimensions.
    """
    import numpy as np

    try:
        with catch_warnings(action="ignore"):  # of headers that Python 2 wrote
            array: Any = np.load(BytesIO(data), allow_pickle=False)
        array = np.squeeze(array)
        if array.dtype.kind not in "iuf" or array.ndim not in (1, 2) or array.size > 5_000_000:
            raise ValueError(f"{array.dtype} of shape {array.shape}")
    except Exception as error:  # NumPy evaluates the header, so anything may come of a damaged one
        raise InputError(
            f"{name} is no array of intervals: {' '.join(str(error).split())[:100]}.",
            "Save one array of numbers.",
        ) from None
    rows = array.reshape(len(array), -1).tolist()
    table = tuple(TableRow(n, tuple(map(repr, row))) for n, row in enumerate(rows, 1))
    return TextTable((), (), table, len(rows[0]), "a NumPy array", place="entry")


def parquet_table(data: bytes, name: str) -> TextTable:
    """
    Raises:
        InputError: it is damaged.
        MissingExtra: pyarrow is not installed.
    """
    parquet = extras.load("pyarrow.parquet", "research", "Reading Parquet")
    try:
        table: Any = parquet.read_table(BytesIO(data))
        heading = tuple(str(each) for each in table.column_names)
        columns = [_cells(table.column(n).to_pylist()) for n in range(len(heading))]
    except Exception as error:  # the library trusts what it reads, so anything may come of a damaged file
        raise InputError(
            f"{name} is a damaged Parquet file ({type(error).__name__}).", "Copy it again."
        ) from None
    rows = tuple(TableRow(n, row) for n, row in enumerate(zip(*columns, strict=True), 1))
    return TextTable(heading, (), rows, len(heading), "a Parquet table", place="row")


def _cells(values: list[Any]) -> list[str]:
    return [
        "" if value is None else repr(value) if isinstance(value, float) else str(value) for value in values
    ]
