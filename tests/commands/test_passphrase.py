"""Where the passphrase of an encrypted store comes from, and what is said where it does not come."""

import getpass
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from entrain.cli import main
from entrain.storage.encryption import cipher
from tests.support import record_fixture
from tests.support.crashes import appender

PASSPHRASE = "correct horse"


class Keyring(keyring.backend.KeyringBackend):
    """The library's own interface, over a dictionary."""

    priority = 1  # pyright: ignore[reportAssignmentType]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def own_keyring() -> Iterator[Keyring]:
    before, mine = keyring.get_keyring(), Keyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a session in it; the file `pw` holds the passphrase."""
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))
    for name in ("ENTRAIN_PASSPHRASE", "ENTRAIN_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(cipher, "_passphrases", {})
    (tmp_path / "home").mkdir()
    record_fixture.record(tmp_path / "home" / "sessions.db")
    (tmp_path / "pw").write_text(f"{PASSPHRASE}\n")
    (tmp_path / "wrong").write_text("battery staple\n")
    return tmp_path


@pytest.fixture
def locked(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, encrypted, as a new process finds it."""
    assert main(["sessions", "encrypt", "--passphrase-file", str(home / "pw")]) == 0
    monkeypatch.setattr(cipher, "_passphrases", {})
    return home


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Somebody at a terminal who types these one after the other; gives the list of what was asked."""

    def type_them(*answers: str) -> list[str]:
        asked: list[str] = []
        waiting = iter(answers)

        def answer(prompt: str) -> str:
            asked.append(prompt)
            return next(waiting)

        monkeypatch.setattr(getpass, "getpass", answer)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        return asked

    return type_them


def listed(capsys: pytest.CaptureFixture[str]) -> bool:
    capsys.readouterr()
    return main(["sessions", "list"]) == 0 and "quiet" in capsys.readouterr().out


def test_encrypting_says_what_is_left(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backup = home / "elsewhere.db"
    assert main(["sessions", "backup", str(backup)]) == 0
    (home / "home" / "entrain-rescue-x.db").write_bytes(backup.read_bytes())
    assert main(["sessions", "encrypt", "--passphrase-file", str(home / "pw")]) == 0
    said = capsys.readouterr().err
    assert "1 session, encrypted" in said
    assert f"still there: {home / 'home' / 'entrain-rescue-x.db'}" in said
    assert f"The backup {backup} stays as it is" in said
    assert main(["sessions", "encrypt", "--passphrase-file", str(home / "pw")]) == 1
    assert "is encrypted already" in capsys.readouterr().err


def test_the_passphrase_comes_from_a_file(locked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "--passphrase-file", str(locked / "pw"), "list"]) == 0
    assert "quiet" in capsys.readouterr().out


@pytest.mark.parametrize("variable", ["ENTRAIN_PASSPHRASE", "ENTRAIN_PASSPHRASE_FILE"])
def test_the_passphrase_comes_from_the_environment(
    locked: Path, variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, PASSPHRASE if variable == "ENTRAIN_PASSPHRASE" else str(locked / "pw"))
    assert listed(capsys)


def test_the_passphrase_comes_from_the_keyring_and_leaves_it_with_the_encryption(
    home: Path, own_keyring: Keyring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sessions", "encrypt", "--keyring", "--passphrase-file", str(home / "pw")]) == 0
    monkeypatch.setattr(cipher, "_passphrases", {})
    assert [*own_keyring.kept.values()] == [PASSPHRASE]
    assert listed(capsys)
    assert main(["sessions", "decrypt"]) == 0
    assert own_keyring.kept == {}
    assert listed(capsys)


def test_a_keyring_that_fails_is_passed_over(
    locked: Path, own_keyring: Keyring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise keyring.errors.NoKeyringError("there is no recommended backend")

    monkeypatch.setattr(own_keyring, "get_password", fail)
    assert main(["sessions", "list"]) == 2
    assert "nobody is here to ask" in capsys.readouterr().err


def test_the_passphrase_is_asked_for_until_it_fits(
    locked: Path, typed: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = typed("no", "", PASSPHRASE)
    assert listed(capsys)
    assert len(asked) == 3


def test_three_slips_are_the_end(
    locked: Path, typed: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = typed("a", "b", "c", PASSPHRASE)
    assert main(["sessions", "list"]) == 1
    assert len(asked) == 3
    said = capsys.readouterr()
    assert "was not opened: none of these was its passphrase" in said.err
    assert said.out == ""


def test_a_new_passphrase_is_asked_for_twice(
    home: Path, typed: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    typed("one", "another")
    assert main(["sessions", "encrypt"]) == 2
    assert "differ" in capsys.readouterr().err
    assert not cipher.is_encrypted(home / "home" / "sessions.db")
    typed("one", "one")
    assert main(["sessions", "encrypt"]) == 0
    assert cipher.opens(home / "home" / "sessions.db", "one")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "is encrypted, and nobody is here to ask for its passphrase."),
        (["--passphrase-file", "wrong"], 1, "does not open the session store"),
        (["--passphrase-file", "nowhere"], 3, "cannot be read"),
    ],
)
def test_what_is_said_where_it_stays_shut(
    locked: Path,
    words: list[str],
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(locked)
    for command in (
        ["sessions", *words, "list"],
        ["run", "--heart", "sim:7", "--speed", "1000", "--minutes", "1", "--headless", *words],
        ["assess", "--session", "1", *words],
        ["analyse", "1", *words],
        ["report", "1", *words],
        ["sessions", *words, "trend"],
        ["doctor", "--repair", *words],
    ):
        assert main(command) == code, command
        assert said in capsys.readouterr().err


CHANGE = ("sessions", "passphrase", "--passphrase-file", "pw", "--new-passphrase-file", "new")


@pytest.fixture
def in_folder(locked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The encrypted store's home is where one stands; the file `new` holds another passphrase."""
    monkeypatch.chdir(locked)
    (locked / "new").write_text("a new one\n")
    return locked


