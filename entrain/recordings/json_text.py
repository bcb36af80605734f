"""JSON: an array of intervals, arrays side by side, records, one record a line; and our own logs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from entrain.errors import InputError
from entrain.recordings.names import Role, column_name
from entrain.recordings.tables import TableRow, TextTable

_DEEPEST: Final = 6
_RECORDS: Final = 2_000_000


def is_json(text: str) -> bool:
    start = text.lstrip()[:1]
    if start == "{":
        return True
    inner = text.lstrip()[1:].lstrip()[:1]
    return start == "[" and (inner in '[{]-"' or inner.isdigit() or inner == "n")


def table_in(text: str, name: str) -> TextTable:
    """
    Raises:
        InputError: it is no JSON, or nothing in it is called like intervals.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = _lines(text, name)
    if isinstance(value, list) and value and isinstance(value[0], dict) and "session" in value[0]:
        own = _own_log(cast("list[Any]", value))
        if own is not None:
            return own
    if (
        isinstance(value, dict)
        and {"uuid", "config", "entrain_version"} <= cast("dict[str, Any]", value).keys()
    ):
        raise InputError(
            f"{name} is what an entrain session began with, without its beats.",
            "The beats are in the table beat of the same folder; give the folder, or that file.",
        )
    above = tuple(_said(cast("Mapping[str, Any]", value))) if isinstance(value, dict) else ()
    table = _best(list(_tables(value, "", 0)))
    if table is None:
        raise InputError(
            f"{name} is JSON without an array or records of intervals.",
            'Name them rr (in ms or s), as in {"rr_ms": [872, 898]}.',
        )
    heading, rows = table
    width = max([len(heading), *map(len, rows)], default=1)
    return TextTable(
        heading,
        (),
        tuple(TableRow(n, row) for n, row in enumerate(rows, 1)),
        width,
        "JSON",
        above=above,
        place="entry",
    )


def _lines(text: str, name: str) -> list[Any]:
    """One value a line."""
    out: list[Any] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            out.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "too deep or too long"
            raise InputError(f"{name} is damaged JSON: line {number}: {reason}.", "Write it again.") from None
    return out


def _own_log(records: Sequence[Any]) -> TextTable | None:
    """The beats of a session that was exported as JSON lines."""
    rows: list[TableRow] = []
    for number, record in enumerate(records, 1):
        if isinstance(record, dict) and cast("Any", record).get("effect") == "BeatSeen":
            beat: Any = cast("Any", record).get("body", {}).get("beat", {})
            try:
                cells = (
                    repr(float(beat["t_s"])),
                    str(beat["rr"]["ticks"]),
                    str(beat["strap"]),
                    str(beat["segment"]),
                )
            except (KeyError, TypeError, ValueError):
                cells = ("", "no beat", "", "")
            rows.append(TableRow(number, cells))
    heading = ("t_s", "rr_ticks", "strap", "segment")
    return TextTable(heading, (), tuple(rows), 4, "the log of an entrain session", place="line")


# ---- what in it can be a table -----------------------------------------------------------------------------

_Found = tuple[tuple[str, ...], list[tuple[str, ...]]]  # heading and rows


def _tables(value: Any, called: str, depth: int) -> Iterator[_Found]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        items = cast("list[Any]", value)
        if items and all(isinstance(item, dict) for item in items):
            yield _of_records([_flat(cast("Mapping[str, Any]", item)) for item in items])
            if len(items) == 1:
                yield from _tables(items[0], called, depth + 1)
        elif items and all(isinstance(item, list) for item in items):
            yield (), [tuple(map(_cell, cast("list[Any]", item))) for item in items]
        elif items and all(not isinstance(item, list | dict) for item in items):
            yield ((called,) if called else ()), [(_cell(item),) for item in items]
    elif isinstance(value, dict):
        mapping = cast("Mapping[str, Any]", value)
        arrays = {key: item for key, item in mapping.items() if _is_column(item)}
        for item in arrays.values():
            side = {key: other for key, other in arrays.items() if len(other) == len(item)}
            yield tuple(side), [tuple(map(_cell, row)) for row in zip(*side.values(), strict=True)]
            if len(side) == len(arrays):
                break
        for key, item in mapping.items():
            if key not in arrays:
                yield from _tables(item, key, depth + 1)


def _is_column(item: Any) -> bool:
    if not isinstance(item, list) or not item:
        return False
    return not isinstance(cast("list[Any]", item)[0], list | dict)


def _best(found: list[_Found]) -> _Found | None:
    """The one with a column called like intervals or beats; else the only array."""
    named = [
        each
        for each in found
        if any(column_name(text).role in (Role.INTERVAL, Role.BEATS) for text in each[0])
    ]
    with_values = [each for each in found if any(column_name(text).role is Role.VALUE for text in each[0])]
    plain = [each for each in found if not each[0]]
    for chosen in (named, with_values, plain):
        if len(chosen) == 1:
            return chosen[0]
        if chosen:
            most = max(chosen, key=lambda each: len(each[1]))
            if sum(len(each[1]) > 1 for each in chosen) <= 1:
                return most
            raise InputError(
                f"The JSON holds {len(chosen)} arrays that can be intervals.", "Make a file of each."
            )
    return None


def _of_records(records: Sequence[Mapping[str, Any]]) -> _Found:
    heading = tuple(dict.fromkeys(key for record in records for key in record))
    return heading, [tuple(_cell(record.get(key)) for key in heading) for record in records]


def _flat(record: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """Records within a record by the names of both."""
    out: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict) and depth < _DEEPEST:
            inner = _flat(cast("Mapping[str, Any]", value), depth + 1)
            out |= {f"{key}.{name}": each for name, each in inner.items()}
        else:
            out[key] = value
    return out


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(_cell(item) for item in cast("list[Any]", value)[:10_000])
    return value if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)


def _said(value: Mapping[str, Any]) -> Iterator[str]:
    """What stands beside the arrays, as lines above a table: {"unit": "ms"}."""
    for key, item in value.items():
        if isinstance(item, str | int | float):
            yield f"{key}: {item}"
