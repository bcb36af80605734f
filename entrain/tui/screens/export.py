"""Which form a session is to be written in, for other programs."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult

from entrain.ports import ExportForm
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.widgets.cards import Card, Cards
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say

_KEYS = (
    Key("enter", "enter", "take", "write", "Write it in the form that is marked, into the current folder."),
    Key("d", "d", "deidentify", "de-identify", "With or without dates, names, addresses and notes."),
    Key("q,escape", "q", "leave", "back", "Write nothing."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
)


@dataclass(frozen=True, slots=True)
class ExportWish:
    """A format, and whether names are to be left out."""

    form: str
    deidentify: bool


class ExportScreen(EntrainScreen[ExportWish | None]):
    """Ends with what is wanted, or None."""

    CSS = """
    ExportScreen { padding: 1 4; }
    ExportScreen .title { text-style: bold; color: $primary; }
    ExportScreen .how { color: $text-muted; margin-bottom: 1; height: auto; }
    ExportScreen CardView { margin-bottom: 0; }
    ExportScreen KeyLine { padding: 0; margin-top: 1; }
    ExportScreen.-wide { padding: 2 10 1 10; }
    """
    BINDINGS = [key.binding() for key in _KEYS[1:]]  # noqa: RUF012  Textual's own type

    def __init__(self, title: str, forms: Sequence[ExportForm]) -> None:
        super().__init__()
        self._title = title
        self._forms = forms
        self._deidentify = False

    def compose(self) -> ComposeResult:
        yield Say(self._title, classes="title")
        yield Say(self._how(), classes="how")
        yield Cards([Card(form.name, f"{form.name:<8}", form.holds) for form in self._forms])
        yield KeyLine(*_KEYS)

    def on_mount(self) -> None:
        self.query_one(Cards).focus()

    def _how(self) -> str:
        if self._deidentify:
            return "Without dates, names, addresses and notes; under a pseudonym drawn at random."
        return "As it is, with dates, names and notes: for yourself."

    def action_deidentify(self) -> None:
        self._deidentify = not self._deidentify
        self.query_one(".how", Say).say(self._how())

    def on_cards_taken(self, message: Cards.Taken) -> None:
        self.leave(ExportWish(message.card.key, self._deidentify))

    def action_take(self) -> None:
        self.query_one(Cards).action_take()

    def action_leave(self) -> None:
        self.leave(None)

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))
