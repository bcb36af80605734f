"""Every line of the manual is typed here, as it stands, into a house with three sessions, and has to succeed.

Where a page names a session, one of them is meant; what would take ten minutes, a strap or a screen goes on
in virtual time, with a simulated heart, without sound. What cannot be had here is listed with the reason.
"""

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from entrain.cli import main
from entrain.commands import COMMANDS
from entrain.shipped import shipped_programmes_path
from tests.docs.test_pages import PAGES, typed_on
from tests.storage.test_imported import fit_file
from tests.support.tunes import beats, drums

QUICK = "--headless --speed 600 --minutes 1 --audio none"
# What is not run, and why. Its options are checked all the same (`test_pages`).
NOT_HERE = {
    "entrain analyse study/ --out table.parquet --scheduler tcp://head:8786": "needs a cluster called head",
    "entrain run --heart lsl:NAME": "needs a stream of another program",
    "entrain demo --share": "in real time only: tests/commands/test_sharing.py",
    "entrain run --share lan": "in real time only: tests/commands/test_sharing.py",
    "entrain run --share lan --person K17": "in real time only: tests/commands/test_sharing.py",
    "entrain run --share lan --cert cert.pem --key key.pem": "needs a certificate; in real time only",
    "entrain programme sign mine.toml --key key": "needs a key: tests/storage/test_signature.py",
    "entrain programme verify mine.toml": "needs a signature: tests/storage/test_signature.py",
    "entrain programme verify mine.toml --by key.pub": "needs a key: tests/storage/test_signature.py",
    "entrain programme take K17.entrain": "asks first: tests/commands/test_handing.py",
    "entrain run --lsl": "in real time only: tests/devices/lsl",
    "entrain run --yoke ID": "beside a sentence, without the policy it belongs to",
    "entrain straps": "looks for a radio",
    "entrain sessions import": "names a command, not a line to type",
    "entrain sessions export": "names a command, not a line to type",
    "entrain sessions export --format xdf": "names an option, not a line to type",
    "entrain render": "names a command, not a line to type",
    "entrain video": "names a command, not a line to type",
    "entrain video --series series.toml --publish films": "the same with eight films: tests/film",
    "entrain analyse": "names a command, not a line to type",
    "entrain person": "names a command, not a line to type",
    "entrain study": "names a command, not a line to type",
    "entrain sessions show": "names a command, not a line to type",
    "entrain sessions replay": "names a command, not a line to type",
}
WORDS = {
    "ID": "1", "3": "1", "5": "2", "8": "1", "12": "2", "NAME": "desk", "OLD": "P02", "NEW": "P03",
    "FORMAT": "csv", "PATH": "out", "STRAP": "strap", "~/Music/calm": "calm", "P01": "K17",
    "session12.pdf": "session12.html", "k17.pdf": "k17.pdf",
}  # fmt: skip


def lines() -> list[str]:
    found = {line for page in PAGES if page.name != "commands.md" for line in typed_on(page)}
    return sorted(line for line in found if line.split()[1] in COMMANDS)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a person has who follows the manual: sessions, a preset, music, others' recordings."""
    house = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as there:
        there.setenv("ENTRAIN_HOME", str(house / "home"))
        for line in (
            f"demo {QUICK} --person K17",
            f"demo {QUICK} --person P02 --seed 5",
            f"demo {QUICK} --seed 6",
            "presets copy desk calm-a",
            "presets copy desk mine",
            "programme start slower-breath",
            "programme start slower-breath --person P07",
            f"sessions backup {house / 'entrain.db'}",
        ):
            assert main(line.split()) == 0
    shutil.copy(shipped_programmes_path() / "slower-breath.toml", house / "mine.toml")
    soundfile.write(house / "evening.mp3", drums(beats(70.0, 40.0), 40.0), 44_100)
    (house / "calm").mkdir()
    shutil.copy(house / "evening.mp3", house / "calm" / "one.mp3")
    rr_ms = np.round(np.random.default_rng(1).normal(900.0, 30.0, 400)).astype(int).tolist()
    (house / "night.csv").write_text("rr_ms\n" + "\n".join(map(str, rr_ms)))
    (house / "kubios.csv").write_text("\n".join(map(str, rr_ms)))
    head = "[Params]\nVersion=106\nInterval=238\n\n[HRData]\n"
    (house / "polar.hrm").write_text(head + "\n".join(map(str, rr_ms)) + "\n")
    fit_file(house / "watch.fit")
    (house / "study").mkdir()
    shutil.copy(house / "night.csv", house / "study" / "one.csv")
    (house / "consent-2026.txt").write_text("I agree.")
    (house / "secret").write_text("correct horse battery staple\n")
    (house / "another").write_text("staple battery horse correct\n")
    return house


