"""A session as files that other programs read: RR text, CSV tables, JSON lines.

A writer takes a session and the path to write, and returns remarks: what whoever reads the file should know
and cannot see in it. `FORMATS` names the writers. Nothing is overwritten, and nothing half-written is left.
"""

import csv
import json
import shutil
import sqlite3
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from entrain.errors import InputError, UsageError
from entrain.storage.database import reading
from entrain.storage.store import Store
from entrain.storage.stored import row_of

BEAT_COLUMNS: Final = "t_s, rr_ms, rr_ticks, strap, segment, n, verdict, known_t_s"
TABLES: Final = (
    *(
        "notification",
        "beat",
        "segment",
        "rejected",
        "pulse",
        "own_breath",
        "phase",
        "decision",
        "breath_cue",
        "onset",
    ),
    *("link", "strap", "sound", "volume", "log_fault", "command", "marker", "rating"),
)
_JSON_COLUMNS: Final = frozenset({"config", "hearts", "summary"})

Remarks = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The session to write. `strap` is one of several hearts, or None for all."""

    connection: sqlite3.Connection
    session_id: int
    strap: str | None

    def rows(self, query: str) -> sqlite3.Cursor:
        """Run a query about `:id` and, where it asks for it, about `:strap`."""
        return self.connection.execute(query, {"id": self.session_id, "strap": self.strap})


def export(store: Store, session_id: int, form: str, path: Path, strap: str | None = None) -> Remarks:
    """Write a session to `path`, which must not exist yet.

    Raises:
        UsageError: there is no such format, the path is taken, or the format holds one heart and the session
            has several.
        InputError: the file cannot be written.
        StoreError: there is no such session, or it cannot be read.
    """
    if form not in FORMATS:
        raise UsageError(f'There is no format "{form}".', f"There are {', '.join(FORMATS)}.")
    if path.exists():
        raise UsageError(f"{path} exists already; an export never overwrites.", "Choose another name.")
    with reading(store.path) as connection:
        row_of(connection, session_id)
        source = Source(connection, session_id, strap)
        _check_strap(source)
        return FORMATS[form](source, path)


def _check_strap(source: Source) -> None:
    straps = [name for (name,) in source.rows("SELECT DISTINCT strap FROM beat WHERE session_id = :id")]
    if source.strap is not None and source.strap not in straps:
        raise UsageError(
            f'No beat of a strap "{source.strap}" is in session {source.session_id}.',
            f"It has beats of {', '.join(straps) or 'none'}.",
        )


def _write_rr(source: Source, path: Path) -> Remarks:
    """Every raw interval in milliseconds, one a line, in order; what Kubios, gHRV and others read."""
    beats = source.rows(
        "SELECT strap, segment, rr_ms, verdict FROM beat"
        " WHERE session_id = :id AND (:strap IS NULL OR strap = :strap) ORDER BY seq"
    ).fetchall()
    straps = sorted({strap for strap, *_ in beats})
    if len(straps) > 1:
        raise UsageError(
            f"Session {source.session_id} has {len(straps)} hearts, and a text of RR intervals holds one.",
            f"Choose with --strap: {', '.join(straps)}.",
        )
    with _new_file(path) as file:
        file.writelines(f"{rr_ms:.3f}\n" for _, _, rr_ms, _ in beats)
    n_segments = len({segment for _, segment, _, _ in beats})
    n_doubtful = sum(verdict != "ok" for *_, verdict in beats)
    remarks = [f"{len(beats)} intervals"]
    if n_doubtful:
        remarks.append(f"{n_doubtful} of them doubtful and written as they came; csv says which")
    if n_segments > 1:
        gaps = "1 gap" if n_segments == 2 else f"{n_segments - 1} gaps"
        remarks.append(f"{gaps}, which this format cannot show; csv numbers the segments")
    return tuple(remarks)


def _write_csv(source: Source, path: Path) -> Remarks:
    """A path that ends in .csv: the beats. Any other: a new folder with every table of the session."""
    if path.suffix.lower() == ".csv":
        query = (
            f"SELECT {BEAT_COLUMNS} FROM beat"
            " WHERE session_id = :id AND (:strap IS NULL OR strap = :strap) ORDER BY seq"
        )
        return (f"{_write_table(source, query, path)} beats",)
    with _told(path):
        path.mkdir()
    try:
        for table in TABLES:
            _write_table(
                source, f"SELECT * FROM {table} WHERE session_id = :id ORDER BY seq", path / f"{table}.csv"
            )
        head = _head(source)
        with _new_file(path / "session.json") as file:
            json.dump(head, file, indent=2)
        with _new_file(path / "preset.toml") as file:
            file.write(head["preset_text"])
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
    return (f"{len(TABLES)} tables, session.json and preset.toml; docs/log.md explains every column",)


def _write_jsonl(source: Source, path: Path) -> Remarks:
    """The whole log, lossless: a line for the session, then one for each event and each effect, in order."""
    n_lines = 1
    with _new_file(path) as file:
        file.write(json.dumps({"session": _head(source)}) + "\n")
        # The body is stored as JSON and goes out as it is, to the last digit.
        for role, seq, event_seq, kind, body in source.rows(
            "SELECT 'event', seq, seq, kind, body FROM event WHERE session_id = :id"
            " UNION ALL SELECT 'effect', seq, event_seq, kind, body FROM effect WHERE session_id = :id"
            " ORDER BY 3, 1 DESC, 2"
        ):
            of = "" if role == "event" else f'"event_seq":{event_seq},'
            file.write(f'{{"{role}":"{kind}","seq":{seq},{of}"body":{body}}}\n')
            n_lines += 1
    return (f"{n_lines} lines, the first about the session",)


FORMATS: Final[Mapping[str, Callable[[Source, Path], Remarks]]] = {
    "rr": _write_rr,
    "csv": _write_csv,
    "jsonl": _write_jsonl,
}


def _head(source: Source) -> dict[str, Any]:
    cursor = source.rows("SELECT * FROM session WHERE id = :id")
    names = [each[0] for each in cursor.description]
    return {
        name: json.loads(value) if name in _JSON_COLUMNS and value else value
        for name, value in zip(names, cursor.fetchone(), strict=True)
    }


def _write_table(source: Source, query: str, path: Path) -> int:
    """Write the rows of a query with a heading; returns how many."""
    cursor = source.rows(query)
    columns = [index for index, each in enumerate(cursor.description) if each[0] != "session_id"]
    n_rows = 0
    with _new_file(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([cursor.description[index][0] for index in columns])
        for row in cursor:
            writer.writerow([row[index] for index in columns])
            n_rows += 1
    return n_rows


@contextmanager
def _new_file(path: Path) -> Generator[TextIO]:
    with _told(path):
        file = path.open("x", encoding="utf-8", newline="")
    try:
        with _told(path), file:
            yield file
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


@contextmanager
def _told(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
