"""Signatures of programme files: OpenSSH reads ours and we read its, and nothing changed goes through."""

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrain.cli import main
from entrain.errors import InputError
from entrain.presets import programmes
from entrain.storage import signature
from tests.support.needs import needs

Typed = pytest.CaptureFixture[str]


@pytest.fixture(scope="module", autouse=True)
def openssh() -> None:
    needs("ssh-keygen", packages="openssh-client")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    shutil.copy(programmes.path_of("slower-breath"), "mine.toml")
    for name, words in (("key", "-N="), ("other", "-N="), ("locked", "-N=words")):
        keygen("-q", "-t", "ed25519", "-f", name, "-C", "x", *words.split("=", 1))
    return tmp_path


def keygen(*words: str, feed: bytes = b"") -> str:
    done = subprocess.run(["ssh-keygen", *words], input=feed, capture_output=True, check=True)
    return done.stdout.decode()


def test_what_we_sign_openssh_verifies(folder: Path, capsys: Typed) -> None:
    assert main(["programme", "sign", "mine.toml", "--key", "key"]) == 0
    (folder / "allowed").write_text(f"me {(folder / 'key.pub').read_text()}")
    said = keygen(
        *("-Y", "verify", "-f", "allowed", "-I", "me", "-n", "entrain-programme", "-s", "mine.toml.sig"),
        feed=(folder / "mine.toml").read_bytes(),
    )
    assert "Good" in said
    assert main(["programme", "verify", "mine.toml", "--by", "key.pub"]) == 0
    assert keygen("-l", "-f", "key.pub").split()[1] in capsys.readouterr().out


def test_what_openssh_signs_we_verify(folder: Path, capsys: Typed) -> None:
    keygen("-q", "-Y", "sign", "-f", "key", "-n", "entrain-programme", "mine.toml")
    assert main(["programme", "verify", "mine.toml"]) == 0
    assert "Whether it is right" in capsys.readouterr().out


def test_a_changed_file_another_key_and_another_purpose_are_told_apart(folder: Path, capsys: Typed) -> None:
    assert main(["programme", "sign", "mine.toml", "--key", "key"]) == 0
    assert main(["programme", "verify", "mine.toml", "--by", "other.pub"]) == 3
    assert "not by SHA256:" in capsys.readouterr().err
    with Path("mine.toml").open("a") as file:
        file.write("\n# one word more\n")
    assert main(["programme", "verify", "mine.toml"]) == 3
    assert "one of the two was changed" in capsys.readouterr().err
    keygen("-q", "-Y", "sign", "-f", "key", "-n", "file", "key.pub")
    Path("key.pub.sig").replace("mine.toml.sig")
    assert main(["programme", "verify", "mine.toml"]) == 3
    assert "it was made for 'file'" in capsys.readouterr().err


def test_what_cannot_be_signed_or_read_is_a_sentence(
    folder: Path, capsys: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    keygen("-q", "-t", "rsa", "-b", "2048", "-f", "rsa", "-N", "")
    for words, code, said in (
        (["sign", "mine.toml", "--key", "key.pub"], 3, "no private key"),
        (["sign", "mine.toml", "--key", "gone"], 3, "cannot be read"),
        (["sign", "mine.toml", "--key", "rsa"], 3, "another kind of key"),
        (["verify", "mine.toml"], 3, "mine.toml.sig cannot be read"),
        (["verify", "mine.toml", "--by", "key"], 3, "cannot be read"),
    ):
        assert main(["programme", *words]) == code, words
        assert said in capsys.readouterr().err
    monkeypatch.setattr("getpass.getpass", lambda _: "wrong")
    assert main(["programme", "sign", "mine.toml", "--key", "locked"]) == 2
    assert "does not open" in capsys.readouterr().err
    monkeypatch.setattr("getpass.getpass", lambda _: "words")
    assert main(["programme", "sign", "mine.toml", "--key", "locked"]) == 0
    assert main(["programme", "sign", "mine.toml", "--key", "key"]) == 2  # nothing is overwritten
    Path("mine.toml").write_text("title = 3\n")
    Path("mine.toml.sig").unlink()
    assert main(["programme", "sign", "mine.toml", "--key", "key"]) == 3
    assert not Path("mine.toml.sig").exists()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_changed_signature_goes_through(folder: Path, data: st.DataObject) -> None:
    """A byte changed, cut or added anywhere: refused in a sentence, or never called unchanged."""
    sig = Path("mine.toml.sig")
    if not sig.exists():
        sig.write_text(signature.sign(Path("mine.toml"), Path("key"), str))
        Path("right.sig").write_bytes(sig.read_bytes())
    right = Path("right.sig").read_bytes()
    at = data.draw(st.integers(0, len(right) - 1))
    new = data.draw(st.binary(max_size=3).filter(lambda b: b.strip() and b != right[at : at + 1]))
    sig.write_bytes(right[:at] + new + right[at + 1 :])
    with suppress(InputError):
        assert not signature.verified(Path("mine.toml")).unchanged
