"""The check-out: what was felt first, then what would be next, then the figures and how good they are."""

from collections.abc import Sequence
from enum import Enum
from time import monotonic
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Center, VerticalScroll

from entrain.control import events as ev
from entrain.control.view import Sample, Summary
from entrain.ports import OpenedSession
from entrain.tui.background import in_background
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.screens.note import NoteScreen
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.rating import Rating
from entrain.tui.widgets.say import Part, Say
from entrain.tui.widgets.trend import TrendView
from entrain.wording import away as away_words
from entrain.wording import summary as summary_words
from entrain.wording.decisions import sentence as decision_sentence
from entrain.wording.times import clock

_KEYS = (
    Key("enter", "0–10", "keep", "how tense", "How tense you are now: digits, or ← and →."),
    Key("n", "n", "note", "note", "A note on this session."),
    Key("a", "a", "again", "again", "Another session with the same choices."),
    Key("q,escape,enter", "enter", "leave", "done", "Leave this page; everything is kept."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
)

_NOT_RIGHT = Key(
    "x", "x", "not_right", "not right", "This was not right for me: kept, and its voice is left out."
)
_REPORT = Key("r", "r", "report", "report", "Save a report (later notes are not included).")
CALM_S: Final = 0.7  # in which no key leaves the page


class Next(Enum):
    """What comes after the summary."""

    AGAIN = "again"
    LEAVE = "leave"


class SummaryScreen(EntrainScreen[Next]):
    """The page at the end of a session."""

    CSS = """
    SummaryScreen VerticalScroll { padding: 1 4; height: 1fr; }
    SummaryScreen .title { text-style: bold; color: $primary; }
    SummaryScreen Say { height: auto; }
    SummaryScreen .changes { margin-top: 1; max-width: 84; }
    SummaryScreen .small { color: $text-muted; }
    SummaryScreen TrendView { margin-top: 1; height: 6; max-width: 100; }
    SummaryScreen.-tall TrendView { height: 12; }
    SummaryScreen .felt, SummaryScreen .next { margin-top: 1; }
    SummaryScreen .question { text-align: center; color: $text-muted; }
    SummaryScreen Rating { height: 2; }
    SummaryScreen .said { padding: 0 4; display: none; }
    SummaryScreen KeyLine { padding: 0 4; }
    SummaryScreen.-wide VerticalScroll { padding: 2 10; }
    SummaryScreen.-wide .said { padding: 0 10; }
    SummaryScreen.-wide KeyLine { padding: 0 10; margin-bottom: 1; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in (*_KEYS[1:], _REPORT, _NOT_RIGHT)]  # noqa: RUF012  Textual's own type

    def __init__(
        self,
        opened: OpenedSession,
        summary: Summary,
        trail: Sequence[Sample],
        swing_bpm: float | None = None,
    ) -> None:
        """A report finishes the session's log: from then on nothing is added. `swing_bpm`: how far the pulse
        swung with the guided breath."""
        super().__init__()
        self._report = opened.report
        self._not_right = opened.not_right
        self._person = opened.person
        self._is_simulated = opened.is_simulated
        self._swing_bpm = swing_bpm
        self._is_finished = False
        self._since_s = 0.0
        self._port = opened.port
        self._summary = summary
        self._trail = trail
        self._kept: int | None = summary.rating_after
        self._rating = Rating(self._kept)

    def compose(self) -> ComposeResult:
        summary = self._summary
        with VerticalScroll():
            yield Say(
                summary_words.title(summary),
                (f"   {self._person}" if self._person else "", "not bold"),
                (f"   {decision_sentence(summary.reason)}", "not bold $text-muted"),
                classes="title",
            )
            if self._is_simulated:
                yield Say((summary_words.MADE_UP, "$warning"))
            yield Say(*self._felt(self._kept), classes="felt")
            yield Say("How tense are you now?", classes="question")
            with Center():
                yield self._rating
            yield Say(summary_words.next_step(summary), classes="next")
            yield Say(" ".join(summary_words.changes(summary)), classes="changes")
            comparable = not summary_words.what_is_lacking(summary)
            yield Say(summary_words.CAUTION if comparable else "", classes="small")
            yield TrendView()
            yield Say(summary_words.guided(summary), classes="small")
            yield Say(summary_words.live(summary), classes="small")
            yield Say(summary_words.quality(summary), classes="small")
        yield Say(classes="said")
        yield KeyLine(*self._keys)

    @property
    def _keys(self) -> list[Key]:
        """Without what is not to be had: a report, or a note in a log that is finished."""
        keys = [key for key in _KEYS if not (self._is_finished and key.action in ("note", "keep"))]
        can_report = self._report is not None and not self._is_finished
        more = ((_REPORT,) if can_report else ()) + (() if self._is_finished else (_NOT_RIGHT,))
        return [*keys[:-2], *more, *keys[-2:]]

    def on_mount(self) -> None:
        self._since_s = monotonic()
        if self._trail:
            from_s, to_s = self._trail[0].t_s, self._trail[-1].t_s
            self.query_one(TrendView).show(self._trail, from_s, to_s, ("start", clock(to_s - from_s)))

    def on_key(self, event: events.Key) -> None:
        if self._is_finished or not self._is_whole or not self._rating.take(event.key):
            return
        event.stop()
        event.prevent_default()
        self.query_one(".felt", Say).say(*self._felt(self._rating.value))

    def on_rated(self) -> None:
        self.query_one(".felt", Say).say(*self._felt(self._rating.value))

    @property
    def _is_whole(self) -> bool:
        """A key may come before everything is there, and after it has gone."""
        return self.is_mounted and self._rating.is_attached

    def _felt(self, rating: int | None) -> tuple[Part, ...]:
        return ((summary_words.felt(self._summary, rating, self._swing_bpm), "bold"),)

    def _keep_rating(self) -> None:
        value = self._rating.value
        if not self._is_finished and value is not None and value != self._kept:
            self._kept = value
            self._port.send(ev.Rate(value, "after"))

    def action_report(self) -> None:
        if self._report is None or self._is_finished or not self._is_whole:
            return
        self._keep_rating()
        self._is_finished = True
        self.query_one(KeyLine).show(self._keys)
        self._say("Writing …")
        in_background(self, self._report, lambda path: self._say(f"The report is in {path}."), self._say)

    def _say(self, text: str) -> None:
        said = self.query_one(".said", Say)
        said.display = True
        said.say(text)

    def action_note(self) -> None:
        if self._is_finished:
            return

        def keep(note: str | None) -> None:
            if note:
                self._port.send(ev.Mark(note))
                self.notify("Noted.", markup=False)

        self.host.push_screen(NoteScreen("A note on this session"), keep)

    def action_not_right(self) -> None:
        """An answer like any other: kept with the session, and that voice is left out from now on."""
        if self._is_finished or not self._is_whole:
            return
        voice = self._summary.voice
        self._port.send(ev.NotRight(voice))
        fault = "" if self._not_right is None else self._not_right(voice)
        is_left_out = self._not_right is not None and not fault
        self._say(fault or (away_words.LEFT_OUT.format(voice=voice) if is_left_out else away_words.KEPT))

    def action_again(self) -> None:
        self._keep_rating()
        self.leave(Next.AGAIN)

    def action_leave(self) -> None:
        if monotonic() - self._since_s >= CALM_S:  # not by a key that was meant for the session
            self._keep_rating()
            self.leave(Next.LEAVE)

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(self._keys))
