"""Encrypted stores: the passphrases that open them, and their pages.

An encrypted store is a SQLCipher 4 file with that library's own settings, so that whatever speaks SQLCipher
opens it with the passphrase (https://www.zetetic.net/sqlcipher/design/): pages of 4096 bytes in AES-256-CBC,
each with its own IV and an HMAC-SHA512, the key by PBKDF2-HMAC-SHA512 with 256,000 rounds over a salt that is
the file's first 16 bytes. The key is derived here, once for each file, because SQLCipher by itself would take
a tenth of a second for every connection.

Which passphrase belongs to which file is known to the process, and to nothing else. A file is known to be
encrypted by what is in it, so nothing beside it has to be kept or can be lost.
"""

import hmac
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from hashlib import pbkdf2_hmac
from pathlib import Path
from typing import Any, Final

from entrain import extras
from entrain.errors import StoreError
from entrain.remark import Topic

PLAIN: Final = b"SQLite format 3\0"
SALT: Final = 16  # bytes
_PAGE, _IV, _HMAC = 4096, 16, 64
_CONTENT: Final = _PAGE - _IV - _HMAC
_ROUNDS, _HMAC_ROUNDS = 256_000, 2
_SAMPLES: Final = 8  # pages that are looked at to tell what a file is
_MANY: Final = 250  # different bytes: of 4096 at random all 256 occur, of a page of records about 100

_passphrases: dict[Path, str] = {}  # of files that are encrypted, or will be when they are made


class Locked(StoreError):
    """The store is encrypted, and no passphrase that this process was given opens it."""


def is_encrypted(path: Path) -> bool:
    """Is the file at `path` an encrypted store? Told by its bytes: all over the file they look like chance.

    Not for a store that this process has open: on POSIX, closing any file of it gives up SQLite's locks.
    """
    try:
        pages = list(_sampled(path))
    except OSError:
        return False
    if not pages or pages[0][1].startswith(PLAIN):
        return False
    return 2 * sum(len(set(page)) >= _MANY for _, page in pages) > len(pages)


def opens(path: Path, passphrase: str) -> bool:
    """Is it the passphrase of the encrypted store at `path`? Any page will do: some may be damaged.

    Not for a store that this process has open, as with `is_encrypted`.
    """
    pages = list(_sampled(path))
    if not pages:
        return False
    salt = pages[0][1][:SALT]
    key = _derived(passphrase, salt)
    return any(_is_authentic(number, page, key, salt) for number, page in pages)


def unlock(path: Path, passphrase: str) -> None:
    """From now on this process opens the store at `path` with `passphrase`, or makes it encrypted with it."""
    _passphrases[path.absolute()] = passphrase


def forget(path: Path) -> None:
    """The store at `path` is not encrypted any more."""
    _passphrases.pop(path.absolute(), None)


def same_as(new: Path, old: Path) -> None:
    """The file that is to be made at `new` holds what is in `old`, and is to be as secret."""
    passphrase = passphrase_of(old)
    if passphrase is not None:
        unlock(new, passphrase)


def try_known(path: Path) -> bool:
    """Unlock the store at `path` with a passphrase that this process knows already; False: none fits.

    Not for a store that this process has open.
    """
    known = passphrase_of(path)
    fitting = (each for each in dict.fromkeys(_passphrases.values()) if opens(path, each))
    passphrase = known if known is not None and opens(path, known) else next(fitting, None)
    if passphrase is not None:
        unlock(path, passphrase)
    return passphrase is not None


def passphrase_of(path: Path) -> str | None:
    """What this process was told about the file at `path`."""
    return _passphrases.get(path.absolute())


def unlocked() -> Mapping[Path, str]:
    """What this process was told, for another process of the same person's."""
    return dict(_passphrases)


def unlock_all(passphrases: Mapping[Path, str]) -> None:
    """Take over passphrases, by the path of their store."""
    _passphrases.update(passphrases)


def connect(path: Path, mode: str, **settings: Any) -> sqlite3.Connection:
    """A connection to the database at `path`, encrypted or not; `mode` as in SQLite's URIs.

    sqlcipher3 is the standard library's sqlite3, built on SQLCipher: the same classes under another name.

    Raises:
        MissingExtra: the library for encrypted stores is not installed.
    """
    passphrase = passphrase_of(path)
    if passphrase is None:
        return sqlite3.connect(_uri(path, mode), uri=True, **settings)
    connection: sqlite3.Connection = library().connect(_uri(path, mode), uri=True, **settings)
    if key_in(connection, passphrase):
        return connection
    connection.close()  # somebody has decrypted it meanwhile
    return sqlite3.connect(_uri(path, mode), uri=True, **settings)


