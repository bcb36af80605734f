"""The session screen as a person meets it: what it shows, what its keys ask for, what it survives."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from textual.pilot import Pilot

from entrain.clock import ManualClock
from entrain.control import events as ev
from entrain.control.events import Link, Sound
from entrain.drawing.palette import Depth
from entrain.person.care import CareRule
from entrain.ports import OpenedSession
from entrain.tui.app import EntrainApp, Manners
from entrain.tui.look import Look
from entrain.tui.screens import session
from entrain.tui.screens.session import SessionScreen
from entrain.tui.screens.summary import SummaryScreen
from entrain.tui.widgets.breath_figure import BreathFigure
from tests.support.screen import comes, drawn, screen_text, strike
from tests.support.scripted import EVENING, Incident, Script, ScriptedPort


@dataclass
class Stage:
    """An app on a scripted session, with a clock that only the test moves."""

    app: EntrainApp
    pilot: Pilot[object]
    port: ScriptedPort
    clock: ManualClock
    taps: list[float]

    @property
    def text(self) -> str:
        return screen_text(self.app)

    async def at(self, t_s: float) -> str:
        """Let the session come to `t_s` and return what is shown then."""
        self.clock.advance_to(t_s - self.port.script.begins_at_s)
        return await self.drawn()

    async def press(self, *keys: str) -> str:
        await strike(self.pilot, *keys)
        return await self.drawn()

    async def drawn(self) -> str:
        """Draw a few frames of this moment and return what is shown."""
        return await drawn(self.pilot)


@asynccontextmanager
async def staged(
    script: Script | None = None,
    *,
    look: Look | None = None,
    size: tuple[int, int] = (80, 24),
    tap: bool = False,
    is_simulated: bool = False,
    manners: Callable[[Manners], Manners] = lambda manners: manners,
) -> AsyncIterator[Stage]:
    clock = ManualClock()
    port = ScriptedPort(clock, script or Script(begins_at_s=302.0))
    taps: list[float] = []

    async def open_session() -> OpenedSession:
        taps_to = (lambda: taps.append(clock.now_s())) if tap else None
        return OpenedSession(port, taps_to, voices=("metronome", "soft", "bowl"), is_simulated=is_simulated)

    how = manners(Manners(look or Look(depth=Depth.TRUE), check_in=False))
    app = EntrainApp(open_session, how, clock=clock)
    async with app.run_test(size=size, notifications=True) as pilot:
        while not any(isinstance(screen, SessionScreen) and screen.is_mounted for screen in app.screen_stack):
            await pilot.pause()
        stage = Stage(app, pilot, port, clock, taps)
        await stage.drawn()
        yield stage


@pytest.fixture(autouse=True)
def _drawn_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames come when a test asks for them."""
    monkeypatch.setattr(session, "FRAMES_PER_S", 0.5)


# ---- what is shown -----------------------------------------------------------------------------------------


async def test_everything_a_person_needs_is_on_the_screen() -> None:
    async with staged() as stage:
        for said in (
            "Evening wind-down",
            "6:58 to go",
            "Breathe out",
            "tempo 63.0",
            "breath 7.9",
            "Polar H10 8A2F41",
            "battery 84 %",
            "your pulse swings 9",
            "guided breath 7.9",
            "soft · volume 70 %",
            "Slowing gently",
            "2:58 left",
            "About 1 beat a minute slower each minute",
            "q stop",
            "? help",
        ):
            assert said in stage.text


async def test_the_cue_counts_along_with_the_beat() -> None:
    async with staged() as stage:
        score = stage.port.view().score
        assert score is not None
        first = score.next_beat(303.0)
        for n in range(first, first + 10):
            text = await stage.at(score.tempo.time_of_beat(n) + 0.2)
            moment = score.breath_at(stage.port.t_s)
            assert moment is not None
            assert f"{moment.beat_in_part + 1} · {moment.part_beats}" in text
            assert ("Breathe in" if moment.part is ev.BreathPart.INHALE else "Breathe out") in text


