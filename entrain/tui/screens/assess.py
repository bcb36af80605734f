"""Before the resonance assessment: what it is, how long it takes, and which way."""

from typing import Final

from textual.app import ComposeResult

from entrain.errors import EntrainError
from entrain.ports import AssessmentChoice, AssessmentPort, FindStraps, HeartChoice, HeartKind
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.screens.straps import StrapsScreen
from entrain.tui.widgets.cards import Card, Cards
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say
from entrain.wording.screen import heart_said

ABOUT: Final = (
    "Slow breathing makes the pulse swing. At which rate does yours swing most, if at any?",
    "You breathe with the figure at several rates, gently and not deeply, and rest between.",
    "Sit still and stop any time with q. “No clear peak” is common, and an honest outcome.",
)
_FIVE: Final = "five"
_SLIDING: Final = "sliding"

_KEYS: Final = (
    Key("enter", "enter", "begin", "begin", "Begin the assessment that is marked."),
    Key("s", "s", "straps", "sensor", "Choose where your pulse comes from."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
    Key("q,escape", "q", "leave", "back", "Back to the home screen."),
)


class AssessScreen(EntrainScreen[AssessmentChoice | None]):
    """Before an assessment: how it goes, and which heart."""

    CSS = """
    AssessScreen { padding: 1 4 0 4; }
    AssessScreen .heading { text-style: bold; color: $primary; }
    AssessScreen .about { height: auto; max-width: 90; margin: 1 0; }
    AssessScreen .before { color: $text-muted; height: auto; max-height: 2; }
    AssessScreen .heart { margin: 1 0 0 0; padding: 0 0 0 3; }
    AssessScreen .trouble { color: $warning; height: auto; max-height: 3; padding: 0 0 0 3; }
    AssessScreen Cards { height: auto; max-height: 6; max-width: 84; }
    AssessScreen.-flat .about, AssessScreen.-flat .before { display: none; }
    AssessScreen KeyLine { dock: bottom; padding: 0; }
    AssessScreen.-wide { padding: 2 10 1 10; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS[1:]]  # noqa: RUF012  Textual's own type

    def __init__(self, assessment: AssessmentPort, heart: HeartChoice, find_straps: FindStraps) -> None:
        super().__init__()
        self._assessment = assessment
        self._find_straps = find_straps
        self.heart = heart
        self._remembered = heart if heart.kind is HeartKind.STRAP else None

    def compose(self) -> ComposeResult:
        yield Say("Resonance assessment", classes="heading")
        yield Say("\n".join(ABOUT), classes="about")
        five, slide = (self._assessment.minutes(sliding) for sliding in (False, True))
        yield Cards(
            (
                Card(_FIVE, "Five rates, with rests", f"{five:.0f} min", "6.5 to 4.5 a minute, by lot."),
                Card(
                    _SLIDING,
                    "One slow fall through all rates",
                    f"{slide:.0f} min",
                    "From 6.75 to 4.25 without a rest.",
                ),
            )
        )
        yield Say(classes="heart")
        yield Say(classes="trouble")
        yield Say(classes="before")
        yield KeyLine(*_KEYS, always=2)

    def on_mount(self) -> None:
        self.query_one(Cards).focus()
        try:
            self.query_one(".before", Say).say(self._assessment.before())
        except EntrainError as fault:
            self.query_one(".before", Say).say(fault.message)
        self._show()

    def _show(self, trouble: str = "") -> None:
        heart = (("s   ", "$primary"), ("sensor   ", "$text-muted"), heart_said(self.heart))
        self.query_one(".heart", Say).say(*heart)
        self.query_one(".trouble", Say).say(trouble)

    def on_cards_taken(self) -> None:
        self.action_begin()

    def action_begin(self) -> None:
        marked = self.query_one(Cards).marked
        if self.heart.kind is HeartKind.NONE:
            self._show("Without a pulse there is nothing to assess. Press s to choose where from.")
        elif marked is not None:
            self.leave(AssessmentChoice(self.heart, marked.key == _SLIDING))

    def action_straps(self) -> None:
        def chosen(heart: HeartChoice | None) -> None:
            if heart is not None:
                self.heart = heart
                if heart.kind is HeartKind.STRAP:
                    self._remembered = heart
                self._show()

        self.host.push_screen(StrapsScreen(self._find_straps, self._remembered), chosen)

    def action_leave(self) -> None:
        self.leave(None)

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))
