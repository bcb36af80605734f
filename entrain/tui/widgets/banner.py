"""The lines under the stage: the phase and its time, what to do about trouble, and why things are so."""

from textual.app import ComposeResult
from textual.containers import Vertical

from entrain.control.view import SessionView
from entrain.tui.widgets.say import Part, Say
from entrain.wording import screen as words


class Banner(Vertical):
    """The phase, why things are as they are, and what to do."""

    DEFAULT_CSS = """
    Banner { height: 4; padding: 0 2; }
    Banner .advice, Banner .why { height: auto; max-height: 2; }
    """

    def compose(self) -> ComposeResult:
        yield Say(classes="phase")
        yield Say(classes="advice")
        yield Say(classes="why")

    def show(self, view: SessionView, only_trouble: bool = False, *, ending: bool = False) -> None:
        """Draw a picture; `only_trouble` leaves out everything but what is wrong.

        `ending`: the session is about to stop, and can still go on.
        """
        advice = words.advice(view)
        serious = advice is not None and advice.serious
        style = "$warning" if serious else "$text-muted"
        if advice is None or (only_trouble and not serious):
            self._say("advice", "")
        else:
            self._say("advice", (advice.text, style))
        left = words.phase_left(view)
        title = "" if only_trouble else words.phase_title(view)
        if ending and view.ended is None:
            title, left = words.ENDING, ""
        self._say("phase", (title, "bold"), (f"   {left}" if left and title else "", "$text-muted"))
        why = words.ENDING_WHY if ending and view.ended is None else words.reason(view)
        self._say("why", ("" if only_trouble else why, "$text-muted"))

    def blank(self, text: str) -> None:
        """Nothing but `text`."""
        self._say("phase", "")
        self._say("advice", (text, "$warning"))
        self._say("why", "")

    def _say(self, name: str, *parts: Part) -> None:
        say = self.query_one(f".{name}", Say)
        say.say(*parts)
        say.display = bool(say.text)
