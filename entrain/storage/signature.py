"""Who signed a file, and whether it was changed since: signatures as `ssh-keygen -Y` makes and reads them.

A signature stands beside its file as `FILE.sig`. It tells which key signed these bytes, never whether what
they say is right. Format: PROTOCOL.sshsig of OpenSSH, of the Ed25519 keys (RFC 8709) that `ssh-keygen` makes
by default. Needs the extra `secure`.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from entrain import extras
from entrain.errors import InputError, UsageError

NAMESPACE: Final = b"entrain-programme"  # a signature for one purpose is none for another
SUFFIX: Final = ".sig"
_MAGIC: Final = b"SSHSIG"
_KIND: Final = b"ssh-ed25519"
_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
_END: Final = "-----END SSH SIGNATURE-----"
_COLUMNS: Final = 70


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature says: the key by its fingerprint, and whether the file is still what was signed."""

    fingerprint: str
    unchanged: bool


def sign(path: Path, key: Path, passphrase: Callable[[], str]) -> str:
    """The signature of a file, as the text of its `.sig`.

    Args:
        passphrase: asked where the key has one.
    Raises:
        InputError: the file or the key cannot be read, or it is no Ed25519 key of OpenSSH.
        UsageError: the passphrase is wrong.
        MissingExtra: the extra `secure` is not installed.
    """
    private = _private(key, passphrase)
    keys = _keys()
    raw = private.public_key().public_bytes(keys.Encoding.Raw, keys.PublicFormat.Raw)
    signature = private.sign(_what_is_signed(_read(path), b"sha512"))
    blob = _MAGIC + (1).to_bytes(4, "big")
    for each in (_strings(_KIND, raw), NAMESPACE, b"", b"sha512", _strings(_KIND, signature)):
        blob += _strings(each)
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
    return "\n".join([_BEGIN, *lines, _END, ""])


def verified(path: Path) -> Signed:
    """What the signature beside a file says.

    Raises:
        InputError: one of the two cannot be read, or it is no signature of a programme.
        MissingExtra: the extra `secure` is not installed.
    """
    beside = Path(f"{path}{SUFFIX}")
    return of_bytes(_read(path), _read(beside), str(beside))


def of_bytes(message: bytes, signature_text: bytes, where: str) -> Signed:
    """What a signature says of a message; `where` it stands is told where it cannot be read.

    Raises:
        InputError: it is no signature of a programme.
        MissingExtra: the extra `secure` is not installed.
    """
    try:
        raw, hashed, signature = _parsed(signature_text)
    except (ValueError, binascii.Error) as error:
        raise InputError(f"{where} is not a signature of a programme: {error}.") from error
    public = extras.load("cryptography.hazmat.primitives.asymmetric.ed25519", "secure", "Reading a signature")
    wrong = extras.load("cryptography.exceptions", "secure", "Reading a signature").InvalidSignature
    try:
        public.Ed25519PublicKey.from_public_bytes(raw).verify(signature, _what_is_signed(message, hashed))
    except wrong:
        return Signed(_fingerprint(raw), unchanged=False)
    return Signed(_fingerprint(raw), unchanged=True)


def fingerprint_of(public_key: Path) -> str:
    """A public key's fingerprint, as `ssh-keygen -l` writes it.

    Raises:
        InputError: it is no public key of the kind.
    """
    try:
        kind, encoded = _read(public_key).decode("ascii").split()[:2]
        (name, raw) = _split(base64.b64decode(encoded, validate=True), 2)
        if kind.encode() != _KIND or name != _KIND:
            raise ValueError(kind)
    except ValueError as error:
        raise InputError(
            f"{public_key} is no public Ed25519 key.", "It is the file that ends with .pub."
        ) from error
    return _fingerprint(raw)


def _parsed(data: bytes) -> tuple[bytes, bytes, bytes]:
    """(public key, name of the hash, signature).

    Raises:
        ValueError: with what is wrong.
    """
    lines = data.decode("ascii").split()
    text = "".join(data.decode("ascii").split("\n")).strip()
    if not lines or not (text.startswith(_BEGIN) and text.endswith(_END)):
        raise ValueError("it does not begin and end as one")
    blob = base64.b64decode(text[len(_BEGIN) : -len(_END)], validate=True)
    if blob[:6] != _MAGIC or int.from_bytes(blob[6:10], "big") != 1:
        raise ValueError("of an unknown version")
    public, namespace, _, hashed, signature = _split(blob[10:], 5)
    if namespace != NAMESPACE:
        raise ValueError(f"it was made for {namespace.decode('ascii', 'replace')!r}")
    if hashed not in (b"sha256", b"sha512"):
        raise ValueError("of an unknown hash")
    (kind, raw), (signs, bare) = _split(public, 2), _split(signature, 2)
    if kind != _KIND or signs != _KIND or len(raw) != 32:
        raise ValueError("made with another kind of key than Ed25519")
    return raw, hashed, bare


def _what_is_signed(message: bytes, hashed: bytes) -> bytes:
    digest = hashlib.new(hashed.decode(), message).digest()
    return _MAGIC + _strings(NAMESPACE, b"", hashed, digest)


def _private(key: Path, passphrase: Callable[[], str]) -> Any:
    keys = _keys()
    data = _read(key)
    try:
        try:
            found = keys.load_ssh_private_key(data, None)
        except TypeError:  # it has a passphrase
            found = keys.load_ssh_private_key(data, passphrase().encode())
    except ValueError as error:
        if b"PRIVATE KEY" in data and b"OPENSSH" in data:
            raise UsageError(f"{key} does not open with this passphrase.") from error
        raise InputError(f"{key} is no private key of OpenSSH.", _MAKE_ONE) from error
    private = extras.load("cryptography.hazmat.primitives.asymmetric.ed25519", "secure", "Signing")
    if not isinstance(found, private.Ed25519PrivateKey):
        raise InputError(f"{key} is another kind of key than Ed25519.", _MAKE_ONE)
    return found


_MAKE_ONE: Final = "Make one with: ssh-keygen -t ed25519 -f key"


def _keys() -> Any:
    return extras.load("cryptography.hazmat.primitives.serialization", "secure", "Signing")


def _fingerprint(raw: bytes) -> str:
    digest = hashlib.sha256(_strings(_KIND, raw)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _strings(*parts: bytes) -> bytes:
    """Strings of the SSH protocol (RFC 4251): each after its length in four bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _split(data: bytes, n: int) -> list[bytes]:
    """Such strings, `n` of them and nothing more.

    Raises:
        ValueError: they are not.
    """
    parts: list[bytes] = []
    while data and len(parts) < n:
        length = int.from_bytes(data[:4], "big")
        if len(data) < 4 + length:
            raise ValueError("cut short")
        parts.append(data[4 : 4 + length])
        data = data[4 + length :]
    if data or len(parts) < n:
        raise ValueError("cut short, or with something after it")
    return parts


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
