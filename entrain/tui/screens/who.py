"""Who is practising: somebody known, somebody new, or no name."""

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult

from entrain.errors import EntrainError
from entrain.ports import Archive, KnownPerson
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.screens.note import NoteScreen
from entrain.tui.widgets.cards import Card, Cards
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say
from entrain.wording import history_screen as words

_NEW: Final = "new"
_NOBODY: Final = "nobody"
_PERSON: Final = "person "  # before a pseudonym, so that none is taken for one of the two above
_ADVICE: Final = "Sessions are kept apart by it. Take a pseudonym, such as P01: better not a name."
_KEYS = (
    Key("enter", "enter", "choose", "choose", "The one that is marked."),
    Key("a", "a", "add", "add", "Somebody new, by a pseudonym."),
    Key("q,escape", "q", "leave", "back", "Leave it as it was."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
)


class WhoScreen(EntrainScreen[str | None]):
    """Ends with a pseudonym, '' for no name, or None where nothing was chosen."""

    CSS = """
    WhoScreen { padding: 1 4; }
    WhoScreen .title { text-style: bold; color: $primary; }
    WhoScreen .state { color: $text-muted; height: auto; max-height: 3; margin-bottom: 1; }
    WhoScreen CardView { margin-bottom: 0; }
    WhoScreen KeyLine { padding: 0; }
    WhoScreen.-wide { padding: 2 10 1 10; }
    """
    BINDINGS = [key.binding() for key in _KEYS[1:]]  # noqa: RUF012  Textual's own type

    def __init__(
        self, archive: Archive, people: Sequence[KnownPerson], now: str, named: str | None = None
    ) -> None:
        """`named` was named outside the app since `now` sat down; None: this was opened by hand."""
        super().__init__()
        self._named = named
        self._archive = archive
        known = {each.person: each for each in people}
        shown = dict.fromkeys(each for each in (now, named or "", *known) if each)
        self._people = tuple(known.get(each, KnownPerson(each)) for each in shown)
        self._now = now

    def compose(self) -> ComposeResult:
        today = self._archive.now()
        cards = [
            Card(f"{_PERSON}{each.person}", each.person, words.known(each, today)) for each in self._people
        ]
        cards += [
            Card(_NOBODY, "No name", "sessions without a pseudonym"),
            Card(_NEW, "Somebody new", "a"),
        ]
        yield Say("Who is practising?" if self._named is None else "Whose session is this?", classes="title")
        yield Say(_ADVICE if self._named is None else self._changed(self._named), classes="state")
        marked = self._now if self._named is None else self._named
        yield Cards(cards, f"{_PERSON}{marked}" if marked else _NOBODY)
        yield KeyLine(*_KEYS)

    def _changed(self, named: str) -> str:
        return f"Outside this screen {_who(named)} was named; here it was {_who(self._now)}."

    def on_mount(self) -> None:
        self.query_one(Cards).focus()

    def on_cards_taken(self, message: Cards.Taken) -> None:
        if message.card.key == _NEW:
            self.action_add()
        else:
            self.leave("" if message.card.key == _NOBODY else message.card.key.removeprefix(_PERSON))

    def action_choose(self) -> None:
        self.query_one(Cards).action_take()

    def action_add(self) -> None:
        def added(name: str | None) -> None:
            if not name:
                return
            try:
                self.leave(self._archive.checked(name))
            except EntrainError as fault:
                self.query_one(".state", Say).say((f"{fault.message} {fault.advice}".strip(), "$warning"))

        self.host.push_screen(NoteScreen("A pseudonym, such as P01"), added)

    def action_leave(self) -> None:
        self.leave(None)

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))


def _who(person: str) -> str:
    return person or "no name"
