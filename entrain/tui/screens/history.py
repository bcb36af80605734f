"""The sessions that were: when, how long, what changed; each to be looked at, compared, noted, handed on."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import DataTable

from entrain.drawing.palette import Depth
from entrain.errors import EntrainError
from entrain.history.row import Sitting
from entrain.history.trend import Trend, trend
from entrain.ports import Archive, PastSession, Report
from entrain.tui.background import in_background
from entrain.tui.screens import past_deeds
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.compare import CompareScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.screens.past import PastScreen
from entrain.tui.widgets.calendar import Calendar
from entrain.tui.widgets.course_lines import CourseLines
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say
from entrain.tui.widgets.sitting_table import SittingTable
from entrain.wording import history as wording

_AT_ONCE = 8  # sessions that are measured between two looks at the screen

_OPEN = Key("enter", "enter", "open", "open", "Look at the session that is marked by the bar.")
_MARK = Key("space", "space", "mark", "mark", "Mark a session; mark a second one to compare them.")
_COMPARE = Key("c", "c", "compare", "compare", "The two marked ones, side by side.")
_NOTE = Key("n", "n", "note", "note", "Add a note to the session.")
_REPORT = Key("r", "r", "report", "report", "Write a page about the session, to print or to hand on.")
_LAST = (
    Key("q,escape,h", "q", "leave", "back", "Back to where you came from."),
    Key("e", "e", "export", "export", "Write the session for other programs."),
    Key("d,delete", "d", "delete", "delete", "Remove the session for good; asks first."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
)


class HistoryScreen(EntrainScreen[None]):
    """`person` is whose; None for everybody."""

    CSS = """
    HistoryScreen { padding: 1 2 0 2; }
    HistoryScreen .title { text-style: bold; color: $primary; }
    HistoryScreen .overview { height: auto; max-height: 3; color: $text-muted; }
    HistoryScreen .course { height: 8; margin: 1 0; }
    HistoryScreen Calendar { width: 2fr; min-width: 25; margin-right: 3; }
    HistoryScreen CourseLines { width: 3fr; min-width: 46; }
    HistoryScreen.-wide CourseLines { width: 1fr; }
    HistoryScreen.-wide Calendar { width: 1fr; }
    HistoryScreen.-tiny Calendar { display: none; }
    HistoryScreen.-flat .course { display: none; }
    HistoryScreen SittingTable { background: $background; color: $text; }
    HistoryScreen SittingTable > .datatable--header {
        background: $background; color: $text-muted; text-style: none;
    }
    HistoryScreen SittingTable > .datatable--header-hover { background: $background; color: $text-muted; }
    HistoryScreen SittingTable > .datatable--even-row { background: $background; }
    HistoryScreen SittingTable > .datatable--odd-row { background: $background; }
    HistoryScreen SittingTable > .datatable--hover { background: $panel; }
    HistoryScreen.-empty .course { display: none; }
    HistoryScreen.-empty SittingTable { visibility: hidden; }
    HistoryScreen .said { height: auto; max-height: 3; }
    HistoryScreen KeyLine { padding: 0; }
    HistoryScreen.-wide { padding: 1 6 1 6; }
    """
    BINDINGS = [  # noqa: RUF012  Textual's own type
        key.binding() for key in (_MARK, _COMPARE, _NOTE, _REPORT, *_LAST)
    ]

    def __init__(
        self, archive: Archive, person: str | None = None, report: Report | None = None, *, depth: Depth
    ) -> None:
        super().__init__()
        self._depth = depth
        self._archive = archive
        self._person = person
        self._report = report
        self._sittings: tuple[Sitting, ...] = ()

    @property
    def _keys(self) -> tuple[Key, ...]:
        return (_OPEN, _MARK, _COMPARE, *((_REPORT,) if self._report else ()), _NOTE, *_LAST)

    @property
    def _shown(self) -> list[Key]:
        """What matters now: comparing only when there are two to compare."""
        can_compare = len(self.query_one(SittingTable).marked) == 2
        hidden = (_NOTE,) if can_compare else (_COMPARE,)
        return [key for key in self._keys if key not in hidden]

    def compose(self) -> ComposeResult:
        whose = self._person or "everybody"
        yield Say("history", (f"   {whose}", "not bold $text-muted"), classes="title")
        yield Say("Looking …", classes="overview")
        with Horizontal(classes="course"):
            yield Calendar(self._depth)
            yield CourseLines()
        yield SittingTable()
        yield Say(classes="said")
        yield KeyLine(*(key for key in self._keys if key is not _COMPARE))

    def on_mount(self) -> None:
        self.query_one(SittingTable).focus()
        self.reload()

    # ---- what is shown ------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the list anew, and measure what is not measured yet."""
        self.run_worker(self._load(), exclusive=True, group="load", exit_on_error=False)

    async def _load(self) -> None:
        try:
            found = await asyncio.to_thread(self._archive.sittings, self._person)
        except EntrainError as fault:
            self._trouble(f"{fault.message} {fault.advice}".strip())
            return
        self._sittings = tuple(found)
        self.query_one(SittingTable).show(self._sittings, self._archive.now())
        self.query_one(KeyLine).show(self._shown)
        self._show(await self._trend())
        await self._measure()
        self._show(await self._trend())

    async def _trend(self) -> Trend:
        return await asyncio.to_thread(trend, self._sittings, self._archive.now().date())

    async def _measure(self) -> None:
        """The newest first, for they are what is on the screen."""
        known = {each.id: each for each in self._sittings}
        waiting = [each for each in reversed(self._sittings) if each.heart is None]
        lines = self.query_one(CourseLines)
        for at in range(0, len(waiting), _AT_ONCE):
            lines.show((), f"Measuring: {at} of {len(waiting)} sessions …")
            done = await asyncio.to_thread(self._measured, waiting[at : at + _AT_ONCE])
            known |= {each.id: each for each in done}
            self.query_one(SittingTable).learn(done)
        self._sittings = tuple(known[each.id] for each in self._sittings)

    def _measured(self, sittings: Sequence[Sitting]) -> list[Sitting]:
        """In a thread. One that cannot be read is shown without figures; opening it says why."""
        done: list[Sitting] = []
        for each in sittings:
            try:
                done.append(self._archive.measured(each))
            except EntrainError as fault:
                self.log.error(f"session {each.id} cannot be measured: {fault}")
        return done

    def _show(self, course: Trend) -> None:
        self.query_one(Calendar).show(course.weeks)
        self.query_one(CourseLines).show(course.lines, wording.in_brief(course.lines))
        said = [wording.overview(course, self._archive.now().date()), *wording.remarks(course)]
        self.set_class(not self._sittings, "-empty")
        if not self._sittings:
            said = ["No sessions yet. What you do will be here: when, how long, and what changed."]
        self.query_one(".overview", Say).say(" ".join(said))

    def _trouble(self, text: str) -> None:
        past_deeds.tell(self, text, "$warning")

    # ---- what can be done ---------------------------------------------------------------------------------

    def on_data_table_row_selected(self, _message: DataTable.RowSelected) -> None:
        self.action_open()

    def action_open(self) -> None:
        def shown(past: PastSession) -> None:
            def back(changed: bool | None) -> None:
                if changed:
                    self.reload()

            self.host.push_screen(PastScreen(self._archive, past, self._report), back)

        self._with_here(lambda sitting: self._fetch([sitting], lambda found: shown(found[0])))

    def action_mark(self) -> None:
        self._with_here(self.query_one(SittingTable).mark)
        self.query_one(KeyLine).show(self._shown)

    def action_compare(self) -> None:
        marked = self.query_one(SittingTable).marked
        if len(marked) < 2:
            self.notify("Mark two sessions with the space bar first.", markup=False)
            return
        chosen = [each for each in self._sittings if each.id in marked]
        self._fetch(chosen, self._compared)

    def _compared(self, found: list[PastSession]) -> None:
        one, other = found
        self.host.push_screen(CompareScreen(one, other, self._archive.now()))

    def _fetch(self, sittings: Sequence[Sitting], then: Callable[[list[PastSession]], object]) -> None:
        def fetched(found: list[PastSession]) -> None:
            if self.host.screen is self:
                then(found)

        in_background(
            self, lambda: [self._archive.past(each.id) for each in sittings], fetched, self._trouble
        )

    def _with_here(self, then: Callable[[Sitting], object]) -> None:
        here = self.query_one(SittingTable).here
        if here is not None:
            then(here)

    def action_note(self) -> None:
        self._with_here(lambda sitting: past_deeds.note(self, self._archive, sitting, self._noted))

    def _noted(self, sitting: Sitting) -> None:
        self.query_one(SittingTable).learn([replace(sitting, n_notes=sitting.n_notes + 1)])

    def action_export(self) -> None:
        self._with_here(lambda sitting: past_deeds.export(self, self._archive, sitting))

    def action_report(self) -> None:
        report = self._report
        if report is not None:
            self._with_here(lambda sitting: past_deeds.report(self, report, sitting))

    def action_delete(self) -> None:
        self._with_here(lambda sitting: past_deeds.delete(self, self._archive, sitting, self.reload))

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(self._keys))

    def action_leave(self) -> None:
        self.leave(None)