async def test_the_figure_moves_between_two_frames_and_repaints_only_what_changed() -> None:
    async with staged() as stage:
        figure = stage.app.screen.query_one(BreathFigure)
        before = list(figure._rows)
        await stage.at(303.5)
        after = list(figure._rows)
        assert len(before) == len(after) > 8
        assert any(a is not b for a, b in zip(before, after, strict=True))
        await stage.drawn()
        assert all(a is b for a, b in zip(after, figure._rows, strict=True))


async def test_a_lost_strap_shows_no_pulse_and_says_what_to_do_in_every_phase() -> None:
    moments = (20, 80, 200, 500, 620)
    lost = tuple(
        Incident(t_s, t_s + 20, link=Link.LOST, detail="it went silent", advice="Come closer.")
        for t_s in moments
    )
    async with staged(Script(begins_at_s=10.0, incidents=lost)) as stage:
        phases: set[ev.Phase] = set()
        for t_s in moments:
            text = await stage.at(t_s + 2)
            assert "╺━╸╺━╸" in text  # the two dashes, written large
            assert "strap lost" in text
            assert "It went silent. Come closer." in text
            assert "in step" not in text
            back = await stage.at(t_s + 21)
            assert "╺━╸╺━╸" not in back
            assert "strap lost" not in back
            phases.add(stage.port.view().phase)
        assert len(phases) == 5


async def test_a_picture_that_stands_still_is_not_taken_for_fresh() -> None:
    """The runtime hangs: its picture says the pulse is fresh, and says so for ever."""
    async with staged() as stage:
        frozen = stage.port.view()
        stage.port.view = lambda: frozen  # type: ignore[method-assign]
        stage.clock.advance_to(2.0)
        await stage.drawn()
        assert "╺━╸╺━╸" not in stage.text
        stage.clock.advance_to(4.5)
        await stage.drawn()
        assert "╺━╸╺━╸" in stage.text
        assert "nothing for" in stage.text


async def test_a_fault_while_drawing_shows_nothing_false_and_stop_still_works() -> None:
    async with staged() as stage:
        stage.port.broken = True
        await stage.drawn()
        assert "The picture cannot be drawn just now" in stage.text
        assert "tempo" not in stage.text
        assert "Breathe" not in stage.text
        assert "╺━╸╺━╸" in stage.text
        assert "q stop" in stage.text
        await stage.press("q")
        assert stage.port.sent == [ev.Stop()]
        stage.port.broken = False
        await comes(stage.pilot, SummaryScreen)


async def test_sound_that_is_lost_is_told_and_comes_back() -> None:
    gone = Incident(303, 310, sound=Sound.LOST, detail="the headphones went away")
    async with staged(Script(begins_at_s=302.0, incidents=(gone,))) as stage:
        text = await stage.at(304)
        assert "♪ sound device lost" in text
        assert "The headphones went away." in text
        text = await stage.at(311)
        assert "♪ soft · volume 70 %" in text
        assert "The sound is back" in text
        assert "6:49 to go" in text  # no toast hides how long it lasts


async def test_the_heart_without_a_sensor_is_no_trouble() -> None:
    async with staged(Script(begins_at_s=302.0, straps=())) as stage:
        assert "no sensor" in stage.text
        assert "╺━╸╺━╸" in stage.text
        assert "Breathe out" in stage.text


async def test_reduced_motion_keeps_the_figure_still_within_a_part() -> None:
    async with staged(look=Look(reduced_motion=True, depth=Depth.TRUE)) as stage:
        figure = stage.app.screen.query_one(BreathFigure)
        score = stage.port.view().score
        assert score is not None
        cue = next(c for c in score.cues_between(303.0, 320.0) if c.part is ev.BreathPart.EXHALE)
        await stage.at(cue.t_s + 0.2)
        first, text = list(figure._rows), stage.text
        await stage.at(cue.t_s + 2.4)
        assert all(a is b for a, b in zip(first, figure._rows, strict=True))
        assert f"1 · {cue.beats}" in text
        assert f"3 · {cue.beats}" in stage.text


@pytest.mark.parametrize("depth", [Depth.CUBE, Depth.SIXTEEN])
async def test_few_colours_draw_too(depth: Depth) -> None:
    async with staged(look=Look(depth=depth)) as stage:
        assert "Breathe out" in stage.text
        assert stage.app.screen.query_one(BreathFigure)._rows


