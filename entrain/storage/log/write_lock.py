"""Whether a session is being written, told by a lock: however a program ends, the system lets go of it.

The clock cannot tell. A session may run faster than time, and wait at its summary for as long as one likes.
"""

import os
from contextlib import suppress
from pathlib import Path

from entrain.system.files import PRIVATE
from entrain.system.locks import lock


class Sign:
    """Up from its making until `take_down`; never up on a file system that knows no locks."""

    def __init__(self, store: Path, uuid: str) -> None:
        self._store, self._uuid = store, uuid
        self._file: int | None = None
        with suppress(OSError):
            self._file = os.open(_path(store, uuid), os.O_CREAT | os.O_RDWR, PRIVATE)
            lock(self._file)
            return
        self.take_down()

    def take_down(self) -> None:
        """Nobody writes this session any more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            forget(self._store, self._uuid)


def is_up(store: Path, uuid: str) -> bool | None:
    """Is the session being written? None: there is no sign of it, so nothing is known."""
    try:
        file = os.open(_path(store, uuid), os.O_RDWR)
    except OSError:
        return None
    try:
        lock(file, shared=True)
    except BlockingIOError:
        return True
    except OSError:
        return None
    else:
        return False
    finally:
        os.close(file)


def forget(store: Path, uuid: str) -> None:
    """Remove what is left of a sign that nobody holds up."""
    with suppress(OSError):
        _path(store, uuid).unlink(missing_ok=True)


def _path(store: Path, uuid: str) -> Path:
    return store.with_name(f"running-{uuid}")
