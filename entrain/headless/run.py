"""A session without a screen, from its beginning to its end."""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from typing import TextIO

from entrain.control.events import Stop
from entrain.control.view import Summary
from entrain.errors import DeviceError
from entrain.headless.keys import hearer
from entrain.headless.lines import Lines
from entrain.headless.missing import Missing
from entrain.headless.one_line import show_line
from entrain.headless.spool import PATIENCE_S, Direct, Spool
from entrain.runtime import Session
from entrain.system.keyboard import single_keys
from entrain.system.signals import ending_by_signal
from entrain.wording.screen import SIMULATED


class Form(Enum):
    """How a session tells what happens."""

    JSON = "one JSON object a line"
    LINES = "a line for each change, with its time"
    TERSE = "a line for each change, for a screen reader"
    ONE = "one line that changes"


async def run_headless(
    session: Session,
    out: TextIO,
    form: Form,
    *,
    named_sound: bool = False,
    tap: Callable[[], None] | None = None,
    own_keys: Mapping[str, str] | None = None,
    simulated: bool = False,
) -> tuple[Summary, bool, DeviceError | None]:
    """Run `session` to its end, telling what happens; a signal to end and a closed pipe stop it cleanly.

    Args:
        named_sound: a sound device was asked for by its name.
        tap: where the space bar goes, when a pulse is tapped.
        own_keys: name -> key, where somebody gave another key.
        simulated: no heart is anybody's, which the one line says as well.
    Returns: the summary, whether a signal ended it, and the device for want of which it was ended. The caller
        says the summary once the log is closed.
    """
    interrupted = False
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        session.send(Stop(), "interrupt")

    def unheard() -> None:
        with suppress(RuntimeError):  # the loop is over
            loop.call_soon_threadsafe(lambda: None if session.ended else interrupt())

    spool = Spool(out, unheard) if session.clock.speed == 1.0 else Direct(out, unheard)
    missing = Missing(session.straps, lambda: session.send(Stop(), "interrupt"), named_sound=named_sound)
    session.observers.append(missing.observe)
    lines: Lines | None = None
    line: asyncio.Task[None] | None = None
    if form is Form.ONE:
        columns = (os.get_terminal_size(out.fileno()).columns or 80) if out.isatty() else None
        line = asyncio.create_task(show_line(session, spool.put, columns, SIMULATED if simulated else ""))
    else:
        lines = Lines(spool.put, json_lines=form is Form.JSON, terse=form is Form.TERSE)
        session.observers.append(lines.observe)

    def say(text: str) -> None:
        if form in (Form.LINES, Form.TERSE):
            spool.put(f"{text}\n")

    with ending_by_signal(interrupt), single_keys(hearer(session, say, tap, own_keys or {})):
        summary = await session.run()
    if line is not None:
        line.cancel()
        spool.put("\n")
    if lines is not None:
        lines.finish()
    spool.close(None if summary.completed else PATIENCE_S)
    return summary, interrupted, missing.fault