async def test_no_color_sends_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with staged(look=Look()) as stage:
        assert stage.app.depth is Depth.NONE
        styles = {
            segment.style
            for strip in stage.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None
        }
        colours = {c.name for s in styles for c in (s.color, s.bgcolor) if c is not None}
        assert colours <= {"default"}


# ---- keys --------------------------------------------------------------------------------------------------


COMMANDS: dict[str, ev.Command] = {
    "e": ev.EaseOff(),
    "d": ev.Feel(ev.Feeling.LIGHT_HEADED),
    "y": ev.Feel(ev.Feeling.EASY),
    "h": ev.HoldTempo(),
    "g": ev.GoOn(),
    "up": ev.Nudge(1.0),
    "down": ev.Nudge(-1.0),
    "right": ev.SetGoal(tempo_bpm=61.0),
    "left": ev.SetGoal(tempo_bpm=60.0),
    "left_square_bracket": ev.SetGoal(breath_per_min=5.5),
    "right_square_bracket": ev.SetGoal(breath_per_min=6.0),
    "v": ev.SetVoice("bowl"),
    "plus": ev.SetVolume(0.75),
    "equals_sign": ev.SetVolume(0.8),
    "minus": ev.SetVolume(0.75),
    "m": ev.SetMuted(True),
    "p": ev.Pause(),
    "space": ev.Resume(),
}


async def test_a_key_sends_its_command() -> None:
    async with staged() as stage:
        for key in COMMANDS:
            await stage.press(key)
        assert stage.port.sent == list(COMMANDS.values())


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_stop_has_more_than_one_key(key: str) -> None:
    async with staged() as stage:
        await strike(stage.pilot, key)
        assert stage.port.sent == [ev.Stop()]


async def test_escape_ends_no_session() -> None:
    async with staged() as stage:
        await strike(stage.pilot, "escape", "c", "escape", "f", "escape", "question_mark", "escape", "escape")
        assert stage.port.sent == []
        assert isinstance(stage.app.screen, SessionScreen)


async def test_a_session_that_is_ending_can_go_on_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "UNDO_S", 60.0)
    async with staged() as stage:
        text = await stage.press("q")
        assert "Press u to go on after all." in text
        assert "q end now" in text
        assert "Ending" not in await stage.press("u")
        assert stage.port.sent == [ev.Pause(), ev.Resume()]
        await stage.press("q", "q")  # a key that bounces ends nothing
        assert stage.port.sent == [ev.Pause(), ev.Resume(), ev.Pause()]
        stage.clock.advance_to(stage.clock.now_s() + 1.0)
        await stage.press("q")
        await comes(stage.pilot, SummaryScreen)
        assert stage.port.sent[-1] == ev.Stop()


async def test_what_is_not_taken_back_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "UNDO_S", 0.05)
    async with staged() as stage:
        await stage.press("q")
        await comes(stage.pilot, SummaryScreen)
        assert stage.port.sent == [ev.Pause(), ev.Stop()]


async def test_the_rest_follows_the_heart_and_can_be_cut_short() -> None:
    async with staged(Script(begins_at_s=30.0)) as stage:
        figure = stage.app.screen.query_one(BreathFigure)
        text = await stage.press("enter")
        assert "enter begin" in text
        assert stage.port.sent == [ev.SkipRest()]
        fullness: list[float] = []
        for n in range(10):
            await stage.at(31.0 + 0.1 * n)
            assert figure._pose is not None
            fullness.append(figure._pose.fullness)
        assert max(fullness) - min(fullness) > 0.08
        assert "enter begin" not in await stage.at(70.0)


async def test_the_last_minutes_are_a_second_view() -> None:
    async with staged() as stage:
        text = await stage.press("z")
        assert "━ pulse   ╍ tempo" in text
        assert "swings" not in text
        assert "swings 9" in await stage.press("z")


async def test_a_simulated_heart_is_said_on_the_session_and_on_its_summary() -> None:
    async with staged(is_simulated=True) as stage:
        assert "simulated heart" in stage.text
        await stage.press("q")
        assert "The heart was simulated" in await comes(stage.pilot, SummaryScreen)


