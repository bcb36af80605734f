"""It was too much: silence, a text without a figure in it, and then on or out."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from entrain.tui.screens.base import EntrainScreen
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say
from entrain.wording import away as words

_KEYS = (
    Key("q,escape", "q", "stop", "stop", "End the session; it stays quiet."),
    Key("g", "g", "go_on", "go on", "Go on where it was; the sound comes in slowly."),
)


class AwayScreen(EntrainScreen[bool]):
    """Ends with whether the session is to go on. Nothing else does anything; nothing is counted or timed."""

    CSS = """
    AwayScreen { align: center middle; }
    AwayScreen VerticalScroll { width: auto; max-width: 72; height: auto; max-height: 90%; padding: 1 4; }
    AwayScreen .title { text-style: bold; color: $primary; width: 60; margin-bottom: 1; }
    AwayScreen .text { height: auto; width: 60; margin-bottom: 1; }
    AwayScreen KeyLine { padding: 0; width: 60; margin-top: 1; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS]  # noqa: RUF012  Textual's own type

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._text = text or words.TEXT

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Say(words.TITLE, classes="title")
            yield Say(self._text, classes="text")
            yield KeyLine(*_KEYS)

    def action_stop(self) -> None:
        self.leave(False)

    def action_go_on(self) -> None:
        self.leave(True)
