"""Files made to do harm, or broken beyond sense: a sentence each, at once, and none spoils another."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from entrain.cli import main
from entrain.presets import library
from entrain.shipped import shipped_presets_path

GOOD = (shipped_presets_path() / "desk.toml").read_text("utf-8")


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(110_000_000)


HOSTILE: dict[str, Callable[[Path], object]] = {
    "brackets": lambda path: path.write_text(f"title = {'[' * 5000}{']' * 5000}"),
    "tables": lambda path: path.write_text(f"title = {'{a=' * 5000}1{'}' * 5000}"),
    "digits": lambda path: path.write_text(f'title = "x"\nminutes = {"9" * 5000}'),
    "fewer-digits": lambda path: path.write_text(f'title = "x"\nminutes = {"9" * 4000}'),
    "hexadecimal": lambda path: path.write_text(f'title = "x"\nminutes = 0x{"f" * 50_000}'),
    "dots": lambda path: path.write_text(f"{'a.' * 5000}b = 1"),
    "keys": lambda path: path.write_text("\n".join(f"k{n} = {n}" for n in range(15_000))),
    "a-line": lambda path: path.write_text(f"title = 5\n{' ' * 190_000}x"),
    "huge": sparse,
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "fifo": os.mkfifo,
    "folder": Path.mkdir,
    "nowhere": lambda path: path.symlink_to("nothing-there"),
    "itself": lambda path: path.symlink_to(path.name),
    "bytes": lambda path: path.write_bytes(b"\xff\xfe\x00\x01" * 100),
    "escapes": lambda path: path.write_text('title = "\\u001b]0;PWNED\\u0007"'),
    "long-title": lambda path: path.write_text(f'title = "{"A" * 190_000}"'),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    (tmp_path / "presets").mkdir()
    return tmp_path / "presets"


@pytest.mark.parametrize("what", HOSTILE)
def test_each_is_a_sentence_at_once(folder: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    path = folder / f"{what}.toml"
    HOSTILE[what](path)
    began_s = time.monotonic()
    for words in (["presets", "check", str(path)], ["run", "--headless", "--preset", str(path)]):
        assert main(words) == 3
        said = "".join(capsys.readouterr())
        assert path.name in said
        assert "Traceback" not in said
        assert len(said) < 30_000
    assert time.monotonic() - began_s < 10.0


def test_none_spoils_another(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for what, make in HOSTILE.items():
        make(folder / f"{what}.toml")
    (folder / "good.toml").write_text(GOOD)
    assert main(["presets", "list"]) == 0
    listed = capsys.readouterr().out
    assert "good" in listed
    assert "desk" in listed
    assert library.load("good").preset.title == library.load("desk").preset.title