async def test_space_pauses_and_goes_on() -> None:
    async with staged() as stage:
        text = await stage.press("space")
        assert "Paused" in text
        assert "space go on" in text
        assert "Breathe" not in text
        text = await stage.press("space")
        assert stage.port.sent == [ev.Pause(), ev.Resume()]
        assert "Paused" not in text


async def test_when_the_pulse_is_tapped_space_is_the_tap_and_p_pauses() -> None:
    async with staged(tap=True) as stage:
        await stage.press("space", "space", "space")
        assert len(stage.taps) == 3
        assert stage.port.sent == []
        assert "p pause" in stage.text
        await stage.press("c")
        await stage.press("space")
        assert len(stage.taps) == 4
        assert not isinstance(stage.app.screen, SessionScreen)  # a tap does not open the eyes
        await stage.press("w", "p")
        assert stage.port.sent == [ev.Pause()]


async def test_volume_keys_pressed_quickly_add_up() -> None:
    async with staged() as stage:
        slow = stage.port.view().sound
        stage.port._sound = lambda incident: slow  # type: ignore[method-assign]  the picture lags behind
        await stage.press("minus", "minus", "minus")
        assert stage.port.sent == [ev.SetVolume(0.65), ev.SetVolume(0.6), ev.SetVolume(0.55)]


async def test_holding_offers_to_go_on() -> None:
    async with staged() as stage:
        assert "h hold" in stage.text
        text = await stage.press("h")
        assert "g go on" in text
        assert "Holding: you asked to stay here." in text
        assert "h hold" in await stage.press("g")


async def test_a_mark_keeps_its_note_and_its_moment() -> None:
    async with staged() as stage:
        await stage.press("n", *"quiet")
        stage.clock.advance_to(stage.clock.now_s() + 4.0)
        text = await stage.press("enter")
        assert stage.port.sent == [ev.Mark("quiet", ago_s=4.0)]
        assert "1 mark" in text
        await stage.press("n", *"no", "escape")
        assert len(stage.port.sent) == 1


async def test_in_a_group_a_mark_and_a_feeling_are_about_somebody() -> None:
    async with staged(Script(begins_at_s=302.0, straps=("Polar 17", "Polar 18"))) as stage:
        assert "about" not in stage.text
        assert "about Polar 17" in await stage.press("w")
        await stage.press("n", *"calm", "enter", "y")
        assert "about Polar 18" in await stage.press("w")
        await stage.press("d")
        assert "about" not in await stage.press("w")
        await stage.press("y")
        assert stage.port.sent == [
            ev.Mark("calm", 0.0, "polar 17"),
            ev.Feel(ev.Feeling.EASY, "polar 17"),
            ev.Feel(ev.Feeling.LIGHT_HEADED, "polar 18"),
            ev.Feel(ev.Feeling.EASY),
        ]


async def test_a_note_does_not_stop_the_picture() -> None:
    async with staged() as stage:
        await stage.press("n")
        await stage.at(307.0)
        assert "Breathe in" in stage.text


async def test_control_c_stops_even_while_a_note_is_written() -> None:
    async with staged() as stage:
        await stage.press("n", *"quiet", "ctrl+c")
        assert stage.port.sent == [ev.Stop()]
        await stage.press("escape")
        await comes(stage.pilot, SummaryScreen)


async def test_letters_in_a_note_are_no_commands() -> None:
    async with staged() as stage:
        await stage.press("n", *"quiet paused")
        assert stage.port.sent == []
        await stage.press("enter")
        assert stage.port.sent == [ev.Mark("quiet paused", ago_s=0.0)]


async def test_focus_shows_the_figure_alone_and_the_way_out() -> None:
    async with staged() as stage:
        text = await stage.press("f")
        assert "tempo" not in text
        assert "Breathe out" in text
        assert "q stop" in text
        assert "tempo" in await stage.press("f")


async def test_focus_still_says_what_is_wrong() -> None:
    lost = Incident(303, 320, link=Link.LOST, detail="it went silent", advice="Come closer.")
    async with staged(Script(begins_at_s=302.0, incidents=(lost,))) as stage:
        await stage.press("f")
        assert "Come closer." not in stage.text
        assert "It went silent. Come closer." in await stage.at(306)


