"""The thread that brings a session's records to the disk, and what it does when the disk refuses.

One transaction holds a batch of records, each an event with all its effects, so a record is on the disk
wholly or not at all. Rows are numbered when they are taken, which makes writing them twice harmless: after an
error nobody knows whether the commit before it took.
"""

import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from entrain.control.events import Effect, Event
from entrain.errors import StoreError
from entrain.remark import Topic
from entrain.storage.encryption import cipher
from entrain.storage.log import codec, rows
from entrain.storage.log.database import UnusableStore, open_for_writing, told, writing
from entrain.storage.log.rows import EffectRow, Ending, EventRow, Head
from entrain.storage.log.write_lock import Sign

BATCH_S: Final = 0.2  # what a record waits for company before it is committed
BATCH_RECORDS: Final = 2000
RETRY_S: Final = 2.0  # between attempts while the disk refuses
PATIENCE_S: Final = 4.0  # for which the end of a session tries before it looks for another place

OnFault = Callable[[StoreError | None], None]


class Flush:
    """Write what there is, now; `done` is set when that was tried."""

    def __init__(self) -> None:
        self.done = threading.Event()


Message = tuple[Event, tuple[Effect, ...]] | Flush | Ending


class Writer:
    """Takes messages until an `Ending` comes; `run` is the thread's whole life.

    `acknowledged`, `session_id`, `fault` and `path` may be read by any thread; see `SessionLog`.
    """

    def __init__(self, path: Path, head: Head, on_fault: OnFault | None) -> None:
        self.queue: SimpleQueue[Message] = SimpleQueue()
        self.path = path
        self.acknowledged = 0
        self.session_id: int | None = None
        self.fault: StoreError | None = None
        self._head = head
        self._on_fault = on_fault
        self._refused = False  # the last attempt failed
        self._standing: StoreError | None = None  # a fault that no later success mends
        self._connection: sqlite3.Connection | None = None
        self._row_id: int | None = None
        self._inode: int | None = None
        self._sign: Sign | None = None  # that this session is being written, for other programs
        self._n_taken = 0  # records taken so far: the next event's seq
        self._n_effects = 0
        self._events: list[EventRow] = []  # not on the disk yet
        self._effects: list[EffectRow] = []
        self._flushes: list[Flush] = []
        self._ending: Ending | None = None

    def run(self) -> None:
        self._attempt()  # the session's row comes before its first event
        while self._ending is None:
            self._collect()
            self._attempt()
        self._insist()
        self._disconnect()
        self._take_sign_down()

    def flush(self, n_records: int, timeout_s: float) -> bool:
        """Have all written that was handed over before; whether `n_records` are on the disk. Any thread."""
        flush = Flush()
        self.queue.put(flush)
        flush.done.wait(timeout_s)
        return self.session_id is not None and self.acknowledged >= n_records

    # ---- taking --------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        """Take what comes, until the batch is old or large enough or somebody asks for it."""
        if not self._refused and not self._take(self.queue.get()):
            return
        until_s = time.monotonic() + (RETRY_S if self._refused else BATCH_S)
        while self._refused or len(self._events) < BATCH_RECORDS:
            try:
                message = self.queue.get(timeout=max(0.0, until_s - time.monotonic()))
            except Empty:
                return
            if not self._take(message):
                return

    def _take(self, message: Message) -> bool:
        """Note one message; False: write now."""
        match message:
            case Flush():
                self._flushes.append(message)
                return False
            case Ending():
                self._ending = message
                return False
            case (event, effects):
                self._number(event, effects)
                return True

    def _number(self, event: Event, effects: tuple[Effect, ...]) -> None:
        seq = self._n_taken
        self._n_taken += 1
        try:
            row, rows_of_effects = rows.rows_of(event, effects, seq, self._n_effects)
        except (TypeError, ValueError) as error:
            # A fault of the program, not of the disk. The session goes on; the gap in `seq` tells for ever.
            kind, cause = codec.kind_of(event), str(error)
            self._standing = StoreError(
                f"Record {seq} ({kind}) cannot be stored: {cause}.",
                topic=Topic.LOG_RECORD_LOST,
                seq=seq,
                kind=kind,
                cause=cause,
            )
            return
        self._n_effects += len(rows_of_effects)
        self._events.append(row)
        self._effects.extend(rows_of_effects)

    # ---- writing -------------------------------------------------------------------------------------------

    def _attempt(self) -> None:
        """Write all that waits. What cannot be written goes on waiting."""
        try:
            with told(self.path):
                self._write()
        except StoreError as fault:
            self._disconnect()
            rescue = self._rescue_path(self.path.parent)
            if isinstance(fault, UnusableStore | cipher.Locked) and self.path != rescue:
                self._go_on_in(rescue, fault)
            else:
                self._settle(fault)
        else:
            self.session_id = self._row_id
            self._settle(None)

    def _write(self) -> None:
        connection = self._connected()
        with writing(connection):
            if self._row_id is None:
                self._row_id = rows.begin(connection, self._head)
            rows.insert(connection, self._row_id, self._events, self._effects)
            if self._ending is not None:
                rows.end(connection, self._row_id, self._ending)
        self._events.clear()
        self._effects.clear()

    def _connected(self) -> sqlite3.Connection:
        if self._connection is not None and not self._file_is_there():
            self._disconnect()
            self._standing = StoreError(
                f"{self.path} was removed or replaced while the session was running;"
                f" the {self.acknowledged} records that were saved until then went with it.",
                topic=Topic.LOG_REMOVED,
                path=str(self.path),
                n=self.acknowledged,
            )
        if self._connection is None:
            before = self._inode_now()
            self._connection = open_for_writing(self.path)
            self._inode = self._inode_now()
            if before not in (None, self._inode):
                raise StoreError(
                    f"{self.path} was replaced at this very moment.",
                    "It is tried again.",
                    Topic.LOG_REPLACED,
                    path=str(self.path),
                )
        if self._sign is None:
            self._sign = Sign(self.path, self._head.uuid)
        return self._connection

    def _file_is_there(self) -> bool:
        # Writing into a file that was deleted or replaced succeeds, and saves nothing.
        return self._inode_now() == self._inode

    def _inode_now(self) -> int | None:
        try:
            return self.path.stat().st_ino
        except OSError:
            return None

    def _disconnect(self) -> None:
        # The next connection may be to another file, or this one's transaction undone: ask for the row again.
        self._row_id = None
        if self._connection is not None:
            with suppress(*cipher.errors()):
                self._connection.close()
            self._connection = None

    def _take_sign_down(self) -> None:
        if self._sign is not None:
            self._sign.take_down()
            self._sign = None

    # ---- telling -------------------------------------------------------------------------------------------

    def _settle(self, fault: StoreError | None) -> None:
        """Note how an attempt ended, and tell where that is news."""
        self._refused = fault is not None
        if not self._refused:
            self.acknowledged = self._n_taken
        told_so_far, self.fault = self.fault, fault or self._standing
        is_news = (told_so_far and told_so_far.message) != (self.fault and self.fault.message)
        if is_news and self._on_fault is not None:
            with suppress(Exception):  # whoever listens may be gone; the log must not die of it
                self._on_fault(self.fault)
        for flush in self._flushes:
            flush.done.set()
        self._flushes.clear()

    # ---- other places --------------------------------------------------------------------------------------

    def _go_on_in(self, rescue: Path, cause: StoreError) -> None:
        """From here on write into a file of this session's own."""
        cipher.same_as(rescue, self.path)
        self._take_sign_down()
        self.path = rescue
        self._standing = StoreError(
            f"{cause.message} This session is kept in {rescue}.",
            f"{cause.advice} Later, `entrain sessions import {rescue}` brings it into the store.".strip(),
            cause.topic,
            **{**cause.values, "rescue": str(rescue)},
        )
        self._attempt()

    def _rescue_path(self, folder: Path) -> Path:
        return folder / f"entrain-rescue-{self._head.uuid}.db"

    def _insist(self) -> None:
        """The session is over: try a while longer, then look for room elsewhere."""
        give_up_s = time.monotonic() + PATIENCE_S
        while self._refused and time.monotonic() < give_up_s:
            time.sleep(PATIENCE_S / 8)
            self._attempt()
        if self._refused and self.fault is not None:
            self._go_on_in(self._rescue_path(Path(tempfile.gettempdir())), self.fault)
