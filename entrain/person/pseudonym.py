"""Whose sessions they are: pseudonyms. '' stands for nobody in particular."""

import re
import unicodedata
from typing import Final

from entrain.errors import UsageError

MOST: Final = 24  # characters

# Letters and digits of any script, with single spaces, hyphens and underscores between them: nothing that
# means something in a path, and nothing that breaks a line or a table.
_PERSON: Final = re.compile(r"[^\W_]+(?:[ _-][^\W_]+)*")
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
    """The person as names of BIDS files want it: ASCII letters and digits; "01" where nothing is left."""
    plain = unicodedata.normalize("NFKD", person)
    return _NOT_OF_LABELS.sub("", plain) or "01"