async def test_the_keys_in_the_key_line_can_be_clicked() -> None:
    async with staged() as stage:
        lines = stage.text.splitlines()
        await stage.pilot.click(offset=(lines[-1].index("ease off"), len(lines) - 1))
        await stage.drawn()
        assert stage.port.sent == [ev.EaseOff()]


async def test_eyes_closed_is_dark_and_any_key_returns() -> None:
    async with staged() as stage:
        for key in ("w", "space", "enter", "up", "c"):
            text = await stage.press("c")
            assert text.strip() == "q stop     x enough     any other key brings the picture back"
            assert "Breathe" in await stage.press(key)
        assert stage.port.sent == []


async def test_no_eyes_are_closed_where_nothing_is_heard() -> None:
    async with staged() as stage:
        text = await stage.press("m", "c")
        assert "nothing to follow" in text
        assert "Breathe" in text
        assert "Breathe" not in await stage.press("m", "c")


async def test_a_sound_device_that_never_was_is_said_once_and_quietly() -> None:
    advice = "See `entrain doctor`."
    never = Incident(303, 400, sound=Sound.UNAVAILABLE, detail="no sound server", advice=advice)
    async with staged(Script(begins_at_s=302.0, incidents=(never,))) as stage:
        text = await stage.at(304)
        assert "No sound here: follow the picture" in text
        assert "♪ no sound device" in text
        assert "doctor" not in text


async def test_q_stops_with_closed_eyes_too() -> None:
    async with staged() as stage:
        await stage.press("c")
        await stage.press("q")
        assert stage.port.sent == [ev.Stop()]


async def test_figures_go_round_and_are_remembered() -> None:
    looks: list[Look] = []
    async with staged(manners=lambda m: replace(m, on_look_changed=looks.append)) as stage:
        await stage.press("i", "i", "i", "i", "i")
        assert [look.figure for look in looks] == ["wave", "petals", "bar", "landscape", "orb"]
        await stage.press("t", "t", "t")
        assert [look.theme for look in looks[5:]] == ["light", "night", "dark"]


async def test_help_explains_every_key_and_q_still_stops() -> None:
    async with staged(size=(80, 24)) as stage:
        text = await stage.press("question_mark")
        for said in ("space   ", "Fade and end the session", "A dark screen", "ctrl+p"):
            assert said in text
        assert "Breathe" in await stage.press("w")
        await stage.press("question_mark")
        await stage.press("q")
        assert stage.port.sent == [ev.Stop()]


async def test_the_palette_knows_the_commands() -> None:
    async with staged() as stage:
        await stage.press("ctrl+p")
        await stage.press(*"ease off")
        await stage.pilot.pause(0.5)
        await stage.press("enter", "enter")
        assert ev.EaseOff() in stage.port.sent


# ---- the end -----------------------------------------------------------------------------------------------


async def test_stop_leads_to_the_summary_with_the_whole_course() -> None:
    async with staged() as stage:
        await stage.at(310)
        await stage.press("q")
        await comes(stage.pilot, SummaryScreen)
        assert "Stopped early" in stage.text
        assert not stage.port.running


async def test_the_session_ends_by_itself() -> None:
    async with staged(Script(begins_at_s=715)) as stage:
        await stage.at(721)
        assert "Well done" in await comes(stage.pilot, SummaryScreen)


@pytest.mark.parametrize("over", ["c", "ctrl+p"])
async def test_the_end_comes_through_whatever_lies_above(over: str) -> None:
    async with staged(Script(begins_at_s=715)) as stage:
        await stage.press(over)
        await stage.at(721)
        await comes(stage.pilot, SummaryScreen)


async def test_a_note_is_let_finish_when_the_session_ends() -> None:
    async with staged(Script(begins_at_s=715)) as stage:
        await stage.press("n", *"late")
        await stage.at(721)
        await stage.pilot.pause(0.3)
        await stage.press(*"r", "enter")
        await comes(stage.pilot, SummaryScreen)
        assert stage.port.sent == [ev.Mark("later", ago_s=6.0)]


