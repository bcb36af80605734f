"""Exports encrypted with a passphrase, in the format of age (https://age-encryption.org/v1)."""

import io
import shutil
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from entrain import extras
from entrain.errors import UsageError
from entrain.storage.formats.files import new_bytes, told

SUFFIX = ".age"
_IN_MEMORY = Path("/dev/shm")


def check_name(path: Path) -> None:
    """
    Raises:
        UsageError: the name does not tell that the file is encrypted.
        MissingExtra: the library for it is not installed.
    """
    _pyrage()
    if path.suffix != SUFFIX:
        raise UsageError(
            f"An encrypted export is called something{SUFFIX}, not {path.name}.", f"Try {path.name}{SUFFIX}."
        )


def workplace() -> "TemporaryDirectory[str]":
    """A private folder for what is not encrypted yet: in memory where the system has such a place."""
    return TemporaryDirectory(prefix="entrain-", dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None)


def seal(plain: Path, path: Path, passphrase: str) -> bool:
    """Write the file or folder `plain`, encrypted, to the new file `path`; True: a tar archive is inside.

    Raises:
        OutputError: it cannot be written.
    """
    with told(path):
        data = plain.read_bytes() if plain.is_file() else _tar(plain)
    encrypted: bytes = _pyrage().passphrase.encrypt(data, passphrase)
    with new_bytes(path) as file:
        shutil.copyfileobj(io.BytesIO(encrypted), file)
    return plain.is_dir()


def _tar(folder: Path) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.add(folder, folder.name, filter=_nameless)
    return out.getvalue()


def _nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the name of who packed it and when."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def _pyrage() -> Any:
    return extras.load("pyrage", "secure", "Encrypting an export")
