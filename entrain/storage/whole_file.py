"""Files that are written as a whole: a power cut leaves the old one or the new one, never half of one."""

import os
import tempfile
from pathlib import Path

from entrain.storage.places import make_private_folder
from entrain.system.files import put_in_place


def replace_file(path: Path, text: str) -> None:
    """Put `text` (UTF-8) in the place of the file; it is on the disk when this returns, for its owner alone.

    Raises:
        OSError: it cannot be written. The file that was there is as it was.
    """
    make_private_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
