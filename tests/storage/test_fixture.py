"""A store that was written once and must stay readable; see `tests/support/record_fixture.py`."""

import gzip
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from entrain.control.events import Link, LinkChanged, NotificationArrived, OnsetPlayed, Phase
from entrain.control.protocol import SessionConfig
from entrain.control.session import reduce, start
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Person
from entrain.presets import library as presets
from entrain.reason import Code
from entrain.storage.log import codec
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome, StoredSession
from entrain.storage.log.verify import replay
from entrain.wording import english, remarks
from entrain.wording import session as session_text
from tests.support import record_fixture


@pytest.fixture
def old(tmp_path: Path) -> Store:
    path = tmp_path / "sessions.db"
    shutil.copyfile(record_fixture.OF_SCHEMA_2, path)
    return Store(path)


@pytest.fixture
def newest(tmp_path: Path) -> Store:
    path = tmp_path / "newest.db"
    shutil.copyfile(record_fixture.FIXTURE, path)
    return Store(path)


def test_what_the_first_version_wrote_is_still_read(tmp_path: Path) -> None:
    """It loads, and today's controller goes through its events; what it decides may have changed."""
    path = tmp_path / "sessions.db"
    shutil.copyfile(record_fixture.OF_SCHEMA_1, path)
    session = Store(path).load(1)
    state = start(session.config)
    for event, _ in session.records:
        state, _ = reduce(state, event)
    assert state.phase is Phase.ENDED
    assert state.completed


def test_it_opens_and_lists(old: Store) -> None:
    (row,) = old.sessions()
    assert (row.id, row.preset, row.state) == (1, "quiet", SessionOutcome.COMPLETED)
    assert row.n_events > 400
    assert row.minutes == pytest.approx(3.08, abs=0.01)


def test_it_loads(old: Store) -> None:
    session = old.load(1)
    assert session.config.straps == ("sim:7",)
    assert session.config.preset.minutes == 3.0
    assert session.meta.preset_text.startswith("# Three quiet minutes")
    assert session.meta.summary is not None
    assert session.meta.summary.rating_before == 6
    assert [phase for phase, _ in session.meta.summary.phases][-1] is Phase.SILENCE
    events = [event for event, _ in session.records]
    assert sum(isinstance(event, NotificationArrived) for event in events) > 150
    assert sum(isinstance(event, OnsetPlayed) for event in events) == session.meta.summary.n_onsets


def test_what_a_strap_said_in_sentences_is_shown_as_it_was_told(tmp_path: Path) -> None:
    """Of schema 5, by the rules of today: it is decided as it was, and its sentences are the old ones."""
    path = tmp_path / "sessions.db"
    shutil.copyfile(record_fixture.OF_SCHEMA_5, path)
    session = Store(path).load(1)
    result = replay(session, start, reduce)
    assert result.is_identical
    assert not result.is_of_older_rules
    (lost,) = [e for e, _ in session.records if isinstance(e, LinkChanged) and e.link is Link.LOST]
    assert remarks.told(lost.remark) == "The strap is out of reach."
    assert remarks.advised(lost.remark) == "Keep the strap within a few metres; it is being looked for."
    view = "SELECT detail, advice, figures, words FROM link WHERE link = 'lost'"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(view).fetchall() == [
            (remarks.told(lost.remark), remarks.advised(lost.remark), None, None)
        ]


def test_it_replays_bit_for_bit(newest: Store) -> None:
    """Where this fails the controller decides otherwise than it did. If that is meant: count `RULES` up, and
    record it anew."""
    result = replay(newest.load(1), start, reduce)
    assert not result.is_of_older_rules
    assert result.difference is None, str(result.difference)
    assert result.is_identical


def test_what_was_stored_is_stored_alike_today(old: Store, tmp_path: Path) -> None:
    session = old.load(1)
    again = Store(tmp_path / "again.db")
    with again.begin(session.config, preset_text=session.meta.preset_text) as log:
        for event, effects in session.records:
            log.append(event, effects)
        log.close(session.meta.summary)
    assert said(again.load(1)) == said(session)


def said(session: StoredSession) -> list[tuple[str, ...]]:
    return [(codec.encode(event), *map(codec.encode, effects)) for event, effects in session.records]


def test_a_note_can_still_be_added(old: Store) -> None:
    old.note(1, "years later")
    assert old.load(1).meta.row.note == "years later"
    old.delete(1)
    assert old.sessions() == ()


def test_the_recorder_still_records(tmp_path: Path) -> None:
    record_fixture.record(tmp_path / "new.db")
    session = Store(tmp_path / "new.db").load(1)
    assert replay(session, start, reduce).is_identical
    assert session.meta.summary is not None
    assert session.meta.summary.completed


# ---- sessions of older rules: a group, an assessment, a lapsing and an irregular heart ---------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Store:
    path = tmp_path_factory.mktemp("many") / "sessions.db"
    path.write_bytes(gzip.decompress(record_fixture.MANY_OF_SCHEMA_2.read_bytes()))
    return Store(path)


def test_sessions_with_sentences_show_them_as_they_were_told(many: Store) -> None:
    for row in many.sessions():
        stored = many.load(row.id)
        phases, decisions = session_text.story(stored)
        assert stored.config.rules == 1
        assert {each.reason.code for each in (*phases, *decisions)} == {Code.AS_TOLD}
        assert session_text.how_it_ended(row) == "completed: the session is complete"
    told = " ".join(session_text.decisions_text(session_text.story(many.load(2))[1]))
    assert "Holding until your breath comes along; let it come by itself." in told


def test_replaying_them_says_by_which_rules_they_were_decided(many: Store) -> None:
    """Whether or not today's rules decide the same; a log of today's rules that differs would be a fault."""
    for row in many.sessions():
        result = replay(many.load(row.id), start, reduce)
        assert result.is_of_older_rules
        assert result.is_identical or result.difference is not None


def test_another_word_changes_no_session(old: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded now, then every sentence becomes another one: the log and its replay stay what they are."""
    store = Store(tmp_path / "new.db")
    preset = presets.load("quiet")
    config = SessionConfig(preset.preset, ("sim:7",), 7)
    log = store.begin(config, preset_text=preset.text, hearts=["sim:7"], audio="none", voice="soft")
    heart = SimulatedHeart(Person.draw(7), "sim:7")
    for event, _, effects in record_fixture.session(config, heart, is_heard=False):
        log.append(event, effects)
    log.close()
    before = session_text.decisions_text(session_text.story(store.load(1))[1])
    monkeypatch.setattr(english, "REASONS", {code: f"{code.value} otherwise" for code in Code})
    after = session_text.decisions_text(session_text.story(store.load(1))[1])
    assert len(before) == len(after)
    assert not set(before) & set(after)
    result = replay(store.load(1), start, reduce)
    assert result.is_identical
    assert not result.is_of_older_rules
