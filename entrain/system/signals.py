"""The signals that end a session cleanly: Ctrl-C, `kill`, and a terminal that closes."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress


@contextmanager
def ending_by_signal(end: Callable[[], None]) -> Generator[None]:
    """Within it, a signal calls `end` in the running loop, in place of ending the process on the spot."""
    loop, signals = asyncio.get_running_loop(), _signals()
    for number in signals:
        with suppress(NotImplementedError):  # Windows has no loop signal handlers; Ctrl-C cancels instead
            loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number in signals:
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)


def _signals() -> list[signal.Signals]:
    heard = [signal.SIGINT, signal.SIGTERM]
    hangup: signal.Signals | None = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:  # `nohup` has it ignored
        heard.append(hangup)
    return heard
