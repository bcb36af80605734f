"""The shell as whoever prints sees it: what is printed is cleaned of what a terminal would obey.

Only what entrain itself says to a terminal comes through: to begin a line anew, to end it, two colours.
"""

import re
from collections.abc import Iterable
from typing import Any, Final, TextIO

from entrain.foreign import clean

_BEGIN: Final = re.compile(r"(\A\r)")
_OWN: Final = re.compile(r"(\A\r|\x1b\[K|\x1b\[(?:0|31|32)m)")


class Cleaned:
    """A stream of text that cleans what is written to it; in all else the stream that it was made of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()

    def write(self, text: str) -> int:
        own = _OWN if self._is_terminal else _BEGIN
        parts = own.split(text)  # every second one is entrain's own
        self._stream.write("".join(part if n % 2 else clean(part) for n, part in enumerate(parts)))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
