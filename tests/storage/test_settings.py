"""What is remembered."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from entrain.errors import StoreError
from entrain.storage import settings
from entrain.storage.settings import Settings
from tests.support import messages


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "settings.json"


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages.of(Settings))
def test_what_is_saved_is_loaded(path: Path, chosen: Settings) -> None:
    settings.save(chosen, path)
    assert settings.load(path) == (chosen, "")
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_nothing_is_remembered_at_first(path: Path) -> None:
    assert settings.load(path) == (Settings(), "")
    assert not path.parent.exists()


def test_a_change_is_of_what_is_there(path: Path) -> None:
    settings.change(lambda now: replace(now, keep_days=1 + (now.keep_days or 0)), path)
    settings.change(lambda now: replace(now, keep_days=364 + (now.keep_days or 0)), path)
    assert settings.load(path)[0] == Settings(365)


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX knows them")
def test_only_the_owner_can_look(path: Path) -> None:
    settings.save(Settings(), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"volume":"loud"}', b'{"volume":NaN}', b'{"keep_days":"long"}'],
)
def test_a_broken_file_is_set_aside_and_said(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    loaded, said = settings.load(path)
    assert loaded == Settings()
    assert "could not be understood" in said
    (aside,) = path.parent.iterdir()
    assert aside.name in said
    assert aside.read_bytes() == content
    assert settings.load(path) == (Settings(), "")


def test_where_nothing_can_be_written(forbidden_folder: Path) -> None:
    path = forbidden_folder / "settings.json"
    with pytest.raises(StoreError, match=r"cannot be saved in .*: Permission denied"):
        settings.save(Settings(keep_days=5), path)
    assert settings.load(path) == (Settings(), "")


def test_a_place_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "settings.json"
    with pytest.raises(StoreError, match="cannot be saved"):
        settings.save(Settings(), path)
    loaded, said = settings.load(path)
    assert loaded == Settings()
    assert "cannot be read: Not a directory" in said


def test_a_failed_save_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.save(Settings(keep_days=3), path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        settings.save(Settings(keep_days=9), path)
    assert settings.load(path) == (Settings(keep_days=3), "")
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]
