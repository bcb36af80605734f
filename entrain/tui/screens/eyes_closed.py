"""A dark screen for closed eyes: the sound leads, nothing moves, any key brings the picture back."""

from collections.abc import Callable
from typing import Final

from textual import events
from textual.app import ComposeResult

from entrain.tui.screens.base import EntrainScreen
from entrain.tui.widgets.say import Say

_STOP: Final = "q"
_AWAY: Final = "x"


class EyesClosedScreen(EntrainScreen[bool]):
    """A dark screen, for who listens; any key ends it. Its result: is it to step away?"""

    CSS = """
    EyesClosedScreen { background: black; align: center bottom; }
    EyesClosedScreen Say { color: #262626; text-align: center; }
    """

    def __init__(
        self,
        stop: Callable[[], None],
        tap: Callable[[], None] | None,
    ) -> None:
        super().__init__()
        self._stop = stop
        self._tap = tap

    def compose(self) -> ComposeResult:
        yield Say("q stop     x enough     any other key brings the picture back")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key == "space" and self._tap is not None:
            self._tap()
        elif event.key == _STOP:
            self.leave(False)
            self._stop()
        elif event.key == _AWAY:
            self.leave(True)
        else:
            self.leave(False)

    def on_click(self) -> None:
        self.leave(False)
