"""Whatever tells a session's figures tells the same ones, and says which are live and which are corrected.

Every surface is asked what it shows: the shell's commands by what they print, the app by what stands on the
screen, the report by its page. What they show is held against the two sources of figures there are.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from textual.pilot import Pilot

from entrain.analysed.session_data import of_session
from entrain.analysis.summary import analyse
from entrain.app.archive import StoreArchive
from entrain.cli import main
from entrain.control.view import Summary
from entrain.drawing.palette import Depth
from entrain.headless.ending import say_summary
from entrain.history.recorded import measured, sittings
from entrain.history.row import Heart, Sitting
from entrain.storage.log.store import Store
from entrain.tui.app import EntrainApp, Home, Manners
from entrain.tui.look import Look
from entrain.tui.screens.compare import CompareScreen
from entrain.tui.screens.past import PastScreen
from entrain.wording import summary as summary_words
from entrain.wording.figures import CORRECTED_MEANS, LIVE_MEANS, OF_A_COURSE
from tests.report.pages import page_of, parsed, terms, words_of
from tests.support.pictures import CHOICE, find
from tests.support.reports import record
from tests.support.screen import comes, screen_text, settled, strike
from tests.support.scripted import VOICES, presets

Typed = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Session:
    """A stored session, and the two truths about it as every surface is to write them."""

    store: Store
    sitting: Sitting
    summary: Summary
    heart: Heart

    @property
    def live(self) -> str:
        s = self.summary
        return (
            f"pulse {s.baseline_bpm:.0f} → {s.end_bpm:.0f}, "
            f"RMSSD {s.baseline_rmssd_ms:.0f} → {s.end_rmssd_ms:.0f} ms, "
            f"in step {s.in_step_s / 60:.1f} of {s.judged_s / 60:.1f} min"
        )

    @property
    def corrected(self) -> str:
        h = self.heart
        return (
            f"pulse {h.pulse_before_bpm:.1f} → {h.pulse_after_bpm:.1f}, "
            f"RMSSD {h.rmssd_before_ms:.1f} → {h.rmssd_after_ms:.1f} ms, "
            f"in step {h.corrected_in_step_min:.1f} of {h.corrected_paced_min:.1f} min"
        )


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    home = tmp_path_factory.mktemp("home")
    store = Store(home / "sessions.db")
    record(store)
    record(store, seed=5)
    (first, _) = sittings(store)
    sitting = measured(store, first)
    summary = store.load(1).meta.summary
    assert summary is not None
    assert sitting.heart is not None
    return Session(store, sitting, summary, sitting.heart)


@pytest.fixture
def typed(session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    monkeypatch.setenv("ENTRAIN_HOME", str(session.store.path.parent))

    def type_(*words: str) -> str:
        assert main(list(words)) == 0
        return " ".join(capsys.readouterr().out.split())

    return type_


def test_the_two_differ_so_that_the_rest_says_something(session: Session) -> None:
    assert session.live != session.corrected


def test_the_analysis_is_the_source_of_what_is_corrected(session: Session) -> None:
    given = of_session(session.store.load(1))
    found = analyse(given.correction, given.guidance).findings
    by_measure = {change.measure.value: change for change in found.changes}
    heart, paced = session.heart, found.paced_breathing
    assert paced is not None
    assert (heart.pulse_before_bpm, heart.pulse_after_bpm) == pytest.approx(
        (by_measure["pulse"].before, by_measure["pulse"].after), rel=1e-12
    )
    assert (heart.rmssd_before_ms, heart.rmssd_after_ms) == pytest.approx(
        (by_measure["rmssd"].before, by_measure["rmssd"].after), rel=1e-12
    )
    assert (heart.corrected_in_step_min, heart.corrected_paced_min) == (
        paced.minutes_in_step,
        paced.minutes_paced,
    )
    assert heart.artefact_share is not None
    assert 100.0 * heart.artefact_share == pytest.approx(found.quality.artefact_percent)


def test_at_its_end(session: Session) -> None:
    """The summary's page, the plain lines and the JSON line."""
    assert summary_words.live(session.summary) == f"live: {session.live}"
    plain, as_json = StringIO(), StringIO()
    say_summary(session.summary, plain, False)
    say_summary(session.summary, as_json, True)
    s, said = session.summary, plain.getvalue()
    assert f"was {s.baseline_bpm:.0f} at first and {s.end_bpm:.0f} in the last minute" in said
    assert f"for {s.in_step_s / 60:.1f} of {s.judged_s / 60:.1f} measurable minutes" in said
    assert LIVE_MEANS in said
    line = json.loads(as_json.getvalue())
    assert line["figures"] == "live"
    assert (line["baseline_bpm"], line["end_bpm"], line["in_step_s"]) == (
        s.baseline_bpm,
        s.end_bpm,
        s.in_step_s,
    )


