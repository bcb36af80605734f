"""`entrain report`, as people type it."""

import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest

from entrain.cli import main
from entrain.storage.log.store import Store
from tests.support import record_fixture

Typed = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("once") / "sessions.db"
    record_fixture.record(path)
    return path.read_bytes()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, once: bytes) -> Store:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("ENTRAIN_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    (home / "sessions.db").write_bytes(once)
    return Store.open()


def test_the_usual_name_tells_the_session(store: Store, tmp_path: Path, capsys: Typed) -> None:
    assert main(["report", "last"]) == 0
    assert capsys.readouterr().out == "entrain-session-1.html\n"
    assert "Three quiet minutes" in (tmp_path / "entrain-session-1.html").read_text()
    assert main(["report", "1"]) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_person_s_course_has_a_name_of_its_own(store: Store, tmp_path: Path, capsys: Typed) -> None:
    store.rename_person("", "P 01")
    assert main(["report", "--person", "P 01"]) == 0
    assert capsys.readouterr().out == "entrain-P-01.html\n"
    assert main(["report", "--person", "P02"]) == 2
    assert "no sessions of 'P02'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Name sessions, or a person"),
        (["1", "--person", "P01"], "Name sessions, or a person"),
        (["1", "--out", "x.docx"], "no kind of report"),
        (["1", "--store", "nowhere.db"], "no store at"),
    ],
)
def test_wrong_use_is_told(store: Store, capsys: Typed, words: list[str], said: str) -> None:
    assert main(["report", *words]) == (3 if "--store" in words else 2)
    assert said in capsys.readouterr().err


def test_an_unknown_session_is_told(store: Store, capsys: Typed) -> None:
    assert main(["report", "9"]) == 2
    assert "no session '9'" in capsys.readouterr().err


def test_it_opens_what_it_wrote(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    assert main(["report", "1", "--open", "--out", "mine.html"]) == 0
    assert opened == [(tmp_path / "mine.html").as_uri()]


def test_the_help_needs_nothing_heavy() -> None:
    code = (
        "import sys, entrain.cli, entrain.commands.report\n"
        "heavy = {'scipy', 'numpy', 'typst'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
