"""From bytes to lines of text: UTF-8, or what spreadsheets and old programs on Windows write."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from typing import Final

from entrain.errors import InputError

LARGEST_TEXT_B: Final = 48 << 20  # in memory a table takes ten times its text
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_LOOKED_AT_B: Final = 4096
_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "\ufeff": ""})
_DOS_END: Final = "\x1a"  # what CP/M and DOS wrote behind a text


def text_of(data: bytes, name: str) -> str:
    """The text, its lines parted by newlines alone, odd spaces and minus signs made plain ones.

    Raises:
        InputError: it is no text, or more than 48 MB.
    """
    if len(data) > LARGEST_TEXT_B:
        raise InputError(
            f"{name} is a text of more than {LARGEST_TEXT_B >> 20} MB: more than a day of beats.",
            "Cut it into recordings.",
        )
    try:
        text = data.decode(_encoding(data))
    except UnicodeError:
        text = data.decode("cp1252", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_SPACES).rstrip(_DOS_END + "\0 \n\t")
    if _NO_TEXT.search(text):
        raise InputError(
            f"{name} is no text file.", "Export the RR intervals as text: one per line, or a CSV table."
        )
    return text


def _encoding(data: bytes) -> str:
    if data.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):
        return "utf-32"
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    head = data[:_LOOKED_AT_B]
    # Without a mark: text in UTF-16 has a zero byte beside almost every letter.
    if len(head) > 3 and head[1::2].count(0) > 0.9 * (len(head) // 2) and not head[::2].count(0):
        return "utf-16-le"
    if len(head) > 3 and head[::2].count(0) > 0.9 * (len(head) // 2) and not head[1::2].count(0):
        return "utf-16-be"
    return "utf-8-sig"
