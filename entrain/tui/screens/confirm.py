"""A question that is answered with yes or no; no is what happens where somebody just goes on."""

from textual.app import ComposeResult
from textual.containers import Vertical

from entrain.tui.screens.base import EntrainModal
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say


class ConfirmScreen(EntrainModal[bool]):
    """Ends with True only where `yes` was said."""

    CSS = """
    ConfirmScreen { align: center middle; background: $background 70%; }
    ConfirmScreen Vertical { width: 92%; max-width: 72; height: auto; padding: 1 3; background: $panel; }
    ConfirmScreen Say { height: auto; }
    ConfirmScreen .question { text-style: bold; }
    ConfirmScreen .more { color: $text-muted; margin: 1 0; }
    ConfirmScreen KeyLine { padding: 0; }
    """
    BINDINGS = [  # noqa: RUF012  Textual's own type
        ("y", "yes", "yes"),
        ("n,escape,q,enter", "no", "no"),
    ]

    def __init__(self, question: str, more: str, yes: str, no: str) -> None:
        super().__init__()
        self._question = question
        self._more = more
        self._keys = (Key("y", "y", "yes", yes, ""), Key("n", "n", "no", no, ""))

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Say(self._question, classes="question")
            yield Say(self._more, classes="more")
            yield KeyLine(*self._keys)

    def action_yes(self) -> None:
        self.leave(True)

    def action_no(self) -> None:
        self.leave(False)
