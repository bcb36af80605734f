"""Sittings made by hand, and a small store of real ones."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from entrain.devices.simulated.person import Person
from entrain.history.row import Heart, HowItEnded, Sitting
from entrain.storage.log.store import Store
from tests.support import many

BEGAN = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # a Monday

Make = Callable[..., Sitting]


def sitting(n: int, days: float = 0.0, **rest: object) -> Sitting:
    """Session number `n`, so many days after the first Monday of March."""
    known: dict[str, object] = {
        "id": n,
        "uuid": f"{n:08x}-0000-4000-8000-000000000000",
        "began": BEGAN + timedelta(days=days),
        "person": "",
        "preset": "desk",
        "title": "Ten minutes at the desk",
        "policy": "glide",
        "voice": "soft",
        "is_simulated": False,
        "duration_s": 600.0,
        "ended": HowItEnded.COMPLETE,
        "end_reason": "",
        "n_notes": 0,
    }
    return Sitting(**{**known, **rest})  # pyright: ignore[reportArgumentType]


def with_pulse(n: int, days: float, pulse_bpm: float) -> Sitting:
    return sitting(n, days, heart=Heart(pulse_before_bpm=pulse_bpm, pulse_after_bpm=pulse_bpm - 2.0))


@pytest.fixture(scope="module")
def practised(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two people: P01 three times, somebody unnamed twice. Only to be read."""
    store = Store(tmp_path_factory.mktemp("practised") / "sessions.db")
    first = many.run_one(store, Person.draw(7))
    many.move(store, first, BEGAN)
    many.copies(store, first, [BEGAN + timedelta(days=days) for days in (1, 3, 8)], "P01")
    other = many.run_one(store, Person.draw(8))
    many.move(store, other, BEGAN + timedelta(days=2))
    return store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path
