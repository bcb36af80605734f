"""The page in a real Chromium: the figure is on time, its words are true, and it asks nothing of others."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import pytest_asyncio

from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.clock import MonotonicClock
from entrain.control import events as ev
from entrain.control.events import Link
from entrain.drawing.shapes import Pose
from entrain.score import Presence, Score
from entrain.share import server
from entrain.share.door import Viewer
from entrain.share.picture import score_data
from entrain.share.server import Shared
from entrain.system.beside import beside
from entrain.tempo.plan import TempoPlan
from entrain.wording.share import PAGE
from tests.support.browser import Tab, browser
from tests.support.door import Served, serving
from tests.support.needs import needs
from tests.support.scripted import Incident, Script, ScriptedPort

LOST = Incident(205.0, 1e9, link=Link.LOST)
# One process has the browser, and opens it once for all of these.
pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module", autouse=True)
def a_browser_is_there() -> None:
    needs("chromium", packages="chromium")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab() -> AsyncIterator[Tab]:
    async with browser() as opened:
        yield opened


async def shown_by(tab: Tab, served: Served, role: Viewer) -> None:
    tab.requests.clear()
    tab.complaints.clear()
    await tab.open("about:blank")
    await tab.open(served.door.link(role))
    await tab.until("picture !== null && offset !== null")


def scripted(**script: object) -> ScriptedPort:
    return ScriptedPort(MonotonicClock(), Script(begins_at_s=200.0, **script))  # pyright: ignore[reportArgumentType]


def shared(port: ScriptedPort, **fields: bool) -> Shared:
    what = Shared(**fields)
    what.show(port, ("soft", "bowl"), "")
    return what


SCORES = {
    "slowing": Script().score(),
    "edited, with pauses within the breath": Score(
        TempoPlan.steady(10.0, 72.0).edited(31.3, 55.0, 40.0).edited(50.1, 61.0, 0.0, from_bpm=58.0),
        BreathPlan.steady(BreathPattern(2, 3, 1, 1))
        .changed(40.0, BreathPattern(4, 6))
        .changed(60.0, BreathPattern(1, 1)),
        Presence().changed(12.0, 0.8, 4.0).changed(14.0, 0.2, 10.0).changed(90.0, 1.0, 0.0)
        .changed(118.0, 0.0, 8.0),
    ),
    "no breath": Score(TempoPlan.steady(0.0, 60.0), None, Presence().changed(0.0, 1.0, 1.0)),
}  # fmt: skip


@pytest.mark.parametrize("name", SCORES)
async def test_the_page_reads_the_score_as_the_terminal_does(tab: Tab, name: str) -> None:
    score = SCORES[name]
    async with serving(shared(scripted())) as served:
        await shown_by(tab, served, Viewer.CLIENT)
        for from_s in (0.0, 45.0, 95.0):  # what is over by then is not sent
            times = [float(t) for t in np.linspace(from_s, from_s + 60.0, 2001)]
            data = json.dumps(score_data(score, from_s))
            drawn = await tab.ask(
                f"{times}.map(t => Score.poseAt({data}, t)).map(p => ["
                "p.fullness, p.tide, p.moment && p.moment.beat, p.moment && p.moment.beats])"
            )
            for t_s, (fullness, tide, beat, beats) in zip(times, drawn, strict=True):
                moment = score.breath_at(t_s)
                pose = Pose.at(moment, score.presence.at(t_s))
                assert (fullness, tide) == pytest.approx((pose.fullness, pose.tide), abs=1e-6), t_s
                if moment is not None:
                    assert (beat, beats) == (moment.beat_in_part + 1, moment.part_beats), t_s


async def test_the_figure_is_where_the_score_is_now(tab: Tab) -> None:
    """What is on show is held against the score at the page's own time, and that against the clock."""
    port = scripted()
    async with serving(shared(port)) as served:
        await shown_by(tab, served, Viewer.CLIENT)
        await asyncio.sleep(2.0)
        errors_s: list[float] = []
        for _ in range(40):
            before_s = port.view().t_s
            shown_s, fullness = await tab.ask("[sessionTime(performance.now()), window.shown.fullness]")
            after_s = port.view().t_s
            errors_s.append(max(before_s - shown_s, shown_s - after_s, 0.0))
            assert 0.0 <= fullness <= 1.0
        at = await tab.ask("window.shown")
        pose = Pose.at(port.script.score().breath_at(at["t_s"]), port.script.score().presence.at(at["t_s"]))
        assert at["fullness"] == pytest.approx(pose.fullness, abs=1e-6)
        assert (
            np.median(errors_s) < 0.05
        )  # a page that guessed would be off by the half second between pictures


async def test_the_words_are_those_of_the_terminal_and_nothing_else_is_asked_for(tab: Tab) -> None:
    async with serving(shared(scripted(), with_pulse=True)) as served:
        await shown_by(tab, served, Viewer.CLIENT)
        assert await tab.ask("document.getElementById('cue').textContent") in (PAGE["in"], PAGE["out"])
        assert re.fullmatch(r"\d · \d", await tab.ask("document.getElementById('count').textContent"))
        assert re.fullmatch(r"\d\d", await tab.until("document.getElementById('own-pulse').textContent"))
        assert await tab.ask("document.getElementById('console').hidden")
        assert await tab.ask("location.href") == f"http://{served.host}/"
        assert tab.requests == [f"http://{served.host}/"]
        assert tab.complaints == []
        await tab.call("Page.reload")  # this tab still knows its token
        await tab.until("typeof picture !== 'undefined' && picture !== null && offset !== null")


