"""The Lab Streaming Layer on the loopback, for one test process alone."""

import os
from pathlib import Path

import pytest


def a_lab_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration for this process and its children; returns the file it is in.

    Tests that run beside each other send streams of the same names. A lab has a name, a port where streams
    are asked for, and ports where they answer: with its own of each, nobody hears another's questions or
    finds a port taken.
    """
    config = folder / "lsl_api.cfg"
    first = 20000 + os.getpid() % 190 * 64
    config.write_text(
        "[multicast]\nResolveScope = machine\n"
        f"[lab]\nSessionID = entrain-{os.getpid()}\n"
        f"[ports]\nMulticastPort = {first}\nBasePort = {first + 1}\nPortRange = 63\n"
    )
    monkeypatch.setenv("LSLAPICFG", str(config))
    return config
