"""Where a passphrase comes from: a file, the environment, or the person."""

import getpass
import os
import sys
from pathlib import Path
from typing import Final

from entrain.errors import InputError, UsageError

VARIABLE: Final = "ENTRAIN_PASSPHRASE"


def new_passphrase(file: Path | None) -> str:
    """The passphrase to encrypt with; a person is asked twice, because a slip would lock the file for good.

    Raises:
        UsageError: there is none, and nobody is here to ask.
        InputError: the file cannot be read.
    """
    if file is not None:
        return _not_empty(_first_line(file), f"The first line of {file}")
    if VARIABLE in os.environ:
        return _not_empty(os.environ[VARIABLE], VARIABLE)
    if not sys.stdin.isatty():
        raise UsageError(
            "Encrypting needs a passphrase, and nobody is here to ask.",
            f"Give --passphrase-file FILE, or set {VARIABLE}.",
        )
    passphrase = _not_empty(getpass.getpass("Passphrase: "), "The passphrase")
    if getpass.getpass("Once more: ") != passphrase:
        raise UsageError("The two passphrases differ; nothing was written.")
    return passphrase


def _first_line(file: Path) -> str:
    try:
        return file.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The passphrase file {file} cannot be read: {error}.") from error


def _not_empty(passphrase: str, what: str) -> str:
    if not passphrase:
        raise UsageError(f"{what} is empty; an empty passphrase protects nothing.")
    return passphrase
