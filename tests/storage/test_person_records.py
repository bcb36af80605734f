"""What is kept of a person: in the store, of one person alone, and never lost on the way there."""

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from entrain.cli import main
from entrain.errors import StoreError
from entrain.person.record import (
    Acceptance,
    Consent,
    KnownResonance,
    KnownStrap,
    PersonRecord,
    Preferences,
    has_real_heart,
    merged,
    with_resonance,
)
from entrain.storage import people
from entrain.storage.encryption import convert
from entrain.storage.health import check_storage
from entrain.storage.log.store import Store
from entrain.storage.recovery.absorb import absorb
from entrain.storage.recovery.salvage import salvage
from entrain.storage.settings import Settings
from entrain.storage.settings import load as load_settings
from entrain.storage.settings import save as save_settings
from tests.storage.test_people import sitting
from tests.support import messages, record_fixture
from tests.support.real_heart import with_a_strap

STRAP = KnownStrap("AA:BB:CC:DD:EE:FF", "H10")
RATE = KnownResonance(5.4, 0.9, "2026-03-01T09:00:00+00:00", "a session")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages.of(PersonRecord))
def test_what_is_kept_is_loaded(drawn: PersonRecord) -> None:
    store = Store.open()
    kept = people.change(store, "P01", lambda _: drawn)
    assert people.load(store, "P01") == kept
    assert replace(kept, changed_utc="") == replace(drawn, changed_utc="")


def test_asking_makes_nothing(home: Path) -> None:
    assert people.load(Store.open(), "").notice is None
    assert people.everybody(Store.open()) == {}
    assert list(home.iterdir()) == []


def test_what_is_one_persons_is_nobody_elses() -> None:
    store = Store.open()
    people.change(store, "P01", lambda now: with_resonance(replace(now, strap=STRAP), RATE))
    for other in ("P02", ""):
        assert people.load(store, other).resonance is None
        assert people.load(store, other).strap is None
    assert store.people() == ("P01",)


def test_a_second_look_at_a_session_replaces_the_first_and_the_newest_counts() -> None:
    again, later = replace(RATE, per_min=5.6), KnownResonance(6.0, 0.8, "2026-04-01T00:00:00+00:00", "b")
    record = people.new()
    for found in (later, RATE, again):
        record = with_resonance(record, found)
    assert record.resonances == (again, later)
    assert record.resonance == later


@pytest.mark.parametrize(
    ("hearts", "is_real"),
    [
        (["ble"], True),
        (["ble:H10", "lsl:x"], True),
        (["sim:7"], False),
        (["ble", "sim"], False),
        (["replay:3"], False),
        (["tap"], False),
        (["import: a.csv"], False),
        ([], False),
    ],
)
def test_which_hearts_are_real(hearts: list[str], is_real: bool) -> None:
    assert has_real_heart(hearts) is is_real


def test_another_pseudonym_takes_the_record_along_and_two_become_one() -> None:
    store = Store.open()
    sitting(store, "P01")
    people.change(store, "P01", lambda now: with_resonance(replace(now, strap=STRAP), RATE))
    store.rename_person("P01", "P02")
    assert set(people.everybody(store)) == {"P02"}
    consent = Consent("1", "text", "hash", "2026-01-01T00:00:00+00:00")
    people.change(
        store, "P03", lambda now: replace(now, consents=(consent,), preferences=Preferences("desk"))
    )
    store.rename_person("P02", "P03")
    both = people.load(store, "P03")
    assert (both.resonances, both.consents, both.strap) == ((RATE,), (consent,), STRAP)
    assert both.preferences.preset == "desk"
    assert [row.person for row in store.sessions()] == ["P03"]


def test_merging_twice_is_merging_once() -> None:
    one = with_resonance(people.new(), RATE)
    other = replace(people.new(), consents=(Consent("1", "t", "h", "2026-01-01"),), strap=STRAP)
    assert merged(merged(one, other), other) == merged(one, other)


# ---- from the settings of before ---------------------------------------------------------------------------


OLD = {
    "strap": {"address": STRAP.address, "name": STRAP.name},
    "notice_accepted_utc": "2026-01-01T00:00:00+00:00",
    "volume": 0.4,
    "theme": "night",
    "figure": "wave",
    "resonance": {
        "per_min": 5.4,
        "confidence": 0.9,
        "measured_utc": "2026-01-02T00:00+00:00",
        "session": 1,
    },
    "preset": "first",
    "person": "P02",
}


def write_old(home: Path, **rest: object) -> None:
    (home / "settings.json").write_text(json.dumps({**OLD, **rest}))


def test_what_stood_in_the_settings_moves_to_whose_it_is(home: Path) -> None:
    store = Store.open()
    sitting(store, "P01")
    with_a_strap(1)
    write_old(home)
    p01, p02 = people.load(store, "P01"), people.load(store, "P02")
    assert p01.resonance is not None
    assert (p01.resonance.per_min, p01.resonance.session) == (5.4, store.sessions()[0].uuid)
    assert (p01.strap, p01.notice, p01.preferences) == (None, None, Preferences())
    assert (p02.resonance, p02.strap) == (None, STRAP)
    assert p02.notice == Acceptance("1", "2026-01-01T00:00:00+00:00")
    assert p02.preferences == Preferences("first", None, 0.4, "wave", "night")
    assert p02.chosen_in_app_utc
    assert (home / "settings.json").read_text() == "{}\n"
    assert load_settings() == (Settings(), "")


