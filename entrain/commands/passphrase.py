"""Where a passphrase comes from: a file, the environment, the system's keyring, or the person."""

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from entrain import extras
from entrain.errors import InputError, StoreError, UsageError
from entrain.storage.encryption import cipher
from entrain.storage.places import sessions_path

VARIABLE: Final = "ENTRAIN_PASSPHRASE"
FILE_VARIABLE: Final = "ENTRAIN_PASSPHRASE_FILE"
_KEYRING_SERVICE: Final = "entrain"
_TRIES: Final = 3
# With the salt, which stands there, the key is lost. Elsewhere damage leaves pages that know the passphrase.
_IF_RIGHT: Final = (
    "If it is the right one, the beginning of the file is damaged, and only a backup brings it back."
)


def add_argument(parser: argparse.ArgumentParser, default: Any = None) -> None:
    """`--passphrase-file`, for a command that opens the store."""
    first = "of an encrypted store: a file whose first line is the passphrase"
    name, place = "--passphrase-file", "store_passphrase_file"
    parser.add_argument(name, dest=place, metavar="FILE", type=Path, default=default, help=first)


def unlock_store(args: argparse.Namespace | None = None, path: Path | None = None) -> None:
    """Where the store (the person's own, or the one at `path`) is encrypted, find its passphrase.

    It is taken from --passphrase-file, else from what of the environment and the keyring fits, else asked
    for, three times at most. From then on this process opens the store with it.

    Raises:
        MissingExtra: the library that reads encrypted stores is not installed.
        StoreError: the passphrase does not open it. UsageError: there is none, and nobody is here to ask.
        InputError: the passphrase file cannot be read.
    """
    path = sessions_path() if path is None else path
    file: Path | None = getattr(args, "store_passphrase_file", None)
    if not cipher.is_encrypted(path) or (file is None and cipher.try_known(path)):
        return
    cipher.library()
    if file is not None:
        _unlock_from(file, path)
    elif not unlock_unasked(path):
        _ask(path)


def unlock_unasked(path: Path) -> bool:
    """Unlock the encrypted store at `path` by what the environment or the keyring holds; False: none fits."""
    for passphrase in _known_passphrases(path):
        if cipher.opens(path, passphrase):
            cipher.unlock(path, passphrase)
            return True
    return False


def new_passphrase(file: Path | None) -> str:
    """The passphrase to encrypt with; a person is asked twice, because a slip would lock the file for good.

    Raises:
        UsageError: there is none, and nobody is here to ask.
        InputError: the file cannot be read.
    """
    if file is not None:
        return _not_empty(_first_line(file), f"The first line of {file}")
    for passphrase, what in _in_environment():
        return _not_empty(passphrase, what)
    if not sys.stdin.isatty():
        raise UsageError(
            "Encrypting needs a passphrase, and nobody is here to ask.",
            f"Give --passphrase-file FILE, or set {FILE_VARIABLE}.",
        )
    return _asked_twice("Passphrase: ")


def another_passphrase(file: Path | None) -> str:
    """The passphrase that is to take the place of the one that opens the store now.

    Not from the environment, which holds the one of now.

    Raises:
        UsageError: there is none, and nobody is here to ask.
        InputError: the file cannot be read.
    """
    if file is not None:
        return _not_empty(_first_line(file), f"The first line of {file}")
    if not sys.stdin.isatty():
        raise UsageError(
            "A new passphrase is needed, and nobody is here to ask.", "Give --new-passphrase-file FILE."
        )
    return _asked_twice("New passphrase: ")


def outdated_in_environment(passphrase: str) -> tuple[str, ...]:
    """Where in the environment a passphrase stands that is not this one."""
    with suppress(InputError):  # a file that cannot be read holds none
        return tuple(where for kept, where in _in_environment() if kept != passphrase)
    return ()


def is_in_keyring(path: Path) -> bool:
    """Does the system's keyring hold a passphrase of the store at `path`?"""
    with suppress(Exception):  # no keyring: it holds none
        return bool(_keyring().get_password(_KEYRING_SERVICE, str(path.absolute())))
    return False


def keep_in_keyring(path: Path, passphrase: str) -> None:
    """Have the system's keyring remember the passphrase of the store at `path`.

    Raises:
        MissingExtra: there is no library for it. StoreError: the system has no keyring that works.
    """
    keyring = _keyring()
    try:
        keyring.set_password(_KEYRING_SERVICE, str(path.absolute()), passphrase)
    except Exception as error:  # each system's keyring fails in its own way
        raise StoreError(
            f"The keyring of this system did not take the passphrase: {error}",
            f"Without it, entrain asks for it or reads it from {FILE_VARIABLE}.",
        ) from error


def forget_in_keyring(path: Path) -> None:
    """Take the passphrase of this store out of the system's keyring, if it is there."""
    with suppress(Exception):  # none there, or no keyring: nothing to forget
        _keyring().delete_password(_KEYRING_SERVICE, str(path.absolute()))


# ---- sources -----------------------------------------------------------------------------------------------


def _unlock_from(file: Path, path: Path) -> None:
    passphrase = _not_empty(_first_line(file), f"The first line of {file}")
    if not cipher.opens(path, passphrase):
        raise StoreError(f"The passphrase in {file} does not open the session store {path}.", _IF_RIGHT)
    cipher.unlock(path, passphrase)


def _ask(path: Path) -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            f"The session store {path} is encrypted, and nobody is here to ask for its passphrase.",
            f"Give --passphrase-file FILE, or set {FILE_VARIABLE}; what is set now does not open it."
            if any(_in_environment())
            else f"Give --passphrase-file FILE, or set {FILE_VARIABLE}.",
        )
    for _ in range(_TRIES):
        passphrase = getpass.getpass("Passphrase of the session store: ")
        if passphrase and cipher.opens(path, passphrase):
            cipher.unlock(path, passphrase)
            return
        print("That does not open it.", file=sys.stderr)
    raise StoreError(
        f"The session store {path} was not opened: none of these was its passphrase.",
        _IF_RIGHT,
    )


def _known_passphrases(path: Path) -> Iterator[str]:
    for passphrase, _ in _in_environment():
        yield passphrase
    with suppress(Exception):  # not installed, locked, or no keyring at all: then another way must do
        kept = _keyring().get_password(_KEYRING_SERVICE, str(path.absolute()))
        if kept:
            yield kept


def _in_environment() -> Iterator[tuple[str, str]]:
    """(passphrase, where it stands), the one that is to be used first."""
    if VARIABLE in os.environ:
        yield os.environ[VARIABLE], VARIABLE
    if os.environ.get(FILE_VARIABLE):
        file = Path(os.environ[FILE_VARIABLE])
        yield _first_line(file), f"The first line of {file}"


def _keyring() -> Any:
    return extras.load("keyring", "keyring", "The system's keyring")


def _first_line(file: Path) -> str:
    try:
        return file.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except OSError as error:
        raise InputError(f"The passphrase file {file} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"The passphrase file {file} is no text in UTF-8.") from error


def _asked_twice(prompt: str) -> str:
    passphrase = _not_empty(getpass.getpass(prompt), "The passphrase")
    if getpass.getpass("Once more: ") != passphrase:
        raise UsageError("The two passphrases differ; nothing was written.")
    return passphrase


def _not_empty(passphrase: str, what: str) -> str:
    if not passphrase:
        raise UsageError(f"{what} is empty; an empty passphrase protects nothing.")
    return passphrase
