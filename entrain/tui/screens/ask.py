"""A question before something is done that cannot be undone."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from entrain.tui.screens.base import EntrainModal
from entrain.tui.widgets.say import Say

AnswerT = TypeVar("AnswerT")


class AskScreen(EntrainModal[AnswerT | None], Generic[AnswerT]):
    """Ends with the answer whose key was pressed, or with None where the question was left (escape)."""

    CSS = """
    AskScreen { align: center bottom; background: $background 40%; }
    AskScreen Vertical { height: auto; padding: 1 2; background: $panel; }
    AskScreen Say { height: auto; text-style: bold; margin-bottom: 1; }
    """

    def __init__(self, question: str, answers: Sequence[tuple[str, str, AnswerT]], leave: str) -> None:
        """`answers` are (key, what it does, answer); `leave` is what escape does."""
        super().__init__()
        self._question = question
        self._answers = tuple(answers)
        self._leave = leave

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Say(self._question)
            shown = [(key, label) for key, label, _ in self._answers]
            parts = [
                Content.assemble((key, "bold $primary"), f" {label}").stylize(
                    Style.from_meta({"@click": f"screen.answer({key!r})"})
                )
                for key, label in (*shown, ("escape", self._leave))
            ]
            yield Static(Content("   ").join(parts))

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.action_answer(event.key)

    def action_answer(self, pressed: str) -> None:
        """The answer of a key that was pressed, or clicked."""
        if pressed == "escape":
            self.leave(None)
        for key, _, answer in self._answers:
            if pressed == key:
                self.leave(answer)
