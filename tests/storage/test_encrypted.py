"""An encrypted store: nothing in it can be read without the passphrase, and nothing of it is lost."""

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from entrain.control.events import Tick
from entrain.errors import EntrainError, StoreError, UsageError
from entrain.extras import MissingExtra, install_line
from entrain.storage import backups
from entrain.storage.encryption import cipher
from entrain.storage.encryption import convert as encrypting
from entrain.storage.export import export
from entrain.storage.log.store import Store
from entrain.storage.recovery.absorb import absorb
from entrain.storage.recovery.salvage import repair, salvage
from tests.storage.conftest import Told
from tests.support import record_fixture
from tests.support.converter import MOMENTS, OTHER, PASSPHRASE
from tests.support.crashes import ROOT, appender, kill_while_writing
from tests.support.sessions import CONFIG

WORDS = (b"SQLite format", b"CREATE TABLE", b"NotificationArrived", b"session_id", b'"t_s"', b"tempo")


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new process."""
    monkeypatch.setattr(cipher, "_passphrases", {})


@pytest.fixture
def plain(whole: Store, store: Store) -> Store:
    store.path.parent.mkdir()
    shutil.copy(whole.path, store.path)
    return store


@pytest.fixture
def encrypted(plain: Store) -> Store:
    encrypting.encrypt(plain.path, PASSPHRASE)
    return plain


def records(store: Store) -> list[str]:
    return [repr(record) for record in store.load(1).records]


def readable_words(folder: Path) -> list[tuple[str, bytes]]:
    files = [path for path in folder.iterdir() if path.is_file()]
    return [(path.name, word) for path in files for word in WORDS if word in path.read_bytes()]


def test_what_is_encrypted_holds_no_readable_text_and_all_of_the_records(whole: Store, plain: Store) -> None:
    assert len(readable_words(plain.path.parent)) == len(WORDS)  # or these words would prove nothing
    with plain.path.open("rb") as old:
        assert encrypting.encrypt(plain.path, PASSPHRASE)
        assert old.read() == b""  # the file that has lost its name holds nothing any more
    assert readable_words(plain.path.parent) == []
    assert [path.name for path in plain.path.parent.iterdir()] == ["sessions.db"]
    assert plain.path.stat().st_mode & 0o077 == 0
    assert records(plain) == records(whole)
    assert plain.sessions() == whole.sessions()


def test_a_session_that_is_written_now_is_encrypted_in_the_log_beside_the_store_too(encrypted: Store) -> None:
    with encrypted.begin(CONFIG, preset_text="a text that could be found") as log:
        log.append(Tick(1.0), ())
        assert log.flush()
        wal = encrypted.path.with_name("sessions.db-wal")
        assert wal.stat().st_size > 0
        assert b"could be found" not in wal.read_bytes()
        assert readable_words(encrypted.path.parent) == []
    assert len(encrypted.sessions()) == 2


def test_another_program_opens_it_with_the_passphrase_alone(encrypted: Store, whole: Store) -> None:
    ours = sqlcipher.connect(encrypted.path)
    ours.execute(f"PRAGMA key = '{PASSPHRASE}'")
    theirs = sqlite3.connect(whole.path)
    for query in (
        "SELECT * FROM event",
        "SELECT * FROM beat",
        "SELECT * FROM overview",
        "PRAGMA user_version",
    ):
        assert ours.execute(query).fetchall() == theirs.execute(query).fetchall()
    assert ours.execute("PRAGMA cipher_integrity_check").fetchall() == []
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        sqlite3.connect(encrypted.path).execute("SELECT * FROM event")


def test_there_and_back(encrypted: Store, whole: Store) -> None:
    before = sqlite3.connect(whole.path).execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    encrypting.decrypt(encrypted.path)
    connection = sqlite3.connect(encrypted.path)
    assert connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == before
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert records(encrypted) == records(whole)


def test_a_first_store_is_made_encrypted(store: Store) -> None:
    encrypting.encrypt(store.path, PASSPHRASE)
    assert cipher.is_encrypted(store.path)
    with store.begin(CONFIG, preset_text="") as log:
        log.append(Tick(1.0), ())
    assert [row.n_events for row in store.sessions()] == [1]


def test_a_store_of_an_older_schema_is_brought_forward_on_the_way(store: Store) -> None:
    store.path.parent.mkdir()
    for path in (store.path, store.path.with_name("other.db")):
        shutil.copy(record_fixture.FIXTURE, path)
    encrypting.encrypt(store.path, PASSPHRASE)
    wanted = records(Store(store.path.with_name("other.db")))
    assert records(store) == wanted
    encrypting.decrypt(store.path)
    assert records(store) == wanted


def test_without_the_passphrase_nothing_opens(encrypted: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cipher, "_passphrases", {})
    assert not cipher.opens(encrypted.path, PASSPHRASE.upper())
    assert cipher.opens(encrypted.path, PASSPHRASE)
    before = encrypted.path.read_bytes()
    with pytest.raises(cipher.Locked, match="is encrypted, and it was not given its passphrase"):
        encrypted.sessions()
    with pytest.raises(cipher.Locked):
        encrypting.decrypt(encrypted.path)
    with pytest.raises(cipher.Locked):
        salvage(encrypted.path, encrypted.path.with_name("new.db"))
    assert encrypted.path.read_bytes() == before


def test_a_session_that_finds_the_store_locked_is_kept_beside_it(encrypted: Store, told: Told) -> None:
    cipher.forget(encrypted.path)
    log = encrypted.begin(CONFIG, preset_text="", on_fault=told)
    log.append(Tick(1.0), ())
    with pytest.raises(StoreError, match="This session is kept in"):
        log.close()
    assert [event.t_s for event, _ in Store(log.path).load(1).records] == [1.0]
    cipher.unlock(encrypted.path, PASSPHRASE)
    assert absorb(encrypted, log.path).sessions == (2,)


def test_without_the_library_it_says_what_to_install(
    encrypted: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NotInstalled(MetaPathFinder):
        def find_spec(self, fullname: str, path: object, target: object = None) -> None:
            if fullname == "sqlcipher3":
                raise ModuleNotFoundError(name=fullname)

    for name in [name for name in sys.modules if name.startswith("sqlcipher3")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NotInstalled(), *sys.meta_path])
    with pytest.raises(MissingExtra) as caught:
        encrypted.sessions()
    assert caught.value.advice == f"Install it with: {install_line('secure')}"


def test_a_store_in_use_is_neither_encrypted_nor_harmed(plain: Store, whole: Store) -> None:
    child = appender(plain.path, 1_000_000)
    assert child.stdout is not None
    try:
        while not (line := child.stdout.readline().strip()).isdigit():
            assert line == "begun"
        with pytest.raises(
            StoreError, match=r"Another program has the session store .* open; nothing was changed"
        ):
            encrypting.encrypt(plain.path, PASSPHRASE)
    finally:
        child.kill()
        said = [int(each) for each in (line, *child.stdout.read().split())]
        child.wait()
        child.stdout.close()
    assert not cipher.is_encrypted(plain.path)
    assert [path.name for path in plain.path.parent.glob("*converting*")] == []
    assert records(plain) == records(whole)
    assert plain.sessions()[1].n_events >= said[-1]


def test_a_disk_without_room_for_the_copy_leaves_the_store(plain: Store, whole: Store) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (plain.path.stat().st_size // 2, hard))
    try:
        with pytest.raises(StoreError):
            encrypting.encrypt(plain.path, PASSPHRASE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not cipher.is_encrypted(plain.path)
    assert [path.name for path in plain.path.parent.iterdir()] == ["sessions.db"]
    assert records(plain) == records(whole)


def test_a_kill_in_the_middle_leaves_one_whole_store(plain: Store, whole: Store) -> None:
    wanted, found = records(whole), set[bool]()
    for n, delay_s in enumerate((0.0, 0.0, 0.1, 0.1, 0.2, 0.2, 0.4, 0.4)):
        command = [sys.executable, "-m", "tests.support.converter", str(plain.path)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert child.stdout is not None
        for _ in range(1 + n % 2):
            assert child.stdout.readline() == "next\n"
        time.sleep(delay_s)
        child.kill()
        child.wait()
        child.stdout.close()
        is_encrypted = cipher.is_encrypted(plain.path)
        found.add(is_encrypted)
        (cipher.unlock(plain.path, PASSPHRASE) if is_encrypted else cipher.forget(plain.path))
        assert records(plain) == wanted
    assert found == {True, False}  # or one direction was never tried


def test_another_passphrase_opens_it_and_the_old_one_does_not(
    encrypted: Store, whole: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with encrypted.path.open("rb") as old:
        assert encrypting.change_passphrase(encrypted.path, OTHER)
        assert old.read() == b""  # or it could be read with the old passphrase
    monkeypatch.setattr(cipher, "_passphrases", {})
    assert cipher.opens(encrypted.path, OTHER)
    assert not cipher.opens(encrypted.path, PASSPHRASE)
    assert [path.name for path in encrypted.path.parent.iterdir()] == ["sessions.db"]
    assert encrypted.path.stat().st_mode & 0o077 == 0
    cipher.unlock(encrypted.path, OTHER)
    assert records(encrypted) == records(whole)
    assert encrypted.sessions() == whole.sessions()
    theirs = sqlcipher.connect(encrypted.path)
    theirs.execute(f"PRAGMA key = '{OTHER}'")
    assert theirs.execute("PRAGMA cipher_integrity_check").fetchall() == []


def test_what_cannot_have_another_passphrase_is_left_as_it_is(
    encrypted: Store, whole: Store, tmp_path: Path
) -> None:
    before = encrypted.path.read_bytes()
    with pytest.raises(UsageError, match="is the old one; nothing was changed"):
        encrypting.change_passphrase(encrypted.path, PASSPHRASE)
    cipher.forget(encrypted.path)
    cipher.unlock(tmp_path / "another", "a guess")
    with pytest.raises(cipher.Locked):
        encrypting.change_passphrase(encrypted.path, OTHER)
    assert encrypted.path.read_bytes() == before
    plain = tmp_path / "plain.db"
    shutil.copy(whole.path, plain)
    with pytest.raises(StoreError, match="is not encrypted"):
        encrypting.change_passphrase(plain, OTHER)
    with pytest.raises(StoreError, match="There is no session store"):
        encrypting.change_passphrase(tmp_path / "nowhere.db", OTHER)
    assert not (tmp_path / "nowhere.db").exists()


def test_a_program_with_the_old_passphrase_is_told_so_and_repairs_nothing(encrypted: Store) -> None:
    encrypting.change_passphrase(encrypted.path, OTHER)
    cipher.unlock(encrypted.path, PASSPHRASE)
    before = encrypted.path.read_bytes()
    with pytest.raises(cipher.Locked, match="does not open it any more"):
        encrypted.sessions()
    with pytest.raises(cipher.Locked):
        repair(encrypted.path)
    assert encrypted.path.read_bytes() == before


def test_a_disk_without_room_for_another_passphrase_leaves_the_store(encrypted: Store, whole: Store) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (encrypted.path.stat().st_size // 2, hard))
    try:
        with pytest.raises(StoreError):
            encrypting.change_passphrase(encrypted.path, OTHER)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in encrypted.path.parent.iterdir()] == ["sessions.db"]
    assert records(encrypted) == records(whole)


def _changer(path: Path, *moment: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.support.converter", str(path), "change", *moment]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def _opened_after_a_kill(store: Store) -> str:
    """The passphrase that opens it; every file there is secret, whatever it is."""
    assert readable_words(store.path.parent) == []
    (now,) = (each for each in (PASSPHRASE, OTHER) if cipher.opens(store.path, each))
    cipher.unlock(store.path, now)
    return now


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_while_the_passphrase_is_changed_leaves_one_that_opens_it(
    encrypted: Store, whole: Store, moment: str
) -> None:
    child = _changer(encrypted.path, moment)
    assert child.communicate()[0] == "next\n"
    assert child.returncode == -signal.SIGKILL  # or the moment never came
    is_changed = moment in ("replaced", "settled", "overwritten")
    assert _opened_after_a_kill(encrypted) == (OTHER if is_changed else PASSPHRASE)
    assert records(encrypted) == records(whole)
    encrypting.change_passphrase(encrypted.path, "a third")  # what is left over is in nobody's way
    assert [path.name for path in encrypted.path.parent.iterdir()] == ["sessions.db"]
    assert records(encrypted) == records(whole)


def test_while_the_passphrase_is_changed_nothing_is_ever_readable(encrypted: Store, whole: Store) -> None:
    """Looked at all the while, with a kill at no moment in particular."""
    ours = sqlcipher.connect(":memory:")
    assert ("TEMP_STORE=2",) in ours.execute("PRAGMA compile_options").fetchall()  # none in a temporary file
    for delay_s in (0.15, 0.4):
        child = _changer(encrypted.path)
        assert child.stdout is not None
        assert child.stdout.readline() == "next\n"
        end_s, n_looks = time.monotonic() + delay_s, 0
        while time.monotonic() < end_s:
            for path in encrypted.path.parent.iterdir():
                try:
                    start = path.read_bytes()[:16]
                except FileNotFoundError:
                    continue
                assert start != cipher.PLAIN
                n_looks += 1
        child.kill()
        child.wait()
        child.stdout.close()
        assert n_looks > 10
        _opened_after_a_kill(encrypted)
        assert records(encrypted) == records(whole)


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    rng = random.Random(3)
    paths = [tmp_path / f"{n}.db" for n in range(6)]
    for path in paths:
        cipher.unlock(path, PASSPHRASE)
    trials = [kill_while_writing(path, rng, PASSPHRASE) for path in paths]
    assert all(trial.stored >= trial.acknowledged and trial.whole for trial in trials)
    assert sum(trial.acknowledged > 0 for trial in trials) >= 2
    assert readable_words(tmp_path) == []


def test_a_rescued_session_is_as_secret_as_its_store(encrypted: Store) -> None:
    data = bytearray(encrypted.path.read_bytes())
    data[4096:] = random.Random(1).randbytes(len(data) - 4096)
    encrypted.path.write_bytes(data)
    log = encrypted.begin(CONFIG, preset_text="")
    log.append(Tick(1.0), ())
    with pytest.raises(StoreError, match="This session is kept in"):
        log.close()
    assert log.path != encrypted.path
    assert cipher.is_encrypted(log.path)
    assert readable_words(encrypted.path.parent) == []
    assert [event.t_s for event, _ in Store(log.path).load(1).records] == [1.0]


@pytest.mark.parametrize("first_page_goes", [True, False])
def test_a_torn_encrypted_store_gives_back_what_is_in_it_and_nothing_else(
    encrypted: Store, whole: Store, first_page_goes: bool
) -> None:
    """Every page is signed: unlike in a plain store, no byte can change unnoticed."""
    rng, data = random.Random(2), bytearray(encrypted.path.read_bytes())
    n_pages = len(data) // 4096
    for page in {*rng.sample(range(1, n_pages), n_pages // 10), *([0] * first_page_goes)}:
        data[page * 4096 + rng.randrange(16, 4096)] ^= 0x40
    encrypted.path.write_bytes(data)
    with pytest.raises(StoreError, match="is damaged"):
        list(encrypted.load(1).records)
    saved, aside = repair(encrypted.path)
    assert 0.5 < saved.n_events / len(records(whole)) < 1.0
    rows = "SELECT session_id, seq, t_s, kind, body FROM event"
    cipher_rows = _rows(encrypted.path, rows)
    assert cipher_rows < {*sqlite3.connect(whole.path).execute(rows)}
    assert len(cipher_rows) == saved.n_events
    assert aside.read_bytes() == data
    assert readable_words(encrypted.path.parent) == []


def _rows(path: Path, query: str) -> set[tuple[object, ...]]:
    connection = sqlcipher.connect(path)
    connection.execute(f"PRAGMA key = '{PASSPHRASE}'")
    return {*connection.execute(query)}


def test_backups_are_as_secret_and_can_be_brought_in(encrypted: Store, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    encrypted.backup(backup)
    backups.remember(encrypted, backup)
    assert cipher.is_encrypted(backup)
    uuids = frozenset(row.uuid for row in encrypted.sessions())
    encrypted.delete(1)
    assert backups.still_in(encrypted, uuids) == ((backup,), ())
    other = Store(tmp_path / "other.db")
    assert absorb(other, backup).sessions == (1,)
    assert not cipher.is_encrypted(other.path)


def test_notes_deletion_and_handing_on_work_as_on_a_plain_store(encrypted: Store, tmp_path: Path) -> None:
    encrypted.note(1, "slept well")
    assert encrypted.sessions()[0].note == "slept well"
    export(encrypted, 1, "csv", tmp_path / "beats.csv", pseudonym="P01")
    assert (tmp_path / "beats.csv").read_text().count("\n") > 100
    encrypted.delete(1)
    assert encrypted.sessions() == ()


def test_it_can_be_read_where_nothing_can_be_written(encrypted: Store, forbidden_folder: Path) -> None:
    copy = Store(forbidden_folder / "sessions.db")
    if os.getuid() == 0:
        os.seteuid(0)
    forbidden_folder.chmod(0o755)
    shutil.copy(encrypted.path, copy.path)
    copy.path.chmod(0o444)
    forbidden_folder.chmod(0o555)
    if os.getuid() == 0:
        os.seteuid(65534)
    cipher.unlock(copy.path, PASSPHRASE)
    assert records(copy) != []


@pytest.mark.parametrize(
    "data",
    [b"", b"x" * 9000, b"this is no database\n" * 900, bytes(8192), bytes(range(256)) * 2],
)
def test_other_files_are_not_taken_for_encrypted(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file.db"
    path.write_bytes(data)
    assert not cipher.is_encrypted(path)


def test_a_plain_store_with_a_ruined_first_page_is_not_taken_for_an_encrypted_one(plain: Store) -> None:
    data = bytearray(plain.path.read_bytes())
    data[:4096] = random.Random(1).randbytes(4096)
    plain.path.write_bytes(data)
    assert not cipher.is_encrypted(plain.path)
    with pytest.raises(EntrainError, match="is damaged: file is not a database"):
        plain.sessions()


@pytest.fixture(autouse=True)
def quiet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """SQLCipher has a log of its own, which would run over the screen."""
    yield
    assert "CORE" not in capfd.readouterr().err
