"""`entrain study` from its file to the opened arms, as it is typed."""

import json
from pathlib import Path

import pytest

from entrain.cli import main


@pytest.fixture
def calm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))
    assert main(["study", "init", str(tmp_path / "calm")]) == 0
    monkeypatch.chdir(tmp_path / "calm")
    return tmp_path / "calm"


def test_a_study_begins_and_its_enrolment_can_be_neither_repeated_nor_chosen(
    calm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "check", "study.toml", str(calm)]) == 0
    assert "24 people, 2 arms, cross-over, 4 sessions each" in capsys.readouterr().out
    assert main(["study", "enrol", "P01", "--stratum", "new"]) == 2
    assert "not sealed yet" in capsys.readouterr().err
    assert main(["study", "seal", "--seed", "7"]) == 0
    told = capsys.readouterr().out
    assert "concealed from the honest" in told
    assert main(["study", "seal", "--seed", "8"]) == 2
    assert main(["study", "verify"]) == 0
    assert main(["study", "enrol", "P01", "--stratum", "new"]) == 0
    assert main(["study", "enrol", "P02", "--stratum", "new"]) == 0
    capsys.readouterr()
    assert main(["study", "enrol", "P01", "--stratum", "practised"]) == 2
    assert "enrolled already" in capsys.readouterr().err
    assert main(["study", "enrol", "P03", "--stratum", "other"]) == 2
    assert "There are: new, practised." in capsys.readouterr().err
    assert main(["study", "enrol", "P03", "--arm", "listening"]) == 2
    log = (calm / "study.log").read_text()
    assert log.count('"enrolled"') == 2
    for arm in ("listening", "steady", "closed loop", "fixed"):
        assert arm not in log


def test_events_and_guesses_are_kept_and_severe_ones_end_the_study(
    calm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "seal"]) == 0
    for person in ("P01", "P02", "P03"):
        assert main(["study", "enrol", person, "--stratum", "new"]) == 0
    assert main(["study", "event", "P09", "x", "--severity", "1"]) == 2
    assert main(["study", "event", "P01", "x", "--severity", "9"]) == 2
    assert main(["study", "guess", "P01", "--arm", "listening"]) == 2
    assert "no session yet" in capsys.readouterr().err
    assert main(["study", "event", "P01", "moved away", "--severity", "0", "--action", "left"]) == 0
    assert main(["study", "event", "P02", "faint", "--severity", "3"]) == 0
    assert main(["study", "event", "P03", "faint", "--severity", "4"]) == 0
    assert main(["study", "enrol", "P04", "--stratum", "new"]) == 2
    assert "stopped by its own rule" in capsys.readouterr().err
    assert main(["study", "flow", "--json"]) == 0
    flow = json.loads(capsys.readouterr().out)
    assert (flow["all"]["n_enrolled"], flow["all"]["n_left"]) == (3, 1)
    assert (flow["n_events"], flow["n_serious"], flow["columns"]) == (3, 2, [])


def test_arms_are_opened_with_a_reason_once(calm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del calm
    assert main(["study", "seal"]) == 0
    for n in range(1, 5):
        assert main(["study", "enrol", f"P0{n}", "--stratum", "new"]) == 0
    capsys.readouterr()
    assert main(["study", "flow"]) == 0
    blind = capsys.readouterr().out
    assert "listening" not in blind
    assert "steady" not in blind
    assert main(["study", "unblind", "P01", "--why", "asked by the physician"]) == 0
    one = capsys.readouterr().out
    assert "P01" in one
    assert "P02" not in one
    assert main(["study", "unblind", "--why", "complete"]) == 0
    assert capsys.readouterr().out.count(">") == 4
    assert main(["study", "unblind", "--why", "again"]) == 2
    assert main(["study", "flow"]) == 0
    assert "listening > steady" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["protocol", "list", "log", "gone"])
def test_a_broken_seal_stops_everything(calm: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    assert main(["study", "seal"]) == 0
    assert main(["study", "enrol", "P01", "--stratum", "new"]) == 0
    if what == "protocol":
        (calm / "study.toml").write_text((calm / "study.toml").read_text() + "# a word more\n")
    elif what == "gone":
        (calm / "allocation.seal").unlink()
    elif what == "log":
        text = (calm / "study.log").read_text()
        (calm / "study.log").write_text(text.splitlines(keepends=True)[1])
    else:
        assert main(["study", "init", str(calm / "other")]) == 0
        assert main(["study", "seal", "--study", str(calm / "other")]) == 0
        (calm / "allocation.seal").write_bytes((calm / "other" / "allocation.seal").read_bytes())
    capsys.readouterr()
    assert main(["study", "enrol", "P02", "--stratum", "new"]) == 3
    told = capsys.readouterr().err
    assert {"protocol": "study.toml was changed", "gone": "missing", "log": "line 1"}.get(
        what, "not what was committed to"
    ) in told


def test_there_is_no_study_where_none_was_begun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "flow", "--study", str(tmp_path)]) == 3
    assert "study.toml is missing" in capsys.readouterr().err
