"""The terminal that the app draws on, where it may be slow, stuck, or gone.

Textual waits for room in its output queue, and with it the session that runs in the same loop. Here nothing
waits for a terminal: what is to be written is handed to a thread, the app leaves out pictures while the
terminal is behind, and one that is gone is told as a signal would be. Unix only.
"""

import os
import select
import sys
import threading
import time
from collections import deque
from typing import Any, Final

from textual.drivers.linux_driver import LinuxDriver

from entrain.system.signals import hang_up

CHUNK: Final = 1024  # bytes handed to the terminal at once
PATIENCE_S: Final = 1.5  # at the end, for what still waits
_LOOK_S: Final = 0.5
_ABORT: Final = b"\x18\x1b[0m"  # CAN: whatever sequence was cut short is over


class Output:
    """Writes to a terminal in a thread of its own; `put` never blocks. `gone`: it takes nothing any more."""

    def __init__(self, fd: int) -> None:
        self._fd = _own_way_to(fd)
        self._waiting: deque[tuple[float, bytes]] = deque()  # since when, what
        self._change = threading.Condition()
        self._closed = False
        self.gone = False
        threading.Thread(target=self._run, daemon=True, name="output").start()

    @property
    def late_s(self) -> float:
        """For how long the oldest of what the terminal has not taken has been waiting."""
        try:
            return time.monotonic() - self._waiting[0][0]
        except IndexError:
            return 0.0

    def put(self, text: str) -> None:
        with self._change:
            if not self.gone:
                self._waiting.append((time.monotonic(), text.encode("utf-8", "replace")))
                self._change.notify_all()

    def forget(self) -> None:
        """What has not been written is not worth it any more."""
        with self._change:
            if self._waiting:
                self._waiting.clear()
                self._waiting.append((time.monotonic(), _ABORT))

    def close(self, patience_s: float = PATIENCE_S) -> None:
        """Wait until all is written, at most `patience_s`."""
        until_s = time.monotonic() + patience_s
        with self._change:
            while self._waiting and not self.gone and time.monotonic() < until_s:
                self._change.wait(0.05)
            self._closed = True
            self._change.notify_all()

    def _run(self) -> None:
        while True:
            with self._change:
                while not self._waiting and not self._closed:
                    self._change.wait()
                if self._closed:
                    return
                first = self._waiting[0]
            n = self._written(first[1][:CHUNK])
            with self._change:
                if self.gone:
                    self._waiting.clear()
                elif self._waiting and self._waiting[0] is first:  # not forgotten meanwhile
                    self._waiting.popleft()
                    if n < len(first[1]):
                        self._waiting.appendleft((first[0], first[1][n:]))
                self._change.notify_all()

    def _written(self, data: bytes) -> int:
        try:
            _, writable, _ = select.select([], [self._fd], [], 0.2)
            return os.write(self._fd, data) if writable else 0
        except BlockingIOError:
            time.sleep(0.02)
            return 0
        except (OSError, ValueError):
            self.gone = True
            return 0


class Terminal(LinuxDriver):
    """Textual's driver, but that it never waits for the terminal and notices when that is gone."""

    def __init__(self, app: Any, **how: Any) -> None:
        super().__init__(app, **how)  # pyright: ignore[reportUnknownMemberType]  Textual's own
        self._output = Output(sys.__stderr__.fileno() if sys.__stderr__ else 2)
        self._left = threading.Event()

    @property
    def late_s(self) -> float:
        """How far the terminal is behind."""
        return self._output.late_s

    def write(self, data: str) -> None:
        self._output.put(data)

    def start_application_mode(self) -> None:
        self._left.clear()
        super().start_application_mode()
        threading.Thread(target=self._watch, daemon=True, name="terminal").start()

    def stop_application_mode(self) -> None:
        self._left.set()
        self._output.forget()
        super().stop_application_mode()

    def close(self) -> None:
        super().close()
        self._output.close()

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            self._is_gone()

    def _watch(self) -> None:
        """Without this, the thread that reads would spin on a terminal that is gone."""
        poll = select.poll()
        poll.register(self.fileno, 0)  # only what cannot be asked for: hung up, an error, closed
        while not self._left.wait(_LOOK_S):
            if poll.poll(0) or self._output.gone:
                self._is_gone()
                return

    def _is_gone(self) -> None:
        if not self._left.is_set():
            self._left.set()
            self.exit_event.set()
            hang_up()


def _own_way_to(fd: int) -> int:
    """The same terminal, opened once more so that it can be written to without waiting."""
    try:
        return os.open(os.ttyname(fd), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return os.dup(fd)