async def test_no_script_but_ours_runs(tab: Tab) -> None:
    async with serving(shared(scripted())) as served:
        await shown_by(tab, served, Viewer.CLIENT)
        await tab.ask(
            "const foreign = [document.createElement('script'), new Image()];"
            "foreign[0].textContent = 'window.stolen = 1'; foreign[1].src = 'http://192.0.2.1/x.png';"
            "document.body.append(...foreign)"
        )
        await asyncio.sleep(0.3)
        assert await tab.ask("window.stolen") is None
        assert len(tab.complaints) == 2
        assert all("Content Security Policy" in said for said in tab.complaints)


async def test_the_console_shows_what_the_terminal_shows_and_its_buttons_steer(tab: Tab) -> None:
    port = scripted()
    async with serving(shared(port)) as served:
        await shown_by(tab, served, Viewer.CONSOLE)
        await tab.until("document.getElementById('title').textContent === 'Slowing gently'")
        assert await tab.ask("document.getElementById('tempo').textContent") == f"{port.view().tempo_bpm:.1f}"
        assert "Polar H10" in await tab.ask("document.getElementById('straps').textContent")
        await tab.ask("document.getElementById('hold').click()")
        await tab.until(f"document.getElementById('hold').textContent === '{PAGE['go_on']}'")
        await tab.ask("document.querySelector('#mark-form input').value = 'a long sigh'")
        await tab.ask("document.querySelector('#mark-form').requestSubmit()")
        await tab.ask("document.querySelector('#breath-form input').value = '6.5'")
        await tab.ask("document.querySelector('#breath-form').requestSubmit()")
        await tab.ask("document.getElementById('stop').click()")
        await asyncio.sleep(0.3)
        assert port.sent == [ev.HoldTempo(), ev.Mark("a long sigh", 0.0), ev.SetGoal(breath_per_min=6.5)]
        assert await tab.ask("document.getElementById('stop').textContent") == PAGE["stop_sure"]
        await tab.ask("document.getElementById('stop').click()")
        await tab.until("picture.ended")
        assert port.sent[-1] == ev.Stop()


async def test_a_pulse_that_is_not_known_is_not_shown(tab: Tab) -> None:
    port = scripted(incidents=(LOST,))
    async with serving(shared(port, with_pulse=True)) as served:
        await shown_by(tab, served, Viewer.CONSOLE)
        await tab.until("document.getElementById('pulse').textContent === '--'", 20.0)
        assert await tab.ask("document.getElementById('pulse-note').textContent") == "strap lost"
        assert "lost" in await tab.ask("document.getElementById('straps').textContent")


async def test_a_picture_that_is_old_is_not_shown_as_new_and_the_page_finds_back(
    tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "OVER", 1012)  # as if it had been cut off, not ended
    what = shared(scripted(), with_pulse=True)
    async with serving(what) as served:
        await shown_by(tab, served, Viewer.CONSOLE)
        place, door = served.port, served.door
    await tab.until("document.getElementById('cue').textContent === '--'", 5.0)
    assert await tab.ask("document.getElementById('pulse').textContent") == "--"
    assert await tab.ask("document.getElementById('state').textContent") == PAGE["gone"]
    again = replace(server.opened(server.SharePlace(port=place)), door=door)
    async with beside(partial(server.serve, what, again)):
        await tab.until("document.getElementById('cue').textContent !== '--'", 10.0)


async def test_a_session_that_ended_says_so_and_is_not_looked_for(tab: Tab) -> None:
    async with serving(shared(scripted(), with_pulse=True)) as served:
        await shown_by(tab, served, Viewer.CLIENT)
    await tab.until(f"document.getElementById('state').textContent === {json.dumps(PAGE['ended'])}")
    assert await tab.ask("document.getElementById('own').hidden")


async def test_whoever_asked_for_less_motion_sees_a_still_figure_with_its_words(tab: Tab) -> None:
    await tab.call(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}]
    )
    async with serving(shared(scripted())) as served:
        await shown_by(tab, served, Viewer.CLIENT)
        seen: set[float] = set()
        for _ in range(20):
            seen.add(await tab.ask("window.shown.fullness"))
            await asyncio.sleep(0.05)
        assert seen == {0.6}
        assert await tab.ask("document.getElementById('cue').textContent") in (PAGE["in"], PAGE["out"])
    await tab.call("Emulation.setEmulatedMedia", features=[])


async def test_a_link_of_an_earlier_start_says_so(tab: Tab) -> None:
    async with serving(shared(scripted())) as served:
        await tab.open("about:blank")
        await tab.open(f"http://{served.host}/#an-old-token")
        await tab.until(f"document.getElementById('state').textContent === {json.dumps(PAGE['wrong_link'])}")
