"""One line to write, at the bottom of whatever it is about."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from entrain.tui.screens.base import EntrainModal
from entrain.tui.widgets.say import Say


class LineScreen(EntrainModal[str | None]):
    """Ends with the line (it may be empty), or with None where it was dropped.

    `refuses` says what is wrong with a line; empty where nothing is. Then the line stays to be corrected.
    """

    CSS = """
    LineScreen { align: center bottom; background: $background 0%; }
    LineScreen Vertical { height: auto; padding: 1 2 0 2; background: $panel; }
    LineScreen Input { border: none; height: 1; padding: 0; background: $panel; }
    LineScreen .hint { color: $text-muted; margin-top: 1; height: auto; max-height: 3; }
    """
    BINDINGS = [("escape", "drop", "drop")]  # noqa: RUF012  Textual's own type
    HINT = "enter keep   escape drop"

    def __init__(
        self,
        prompt: str,
        value: str = "",
        refuses: Callable[[str], str] = lambda line: "",
        about: str = "",
    ) -> None:
        super().__init__()
        self._prompt = prompt
        self._value = value
        self._refuses = refuses
        self._about = about

    def compose(self) -> ComposeResult:
        with Vertical():
            if self._about:
                yield Say((self._about, "bold"))
            yield Input(self._value, placeholder=self._prompt, max_length=400, select_on_focus=False)
            yield Say(self.HINT, classes="hint")

    def on_input_changed(self) -> None:
        self.query_one(".hint", Say).say(self.HINT)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        line = event.value.strip()
        wrong = self._refuses(line)
        if wrong:
            self.query_one(".hint", Say).say((wrong, "$warning"))
        else:
            self.leave(line)

    def action_drop(self) -> None:
        self.leave(None)
