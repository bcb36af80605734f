"""The preset `first` comes down over days: its own earlier sessions say how far."""

from pathlib import Path

import pytest

from entrain.cli import main
from entrain.presets import library as presets
from entrain.storage.log.store import Store
from entrain.whatif.progression import goal_per_min, today


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))


def test_three_sessions_to_nine_three_to_eight_then_seven() -> None:
    first = presets.load("first").preset
    assert [goal_per_min(first, n) for n in range(8)] == [9, 9, 9, 8, 8, 8, 7, 7]
    assert today(first, 99) == first
    assert "Session 4: to 8 breaths" in today(first, 3).summary
    desk = presets.load("desk").preset
    assert today(desk, 0) == desk


def test_the_earlier_sessions_are_counted_and_the_log_keeps_what_was_meant() -> None:
    def run(preset: str) -> None:
        assert (
            main(
                [
                    "run",
                    "--heart",
                    "sim:1",
                    "--headless",
                    "--speed",
                    "1e6",
                    "--preset",
                    preset,
                    "--minutes",
                    "2",
                ]
            )
            == 0
        )

    for preset in ("first", "desk", "first", "first", "first"):
        run(preset)
    goals = [Store.open().load(n).config.preset.breath.goal_per_min for n in (1, 2, 3, 4, 5)]
    assert goals == [9, 7, 9, 9, 8]
    cued = [
        effect.breath_per_min
        for _, effects in Store.open().load(5).records
        for effect in effects
        if type(effect).__name__ == "BreathCued"
    ]
    assert min(cued) >= 8.0 - 0.02
