"""What was named on the command line, as single recordings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from entrain.errors import InputError

# Of recordings; what a file is shows in the file, but a folder holds other things too.
ENDINGS: Final = (".csv", ".fit", ".hrm", ".ibi", ".rr", ".tsv", ".txt")


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
    found = sorted(
        str(path)
        for path in folder.rglob("*")
        if path.suffix.lower() in ENDINGS
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not found:
        raise InputError(
            f"There are no recordings in the folder {folder}.", f"Recordings end in {', '.join(ENDINGS)}."
        )
    return found
