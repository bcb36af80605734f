"""Libraries that only some commands need; an extra installs them: `pip install "entrain-coach[EXTRA]"`."""

import importlib
import importlib.util
import subprocess
import sys
from typing import Any, Final

from entrain.errors import EntrainError

# What the package is called where packages are had; `entrain` belongs to somebody else there.
DISTRIBUTION: Final = "entrain-coach"


class MissingExtra(EntrainError):
    """A library is not installed, or does not work on this system."""


def load(module: str, extra: str, purpose: str) -> Any:
    """The module `module`, imported now.

    Args:
        extra: the extra of the package that installs it.
        purpose: what needs it, as the beginning of a sentence: "Writing Parquet".
    Raises:
        MissingExtra: it cannot be imported; the advice names the extra.
    """
    package = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise _broken(package, purpose, error) from error
        raise MissingExtra(
            f"{purpose} needs {package}, which is not installed here.",
            f"Install it with: {install_line(extra)}",
        ) from None
    except (ImportError, OSError, RuntimeError) as error:
        raise _broken(package, purpose, error) from error


def install_line(extra: str) -> str:
    """What to type to get an extra into the very environment that this program runs in."""
    python = subprocess.list2cmdline([sys.executable])
    if importlib.util.find_spec("pip") is None:  # as `uv tool install` makes them
        return f'uv pip install --python {python} "{DISTRIBUTION}[{extra}]"'
    return f'{python} -m pip install "{DISTRIBUTION}[{extra}]"'


def _broken(package: str, purpose: str, error: Exception) -> MissingExtra:
    return MissingExtra(f"{purpose} needs {package}, which does not work here: {error}.")
