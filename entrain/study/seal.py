"""The seal: a hash of seed and list, told before the first person; whoever has both can prove the hash.

The list lies in the study's folder, so that sessions can run. It is packed, so that nobody reads it in
passing. That conceals it from the honest: who owns the computer can unpack it.
"""

import base64
import binascii
import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import Any, cast

from entrain.errors import InputError
from entrain.study import lots
from entrain.study.lots import Place
from entrain.study.protocol import StudyProtocol


@dataclass(frozen=True, slots=True)
class SealedList:
    """What was sealed. `salt` is random, so that a short seed cannot be guessed from the commitment."""

    protocol_sha256: str
    preset_sha256: str
    seed: str
    salt: str
    places: tuple[Place, ...]


def sealed(protocol: StudyProtocol, preset_sha256: str, seed: str, salt: str) -> SealedList:
    """The lot of a study, ready to be sealed."""
    return SealedList(protocol.sha256, preset_sha256, seed, salt, lots.places(protocol, seed))


def commitment(of: SealedList) -> str:
    """SHA-256 of everything in it, as 64 hexadecimal digits."""
    return hashlib.sha256(_plain(of).encode()).hexdigest()


def packed(of: SealedList) -> str:
    """As the text of a file that says nothing to whoever opens it."""
    return base64.b64encode(zlib.compress(_plain(of).encode(), 9)).decode() + "\n"


def unpacked(text: str) -> SealedList:
    """What `packed` made.

    Raises:
        InputError: it is no such text.
    """
    try:
        data = cast(dict[str, Any], json.loads(zlib.decompress(base64.b64decode(text, validate=False))))
        found = tuple(
            Place(str(stratum), int(number), tuple(map(str, sequence)))
            for stratum, number, sequence in data["places"]
        )
        return SealedList(
            str(data["protocol_sha256"]),
            str(data["preset_sha256"]),
            str(data["seed"]),
            str(data["salt"]),
            found,
        )
    except (binascii.Error, zlib.error, ValueError, KeyError, TypeError, RecursionError):
        raise InputError("The sealed list cannot be read.", "Take it back from a backup.") from None


def broken(of: SealedList, protocol: StudyProtocol, preset_sha256: str, committed: str) -> str:
    """What does not fit what was sealed: a word of "list", "protocol", "preset", "lot"; empty where all does.

    "lot": the list is what was committed to, and yet not what the seed gives.
    """
    if commitment(of) != committed:
        return "list"
    if of.protocol_sha256 != protocol.sha256:
        return "protocol"
    if of.preset_sha256 != preset_sha256:
        return "preset"
    return "" if lots.places(protocol, of.seed) == of.places else "lot"


def _plain(of: SealedList) -> str:
    data = {
        "protocol_sha256": of.protocol_sha256,
        "preset_sha256": of.preset_sha256,
        "seed": of.seed,
        "salt": of.salt,
        "places": [[each.stratum, each.number, list(each.sequence)] for each in of.places],
    }
    return json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
