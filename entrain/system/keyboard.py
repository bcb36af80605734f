"""Single keys from a terminal, without a screen that takes it."""

import asyncio
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress


@contextmanager
def single_keys(heard: Callable[[str], None]) -> Generator[bool]:
    """Within it, `heard` is called in the loop with each key. Yields whether there is such a terminal.

    The terminal is given back as it was. Ctrl-C goes on being a signal.
    """
    if sys.platform == "win32" or not sys.stdin.isatty():
        yield False
        return
    import termios
    import tty

    fd, loop = sys.stdin.fileno(), asyncio.get_running_loop()

    def read() -> None:
        try:
            keys = os.read(fd, 64).decode("utf-8", "replace")
        except OSError:
            keys = ""
        if not keys:  # the terminal is gone
            loop.remove_reader(fd)
        for key in keys:
            heard(key)

    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd)
        loop.add_reader(fd, read)
        yield True
    finally:
        loop.remove_reader(fd)
        with suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSANOW, before)
