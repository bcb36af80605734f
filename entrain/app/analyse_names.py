"""What was named on the command line, as single recordings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from entrain.errors import InputError
from entrain.recordings.folders import recording_within

# Of recordings; what a file is shows in the file, but a folder holds other things too.
ENDINGS: Final = (
    *(
        ".atr",
        ".csv",
        ".edf",
        ".fit",
        ".hrm",
        ".ibi",
        ".json",
        ".jsonl",
        ".npy",
        ".parquet",
        ".rr",
        ".sml",
        ".tsv",
        ".txt",
    ),
    *(".xdf", ".csv.gz", ".fit.gz", ".tsv.gz", ".txt.gz"),
)


def recordings_of(words: Sequence[str]) -> list[str]:
    """Files and sessions as they are; of a folder all recordings in it and below it, in order of their names.

    What is named twice is taken once. Hidden files and folders are passed over.

    Raises:
        InputError: a folder holds none.
    """
    found: dict[str, None] = {}
    for word in words:
        found |= dict.fromkeys(_in_folder(Path(word)) if Path(word).is_dir() else [word])
    return list(found)


def _in_folder(folder: Path) -> list[str]:
    if recording_within(folder) is not None:
        return [str(folder)]
    # A folder below that is one recording, such as an export with all its tables, is taken for its beats.
    whole = {
        path: within for path in folder.rglob("*") if path.is_dir() and (within := recording_within(path))
    }
    found = sorted(
        str(path)
        for path in folder.rglob("*")
        if path.name.lower().endswith(ENDINGS)
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and all(path == within for below, within in whole.items() if below in path.parents)
    )
    if not found:
        raise InputError(
            f"There are no recordings in the folder {folder}.", f"Recordings end in {', '.join(ENDINGS)}."
        )
    return found
