"""Libraries that only some commands need; an extra installs them: `pip install "entrain[EXTRA]"`."""

import importlib
from typing import Any

from entrain.errors import EntrainError


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
            f'Install it with: pip install "entrain[{extra}]"',
        ) from None
    except (ImportError, OSError, RuntimeError) as error:
        raise _broken(package, purpose, error) from error


def _broken(package: str, purpose: str, error: Exception) -> MissingExtra:
    return MissingExtra(f"{purpose} needs {package}, which does not work here: {error}.")
