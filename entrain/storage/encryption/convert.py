"""A whole store made encrypted, readable again, or of another passphrase, at no moment anything else.

All of it is copied into a new file beside the old one while nobody else may write; the copy is compared with
the old one row by row, brought to the disk, and takes the old one's place in one step of the file system. A
kill at any moment leaves either the old store or the new one, whole. SQLCipher's own PRAGMA rekey writes new
pages over the old ones instead, so that nothing is left to compare with.
"""

import os
import sqlite3
from collections.abc import Generator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO, Final

from entrain.errors import StoreError, UsageError
from entrain.storage.encryption import cipher
from entrain.storage.log.database import BUSY_S, is_database, open_for_writing, reading, told
from entrain.system.files import PRIVATE, put_in_place, to_disk
from entrain.system.host import IS_POSIX

_KEPT: Final = ("application_id", "user_version")  # what SQLCipher's export leaves out
_BLOCK: Final = bytes(1 << 20)


def encrypt(path: Path, passphrase: str) -> bool:
    """Encrypt the store at `path`; where there is none yet, make one.

    Returns: were the old file's bytes overwritten? What a disk keeps of older ones is beyond reach.
    Raises:
        StoreError: it is encrypted already, in use, or cannot be written; then it is as it was.
        MissingExtra: the library is not installed.
    """
    cipher.library()
    if cipher.is_encrypted(path):
        raise StoreError(f"The session store {path} is encrypted already.")
    open_for_writing(path).close()  # made where there is none, and brought to today's schema
    with told(path), _held(path) as old:
        try:
            _convert(path, passphrase)
        except BaseException:
            cipher.forget(path)
            raise
        return old is not None and _overwrite(old.fileno())


def decrypt(path: Path) -> None:
    """Make the encrypted store at `path` a plain one.

    Raises:
        StoreError: it is not encrypted, in use, or cannot be written; then it is as it was.
        Locked: no passphrase that was given opens it.
    """
    check_unlocked(path)
    open_for_writing(path).close()
    with told(path):
        _convert(path, None)


def change_passphrase(path: Path, passphrase: str) -> bool:
    """Make `passphrase` what opens the encrypted store at `path`; it is encrypted all the while.

    Returns: were the old file's bytes overwritten? They could be read with the old passphrase.
    Raises:
        StoreError: it is not encrypted, in use, damaged, or cannot be written; then it is as it was.
        Locked: no passphrase that was given opens it. UsageError: it is the passphrase already.
    """
    check_unlocked(path)
    if passphrase == cipher.passphrase_of(path):
        raise UsageError("The new passphrase is the old one; nothing was changed.")
    open_for_writing(path).close()
    with told(path), _held(path) as old:
        _convert(path, passphrase)
        return old is not None and _overwrite(old.fileno())


def readable_beside(path: Path) -> tuple[Path, ...]:
    """Files beside the store that hold sessions and are not encrypted: rescued, damaged, half converted."""
    return tuple(
        sorted(
            each
            for each in path.parent.glob("*.db*")
            if each != path and is_database(each) and not cipher.is_encrypted(each)
        )
    )


def encrypted_beside(path: Path) -> tuple[Path, ...]:
    """Encrypted files beside the store, which keep their passphrase when it is given another one."""
    own = {path, *(Path(f"{path}-{each}") for each in ("wal", "shm", "journal"))}
    return tuple(
        each for each in sorted(path.parent.glob("*.db*")) if each not in own and cipher.is_encrypted(each)
    )


def check_unlocked(path: Path) -> None:
    """
    Raises:
        StoreError: the store is not there, or not encrypted. Locked: no passphrase that was given opens it.
    """
    if not path.exists():
        raise StoreError(f"There is no session store at {path}.")
    if not cipher.is_encrypted(path):
        raise StoreError(
            f"The session store {path} is not encrypted.", "To encrypt it: entrain sessions encrypt"
        )
    if not cipher.try_known(path):
        raise cipher.locked(path)


