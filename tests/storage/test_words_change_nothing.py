"""Whatever a sentence says, every session that was stored is decided as it was."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import entrain.wording
from entrain.control.session import reduce, start
from entrain.storage.log.store import Store
from entrain.storage.log.verify import replay
from entrain.wording import decisions, english
from entrain.wording import session as session_text
from tests.support import record_fixture
from tests.support.reports import record

OLDER = Path(record_fixture.FIXTURE).with_name("sessions_v2.db.gz")


def stores(folder: Path) -> list[Store]:
    """The stored sessions of this version and of the one before, and one of today."""
    shutil.copyfile(record_fixture.FIXTURE, folder / "now.db")
    (folder / "before.db").write_bytes(gzip.decompress(OLDER.read_bytes()))
    record(Store(folder / "today.db"), preset="quiet")
    return [Store(folder / f"{name}.db") for name in ("now", "before", "today")]


def outcomes(every: list[Store]) -> list[object]:
    return [replay(store.load(row.id), start, reduce) for store in every for row in store.sessions()]


def test_every_sentence_may_be_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every = stores(tmp_path)
    before = outcomes(every)
    assert len(before) > 3
    shown = session_text.head_text(every[2].load(1))
    told = decisions.sentence(every[2].load(1).meta.summary.reason)  # type: ignore[union-attr]
    monkeypatch.setattr(english, "REASONS", dict.fromkeys(english.REASONS, "anders gesagt"))
    monkeypatch.setattr(decisions, "REASONS", dict.fromkeys(english.REASONS, "anders gesagt"), raising=False)
    assert decisions.sentence(every[2].load(1).meta.summary.reason) != told  # type: ignore[union-attr]
    for table in ("REMARKS", "HOST_ADVICE", "UNSAID"):
        otherwise = ("anders", "gesagt") if table == "REMARKS" else "anders"
        monkeypatch.setattr(english, table, dict.fromkeys(getattr(english, table), otherwise))
    for module in _modules(entrain.wording):
        for name, value in vars(module).items():
            if isinstance(value, str) and " " in value and not name.startswith("__"):
                monkeypatch.setattr(module, name, "anders gesagt")
    assert session_text.head_text(every[2].load(1)) != [] != shown
    assert outcomes(every) == before


def _modules(package: ModuleType) -> list[ModuleType]:
    import importlib
    import pkgutil

    found: Callable[[str], ModuleType] = importlib.import_module
    return [found(f"{package.__name__}.{each.name}") for each in pkgutil.iter_modules(package.__path__)]
