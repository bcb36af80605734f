"""After the resonance assessment: the curve, the choice and how sure it is, or that there is none."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from entrain.errors import EntrainError
from entrain.ports import AssessmentOutcome, AssessmentPort
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say
from entrain.tui.widgets.swing_plot import SwingPlot

_USE: Final = Key("u", "u", "use", "use it in a preset", "Make a preset of yours that goes to this rate.")
_HELP: Final = Key("question_mark,f1", "?", "help", "help", "This list.")
_DONE: Final = Key("q,escape,enter", "q", "leave", "done", "Back to the home screen.")
_KEYS: Final = (_USE, _HELP, _DONE)


class OutcomeScreen(EntrainScreen[str | None]):
    """Ends with the name of the preset that uses the outcome, or None."""

    CSS = """
    OutcomeScreen { padding: 1 2 0 2; }
    OutcomeScreen VerticalScroll { height: 1fr; }
    OutcomeScreen Say { height: auto; max-width: 100; }
    OutcomeScreen .heading { color: $text-muted; }
    OutcomeScreen .verdict { text-style: bold; margin-top: 1; }
    OutcomeScreen .more { color: $text-muted; }
    OutcomeScreen SwingPlot { margin-top: 1; max-width: 100; }
    OutcomeScreen .table { margin-top: 1; color: $text-muted; text-wrap: nowrap; }
    OutcomeScreen KeyLine { padding: 0; }
    OutcomeScreen.-wide { padding: 2 10 1 10; }
    OutcomeScreen.-tall SwingPlot { height: 16; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS]  # noqa: RUF012  Textual's own type

    def __init__(self, assessment: AssessmentPort) -> None:
        super().__init__()
        self._assessment = assessment
        self.outcome: AssessmentOutcome | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Say("Resonance assessment", classes="heading")
            yield Say("Looking at what was recorded …", classes="verdict")
            yield Say(classes="more")
            yield SwingPlot()
            yield Say(classes="table")
        yield KeyLine(_HELP, _DONE, always=2)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self.query_one(SwingPlot).display = False
        self.run_worker(self._look(), exit_on_error=False)

    async def _look(self) -> None:
        try:
            self.outcome = await self._assessment.outcome()
        except EntrainError as fault:
            self._say("verdict", fault.message)
            self._say("more", fault.advice)
        except Exception as fault:
            self.log.error(f"the outcome cannot be had: {fault!r}")
            self._say("verdict", "The recording could not be looked at.")
            self._say("more", "It is kept: `entrain assess --session last` may tell more.")
        else:
            self._show(self.outcome)

    def _show(self, outcome: AssessmentOutcome) -> None:
        self._say("heading", outcome.title)
        self._say("verdict", outcome.verdict[0])
        self._say("more", "\n".join((*outcome.verdict[1:], *outcome.compared)))
        plot = self.query_one(SwingPlot)
        plot.display = bool(outcome.swings)
        plot.show(outcome)
        self._say("table", "\n".join(outcome.table))
        if outcome.resonance_per_min is not None:
            self.query_one(KeyLine).show(_KEYS)

    def _say(self, name: str, text: str) -> None:
        self.query_one(f".{name}", Say).say(text)

    def action_use(self) -> None:
        if self.outcome is None or self.outcome.resonance_per_min is None:
            return
        try:
            self.leave(self._assessment.use())
        except EntrainError as fault:
            self.notify(f"{fault.message} {fault.advice}".strip(), severity="warning", markup=False)

    def action_leave(self) -> None:
        self.leave(None)

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))
