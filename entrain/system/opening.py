"""A document, shown by whatever shows such documents here."""

import os
import sys
from pathlib import Path


def show(path: Path) -> bool:
    """Was there a program to show it?"""
    if sys.platform == "win32":
        os.startfile(path.resolve())
        return True
    import webbrowser

    return webbrowser.open(path.resolve().as_uri())
