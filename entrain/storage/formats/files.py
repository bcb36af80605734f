"""New files and folders for exports: private, never over another, and gone again where writing fails."""

import io
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from entrain.errors import OutputError


@contextmanager
def new_text(path: Path) -> Generator[TextIO]:
    """A new text file in UTF-8; half a one is taken away where it fails."""
    with new_bytes(path) as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=True)
        yield text
        text.flush()
        text.detach()


@contextmanager
def new_bytes(path: Path) -> Generator[BinaryIO]:
    """A file that only its owner can read; removed where what writes it fails."""
    with told(path):
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with told(path), os.fdopen(number, "wb") as file:
            yield file
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


@contextmanager
def new_folder(path: Path) -> Generator[Path]:
    """A folder that only its owner can look into; removed with all in it where filling it fails."""
    with told(path):
        path.mkdir(mode=0o700)
    try:
        yield path
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


@contextmanager
def told(path: Path) -> Generator[None]:
    """The system's errors as sentences about `path`."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
