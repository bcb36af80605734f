"""Whose sessions they are: pseudonyms. '' stands for no name."""

import hashlib
import re
import unicodedata
from typing import Final

from entrain.errors import UsageError

MOST: Final = 24  # characters

# Letters and digits of any script, with single spaces, hyphens and underscores between them: nothing that
# means something in a path, and nothing that breaks a line or a table.
_PERSON: Final = re.compile(r"[^\W_]+(?:[ _-][^\W_]+)*")
UNNAMED: Final = "01"
_MADE: Final = re.compile(r"Z[0-9a-f]{8}$")
_NOT_OF_LABELS: Final = re.compile(r"[^A-Za-z0-9]")


def checked(name: str) -> str:
    """`name` as it is stored: trimmed, in Unicode's composed form; '' names nobody.

    Raises:
        UsageError: it is too long, or holds what a pseudonym cannot.
    """
    person = unicodedata.normalize("NFC", name.strip())
    if person and (len(person) > MOST or not _PERSON.fullmatch(person)):
        raise UsageError(
            f"A pseudonym is of letters and digits, at most {MOST}, with single spaces or hyphens between,"
            f" not {name!r}.",
            "Take one that tells nobody who it is, such as P01.",
        )
    return person


def label(person: str) -> str:
    """The person as names of BIDS files want it: ASCII letters and digits, and no two persons alike.

    Whose pseudonym is so already keeps it. Any other gets, behind what is left of it, "Z" and eight digits
    that are made of the whole; "01" is whoever was not named.
    """
    if not person:
        return UNNAMED
    plain = _NOT_OF_LABELS.sub("", unicodedata.normalize("NFKD", person))
    if plain == person and plain != UNNAMED and not _MADE.search(plain):
        return plain
    return f"{plain}Z{hashlib.sha256(person.encode()).hexdigest()[:8]}"
