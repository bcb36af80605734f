"""The terminal app: from the notice over the home screen to a session, its summary, and back."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from rich.console import RenderableType
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.command import CommandPalette
from textual.constants import DRIVER
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen

from entrain.clock import Clock, MonotonicClock
from entrain.control.protocol import Preset
from entrain.control.view import Summary
from entrain.drawing.palette import Depth
from entrain.errors import EntrainError
from entrain.person.desk_settings import PER_MINUTE, OwnTheme
from entrain.ports import (
    Archive,
    AssessmentChoice,
    FindStraps,
    HeartChoice,
    KeptSettings,
    KnownPerson,
    Listen,
    OpenedSession,
    OpenSession,
    Report,
    Rooms,
    SessionChoice,
    SettingsPort,
    Sitter,
)
from entrain.system.beside import beside
from entrain.system.host import IS_POSIX
from entrain.system.signals import at_last, ending_by_signal
from entrain.tui.cleaning import Cleaning
from entrain.tui.keymap import bound, key_names
from entrain.tui.look import Look, depth_of, look_of
from entrain.tui.messages import FigureChosen, SatDown, SettingsChanged
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.check_in import CheckInScreen
from entrain.tui.screens.home import HomeScreen
from entrain.tui.screens.notice import NoticeScreen
from entrain.tui.screens.opening import OpeningScreen
from entrain.tui.screens.outcome import OutcomeScreen
from entrain.tui.screens.palette import Palette
from entrain.tui.screens.preset_edit import PresetEditScreen
from entrain.tui.screens.session import SessionResult, SessionScreen
from entrain.tui.screens.settings import SettingsScreen, wrong_said
from entrain.tui.screens.straps import StrapsScreen
from entrain.tui.screens.summary import Next, SummaryScreen
from entrain.tui.screens.who import WhoScreen
from entrain.tui.seat import offered, seat
from entrain.tui.themes import CYCLE, THEMES, made
from entrain.wording.palette import searched

Open = Callable[[], Awaitable[OpenedSession]]

_LOG: Final = logging.getLogger(__name__)
_BEHIND_S: Final = 0.3  # a terminal that has not taken what is older
_CATCH_UP_S: Final = 0.1
_SHORT_S: Final = 0.3  # a wait that needs no word
_SETTINGS_ARE: Final = "Theme, figure, volume, keys, reduced motion: kept in a file of your own."


@dataclass(frozen=True, slots=True)
class Home:
    """What the home screen offers, and what is chosen on it at first."""

    presets: Sequence[Preset]
    voices: Sequence[tuple[str, str]]  # name, what it sounds like
    find_straps: FindStraps
    open_session: OpenSession
    choice: SessionChoice
    archive: Archive | None = None
    report: Report | None = None
    listen: Listen | None = None
    rooms: Rooms = Rooms()
    doing: Callable[[], str] = lambda: ""  # what takes time while a session is opened


@dataclass(frozen=True, slots=True)
class Pick:
    """Begin with the list of straps; the session is opened with the heart that was picked."""

    find_straps: FindStraps
    open_with: Callable[[HeartChoice], Awaitable[OpenedSession]]


@dataclass(frozen=True, slots=True)
class Manners:
    """How the app deals with a person. `on_…` are called when there is something to remember."""

    look: Look = field(default_factory=Look)
    person: str = ""  # who sits down, by pseudonym
    show_notice: bool = False
    check_in: bool = True
    on_notice_accepted: Callable[[], None] = lambda: None
    on_look_changed: Callable[[Look], None] = lambda look: None
    on_choice: Callable[[SessionChoice], None] = lambda choice: None
    settings: SettingsPort | None = None
    beside: Callable[[], Awaitable[None]] | None = None  # runs as long as the app does, in its loop


class EntrainApp(App[Summary | None]):
    """Returns the last session's summary. `fault` holds what ended it, where something did."""

    TITLE = "entrain"
    ENABLE_COMMAND_PALETTE = True
    CSS = """
    Screen { background: $background; color: $text; }
    * {
        scrollbar-size-vertical: 1; scrollbar-background: $background; scrollbar-color: $border-blurred;
        scrollbar-background-hover: $background; scrollbar-color-hover: $border;
        scrollbar-background-active: $background; scrollbar-color-active: $border;
    }
    /* At the top left even a pile of them hides no figure and no way out. */
    ToastRack { dock: top; align: left top; margin: 1 0 0 2; }
    ToastHolder { align-horizontal: left; }
    Toast { background: $panel; width: 40; margin-top: 0; padding: 0 2; }
    """
    BINDINGS = [  # noqa: RUF012  Textual's own type
        Binding("t", "theme", "Theme", show=False, id="light"),
        Binding("comma", "settings", "Settings", show=False, id="settings"),
        # With priority, so that it stops a session while a note is being written too.
        Binding("ctrl+c", "interrupt", "Stop", show=False, priority=True),
    ]

    def __init__(
        self, start: Home | Pick | Open, manners: Manners = Manners(), *, clock: Clock | None = None
    ) -> None:
        look = manners.look
        without_colours = depth_of(os.environ, "truecolor") is Depth.NONE or look.depth is Depth.NONE
        super().__init__(ansi_color=True if without_colours else None)
        self._cleaning = Cleaning()
        self._is_behind = False
        self._start = start
        self._manners = manners
        self.beside = manners.beside
        self._clock = clock or MonotonicClock()
        self.depth = look.depth or depth_of(os.environ, self.console.color_system)
        self.look = look
        self.person = manners.person
        self.fault: Exception | None = None
        self.ended_with: Summary | None = None
        self.own_keys: dict[str, str] = {}  # name -> key, of those that have another one
        self.own_themes: dict[str, OwnTheme] = {}
        self.breath_as = PER_MINUTE
        self._cycle: tuple[str, ...] = CYCLE
        for theme in THEMES.values():
            self.register_theme(theme)
        self.take_settings()
        few_colours = self.depth in (Depth.SIXTEEN, Depth.NONE)
        self.theme = "plain" if few_colours else self._theme_named(look.theme)

    def get_driver_class(self) -> type[Driver]:
        """On Unix one that never waits for the terminal."""
        if not IS_POSIX or DRIVER is not None:
            return super().get_driver_class()
        from entrain.tui.terminal import Terminal

        return Terminal

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """A terminal that is behind is shown nothing until it has caught up, and then a whole picture."""
        if self._late_s() > _BEHIND_S:
            if not self._is_behind:
                self._is_behind = True
                self.set_timer(_CATCH_UP_S, self._catch_up)
            return
        super()._display(screen, renderable)  # pyright: ignore[reportUnknownMemberType]  Textual's own

    def _catch_up(self) -> None:
        if self._late_s() > 0.0:
            self.set_timer(_CATCH_UP_S, self._catch_up)
        else:
            self._is_behind = False
            self.screen.refresh(layout=True)

    def _late_s(self) -> float:
        return getattr(self._driver, "late_s", 0.0)

    def _handle_exception(self, error: Exception) -> None:
        """On the way out, what a half-made screen misses is no fault: keys may come faster than screens."""
        leaving = self._exit or not self.is_running
        if not (leaving and isinstance(error, NoMatches)):
            _LOG.info("the screen failed", exc_info=error)
            super()._handle_exception(error)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._cleaning]

    def on_mount(self) -> None:
        self.run_worker(self._journey(), exit_on_error=False, name="journey")

    # ---- the way through the app ----------------------------------------------------------------------

    async def _journey(self) -> None:
        try:
            await self._from_notice_to_end()
        except Exception as fault:
            self.fault = fault
        self.exit(self.ended_with)

    async def _from_notice_to_end(self) -> None:
        if self._manners.show_notice:
            if not await self.push_screen_wait(NoticeScreen()):
                return
            self._manners.on_notice_accepted()
        start = self._start
        if isinstance(start, Home):
            await self._from_home(start)
        elif isinstance(start, Pick):
            picked = await self.push_screen_wait(StrapsScreen(start.find_straps))
            if picked is not None:
                await self._sessions(lambda: start.open_with(picked))
        else:
            await self._sessions(start)

    async def _from_home(self, home: Home) -> None:
        choice, trouble = home.choice, ""
        while True:
            choice = await self._still_them(home, choice)
            screen = self._home_screen(home, choice, trouble)
            chosen = await self.push_screen_wait(screen)
            if chosen is None:
                return
            trouble = ""
            choice = await self._still_them(home, screen.choice)
            if choice.person != screen.choice.person:
                continue  # their preset, strap and goal are others: let them be seen first
            if chosen.person != choice.person:  # the rest of somebody else's session
                choice = self._seated(home, choice, chosen.person)
            if not await self._has_read_notice(home):
                continue
            if isinstance(chosen, AssessmentChoice) or chosen.goes_on is None:
                # The rest of another session is no new choice.
                choice = replace(screen.choice, heart=chosen.heart)
                self._manners.on_choice(choice)
            try:
                if isinstance(chosen, AssessmentChoice):
                    choice = await self._assessment(home, chosen, choice)
                else:
                    await self._sessions(lambda chosen=chosen: home.open_session(chosen))
            except EntrainError as fault:
                trouble = f"{fault.message} {fault.advice}".strip()

    async def _still_them(self, home: Home, choice: SessionChoice) -> SessionChoice:
        """Ask whose session it is where somebody was named outside the app; the choices of whoever it is."""
        desk, archive = home.rooms.desk, home.archive
        named = None if desk is None else desk.named_outside()
        if desk is None or archive is None or named is None:
            return choice
        people = await asyncio.to_thread(_known, archive)
        said = await self.push_screen_wait(WhoScreen(archive, people, choice.person, named))
        return self._seated(home, choice, choice.person if said is None else said)

    def _seated(self, home: Home, choice: SessionChoice, person: str) -> SessionChoice:
        choice, sitter = seat(home.rooms, home.presets, choice, person)
        if sitter is not None:
            self._dress_for(sitter)
        return choice

    def on_sat_down(self, message: SatDown) -> None:
        self._dress_for(message.sitter)

    def _dress_for(self, sitter: Sitter) -> None:
        """The screen as this person likes it."""
        self.person = sitter.person
        self.look = look_of(sitter, self.look)
        if self.theme in self._cycle:
            self.theme = self._theme_named(self.look.theme)

    async def _has_read_notice(self, home: Home) -> bool:
        """Whoever sits down here for the first time reads the notice before anything starts."""
        desk = home.rooms.desk
        if desk is None or desk.sitter().has_read_notice:
            return True
        is_read = await self.push_screen_wait(NoticeScreen())
        if is_read:
            desk.read_notice()
        return is_read

    async def _assessment(self, home: Home, chosen: AssessmentChoice, before: SessionChoice) -> SessionChoice:
        """One assessment and its outcome; what is chosen on the home screen afterwards."""
        assessment = home.rooms.assessment
        if assessment is None:
            return before
        opened = await assessment.open(chosen)
        try:
            result = await self._driven(opened, rating=None)
            if result.summary is None:
                return before
            self.ended_with = result.summary
            used = await self.push_screen_wait(OutcomeScreen(assessment))
        finally:
            await _close(opened)
        preset = next((each for each in self._presets(home) if each.name == used), None)
        if preset is None:
            return before
        return replace(before, preset=preset, minutes=preset.minutes, voice=preset.sound.voice)

    def _presets(self, home: Home) -> Sequence[Preset]:
        """As they are now: they may have been changed in the meantime."""
        return home.presets if home.rooms.shelf is None else offered(home.rooms.shelf, home.presets)

    def _home_screen(self, home: Home, choice: SessionChoice, trouble: str) -> HomeScreen:
        return HomeScreen(
            self._presets(home),
            home.voices,
            home.find_straps,
            choice,
            figure=self.look.figure,
            depth=self.depth,
            trouble=trouble or wrong_said(self.kept_settings()),
            archive=home.archive,
            report=home.report,
            listen=home.listen,
            rooms=home.rooms,
        )

    async def _sessions(self, open_session: Open) -> None:
        while await self._session(open_session) is Next.AGAIN:
            pass

    async def _session(self, open_session: Open) -> Next:
        """Check in, one session, its summary. Raises what the session raised."""
        rating: int | None = None
        if self._manners.check_in:
            check_in = await self.push_screen_wait(CheckInScreen())
            if check_in is None:
                return Next.LEAVE
            rating = check_in.rating
        opened = await self._opened(open_session)
        if opened is None:
            return Next.LEAVE
        try:
            result = await self._driven(opened, rating)
            if result.summary is None:
                return Next.LEAVE
            self.ended_with = result.summary
            return await self.push_screen_wait(
                SummaryScreen(opened, result.summary, result.trail, result.swing_bpm)
            )
        finally:
            await _close(opened)

    async def _opened(self, open_session: Open) -> OpenedSession | None:
        """The session that `open_session` makes; None where the person did not want to wait for it."""
        opening = asyncio.ensure_future(open_session())
        try:
            await asyncio.wait({opening}, timeout=_SHORT_S)
            if not opening.done():
                doing = self._start.doing if isinstance(self._start, Home) else lambda: ""
                if not await self.push_screen_wait(OpeningScreen(opening, doing)):
                    return None
            return await opening
        finally:
            opening.cancel()

    async def _driven(self, opened: OpenedSession, rating: int | None) -> SessionResult:
        """The session on its screen, from its beginning to its end. Raises what it raised."""
        if opened.close is not None:
            at_last(opened.close)
        result = await self.push_screen_wait(
            SessionScreen(
                opened,
                clock=self._clock,
                figure=self.look.figure,
                depth=self.depth,
                reduced_motion=self.look.reduced_motion or self.animation_level == "none",
                rating=rating,
            )
        )
        if result.fault is not None:
            raise result.fault
        return result

    # ---- what holds on every screen -------------------------------------------------------------------

    def take_settings(self) -> None:
        """The settings as they are now: keys, own themes, units. A theme or figure is the person's choice."""
        kept = self.kept_settings()
        if kept is None:
            return
        self.own_themes = {theme.name: theme for theme in kept.themes if theme.name not in THEMES}
        for own in self.own_themes.values():
            self.register_theme(made(own))
        self._cycle = (*CYCLE, *self.own_themes)
        self.own_keys = dict(kept.settings.keys)
        self.set_keymap(bound(kept.settings))
        self.breath_as = kept.settings.breath_as
        still = self._manners.look.reduced_motion or kept.settings.reduced_motion
        self.look = replace(self.look, reduced_motion=still)

    def kept_settings(self) -> KeptSettings | None:
        """The settings of whoever sits here, and what is wrong with them; None where there are none."""
        port = self._manners.settings
        return None if port is None else port.now(self.person, key_names())

    def action_theme(self) -> None:
        if self.theme not in self._cycle:
            self.notify("This terminal brings its own colours.", markup=False)
            return
        self.dress(theme=self._cycle[(self._cycle.index(self.theme) + 1) % len(self._cycle)])

    def dress(self, *, theme: str | None = None, figure: str | None = None) -> None:
        """Another theme or figure from now on, and the next time."""
        look = replace(self.look, theme=theme or self.look.theme, figure=figure or self.look.figure)
        if theme is not None and self.theme in self._cycle:
            self.theme = self._theme_named(theme)
        self._remember(look)

    def _theme_named(self, name: str) -> str:
        return name if name in self._cycle else CYCLE[0]

    def action_settings(self) -> None:
        """Not during a session: it has keys of its own for what matters then."""
        port = self._manners.settings
        if port is None or self._running_session() is not None or isinstance(self.screen, SettingsScreen):
            return

        def back(_: object) -> None:
            self.take_settings()

        self.push_screen(SettingsScreen(port, self.person, self.look), back)

    def on_settings_changed(self, message: SettingsChanged) -> None:
        """Seen at once."""
        self.take_settings()
        likes = message.settings
        self.look = replace(self.look, theme=likes.theme or CYCLE[0], figure=likes.figure or Look().figure)
        if self.theme in (*THEMES, *self.own_themes) and self.theme != "plain":
            self.theme = self._theme_named(self.look.theme)

    def on_figure_chosen(self, message: FigureChosen) -> None:
        self._remember(replace(self.look, figure=message.figure))

    def _remember(self, look: Look) -> None:
        self.look = look
        self._manners.on_look_changed(look)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, CommandPalette):
            # Without Textual's id: one that is just closing still has it, and the app would go.
            self.push_screen(Palette())

    async def action_interrupt(self) -> None:
        """Ctrl+C stops, except in a text, where it copies; ctrl+q leaves from there too."""
        if isinstance(self.screen, PresetEditScreen):
            self.screen.action_copy()
        else:
            await self.action_quit()

    async def action_quit(self) -> None:
        """A running session is stopped first, so that its sound fades and its log is whole."""
        session = self._running_session()
        if session is None:
            self.exit(self.ended_with)
        else:
            session.action_stop()

    def _running_session(self) -> SessionScreen | None:
        for screen in reversed(self.screen_stack):
            if isinstance(screen, SessionScreen):
                return screen
        return None

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        asked = self._running_session() or screen
        keys = asked.KEYS if isinstance(asked, EntrainScreen) else ()
        for key in keys:
            if key.action != "none" and asked.check_action(key.action, ()) is not False:
                yield SystemCommand(
                    searched(key.label, key.shown_in(self)), key.text, _bound(asked, key.action)
                )
        if "app.theme" not in {key.action for key in keys}:
            yield SystemCommand(
                searched("light", "t"), "Dark, light or dim for the night.", self.action_theme
            )
        if self._running_session() is None:
            if self._manners.settings is not None and "app.settings" not in {key.action for key in keys}:
                yield SystemCommand(searched("settings", ","), _SETTINGS_ARE, self.action_settings)
            yield SystemCommand("leave entrain (ctrl+q), exit at once", "Leave at once.", self.action_quit)


