"""What some tests need of the system: a real D-Bus, a real sound server, the library that plays.

Where it is missing they fail and say what to install. `script/test`, where nobody may install it, names it in
a variable instead; then those tests are reported as not run.
"""

import os
import shutil
from typing import Final

import pytest

VARIABLE: Final = "ENTRAIN_TESTS_WITHOUT"


def needs(*programs: str, packages: str) -> None:
    """Fail where one of the programs is missing; skip where that was said before."""
    missing = [program for program in programs if shutil.which(program) is None]
    said = os.environ.get(VARIABLE, "").split()
    if set(packages.split()) & set(said):
        pytest.skip(f"needs {packages}")
    assert not missing, f"{', '.join(missing)} not found: apt-get install {packages}"