def test_a_simulated_rate_or_one_of_a_deleted_session_is_nobodys(home: Path) -> None:
    store = Store.open()
    sitting(store, "P01")  # of a simulated heart
    write_old(home)
    assert all(each.resonance is None for each in people.everybody(store).values())
    write_old(home, resonance={**OLD["resonance"], "session": 99})  # type: ignore[dict-item]
    assert all(each.resonance is None for each in people.everybody(store).values())


def test_whoever_was_never_named_loses_nothing(home: Path) -> None:
    store = Store.open()
    write_old(home, person=None)
    assert people.load(store, "").strap == STRAP
    assert set(people.everybody(store)) == {""}


def test_a_kill_between_the_two_files_loses_nothing_and_doubles_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open()
    sitting(store, "P01")
    with_a_strap(1)
    write_old(home)

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("entrain.storage.old_settings.drop", killed)
        with pytest.raises(KeyboardInterrupt):
            people.load(store, "P01")
    save_settings(Settings(keep_days=7))  # others may write meanwhile
    assert len(people.load(store, "P01").resonances) == 1
    assert people.load(store, "P02").strap == STRAP
    assert load_settings()[0] == Settings(keep_days=7)
    assert "strap" not in (home / "settings.json").read_text()


def test_another_store_than_ones_own_takes_nothing_from_the_settings(home: Path) -> None:
    write_old(home)
    assert people.everybody(Store(home / "other" / "sessions.db")) == {}
    assert "night" in (home / "settings.json").read_text()


def test_a_store_of_schema_2_is_brought_forward(home: Path) -> None:
    shutil.copyfile(record_fixture.FIXTURE, home / "sessions.db")
    store = Store.open()
    before = [row.uuid for row in store.sessions()]
    people.change(store, "P01", lambda now: replace(now, strap=STRAP))
    assert [row.uuid for row in store.sessions()] == before
    assert people.load(store, "P01").strap == STRAP


# ---- wherever a store goes ---------------------------------------------------------------------------------


def test_records_come_along_with_a_backup(home: Path) -> None:
    store, other = Store.open(), Store(home / "other.db")
    people.change(store, "P01", lambda now: with_resonance(now, RATE))
    people.change(store, "", lambda now: replace(now, strap=STRAP))
    sitting(store, "P01")
    store.backup(home / "backup.db")
    absorb(other, home / "backup.db")
    assert people.load(other, "P01").resonances == (RATE,)
    assert people.load(other, "").strap == STRAP
    # Whoever was never named here is not whoever was never named there.
    third = Store(home / "third.db")
    people.change(third, "", lambda now: replace(now, notice=Acceptance("1", "2026")))
    absorb(third, home / "backup.db")
    assert people.load(third, "").strap is None
    assert absorb(third, home / "backup.db").sessions == ()


def test_of_a_damaged_store_the_newest_state_is_saved(home: Path) -> None:
    store = Store.open()
    sitting(store, "P01")
    for n in range(5):
        rate = replace(RATE, per_min=5.0 + n / 10)
        people.change(store, "P01", lambda now, rate=rate: with_resonance(now, rate))
    salvage(store.path, home / "new.db")
    saved = people.load(Store(home / "new.db"), "P01").resonance
    assert saved is not None
    assert saved.per_min == 5.4


def test_encryption_covers_it(home: Path) -> None:
    pytest.importorskip("sqlcipher3")
    store = Store.open()
    people.change(store, "Blue heron", lambda now: replace(now, strap=STRAP))
    convert.encrypt(store.path, "a passphrase")
    assert people.load(store, "Blue heron").strap == STRAP
    everything = b"".join(each.read_bytes() for each in home.rglob("*") if each.is_file())
    assert b"heron" not in everything
    assert STRAP.address.encode() not in everything


def test_a_broken_record_is_said_and_the_others_are_whole() -> None:
    store = Store.open()
    people.change(store, "P01", lambda now: now)
    people.change(store, "P02", lambda now: now)
    connection = sqlite3.connect(store.path)
    with connection:
        connection.execute("UPDATE person SET body = '{}' WHERE pseudonym = 'P01'")
    connection.close()
    with pytest.raises(StoreError, match="record of 'P01'"):
        people.load(store, "P01")
    assert people.load(store, "P02").since_utc
    assert set(people.everybody(store)) == {"P02"}
    assert store.people() == ("P01", "P02")


def test_doctor_finds_a_broken_record_and_sets_it_aside(capsys: pytest.CaptureFixture[str]) -> None:
    store = Store.open()
    people.change(store, "P01", lambda now: now)
    people.change(store, "P02", lambda now: replace(now, strap=STRAP))
    connection = sqlite3.connect(store.path)
    with connection:
        connection.execute("UPDATE person SET body = '{' WHERE pseudonym = 'P01'")
    connection.close()
    works, said, advice = check_storage()
    assert not works
    assert "'P01' cannot be read" in said
    assert "--repair" in advice
    assert main(["doctor", "--repair"]) == 0
    assert "1 damaged record set aside" in capsys.readouterr().out
    assert check_storage()[0]
    assert people.load(store, "P02").strap == STRAP
    assert people.load(store, "P01").strap is None
    (aside,) = store.path.parent.glob("sessions.damaged-*.db")
    assert sqlite3.connect(aside).execute("SELECT count(*) FROM person").fetchone() == (2,)
