"""A row for each session, from the store and by the analysis that stands."""

from datetime import timedelta
from pathlib import Path

import pytest

from entrain.analysed.session_data import of_session
from entrain.analysis.findings import findings
from entrain.control.events import Tick
from entrain.history.recorded import course, measured, sittings, summary_so_far
from entrain.history.row import Heart, HowItEnded
from entrain.storage.imported import import_recording
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome
from tests.history.conftest import BEGAN
from tests.support.sessions import CONFIG, RECORDS


def test_no_store_no_sessions(tmp_path: Path) -> None:
    assert sittings(Store(tmp_path / "nothing.db")) == ()


def test_the_rows_tell_at_once_what_they_know(practised: Store) -> None:
    found = sittings(practised)
    assert [each.id for each in found] == [1, 2, 5, 3, 4]  # in order of time, not of numbers
    assert [(each.began - BEGAN).days for each in found] == [0, 1, 2, 3, 8]
    assert [each.person for each in found] == ["", "P01", "", "P01", "P01"]
    one, summary = found[1], practised.load(2).meta.summary
    assert summary is not None
    assert (one.preset, one.title, one.policy, one.voice) == ("quiet", "Three quiet minutes", "glide", "soft")
    assert (one.ended, one.end_reason) == (HowItEnded.COMPLETE, str(summary.reason))
    assert one.duration_s == summary.duration_s
    assert one.paced_min == summary.guided_s / 60
    assert (one.rating_before, one.rating_after) == (summary.rating_before, summary.rating_after)
    assert not one.is_simulated
    assert one.began.utcoffset() is not None
    assert one.heart is None


def test_of_one_person_and_from_a_day_on(practised: Store) -> None:
    assert [each.id for each in sittings(practised, "P01")] == [2, 3, 4]
    assert [each.id for each in sittings(practised, "")] == [1, 5]
    assert [each.id for each in sittings(practised, "P02")] == []
    assert [each.id for each in sittings(practised, since=BEGAN + timedelta(days=3))] == [3, 4]


def test_the_heart_is_what_the_analysis_says(practised: Store) -> None:
    given = of_session(practised.load(5))
    changes = {each.measure.value: each for each in findings(given.correction, given.guidance).changes}
    heart = measured(practised, sittings(practised)[2]).heart
    assert heart is not None
    assert heart.pulse_before_bpm == pytest.approx(changes["pulse"].before, rel=1e-9)
    assert heart.pulse_after_bpm == pytest.approx(changes["pulse"].after, rel=1e-9)
    assert heart.rmssd_before_ms == pytest.approx(changes["rmssd"].before, rel=1e-9)
    assert heart.rmssd_after_ms == pytest.approx(changes["rmssd"].after, rel=1e-9)
    assert heart.artefact_share == given.correction.artefact_share


def test_the_whole_course(practised: Store) -> None:
    found = course(practised, "P01")
    assert [each.id for each in found] == [2, 3, 4]
    assert all(each.heart is not None and each.heart.pulse_before_bpm for each in found)


def test_an_interrupted_session_tells_what_is_known(tmp_path: Path) -> None:
    store = Store(tmp_path / "sessions.db")
    with store.begin(CONFIG, preset_text="") as log:
        for event, effects in RECORDS[:-1]:
            log.append(event, effects)
    (one,) = sittings(store)
    assert (one.ended, one.rating_before) == (HowItEnded.INTERRUPTED, None)
    full = measured(store, one)
    assert full.rating_before == 6
    assert full.n_notes == 1
    assert full.duration_s == summary_so_far(store.load(1)).duration_s == RECORDS[-2][0].t_s
    assert full.heart == Heart(artefact_share=0.0)  # a single beat is no pulse


def test_a_simulated_heart_and_an_imported_recording_are_known_as_such(tmp_path: Path) -> None:
    store = Store(tmp_path / "sessions.db")
    with store.begin(CONFIG, preset_text="", hearts=["sim:7"]) as log:
        log.append(Tick(1.0), ())
    recording = tmp_path / "rr.txt"
    recording.write_text("\n".join(["810", "822", "835", "841"] * 20))
    import_recording(store, recording)
    simulated, imported = sorted(
        (measured(store, each) for each in sittings(store)), key=lambda each: each.id
    )
    assert simulated.is_simulated
    assert not imported.is_simulated
    assert imported.ended is HowItEnded.IMPORTED
    assert imported.heart is not None
    assert imported.heart.pulse_before_bpm is None
    assert imported.heart.artefact_share == 0.0


def test_effects_of_a_kind_are_those_of_all_records(practised: Store) -> None:
    from entrain.control.events import BeatSeen, PhaseBegan

    records = practised.load(1).records
    every = [each for _, effects in records for each in effects if isinstance(each, BeatSeen | PhaseBegan)]
    assert list(records.effects(BeatSeen, PhaseBegan)) == every
    assert len(every) > 150
    assert practised.load(1).meta.row.state is SessionOutcome.COMPLETED
