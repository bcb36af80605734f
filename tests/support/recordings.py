"""Other people's recordings, which are not part of the checkout."""

import os
from pathlib import Path

import pytest


def recording_path(name: str) -> Path:
    """Where the recording `name` is; the test is reported as not run where there is none.

    Looked for in the folder named by ENTRAIN_RECORDINGS, else in `shared/data` beside the checkout or beside
    a folder that holds it.
    """
    told = os.environ.get("ENTRAIN_RECORDINGS")
    checkout = Path(__file__).parents[2]
    folders = [Path(told)] if told else [parent / "shared" / "data" for parent in checkout.parents]
    for folder in folders:
        if (folder / name).exists():
            return folder / name
    pytest.skip(f"not run: no recording {name}; name its folder with ENTRAIN_RECORDINGS")
