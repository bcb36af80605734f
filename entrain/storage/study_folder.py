"""The folder of a study: protocol, log, sealed list, and its sessions, which are in no other store.

study.toml        the protocol, as it was written
study.log         what was done; lines are only added
allocation.seal   who gets what, packed
sessions.db       the sessions; the desk's own store and history do not know them
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from entrain.errors import InputError, StoreError, UsageError
from entrain.storage.places import make_private_folder
from entrain.storage.whole_file import replace_file
from entrain.study import records
from entrain.study.records import StudyRecord
from entrain.study.seal import SealedList, packed, unpacked
from entrain.system.files import PRIVATE, to_disk
from entrain.system.locks import lock

PROTOCOL: Final = "study.toml"
_PATIENCE_S: Final = 5.0
_LARGEST_SEAL_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """A path; nothing is held open."""

    path: Path

    @property
    def protocol_path(self) -> Path:
        """The study's file."""
        return self.path / PROTOCOL

    @property
    def log_path(self) -> Path:
        """The study's log."""
        return self.path / "study.log"

    @property
    def seal_path(self) -> Path:
        """The sealed list."""
        return self.path / "allocation.seal"

    @property
    def sessions_path(self) -> Path:
        """The study's own store of sessions."""
        return self.path / "sessions.db"

    def begin(self, text: str) -> None:
        """Make the folder with a protocol in it; nothing is overwritten.

        Raises:
            UsageError: there is a study already. StoreError: it cannot be made.
        """
        if self.protocol_path.exists():
            raise UsageError(f"There is a study in {self.path} already.", "Choose another folder.")
        try:
            make_private_folder(self.path)
            replace_file(self.protocol_path, text)
        except OSError as error:
            raise _unwritable(self.path, error) from None

    def check(self) -> None:
        """Raises `InputError` where there is no study here."""
        if not self.protocol_path.is_file():
            raise InputError(
                f"There is no study in {self.path}: {PROTOCOL} is missing.",
                "`entrain study init DIR` makes one.",
            )

    def records(self) -> Sequence[StudyRecord]:
        """The study's log. Raises `InputError` where it was changed."""
        return records.read(self._log_text(), self.log_path.name)

    def add(self, decide: Callable[[Sequence[StudyRecord]], StudyRecord]) -> StudyRecord:
        """Add the record that `decide` makes of those there are; nobody else writes meanwhile.

        Raises:
            InputError: the log was changed. StoreError: it cannot be written. And what `decide` raises.
        """
        try:
            file = os.open(self.log_path, os.O_CREAT | os.O_RDWR | os.O_APPEND, PRIVATE)
        except OSError as error:
            raise _unwritable(self.log_path, error) from None
        with closing(os.fdopen(file, "rb+", closefd=True)) as stream:
            self._take_turn(file)
            text = self._log_text()
            record = decide(records.read(text, self.log_path.name))
            try:
                stream.write(records.line_of(record, records.last_hash(text)).encode())
                stream.flush()
                to_disk(self.log_path)
            except OSError as error:
                raise _unwritable(self.log_path, error) from None
        return record

    def sealed_list(self) -> SealedList:
        """The sealed list. Raises `InputError` where it is not there or cannot be read."""
        if not self.seal_path.is_file():
            raise InputError(f"{self.seal_path} is missing.", "Take it back from a backup.")
        if self.seal_path.stat().st_size > _LARGEST_SEAL_BYTES:
            raise InputError(f"{self.seal_path} is too large for a list.", "Take it back from a backup.")
        try:
            return unpacked(self.seal_path.read_text("ascii"))
        except (OSError, UnicodeDecodeError):
            raise InputError(f"{self.seal_path} cannot be read.", "Take it back from a backup.") from None

    def keep_list(self, of: SealedList) -> None:
        """Put the list into the folder. Raises `StoreError`."""
        try:
            replace_file(self.seal_path, packed(of))
        except OSError as error:
            raise _unwritable(self.seal_path, error) from None

    def _log_text(self) -> str:
        if not self.log_path.exists():
            return ""
        try:
            return self.log_path.read_bytes().decode()
        except UnicodeDecodeError:
            raise InputError(
                f"{self.log_path} is not text in UTF-8.", "Take the file back from a backup."
            ) from None
        except OSError as error:
            raise InputError(f"{self.log_path} cannot be read: {error.strerror}.") from None

    def _take_turn(self, file: int) -> None:
        until_s = time.monotonic() + _PATIENCE_S
        while True:
            try:
                lock(file)
            except BlockingIOError:
                if time.monotonic() > until_s:
                    raise StoreError(
                        f"{self.log_path} is being written by another entrain.", "Try again in a moment."
                    ) from None
                time.sleep(0.02)
            except OSError:  # a file system that knows no locks
                return
            else:
                return


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path} cannot be written: {error.strerror or error}.", "Check the folder and the disk."
    )
