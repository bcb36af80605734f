"""RR text, CSV tables, JSON lines: what anything reads."""

import csv
import json
from pathlib import Path

from entrain.heart.beat import Verdict
from entrain.storage.formats.files import new_folder, new_text
from entrain.storage.formats.source import TABLES, ExportSource, Remarks


def write_rr(source: ExportSource, path: Path) -> Remarks:
    """Every raw interval in milliseconds, one a line, in order; what Kubios, gHRV and others read."""
    source.one_strap("a text of RR intervals")
    beats = source.beats()
    with new_text(path) as file:
        file.writelines(f"{beat.rr.ms:.3f}\n" for beat in beats)
    n_segments = len({beat.segment for beat in beats})
    n_doubtful = sum(beat.verdict is not Verdict.OK for beat in beats)
    remarks = [f"{len(beats)} intervals"]
    if n_doubtful:
        remarks.append(f"{n_doubtful} of them doubtful and written as they came; csv says which")
    if n_segments > 1:
        gaps = "1 gap" if n_segments == 2 else f"{n_segments - 1} gaps"
        remarks.append(f"{gaps}, which this format cannot show; csv numbers the segments")
    return tuple(remarks)


def write_csv(source: ExportSource, path: Path) -> Remarks:
    """A path that ends in .csv: the beats. Any other: a new folder with every table of the session."""
    if path.suffix.lower() == ".csv":
        return (f"{_write_table(source, source.beats_query(), path)} beats",)
    with new_folder(path):
        for table in TABLES:
            _write_table(source, source.table_query(table), path / f"{table}.csv")
        head = source.head()
        with new_text(path / "session.json") as file:
            json.dump(head, file, indent=2)
        with new_text(path / "preset.toml") as file:
            file.write(head["preset_text"])
    return (
        f"{len(TABLES)} tables, session.json and preset.toml; docs/reference/log.md explains every column",
    )


def write_jsonl(source: ExportSource, path: Path) -> Remarks:
    """The whole log, lossless: a line for the session, then one for each event and each effect, in order."""
    n_lines = 1
    with new_text(path) as file:
        file.write(json.dumps({"session": source.head()}) + "\n")
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


def _write_table(source: ExportSource, query: str, path: Path) -> int:
    """Write the rows of a query with a heading; returns how many."""
    cursor = source.rows(query)
    columns = [index for index, each in enumerate(cursor.description) if each[0] != "session_id"]
    n_rows = 0
    with new_text(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([cursor.description[index][0] for index in columns])
        for row in cursor:
            writer.writerow([row[index] for index in columns])
            n_rows += 1
    return n_rows
