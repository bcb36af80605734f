"""The session screen: draws the port's picture some thirty times a second and hands in what keys ask for.

It keeps no session state of its own. Whatever goes wrong while drawing, it shows nothing rather than
something false, and the stop key goes on working.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.worker import Worker

from entrain.clock import Clock
from entrain.control import events as ev
from entrain.control.view import Sample, SessionView, Summary
from entrain.drawing.palette import Depth
from entrain.drawing.shapes import FIGURES, Pose
from entrain.heart.median import median
from entrain.heart.wave import swing_bpm
from entrain.ports import OpenedSession
from entrain.reason import Code
from entrain.score import LEAD_S
from entrain.tui.messages import FigureChosen
from entrain.tui.rest import pose_at_rest
from entrain.tui.screens.away import AwayScreen
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.ending import EndingSoon
from entrain.tui.screens.eyes_closed import EyesClosedScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.screens.note import NoteScreen
from entrain.tui.screens.session_keys import AWAY, LEFT_BY_A_LOCK, STOP, keys_now
from entrain.tui.screens.session_keys import KEYS as SESSION_KEYS
from entrain.tui.themes import figure_colours
from entrain.tui.toasts import Toasts
from entrain.tui.trail import Trail
from entrain.tui.widgets.banner import Banner
from entrain.tui.widgets.breath_figure import BreathFigure
from entrain.tui.widgets.cue import CueLine
from entrain.tui.widgets.key_line import KeyLine
from entrain.tui.widgets.panel import SessionPanel
from entrain.tui.widgets.say import Say
from entrain.wording import screen as words

FRAMES_PER_S: Final = 30
_WORDS_EVERY: Final = 3  # frames
_TREND_EVERY_S: Final = 1.0
UNDO_S: Final = 3.0  # after the stop key, in which the session can still go on; 0: none
_BOUNCE_S: Final = 0.4  # a key that is held, or bounces
_LEAVE_AFTER_S: Final = 1.0  # a second press sooner is taken for the same one
_BLIND: Final = "The picture cannot be drawn just now. The session goes on; q stops it."


@dataclass(frozen=True, slots=True)
class SessionResult:
    """How a session went: its figures where there are any, its whole course, and the fault that ended it."""

    summary: Summary | None
    trail: tuple[Sample, ...]
    fault: Exception | None = None
    swing_bpm: float | None = None  # how far the pulse swung with the guided breath, in the middle


class SessionScreen(EntrainScreen[SessionResult]):
    """A session while it runs."""

    CSS = """
    SessionScreen { layout: vertical; align-horizontal: center; }
    #head, #body, SessionScreen Banner, SessionScreen KeyLine { max-width: 150; }
    #head { height: 1; padding: 0 2; margin-top: 1; }
    #head .left { width: 16; text-align: right; }
    #body { height: 1fr; }
    #stage { width: 1fr; }
    #place { width: 1fr; height: 1fr; align: center middle; }
    SessionScreen CueLine { margin: 0 0 1 0; }

    SessionScreen.-wide SessionPanel { width: 38%; min-width: 44; padding: 2 4 1 2; }
    SessionScreen.-wide Banner { padding: 0 4; }
    SessionScreen.-wide #head, SessionScreen.-wide KeyLine { padding: 0 4; }
    SessionScreen.-tall SessionPanel .guidance, SessionScreen.-tall SessionPanel .straps { margin-top: 2; }
    SessionScreen.-tall KeyLine { margin-bottom: 1; }
    SessionScreen.-tall Banner { height: 5; }

    SessionScreen.-tiny SessionPanel, SessionScreen.-flat SessionPanel { display: none; }
    SessionScreen.-flat Banner { height: 2; }
    SessionScreen.-flat #head, SessionScreen.-flat CueLine, SessionScreen.-flat .beats { margin: 0; }
    SessionScreen.-flat CueLine { height: 2; }

    SessionScreen.-plain #head .left, SessionScreen.-plain SessionPanel { display: none; }
    SessionScreen.-focus #head, SessionScreen.-focus SessionPanel { display: none; }
    SessionScreen.-focus Banner { height: 2; }
    SessionScreen.-focus KeyLine { opacity: 60%; }
    """
    KEYS = SESSION_KEYS
    BINDINGS = [*(key.binding() for key in SESSION_KEYS), ("space", "space_bar")]  # noqa: RUF012  Textual's own type

    def __init__(
        self,
        opened: OpenedSession,
        *,
        clock: Clock,
        figure: str,
        depth: Depth,
        reduced_motion: bool,
        rating: int | None = None,
    ) -> None:
        super().__init__()
        self._port = opened.port
        self._tap: Callable[[], None] | None = opened.tap
        self._voices = opened.voices
        self._person = opened.person
        self._is_simulated = opened.is_simulated
        self._away_text = opened.away_text
        self._clock = clock
        self._figure = BreathFigure(figure, depth, figure_colours("dark", depth))
        self._title, self._left_said = Say(classes="title"), Say(classes="left")
        self._cue, self._panel, self._banner, self._keys = CueLine(), SessionPanel(), Banner(), KeyLine()
        self._reduced_motion = reduced_motion
        self._rating = rating
        self._trail = Trail()
        self._toasts = Toasts()
        self._swings: list[float] = []  # one a second while a breath is guided
        self._seen_t_s: float | None = None  # the newest picture's time …
        self._seen_at_s = 0.0  # … and when it was first seen, on the screen's clock
        self._frame = 0
        self._trend_at_s = -_TREND_EVERY_S
        self._whose: str | None = None  # the heart of whom the next mark or feeling is about; None: of all
        self._volume: float | None = None  # asked for, until a picture shows it
        self._stop_at_s: float | None = None
        self._ending: EndingSoon | None = None
        self._worker: Worker[None] | None = None
        self._finished = False
        self._is_locked = False
        self._no_note = asyncio.Event()
        self._no_note.set()

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield self._title
            yield self._left_said
        with Horizontal(id="body"):
            with Vertical(id="stage"):
                with Container(id="place"):
                    yield self._figure
                yield self._cue
            yield self._panel
        yield self._banner
        yield self._keys

    def on_mount(self) -> None:
        self._dye()
        self.host.theme_changed_signal.subscribe(self, lambda _theme: self._dye())
        self._worker = self.run_worker(self._drive(), exit_on_error=False)
        self.set_interval(1 / FRAMES_PER_S, self.draw)
        self.call_after_refresh(self._begin)

    def on_resize(self) -> None:
        self._frame = 0  # the next picture is a whole one
        self._trend_at_s = -_TREND_EVERY_S

    def _dye(self) -> None:
        self._figure.dye(self.figure_colours(self._figure.depth))

    def _begin(self) -> None:
        if self._rating is not None:
            self._send(ev.Rate(self._rating, "before"))
        self.draw()

    # ---- the session itself ---------------------------------------------------------------------------

    async def _drive(self) -> None:
        try:
            summary = await self._port.run()
        except Exception as fault:
            await self._hand_back(None, fault)
        else:
            await self._hand_back(summary, None)

    async def _hand_back(self, summary: Summary | None, fault: Exception | None) -> None:
        """End with how it went, from under whatever lies above; a note is let finish."""
        if self._finished:
            return
        self._finished = True
        await self._no_note.wait()
        while self.host.screen is not self and self in self.host.screen_stack:
            await self.host.pop_screen()
        self.leave(
            SessionResult(summary, self._trail.samples, fault, median(self._swings) if self._swings else None)
        )

    # ---- drawing --------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw the picture of now, or nothing if that cannot be done."""
        if self._finished or not self.whole:
            return
        now_s = self._clock.now_s()
        try:
            view = self._port.view()
            self._draw(view, now_s)
        except Exception as fault:
            self.log.error(f"the picture cannot be drawn: {fault!r}")
            self._blank()

    def _draw(self, view: SessionView, now_s: float) -> None:
        if view.t_s != self._seen_t_s:
            self._seen_t_s, self._seen_at_s = view.t_s, now_s
        late_s = now_s - self._seen_at_s
        self._trail.take(view.trend)
        self._is_locked = view.preset.care.locked
        self.set_class(not view.preset.care.figures, "-plain")
        if self._volume == view.sound.volume:
            self._volume = None
        if isinstance(self.host.screen, EyesClosedScreen | AwayScreen):
            return
        self._draw_breath(view, view.t_s + min(late_s, LEAD_S))
        self._frame += 1
        if self._frame % _WORDS_EVERY == 1:
            self._draw_words(view, words.pulse(view, late_s), now_s)
        if now_s - self._trend_at_s >= _TREND_EVERY_S:
            self._trend_at_s = now_s
            self._panel.show_trend(view.trend, view.t_s)
            self._keep_swing(view, late_s)
        for text, serious in self._toasts.news(view):
            self.notify(text, severity="warning" if serious else "information", markup=False)

    def _keep_swing(self, view: SessionView, late_s: float) -> None:
        if view.breath_per_min is None or view.paused or not words.pulse(view, late_s).fresh:
            return
        swing = swing_bpm(view.wave, view.t_s, view.breath_per_min)
        if swing is not None:
            self._swings.append(swing)

    def _draw_breath(self, view: SessionView, t_s: float) -> None:
        score = view.score
        guided = score is not None and not view.paused and view.ended is None
        moment = score.breath_at(t_s) if score is not None and guided else None
        presence = score.presence.at(t_s) if score is not None and guided else 0.0
        pose = pose_at_rest(view, t_s) or Pose.at(moment, presence)
        self._figure.show(pose.still() if self._reduced_motion else pose)
        self._cue.show(words.cue(view, moment))

    def _draw_words(self, view: SessionView, pulse: words.PulseWords, now_s: float) -> None:
        small = self.has_class("-tiny") or self.has_class("-flat")
        focus = self.has_class("-focus")
        title = words.brief(view, pulse) if small else view.preset.title
        whose = (f"   {self._person}", "$primary") if self._person else ""
        made_up = (f"   {words.SIMULATED}", "$warning") if self._is_simulated else ""
        about = "" if self._whose is None else f"   {words.about(view, self._whose)}"
        self._title.say((title, "$text-muted"), whose, made_up, (about, "$accent"))
        self._left_said.say((words.session_left(view), "$text-muted"))
        self._panel.show(view, pulse, now_s)
        self._banner.show(view, only_trouble=focus, ending=self._ending is not None)
        stopping, tapped = self._stop_at_s is not None, self._tap is not None
        ending = self._ending is not None and not stopping
        self._keys.show(keys_now(view, stopping, tapped, focus, ending=ending))

    def _blank(self) -> None:
        self._figure.show(None)
        self._cue.show(words.CueWords(""))
        self._title.say()
        self._left_said.say()
        self._panel.blank()
        self._banner.blank(_BLIND)
        self._keys.show((STOP,))
        self._frame = 0
        self._trend_at_s = -_TREND_EVERY_S

    # ---- keys -----------------------------------------------------------------------------------------

    def _send(self, command: ev.Command) -> None:
        try:
            self._port.send(command)
        except Exception as fault:
            self.log.error(f"{command!r} was not taken: {fault!r}")
            self.notify("That did not work.", severity="error", markup=False)

    def _view(self) -> SessionView | None:
        try:
            return self._port.view()
        except Exception:
            return None

    def action_stop(self) -> None:
        """End gently: it falls silent, and stops after some seconds in which it can go on after all."""
        now_s = self._clock.now_s()
        view = self._view()
        begins = self._ending is None and self._stop_at_s is None and UNDO_S > 0.0
        if begins and view is not None and view.ended is None:
            self._ending = EndingSoon(now_s, self.set_timer(UNDO_S, self._stop), was_paused=view.paused)
            self._send(ev.Pause())
        elif self._stop_at_s is None:
            if self._ending is None or now_s - self._ending.since_s >= _BOUNCE_S:
                self._stop()
        elif now_s - self._stop_at_s >= _LEAVE_AFTER_S and self._worker is not None:
            self._worker.cancel()
            self.run_worker(self._hand_back(self._port.summary(), None), exit_on_error=False)

    def _stop(self) -> None:
        if self._stop_at_s is None:
            self._stop_at_s = self._clock.now_s()
            self._send(ev.Stop())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return super().check_action(action, parameters) and (
            not self._is_locked or _is_left(action, parameters)
        )

    def action_step_away(self) -> None:
        """The sound fades at once; then on, or out without any more questions."""
        if self._stop_at_s is not None:
            return
        if self._ending is not None:
            self.action_stop()
            return
        self._send(ev.StepAway())

        def decided(goes_on: bool | None) -> None:
            if goes_on:
                self._send(ev.Resume())
            else:
                self._stop()

        self.host.push_screen(AwayScreen(self._away_text), decided)

    def action_leave_breath(self) -> None:
        self._send(ev.LeaveBreath())

    def action_undo(self) -> None:
        """Go on with a session that was ending."""
        ending, self._ending = self._ending, None
        if ending is not None and self._stop_at_s is None:
            ending.timer.stop()
            if not ending.was_paused:
                self._send(ev.Resume())

    def action_space_bar(self) -> None:
        if self._tap is not None:
            self._tap()
        else:
            self.action_pause()

    def action_pause(self) -> None:
        view = self._view()
        self._send(ev.Resume() if view is not None and view.paused else ev.Pause())

    def action_skip_rest(self) -> None:
        self._send(ev.SkipRest())

    def action_ease_off(self) -> None:
        self._send(ev.EaseOff())

    def action_feel(self, feeling: str) -> None:
        self._send(ev.Feel(ev.Feeling(feeling), self._whose))

    def action_whose(self) -> None:
        """Of a group: whom the next mark or feeling is about; after the last one, everybody again."""
        view = self._view()
        if view is not None and len(view.straps) > 1:
            self._whose = view.heart_after(self._whose)
            self._frame = 0  # said at once

    def action_hold(self) -> None:
        """Where a lock leaves no other key, it goes on with this one as well."""
        view = self._view()
        is_held = view is not None and view.hold_reason is not None and view.hold_reason.code is Code.HELD
        self._send(ev.GoOn() if self._is_locked and is_held else ev.HoldTempo())

    def action_go_on(self) -> None:
        self._send(ev.GoOn())

    def action_nudge(self, bpm: int) -> None:
        self._send(ev.Nudge(float(bpm)))

    def action_goal(self, by_bpm: int) -> None:
        view = self._view()
        if view is not None and view.goal_bpm is not None:
            self._send(ev.SetGoal(tempo_bpm=round(view.goal_bpm) + float(by_bpm)))

    def action_goal_breath(self, by_per_min: float) -> None:
        view = self._view()
        if view is not None and view.goal_breath_per_min is not None:
            self._send(ev.SetGoal(breath_per_min=round(2.0 * view.goal_breath_per_min) / 2.0 + by_per_min))

    def action_voice(self) -> None:
        view = self._view()
        if view is None or not self._voices:
            return
        at = self._voices.index(view.sound.voice) if view.sound.voice in self._voices else -1
        self._send(ev.SetVoice(self._voices[(at + 1) % len(self._voices)]))

    def action_louder(self, by: float) -> None:
        view = self._view()
        if view is not None:
            before = view.sound.volume if self._volume is None else self._volume
            self._volume = round(min(1.0, max(0.0, before + by)), 2)
            self._send(ev.SetVolume(self._volume))

    def action_mute(self) -> None:
        view = self._view()
        if view is not None:
            self._send(ev.SetMuted(not view.sound.muted))

    def action_mark(self) -> None:
        pressed_s, whose = self._clock.now_s(), self._whose
        self._no_note.clear()

        def keep(note: str | None) -> None:
            self._no_note.set()
            if note is not None:
                self._send(ev.Mark(note, round(self._clock.now_s() - pressed_s, 3), whose))

        self.host.push_screen(NoteScreen("A note for this moment, or nothing"), keep)

    def action_figure(self) -> None:
        names = list(FIGURES)
        figure = names[(names.index(self._figure.figure) + 1) % len(names)]
        self._figure.choose(figure)
        self.post_message(FigureChosen(figure))

    def action_graph(self) -> None:
        self._panel.turn()

    def action_figure_alone(self) -> None:
        self.toggle_class("-focus")
        self.draw()

    def action_eyes_closed(self) -> None:
        view = self._view()
        if view is not None and not words.is_heard(view.sound):
            self.notify(words.NOTHING_TO_HEAR, markup=False)
            return
        self.host.push_screen(EyesClosedScreen(self.action_stop, self._tap), self._after_eyes_closed)

    def action_help(self) -> None:
        self.host.push_screen(
            HelpScreen(SESSION_KEYS, self.action_stop, tap=self._tap is not None), self._after_help
        )

    def _after_eyes_closed(self, is_enough: bool | None) -> None:
        if is_enough:
            self.action_step_away()

    def _after_help(self, key: str | None) -> None:
        if key == AWAY.keys:
            self.action_step_away()


def _is_left(action: str, parameters: tuple[object, ...]) -> bool:
    """Is it one of the few things that a lock leaves?"""
    shown = ", ".join(map(repr, parameters))
    return (f"{action}({shown})" if parameters else action) in {key.action for key in LEFT_BY_A_LOCK}
