"""What the app is told of sessions that were."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from entrain.app.archive import StoreArchive
from entrain.control.events import BeatSeen, Decided, PhaseBegan, PulseMeasured
from entrain.devices.simulated.person import Person
from entrain.errors import UsageError
from entrain.history.recorded import sittings
from entrain.history.row import HowItEnded
from entrain.ports import HeartChoice, HeartKind, Interrupted
from entrain.storage.log.store import Store
from entrain.wording import figures
from entrain.wording import history_screen as words
from entrain.wording.decisions import said
from tests.history.conftest import sitting
from tests.support import many
from tests.support.sessions import CONFIG, RECORDS

NOW = datetime(2026, 3, 20, 18, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One session of P01; only to be read, or noted."""
    store = Store(tmp_path_factory.mktemp("store") / "sessions.db")
    many.run_one(store, Person.draw(7), called="P01")
    return store


def test_a_session_is_told_as_it_was_recorded(store: Store) -> None:
    past = StoreArchive(store).past(1)
    effects = [effect for _, effects in store.load(1).records for effect in effects]
    phases = [each for each in effects if isinstance(each, PhaseBegan)]
    assert [(each.t_s, each.what, each.text) for each in past.phases] == [
        (each.t_s, each.phase.value, said(each.reason)) for each in phases
    ]
    assert len(past.decisions) == sum(isinstance(each, Decided) for each in effects) > 3
    pulses = {int(each.t_s): each.bpm for each in effects if isinstance(each, PulseMeasured)}
    assert {sample.t_s: sample.pulse_bpm for sample in past.trail if int(sample.t_s) in pulses} == pulses
    assert any(sample.tempo_bpm is not None for sample in past.trail)
    assert past.trail[-1].tempo_bpm is None  # in the silence nothing is guided
    assert past.summary == store.load(1).meta.summary
    assert [each.text for each in past.marks] == ["a door"]
    assert any(isinstance(each, BeatSeen) for each in effects)


def test_what_was_measured_is_remembered_and_notes_are_not(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = StoreArchive(store)
    (first,) = archive.sittings("P01")
    whole = archive.measured(first)
    assert whole.heart is not None
    monkeypatch.setattr(Store, "load", lambda *_: pytest.fail("it was read again"))
    archive.note(1, "calm")
    (again,) = archive.sittings(None)
    assert archive.measured(again) == replace(whole, n_notes=whole.n_notes + 1)


def test_nothing_is_overwritten_by_an_export(store: Store, tmp_path: Path) -> None:
    archive = StoreArchive(store, folder=lambda: tmp_path)
    assert archive.export(1, "rr", deidentify=False).startswith(f"{tmp_path / 'entrain-session-1.txt'}: ")
    assert archive.export(1, "rr", deidentify=False).startswith(f"{tmp_path / 'entrain-session-1-2.txt'}: ")
    assert archive.export(1, "csv", deidentify=False).startswith(f"{tmp_path / 'entrain-session-1'}: ")
    assert {form.name for form in archive.forms()} >= {"rr", "bids", "jsonl"}


def test_a_report_is_a_page_in_the_folder(store: Store, tmp_path: Path) -> None:
    archive = StoreArchive(store, folder=lambda: tmp_path)
    path = archive.report(1)
    assert path == tmp_path / "entrain-session-1.html"
    assert "<svg" in path.read_text(encoding="utf-8")
    assert archive.report(1) == tmp_path / "entrain-session-1-2.html"


def test_faults_are_sentences(store: Store) -> None:
    archive = StoreArchive(store)
    with pytest.raises(UsageError, match="no session 9"):
        archive.past(9)
    with pytest.raises(UsageError, match="pseudonym"):
        archive.checked("a/b")
    with pytest.raises(UsageError, match="no session 9"):
        archive.delete(9)


@pytest.mark.parametrize(
    ("hearts", "choice"),
    [
        (["ble:H10"], HeartChoice(HeartKind.STRAP, "H10")),
        (["ble"], HeartChoice(HeartKind.STRAP)),
        (["sim:7"], HeartChoice(HeartKind.SIMULATED)),
        (["none"], HeartChoice(HeartKind.NONE)),
        (["replay:x.txt"], None),
        (["ble:A", "ble:B"], None),
    ],
)
def test_what_was_cut_off_can_go_on_where_the_app_has_such_a_heart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hearts: list[str], choice: HeartChoice | None
) -> None:
    monkeypatch.setattr("entrain.storage.log.write_lock.is_up", lambda *_: False)  # as after a kill
    store = Store(tmp_path / "sessions.db")
    log = store.begin(CONFIG, preset_text="", hearts=hearts, voice="soft", person="P01")
    log.append(*RECORDS[0])
    log.flush()
    found = StoreArchive(store).interrupted()
    assert found is not None
    assert (None if found.choice is None else found.choice.heart) == choice
    assert sittings(store)[0].ended is HowItEnded.INTERRUPTED


def test_the_news_in_words() -> None:
    def said(began: datetime, minutes: float, n_older: int = 0) -> str:
        return words.interrupted(Interrupted(1, began, minutes, n_older, None), NOW)

    assert said(NOW.replace(hour=14, minute=5), 6.0) == (
        "Your session of 14:05 was interrupted after 6 min; everything up to then is kept."
    )
    assert "of Wed 18 Mar 18:30 was" in said(NOW - timedelta(days=2), 0.5)
    assert said(NOW, 1.0, 2).endswith("So were 2 before it.")


def test_rows_of_the_list() -> None:
    known = sitting(
        1, ended=HowItEnded.EARLY, is_simulated=True, rating_before=6, in_step_min=3.0, judged_min=4.0
    )
    assert (words.pulse(known.heart), words.tension(known)) == ("…", "6 → –")
    assert (figures.in_step_share(known), words.remark(known)) == ("75 %", "early, simulated")
    assert words.day(NOW, NOW) == "Fri 20 Mar 18:30"
    assert words.day(NOW.replace(year=2025), NOW) == "20 Mar 2025 18:30"
    assert len(words.day(NOW.replace(year=2025), NOW)) <= len("Fri 20 Mar 18:30") + 1
