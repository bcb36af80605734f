"""While a session is being opened and that takes a while: what is being done, and the way back."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from textual.app import ComposeResult
from textual.containers import Center, Vertical

from entrain.tui.screens.base import EntrainScreen
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say

_LOOKS_PER_S: Final = 5.0
_ANY: Final = "One moment …"
_KEYS = (Key("q,escape", "q", "leave", "back", "Do not wait for it."),)


class OpeningScreen(EntrainScreen[bool]):
    """Ends with True when `opening` is done, however it ended; with False where the person turned back.

    `doing` is asked again and again what is being done; it may say nothing.
    """

    CSS = """
    OpeningScreen { align: center middle; }
    OpeningScreen Vertical { width: 92%; max-width: 72; height: auto; }
    OpeningScreen Say { text-align: center; height: auto; }
    OpeningScreen KeyLine { dock: bottom; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS]  # noqa: RUF012  Textual's own type

    def __init__(self, opening: "asyncio.Future[Any]", doing: Callable[[], str]) -> None:
        super().__init__()
        self._opening = opening
        self._doing = doing

    def compose(self) -> ComposeResult:
        with Center(), Vertical():
            yield Say(self._doing() or _ANY)
        yield KeyLine(*_KEYS)

    def on_mount(self) -> None:
        self.set_interval(1.0 / _LOOKS_PER_S, self._look)

    def _look(self) -> None:
        if self._opening.done():
            self.leave(True)
        else:
            self.query_one(Say).say(self._doing() or _ANY)

    def action_leave(self) -> None:
        self.leave(False)
