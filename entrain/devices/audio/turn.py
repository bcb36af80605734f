"""Whose turn it is to sound: a second session on one computer is told of the first before it sounds.

A lock on a file of this user's, which the system lets go of however its holder ends.
"""

import os
from contextlib import suppress
from typing import Final

from entrain.system.files import PRIVATE, momentary
from entrain.system.locks import lock

_NAME: Final = "entrain-sound.lock"
# Not handed on to children, and no link that somebody else laid there; both are POSIX's.
_OPENED: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


class Turn:
    """Taken by the first to ask for it, until it is let go of."""

    def __init__(self) -> None:
        self._fd: int | None = None

    def take(self) -> tuple[bool, int | None]:
        """(nobody else has it, the process that has it where it can be told)."""
        if self._fd is not None:
            return True, None
        with suppress(OSError):  # where there are no locks nothing is known, and nothing said
            fd = os.open(momentary(_NAME), _OPENED, PRIVATE)
            try:
                lock(fd)
            except BlockingIOError:
                said = os.read(fd, 20).decode("ascii", "replace")
                os.close(fd)
                return False, int(said) if said.isdecimal() else None
            except OSError:
                os.close(fd)
                raise
            os.ftruncate(fd, 0)
            os.write(fd, str(os.getpid()).encode())
            self._fd = fd
        return True, None

    def let_go(self) -> None:
        """Let another session of this computer sound."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