async def test_a_second_stop_leaves_a_fade_that_hangs() -> None:
    async with staged() as stage:
        stage.port.fade_s = 60.0
        assert "leave at once" in await stage.press("q")
        await stage.press("q")  # the same press, bouncing
        assert isinstance(stage.app.screen, SessionScreen)
        stage.clock.advance_to(stage.clock.now_s() + 2.0)
        await stage.press("q")
        await comes(stage.pilot, SummaryScreen)
        assert stage.port.sent == [ev.Stop()]


async def test_a_session_that_fails_ends_the_app_with_its_fault() -> None:
    fault = RuntimeError("the disk is full")
    async with staged() as stage:
        stage.port.fails_with = fault
        async with asyncio.timeout(10):
            while stage.app.is_running:  # noqa: ASYNC110  nothing to wait for
                await asyncio.sleep(0.01)
        assert stage.app.fault is fault


# ---- sizes -------------------------------------------------------------------------------------------------


async def test_the_way_out_and_the_cue_fit_every_size() -> None:
    async with staged() as stage:
        for size in ((20, 6), (40, 12), (64, 18), (100, 30), (200, 60)):
            await stage.pilot.resize_terminal(*size)
            text = await stage.drawn()
            assert "q stop" in text
            assert "Breathe" in text
            assert all(len(line) <= size[0] for line in text.splitlines())


async def test_resizing_in_mid_session_redraws() -> None:
    async with staged() as stage:
        for width, height in ((120, 40), (30, 8), (1, 1), (200, 60), (80, 24)):
            await stage.pilot.resize_terminal(width, height)
            await stage.drawn()
        assert "Breathe out" in stage.text
        assert "tempo 63.0" in stage.text
        figure = stage.app.screen.query_one(BreathFigure)
        assert len(figure._rows) == figure.size.height


# ---- care --------------------------------------------------------------------------------------------------

LOCKED = Script(begins_at_s=302.0, preset=replace(EVENING, care=CareRule(locked=True)))


def sent(stage: Stage) -> list[ev.Command]:
    return list(stage.port.sent)


@pytest.mark.parametrize("before", [(), ("space",), ("f",), ("c",), ("question_mark",)], ids=str)
async def test_enough_is_one_key_in_every_state(before: tuple[str, ...]) -> None:
    async with staged() as stage:
        await stage.press(*before, "x")
        text = await stage.drawn()
        assert "It is quiet now." in text
        assert not re.search(r"[0-9]", text)
        assert ev.StepAway() in sent(stage)
        await stage.press("enter", "space", "h")  # nothing else does anything
        assert ev.HoldTempo() not in sent(stage)
        await stage.press("g")
        assert sent(stage)[-1] == ev.Resume()


async def test_enough_can_be_the_end_without_a_question() -> None:
    async with staged() as stage:
        await stage.press("x", "q")
        await comes(stage.pilot, SummaryScreen)
        assert ev.Stop() in sent(stage)


async def test_a_lock_leaves_only_what_is_gentler() -> None:
    async with staged(LOCKED) as stage:
        assert "x enough" in stage.text
        before = len(sent(stage))
        for key in (
            "v",
            "up",
            "down",
            "left",
            "left_square_bracket",
            "plus",
            "m",
            "n",
            "y",
            "b",
            "p",
            "space",
        ):
            await stage.press(key)
        assert sent(stage)[before:] == []
        await stage.press("e", "d", "minus", "h")
        kinds = [type(each) for each in sent(stage)[before:]]
        assert kinds == [ev.EaseOff, ev.Feel, ev.SetVolume, ev.HoldTempo]


async def test_without_figures_there_is_none() -> None:
    async with staged(
        Script(begins_at_s=302.0, preset=replace(EVENING, care=CareRule(figures=False)))
    ) as stage:
        for said in ("● pulse", "tempo", "to go", "swings"):
            assert said not in stage.text
        assert "Breathe out" in stage.text


async def test_no_breath_is_one_key() -> None:
    async with staged() as stage:
        await stage.press("b")
        assert sent(stage)[-1] == ev.LeaveBreath()
