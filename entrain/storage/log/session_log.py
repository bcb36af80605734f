"""The log of one session, written while it runs.

`append` hands a record, an event with what came of it, to the writer's thread and returns at once. What
`acknowledged` counts is on the disk and survives a kill and a power cut.

Where the disk refuses, records wait in memory, `on_fault` is told so in a sentence, and the writer tries
again until it succeeds. A store that cannot be mended by waiting (damaged, of a newer schema) is left as it
is, and the log goes into a rescue file of the same form beside it.
"""

import threading
import time
from pathlib import Path
from typing import Self

from entrain.control.events import Effect, Event
from entrain.control.view import Summary
from entrain.errors import StoreError
from entrain.storage.log.rows import Ending, Head
from entrain.storage.log.writer import OnFault, Writer
from entrain.system.ticking import monotonic_s


class SessionLog:
    """Appends the records of one session. One thread appends and closes; any thread may look.

    `on_fault` is called on the writer's thread whenever there is news: with what keeps the log from the
    store, or with None when all is well again.
    """

    def __init__(self, path: Path, head: Head, on_fault: OnFault | None = None) -> None:
        self.uuid = head.uuid
        self._store_path = path
        self.appended = 0  # records handed over
        self._closed = False
        self._writer = Writer(path, head, on_fault)
        # A daemon, so that a program that breaks down before it closes the log can still end.
        self._thread = threading.Thread(target=self._writer.run, name="entrain-log", daemon=True)
        self._thread.start()

    @property
    def acknowledged(self) -> int:
        """How many records, counted from the first, are on the disk for good."""
        return self._writer.acknowledged

    @property
    def session_id(self) -> int | None:
        """The session's number in the store; None until the store has taken it.

        None again where the log went on in a rescue file: that one counts for itself, and under its number
        the store has another session or none.
        """
        return self._writer.session_id if self.path == self._store_path else None

    @property
    def fault(self) -> StoreError | None:
        """What keeps this log from the store, or None."""
        return self._writer.fault

    @property
    def path(self) -> Path:
        """Where the log goes: the store, or a rescue file."""
        return self._writer.path

    def append(self, event: Event, effects: tuple[Effect, ...]) -> None:
        """Hand over one record. Never blocks, and never fails for the disk's sake."""
        if self._closed:
            raise StoreError("The log of this session is closed; nothing can be added to it.")
        self._writer.queue.put((event, effects))
        self.appended += 1

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Wait until all that was appended is on the disk; False where it is not, and `fault` says why."""
        return self._writer.flush(self.appended, timeout_s)

    def close(self, summary: Summary | None = None) -> None:
        """Write the rest and the summary, and end; without a summary the session counts as interrupted.

        Blocks until all is on the disk, some seconds where the disk refuses. Later calls only wait.

        Raises:
            StoreError: the log is not, or not wholly, in the store; says what became of it.
        """
        if self._closed:
            self._thread.join()
            return
        self._closed = True
        self._writer.queue.put(Ending(time.time(), monotonic_s(), summary))
        self._thread.join()
        fault, n_lost = self.fault, self.appended - self.acknowledged
        if fault is not None and n_lost:
            raise StoreError(
                f"{n_lost} of {self.appended} records of this session are lost. {fault.message}", fault.advice
            )
        if fault is not None:
            raise fault

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
