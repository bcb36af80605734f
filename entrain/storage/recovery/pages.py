"""Reads the rows that stand in the pages of a SQLite file, whatever else of it is broken.

After the description of the file format, https://sqlite.org/fileformat2.html, sections 1.5 to 2.1 and 4.1.
Every page of the file and of its write-ahead log is looked at by itself: no tree is followed, so a torn tree
is no obstacle. Whatever does not read as a row is passed over.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

Row = tuple[int | float | str | bytes | None, ...]
Opener = Callable[[int, bytes], bytes | None]
_Pages = Mapping[int, bytes]  # by number, from 1 on

_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR = 0x0D, 0x0A, 0x02
_MAGIC: Final = b"SQLite format 3\0"
_HEADER: Final = 100  # bytes of the file's header, which stands in its first page
_WAL_HEADER, _FRAME_HEADER = 32, 24
_USUAL_PAGE: Final = 4096
_LONGEST: Final = 100_000_000  # bytes of a row that can be meant
_INTEGERS: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # serial type -> bytes


def rows_in(path: Path, opened: Opener | None = None) -> Iterator[tuple[int | None, Row]]:
    """(rowid, values) of every row, in no order; rows may come more than once, and older states of them too.

    The rowid is None where a table has none. A column that is the rowid is None among the values.

    Args:
        opened: makes of an encrypted page, by its number from 1 on, a plain one; None: it cannot be.

    Raises:
        OSError: the file cannot be read.
    """
    data = path.read_bytes()
    size = _page_size(data)
    pages = [(n + 1, data[n * size : (n + 1) * size]) for n in range(len(data) // size)]
    wal = Path(f"{path}-wal")
    if wal.exists():
        pages += _frames(wal.read_bytes(), size)
    if opened is not None:
        pages = [(number, plain) for number, page in pages if (plain := opened(number, page)) is not None]
    newest = dict(pages)
    for number, page in pages:
        yield from _rows_of_page(page, _HEADER if number == 1 else 0, newest)


def schema_of(path: Path, opened: Opener | None = None) -> int:
    """`PRAGMA user_version` as the newest first page of the file or its write-ahead log has it; 0: unknown.

    Raises:
        OSError: the file cannot be read.
    """
    data = path.read_bytes()
    size = _page_size(data)
    wal = Path(f"{path}-wal")
    frames = _frames(wal.read_bytes(), size) if wal.exists() else []
    for number, page in reversed([(1, data[:size]), *frames]):
        plain = page if opened is None else opened(number, page)
        if number == 1 and plain is not None and plain.startswith(_MAGIC):
            return int.from_bytes(plain[60:64], "big")
    return 0


def _page_size(data: bytes) -> int:
    size = int.from_bytes(data[16:18], "big")
    size = 65536 if size == 1 else size
    return size if data.startswith(_MAGIC) and size >= 512 and size & (size - 1) == 0 else _USUAL_PAGE


def _frames(wal: bytes, size: int) -> list[tuple[int, bytes]]:
    """The pages in a write-ahead log that belong to its present round."""
    salts, step = wal[16:24], _FRAME_HEADER + size
    found: list[tuple[int, bytes]] = []
    for at in range(_WAL_HEADER, len(wal) - step + 1, step):
        if wal[at + 8 : at + 16] == salts:
            number = int.from_bytes(wal[at : at + 4], "big")
            found.append((number, wal[at + _FRAME_HEADER : at + step]))
    return found


def _rows_of_page(page: bytes, start: int, pages: _Pages) -> Iterator[tuple[int | None, Row]]:
    kind = page[start] if len(page) > start else 0
    if kind not in (_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR):
        return
    n_cells = int.from_bytes(page[start + 3 : start + 5], "big")
    first = start + (12 if kind == _INDEX_INTERIOR else 8)
    for n in range(min(n_cells, len(page) // 2)):
        at = int.from_bytes(page[first + 2 * n : first + 2 * n + 2], "big")
        try:
            rowid, payload = _payload(page, at, kind, pages)
            row = None if payload is None else _record(payload)
        except (IndexError, struct.error, UnicodeDecodeError):
            continue
        if row is not None:
            yield rowid, row


def _payload(page: bytes, at: int, kind: int, pages: _Pages) -> tuple[int | None, bytes | None]:
    """The rowid and the bytes of a cell, with those on overflow pages; None where some are missing."""
    rowid = None
    if kind == _INDEX_INTERIOR:
        at += 4
    length, at = _varint(page, at)
    if kind == _TABLE_LEAF:
        rowid, at = _varint(page, at)
    if length > _LONGEST:
        return rowid, None
    usable = len(page)
    most = usable - 35 if kind == _TABLE_LEAF else (usable - 12) * 64 // 255 - 23
    if length <= most:
        return rowid, page[at : at + length]
    least = (usable - 12) * 32 // 255 - 23
    local = least + (length - least) % (usable - 4)
    local = local if local <= most else least
    parts, missing = [page[at : at + local]], length - local
    following = int.from_bytes(page[at + local : at + local + 4], "big")
    while missing > 0:
        overflow = pages.get(following)
        if overflow is None:
            return rowid, None
        following = int.from_bytes(overflow[:4], "big")
        parts.append(overflow[4 : 4 + missing])
        missing -= len(parts[-1])
    return rowid, b"".join(parts)


def _record(payload: bytes) -> Row | None:
    """The values of a record; None where it does not fill its bytes exactly."""
    header_end, at = _varint(payload, 0)
    types: list[int] = []
    while at < header_end:
        serial, at = _varint(payload, at)
        types.append(serial)
    values: list[int | float | str | bytes | None] = []
    for serial in types:
        value, at = _value(payload, at, serial)
        if at > len(payload):
            return None
        values.append(value)
    return tuple(values) if at == len(payload) else None


def _value(payload: bytes, at: int, serial: int) -> tuple[int | float | str | bytes | None, int]:
    if serial == 0:
        return None, at
    if serial in _INTEGERS:
        end = at + _INTEGERS[serial]
        return int.from_bytes(payload[at:end], "big", signed=True), end
    if serial == 7:
        return struct.unpack_from(">d", payload, at)[0], at + 8
    if serial in (8, 9):
        return serial - 8, at
    end = at + (serial - 12) // 2
    return (payload[at:end].decode() if serial % 2 else payload[at:end]), end


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for n in range(9):
        byte = data[at + n]
        if n == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + n + 1
    raise AssertionError("unreachable")
