"""`entrain simulate`, as people type it."""

import json

import pytest

from entrain.cli import main

Typed = pytest.CaptureFixture[str]
QUICK = ["--people", "2", "--minutes", "2", "--policy", "glide", "--policy", "silence"]


def test_the_same_seed_gives_the_same_table(capsys: Typed) -> None:
    assert main(["simulate", *QUICK]) == 0
    first = capsys.readouterr()
    assert main(["simulate", *QUICK]) == 0
    assert capsys.readouterr().out == first.out
    assert main(["simulate", *QUICK, "--seed", "1"]) == 0
    assert capsys.readouterr().out != first.out
    assert "2 people" in first.out
    assert first.err == ""
    assert max(map(len, first.out.splitlines())) < 130


def test_a_program_reads_it_as_one_object(capsys: Typed) -> None:
    assert main(["simulate", *QUICK, "--kind", "responder", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["kinds"] == {"responder": 2}
    assert list(said["policies"]) == ["glide", "silence"]
    in_step = said["policies"]["glide"]["in_step_min"]
    assert in_step["low"] <= in_step["mean"] <= in_step["high"]
    assert in_step["n"] == 2
    assert said["policies"]["silence"]["in_step_min"]["mean"] == 0.0


@pytest.mark.parametrize(
    "wrong",
    [["--policy", "gilde"], ["--kind", "robot"], ["--people", "0"], ["--minutes", "99"], ["--preset", "no"]],
)
def test_wrong_use_is_said_in_a_sentence(wrong: list[str], capsys: Typed) -> None:
    assert main(["simulate", *wrong]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("entrain: ")