def test_the_passphrase_is_changed_by_files(
    in_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = in_folder / "home" / "sessions.db"
    assert main(["sessions", "--passphrase-file", "pw", "backup", "b.db"]) == 0
    (store.with_name("entrain-rescue-x.db")).write_bytes((in_folder / "b.db").read_bytes())
    monkeypatch.setenv("ENTRAIN_PASSPHRASE_FILE", str(in_folder / "pw"))
    capsys.readouterr()
    assert main([*CHANGE]) == 0
    said = capsys.readouterr().err
    assert "1 session, encrypted with the new passphrase" in said
    assert f"with the passphrase it had: {store.with_name('entrain-rescue-x.db')}" in said
    assert f"The backup {in_folder / 'b.db'} stays as it is" in said
    assert f"The first line of {in_folder / 'pw'} is still another one" in said
    assert cipher.opens(store, "a new one")
    assert not cipher.opens(store, PASSPHRASE)
    assert cipher.opens(in_folder / "b.db", PASSPHRASE)


def test_the_passphrase_is_changed_by_who_knows_it(
    in_folder: Path,
    own_keyring: Keyring,
    typed: Callable[..., list[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = typed("a slip", PASSPHRASE, "a new one", "a new one")
    assert main(["sessions", "passphrase"]) == 0, capsys.readouterr().err
    store = in_folder / "home" / "sessions.db"
    assert [each.strip() for each in asked] == [
        *["Passphrase of the session store:"] * 2,
        "New passphrase:",
        "Once more:",
    ]
    assert cipher.opens(store, "a new one")
    assert own_keyring.kept == {}  # where it was not kept it is not put
    typed("another", "yet another")
    assert main(["sessions", "passphrase"]) == 2
    assert "differ" in capsys.readouterr().err
    assert cipher.opens(store, "a new one")


def test_the_keyring_has_the_new_passphrase_where_it_had_the_old_one(
    in_folder: Path,
    own_keyring: Keyring,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own_keyring.kept["entrain", str(in_folder / "home" / "sessions.db")] = PASSPHRASE
    assert main(["sessions", "passphrase", "--new-passphrase-file", "new"]) == 0
    assert [*own_keyring.kept.values()] == ["a new one"]
    monkeypatch.setattr(cipher, "_passphrases", {})
    assert listed(capsys)

    def fail(*_: object) -> None:
        raise keyring.errors.PasswordSetError("it is locked")

    monkeypatch.setattr(own_keyring, "set_password", fail)
    assert main(["sessions", "passphrase", "--new-passphrase-file", "pw"]) == 1
    said = capsys.readouterr().err
    assert said.index("encrypted with the new passphrase") < said.index("did not take the passphrase")
    assert cipher.opens(in_folder / "home" / "sessions.db", PASSPHRASE)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ("--passphrase-file", "wrong", "--new-passphrase-file", "new"),
            1,
            "does not open the session store",
        ),
        (("--passphrase-file", "nowhere", "--new-passphrase-file", "new"), 3, "cannot be read"),
        (("--passphrase-file", "pw", "--new-passphrase-file", "nowhere"), 3, "cannot be read"),
        (
            ("--passphrase-file", "pw", "--new-passphrase-file", "pw"),
            2,
            "is the old one; nothing was changed",
        ),
        (("--passphrase-file", "pw", "--new-passphrase-file", "empty"), 2, "is empty"),
        (("--passphrase-file", "pw"), 2, "nobody is here to ask"),
        (("--new-passphrase-file", "new"), 2, "nobody is here to ask"),
    ],
)
def test_what_is_said_where_the_passphrase_stays(
    in_folder: Path, words: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (in_folder / "empty").write_text("\n")
    before = (in_folder / "home" / "sessions.db").read_bytes()
    capsys.readouterr()
    assert main(["sessions", "passphrase", *words]) == code
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert (in_folder / "home" / "sessions.db").read_bytes() == before


def test_during_a_session_the_passphrase_stays(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = in_folder / "home" / "sessions.db"
    child = appender(store, 1_000_000, PASSPHRASE)
    assert child.stdout is not None
    try:
        while not (line := child.stdout.readline().strip()).isdigit():
            assert line == "begun"
        assert main([*CHANGE]) == 1
        assert "has the session store" in (said := capsys.readouterr().err)
        assert "nothing was changed" in said
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    assert cipher.opens(store, PASSPHRASE)
    assert [*store.parent.glob("*converting*")] == []


def test_a_store_that_is_not_encrypted_has_no_passphrase_to_change(
    home: Path, typed: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = typed("one", "one")
    assert main(["sessions", "passphrase"]) == 1
    said = capsys.readouterr().err
    assert "is not encrypted" in said
    assert "entrain sessions encrypt" in said
    assert asked == []


def test_a_session_is_run_into_an_encrypted_store(
    locked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "--heart", "sim:7", "--speed", "1000", "--minutes", "1", "--headless"]
    assert main([*words, "--passphrase-file", str(locked / "pw")]) == 0
    assert main(["sessions", "replay", "2"]) == 0
    assert "the same bit for bit" in capsys.readouterr().out
    assert cipher.is_encrypted(locked / "home" / "sessions.db")
    assert [path.name for path in (locked / "home").glob("*rescue*")] == []


def test_doctor_says_that_it_is_encrypted_and_does_not_ask(
    locked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from entrain.app import doctor
    from entrain.commands.doctor import _unlock

    nobody, somebody = (
        doctor.storage(lambda file=file: _unlock(_doctor_args(file))) for file in (None, locked / "pw")
    )
    assert nobody.ok
    assert "Encrypted" in nobody.found
    assert "without its passphrase it was not looked into" in nobody.found
    assert somebody.ok
    assert somebody.found.startswith("1 session")
    assert "encrypted" in somebody.found


def _doctor_args(file: Path | None):
    import argparse

    return argparse.Namespace(store_passphrase_file=file)
