"""Files that are their owner's alone, and files that take another's place as a whole."""

import os
import time
from pathlib import Path
from typing import Final

from entrain.system.host import IS_POSIX

PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
_PATIENCE_S: Final = 2.0


def put_in_place(new: Path, path: Path) -> None:
    """`new` becomes `path`, whatever was there.

    Windows refuses that while anybody has either open, as a virus scanner does for a moment with whatever was
    just written; so there it is tried for a while.

    Raises:
        OSError: it cannot be done. Both files are as they were.
    """
    give_up_s = time.monotonic() + (0.0 if IS_POSIX else _PATIENCE_S)
    while True:
        try:
            new.replace(path)
        except PermissionError:
            if time.monotonic() >= give_up_s:
                raise
            time.sleep(0.05)
        else:
            return


def to_disk(path: Path) -> None:
    """What was written to the file, or the names in the folder, outlive a power cut when this returns.

    Windows opens no folders; its file system keeps their names in order by itself.
    """
    if path.is_dir() and not IS_POSIX:
        return
    number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def keep_private(path: Path) -> None:
    """Close a file of one's own to others. On Windows what lies in one's own folder is one's own already."""
    if IS_POSIX and path.stat().st_uid == os.geteuid() and path.stat().st_mode & 0o077:
        path.chmod(PRIVATE)


def may_write(path: Path) -> bool:
    """May this process write there? By its effective user, where the system can tell."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def momentary(name: str) -> Path:
    """Where a file of this user's lies that means nothing after the next start of the computer."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime:
        return Path(runtime) / name
    import tempfile

    # A folder that users share, but on Windows.
    return Path(tempfile.gettempdir()) / (f"{os.getuid()}-{name}" if IS_POSIX else name)