def key_in(connection: sqlite3.Connection, passphrase: str) -> bool:
    """Give a new connection of SQLCipher its key; False: its file is not encrypted, and it needs none."""
    connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to stderr; errors are raised anyway
    connection.execute("PRAGMA key = 'to know the salt'")  # nothing is derived before something is read
    (salt,) = connection.execute("PRAGMA cipher_salt").fetchone()
    if bytes.fromhex(salt) == PLAIN:
        return False
    connection.execute(f'PRAGMA key = "{named_key(passphrase, bytes.fromhex(salt))}"')
    return True


def named_key(passphrase: str, salt: bytes) -> str:
    """The key, as SQLCipher wants it written where it need not derive it."""
    return f"x'{_derived(passphrase, salt).hex()}{salt.hex()}'"


def library() -> Any:
    """
    Raises:
        MissingExtra: it is not installed.
    """
    return extras.load("sqlcipher3.dbapi2", "secure", "An encrypted session store")


def errors() -> tuple[type[Exception], ...]:
    """What SQLite raises, by either library."""
    loaded = sys.modules.get("sqlcipher3.dbapi2")
    return (sqlite3.Error,) if loaded is None else (sqlite3.Error, loaded.Error)


def _uri(path: Path, mode: str) -> str:
    return f"{path.absolute().as_uri()}?mode={mode}"


def locked(path: Path) -> Locked:
    """The error that says how to unlock a store."""
    return Locked(
        f"The session store {path} is encrypted, and it was not given its passphrase.",
        "Give --passphrase-file FILE, or set ENTRAIN_PASSPHRASE_FILE.",
        Topic.LOG_LOCKED,
        path=str(path),
    )


def opener(path: Path) -> Callable[[int, bytes], bytes | None] | None:
    """What makes of a page of the store at `path` what SQLite would see; None: the pages are not encrypted.

    It takes the page's number, from 1 on, and its bytes, and gives None where they are not what was written.

    Raises:
        Locked: no passphrase opens it. MissingExtra: the library is not installed.
    """
    if not is_encrypted(path):
        return None
    ciphers = extras.load(
        "cryptography.hazmat.primitives.ciphers", "secure", "Reading damaged encrypted pages"
    )
    if not try_known(path):
        raise locked(path)
    salt = next(_sampled(path))[1][:SALT]
    key = _derived(_passphrases[path.absolute()], salt)

    def plain(number: int, page: bytes) -> bytes | None:
        if not _is_authentic(number, page, key, salt):
            return None
        start, iv = _start(number), page[_CONTENT : _CONTENT + _IV]
        decryptor = ciphers.Cipher(ciphers.algorithms.AES(key), ciphers.modes.CBC(iv)).decryptor()
        return PLAIN[:start] + decryptor.update(page[start:_CONTENT]) + decryptor.finalize()

    return plain


# ---- keys and pages ----------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _derived(passphrase: str, salt: bytes) -> bytes:
    return pbkdf2_hmac("sha512", passphrase.encode(), salt, _ROUNDS, 32)


def _is_authentic(number: int, page: bytes, key: bytes, salt: bytes) -> bool:
    signed = page[_start(number) : _CONTENT + _IV] + number.to_bytes(4, "little")
    return len(page) == _PAGE and hmac.compare_digest(
        hmac.digest(_hmac_key(key, salt), signed, "sha512"), page[-_HMAC:]
    )


@lru_cache(maxsize=64)
def _hmac_key(key: bytes, salt: bytes) -> bytes:
    return pbkdf2_hmac("sha512", key, bytes(byte ^ 0x3A for byte in salt), _HMAC_ROUNDS, 32)


def _start(number: int) -> int:
    """The salt, at the beginning of the first page, is not encrypted."""
    return SALT if number == 1 else 0


def _sampled(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number, bytes) of some whole pages, the first among them."""
    n_pages = path.stat().st_size // _PAGE
    with path.open("rb") as file:
        for number in sorted({1 + n * (n_pages - 1) // _SAMPLES for n in range(_SAMPLES + 1)}):
            file.seek((number - 1) * _PAGE)
            page = file.read(_PAGE)
            if len(page) == _PAGE:
                yield number, page