def _bound(screen: Screen[Any], action: str) -> Callable[[], Awaitable[object]]:
    return lambda: screen.run_action(action)


def run_home(home: Home, manners: Manners = Manners()) -> Summary | None:
    """The app from its home screen. Raises what ended it, if anything did."""
    return _run(EntrainApp(home, manners))


def run_session(start: Pick | Open, manners: Manners = Manners()) -> Summary | None:
    """One session (and another, as long as the person wants) without the home screen.

    Returns the last summary; None if the person left before a session had begun. Raises `EntrainError` where
    the session could not be opened or driven.
    """
    return _run(EntrainApp(start, manners))


def _run(app: EntrainApp) -> Summary | None:
    summary, is_interrupted = asyncio.run(_until_the_end(app))
    if app.fault is not None:
        raise app.fault
    if is_interrupted:
        raise KeyboardInterrupt
    return summary


async def _until_the_end(app: EntrainApp) -> tuple[Summary | None, bool]:
    """Also by a signal: the terminal is given back, and the session, cut off, can be gone on with later."""
    is_interrupted = False

    def interrupt() -> None:
        nonlocal is_interrupted
        is_interrupted = True
        app.exit(app.ended_with)

    async with beside(app.beside):
        with ending_by_signal(interrupt):
            summary = await app.run_async()
    return summary, is_interrupted


def _known(archive: Archive) -> Sequence[KnownPerson]:
    """Everybody who is known here; nobody where that cannot be told now."""
    try:
        return archive.people()
    except EntrainError:
        return ()


async def _close(opened: OpenedSession) -> None:
    """Finish its log, without keeping the screen waiting."""
    if opened.close is not None:
        await asyncio.to_thread(opened.close)
