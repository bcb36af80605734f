"""What the doctor hears of the store."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from entrain.storage.health import check_storage
from entrain.storage.log.store import Store
from tests.support.sessions import CONFIG


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_before_the_first_session_nothing_is_made(home: Path) -> None:
    assert check_storage() == (True, f"Sessions will be kept in {home / 'sessions.db'}.", "")
    assert not home.exists()


def test_with_sessions() -> None:
    store = Store.open()
    store.begin(CONFIG, preset_text="").close()
    works, sentence, advice = check_storage()
    assert (works, advice) == (True, "")
    assert sentence.startswith("1 session, 0.0 MB, in ")


def test_a_rescued_session_is_remembered(home: Path) -> None:
    store = Store.open()
    store.begin(CONFIG, preset_text="").close()
    (home / "entrain-rescue-x.db").write_bytes(store.path.read_bytes())
    works, _, advice = check_storage()
    assert works
    assert advice.endswith(f"entrain sessions import {home / 'entrain-rescue-x.db'}")


@pytest.mark.parametrize(
    ("free_mb", "works", "said"), [(60, True, ""), (30, True, "Only 30 MB"), (1, False, "")]
)
def test_a_disk_that_fills(monkeypatch: pytest.MonkeyPatch, free_mb: int, works: bool, said: str) -> None:
    Store.open().begin(CONFIG, preset_text="").close()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free_mb * 1_000_000))
    found, sentence, advice = check_storage()
    assert found is works
    assert advice.startswith(said or ("" if works else "Make room"))
    assert works or ("is full" in sentence and "Only 1 MB" in sentence)


def test_a_damaged_store() -> None:
    store = Store.open()
    with store.begin(CONFIG, preset_text="x" * 20000):
        pass
    whole = store.path.read_bytes()
    store.path.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
    works, sentence, advice = check_storage()
    assert not works
    assert "damaged" in sentence
    assert "entrain doctor --repair" in advice


def test_a_folder_that_cannot_be_written(forbidden_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(forbidden_folder / "home"))
    works, sentence, advice = check_storage()
    assert not works
    assert sentence.endswith(f"{forbidden_folder} cannot be written.")
    assert "ENTRAIN_HOME" in advice
