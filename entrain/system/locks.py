"""A lock on an open file, which the system lets go of however its holder ends."""

import os
import sys
from typing import Final

# Windows lets nobody else read what is locked there. What is locked lies far behind anything that is written.
_BEHIND_ALL: Final = 1 << 30

if sys.platform == "win32":
    import msvcrt

    def lock(file: int, *, shared: bool = False) -> None:
        """Take it without waiting.

        Raises:
            BlockingIOError: another holds it. Any other OSError: there are no locks here.
        """
        del shared  # there is but one kind; readers hold it for a moment only
        at = os.lseek(file, 0, os.SEEK_CUR)
        os.lseek(file, _BEHIND_ALL, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
        finally:
            os.lseek(file, at, os.SEEK_SET)

else:
    try:
        import fcntl
    except ImportError:  # as in a browser
        fcntl = None

    def lock(file: int, *, shared: bool = False) -> None:
        """Take it without waiting.

        Raises:
            BlockingIOError: another holds it. Any other OSError: there are no locks here.
        """
        if fcntl is None:
            raise OSError("this system knows no locks")
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
