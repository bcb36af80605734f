"""Whose turn it is to sound: a second session on one computer is told of the first before it sounds.

A lock on a file of this user's, which the system lets go of however its holder ends.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

_NAME: Final = "entrain-sound.lock"


class Turn:
    """Taken by the first to ask for it, until it is let go of."""

    def __init__(self) -> None:
        self._fd: int | None = None

    def take(self) -> tuple[bool, int | None]:
        """(nobody else has it, the process that has it where it can be told)."""
        if self._fd is not None:
            return True, None
        try:
            import fcntl
        except ImportError:  # Windows: nothing is known, and nothing said
            return True, None
        with suppress(OSError):
            fd = os.open(_place(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                said = os.pread(fd, 20, 0).decode("ascii", "replace")
                os.close(fd)
                return False, int(said) if said.isdecimal() else None
            os.ftruncate(fd, 0)
            os.pwrite(fd, str(os.getpid()).encode(), 0)
            self._fd = fd
        return True, None

    def let_go(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _place() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime:
        return Path(runtime) / _NAME
    return Path(tempfile.gettempdir()) / f"{os.getuid()}-{_NAME}"