def test_sessions_show_and_list(session: Session, typed: Typed) -> None:
    shown = typed("sessions", "show", "1")
    assert f"live {session.live} " in shown
    assert f"corrected {session.corrected} " in shown
    as_json = json.loads(typed("sessions", "show", "1", "--json"))
    assert as_json["summary"]["figures"] == "live"
    assert as_json["summary"]["baseline_bpm"] == session.summary.baseline_bpm
    (heart,) = as_json["corrected"].values()
    assert heart["pulse_before_bpm"] == session.heart.pulse_before_bpm
    minutes = f"{session.summary.duration_s / 60:.1f}"
    assert f" {minutes} minutes, completed" in shown
    assert f" {minutes} desk " in typed("sessions", "list")


def test_the_trend(session: Session, typed: Typed) -> None:
    assert OF_A_COURSE in typed("sessions", "trend")
    told = json.loads(typed("sessions", "trend", "--json"))
    first = told["sessions"][0]
    for name in told["figures"]["corrected"]:
        assert first[name] == getattr(session.heart, name)
    assert first["in_step_min"] == pytest.approx(session.summary.in_step_s / 60)
    assert told["figures"]["live"] == ["in_step_min", "judged_min"]


def test_the_analysis(session: Session, typed: Typed) -> None:
    text = typed("analyse", "1")
    h = session.heart
    assert " ".join(CORRECTED_MEANS.split()) in text
    assert f"pulse went from {h.pulse_before_bpm:.1f} to {h.pulse_after_bpm:.1f}" in text
    assert f"RMSSD went from {h.rmssd_before_ms:.1f} to {h.rmssd_after_ms:.1f}" in text
    assert f"for {h.corrected_in_step_min:.1f} of {h.corrected_paced_min:.1f} guided minutes" in text
    result = json.loads(typed("analyse", "1", "--json"))
    assert result["figures"] == "corrected"


def test_the_report(session: Session) -> None:
    page = page_of(session.store, 1)
    said, facts = " ".join(words_of(parsed(page)).split()), terms(page)
    h = session.heart
    assert CORRECTED_MEANS in said
    assert f"pulse went from {h.pulse_before_bpm:.1f} to {h.pulse_after_bpm:.1f} beats a minute" in said
    assert facts["Live, as the coach saw it"] == session.live
    assert facts["In step, corrected"] == session.corrected.rpartition("in step ")[2]
    course = " ".join(words_of(parsed(page_of(session.store, 1, 2))).split())
    assert OF_A_COURSE in course
    assert f"{h.pulse_before_bpm:.0f} → {h.pulse_after_bpm:.0f}" in course


async def shows(pilot: Pilot[object], said: str) -> str:
    for _ in range(400):
        text = " ".join(screen_text(pilot.app).split())
        if said in text:
            return text
        await pilot.pause(0.025)
    raise AssertionError(f"{said!r}\n{screen_text(pilot.app)}")


async def test_the_app(session: Session) -> None:
    """History, one past session, and two beside each other."""

    async def never(*_: object) -> object:
        raise AssertionError("no session is run here")

    archive = StoreArchive(session.store, folder=lambda: session.store.path.parent)
    home = Home(presets(), VOICES, find, never, CHOICE, archive, None)  # type: ignore[arg-type]
    app = EntrainApp(home, Manners(Look(depth=Depth.TRUE), check_in=False))
    h, s = session.heart, session.summary
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.pause()
        await strike(pilot, "h")
        row = f"{h.pulse_before_bpm:.0f} → {h.pulse_after_bpm:.0f}"
        text = await shows(pilot, row)
        assert OF_A_COURSE in text
        assert f"{100 * s.in_step_s / s.judged_s:.0f} %" in text
        await strike(pilot, "space", "down", "space", "enter")
        await comes(pilot, PastScreen)
        await settled(pilot)
        text = await shows(pilot, "corrected:")
        assert f"live: {session.live} " in text
        assert f"corrected: {session.corrected} " in text
        await strike(pilot, "q", "c")
        await comes(pilot, CompareScreen)
        text = await shows(pilot, "RMSSD, live")
        for kind, truth in (("live", session.live), ("corrected", session.corrected)):
            for what, how_much in re.findall(r"(pulse|RMSSD|in step) ([^,]*)", truth):
                assert f"{what}, {kind} {how_much} " in text
        app.exit()


def test_a_rating_after_the_end_makes_no_session_longer(tmp_path: Path) -> None:
    """Whoever waits at the summary's page before they rate has not practised meanwhile."""
    code = (
        "import sys\n"
        "from entrain.control.session import reduce, start\n"
        "from entrain.control.snapshot import summary\n"
        "from entrain.control.events import CommandGiven, Rate, Stop, Tick\n"
        "from entrain.control.protocol import SessionConfig\n"
        "from entrain.presets import library\n"
        "state = start(SessionConfig(library.load('desk').preset, ()))\n"
        "for event in (Tick(1.0), CommandGiven(2.0, Stop()), CommandGiven(900.0, Rate(3, 'after'))):\n"
        "    state, _ = reduce(state, event)\n"
        "print(summary(state).duration_s)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.strip() == "2.0", done.stderr
