"""Every key of a screen, explained in a line."""

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from entrain.tui.screens.base import EntrainModal
from entrain.tui.widgets.key_line import Key


class HelpScreen(EntrainModal[str | None]):
    """Any key closes it; where a session can be stopped, q still stops. Ends with that key there."""

    CSS = """
    HelpScreen { align: center middle; background: $background 70%; }
    HelpScreen VerticalScroll {
        width: 92%; max-width: 84; height: auto; max-height: 96%;
        padding: 1 3; background: $panel;
    }
    """

    def __init__(
        self,
        keys: Sequence[Key],
        stop: Callable[[], None] | None = None,
        *,
        tap: bool = False,
    ) -> None:
        super().__init__()
        self._keys = keys
        self._stop = stop
        self._tap = tap

    def compose(self) -> ComposeResult:
        rows = [
            (" ".join(key.shown_in(self.host) for key in keys), text)
            for text, keys in groupby(self._keys, key=attrgetter("text"))  # a pair has one text
        ]
        if self._tap:
            rows = [("p" if shown == "space" else shown, text) for shown, text in rows]
            rows.insert(1, ("space", "Tap it with each beat of your pulse."))
        rows.append(("ctrl+p", "Everything by name."))
        lines = [
            Content.assemble((f"{shown:>7}", "bold $primary"), "   ", (text, "$text")) for shown, text in rows
        ]
        with VerticalScroll():
            yield Static(Content("\n").join(lines))

    def on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down", "pageup", "pagedown"):
            return
        event.stop()
        event.prevent_default()
        self.leave(event.key if self._stop is not None else None)
        if self._stop is not None and event.key == "q":
            self._stop()

    def on_click(self) -> None:
        self.leave(None)
