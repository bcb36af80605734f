"""One line to write a note."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from entrain.tui.screens.base import EntrainModal
from entrain.tui.widgets.say import Say


class NoteScreen(EntrainModal[str | None]):
    """Ends with the note (it may be empty), or with None where it was dropped."""

    CSS = """
    NoteScreen { align: center bottom; background: $background 0%; }
    NoteScreen Vertical { height: 5; padding: 1 2 0 2; background: $panel; }
    NoteScreen Input { border: none; height: 1; padding: 0; background: $panel; }
    NoteScreen .hint { color: $text-muted; margin-top: 1; }
    """
    BINDINGS = [("escape", "drop", "drop")]  # noqa: RUF012  Textual's own type

    def __init__(self, prompt: str) -> None:
        super().__init__()
        self._prompt = prompt

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Input(placeholder=self._prompt, max_length=400)
            yield Say("enter keep   escape drop   ctrl+c stop", classes="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.leave(event.value.strip())

    def action_drop(self) -> None:
        self.leave(None)
