"""Standard streams that are closed, or that cannot say every character."""

import os
import sys
from pathlib import Path


def mend_streams() -> None:
    """Nothing where a stream was closed, so that no file of ours takes its place; "?" for the rest."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    # The latter in the C locale.
    if reconfigure is not None and sys.stdout.errors in ("strict", "surrogateescape"):
        reconfigure(errors="replace")


def forget_output() -> None:
    """What still waits to be written goes nowhere, or Python complains of it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
