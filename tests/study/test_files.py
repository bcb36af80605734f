"""Study files: everything that is wrong at once, with its line and what to write instead."""

from pathlib import Path

import pytest

from entrain.presets import studies
from entrain.study.protocol import StudyProtocol
from entrain.wording.study_example import EXAMPLE


def faults_of(text: str, path: Path = Path("study.toml")) -> list[str]:
    return list(map(str, studies.checked(text, path)[1]))


def test_the_example_has_no_fault_and_is_what_it_says() -> None:
    loaded, faults = studies.checked(EXAMPLE, Path("study.toml"))
    assert faults == ()
    assert loaded is not None
    protocol: StudyProtocol = loaded.protocol
    assert protocol.n_sessions == 4
    assert protocol.units == (("listening", "steady"), ("steady", "listening"))


def test_all_faults_are_told_at_once_with_their_lines() -> None:
    text = (
        'titel = "x"\ndesign = "paralel"\nblocks = [4, "8"]\npeople = 1\npreset = "nothing"\n'
        '[arm.a]\nkind = "closd loop"\n[arm.b]\nshare = 0\n'
    )
    found = faults_of(text)
    assert len(found) == 9
    told = "\n".join(found)
    assert 'line 1: titel is no setting. Did you mean "title"?' in told
    assert 'line 2: design = "paralel" is no design. Did you mean "parallel"?' in told
    assert "line 3: blocks must be a list of whole numbers" in told
    assert "line 4: people = 1 is below 2" in told
    assert 'line 5: preset = "nothing" cannot be used' in told
    assert 'line 7: arm.a.kind = "closd loop" is no kind. Did you mean "closed loop"?' in told
    assert "line 9: arm.b.share = 0 is below 1" in told
    assert "arm.b.kind is missing" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("blocks = [3, 4]", "blocks holds 3"),
        ('strata = ["a", "a"]', "strata names one twice"),
        ('design = "parallel"\nwashout_days = 3', "washout_days is for a cross-over"),
        ("arm = 3", "arm must be two tables or more"),
        ("people = 1e999", "people"),
    ],
)
def test_what_does_not_fit_together_is_told(change: str, told: str) -> None:
    arms = '[arm.a]\nkind = "closed loop"\n[arm.b]\nkind = "fixed"\n'
    text = f'title = "t"\n{change}\n' + ("" if change.startswith("arm") else arms)
    assert any(told in each for each in faults_of(text)), faults_of(text)


def test_two_arms_alike_are_no_comparison_and_a_cross_over_has_no_shares() -> None:
    text = 'title = "t"\ndesign = "cross-over"\n[arm.a]\nkind = "fixed"\n[arm.b]\nkind = "fixed"\nshare = 2\n'
    told = "\n".join(faults_of(text))
    assert "arm.b.kind is that of another arm" in told
    assert "arm.b.share = 2, and with a cross-over" in told


def test_text_that_is_no_toml_is_told_with_its_line() -> None:
    assert "line 2: is not TOML" in faults_of('title = "t"\n]]')[0]
