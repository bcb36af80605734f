"""Reads FIT files by other people and compares with another reader: `python -m benchmarks.fit FOLDER`.

The folder may be the test files of fitparse (github.com/dtcooper/python-fitparse, tests/files) and fitdecode.
The other reader is fitparse, where it is installed.
"""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from entrain.errors import InputError
from entrain.recordings.reading import read_recording


def main(folder: Path) -> None:
    n_without = n_damaged = 0
    for path in sorted(folder.rglob("*.fit")):
        try:
            recording = read_recording(path)
        except InputError as error:
            n_damaged += "damaged" in error.message
            n_without += "without RR intervals" in error.message
            continue
        theirs = list(by_fitparse(path)) if find_spec("fitparse") else None
        same = "" if theirs is None else f", fitparse the same: {list(recording.intervals_ms) == theirs}"
        print(f"{path.name}: {len(recording.intervals_ms)} intervals, {len(recording.gaps)} gaps{same}")
        for warning in recording.warnings:
            print(f"  {warning}")
    print(f"{n_without} files without intervals, {n_damaged} damaged; each said so")


def by_fitparse(path: Path) -> Iterator[float]:
    import fitparse  # pyright: ignore[reportMissingImports]

    for message in fitparse.FitFile(str(path)).get_messages("hrv"):
        value: Any = message.get_value("time")
        for time_s in value if isinstance(value, list | tuple) else (value,):
            if time_s:
                yield time_s * 1000.0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
