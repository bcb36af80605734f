"""Folders that are one recording: our exports, WFDB records, BIDS datasets of one person."""

from pathlib import Path
from typing import Final

_TABLES: Final = ("beat.csv", "beat.parquet")


def recording_within(folder: Path) -> Path | None:
    """The file in `folder` that holds its one recording; None where it is an ordinary folder."""
    for name in _TABLES:
        if (folder / name).is_file() and (folder / f"notification{Path(name).suffix}").is_file():
            return folder / name
    headers = sorted(folder.glob("*.hea"))
    if len(headers) == 1 and headers[0].with_suffix(".atr").is_file():
        return headers[0].with_suffix(".atr")
    if (folder / "dataset_description.json").is_file():
        events = sorted(folder.glob("sub-*/**/*_physioevents.tsv.gz"))
        return events[0] if len(events) == 1 else None
    return None