def as_typed(line: str) -> list[str]:
    words = [WORDS.get(word, word) for word in shlex.split(line)[1:]]
    words = [
        re.sub(r"^ble:.*", f"sim:{n}", word.replace("/media/stick/", "stick/"))
        for n, word in enumerate(words)
    ]
    match words:
        case ["run" | "demo" | "assess", *_]:
            quick = QUICK if words[0] != "assess" else QUICK.replace("--minutes 1 ", "")
            heart = [] if words[0] == "demo" or "--heart" in words else ["--heart", "sim:3"]
            pairs = (["--headless"], ["--speed", "600"], ["--minutes", "1"], ["--audio", "none"])
            words += [word for pair in pairs if pair[0] in quick and pair[0] not in words for word in pair]
            words += heart
        case ["watch", *_]:
            words += ["--heart", "sim:3", "--hours", "0.5", "--speed", "1e6"]
        case ["programme", "today", *rest]:
            words = ["programme", "today", *_without("--speed", rest), "--speed", "1e6"]
        case ["programme", "start", "slower-breath", *_]:
            words += ["--again"]
        case ["simulate", *rest]:
            words = ["simulate", *_without("--people", rest), "--people", "2", "--minutes", "1"]
        case ["render", *rest]:
            words = ["render", *_without("--minutes", rest), "--minutes", "1"]
        case ["video", *rest]:
            # A frame of a few pixels is as good a frame, and a session is as long as it was.
            length = [] if "--session" in rest else ["--minutes", "0.1"]
            words = ["video", *_without("--minutes", rest), *length, "--size", "64x48", "--fps", "5"]
        case ["voices", "play", *_]:
            words += ["--seconds", "2", "--audio", "file:heard.wav"]
        case ["sessions", "delete", *_] | ["person", "forget", *_]:
            words += ["--yes"]
        case ["sessions", "encrypt"]:
            words += ["--passphrase-file", "secret"]
        case ["sessions", "passphrase"]:
            words += ["--new-passphrase-file", "another", "--passphrase-file", "secret"]
        case ["report", *_] if "--open" in words:
            words.remove("--open")
        case _:
            pass
    return [_file(word, words) for word in words]


def _without(option: str, words: list[str]) -> list[str]:
    at = words.index(option) if option in words else len(words)
    return words[:at] + words[at + 2 :]


def _file(word: str, words: list[str]) -> str:
    if not re.fullmatch(r"FILE(\.\.\.|…)?", word):
        return word
    if words[:2] == ["sessions", "import"] or words[0] == "analyse":
        return "night.csv"
    return "new.db" if words[:2] == ["sessions", "backup"] else "new.jsonl"


@pytest.mark.parametrize("line", [line for line in lines() if line not in NOT_HERE])
def test_a_line_of_the_manual_does_what_it_says(
    line: str,
    house: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = tmp_path / "there"
    shutil.copytree(house, there)
    (there / "stick").mkdir()
    shutil.copy(house / "entrain.db", there / "stick") if "import" in line else None
    monkeypatch.chdir(there)
    monkeypatch.setenv("ENTRAIN_HOME", str(there / "home"))
    words = as_typed(line)
    if words == ["person", "new", "K17"]:
        words[-1] = "K18"
    if words[:2] == ["presets", "copy"]:
        (there / "home" / "presets" / f"{words[-1]}.toml").unlink()
    if words[:2] == ["sessions", "passphrase"]:
        assert main(["sessions", "encrypt", "--passphrase-file", "secret"]) == 0
    if "--withdraw" in words:
        assert main(["person", "consent", "K17", "--text", "consent-2026.txt"]) == 0
    if words[:2] == ["sessions", "export"] and "study/" in words:
        shutil.rmtree(there / "study")
    if words[:1] == ["study"]:
        _begin_study(words[1])
    before = {path.name for path in there.iterdir()}
    try:
        code = main(words)
    except SystemExit as ended:  # `--version`
        code = ended.code
    said = capsys.readouterr()
    assert code == 0, f"entrain {shlex.join(words)}\n{said.out[-600:]}\n{said.err[-1200:]}"
    for option in ("--out", "--bundle"):
        if option in words:
            assert words[words.index(option) + 1].rstrip("/") in {p.name for p in there.iterdir()} - before


def _begin_study(action: str) -> None:
    """As far as a study has come when one types `action`."""
    done = {"init": 0, "check": 1, "seal": 1, "verify": 2, "enrol": 2}.get(action, 3)
    steps = ("init trial", "seal --study trial", "enrol K17 --stratum new --study trial")
    assert [main(["study", *step.split()]) for step in steps[:done]] == [0] * done


def test_what_is_not_run_is_still_on_a_page() -> None:
    assert set(NOT_HERE) - set(lines()) == set()
