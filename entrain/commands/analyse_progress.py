"""What is done of a long analysis, kept beside its table, so that a killed one goes on where it was.

`TABLE.partial` has a line of JSON for what was asked and one for each recording that is done. A line that was
cut short, and a recording that has changed since, count as not done.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Self

from entrain import __version__
from entrain.app.analyse import AnalysisWish, Done
from entrain.errors import StoreError, UsageError


class Progress:
    """Results on the disk. A context; `forget` where all is done.

    Raises:
        UsageError: there is a file for another wish. StoreError: it cannot be read or written.
    """

    def __init__(self, table: Path, wish: AnalysisWish) -> None:
        self.path = table.with_name(f"{table.name}.partial")
        self._asked: dict[str, Any] = {"entrain": __version__, **asdict(wish)}
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def done(self, names: Iterable[str]) -> dict[str, Done]:
        """What of `names` is done already."""
        lines = self._lines()
        if lines and lines[0] != self._asked:
            raise UsageError(
                f"{self.path} holds the beginning of an analysis with other settings or by another entrain.",
                "Remove it, or choose another --out.",
            )
        wanted = set(names)
        return {
            each["name"]: Done(each["name"], tuple(each["remarks"]), each["result"])
            for each in lines[1:]
            if each["name"] in wanted and each["stamp"] == _stamp(each["name"])
        }

    def add(self, done: Done) -> None:
        """Keep a result; a recording without one is tried again the next time."""
        if done.result is None:
            return
        line = {"name": done.name, "stamp": _stamp(done.name), "remarks": done.remarks, "result": done.result}
        try:
            if self._file is None:
                self._file = self._opened()
            self._file.write(f"{json.dumps(line)}\n")
            self._file.flush()
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error.strerror}.") from error

    def forget(self) -> None:
        """Remove what was remembered: all is done."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.path.unlink(missing_ok=True)

    def _opened(self) -> IO[str]:
        """At the end of what is there; behind a line that was cut short, a new one begins."""
        data = self.path.read_bytes() if self.path.exists() else b""
        file = self.path.open("a", encoding="utf-8")
        if not data:
            file.write(f"{json.dumps(self._asked)}\n")
        elif not data.endswith(b"\n"):
            file.write("\n")
        return file

    def _lines(self) -> list[Any]:
        try:
            lines = self.path.read_text("utf-8", "replace").splitlines() if self.path.exists() else []
        except OSError as error:
            raise StoreError(f"{self.path} cannot be read: {error.strerror}.") from error
        found: list[Any] = []
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found


def _stamp(name: str) -> list[int] | None:
    """What changes with a file; None: a session of the store, whose records never change."""
    try:
        stat = Path(name).stat()
    except OSError:
        return None
    return [stat.st_size, stat.st_mtime_ns]