def _convert(path: Path, passphrase: str | None) -> None:
    new = path.with_name(f"{path.stem}.converting.db")
    with _alone(path) as lock:
        for left_over in (new, Path(f"{new}-journal")):
            left_over.unlink(missing_ok=True)
        try:
            os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE))
            if passphrase is not None:
                cipher.unlock(new, passphrase)
            _copy(path, new)
            _compare(path, new)
            to_disk(new)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        finally:
            cipher.forget(new)
        if not IS_POSIX:  # where a file that is open, here or elsewhere, cannot be replaced
            lock.close()
        put_in_place(new, path)
        # Before the lock goes: who waits for it must find the passphrase to the new file.
        cipher.forget(path)
        if passphrase is not None:
            cipher.unlock(path, passphrase)
    to_disk(path.parent)


@contextmanager
def _alone(path: Path) -> Generator[sqlite3.Connection]:
    """While nobody else has the store open to write in it, nor can; its write-ahead log is gone.

    Raises:
        StoreError: somebody has it open.
    """
    with closing(_connected(path)) as connection:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        except cipher.errors() as error:
            raise _in_use(path) from error
        if mode != "delete":
            raise _in_use(path)
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def _in_use(path: Path) -> StoreError:
    return StoreError(
        f"Another program has the session store {path} open; nothing was changed.",
        "End the sessions that are running and close database browsers, then try again.",
    )


def _connected(path: Path) -> sqlite3.Connection:
    """By SQLCipher, encrypted or not: two libraries in one process free each other's locks of a file."""
    connection: sqlite3.Connection = cipher.library().connect(path, isolation_level=None, timeout=BUSY_S)
    passphrase = cipher.passphrase_of(path)
    if passphrase is not None:
        cipher.key_in(connection, passphrase)
    return connection


def _copy(path: Path, new: Path) -> None:
    """All of the database at `path` into the empty file `new`, each by its own passphrase or none."""
    passphrase = cipher.passphrase_of(new)
    key = "''" if passphrase is None else f'"{cipher.named_key(passphrase, os.urandom(cipher.SALT))}"'
    with closing(_connected(path)) as connection:
        connection.execute(f"ATTACH ? AS new KEY {key}", (str(new),))
        connection.execute("SELECT sqlcipher_export('new')")
        for name in _KEPT:
            (value,) = connection.execute(f"PRAGMA main.{name}").fetchone()
            connection.execute(f"PRAGMA new.{name} = {value}")
        connection.execute("DETACH new")


def _compare(path: Path, new: Path) -> None:
    """
    Raises:
        StoreError: the copy is not the same, to the last bit of every row.
    """
    with closing(_connected(path)) as old, reading(new) as copy:
        (state,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        # In an order of their own: the copy has all tables before the first view.
        schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
        same = state == "ok" and _same(old, copy, schema)
        tables = [name for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        if not same or not all(_same(old, copy, f'SELECT * FROM "{name}"') for name in tables):
            raise StoreError(f"The copy of {path} is not the same as the store, which was left as it was.")


def _same(one: sqlite3.Connection, other: sqlite3.Connection, query: str) -> bool:
    return all(a == b for a, b in zip_longest(one.execute(query), other.execute(query)))


def _held(path: Path) -> AbstractContextManager[BinaryIO | None]:
    """The file, kept open beyond the loss of its name; None on Windows, where an open file keeps its name."""
    return path.open("r+b") if IS_POSIX else nullcontext()


def _overwrite(number: int) -> bool:
    """Zeros over what was in the open file, which has no name any more; then nothing. False: it failed."""
    try:
        left = os.lseek(number, 0, os.SEEK_END)
        os.lseek(number, 0, os.SEEK_SET)
        while left > 0:
            left -= os.write(number, _BLOCK[:left])
        os.fsync(number)
        os.ftruncate(number, 0)
    except OSError:
        return False
    return True
