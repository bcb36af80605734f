"""The bytes of a recording: from a file, a pipe or standard input, unpacked where they are packed, and never
more than fit."""

import os
import select
import stat
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from entrain.errors import InputError
from entrain.recordings.folders import recording_within

STANDARD_INPUT: Final = "-"
LARGEST_B: Final = 256 << 20  # bytes; a day of beats with every column written out has a tenth of it
PATIENCE_S: Final = 10.0  # for a pipe to say something
_PIECE_B: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class FileBytes:
    """`name` is what messages call it; `path` is None for standard input."""

    name: str
    data: bytes
    path: Path | None

    @property
    def modified_epoch_s(self) -> float | None:
        """The file's own date; None: it has none."""
        return None if self.path is None or not self.path.is_file() else self.path.stat().st_mtime


def load(name: Path | str) -> FileBytes:
    """Everything in the file, the pipe or, for "-", in standard input; what gzip packed is unpacked.

    Raises:
        InputError: there is nothing, it cannot be read, it does not end, or nothing comes out of it.
    """
    if str(name) == STANDARD_INPUT:
        return _unpacked(FileBytes("standard input", _read_all(_standard_input(), "standard input"), None))
    path = Path(name)
    try:
        if path.is_dir():
            path = recording_within(path) or path
        mode = path.stat().st_mode
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) or stat.S_ISSOCK(mode):
            raise InputError(f"{path} is a device, not a file.", "Give a file, or - for standard input.")
        if stat.S_ISFIFO(mode):
            return _unpacked(FileBytes(path.name, _of_pipe(path), path))
        if path.stat().st_size > LARGEST_B:
            raise _too_large(path.name)
        with path.open("rb") as file:
            data = _read_all(file.read, path.name)
    except FileNotFoundError:
        raise InputError(f"There is no file {path}.", "Check the name and the folder.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name holds what no name can"
        raise InputError(f"{path} cannot be read: {reason}.") from None
    return _unpacked(FileBytes(path.name, data, path))


def _standard_input() -> Callable[[int], bytes]:
    if sys.stdin is None or sys.stdin.isatty():  # pyright: ignore[reportUnnecessaryComparison]
        raise InputError(
            "Nothing is sent to standard input.", "Send a recording: entrain analyse - < recording.txt"
        )
    return sys.stdin.buffer.read


def _read_all(read: Callable[[int], bytes], name: str) -> bytes:
    pieces: list[bytes] = []
    size_b = 0
    while piece := read(_PIECE_B):
        pieces.append(piece)
        size_b += len(piece)
        if size_b > LARGEST_B:
            raise _too_large(name)
    return b"".join(pieces)


def _of_pipe(path: Path) -> bytes:
    """A pipe that nobody writes to would be waited for without an end."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    pieces: list[bytes] = []
    size_b, quiet_since_s = 0, monotonic()
    try:
        while monotonic() - quiet_since_s < PATIENCE_S:
            select.select([number], [], [], 0.1)
            try:
                piece = os.read(number, _PIECE_B)
            except BlockingIOError:
                continue
            if piece:
                pieces.append(piece)
                size_b += len(piece)
                quiet_since_s = monotonic()
                if size_b > LARGEST_B:
                    raise _too_large(path.name)
            elif pieces:
                return b"".join(pieces)
            # Until somebody has opened it to write, a pipe is at its end at once.
            select.select([], [], [], 0.02)
    finally:
        os.close(number)
    raise InputError(
        f"Nothing {'more ' * bool(pieces)}came out of the pipe {path} for {PATIENCE_S:.0f} s.",
        "What writes into it has to end; then it is read.",
    )


def _unpacked(file: FileBytes) -> FileBytes:
    if not file.data.startswith(_GZIP):
        return file
    unpack = zlib.decompressobj(wbits=31)
    try:
        data = unpack.decompress(file.data, LARGEST_B)
        while unpack.eof and unpack.unused_data.startswith(_GZIP):  # gzip files may follow one another
            rest, unpack = unpack.unused_data, zlib.decompressobj(wbits=31)
            data += unpack.decompress(rest, max(1, LARGEST_B - len(data)))
    except zlib.error as error:
        raise InputError(f"{file.name} is a damaged gzip file: {error}.", "Copy it again.") from None
    if unpack.unconsumed_tail:
        raise _too_large(file.name)
    if not unpack.eof:
        raise InputError(f"{file.name} is a gzip file that was cut short.", "Copy it again.")
    return FileBytes(file.name, data, file.path)


def _too_large(name: str) -> InputError:
    return InputError(
        f"{name} has more than {LARGEST_B >> 20} MB: more than any recording of intervals.",
        "Cut it into recordings, or check what it is.",
    )
