"""A programme handed to another computer: in one file, with what somebody is spared, and nothing more."""

import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from entrain.app import programmes as weeks
from entrain.cli import main
from entrain.person.care import CareRule
from entrain.person.record import KnownResonance, with_resonance
from entrain.presets import programmes
from entrain.storage import people
from entrain.storage.log.store import Store
from tests.support.needs import needs

Typed = pytest.CaptureFixture[str]
RATE = KnownResonance(5.8, 0.9, "2026-01-02T10:00:00Z", "0b8a3c52-0d6c-4a44-9d7b-1f7d2a5f3c11")


class Here:
    """Two computers: a folder of sessions each, and files that go from one to the other."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, typed: Typed) -> None:
        self._folder, self._patch, self._typed = folder, patch, typed

    def at(self, place: str, *words: str) -> tuple[int, str, str]:
        self._patch.setenv("ENTRAIN_HOME", str(self._folder / place))
        code = main(list(words))
        out, err = self._typed.readouterr()
        return code, out, err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Typed) -> Here:
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_bytes(programmes.path_of("resonance-weeks").read_bytes())
    here = Here(tmp_path, monkeypatch, capsys)
    assert here.at("practice", "person", "new", "K17")[0] == 0
    assert here.at("practice", "person", "care", "K17", "--never", "gong", "--figures", "no")[0] == 0
    people.change(Store.open(), "K17", lambda now: with_resonance(now, RATE))
    return here


def hand(here: Here) -> str:
    code, _, err = here.at(
        "practice", "programme", "hand", "mine.toml", "--person", "K17", "--out", "K17.entrain"
    )
    assert code == 0, err
    return Path("K17.entrain").read_text("utf-8")


def test_it_begins_there_as_it_would_here(here: Here) -> None:
    hand(here)
    code, out, err = here.at("home", "programme", "take", "K17.entrain", "--yes")
    assert code == 0, err
    assert "Nobody signed it." in out
    found = weeks.needed(Store.open(), "K17")
    assert found.loaded.text == Path("mine.toml").read_text("utf-8")
    record = people.load(Store.open(), "K17")
    assert record.care == CareRule(never=("gong",), figures=False)
    assert record.resonance == RATE
    assert here.at("home", "programme", "today", "--person", "K17", "--rehearse")[0] == 0


def test_what_somebody_is_spared_already_they_are_spared_still(here: Here) -> None:
    hand(here)
    assert here.at("home", "person", "new", "K17")[0] == 0
    assert here.at("home", "person", "care", "K17", "--never", "bowl", "--locked", "yes")[0] == 0
    assert here.at("home", "programme", "take", "K17.entrain", "--yes")[0] == 0
    care = people.load(Store.open(), "K17").care
    assert care == CareRule(never=("bowl", "gong"), figures=False, locked=True)


def test_nothing_else_of_the_person_goes_along(here: Here) -> None:
    assert here.at("practice", "person", "note", "K17", "--said", "a secret of theirs")[0] == 0
    said = json.loads(hand(here))
    assert "secret" not in json.dumps(said)
    assert set(said) == {
        "kind", "version", "person", "programme", "text", "signature", "care", "away_text", "resonance",
    }  # fmt: skip


def test_a_signature_goes_along_and_what_was_changed_on_the_way_is_not_begun(here: Here) -> None:
    needs("ssh-keygen", packages="openssh-client")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-f", "key", "-N", ""], check=True)
    assert here.at("practice", "programme", "sign", "mine.toml", "--key", "key")[0] == 0
    text = hand(here)
    code, out, _ = here.at("home", "programme", "take", "K17.entrain", "--yes")
    assert code == 0
    assert "Unchanged since the key SHA256:" in out
    Path("K17.entrain").write_text(text.replace("# ", "# not ", 1), "utf-8")
    code, _, err = here.at("elsewhere", "programme", "take", "K17.entrain", "--yes")
    assert code == 3
    assert "one of the two was changed" in err
    assert weeks.under_way(Store.open(), "K17") is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-40], "is not JSON"),
        (lambda text: "{}", "no programme that was handed on"),
        (lambda text: re.sub(r'"version": ?1', '"version": 9', text), "newer"),
        (lambda text: text.replace("K17", "../../x"), "cannot be taken"),
        (lambda text: text.replace('"gong"', '"no such"'), "cannot be taken"),
        (lambda text: text.replace("[step.", "[stop.", 1), "cannot be used"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_a_sentence_and_begins_nothing(here: Here, change: object, said: str) -> None:
    assert callable(change)
    Path("K17.entrain").write_text(change(hand(here)), "utf-8")
    code, _, err = here.at("home", "programme", "take", "K17.entrain", "--yes")
    assert code == 3
    assert said in err
    assert people.everybody(Store.open()) == {}


def test_one_is_asked_before_it_begins(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    hand(here)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, _, err = here.at("home", "programme", "take", "K17.entrain")
    assert code == 2
    assert "--yes" in err
    assert weeks.under_way(Store.open(), "K17") is None


def test_it_is_for_somebody_and_nothing_is_overwritten(here: Here) -> None:
    assert here.at("practice", "programme", "hand", "mine.toml", "--out", "x")[0] == 2
    hand(here)
    words = ("programme", "hand", "mine.toml", "--person", "K17", "--out", "K17.entrain")
    assert here.at("practice", *words)[0] == 2


class Terminal(io.StringIO):
    """Somebody at a terminal, who types this."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code", "begins"), [("\n", 0, True), ("", 130, False)])
def test_enter_begins_it_and_an_end_of_the_input_leaves_it(
    here: Here, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, begins: bool
) -> None:
    hand(here)
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    assert here.at("home", "programme", "take", "K17.entrain")[0] == code
    assert (weeks.under_way(Store.open(), "K17") is not None) is begins
