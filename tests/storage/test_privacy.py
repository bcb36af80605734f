"""What is handed on tells nobody whose it is, and what is encrypted opens with the passphrase alone."""

import gzip
import stat
from dataclasses import replace
from pathlib import Path

import pandas
import pyrage
import pytest

from entrain.control.events import (
    CommandGiven,
    Effect,
    Event,
    Link,
    LinkChanged,
    LogChanged,
    Mark,
    NotificationArrived,
    Sound,
    SoundChanged,
    StrapDescribed,
    Tick,
)
from entrain.control.protocol import ChosenPiece, SessionConfig
from entrain.control.session import reduce, start
from entrain.errors import UsageError
from entrain.presets import library as presets
from entrain.remark import Remark, Topic
from entrain.storage import backups
from entrain.storage.deidentify import deidentified, pseudonym
from entrain.storage.encryption import sealed
from entrain.storage.export import FORMATS, export
from entrain.storage.log.store import Store
from entrain.storage.log.verify import replay
from tests.support.sessions import beats_of

ADDRESS = "A0:9E:1A:E3:7C:51"
OLDER = Remark.as_told("Playing on Anna's AirPods.", "Ask Schmidt.")
SECRETS = ("Anna", ADDRESS, "anna", "Schmidt", "/home", "slept badly", "back door")


@pytest.fixture
def told_all(store: Store) -> Store:
    """A session whose every text betrays somebody."""
    strap = f"ble:{ADDRESS}"
    preset = replace(presets.load("quiet").preset, name="annas", title="Anna's evening", summary="For Anna.")
    preset = replace(preset, sound=replace(preset.sound, music="Anna sings"))
    music = (ChosenPiece("Schmidt live.mp3", "ab" * 32, 200.0, 72.0),)
    config = SessionConfig(preset, (strap,), 7, music=music)
    events: list[Event] = [
        StrapDescribed(0.1, strap, name="Anna's H10"),
        LinkChanged(0.2, strap, Link.STREAMING, Remark.of(Topic.SENDING, strap=f"Anna's H10 ({ADDRESS})")),
        SoundChanged(0.3, Sound.PLAYING, "Anna's AirPods", OLDER),
        LogChanged(0.4, Remark.as_told("The disk of /home/anna is full.", "Make room in /home/anna.")),
        CommandGiven(0.5, Mark("Schmidt at the back door")),
    ]
    for n in range(1, 20):
        events += [NotificationArrived(float(n), strap, bytes([0x10, 60, 0, 4])), Tick(float(n))]
    lost = [
        LinkChanged(20.0, strap, Link.LOST, Remark.of(Topic.LINK_LOST, strap=ADDRESS)),
        LinkChanged(22.0, strap, Link.STREAMING),
    ]
    more: list[Event] = [NotificationArrived(24.0, strap, bytes([0x10, 60, 0, 4])), Tick(24.0)]
    state = start(config)
    with store.begin(
        config, preset_text="# Anna's\n", hearts=[strap], audio="device:Anna's AirPods", voice="soft"
    ) as log:
        for event in (*events, *lost, *more):
            effects: tuple[Effect, ...]
            state, effects = reduce(state, event)
            log.append(event, effects)
    store.note(1, "slept badly, says Schmidt")
    return store


def read_all(path: Path) -> str:
    """Names and contents of a file, or of all in a folder, unpacked."""
    if path.is_dir():
        return "\n".join(f"{each.name}\n{read_all(each)}" for each in sorted(path.iterdir()))
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode()
    if path.suffix == ".parquet":
        frame = pandas.read_parquet(path)
        return frame.to_csv() + path.read_bytes().decode("latin-1")
    return path.read_bytes().decode("latin-1")


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_of_a_person_is_handed_on(told_all: Store, tmp_path: Path, form: str) -> None:
    places = [tmp_path / "out", *([tmp_path / f"out.{form}"] if form in ("csv", "parquet") else [])]
    for place in places:
        export(told_all, 1, form, place, pseudonym="P01")
        text = read_all(place)
        assert not [secret for secret in SECRETS if secret in text]
        assert not [moment for moment in moments_of(told_all) if moment in text]
        assert told_all.load(1).meta.row.uuid not in text


