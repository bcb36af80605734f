"""`entrain run --yoke`: a beat that is another session's."""

from pathlib import Path

import pytest

from entrain.app.yoke import tempo_of
from entrain.cli import main
from entrain.control.events import Tick
from entrain.storage.log.store import Store
from tests.support import record_fixture

Typed = pytest.CaptureFixture[str]

YOKED = """
title = "Yoked"
summary = "Another session's tempo."
minutes = 3
[phases]
baseline_s = 60
match_s = 20
silence_s = 30
[tempo]
policy = "yoked"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    (tmp_path / "yoked.toml").write_text(YOKED)
    return tmp_path


def run(home: Path, *more: str) -> int:
    preset = str(home / "yoked.toml")
    return main(["run", "--heart", "sim:1", "--headless", "--speed", "100000", "--preset", preset, *more])


def test_the_tempo_of_another_session_comes_from_the_store_and_stays_in_the_log(home: Path) -> None:
    record_fixture.record(home / "sessions.db")
    assert run(home, "--yoke", "1") == 0
    stored = Store.open().load(2)
    assert stored.config.yoked == tempo_of("1")
    assert stored.config.preset.tempo.policy == "yoked"
    other = [t_s for t_s, _ in stored.config.yoked]
    assert other == pytest.approx(range(int(other[0]), int(other[0]) + len(other)), abs=1.0)
    # Once the two beats have met, the one goes where the other went.
    guided = tempo_of("2")
    assert guided[-1][1] == pytest.approx(stored.config.yoked[-1][1], abs=2.0)
    assert any(isinstance(event, Tick) for event, _ in stored.records)


def test_yoke_and_policy_belong_together(home: Path, capsys: Typed) -> None:
    assert run(home) == 2
    assert "--yoke ID" in capsys.readouterr().err
    assert main(["run", "--heart", "sim", "--headless", "--speed", "9", "--yoke", "1"]) == 2
    assert 'this preset\'s is "glide"' in capsys.readouterr().err


def test_a_session_that_is_not_there_is_said(home: Path, capsys: Typed) -> None:
    assert run(home, "--yoke", "7") != 0
    assert "7" in capsys.readouterr().err
