"""Opening the session database: private files, schema versions, and SQLite's faults as sentences.

The file is an ordinary SQLite 3 database in WAL mode, marked with our application id and its schema version
(`PRAGMA user_version`). Older schemas are brought forward when a file is opened; newer ones are refused.
Where it is encrypted, SQLCipher takes SQLite's place; every connection is made in `connect`.
"""

import os
import sqlite3
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from errno import EACCES, EDQUOT, EFBIG, ENOSPC, EPERM, EROFS
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from entrain.errors import StoreError
from entrain.remark import Topic
from entrain.storage.encryption import cipher
from entrain.storage.places import make_private_folder
from entrain.system.files import PRIVATE, keep_private, may_write

APPLICATION_ID: Final = 0x656E7472  # "entr"
SCHEMA_VERSION: Final = 6
BUSY_S: Final = 5.0  # how long to wait for another program that is writing
OLDEST_SQLITE: Final = (3, 31, 0)  # generated columns


# What SQLite says where it can make no file beside the database: no right to, or no room.
_NO_FILE_BESIDE: Final = frozenset(
    {
        sqlite3.SQLITE_READONLY_DIRECTORY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_FULL,
    }
)


class UnusableStore(StoreError):
    """The file will not become usable by waiting: damaged, of a newer schema, or not ours."""


class DamagedStore(UnusableStore):
    """SQLite cannot go through the file any more."""


class NewerStore(UnusableStore):
    """The file is whole, as far as this version can tell, and of a schema that it does not know."""