def moments_of(store: Store) -> tuple[str, ...]:
    """The session's day and second, as files write them."""
    began = store.load(1).meta.row.started
    return f"{began:%Y-%m-%d}", f"{began:%d.%m.%y}", f"{began:%d/%m/%Y}", str(int(began.timestamp()))


def test_with_dates_and_names_they_are_there(told_all: Store, tmp_path: Path) -> None:
    """The test above can fail: undisguised, the log tells all of it."""
    export(told_all, 1, "jsonl", tmp_path / "out")
    text = (tmp_path / "out").read_text()
    assert all(secret in text for secret in (*SECRETS, moments_of(told_all)[0], moments_of(told_all)[3]))


def test_the_heart_is_the_same(told_all: Store, tmp_path: Path) -> None:
    copy, straps = deidentified(told_all, 1, tmp_path)
    assert straps == {f"ble:{ADDRESS}": "heart1"}
    before, after = beats_of(told_all), beats_of(copy)
    assert [replace(beat, strap="heart1") for beat in before] == after
    assert {beat.segment for beat in after} == {0, 1}
    meta = copy.load(1).meta
    assert (meta.origin_epoch_s, meta.hearts, meta.audio, meta.row.note) == (0.0, ("ble",), "device", "")


def test_it_still_decides_the_same(told_all: Store, whole: Store, tmp_path: Path) -> None:
    """The de-identified events give the de-identified effects: nothing else was touched."""
    for name, store in (("told", told_all), ("whole", whole)):
        (tmp_path / name).mkdir()
        copy, _ = deidentified(store, 1, tmp_path / name)
        outcome = replay(copy.load(1), start, reduce)
        assert outcome.difference is None, str(outcome.difference)
        assert outcome.n_events > 40


def test_pseudonyms() -> None:
    assert pseudonym("P01") == "P01"
    assert pseudonym(None) != pseudonym(None)
    with pytest.raises(UsageError, match="letters and digits"):
        pseudonym("Anna B.")


def test_an_encrypted_file_opens_with_the_passphrase_alone(told_all: Store, tmp_path: Path) -> None:
    export(told_all, 1, "jsonl", tmp_path / "plain")
    assert sealed.seal(tmp_path / "plain", tmp_path / "out.age", "correct horse") is False
    data = (tmp_path / "out.age").read_bytes()
    assert data.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert pyrage.passphrase.decrypt(data, "correct horse") == (tmp_path / "plain").read_bytes()
    with pytest.raises(pyrage.DecryptError):
        pyrage.passphrase.decrypt(data, "battery staple")
    assert stat.S_IMODE((tmp_path / "out.age").stat().st_mode) == 0o600


def test_the_store_is_private(told_all: Store) -> None:
    folder = told_all.path.parent
    backups.remember(told_all, folder / "backup.db")
    told_all.backup(folder / "backup.db")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_backups_that_still_hold_a_session_are_known(told_all: Store, tmp_path: Path) -> None:
    uuids = frozenset({told_all.load(1).meta.row.uuid})
    for name in ("one.db", "two.db"):
        told_all.backup(tmp_path / name)
        backups.remember(told_all, tmp_path / name)
    (tmp_path / "two.db").unlink()
    assert backups.still_in(told_all, uuids) == ((tmp_path / "one.db",), (tmp_path / "two.db",))
    Store(tmp_path / "one.db").delete(1)
    assert backups.still_in(told_all, uuids) == ((), (tmp_path / "two.db",))
    assert backups.still_in(told_all, frozenset()) == ((), (tmp_path / "two.db",))
