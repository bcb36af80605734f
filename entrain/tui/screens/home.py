"""The home screen: the heart, what to do, the voice, how long, and one key to start."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.worker import Worker

from entrain.control.protocol import HARD_SESSION_MAX_MIN, Preset
from entrain.drawing.palette import Depth
from entrain.drawing.shapes import Pose
from entrain.errors import EntrainError
from entrain.ports import (
    Archive,
    AssessmentChoice,
    FindStraps,
    HeartChoice,
    HeartKind,
    KnownPerson,
    Listen,
    Report,
    Rooms,
    SessionChoice,
)
from entrain.tui.background import in_background
from entrain.tui.messages import SatDown
from entrain.tui.screens.assess import AssessScreen
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.doctor import DoctorScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.screens.history import HistoryScreen
from entrain.tui.screens.home_keys import KEYS as _KEYS
from entrain.tui.screens.past import PastScreen
from entrain.tui.screens.presets import PresetsScreen
from entrain.tui.screens.straps import StrapsScreen
from entrain.tui.screens.who import WhoScreen
from entrain.tui.seat import offered, seat
from entrain.tui.themes import figure_colours
from entrain.tui.widgets.breath_figure import BreathFigure
from entrain.tui.widgets.cards import Card, Cards
from entrain.tui.widgets.cut_off import KEYS as CUT_OFF_KEYS
from entrain.tui.widgets.cut_off import CutOff
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say
from entrain.wording import preset as preset_words
from entrain.wording.screen import heart_said

LEAST_MIN: Final = 3.0
AT_THE_DESK: Final = ("desk", "quiet", "first")  # offered here, after where one left off; all others: `p`
NEWS_ROWS: Final = 4  # of a session that was cut off
# The most important first; what stands beside its own line (s, v, - and +) comes after what does not.
_SHOWN = tuple(
    key for name in "jpha,dsv+?q" for key in _KEYS if key.shown == name and key not in CUT_OFF_KEYS
)
_CLICKED: Final = {"heart": "straps", "voice": "voice(1)", "minutes": "minutes(1)", "who": "who"}
_ARROWS = Key("up", "↑ ↓", "none", "session", "Choose what to do.")


class HomeScreen(EntrainScreen[SessionChoice | AssessmentChoice | None]):
    """Ends with what was chosen, or None where the person leaves. `trouble` is why the last start failed."""

    CSS = """
    HomeScreen { padding: 1 4 0 4; }
    HomeScreen .name { text-style: bold; color: $primary; }
    HomeScreen .about { color: $text-muted; margin-bottom: 1; }
    HomeScreen Cards { height: auto; }
    HomeScreen.-flat CardView, HomeScreen.-low CardView { height: 1; margin-bottom: 0; }
    HomeScreen.-flat CardView.-marked, HomeScreen.-low CardView.-marked { height: auto; margin: 0 0 1 0; }
    HomeScreen .choices { height: 3; margin-top: 1; }
    HomeScreen .choice { height: 1; padding: 0 1 0 3; text-wrap: nowrap; text-overflow: ellipsis; }
    HomeScreen .who { display: none; }
    HomeScreen.-archive .who { display: block; }
    HomeScreen.-archive .choices { height: 4; }
    HomeScreen .programme { height: auto; max-height: 2; margin-top: 1; }
    HomeScreen .trouble { color: $warning; height: auto; max-height: 3; }
    HomeScreen KeyLine { padding: 0; margin-top: 1; }
    HomeScreen #picture { width: 40; align: center middle; display: none; }
    HomeScreen.-wide #picture { display: block; }
    HomeScreen.-wide { padding: 2 10 1 10; }
    """
    KEYS = _KEYS
    BINDINGS = [  # noqa: RUF012  Textual's own type
        *(key.binding() for key in _KEYS),
        ("left", "voice(-1)"),
    ]

    def __init__(
        self,
        presets: Sequence[Preset],
        voices: Sequence[tuple[str, str]],
        find_straps: FindStraps,
        choice: SessionChoice,
        *,
        figure: str,
        depth: Depth,
        trouble: str = "",
        archive: Archive | None = None,
        report: Report | None = None,
        listen: Listen | None = None,
        rooms: Rooms = Rooms(),
    ) -> None:
        super().__init__()
        self._presets = presets
        self._rooms = rooms
        self._voices = voices
        self._find_straps = find_straps
        offered = {preset.name: preset for preset in presets}
        self.choice = replace(choice, preset=offered.get(choice.preset.name, presets[0]))
        self._trouble = trouble
        self._archive = archive
        self._report = report
        self._listen = listen
        self._heard: Worker[None] | None = None
        self.set_class(archive is not None, "-archive")
        sitter = None if rooms.desk is None else rooms.desk.sitter()
        self._remark = "" if sitter is None else sitter.remark
        self._goals = dict(() if sitter is None else sitter.goals)  # today's, by preset
        self._programme = None if sitter is None else sitter.programme
        self._never = () if sitter is None else sitter.never
        self._remembered = choice.heart if choice.heart.kind is HeartKind.STRAP else None
        self._figure = BreathFigure(figure, depth, figure_colours("dark", depth))

    def compose(self) -> ComposeResult:
        yield Say("entrain", classes="name")
        yield Say("A beat a little slower than your pulse, and a breath to follow.", classes="about")
        with Horizontal():
            with Vertical():
                yield Cards(self._cards(), self.choice.preset.name)
                with Vertical(classes="choices"):
                    yield Say(classes="choice heart")
                    yield Say(classes="choice voice")
                    yield Say(classes="choice minutes")
                    yield Say(classes="choice who")
            with Vertical(id="picture"):
                yield self._figure
        yield Say(classes="programme")
        yield Say(self._trouble, classes="trouble")
        if self._archive is not None:
            yield CutOff(self._archive)
        yield KeyLine(_KEYS[0], *self._offered(_SHOWN), always=2)

    def on_mount(self) -> None:
        self._dye()
        self.host.theme_changed_signal.subscribe(self, lambda _theme: self._dye())
        self.query_one(Cards).focus()
        self._show()

    def on_resize(self) -> None:
        self._fit()

    def on_cut_off_changed(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """The list is as long as it needs to be and leaves room for what stands under it."""
        news = any(each.has_news for each in self.query(CutOff))
        around = 11 + (self._archive is not None) + NEWS_ROWS * news + 2 * (self._programme is not None)
        self.query_one(Cards).styles.max_height = max(3, self.size.height - around)

    def _cards(self) -> list[Card]:
        desk = self._rooms.desk
        last = None if desk is None else desk.sitter().preset
        presets = _offered_here(self._presets, last, self.choice.preset.name, self._own())
        titles = [preset.title for preset in presets]
        return [_card(preset, last, titles, self._goals.get(preset.name)) for preset in presets]

    def _own(self) -> set[str]:
        """The names of this person's own sessions, which are always here."""
        if self._rooms.shelf is None:
            return set()
        try:
            return {each.name for each in self._rooms.shelf.everything() if each.is_own}
        except EntrainError:
            return set()

    def _dye(self) -> None:
        self._figure.dye(self.figure_colours(self._figure.depth))
        self._figure.show(Pose(0.55, 0.75, 0.85))

    def _show(self) -> None:
        choice = self.choice
        self._say("heart", "sensor", heart_said(choice.heart), "s")
        about = dict(self._voices).get(choice.voice, "")
        self._say("voice", "voice", f"{choice.voice}  {about}".strip(), "v")
        self._say("minutes", "minutes", f"{choice.minutes:.0f}", "- +")
        whose = choice.person or "no name"
        self._say("who", "who", f"{whose}   {self._remark}".rstrip(), "w")
        self.query_one(".trouble", Say).say(self._trouble)
        self._show_programme()

    def _show_programme(self) -> None:
        line, now = self.query_one(".programme", Say), self._programme
        line.display = now is not None
        if now is not None:
            line.say(("j   ", "$primary"), now.line)

    def _say(self, name: str, label: str, value: str, key: str) -> None:
        self.query_one(f".{name}", Say).say((f"{key:<4}", "$primary"), (f"{label:<9}", "$text-muted"), value)

    def on_cards_marked(self, message: Cards.Marked) -> None:
        preset = next(preset for preset in self._presets if preset.name == message.card.key)
        if preset.name != self.choice.preset.name:
            self._choose(preset)
        self._show()

    def _choose(self, preset: Preset) -> None:
        """Another session brings its own length and voice."""
        self.choice = replace(
            self.choice, preset=preset, minutes=preset.minutes, voice=self._voice_of(preset)
        )
        self._trouble = ""

    def _voice_of(self, preset: Preset) -> str:
        offered = dict(self._voices).keys() - set(self._never)
        return preset.sound.voice if preset.sound.voice in offered else self.choice.voice

    async def on_click(self, event: events.Click) -> None:
        """A line of a choice does what its key does."""
        for name, action in _CLICKED.items():
            for line in self.query(f".choice.{name}"):
                if event.widget is line:
                    await self.run_action(action)

    def on_cards_taken(self) -> None:
        self.action_start()

    def action_start(self) -> None:
        self.leave(self.choice)

    def action_programme(self) -> None:
        """Today's session of the programme, as long and with the voice that it has."""
        if self._programme is not None:
            preset = self._programme.preset
            voice = self._voice_of(preset)
            self.leave(replace(self.choice, preset=preset, minutes=preset.minutes, voice=voice))

    def action_straps(self) -> None:
        def chosen(heart: HeartChoice | None) -> None:
            if heart is not None:
                self.choice = replace(self.choice, heart=heart)
                if heart.kind is HeartKind.STRAP:
                    self._remembered = heart
                self._trouble = ""
                self._show()

        self.host.push_screen(StrapsScreen(self._find_straps, self._remembered), chosen)

    def action_presets(self) -> None:
        shelf = self._rooms.shelf
        if shelf is None:
            return

        async def back(name: str | None) -> None:
            self._presets = offered(shelf, self._presets)
            named = {preset.name: preset for preset in self._presets}
            now = named.get(name or self.choice.preset.name, self._presets[0])
            if now != self.choice.preset:
                self._choose(now)
            await self.query_one(Cards).offer(self._cards(), now.name)
            self.query_one(Cards).focus()
            self._show()

        self.host.push_screen(
            PresetsScreen(shelf, self.choice.preset.name, [name for name, _ in self._voices]), back
        )

    def action_doctor(self) -> None:
        if self._rooms.examine is not None:
            self.host.push_screen(DoctorScreen(self._rooms.examine))

    def action_assess(self) -> None:
        if self._rooms.assessment is None:
            return

        def chosen(assessment: AssessmentChoice | None) -> None:
            if assessment is not None:
                self.leave(replace(assessment, person=self.choice.person))

        heart = self.choice.heart
        self.host.push_screen(AssessScreen(self._rooms.assessment, heart, self._find_straps), chosen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action.startswith("cut_off") and not any(each.has_news for each in self.query(CutOff)):
            return False
        return super().check_action(action, parameters) and self._has_room(action)

    def _has_room(self, action: str) -> bool:
        rooms = {
            "presets": self._rooms.shelf,
            "doctor": self._rooms.examine,
            "assess": self._rooms.assessment,
            "history": self._archive,
            "who": self._archive,
            "listen": self._listen,
            "programme": self._programme,
        }
        return rooms.get(action, self) is not None

    def action_listen(self) -> None:
        if self._heard is not None and self._heard.is_running:
            self._heard.cancel()
        elif self._listen is not None:
            self._heard = self.run_worker(self._hear(self._listen, self.choice.voice), exit_on_error=False)

    async def _hear(self, listen: Listen, voice: str) -> None:
        try:
            await listen(voice)
        except EntrainError as fault:
            self.notify(f"{fault.message} {fault.advice}".strip(), severity="warning", markup=False)

    def action_voice(self, by: int) -> None:
        names = [name for name, _ in self._voices if name not in self._never]
        if names:
            at = names.index(self.choice.voice) if self.choice.voice in names else -by
            self.choice = replace(self.choice, voice=names[(at + by) % len(names)])
            self._show()

    def action_minutes(self, by: int) -> None:
        minutes = min(HARD_SESSION_MAX_MIN, max(LEAST_MIN, self.choice.minutes + by))
        self.choice = replace(self.choice, minutes=minutes)
        self._show()

    # ---- sessions that were, and whose they are ----------------------------------------------------------

    def _offered(self, keys: Sequence[Key]) -> list[Key]:
        """Without the keys of rooms that are not there."""
        return [key for key in keys if self._has_room(key.action)]

    @property
    def has_archive(self) -> bool:
        return self._archive is not None

    def action_history(self) -> None:
        if self._archive is not None:
            person, depth = self.choice.person or None, self._figure.depth
            self.host.push_screen(HistoryScreen(self._archive, person, self._report, depth=depth))

    def action_who(self) -> None:
        archive = self._archive
        if archive is None:
            return

        async def chosen(person: str | None) -> None:
            if person is not None:
                await self._seat(person)

        def known(people: Sequence[KnownPerson]) -> None:
            self.host.push_screen(WhoScreen(archive, people, self.choice.person), chosen)

        in_background(self, archive.people, known, self._fail)

    async def _seat(self, person: str) -> None:
        self.choice, sitter = seat(self._rooms, self._presets, self.choice, person)
        if self._rooms.shelf is not None:
            self._presets = offered(self._rooms.shelf, self._presets)
        if sitter is not None:
            self._remark, self._remembered = sitter.remark, sitter.heart
            self._goals = dict(sitter.goals)
            self._programme, self._never = sitter.programme, sitter.never
            self.post_message(SatDown(sitter))
        await self.query_one(Cards).offer(self._cards(), self.choice.preset.name)
        self._show()

    def _fail(self, trouble: str) -> None:
        self._trouble = trouble
        self._show()

    def action_cut_off(self, what: str) -> None:
        """Keep it, go on with it, or open it: what is offered while a session that was cut off is told of."""
        for news in self.query(CutOff):
            news.deal(what)

    def on_cut_off_opened(self, message: CutOff.Opened) -> None:
        if self._archive is not None:
            self.host.push_screen(PastScreen(self._archive, message.past, self._report))

    def on_cut_off_goes_on(self, message: CutOff.GoesOn) -> None:
        self.leave(message.choice)

    def action_none(self) -> None:
        """The arrows belong to the list."""

    def action_help(self) -> None:
        keys = [key for key in self._offered(_KEYS[1:]) if key not in CUT_OFF_KEYS]
        self.host.push_screen(HelpScreen((_KEYS[0], _ARROWS, *keys)))

    def action_leave(self) -> None:
        self.leave(None)


def _offered_here(presets: Sequence[Preset], last: str | None, chosen: str, own: set[str]) -> list[Preset]:
    """Where one left off, what is made for a desk, one's own, and what is chosen now; else all there is."""
    named = {preset.name: preset for preset in presets}
    if not any(name in named for name in AT_THE_DESK):
        return list(presets)
    names = dict.fromkeys((last or chosen, *AT_THE_DESK, *sorted(own), chosen))
    return [named[name] for name in names if name in named]


def _card(preset: Preset, last: str | None, titles: Sequence[str], goal_per_min: float | None) -> Card:
    """Where two have the same title, their names tell them apart; the goal is today's, where it moves."""
    beside = [f"{preset.minutes:.0f} min"]
    if titles.count(preset.title) > 1:
        beside.append(preset.name)
    if goal_per_min is not None:
        beside.append(preset_words.today(goal_per_min))
    if preset.name == last:
        beside.append("as last time")
    return Card(preset.name, preset.title, " · ".join(beside), preset.summary)
