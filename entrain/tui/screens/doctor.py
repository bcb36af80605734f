"""What works here and what does not, each with what to do."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.worker import Worker

from entrain.ports import Check, Examine
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say

_KEYS: Final = (
    Key("r,enter", "r", "again", "check again", "Look at everything again."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
    Key("q,escape", "q", "leave", "back", "Back to the home screen."),
)
_MARKS: Final = {True: ("✓", "bold $success"), False: ("✗", "bold $error"), None: ("…", "$text-muted")}


class CheckView(Vertical):
    """What was found of one thing, and what to do about it."""

    DEFAULT_CSS = """
    CheckView { height: auto; margin-bottom: 1; max-width: 100; }
    CheckView Say { height: auto; padding-left: 2; }
    CheckView .what { padding: 0; }
    """

    def compose(self) -> ComposeResult:
        yield Say(classes="what")
        yield Say(classes="found")
        yield Say(classes="advice")

    def show(self, check: Check) -> None:
        mark, style = _MARKS[check.ok]
        what = check.what[:1].upper() + check.what[1:]
        self.query_one(".what", Say).say((mark, style), (f" {what}", "bold"))
        self.query_one(".found", Say).say((check.found, "$text-muted" if check.ok is None else "$text"))
        advice = self.query_one(".advice", Say)
        advice.say((check.advice, "$warning" if check.ok is False else "$text-muted"))
        advice.display = bool(check.advice)


class DoctorScreen(EntrainScreen[None]):
    """Everything is looked at in the background; each line changes when its answer is there."""

    CSS = """
    DoctorScreen { padding: 1 4 0 4; }
    DoctorScreen .heading { text-style: bold; color: $primary; }
    DoctorScreen VerticalScroll { height: 1fr; margin-top: 1; }
    DoctorScreen KeyLine { padding: 0; }
    DoctorScreen.-wide { padding: 2 10 1 10; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS]  # noqa: RUF012  Textual's own type

    def __init__(self, examine: Examine) -> None:
        super().__init__()
        self._examine = examine
        self._views: dict[str, CheckView] = {}
        self._checks: dict[str, bool | None] = {}
        self._work: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield Say(classes="heading")
        yield VerticalScroll()
        yield KeyLine(*_KEYS, always=2)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self.action_again()

    def action_again(self) -> None:
        if self._work is None or self._work.is_finished:
            self._work = self.run_worker(self._look(), exit_on_error=False)

    async def _look(self) -> None:
        try:
            async for check in self._examine():
                await self._show(check)
        except Exception as fault:
            self.log.error(f"the examination failed: {fault!r}")
            await self._show(Check("all", False, "Looking failed.", "Try `entrain doctor` in a terminal."))

    async def _show(self, check: Check) -> None:
        if check.what not in self._views:
            self._views[check.what] = CheckView()
            await self.query_one(VerticalScroll).mount(self._views[check.what])
        self._views[check.what].show(check)
        self._checks[check.what] = check.ok
        n_bad = sum(ok is False for ok in self._checks.values())
        busy = None in self._checks.values()
        said = "looking …" if busy else "everything works" if not n_bad else f"{n_bad} to look at"
        self.query_one(".heading", Say).say("What works here", (f"   {said}", "not bold $text-muted"))

    def action_leave(self) -> None:
        self.leave(None)

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))
