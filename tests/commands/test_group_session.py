"""A session of several hearts, as the shell tells it: each heart by itself."""

from pathlib import Path

import pytest

from entrain.cli import main


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    hearts = [word for seed in (3, 4, 5) for word in ("--heart", f"sim:{seed}")]
    quick = ["--headless", "--minutes", "5", "--speed", "5000", "--audio", "none", "--seed", "2"]
    assert main(["run", *hearts, *quick]) == 0
    return capsys.readouterr().out


def test_the_end_has_a_line_for_each_heart_and_no_common_pulse(told: str) -> None:
    end = told[told.index("Several hearts") :]
    for seed in (3, 4, 5):
        assert f"sim:{seed}: live: pulse " in end
    assert "Your pulse was" not in end
    assert "too little data" not in end


def test_the_record_shows_the_same(told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "show", "1", "--why"]) == 0
    shown = capsys.readouterr().out
    for line in told[told.index("Several hearts") :].splitlines()[1:4]:
        assert line.strip().rstrip(".") in shown
    assert "sim:3: your resting pulse is" in shown.lower()
    assert main(["sessions", "replay", "1"]) == 0
