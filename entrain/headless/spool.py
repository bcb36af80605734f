"""Lines on their way to whoever reads them, who may be slow: the session does not wait."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final, TextIO

PATIENCE_S: Final = 3.0  # with a reader that is slow, where the session was stopped


class Spool:
    """Writes in a thread of its own. `unheard` is called there, once, where nobody takes lines any more."""

    def __init__(self, out: TextIO, unheard: Callable[[], None]) -> None:
        self._out = out
        self._unheard = unheard
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True, name="lines")
        self._thread.start()

    def put(self, text: str) -> None:
        """Text with all that belongs to it, its line's end too."""
        self._queue.put(text)

    def close(self, patience_s: float | None) -> None:
        """Wait until all is written, at most `patience_s`; None: for as long as it takes."""
        self._queue.put(None)
        self._thread.join(patience_s)

    def _run(self) -> None:
        while (text := self._queue.get()) is not None:
            try:
                self._out.write(text)
                self._out.flush()
            except (OSError, ValueError):
                self._unheard()
                return


class Direct:
    """The same without a thread: faster than life, a reader that is slow slows the session down."""

    def __init__(self, out: TextIO, unheard: Callable[[], None]) -> None:
        self._out = out
        self._unheard = unheard
        self._is_heard = True

    def put(self, text: str) -> None:
        if not self._is_heard:
            return
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:
            self._is_heard = False
            self._unheard()

    def close(self, patience_s: float | None) -> None:
        """All is written already."""
