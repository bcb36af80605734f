"""Several hearts, and whose each is: what belongs to one person is theirs, and nobody else's."""

import json
from pathlib import Path

import pytest

from entrain.cli import main
from entrain.commands.run import persons_named
from entrain.control.events import Decided, HeartMeasured, PulseMeasured
from entrain.errors import UsageError
from entrain.history.recorded import measured, sittings
from entrain.storage.log.store import Store
from tests.support.reports import record

OTHERS = ("K18", "K19")
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of three, and one that K17 had alone."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENTRAIN_HOME", str(home))
        hearts = [
            word
            for seed, who in ((3, "K17"), (4, "K18"), (5, "K19"))
            for word in ("--heart", f"sim:{seed}", "--person", who)
        ]
        quick = ["--headless", "--minutes", "5", "--speed", "5000", "--audio", "none", "--seed", "2"]
        assert main(["run", *hearts, *quick]) == 0
    record(Store(home / "sessions.db"), strap="ble:H10", preset="quiet")
    Store(home / "sessions.db").rename_person("", "K17")
    return home / "sessions.db"


@pytest.fixture
def store(once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    Store(once).backup(tmp_path / "sessions.db")
    return Store(tmp_path / "sessions.db")


def bytes_of(store: Store) -> bytes:
    return b"".join(path.read_bytes() for path in store.path.parent.glob("sessions.db*"))


def test_each_person_is_known_with_the_session(store: Store, capsys: Captured) -> None:
    group, alone = store.sessions()
    assert group.persons == ("K17", *OTHERS)
    assert (group.person, group.whose) == ("", "K17, K18, K19")
    assert (alone.person, alone.persons) == ("K17", ())
    assert main(["sessions", "list", "--person", "K18"]) == 0
    assert "K17, K18, K19" in capsys.readouterr().out
    assert main(["sessions", "show", "1"]) == 0
    out = capsys.readouterr().out
    for who in ("K17", *OTHERS):
        assert f"{who}: live: pulse " in out
        assert f"{who}: corrected: pulse " in out
    assert main(["sessions", "replay", "1"]) == 0
    assert main(["person", "list", "--json"]) == 0
    told = capsys.readouterr().out
    people = {each["person"]: each["sessions"] for each in json.loads(told[told.index("[") :])}
    assert people == {"K17": 2, "K18": 1, "K19": 1}


def test_the_course_of_each_is_of_their_own_heart(store: Store) -> None:
    summary = store.load(1).meta.summary
    assert summary is not None
    seen = set[tuple[float | None, float | None]]()
    for heart in summary.hearts:
        (row,) = [each for each in sittings(store, heart.person) if each.id == 1]
        found = measured(store, row)
        assert found.person == heart.person
        assert found.in_step_min == pytest.approx(heart.in_step_s / 60)
        assert found.heart is not None
        assert found.heart.pulse_before_bpm == pytest.approx(heart.baseline_bpm, abs=3.0)
        seen.add((found.heart.pulse_before_bpm, found.heart.rmssd_before_ms))
    assert len(seen) == 3


def test_the_report_of_one_is_of_their_heart(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "k18.html"
    assert main(["report", "--person", "K18", "--out", str(out)]) == 0
    page = out.read_text("utf-8")
    assert "K18 · Session 1" in page
    assert "K17" not in page
    assert "these figures are of sim:4" in page


@pytest.mark.parametrize("who", ["K17", "K18"])
def test_an_export_of_one_holds_nobody_elses_figures(store: Store, tmp_path: Path, who: str) -> None:
    folder = tmp_path / "out"
    assert main(["person", "export", who, "--out", str(folder)]) == 0
    straps = {"K17": "sim:3", "K18": "sim:4", "K19": "sim:5"}
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert who.encode() in written
    for other, strap in straps.items():
        if other != who:
            assert other.encode() not in written
            assert strap.encode() not in written
    own = Store(folder / "sessions.db").load(1)
    assert own.config.straps == (straps[who],)
    assert own.config.n_gone == 2
    effects = [effect for _, effects in own.records for effect in effects]
    assert not [each for each in effects if isinstance(each, PulseMeasured)]
    assert {each.strap for each in effects if isinstance(each, HeartMeasured)} == {straps[who]}
    assert all(each.reason.whose in (None, straps[who]) for each in effects if isinstance(each, Decided))
    assert all(each.inputs == () for each in effects if isinstance(each, Decided) and not each.reason.whose)
    before = store.load(1).meta.summary
    after = own.meta.summary
    assert before is not None
    assert after is not None
    (mine,) = [heart for heart in before.hearts if heart.person == who]
    assert (after.hearts, after.baseline_bpm, after.end_bpm) == ((), mine.baseline_bpm, mine.end_bpm)
    assert (after.n_beats, after.in_step_s) == (mine.n_beats, mine.in_step_s)
    # What is here still has everybody.
    assert store.load(1).config.persons == ("K17", *OTHERS)


def test_forgetting_one_keeps_the_others(store: Store, capsys: Captured) -> None:
    def figures() -> dict[str, object]:
        summary = store.load(1).meta.summary
        assert summary is not None
        return {heart.person: heart for heart in summary.hearts}

    before = figures()
    assert main(["person", "forget", "K17", "--yes"]) == 0
    (row,) = store.sessions()
    assert row.persons == OTHERS
    assert figures() == {who: before[who] for who in OTHERS}
    assert b"K17" not in bytes_of(store)
    assert b"sim:3" not in bytes_of(store)
    session = store.load(1)
    assert session.n_damaged() == 0
    beats = {e.beat.strap for _, effects in session.records for e in effects if hasattr(e, "beat")}
    assert beats == {"sim:4", "sim:5"}
    capsys.readouterr()
    assert main(["sessions", "replay", "1"]) == 2
    assert "cannot be decided again" in capsys.readouterr().err
    assert main(["analyse", "1"]) == 0


def test_the_last_of_a_group_takes_the_session_along(store: Store) -> None:
    for who in ("K17", *OTHERS):
        assert main(["person", "forget", who, "--yes"]) == 0
    assert store.sessions() == ()


def test_a_new_name_is_the_name_everywhere(store: Store) -> None:
    assert store.rename_person("K18", "P05") == 1
    session = store.load(1)
    assert session.config.persons == ("K17", "P05", "K19")
    assert session.meta.summary is not None
    assert [heart.person for heart in session.meta.summary.hearts] == ["K17", "P05", "K19"]
    assert "K18" not in store.people()
    assert main(["sessions", "replay", "1"]) == 0


def test_nobody_is_named_in_what_is_de_identified(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    words = ["sessions", "export", "1", "--format", "jsonl", "--out", str(out), "--deidentify"]
    assert main(words) == 0
    text = out.read_text("utf-8")
    for name in ("K17", *OTHERS, "sim:3", "sim:4", "sim:5"):
        assert name not in text
    assert "heart3" in text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ([(0, "K17"), (1, "K18")], "stands before any heart"),
        ([(1, "K17"), (1, "K18")], "cannot share one heart"),
        ([(1, "K17"), (2, "K17")], "cannot have two hearts"),
        ([(1, "K/7"), (2, "K17")], "pseudonym"),
    ],
)
def test_names_and_hearts_must_go_together(typed: list[tuple[int, str]], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        persons_named(typed, 2)


def test_one_name_is_the_sessions_as_ever_and_a_heart_may_have_none() -> None:
    assert persons_named([(2, "K17")], 2) == ()
    assert persons_named([(1, "K17"), (3, "K18")], 3) == ("K17", "", "K18")
