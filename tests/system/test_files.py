"""Files take each other's place where that is refused for a moment, as on Windows while a scanner looks."""

import os
from collections.abc import Callable
from itertools import repeat
from pathlib import Path

import pytest

from entrain.errors import StoreError
from entrain.storage import settings
from entrain.system import files


def refusing(n_refused: float) -> Callable[[Path, Path], Path]:
    """`Path.replace` where somebody has the file open for so many tries."""
    replace, left = Path.replace, iter(range(n_refused)) if isinstance(n_refused, int) else repeat(0)

    def tried(new: Path, path: Path) -> Path:
        if next(left, None) is not None:
            raise PermissionError(13, "The process cannot access the file", str(path))
        return replace(new, path)

    return tried


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(files, "IS_POSIX", False)
    monkeypatch.setattr(files, "_PATIENCE_S", 0.3)
    return monkeypatch


def test_what_is_refused_for_a_moment_is_tried_again(there: pytest.MonkeyPatch, tmp_path: Path) -> None:
    new, path = tmp_path / "new", tmp_path / "old"
    new.write_text("new")
    path.write_text("old")
    there.setattr(Path, "replace", refusing(3))
    files.put_in_place(new, path)
    assert path.read_text() == "new"
    assert not new.exists()


def test_what_stays_refused_is_a_sentence_and_leaves_all_as_it_was(
    there: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "settings.json"
    settings.save(settings.Settings(keep_days=30), path)
    before = path.read_text()
    there.setattr(Path, "replace", refusing(float("inf")))
    with pytest.raises(StoreError, match="cannot access"):
        settings.save(settings.Settings(keep_days=60), path)
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_not_opened_where_that_cannot_be_done(there: pytest.MonkeyPatch, tmp_path: Path) -> None:
    there.setattr(os, "open", lambda *_: pytest.fail("opened"))
    files.to_disk(tmp_path)
