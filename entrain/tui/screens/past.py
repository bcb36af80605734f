"""One session that was: its course, what changed, why all was decided as it was, how good the data was."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from entrain.history.row import Heart, HowItEnded, Sitting
from entrain.ports import Archive, PastSession, Report, Told
from entrain.tui.background import in_background
from entrain.tui.screens import past_deeds
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say
from entrain.tui.widgets.told_list import ToldList
from entrain.tui.widgets.trend import TrendView
from entrain.wording import figures
from entrain.wording import history_screen as words
from entrain.wording import summary as summary_words
from entrain.wording.times import clock

_SCROLL = Key("up", "↑ ↓", "none", "read on", "Up and down the page; page keys too.")
_NOTE = Key("n", "n", "note", "note", "Add a note to the session.")
_EXPORT = Key("e", "e", "export", "export", "Write the session for other programs.")
_REPORT = Key("r", "r", "report", "report", "Write a page about the session, to print or to hand on.")
_LAST = (
    Key("d,delete", "d", "delete", "delete", "Remove the session for good; asks first."),
    Key("q,escape", "q", "leave", "back", "Back to the list."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
)


class PastScreen(EntrainScreen[bool]):
    """Ends with whether something of the session has changed."""

    CSS = """
    PastScreen VerticalScroll { padding: 1 4; height: 1fr; scrollbar-size-vertical: 1; }
    PastScreen Say { height: auto; }
    PastScreen .title { text-style: bold; color: $primary; }
    PastScreen .small { color: $text-muted; }
    PastScreen .head { color: $primary; margin-top: 1; }
    PastScreen .notes { margin-top: 1; }
    PastScreen .changes { margin-top: 1; max-width: 84; }
    PastScreen TrendView { margin-top: 1; height: 7; max-width: 100; }
    PastScreen.-tall TrendView { height: 12; }
    PastScreen .said { padding: 0 4; max-height: 3; }
    PastScreen KeyLine { padding: 0 4; }
    PastScreen.-wide VerticalScroll { padding: 2 10; }
    PastScreen.-wide .said { padding: 0 10; }
    PastScreen.-wide KeyLine { padding: 0 10; margin-bottom: 1; }
    """
    BINDINGS = [key.binding() for key in (_NOTE, _EXPORT, _REPORT, *_LAST)]  # noqa: RUF012  Textual's own type

    def __init__(self, archive: Archive, past: PastSession, report: Report | None = None) -> None:
        super().__init__()
        self._archive = archive
        self._past = past
        self._report = report
        self._changed = False

    @property
    def _keys(self) -> tuple[Key, ...]:
        return (_SCROLL, _NOTE, _EXPORT, *((_REPORT,) if self._report else ()), *_LAST)

    def compose(self) -> ComposeResult:
        past, sitting, summary = self._past, self._past.sitting, self._past.summary
        with VerticalScroll():
            who = f"   {sitting.person}" if sitting.person else ""
            began = words.long_day(sitting.began)
            yield Say(sitting.title, (f"   {began}{who}", "not bold $text-muted"), classes="title")
            yield Say(words.how_it_ended(sitting), classes="small")
            if sitting.is_simulated:
                yield Say((summary_words.MADE_UP, "$warning"))
            if sitting.ended is not HowItEnded.IMPORTED:
                yield Say(" ".join(summary_words.changes(summary)), classes="changes")
            yield TrendView()
            for line in (
                summary_words.guided(summary),
                summary_words.live(summary),
                figures.line(figures.CORRECTED, figures.corrected(sitting.heart or Heart())),
                summary_words.quality(summary),
                _ratings(sitting),
                past.source,
            ):
                yield Say(line, classes="small")
            notes = Say(*_notes(past.note), classes="notes")
            notes.display = bool(past.note)
            yield notes
            yield from _told("Marks", past.marks)
            yield from _told("Phases", past.phases)
            yield from _told("Decisions", past.decisions)
        yield Say(classes="said")
        yield KeyLine(*self._keys)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        trail = self._past.trail
        if trail:
            from_s, to_s = trail[0].t_s, trail[-1].t_s
            self.query_one(TrendView).show(trail, from_s, to_s, (clock(from_s), clock(to_s)))

    def action_note(self) -> None:
        past_deeds.note(self, self._archive, self._past.sitting, lambda _: self._noted())

    def _noted(self) -> None:
        self._changed = True

        def read(past: PastSession) -> None:
            self._past = past
            notes = self.query_one(".notes", Say)
            notes.display = True
            notes.say(*_notes(past.note))

        number = self._past.sitting.id
        in_background(self, lambda: self._archive.past(number), read, lambda why: past_deeds.tell(self, why))

    def action_export(self) -> None:
        past_deeds.export(self, self._archive, self._past.sitting)

    def action_report(self) -> None:
        if self._report is not None:
            past_deeds.report(self, self._report, self._past.sitting)

    def action_delete(self) -> None:
        past_deeds.delete(self, self._archive, self._past.sitting, lambda: self.leave(True))

    def action_none(self) -> None:
        """The arrows belong to the page."""

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(self._keys))

    def action_leave(self) -> None:
        self.leave(self._changed)


def _told(heading: str, told: Sequence[Told]) -> ComposeResult:
    if told:
        yield Say(heading, classes="head")
        yield ToldList(told)


def _ratings(sitting: Sitting) -> str:
    before, after = sitting.rating_before, sitting.rating_after
    if before is None and after is None:
        return ""
    return f"tension, 0 to 10: {words.tension(sitting)}"


def _notes(note: str) -> list[tuple[str, str]]:
    return [(note, "$accent")]
