"""Programs of ours that run beside this one."""

import subprocess
import sys
from typing import Any


def apart_from_the_terminal() -> dict[str, Any]:
    """Options for `subprocess`: a Ctrl-C in the terminal reaches us alone. What it means is ours to say."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
