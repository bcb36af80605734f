"""The Lab Streaming Layer: a session out as streams (`outlets`), a heart in from a stream (`inlet`)."""

import os
from pathlib import Path
from typing import Any

from entrain import extras

_QUIET = "[log]\nlevel = -3\n"


def library(purpose: str) -> Any:
    """pylsl, which talks to itself on stderr unless told not to; a configuration of the person's own is kept.

    Raises:
        MissingExtra: it is not installed, or does not work here.
    """
    pylsl = extras.load("pylsl", "lsl", purpose)
    # Where liblsl looks, in its order: https://labstreaminglayer.readthedocs.io/info/lslapicfg.html
    own = [Path("lsl_api.cfg"), Path.home() / "lsl_api" / "lsl_api.cfg", Path("/etc/lsl_api/lsl_api.cfg")]
    if "LSLAPICFG" not in os.environ and not any(path.exists() for path in own):
        pylsl.set_config_content(_QUIET)
    return pylsl
