"""A strap that is lost at any moment: no false pulse, a word on what to do, and every key still works."""

from dataclasses import replace

import pytest

from entrain.control.events import Link, Pause, Stop
from entrain.drawing.palette import Depth
from entrain.tui.look import Look
from entrain.tui.screens import session
from entrain.tui.screens.session import SessionScreen
from entrain.tui.screens.summary import SummaryScreen
from tests.support.pictures import session_app
from tests.support.rooms import STEP
from tests.support.screen import comes, drawn, strike
from tests.support.scripted import Incident, Script

MOMENTS = {"before the first beat": 1.0, "baseline": 30.0, "match": 80.0, "paced": 300.0, "silence": 640.0}
DETAIL, ADVICE = "Polar H10 went silent", "Looking for it again and again."


@pytest.fixture(autouse=True)
def _drawn_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "FRAMES_PER_S", 0.5)


def lost(at_s: float, link: Link = Link.LOST, **how: object) -> Script:
    """A session whose strap is lost half a second after it is looked at, for half a minute."""
    incident = Incident(at_s + 0.5, at_s + 30.5, link=link, detail=DETAIL, advice=ADVICE)
    return replace(Script(begins_at_s=at_s, incidents=(incident,)), **how)


@pytest.mark.parametrize(
    ("moment", "link"),
    [*((moment, Link.LOST) for moment in MOMENTS), ("paced", Link.SILENT), ("paced", Link.BLOCKED)],
)
async def test_it_is_said_at_every_moment_and_over_again_when_it_is_back(moment: str, link: Link) -> None:
    app, clock, _ = session_app(lost(MOMENTS[moment], link), Look(depth=Depth.TRUE))
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, SessionScreen)
        clock.advance_to(5.0)
        text = await drawn(pilot)
        assert DETAIL in text
        assert ADVICE in text
        digits = app.screen.query_one("SessionPanel Digits")
        assert digits.value == "--"
        assert "● pulse" not in text
        assert "→" not in text
        assert "q stop" in text
        clock.advance_to(36.0)
        text = await drawn(pilot)
        assert DETAIL not in text
        assert digits.value.isdigit()


async def test_while_paused_and_by_steps_too() -> None:
    for how, key in (({}, "space"), ({"stage": STEP}, "f"), ({"stage": replace(STEP, resting=True)}, "v")):
        app, clock, port = session_app(lost(300.0, **how), Look(depth=Depth.TRUE))
        async with app.run_test(size=(80, 24)) as pilot:
            await comes(pilot, SessionScreen)
            await strike(pilot, key)
            clock.advance_to(5.0)
            text = await drawn(pilot)
            assert DETAIL in text
            assert "in step" not in text
            assert (Pause() in port.sent) is (key == "space")
            await strike(pilot, "q")
            assert Stop() in port.sent
            assert "Stopped early" in await comes(pilot, SummaryScreen)


async def test_at_the_very_end_the_summary_comes_all_the_same() -> None:
    app, clock, _ = session_app(lost(715.0), Look(depth=Depth.TRUE))
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, SessionScreen)
        clock.advance_to(3.0)
        await drawn(pilot)
        clock.advance_to(6.0)
        text = await comes(pilot, SummaryScreen)
        assert "How tense are you now?" in text