def open_for_writing(path: Path) -> sqlite3.Connection:
    """A connection to the database at `path`, made and brought to the current schema where needed.

    Every commit on it is on the disk when it returns (WAL, synchronous=FULL). Blocks up to `BUSY_S`.

    Raises:
        StoreError: it cannot be opened now. UnusableStore: nor later.
    """
    with told(path):
        make_private_folder(path.parent)
        _make_private(path)
        keep_private(path)
        connection = connect(path, "rw")
        try:
            _use_wal(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA journal_size_limit = 4194304")
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def is_database(path: Path) -> bool:
    """Is the file at `path` one of SQLite's or SQLCipher's, by its bytes? False where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(len(cipher.PLAIN)) == cipher.PLAIN or cipher.is_encrypted(path)
    except OSError:
        return False


@contextmanager
def reading(path: Path) -> Generator[sqlite3.Connection]:
    """A connection that sees one unchanging state of the database, closed at the end.

    Works on a folder that cannot be written, too.

    Raises:
        StoreError: there is no such file, or it cannot be read.
    """
    with told(path):
        if not path.exists():
            raise StoreError(f"There is no session store at {path}.")
        connection = _connect_to_read(path)
        try:
            if _check_version(connection, path) < SCHEMA_VERSION:
                connection = _brought_forward(connection, path)
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()


@contextmanager
def writing(connection: sqlite3.Connection) -> Generator[None]:
    """One transaction: all of it, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def named(connection: sqlite3.Connection, query: str, *arguments: object) -> Iterator[dict[str, Any]]:
    """The rows of a query, by the names of their columns."""
    cursor = connection.execute(query, arguments)
    names = [each[0] for each in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


@contextmanager
def told(path: Path) -> Generator[None]:
    """SQLite's and the system's errors, told as a `StoreError` about `path`."""
    try:
        yield
    except cipher.errors() as error:
        raise _from_sqlite(error, path) from error
    except UnicodeDecodeError as error:
        # Python cannot even read SQLite's complaint where names in the schema are broken.
        raise _damaged(path, "names in it cannot be read") from error
    except OSError as error:
        raise _from_system(error, path) from error


# ---- connecting --------------------------------------------------------------------------------------------


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A bare connection; `mode` as in SQLite's URIs.

    Raises:
        UnusableStore: SQLite is too old. MissingExtra: it is encrypted, and the library is not installed.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise UnusableStore(f"SQLite {sqlite3.sqlite_version} is too old; sessions need {needed} or newer.")
    connection = cipher.connect(
        path,
        mode,
        timeout=BUSY_S,
        isolation_level=None,  # transactions begin and end where the code says so
        check_same_thread=False,  # a connection belongs to one thread at a time; each caller sees to that
    )
    connection.text_factory = _text_of
    return connection


def _text_of(stored: bytes) -> str:
    """A text with bytes that are none is damaged; it must not hide the rows behind it."""
    return stored.decode("utf-8", "replace")


def _connect_to_read(path: Path) -> sqlite3.Connection:
    connection = connect(path, "rw" if may_write(path) else "ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except cipher.errors() as error:
        connection.close()
        log = Path(f"{path}-wal")
        if code_of(error) not in _NO_FILE_BESIDE or (log.exists() and log.stat().st_size):
            raise
        # WAL needs files beside the database. Where none can be made nobody can be writing, either.
        connection = connect(path, "ro&immutable=1")
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not wait by itself when two programs do this at the same moment."""
    give_up_s = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except cipher.errors() as error:
            if code_of(error) & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_s:
                raise
            time.sleep(0.02)
        else:
            return


def _make_private(path: Path) -> None:
    """Make the file where there is none. One that is there stays shut: closing it frees SQLite's locks."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE))


# ---- schema ------------------------------------------------------------------------------------------------


def _check_version(connection: sqlite3.Connection, path: Path) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (n_tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (n_tables or version):
        raise UnusableStore(
            f"{path} is the database of another program, not a store of sessions.",
            "Choose another place, or move that file away.",
            Topic.LOG_FOREIGN,
            path=str(path),
        )
    check_schema(version, path)
    return version


def check_schema(version: int, path: Path) -> None:
    """
    Raises:
        NewerStore: this version of the program does not know the schema.
    """
    if version > SCHEMA_VERSION:
        raise NewerStore(
            f"{path} was written by a newer entrain: schema {version}, and this one knows {SCHEMA_VERSION}.",
            "Update entrain to work with these sessions; nothing in the file was changed.",
            Topic.LOG_NEWER,
            path=str(path),
            schema=version,
            known=SCHEMA_VERSION,
        )


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _check_version(connection, path) == SCHEMA_VERSION:
        return
    with writing(connection):
        # Another program may have been quicker.
        version = _check_version(connection, path)
        for step in range(version + 1, SCHEMA_VERSION + 1):
            for statement in _statements(step):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _brought_forward(old: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """A connection to read the same sessions in the current schema. Closes the old one."""
    with closing(old):
        if not (may_write(path) and may_write(path.parent)):
            # A backup on a medium that cannot be written stays as it is; a copy in memory is as good to read.
            copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            old.backup(copy)
            _migrate(copy, path)
            return copy
    open_for_writing(path).close()
    return _connect_to_read(path)


@cache
def _statements(step: int) -> tuple[str, ...]:
    """The statements that bring a database from schema `step` - 1 to `step`."""
    text = (resources.files("entrain.storage") / "schema" / f"to_v{step}.sql").read_text("utf-8")
    statements, statement = list[str](), ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            statements.append(statement)
            statement = ""
    return tuple(statements)


# ---- faults ------------------------------------------------------------------------------------------------


def code_of(error: Exception) -> int:
    """SQLite's extended code of an error that it raised."""
    return getattr(error, "sqlite_errorcode", 0)


def _from_sqlite(error: Exception, path: Path) -> StoreError:
    match code_of(error) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return _full(path)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return _not_writable(path, str(error))
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreError(
                f"Another program keeps the session store {path} locked.",
                "Close what else has it open, for instance a database browser with unsaved changes.",
                Topic.LOG_HELD,
                path=str(path),
            )
        case sqlite3.SQLITE_NOTADB if cipher.passphrase_of(path) is None and cipher.is_encrypted(path):
            return cipher.locked(path)
        case sqlite3.SQLITE_NOTADB if _has_another_passphrase(path):
            return cipher.Locked(
                f"The passphrase that opened the session store {path} does not open it any more.",
                "It was changed meanwhile: begin again, with the new one.",
                Topic.LOG_RELOCKED,
                path=str(path),
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return _damaged(path, str(error))
        case sqlite3.SQLITE_IOERR:
            return StoreError(
                f"The session store {path} could not be read or written: {error}.",
                "The disk may be full, over its quota, disconnected or failing.",
                Topic.LOG_FAILED,
                path=str(path),
                cause=str(error),
            )
        case _:
            return StoreError(
                f"The session store {path} does not work: {error}.",
                topic=Topic.LOG_NOT_WORKING,
                path=str(path),
                cause=str(error),
            )


def _has_another_passphrase(path: Path) -> bool:
    """Encrypted, and not one page of it is by the passphrase that this process knows."""
    passphrase = cipher.passphrase_of(path)
    return passphrase is not None and cipher.is_encrypted(path) and not cipher.opens(path, passphrase)


def _from_system(error: OSError, path: Path) -> StoreError:
    if error.errno in (ENOSPC, EDQUOT, EFBIG):
        return _full(path)
    if error.errno in (EACCES, EPERM, EROFS):
        return _not_writable(path, error.strerror or str(error))
    cause = error.strerror or str(error)
    return StoreError(
        f"The session store {path} cannot be used: {cause}.",
        topic=Topic.LOG_UNUSABLE,
        path=str(path),
        cause=cause,
    )


def _damaged(path: Path, how: str) -> StoreError:
    return DamagedStore(
        f"The session store {path} is damaged: {how}.",
        "`entrain doctor --repair` saves what can be read into a new one and keeps this one aside.",
        Topic.LOG_DAMAGED,
        path=str(path),
        cause=how,
    )


def _full(path: Path) -> StoreError:
    return StoreError(
        f"The disk is full: the session store {path} cannot grow.",
        "Make some room.",
        Topic.LOG_FULL,
        path=str(path),
    )


def _not_writable(path: Path, detail: str) -> StoreError:
    return StoreError(
        f"The session store {path} cannot be opened or written: {detail}.",
        f"Check who may write to {path.parent}, or set ENTRAIN_HOME to a folder of your own.",
        Topic.LOG_UNWRITABLE,
        path=str(path),
        folder=str(path.parent),
        cause=detail,
    )
