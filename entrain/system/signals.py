"""The signals that end a session cleanly: Ctrl-C, `kill`, and a terminal that closes.

The first one asks. A second one, or `GRACE_S` in which nothing came of the first, ends the process on the
spot, after the last acts: nothing stuck in a terminal or a device outlives it, and the log is whole.
"""

import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

GRACE_S: Final = 5.0
LAST_ACTS_S: Final = 5.0  # at most; then it ends without them
EXIT_CODE: Final = 130

_last_acts: list[Callable[[], object]] = []
_watch: threading.Timer | None = None


@contextmanager
def ending_by_signal(end: Callable[[], None]) -> Generator[None]:
    """Within it, a signal calls `end` in the running loop, in place of ending the process on the spot.

    From the first signal on the process has `GRACE_S` to end, also after this block, until `settled`.
    """
    import asyncio  # whoever calls this has it; `entrain --help` need not wait for it

    loop = asyncio.get_running_loop()

    def heard(_number: int, _frame: FrameType | None) -> None:
        global _watch
        if _watch is not None:
            threading.Thread(target=_end_on_the_spot, daemon=True).start()
            return
        _watch = threading.Timer(GRACE_S, _end_on_the_spot)
        _watch.daemon = True
        _watch.start()
        with suppress(RuntimeError):  # the loop is over
            loop.call_soon_threadsafe(end)

    before = {number: signal.signal(number, heard) for number in _signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def hang_up() -> None:
    """What a terminal that is gone asks for, as a signal would. From any thread."""
    os.kill(os.getpid(), signal.SIGTERM)


def at_last(act: Callable[[], object]) -> None:
    """Have `act` done before the process is ended on the spot; from a thread, and twice does no harm."""
    _last_acts.append(act)


def settled() -> None:
    """All has come to its end: nothing is to be ended on the spot any more."""
    global _watch
    if _watch is not None:
        _watch.cancel()
        _watch = None
    _last_acts.clear()


def _end_on_the_spot() -> None:
    acts = threading.Thread(target=_do_last_acts, daemon=True)
    acts.start()
    acts.join(LAST_ACTS_S)
    os._exit(EXIT_CODE)


def _do_last_acts() -> None:
    for act in _last_acts:
        with suppress(Exception):  # the next one has to be done all the same
            act()


def _signals() -> list[signal.Signals]:
    if threading.current_thread() is not threading.main_thread():
        return []  # only the main thread hears any
    heard = [signal.SIGINT, signal.SIGTERM]
    hangup: signal.Signals | None = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:  # `nohup` has it ignored
        heard.append(hangup)
    return heard
