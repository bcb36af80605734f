"""Two sessions beside each other: their courses in one scale, and their figures line by line."""

from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from entrain.ports import PastSession
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say
from entrain.tui.widgets.trend import TrendView
from entrain.wording import history_screen as words
from entrain.wording.times import clock

_KEYS = (
    Key("up", "↑ ↓", "none", "read on", "Up and down the page; page keys too."),
    Key("q,escape,c", "q", "leave", "back", "Back to the list."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
)
_CAUTION = "Two sessions say little about each other: pulses wander by themselves."


class CompareScreen(EntrainScreen[None]):
    """Two sessions beside each other."""

    CSS = """
    CompareScreen VerticalScroll { padding: 1 4 0 4; height: 1fr; scrollbar-size-vertical: 1; }
    CompareScreen .title { text-style: bold; color: $primary; }
    CompareScreen .name { color: $text-muted; }
    CompareScreen Horizontal { height: 8; margin-top: 1; }
    CompareScreen Vertical { height: 8; width: 1fr; margin-right: 2; }
    CompareScreen.-tall Horizontal { height: 14; }
    CompareScreen.-tall Vertical { height: 14; }
    CompareScreen TrendView { height: 1fr; }
    CompareScreen Static.figures { height: auto; margin-top: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    CompareScreen .small { color: $text-muted; margin-top: 1; height: auto; }
    CompareScreen KeyLine { padding: 0 4; }
    CompareScreen.-wide VerticalScroll { padding: 2 10 0 10; }
    CompareScreen.-wide KeyLine { padding: 0 10; margin-bottom: 1; }
    """
    BINDINGS = [key.binding() for key in _KEYS[1:]]  # noqa: RUF012  Textual's own type

    def __init__(self, one: PastSession, other: PastSession, now: datetime) -> None:
        super().__init__()
        self._now = now
        self._both = (one, other)

    def compose(self) -> ComposeResult:
        now = self._now
        with VerticalScroll():
            yield Say("two sessions", classes="title")
            with Horizontal():
                for past in self._both:
                    with Vertical():
                        yield Say(words.day(past.sitting.began, now), classes="name")
                        yield TrendView()
            yield Static(_table(words.comparison(*self._both, now)), classes="figures")
            yield Say(_CAUTION, classes="small")
        yield KeyLine(*_KEYS)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        longest_s = max((past.trail[-1].t_s for past in self._both if past.trail), default=1.0)
        one, other = (past.trail for past in self._both)
        for plot, trail, besides in zip(self.query(TrendView), (one, other), (other, one), strict=True):
            plot.show(trail, 0.0, longest_s, ("0:00", clock(longest_s)), besides)

    def action_none(self) -> None:
        """The arrows belong to the page."""

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))

    def action_leave(self) -> None:
        self.leave(None)


def _table(rows: list[tuple[str, str, str]]) -> Content:
    label, first = (max(len(row[at]) for row in rows) for at in (0, 1))
    lines = [
        Content.assemble(
            (f"{what:<{label}}   ", "$text-muted"),
            (f"{one:<{first}}   ", "$text"),
            (other, "$text" if other == one else "bold $text"),
        )
        for what, one, other in rows
    ]
    return Content("\n").join(lines)
