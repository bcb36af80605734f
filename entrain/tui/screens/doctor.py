"""What works here and what does not, each with what to do."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.worker import Worker

from entrain.tui.ports import Check, Examine
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Part, Say

_KEYS: Final = (
    Key("r,enter", "r", "again", "check again", "Look at everything again."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
    Key("q,escape", "q", "leave", "back", "Back to the home screen."),
)
_MARKS: Final = {True: ("✓", "bold $success"), False: ("✗", "bold $error"), None: ("…", "$text-muted")}


class DoctorScreen(EntrainScreen[None]):
    """Everything is looked at in the background; each line changes when its answer is there."""

    CSS = """
    DoctorScreen { padding: 1 4 0 4; }
    DoctorScreen .heading { text-style: bold; color: $primary; }
    DoctorScreen VerticalScroll { height: 1fr; margin-top: 1; }
    DoctorScreen VerticalScroll Say { height: auto; max-width: 100; margin-bottom: 1; }
    DoctorScreen KeyLine { padding: 0; }
    DoctorScreen.-wide { padding: 2 10 1 10; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS]  # noqa: RUF012  Textual's own type

    def __init__(self, examine: Examine) -> None:
        super().__init__()
        self._examine = examine
        self._checks: dict[str, Check] = {}
        self._work: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield Say(classes="heading")
        with VerticalScroll():
            yield Say(classes="checks")
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
                self._checks[check.what] = check
                self._show()
        except Exception as fault:
            self.log.error(f"the examination failed: {fault!r}")
            self._checks["all"] = Check(
                "all", False, "Looking failed.", "Try `entrain doctor` in a terminal."
            )
            self._show()

    def _show(self) -> None:
        parts: list[Part] = []
        for check in self._checks.values():
            mark, style = _MARKS[check.ok]
            what = check.what[:1].upper() + check.what[1:]
            parts += ["\n\n" if parts else "", (mark, style), (f" {what}", "bold"), f"\n  {check.found}"]
            if check.advice:
                parts += [(f"\n  → {check.advice}", "$warning" if check.ok is False else "$text-muted")]
        self.query_one(".checks", Say).say(*parts)
        n_bad = sum(check.ok is False for check in self._checks.values())
        busy = any(check.ok is None for check in self._checks.values())
        said = "looking …" if busy else "everything works" if not n_bad else f"{n_bad} to look at"
        self.query_one(".heading", Say).say("What works here", (f"   {said}", "not bold $text-muted"))

    def action_leave(self) -> None:
        self.leave(None)

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))
