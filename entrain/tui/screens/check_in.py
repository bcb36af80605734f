"""How the person feels before a session. Skippable."""

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Center, Vertical

from entrain.tui.screens.base import EntrainScreen
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.rating import Rating
from entrain.tui.widgets.say import Say

_KEYS = (
    Key("enter", "0–10", "go_on", "or ← → choose", "How you feel, from 0 to 10."),
    Key("enter", "enter", "go_on", "go on, rated or not", "Begin the session, with a rating or without."),
    Key("q,escape", "q", "leave", "back", "Do not begin."),
)


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The person wants to begin; `rating` is None where it was skipped."""

    rating: int | None


class CheckInScreen(EntrainScreen[CheckIn | None]):
    """Ends with None where the person turned back."""

    CSS = """
    CheckInScreen { align: center middle; }
    CheckInScreen Vertical { height: auto; width: 100%; }
    CheckInScreen Say { text-align: center; margin-bottom: 1; }
    CheckInScreen .question { text-style: bold; margin-bottom: 2; }
    CheckInScreen KeyLine { dock: bottom; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS[1:]]  # noqa: RUF012  Textual's own type

    def __init__(self) -> None:
        super().__init__()
        self._rating = Rating()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Say("How tense are you right now?", classes="question")
            with Center():
                yield self._rating
        yield KeyLine(*_KEYS)

    def on_key(self, event: events.Key) -> None:
        if self._rating.take(event.key):
            event.stop()
            event.prevent_default()

    def action_go_on(self) -> None:
        self.leave(CheckIn(self._rating.value))

    def action_leave(self) -> None:
        self.leave(None)
